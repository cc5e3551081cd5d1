"""« coop-bot work »: how far long work is, as its rows tell; stopping some."""

import json
from argparse import Namespace
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from cli.columns import align
from cli.errors import OperatorError
from cli.noting import note
from cli.opening import begin_reading, open_up_to_date
from cli.titles import of_work
from commands import FEATURES
from config.settings import Settings
from storage import work
from storage.journal import Act
from storage.work import State, Work

PARIS = ZoneInfo("Europe/Paris")
STATES = {
    State.WAITING: "en attente",
    State.RUNNING: "en cours",
    State.DONE: "fait",
    State.CANCELLED: "arrêté",
    State.FAILED: "échoué",
}
HEADINGS = ("id", "travail", "état", "fait", "commencé", "dernière nouvelle", "défaut")


async def show(settings: Settings, options: Namespace) -> int:
    """Write what is under way or waits, oldest first, then what is over, newest first."""
    async with open_up_to_date(settings) as database, begin_reading(database) as db:
        found = await work.latest(db)
    if options.json:
        print(json.dumps([_as_object(row) for row in found], ensure_ascii=False))
    else:
        titles = of_work(FEATURES)
        print("\n".join(_table([_as_row(row, titles) for row in found])))
    return 0


async def cancel(settings: Settings, work_id: str, now: datetime) -> int:
    """Stop it; whichever replica is at it finds out before its next step, and tells in its message."""
    async with open_up_to_date(settings) as database, database.transaction() as db:
        if await work.cancel(db, work_id, now):
            await note(db, Act.WORK_CANCEL, f"travail:{work_id}", now)
            print(f"Travail {work_id} arrêté : ce qui est fait le reste.")
            return 0
        found = await work.get(db, work_id)
    if found is None:
        raise OperatorError(f"Aucun travail n’a l’identifiant « {work_id} » : « coop-bot work » les montre.")
    raise OperatorError(f"Le travail {work_id} n’est plus à arrêter : {STATES[found.state]}.")


def _as_object(row: Work) -> dict[str, object]:
    """As docs/wire.md describes it."""
    instants = {"started": row.started_at, "updated": row.updated_at}
    told = {name: _on_the_wall(at).isoformat(timespec="seconds") if at else None for name, at in instants.items()}
    count = {"done": row.done, "total": row.total}
    return {"id": row.id, "name": row.name, "state": row.state.value, **count, **told, "error": row.error}


def _as_row(row: Work, titles: Mapping[str, str]) -> tuple[str, ...]:
    """To be read."""
    done = f"{row.done}" if row.total is None else f"{row.done}/{row.total}"
    first, last = (f"{_on_the_wall(at):%d/%m/%Y %H:%M}" if at else "—" for at in (row.started_at, row.updated_at))
    return row.id, titles.get(row.name, row.name), STATES[row.state], done, first, last, row.error or "—"


def _on_the_wall(at: datetime) -> datetime:
    return at.astimezone(PARIS)


def _table(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    """As wide as its widest cells."""
    if not rows:
        yield "Aucun travail long, en cours ou passé."
        return
    yield from align([HEADINGS, *rows])
    yield "Heures de Paris."
