"""The agenda: events by list, who may see which, who attends them, and the private feeds of calendars."""

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
from storage.database import Code, Numbered, UtcTime, insert_new, store, upsert
from storage.seals import hash_token

TITLE_MAX, PLACE_MAX, DETAILS_MAX, REASON_MAX, LINK_MAX = 150, 150, 3000, 500, 1000


class EventState(StrEnum):
    """How an event stands: the réseau sees published ones, and cancelled ones where they stood."""

    PROPOSED = "proposed"
    PUBLISHED = "published"
    REFUSED = "refused"
    CANCELLED = "cancelled"


class AgendaEvent(Numbered, table=True):
    """Something that takes place; its ``id`` is the number that people say.

    ``departement`` is the code of the one it is for, by whose channel it has (``storage/agenda.py``), empty for the
    whole réseau. ``zone`` is where its author was. ``decided_by`` is who published, refused or cancelled it, and
    ``reason`` why it was refused or cancelled. ``sequence`` counts its changes, ``mark`` is a digest of what attendees
    need to know: they are told when it differs from the one they knew. ``said_at`` is when it was announced in its
    channel.
    """

    __tablename__ = "agenda_event"

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
    def is_out(self) -> bool:
        """Tell whether anybody but the author and animateurs was ever told of the event."""
        return self.state in (EventState.PUBLISHED, EventState.CANCELLED) and self.published_at is not None


async def get_event(db: AsyncSession, number: int) -> AgendaEvent | None:
    """Get an event by its number, whatever its state."""
    return await db.get(AgendaEvent, number)


async def lock_event(db: AsyncSession, number: int) -> AgendaEvent | None:
    """Get an event by its number, locked: nobody else changes it until the transaction ends."""
    return await db.get(AgendaEvent, number, with_for_update=True, populate_existing=True)


async def add_event(db: AsyncSession, event: AgendaEvent) -> None:
    """Store a new event, which gets its number."""
    event.mark = _make_mark(event)
    await store(db, event)


async def save_event(db: AsyncSession, event: AgendaEvent, now: datetime) -> None:
    """Store the changes of an event that is locked, and count them, so that calendars take it as newer."""
    event.sequence += 1
    event.changed_at = now
    event.mark = _make_mark(event)
    await store(db, event)


def _make_mark(event: AgendaEvent) -> str:
    """Make the mark of what attendees need to know: whether (the first letter), when and where the event takes
    place."""
    known = (event.starts_at.timestamp(), event.ends_at.timestamp(), event.place, event.url)
    return f"{event.state.value[0]}{sha256(repr(known).encode()).hexdigest()[:18]}"


ATTENDANCE_KEPT = timedelta(days=90)
"""How long the attendances of past events are kept."""


class AgendaAttendance(SQLModel, table=True):
    """Somebody’s attendance of an event, since ``at``; ``seen`` is the event’s mark as they know it
    (``AgendaEvent.mark``)."""

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
    """Note that somebody attends an event; return False where that was noted already."""
    coming = AgendaAttendance(event=event.number, user_id=user_id, at=now, seen=event.mark)
    return await insert_new(db, AgendaAttendance, coming.model_dump())


async def drop_attendance(db: AsyncSession, number: int, user_id: str) -> bool:
    """Note that somebody does not attend an event any more; return False where they did not."""
    here = (col(AgendaAttendance.event) == number, col(AgendaAttendance.user_id) == user_id)
    gone = delete(AgendaAttendance).where(*here).returning(col(AgendaAttendance.event))
    return (await db.execute(gone)).scalar() is not None


async def count_attendees(db: AsyncSession, numbers: Collection[int]) -> Mapping[int, int]:
    """Count the attendees of each of these events; events without any are left out."""
    query = select(AgendaAttendance.event, func.count()).where(col(AgendaAttendance.event).in_(numbers))
    return dict((await db.exec(query.group_by(col(AgendaAttendance.event)))).all())


async def find_attended(db: AsyncSession, user_id: str, numbers: Collection[int]) -> frozenset[int]:
    """Find which of these events somebody attends."""
    query = select(AgendaAttendance.event).where(AgendaAttendance.user_id == user_id)
    return frozenset((await db.exec(query.where(col(AgendaAttendance.event).in_(numbers)))).all())


