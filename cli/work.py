"""« coop-bot work »: shows the progress of long work, and stops it."""

from collections.abc import Mapping
from datetime import datetime

from cli.command import Call
from cli.environment import open_to_read, open_up_to_date
from cli.errors import OperatorError
from cli.journal import note
from cli.terminal import make_table, write
from config import tables
from config.settings import Settings
from config.time import PARIS
from storage import work
from storage.journal import AuditAct
from storage.work import Work, WorkState

STATES = {
    WorkState.WAITING: "en attente",
    WorkState.RUNNING: "en cours",
    WorkState.DONE: "fait",
    WorkState.CANCELLED: "arrêté",
    WorkState.FAILED: "échoué",
}
FILES = tables.read_titles("file")
"""What the operator reads instead of the names that files have in the database."""
HEADINGS = ("id", "travail", "état", "fait", "commencé", "dernière nouvelle", "défaut")


async def long_work(call: Call, as_json: bool, work_id: str | None) -> int:
    """Print the progress of long work, or stop a piece of it."""
    if work_id:
        return await _cancel(call.settings, work_id, call.clock())
    return await _show(call.settings, as_json=as_json)


async def _show(settings: Settings, *, as_json: bool) -> int:
    """Print what runs or waits, oldest first, then what is over, newest first."""
    async with open_to_read(settings) as db:
        found = await work.list_latest(db)
    titles = {} if as_json else read_titles()
    last = "Heures de Paris." if found else "Aucun travail long, en cours ou passé."
    table = make_table(HEADINGS, [_as_row(row, titles) for row in found], last)
    write([_as_object(row) for row in found], table, as_json=as_json)
    return 0


async def _cancel(settings: Settings, work_id: str, now: datetime) -> int:
    """Stop a piece of work; its replica notices before the next step, and says so in its message."""
    async with open_up_to_date(settings) as database, database.transaction() as db:
        if await work.cancel(db, work_id, now):
            await note(db, AuditAct.WORK_CANCEL, f"travail:{work_id}", now)
            print(f"Travail {work_id} arrêté : ce qui est déjà fait reste.")
            return 0
        found = await work.get(db, work_id)
    if found is None:
        raise OperatorError(f"Aucun travail n’a l’identifiant « {work_id} » : « coop-bot work » les montre.")
    raise OperatorError(f"Le travail {work_id} n’est plus à arrêter : {STATES[found.state]}.")


def _as_object(row: Work) -> dict[str, object]:
    """Describe a piece of work as in docs/wire.md."""
    instants = {"started": row.started_at, "updated": row.updated_at}
    told = {name: _on_the_wall(at).isoformat(timespec="seconds") if at else None for name, at in instants.items()}
    count = {"done": row.done, "total": row.total}
    return {"id": row.id, "name": row.name, "state": row.state.value, **count, **told, "error": row.error}


def _as_row(row: Work, titles: Mapping[str, str]) -> tuple[str, ...]:
    """Return the row for people."""
    done = f"{row.done}" if row.total is None else f"{row.done}/{row.total}"
    first, last = (f"{_on_the_wall(at):%d/%m/%Y %H:%M}" if at else "—" for at in (row.started_at, row.updated_at))
    return row.id, titles.get(row.name, row.name), STATES[row.state], done, first, last, row.error or "—"


def _on_the_wall(at: datetime) -> datetime:
    return at.astimezone(PARIS)


def read_titles() -> dict[str, str]:
    """Return the titles of files and long work, by the names in their rows; the features declare the latter."""
    return {**FILES, **{row["name"]: row["title"] for row in tables.read("work.tsv")}}
