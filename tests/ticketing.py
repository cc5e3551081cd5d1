"""Tickets put straight into a database, for tests of what is read of them."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from storage import people
from storage.database import Database
from storage.hotline import suggestions, tickets
from storage.hotline.states import Urgency
from storage.hotline.suggestions import TicketWish
from storage.hotline.tickets import Ticket
from storage.people import Person, Role

JULIETTE = Person(
    id="j" * 26, username="juliette", role=Role.CONSEILLER, departements=["69"], since=datetime(2026, 1, 1, tzinfo=UTC)
)
AGATHE = Person(id="a" * 26, username="agathe", role=Role.HOTLINE, since=datetime(2026, 1, 1, tzinfo=UTC))


def at(text: str) -> datetime:
    """An instant in UTC: « 2026-11-02 09:00 »."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def ticket(opened: datetime, **values: Any) -> Ticket:
    """A new one of juliette’s."""
    usual: dict[str, Any] = {
        "key": uuid4().hex,
        "queue": "espace-coop",
        "category": "autre",
        "urgency": Urgency.GENANT,
        "subject": "L’export reste vide",
        "author_id": JULIETTE.id,
        "username": JULIETTE.username,
        "departement": "69",
        "opened_at": opened,
    }
    return Ticket(**(usual | values))


async def wrote(database: Database, *made: Ticket) -> Sequence[int]:
    """Their numbers, once they are there."""
    async with database.transaction() as db:
        written = [await tickets.add(db, one) for one in made]
    return [one.number for one in written if one]


async def registered(database: Database, *persons: Person) -> None:
    """Who is in the register from then on."""
    async with database.transaction() as db:
        await people.register_people(db, persons)


async def avoided(database: Database, asked: datetime, queue: str = "espace-coop", answered: int | None = 1) -> None:
    """Somebody’s question that a solved ticket answered."""
    wish = TicketWish(
        key=uuid4().hex, author_id=JULIETTE.id, asked={}, alike=[1], at=asked, answered=answered, queue=queue
    )
    async with database.transaction() as db:
        await suggestions.save_wish(db, wish)