async def list_outdated(db: AsyncSession, now: datetime, limit: int) -> Sequence[Pair]:
    """List the attendances of events to come whose attendees do not know the present state."""
    outdated = (col(AgendaAttendance.seen) != col(AgendaEvent.mark), col(AgendaEvent.ends_at) > now)
    out = col(AgendaEvent.state).in_([EventState.PUBLISHED, EventState.CANCELLED])
    return (await db.exec(_lock_pairs().where(*outdated, out).limit(limit))).all()


async def list_soon(db: AsyncSession, now: datetime, within: timedelta) -> Sequence[Pair]:
    """List the attendances of published events that begin within a span of time, without those reminded in the last
    hour."""
    when = (col(AgendaEvent.starts_at) > now, col(AgendaEvent.starts_at) <= now + within)
    waits = (AgendaEvent.state == EventState.PUBLISHED, col(AgendaAttendance.hour_told).is_(False))
    return (await db.exec(_lock_pairs().where(*when, *waits))).all()


async def forget_reminders(db: AsyncSession, number: int) -> None:
    """Clear the reminders of an event’s attendees: it begins at another time."""
    of_it = update(AgendaAttendance).where(col(AgendaAttendance.event) == number)
    await db.execute(of_it.values(day_told=False, hour_told=False).execution_options(synchronize_session=False))


async def note_seen(db: AsyncSession, event: AgendaEvent, user_id: str) -> None:
    """Note that somebody knows an event as it is now, as they have just changed it."""
    here = (col(AgendaAttendance.event) == event.number, col(AgendaAttendance.user_id) == user_id)
    seen = update(AgendaAttendance).where(*here).values(seen=event.mark)
    await db.execute(seen.execution_options(synchronize_session=False))


def _lock_pairs() -> Select[AgendaAttendance, AgendaEvent]:
    """Select attendances with their events, locked until the transaction ends, so that nobody is told who takes their
    attendance back at this moment."""
    joined = select(AgendaAttendance, AgendaEvent).join(AgendaEvent, col(AgendaEvent.id) == col(AgendaAttendance.event))
    order = (col(AgendaEvent.starts_at), col(AgendaAttendance.event), col(AgendaAttendance.user_id))
    return joined.order_by(*order).with_for_update(of=AgendaAttendance, skip_locked=True)


def find_homes(codes: Collection[str]) -> frozenset[str]:
    """Find the départements whose events people of these départements see: by the channel that they share, where there
    is one."""
    return frozenset(home_of(code) or code for code in codes)


@dataclass(frozen=True, slots=True)
class Sight:
    """Which published events somebody may see: public ones and those for their ``departements``, or ``everything``."""

    homes: frozenset[str] = frozenset()
    everything: bool = False

    @classmethod
    def of(cls, departements: Collection[str]) -> "Sight":
        """Make the sight of people who work in these départements."""
        return cls(find_homes(departements))

    def covers(self, departement: str) -> bool:
        """Tell whether an event for a département may be seen; "" stands for the whole réseau."""
        return self.everything or not departement or departement in self.homes

    @property
    def clause(self) -> ColumnElement[bool]:
        """The condition in SQL that selects the events that may be seen."""
        return true() if self.everything else self.near

    @property
    def near(self) -> ColumnElement[bool]:
        """Make the condition that an event is public, or for the person’s own départements, whatever else they may
        see."""
        return or_(col(AgendaEvent.departement) == "", col(AgendaEvent.departement).in_(self.homes))


@dataclass(frozen=True, slots=True)
class Window:
    """A page of a list: so many rows at most, after skipping so many."""

    limit: int
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Narrowing:
    """A restriction of a list of events: between two moments, or of these numbers."""

    start: datetime | None = None
    end: datetime | None = None
    numbers: Collection[int] | None = None

    @property
    def clauses(self) -> Sequence[ColumnElement[bool]]:
        """The conditions in SQL that select these events."""
        clauses = [col(AgendaEvent.ends_at) > self.start] if self.start else []
        clauses += [col(AgendaEvent.starts_at) < self.end] if self.end else []
        return [*clauses, *([col(AgendaEvent.id).in_(self.numbers)] if self.numbers is not None else [])]


