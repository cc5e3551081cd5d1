"""Events by lists: those to come, past ones, somebody’s own, what waits to be read over, what a feed holds."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from storage.agenda.attendance import AgendaAttendance
from storage.agenda.event import AgendaEvent, State
from storage.agenda.sight import Sight


@dataclass(frozen=True, slots=True)
class Window:
    """Which part of a list: so many at most, after so many others."""

    limit: int
    offset: int = 0


Found = tuple[Sequence[AgendaEvent], int]
"""A part of a list, and how many there are in all."""


async def coming(
    db: AsyncSession, start: datetime, end: datetime, departements: Collection[str] = ()
) -> Sequence[AgendaEvent]:
    """Published events that begin in that time, public ones and those for these départements, the first one first."""
    when = (col(AgendaEvent.starts_at) >= start, col(AgendaEvent.starts_at) < end)
    return (await db.exec(_in_order(*_published(Sight.of(departements)), *when))).all()


async def to_come(db: AsyncSession, sight: Sight, now: datetime, window: Window) -> Found:
    """Published events that are not over, the first one first."""
    return await _read(db, (*_published(sight), col(AgendaEvent.ends_at) > now), window)


async def past(db: AsyncSession, sight: Sight, now: datetime, window: Window) -> Found:
    """Published events that are over, the last one first."""
    return await _read(db, (*_published(sight), col(AgendaEvent.ends_at) <= now), window, newest=True)


async def own(db: AsyncSession, user_id: str, sight: Sight, now: datetime, window: Window) -> Found:
    """What somebody proposed or comes to that is not over, whatever became of it."""
    return await _read(db, (_of(user_id, sight), col(AgendaEvent.ends_at) > now), window)


async def attended(
    db: AsyncSession, user_id: str, sight: Sight, start: datetime, end: datetime
) -> Sequence[AgendaEvent]:
    """The published events that begin in that time to which somebody comes."""
    when = (col(AgendaEvent.starts_at) >= start, col(AgendaEvent.starts_at) < end)
    return (await db.exec(_in_order(*_published(sight), *when, _comes(user_id)))).all()


async def of_feed(db: AsyncSession, user_id: str, sight: Sight, since: datetime, limit: int) -> Sequence[AgendaEvent]:
    """What is out since then, the latest so many, in order: what is public or for one’s départements, what one
    proposed, and of who sees everything what they come to."""
    shown = [sight.near, col(AgendaEvent.author_id) == user_id, *([_comes(user_id)] if sight.everything else [])]
    newest = select(AgendaEvent).where(_out(), or_(*shown), col(AgendaEvent.ends_at) > since)
    newest = newest.order_by(col(AgendaEvent.starts_at).desc(), col(AgendaEvent.id).desc())
    return list(reversed((await db.exec(newest.limit(limit))).all()))


async def proposed(db: AsyncSession, now: datetime, limit: int) -> Sequence[AgendaEvent]:
    """What waits to be read over and is not over yet, the first one first."""
    return (await db.exec(_in_order(*_waiting(now)).limit(limit))).all()


async def count_proposed(db: AsyncSession, now: datetime) -> int:
    """How much does."""
    return (await db.exec(_counted(_waiting(now)))).one()


async def unsaid(db: AsyncSession, now: datetime, limit: int) -> Sequence[AgendaEvent]:
    """Published events to come that no channel was told of yet."""
    wanted = (
        AgendaEvent.state == State.PUBLISHED,
        col(AgendaEvent.said_at).is_(None),
        col(AgendaEvent.starts_at) > now,
    )
    return (await db.exec(_in_order(*wanted).limit(limit))).all()


async def _read(db: AsyncSession, wanted: Sequence[Any], window: Window, *, newest: bool = False) -> Found:
    total = (await db.exec(_counted(wanted))).one()
    order = (col(AgendaEvent.starts_at), col(AgendaEvent.id))
    ordered = select(AgendaEvent).where(*wanted).order_by(*(c.desc() for c in order) if newest else order)
    return (await db.exec(ordered.limit(window.limit).offset(window.offset))).all(), total


def _in_order(*wanted: Any) -> SelectOfScalar[AgendaEvent]:
    return select(AgendaEvent).where(*wanted).order_by(col(AgendaEvent.starts_at), col(AgendaEvent.id))


def _counted(wanted: Sequence[Any]) -> SelectOfScalar[int]:
    return select(func.count()).select_from(AgendaEvent).where(*wanted)


def _published(sight: Sight) -> tuple[Any, ...]:
    return (AgendaEvent.state == State.PUBLISHED, sight.clause)


def _out() -> ColumnElement[bool]:
    """Cancelled ones, too: calendars take away what they know. One that was never published is nobody’s business."""
    return and_(
        col(AgendaEvent.state).in_([State.PUBLISHED, State.CANCELLED]), col(AgendaEvent.published_at).is_not(None)
    )


def _waiting(now: datetime) -> tuple[Any, ...]:
    return (AgendaEvent.state == State.PROPOSED, col(AgendaEvent.ends_at) > now)


def _comes(user_id: str) -> ColumnElement[bool]:
    there = select(AgendaAttendance.event).where(AgendaAttendance.user_id == user_id)
    return col(AgendaEvent.id).in_(there)


def _of(user_id: str, sight: Sight) -> ColumnElement[bool]:
    """One’s own, and what one comes to and still sees."""
    return or_(col(AgendaEvent.author_id) == user_id, and_(_comes(user_id), _out(), sight.clause))
