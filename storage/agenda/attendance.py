"""Who said « J’y serai », what they know of the event, and of what they were reminded."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, func, update
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import Select

from storage.agenda.event import AgendaEvent, State
from storage.database import UtcTime, insertion

KEPT = timedelta(days=90)
"""How long it is remembered who came to what is over."""


class AgendaAttendance(SQLModel, table=True):
    """Somebody who comes to an event since ``at``; ``seen`` is its mark as they know it (``AgendaEvent.mark``)."""

    __tablename__ = "agenda_attendance"

    event: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    user_id: str = Field(primary_key=True, max_length=26, index=True)
    at: datetime = Field(sa_type=UtcTime)
    seen: str = Field(max_length=20)
    day_told: bool = False
    hour_told: bool = False


Pair = tuple[AgendaAttendance, AgendaEvent]
"""Somebody’s attendance, and the event."""


async def put(db: AsyncSession, event: AgendaEvent, user_id: str, now: datetime) -> bool:
    """They come; False where that is known."""
    row = {"event": event.number, "user_id": user_id, "at": now, "seen": event.mark}
    statement = insertion(db, AgendaAttendance).values(row | {"day_told": False, "hour_told": False})
    added = statement.on_conflict_do_nothing().returning(col(AgendaAttendance.event))
    return (await db.execute(added)).scalar() is not None


async def drop(db: AsyncSession, number: int, user_id: str) -> bool:
    """They do not come; False where that is known."""
    here = (col(AgendaAttendance.event) == number, col(AgendaAttendance.user_id) == user_id)
    gone = delete(AgendaAttendance).where(*here).returning(col(AgendaAttendance.event))
    return (await db.execute(gone)).scalar() is not None


async def counts(db: AsyncSession, numbers: Collection[int]) -> Mapping[int, int]:
    """How many come to each of these; those to which nobody does are not there."""
    query = select(AgendaAttendance.event, func.count()).where(col(AgendaAttendance.event).in_(numbers))
    return dict((await db.exec(query.group_by(col(AgendaAttendance.event)))).all())


async def mine(db: AsyncSession, user_id: str, numbers: Collection[int]) -> frozenset[int]:
    """To which of these somebody comes."""
    query = select(AgendaAttendance.event).where(AgendaAttendance.user_id == user_id)
    return frozenset((await db.exec(query.where(col(AgendaAttendance.event).in_(numbers)))).all())


async def outdated(db: AsyncSession, now: datetime, limit: int) -> Sequence[Pair]:
    """Who knows an event that is not over as it is no more."""
    pairs = _pairs().where(col(AgendaAttendance.seen) != col(AgendaEvent.mark), col(AgendaEvent.ends_at) > now)
    out = col(AgendaEvent.state).in_([State.PUBLISHED, State.CANCELLED])
    return (await db.exec(_held(pairs.where(out).limit(limit)))).all()


async def soon(db: AsyncSession, now: datetime, within: timedelta) -> Sequence[Pair]:
    """Who comes to a published event that begins within that time, and was not reminded in its last hour."""
    when = (col(AgendaEvent.starts_at) > now, col(AgendaEvent.starts_at) <= now + within)
    pairs = _pairs().where(*when, AgendaEvent.state == State.PUBLISHED, col(AgendaAttendance.hour_told).is_(False))
    return (await db.exec(_held(pairs))).all()


async def forget_reminders(db: AsyncSession, number: int) -> None:
    """It begins at another time: who comes is reminded anew."""
    of_it = update(AgendaAttendance).where(col(AgendaAttendance.event) == number)
    await db.execute(of_it.values(day_told=False, hour_told=False).execution_options(synchronize_session=False))


async def note_seen(db: AsyncSession, event: AgendaEvent, user_id: str) -> None:
    """Somebody knows it as it is: they changed it."""
    theirs = update(AgendaAttendance).where(
        col(AgendaAttendance.event) == event.number, col(AgendaAttendance.user_id) == user_id
    )
    await db.execute(theirs.values(seen=event.mark).execution_options(synchronize_session=False))


def _held(pairs: Select[AgendaAttendance, AgendaEvent]) -> Select[AgendaAttendance, AgendaEvent]:
    """Nobody else’s until the transaction ends; who takes back at this moment that they come is not told."""
    return pairs.with_for_update(of=AgendaAttendance, skip_locked=True)


def _pairs() -> Select[AgendaAttendance, AgendaEvent]:
    joined = select(AgendaAttendance, AgendaEvent).join(AgendaEvent, col(AgendaEvent.id) == col(AgendaAttendance.event))
    return joined.order_by(col(AgendaEvent.starts_at), col(AgendaAttendance.event), col(AgendaAttendance.user_id))