ALL = Narrowing()

Found = tuple[Sequence[AgendaEvent], int]
"""A page of a list, and the length of the whole list."""


async def list_coming(
    db: AsyncSession, start: datetime, end: datetime, departements: Collection[str] = ()
) -> Sequence[AgendaEvent]:
    """List published events that begin in a span of time, public ones and those for these départements, in order."""
    when = (col(AgendaEvent.starts_at) >= start, col(AgendaEvent.starts_at) < end)
    return (await db.exec(_select_in_order(*_is_published(Sight.of(departements)), *when))).all()


async def list_to_come(db: AsyncSession, sight: Sight, now: datetime, window: Window, wanted: Narrowing = ALL) -> Found:
    """List published events that are not over, in order of their beginning."""
    is_to_come = (*_is_published(sight), col(AgendaEvent.ends_at) > now)
    return await _read_window(db, (*is_to_come, *wanted.clauses), window)


async def list_past(db: AsyncSession, sight: Sight, now: datetime, window: Window, wanted: Narrowing = ALL) -> Found:
    """List published events that are over, the latest first."""
    is_past = (*_is_published(sight), col(AgendaEvent.ends_at) <= now)
    return await _read_window(db, (*is_past, *wanted.clauses), window, newest=True)


async def list_own(db: AsyncSession, user_id: str, sight: Sight, now: datetime, window: Window) -> Found:
    """List the events to come that somebody proposed, in any state, or attends and may still see."""
    own = or_(col(AgendaEvent.author_id) == user_id, and_(_attends(user_id), _is_out(), sight.clause))
    return await _read_window(db, (own, col(AgendaEvent.ends_at) > now), window)


TOLD_MAX = 5_000
"""How many events can be searched by words, the latest ones."""
_TOLD = (EventState.PUBLISHED, EventState.PROPOSED)


async def list_told(db: AsyncSession) -> Sequence[AgendaEvent]:
    """List the latest events that are published or wait to be, the latest first."""
    return (await db.exec(_select_in_order(col(AgendaEvent.state).in_(_TOLD), newest=True).limit(TOLD_MAX))).all()


async def read_stamp(db: AsyncSession) -> tuple[object, ...]:
    """Read numbers that change whenever what is shown of these events does."""
    counted = select(func.count(), func.coalesce(func.sum(AgendaEvent.sequence), 0), func.max(AgendaEvent.changed_at))
    return tuple((await db.exec(counted.where(col(AgendaEvent.state).in_(_TOLD)))).one())


async def list_shown(db: AsyncSession, numbers: Collection[int], user_id: str, sight: Sight) -> Sequence[AgendaEvent]:
    """List which of these events somebody may see, and those of their own that wait for approval, the latest first."""
    own = (col(AgendaEvent.author_id) == user_id, col(AgendaEvent.author_id) != "")
    waits = and_(*own, col(AgendaEvent.state) == EventState.PROPOSED)
    shown = or_(and_(*_is_published(sight)), waits)
    return (await db.exec(_select_in_order(col(AgendaEvent.id).in_(numbers), shown, newest=True))).all()


async def list_attended(
    db: AsyncSession, user_id: str, sight: Sight, start: datetime, end: datetime
) -> Sequence[AgendaEvent]:
    """List the published events that somebody attends and that begin in a span of time."""
    when = (col(AgendaEvent.starts_at) >= start, col(AgendaEvent.starts_at) < end)
    return (await db.exec(_select_in_order(*_is_published(sight), *when, _attends(user_id)))).all()


async def list_for_feed(
    db: AsyncSession, user_id: str, sight: Sight, since: datetime, limit: int
) -> Sequence[AgendaEvent]:
    """List the events for somebody’s private calendar since a moment, the latest so many, in order: public ones, those
    for their départements, those that they proposed; for people who see everything, of the others only those they
    attend."""
    shown = [sight.near, col(AgendaEvent.author_id) == user_id, *([_attends(user_id)] if sight.everything else [])]
    newest = _select_in_order(_is_out(), or_(*shown), col(AgendaEvent.ends_at) > since, newest=True)
    return list(reversed((await db.exec(newest.limit(limit))).all()))


