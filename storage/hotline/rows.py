"""A ticket as one line for programs: JSON, or the cells of a CSV (docs/wire.md)."""

from collections.abc import AsyncIterator, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, Table, func, select

from config.text import guard
from storage.cra.files import format_instant
from storage.database import Database
from storage.hotline.states import TicketState
from storage.hotline.tickets import Ticket
from storage.pages import iterate_pages, read_mappings_apart
from storage.people import Person

Line = dict[str, Any]
COLUMNS = {
    "id": "id",
    "file": "queue",
    "etat": "state",
    "sujet": "subject",
    "auteur": "author",
    "agent": "agent",
    "urgence": "urgency",
    "ouvert": "opened_at",
    "premiere_reponse": "first_answer_at",
    "resolu": "resolved_at",
    "clos": "closed_at",
}
"""What is said of each ticket, by its key: the column of the table that says it."""
CSV_COLUMNS = COLUMNS | {
    "categorie": "category",
    "departement": "departement",
    "raison": "reason",
    "note": "rating",
    "mot": "rating_word",
    "incident": "incident",
    "doublon_de": "duplicate_of",
}
"""The same for the cells of a CSV, in their order."""
_EMPTY_IS_NOTHING = {"agent", "rating"}
"""Columns whose empty value says that there is none."""
_TICKET: Table = Ticket.__table__  # type: ignore[attr-defined]
_PERSON: Table = Person.__table__  # type: ignore[attr-defined]
_AUTHOR, _AGENT = _PERSON.alias("author"), _PERSON.alias("agent")


@dataclass(frozen=True, slots=True)
class TicketSelection:
    """Which tickets: in these states (none given: in any), of that queue ("": of all)."""

    states: Collection[TicketState] = ()
    queue: str = ""


async def read_lines(
    database: Database, chosen: TicketSelection, columns: Mapping[str, str] = COLUMNS
) -> AsyncIterator[Line]:
    """Those, by number, read a page at a time: memory stays flat, and no page holds a connection while it is written.

    Who asked and who has it are called as they are now; who is in the register no more, as they were then, or by id.
    """
    query = _select_named()
    if chosen.states:
        query = query.where(_TICKET.c.state.in_(chosen.states))
    if chosen.queue:
        query = query.where(_TICKET.c.queue == chosen.queue)
    async for page in iterate_pages(read_mappings_apart(database), query, _TICKET.c.id):
        for found in page:
            yield {name: _say(column, found[column]) for name, column in columns.items()}


def make_cells(line: Line) -> list[str]:
    """A line as the cells of a CSV, nothing for what is not known; no text of somebody’s runs as a formula."""
    return ["" if value is None else guard(value) if isinstance(value, str) else str(value) for value in line.values()]


def _select_named() -> Select[Any]:
    """Tickets with the names of who asked and who has them; long texts stay where they are."""
    said = [_TICKET.c[column] for column in CSV_COLUMNS.values() if column not in {"author", "agent"}]
    author = func.coalesce(_AUTHOR.c.username, _TICKET.c.username).label("author")
    agent = func.coalesce(_AGENT.c.username, _TICKET.c.agent_id).label("agent")
    joined = _TICKET.outerjoin(_AUTHOR, _AUTHOR.c.id == _TICKET.c.author_id)
    return select(*said, author, agent).select_from(joined.outerjoin(_AGENT, _AGENT.c.id == _TICKET.c.agent_id))


def _say(column: str, value: Any) -> Any:
    if isinstance(value, datetime):
        return format_instant(value)
    return None if column in _EMPTY_IS_NOTHING and not value else value
