"""An event of the agenda, and how one is changed: locked, and counted each time."""

from datetime import datetime
from enum import StrEnum
from hashlib import sha256

from sqlalchemy import Text
from sqlmodel import Field, SQLModel, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.database import Code, UtcTime

TITLE_MAX, PLACE_MAX, DETAILS_MAX, REASON_MAX, LINK_MAX = 150, 150, 3000, 500, 1000


class State(StrEnum):
    """What became of an event: the réseau sees published ones, and cancelled ones where they stood."""

    PROPOSED = "proposed"
    PUBLISHED = "published"
    REFUSED = "refused"
    CANCELLED = "cancelled"


class AgendaEvent(SQLModel, table=True):
    """Something that takes place; its ``id`` is the number that people say.

    ``departement`` is the code of the one it is for, by whose channel it has (``storage/agenda/sight.py``), empty for
    the whole réseau. ``zone`` is where its author was. ``decided_by`` is who published, refused or cancelled it, and
    ``reason`` why it was refused or cancelled. ``sequence`` counts its changes, ``mark`` is what of it those need to
    know who come: they are told when it differs from what they knew. ``said_at`` is when it was said in its channel.
    """

    __tablename__ = "agenda_event"

    id: int | None = Field(default=None, primary_key=True)
    title: str = Field(max_length=TITLE_MAX)
    details: str = Field(default="", sa_type=Text)
    starts_at: datetime = Field(sa_type=UtcTime, index=True)
    ends_at: datetime = Field(sa_type=UtcTime, index=True)
    zone: str = Field(max_length=64)
    place: str = Field(default="", max_length=PLACE_MAX)
    url: str = Field(default="", max_length=LINK_MAX)
    departement: str = Field(default="", max_length=3)
    author_id: str = Field(max_length=26, index=True)
    proposed_at: datetime = Field(sa_type=UtcTime)
    state: State = Field(sa_type=Code(State))
    decided_by: str = Field(default="", max_length=26)
    reason: str = Field(default="", max_length=REASON_MAX)
    published_at: datetime | None = Field(default=None, sa_type=UtcTime)
    changed_at: datetime = Field(sa_type=UtcTime)
    sequence: int = 0
    mark: str = Field(default="", max_length=20)
    said_at: datetime | None = Field(default=None, sa_type=UtcTime)

    @property
    def number(self) -> int:
        """How people call it. (Only what is not stored yet has none.)"""
        assert self.id is not None
        return self.id

    @property
    def is_out(self) -> bool:
        """Whether others than its author and animateurs were ever told of it."""
        return self.state in (State.PUBLISHED, State.CANCELLED) and self.published_at is not None


async def get(db: AsyncSession, number: int) -> AgendaEvent | None:
    """The event of that number, whatever its state."""
    return (await db.exec(select(AgendaEvent).where(AgendaEvent.id == number))).first()


async def lock(db: AsyncSession, number: int) -> AgendaEvent | None:
    """The same as it is now, nobody else’s until the transaction ends."""
    query = select(AgendaEvent).where(AgendaEvent.id == number).with_for_update()
    return (await db.exec(query.execution_options(populate_existing=True))).first()


async def add(db: AsyncSession, event: AgendaEvent) -> None:
    """Write down a new one, which has its number then."""
    event.mark = _mark(event)
    db.add(event)
    await db.flush()


async def write(db: AsyncSession, event: AgendaEvent, now: datetime) -> None:
    """Write down what was changed of one that is locked: calendars that know it take this for newer."""
    event.sequence += 1
    event.changed_at = now
    event.mark = _mark(event)
    db.add(event)
    await db.flush()


def _mark(event: AgendaEvent) -> str:
    """What those who come need to know: when and where it is, and whether (the first letter)."""
    known = (event.starts_at.timestamp(), event.ends_at.timestamp(), event.place, event.url)
    return f"{event.state.value[0]}{sha256(repr(known).encode()).hexdigest()[:18]}"
