"""« coop-bot cases »: the cases of moderation, without their reporters."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from cli.command import Call
from cli.environment import open_to_read
from cli.errors import OperatorError
from cli.terminal import count, list_lines, write
from config.text import fold
from config.time import PARIS, write_instant
from storage import people
from storage.journal import label_of
from storage.moderation import Case, CaseState, cases

AT_ONCE = 500


async def show(call: Call, state: str | None, as_json: bool) -> None:
    """Print the cases, or those in one state."""
    states = [_state(state)] if state is not None else []
    async with open_to_read(call.settings) as db:
        lines = await _lines(db, await cases.list_in_states(db, states))
    shown = list_lines(lines, _told, "dossier", "Aucun dossier.", beside=" Heures de Paris.")
    write(lines, shown, as_json=as_json)


def _state(text: str) -> CaseState:
    for state in CaseState:
        if fold(text).replace("_", " ") == fold(state.value).replace("_", " "):
            return state
    known = ", ".join(state.value for state in CaseState)
    raise OperatorError(f"--state : « {text} » n’est pas un état d’un dossier. Il y a : {known}.", code=2)


async def _lines(db: AsyncSession, found: Sequence[Case]) -> list[dict[str, Any]]:
    counts: dict[int, int] = {}
    for start in range(0, len(found), AT_ONCE):
        counts |= await cases.count_reports(db, [case.number for case in found[start : start + AT_ONCE]])
    known = await people.by_ids(db, [case.decided_by for case in found if case.decided_by])
    names = {ident: person.username for ident, person in known.items()}
    return [_line(case, counts.get(case.number, 0), names) for case in found]


def _line(case: Case, count: int, names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "id": case.number,
        "state": case.state.value,
        "author": case.author,
        "channel": case.channel,
        "reports": count,
        "act": case.act or None,
        "decided_by": names.get(case.decided_by, case.decided_by) or None,
        "until": write_instant(case.until) if case.until else None,
    }


def _told(line: Mapping[str, Any]) -> str:
    act = f"{label_of(line['act'])} par @{line['decided_by'] or '?'}" if line["act"] else "—"
    until = f" jusqu’au {_paris(line['until'])}" if line["until"] else ""
    where = line["channel"] or "sans message"
    reported = count(line["reports"], "signalement")
    return f"{line['id']:>5}  {line['state']:<12}  @{line['author']:<20}  {where}, {reported} : {act}{until}"


def _paris(instant: str) -> str:
    return f"{datetime.fromisoformat(instant).astimezone(PARIS):%d/%m/%Y %H:%M}"
