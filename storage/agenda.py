"""The agenda: events by list, who sees which, who will be there, and the private feeds of calendars."""

import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Any

from sqlalchemy import ColumnElement, Text, and_, delete, func, or_, true, update
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import Select, SelectOfScalar

from config.canaux import home_of
from storage.database import Code, UtcTime, insertion

__all__ = ["AgendaEvent", "EventState", "Sight", "list_coming"]


TITLE_MAX, PLACE_MAX, DETAILS_MAX, REASON_MAX, LINK_MAX = 150, 150, 3000, 500, 1000


class EventState(StrEnum):
    """What became of an event: the réseau sees published ones, and cancelled ones where they stood."""

    PROPOSED = "proposed"
    PUBLISHED = "published"
    REFUSED = "refused"
    CANCELLED = "cancelled"


class AgendaEvent(SQLModel, table=True):
    """Something that takes place; its ``id`` is the number that people say.

    ``departement`` is the code of the one it is for, by whose channel it has (``storage/agenda.py``), empty for
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
    state: EventState = Field(sa_type=Code(EventState))
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
        return self.state in (EventState.PUBLISHED, EventState.CANCELLED) and self.published_at is not None


async def get_event(db: AsyncSession, number: int) -> AgendaEvent | None:
    """The event of that number, whatever its state."""
    return (await db.exec(select(AgendaEvent).where(AgendaEvent.id == number))).first()


async def lock_event(db: AsyncSession, number: int) -> AgendaEvent | None:
    """The same as it is now, nobody else’s until the transaction ends."""
    query = select(AgendaEvent).where(AgendaEvent.id == number).with_for_update()
    return (await db.exec(query.execution_options(populate_existing=True))).first()


async def add_event(db: AsyncSession, event: AgendaEvent) -> None:
    """Write down a new one, which has its number then."""
    event.mark = _make_mark(event)
    db.add(event)
    await db.flush()


async def save_event(db: AsyncSession, event: AgendaEvent, now: datetime) -> None:
    """Write down what was changed of one that is locked: calendars that know it take this for newer."""
    event.sequence += 1
    event.changed_at = now
    event.mark = _make_mark(event)
    db.add(event)
    await db.flush()


def _make_mark(event: AgendaEvent) -> str:
    """What those who come need to know: when and where it is, and whether (the first letter)."""
    known = (event.starts_at.timestamp(), event.ends_at.timestamp(), event.place, event.url)
    return f"{event.state.value[0]}{sha256(repr(known).encode()).hexdigest()[:18]}"


ATTENDANCE_KEPT = timedelta(days=90)
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


async def add_attendance(db: AsyncSession, event: AgendaEvent, user_id: str, now: datetime) -> bool:
    """They come; False where that is known."""
    row = {"event": event.number, "user_id": user_id, "at": now, "seen": event.mark}
    statement = insertion(db, AgendaAttendance).values(row | {"day_told": False, "hour_told": False})
    added = statement.on_conflict_do_nothing().returning(col(AgendaAttendance.event))
    return (await db.execute(added)).scalar() is not None


async def drop_attendance(db: AsyncSession, number: int, user_id: str) -> bool:
    """They do not come; False where that is known."""
    here = (col(AgendaAttendance.event) == number, col(AgendaAttendance.user_id) == user_id)
    gone = delete(AgendaAttendance).where(*here).returning(col(AgendaAttendance.event))
    return (await db.execute(gone)).scalar() is not None


async def count_attendees(db: AsyncSession, numbers: Collection[int]) -> Mapping[int, int]:
    """How many come to each of these; those to which nobody does are not there."""
    query = select(AgendaAttendance.event, func.count()).where(col(AgendaAttendance.event).in_(numbers))
    return dict((await db.exec(query.group_by(col(AgendaAttendance.event)))).all())


async def find_attended(db: AsyncSession, user_id: str, numbers: Collection[int]) -> frozenset[int]:
    """To which of these somebody comes."""
    query = select(AgendaAttendance.event).where(AgendaAttendance.user_id == user_id)
    return frozenset((await db.exec(query.where(col(AgendaAttendance.event).in_(numbers)))).all())


async def list_outdated(db: AsyncSession, now: datetime, limit: int) -> Sequence[Pair]:
    """Who knows an event that is not over as it is no more."""
    pairs = _select_pairs().where(col(AgendaAttendance.seen) != col(AgendaEvent.mark), col(AgendaEvent.ends_at) > now)
    out = col(AgendaEvent.state).in_([EventState.PUBLISHED, EventState.CANCELLED])
    return (await db.exec(_lock_pairs(pairs.where(out).limit(limit)))).all()


async def list_soon(db: AsyncSession, now: datetime, within: timedelta) -> Sequence[Pair]:
    """Who comes to a published event that begins within that time, and was not reminded in its last hour."""
    when = (col(AgendaEvent.starts_at) > now, col(AgendaEvent.starts_at) <= now + within)
    pairs = _select_pairs().where(
        *when, AgendaEvent.state == EventState.PUBLISHED, col(AgendaAttendance.hour_told).is_(False)
    )
    return (await db.exec(_lock_pairs(pairs))).all()


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


def _lock_pairs(pairs: Select[AgendaAttendance, AgendaEvent]) -> Select[AgendaAttendance, AgendaEvent]:
    """Nobody else’s until the transaction ends; who takes back at this moment that they come is not told."""
    return pairs.with_for_update(of=AgendaAttendance, skip_locked=True)


def _select_pairs() -> Select[AgendaAttendance, AgendaEvent]:
    joined = select(AgendaAttendance, AgendaEvent).join(AgendaEvent, col(AgendaEvent.id) == col(AgendaAttendance.event))
    return joined.order_by(col(AgendaEvent.starts_at), col(AgendaAttendance.event), col(AgendaAttendance.user_id))


def find_homes(codes: Collection[str]) -> frozenset[str]:
    """The départements whose events people of these see: by the channel that they share, where they have one."""
    return frozenset(home_of(code) or code for code in codes)


@dataclass(frozen=True, slots=True)
class Sight:
    """What somebody sees of what is out: the events for these départements and public ones, or ``everything``."""

    homes: frozenset[str] = frozenset()
    everything: bool = False

    @classmethod
    def of(cls, departements: Collection[str]) -> "Sight":
        """That of people of these départements."""
        return cls(find_homes(departements))

    def covers(self, departement: str) -> bool:
        """Whether an event for that département is seen; "" is for all."""
        return self.everything or not departement or departement in self.homes

    @property
    def clause(self) -> ColumnElement[bool]:
        """The same, asked of the table."""
        return true() if self.everything else self.near

    @property
    def near(self) -> ColumnElement[bool]:
        """What is public, or for one’s own départements, whatever else is seen."""
        return or_(col(AgendaEvent.departement) == "", col(AgendaEvent.departement).in_(self.homes))


@dataclass(frozen=True, slots=True)
class Window:
    """Which part of a list: so many at most, after so many others."""

    limit: int
    offset: int = 0


Found = tuple[Sequence[AgendaEvent], int]
"""A part of a list, and how many there are in all."""


async def list_coming(
    db: AsyncSession, start: datetime, end: datetime, departements: Collection[str] = ()
) -> Sequence[AgendaEvent]:
    """Published events that begin in that time, public ones and those for these départements, the first one first."""
    when = (col(AgendaEvent.starts_at) >= start, col(AgendaEvent.starts_at) < end)
    return (await db.exec(_select_in_order(*_is_published(Sight.of(departements)), *when))).all()


async def list_to_come(db: AsyncSession, sight: Sight, now: datetime, window: Window) -> Found:
    """Published events that are not over, the first one first."""
    return await _read_window(db, (*_is_published(sight), col(AgendaEvent.ends_at) > now), window)


async def list_past(db: AsyncSession, sight: Sight, now: datetime, window: Window) -> Found:
    """Published events that are over, the last one first."""
    return await _read_window(db, (*_is_published(sight), col(AgendaEvent.ends_at) <= now), window, newest=True)


async def list_own(db: AsyncSession, user_id: str, sight: Sight, now: datetime, window: Window) -> Found:
    """What somebody proposed or comes to that is not over, whatever became of it."""
    return await _read_window(db, (_is_of(user_id, sight), col(AgendaEvent.ends_at) > now), window)


async def list_attended(
    db: AsyncSession, user_id: str, sight: Sight, start: datetime, end: datetime
) -> Sequence[AgendaEvent]:
    """The published events that begin in that time to which somebody comes."""
    when = (col(AgendaEvent.starts_at) >= start, col(AgendaEvent.starts_at) < end)
    return (await db.exec(_select_in_order(*_is_published(sight), *when, _attends(user_id)))).all()


async def list_for_feed(
    db: AsyncSession, user_id: str, sight: Sight, since: datetime, limit: int
) -> Sequence[AgendaEvent]:
    """What is out since then, the latest so many, in order: what is public or for one’s départements, what one
    proposed, and of who sees everything what they come to."""
    shown = [sight.near, col(AgendaEvent.author_id) == user_id, *([_attends(user_id)] if sight.everything else [])]
    newest = select(AgendaEvent).where(_is_out(), or_(*shown), col(AgendaEvent.ends_at) > since)
    newest = newest.order_by(col(AgendaEvent.starts_at).desc(), col(AgendaEvent.id).desc())
    return list(reversed((await db.exec(newest.limit(limit))).all()))


async def list_proposed(db: AsyncSession, now: datetime, limit: int) -> Sequence[AgendaEvent]:
    """What waits to be read over and is not over yet, the first one first."""
    return (await db.exec(_select_in_order(*_is_waiting(now)).limit(limit))).all()


async def count_proposed(db: AsyncSession, now: datetime) -> int:
    """How much does."""
    return (await db.exec(_select_count(_is_waiting(now)))).one()


async def list_unsaid(db: AsyncSession, now: datetime, limit: int) -> Sequence[AgendaEvent]:
    """Published events to come that no channel was told of yet."""
    wanted = (
        AgendaEvent.state == EventState.PUBLISHED,
        col(AgendaEvent.said_at).is_(None),
        col(AgendaEvent.starts_at) > now,
    )
    return (await db.exec(_select_in_order(*wanted).limit(limit))).all()


async def _read_window(db: AsyncSession, wanted: Sequence[Any], window: Window, *, newest: bool = False) -> Found:
    total = (await db.exec(_select_count(wanted))).one()
    order = (col(AgendaEvent.starts_at), col(AgendaEvent.id))
    ordered = select(AgendaEvent).where(*wanted).order_by(*(c.desc() for c in order) if newest else order)
    return (await db.exec(ordered.limit(window.limit).offset(window.offset))).all(), total


def _select_in_order(*wanted: Any) -> SelectOfScalar[AgendaEvent]:
    return select(AgendaEvent).where(*wanted).order_by(col(AgendaEvent.starts_at), col(AgendaEvent.id))


def _select_count(wanted: Sequence[Any]) -> SelectOfScalar[int]:
    return select(func.count()).select_from(AgendaEvent).where(*wanted)


def _is_published(sight: Sight) -> tuple[Any, ...]:
    return (AgendaEvent.state == EventState.PUBLISHED, sight.clause)


def _is_out() -> ColumnElement[bool]:
    """Cancelled ones, too: calendars take away what they know. One that was never published is nobody’s business."""
    return and_(
        col(AgendaEvent.state).in_([EventState.PUBLISHED, EventState.CANCELLED]),
        col(AgendaEvent.published_at).is_not(None),
    )


def _is_waiting(now: datetime) -> tuple[Any, ...]:
    return (AgendaEvent.state == EventState.PROPOSED, col(AgendaEvent.ends_at) > now)


def _attends(user_id: str) -> ColumnElement[bool]:
    there = select(AgendaAttendance.event).where(AgendaAttendance.user_id == user_id)
    return col(AgendaEvent.id).in_(there)


def _is_of(user_id: str, sight: Sight) -> ColumnElement[bool]:
    """One’s own, and what one comes to and still sees."""
    return or_(col(AgendaEvent.author_id) == user_id, and_(_attends(user_id), _is_out(), sight.clause))


TOKEN_BYTES = 24
"""192 bits of chance: nobody finds one by trying."""


class AgendaFeed(SQLModel, table=True):
    """The feed of somebody, open since then."""

    __tablename__ = "agenda_feed"

    user_id: str = Field(primary_key=True, max_length=26)
    token_hash: str = Field(unique=True, max_length=64)
    created_at: datetime = Field(sa_type=UtcTime)


async def get_feed(db: AsyncSession, user_id: str) -> AgendaFeed | None:
    """Somebody’s feed, if they opened one."""
    return (await db.exec(select(AgendaFeed).where(AgendaFeed.user_id == user_id))).first()


async def renew_feed(db: AsyncSession, user_id: str, now: datetime) -> str:
    """Open a feed, or give it another address, which is only known now; the one before leads nowhere."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    values = {"user_id": user_id, "token_hash": hash_token(token), "created_at": now}
    statement = insertion(db, AgendaFeed).values(values)
    new = {name: statement.excluded[name] for name in ("token_hash", "created_at")}
    await db.execute(statement.on_conflict_do_update(index_elements=["user_id"], set_=new))
    return token


async def close_feed(db: AsyncSession, user_id: str) -> bool:
    """Close somebody’s feed; False where none was open."""
    here = delete(AgendaFeed).where(col(AgendaFeed.user_id) == user_id)
    return (await db.execute(here.returning(col(AgendaFeed.user_id)))).scalar() is not None


async def find_owner(db: AsyncSession, token: str) -> str:
    """Whose feed has that address; "" for nobody’s. Found by its digest, so the time it takes tells nothing of it."""
    found = await db.exec(select(AgendaFeed.user_id).where(AgendaFeed.token_hash == hash_token(token)))
    return found.first() or ""


def hash_token(token: str) -> str:
    """What is stored of an address."""
    return sha256(token.encode()).hexdigest()