async def list_proposed(db: AsyncSession, now: datetime, limit: int) -> Sequence[AgendaEvent]:
    """List the events to come that wait for a review, in order."""
    return (await db.exec(_select_in_order(*_is_waiting(now)).limit(limit))).all()


async def count_proposed(db: AsyncSession, now: datetime) -> int:
    """Count the events to come that wait for a review."""
    return (await db.exec(_select_count(_is_waiting(now)))).one()


async def list_unsaid(db: AsyncSession, now: datetime, limit: int) -> Sequence[AgendaEvent]:
    """List the published events to come that were not announced in a channel yet."""
    unsaid = (*_is_published(Sight(everything=True)), col(AgendaEvent.said_at).is_(None))
    return (await db.exec(_select_in_order(*unsaid, col(AgendaEvent.starts_at) > now).limit(limit))).all()


async def _read_window(db: AsyncSession, wanted: Sequence[Any], window: Window, *, newest: bool = False) -> Found:
    total = (await db.exec(_select_count(wanted))).one()
    ordered = _select_in_order(*wanted, newest=newest)
    return (await db.exec(ordered.limit(window.limit).offset(window.offset))).all(), total


def _select_in_order(*wanted: Any, newest: bool = False) -> SelectOfScalar[AgendaEvent]:
    order = (col(AgendaEvent.starts_at), col(AgendaEvent.id))
    return select(AgendaEvent).where(*wanted).order_by(*(c.desc() for c in order) if newest else order)


def _select_count(wanted: Sequence[Any]) -> SelectOfScalar[int]:
    return select(func.count()).select_from(AgendaEvent).where(*wanted)


def _is_published(sight: Sight) -> tuple[Any, ...]:
    return (AgendaEvent.state == EventState.PUBLISHED, sight.clause)


def _is_out() -> ColumnElement[bool]:
    """Make the condition that an event was published; cancelled ones count, so that calendars remove them."""
    return and_(
        col(AgendaEvent.state).in_([EventState.PUBLISHED, EventState.CANCELLED]),
        col(AgendaEvent.published_at).is_not(None),
    )


def _is_waiting(now: datetime) -> tuple[Any, ...]:
    return (AgendaEvent.state == EventState.PROPOSED, col(AgendaEvent.ends_at) > now)


def _attends(user_id: str) -> ColumnElement[bool]:
    there = select(AgendaAttendance.event).where(AgendaAttendance.user_id == user_id)
    return col(AgendaEvent.id).in_(there)


TOKEN_BYTES = 24
"""Random bytes of a token: 192 bits, which nobody guesses."""


class AgendaFeed(SQLModel, table=True):
    """Somebody’s private calendar feed, and since when it is open."""

    __tablename__ = "agenda_feed"

    user_id: str = Field(primary_key=True, max_length=26)
    token_hash: str = Field(unique=True, max_length=64)
    created_at: datetime = Field(sa_type=UtcTime)


async def get_feed(db: AsyncSession, user_id: str) -> AgendaFeed | None:
    """Get somebody’s feed, if they opened one."""
    return await db.get(AgendaFeed, user_id)


async def renew_feed(db: AsyncSession, user_id: str, now: datetime) -> str:
    """Open a feed or give it a new address, which is only returned now; the former address leads nowhere."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    await upsert(db, AgendaFeed, [{"user_id": user_id, "token_hash": hash_token(token), "created_at": now}])
    return token


async def close_feed(db: AsyncSession, user_id: str) -> bool:
    """Close somebody’s feed; False where none was open."""
    here = delete(AgendaFeed).where(col(AgendaFeed.user_id) == user_id)
    return (await db.execute(here.returning(col(AgendaFeed.user_id)))).scalar() is not None


async def find_owner(db: AsyncSession, token: str) -> str:
    """Find who owns the feed of an address; "" where nobody does. It is looked up by a digest of its token, so that the
    time it takes reveals nothing of the token."""
    found = await db.exec(select(AgendaFeed.user_id).where(AgendaFeed.token_hash == hash_token(token)))
    return found.first() or ""
