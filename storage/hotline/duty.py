"""Who is on duty at the hotline, for which queue, on which days; and who is away."""

from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Index, delete, or_
from sqlmodel import Field, SQLModel, col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from config.hotline import CODE_MAX
from storage.claims import hold
from storage.database import UtcTime, execute, insertion
from storage.people import PARIS, Person

KEPT = timedelta(days=400)
"""How long what is over is remembered."""
_DAY = timedelta(days=1)
_ZONE = ZoneInfo(PARIS)


class _Days(SQLModel):
    """Days of somebody, from ``starts`` up to but not including ``ends``: none where both are the same, which is how
    they are taken back. ``by`` wrote them down."""

    id: int | None = Field(default=None, primary_key=True)
    user_id: str = Field(max_length=26)
    starts: date
    ends: date
    by: str = Field(max_length=26)
    at: datetime = Field(sa_type=UtcTime)

    @property
    def number(self) -> int:
        """What it is called by. (Only what is not stored yet has none.)"""
        assert self.id is not None
        return self.id

    @property
    def last(self) -> date:
        """The last of the days."""
        return self.ends - _DAY

    @property
    def days(self) -> Iterator[date]:
        """Each of them."""
        return map(date.fromordinal, range(self.starts.toordinal(), self.ends.toordinal()))

    def has(self, day: date) -> bool:
        """Whether that is one of them."""
        return self.starts <= day < self.ends

    def meets(self, other: "_Days") -> bool:
        """Whether some day is one of both."""
        return max(self.starts, other.starts) < min(self.ends, other.ends)


class Turn(_Days, table=True):
    """Somebody is on duty for a queue, or for all of them (""). ``handed_at`` is when its end was told."""

    __tablename__ = "duty_turn"
    __table_args__ = (Index("ix_duty_turn_ends", "ends"),)

    queue: str = Field(default="", max_length=CODE_MAX)
    handed_at: datetime | None = Field(default=None, sa_type=UtcTime)

    def covers(self, queue: str) -> bool:
        """Whether it is for that queue too; all of them are ""."""
        return not self.queue or not queue or self.queue == queue


class Absence(_Days, table=True):
    """Somebody is away: they are not on duty, whatever turn they have."""

    __tablename__ = "duty_absence"
    __table_args__ = (Index("ix_duty_absence_ends", "ends"),)


def day_of(at: datetime) -> date:
    """The day that an instant belongs to, for the hotline: that of Paris."""
    return at.astimezone(_ZONE).date()


async def on_duty(db: AsyncSession, queue: str, at: datetime) -> Sequence[str]:
    """The ids of who is on duty for a queue: neither away nor gone; who began first comes first."""
    day = day_of(at)
    turns = select(Turn.user_id).join(Person, col(Person.id) == col(Turn.user_id), isouter=True)
    turns = turns.where(*_on(Turn, day), or_(col(Turn.queue) == queue, col(Turn.queue) == ""))
    turns = turns.where(or_(col(Person.left_on).is_(None), col(Person.left_on) >= day))
    absent = select(Absence.user_id).where(*_on(Absence, day))
    found = await db.exec(turns.where(col(Turn.user_id).not_in(absent)).order_by(col(Turn.starts), col(Turn.id)))
    return list(dict.fromkeys(found))


async def away(db: AsyncSession, at: datetime) -> Collection[str]:
    """The ids of who is away."""
    return set((await db.exec(select(Absence.user_id).where(*_on(Absence, day_of(at))))).all())


async def turns(db: AsyncSession, first: date, end: date) -> Sequence[Turn]:
    """All turns of these days, up to but not including the end; the first to begin comes first."""
    there = select(Turn).where(*_within(Turn, first, end))
    return (await db.exec(there.order_by(col(Turn.starts), col(Turn.ends), col(Turn.id)))).all()


async def absences(db: AsyncSession, first: date, end: date) -> Sequence[Absence]:
    """All absences of these days."""
    there = select(Absence).where(*_within(Absence, first, end))
    return (await db.exec(there.order_by(col(Absence.starts), col(Absence.id)))).all()


async def departures(db: AsyncSession, user_ids: Collection[str]) -> Sequence[Absence]:
    """Who of these has left, or will: they are away from the day after their last one, for good."""
    leaving = select(Person).where(col(Person.id).in_(user_ids), col(Person.left_on).is_not(None))
    return [
        Absence(user_id=person.id, starts=person.left_on + _DAY, ends=date.max, by=person.id, at=person.since)
        for person in await db.exec(leaving.order_by(col(Person.id)))
        if person.left_on is not None
    ]


async def turns_of(db: AsyncSession, user_id: str, today: date) -> Sequence[Turn]:
    """Those of somebody that are not over."""
    theirs = select(Turn).where(Turn.user_id == user_id, col(Turn.ends) > today, col(Turn.starts) < col(Turn.ends))
    return (await db.exec(theirs.order_by(col(Turn.starts), col(Turn.id)))).all()


async def turn(db: AsyncSession, number: int) -> Turn | None:
    """One of them, as it is now."""
    found = select(Turn).where(Turn.id == number).execution_options(populate_existing=True)
    return (await db.exec(found)).first()


async def absence(db: AsyncSession, number: int) -> Absence | None:
    """One of them, as it is now."""
    found = select(Absence).where(Absence.id == number).execution_options(populate_existing=True)
    return (await db.exec(found)).first()


async def lock(db: AsyncSession, now: datetime) -> None:
    """Nobody else changes who is on duty until the transaction ends: what is found free stays so."""
    await hold(db, "garde", "tours", now)


async def add(db: AsyncSession, days: Turn | Absence) -> int:
    """Write it down; the number that it has."""
    kind = type(days)
    statement = insertion(db, kind).values(days.model_dump(exclude={"id"})).returning(col(kind.id))
    return int((await execute(db, statement)).scalar_one())


async def end(db: AsyncSession, days: Turn | Absence, ends: date) -> bool:
    """It ends then; False where somebody changed it meanwhile. What is told of its end is told anew."""
    kind = type(days)
    same = (col(kind.id) == days.id, col(kind.user_id) == days.user_id, col(kind.ends) == days.ends)
    values: dict[str, object] = {"ends": ends} | ({"handed_at": None} if kind is Turn else {})
    return (await execute(db, update(kind).where(*same).values(values))).rowcount == 1


async def take_out(db: AsyncSession, days: Turn | Absence, first: date, end_: date) -> int | None:
    """Some days from within are none of it any more: it ends before them. What comes after them is a row of its own,
    whose number is returned; None where nothing does."""
    await end(db, days, first)
    if end_ >= days.ends:
        return None
    return await add(db, type(days)(**(days.model_dump() | {"id": None, "starts": end_})))


async def give(db: AsyncSession, number: int, before: str, after: str) -> bool:
    """A turn that was somebody’s is another’s; False where it was not theirs any more."""
    theirs = update(Turn).where(col(Turn.id) == number, col(Turn.user_id) == before, col(Turn.starts) < col(Turn.ends))
    return (await execute(db, theirs.values(user_id=after))).rowcount == 1


async def ending(db: AsyncSession, first: date, last: date) -> Sequence[Turn]:
    """Turns whose last day is one of those, and of whose end nobody was told."""
    over = (col(Turn.ends) > first, col(Turn.ends) <= last + _DAY, col(Turn.starts) < col(Turn.ends))
    untold = select(Turn).where(*over, col(Turn.handed_at).is_(None))
    return (await db.exec(untold.order_by(col(Turn.ends), col(Turn.id)))).all()


async def hand_over(db: AsyncSession, number: int, at: datetime) -> bool:
    """Its end is told; False where it was already."""
    untold = update(Turn).where(col(Turn.id) == number, col(Turn.handed_at).is_(None))
    return (await execute(db, untold.values(handed_at=at))).rowcount == 1


async def forget(db: AsyncSession, before: date) -> None:
    """Drop what was over by then."""
    for kind in (Turn, Absence):
        await db.execute(delete(kind).where(col(kind.ends) < before))


def _on(kind: type[Turn] | type[Absence], day: date) -> tuple[ColumnElement[bool], ...]:
    return _within(kind, day, day + _DAY)


def _within(kind: type[Turn] | type[Absence], first: date, end: date) -> tuple[ColumnElement[bool], ...]:
    return (col(kind.starts) < end, col(kind.ends) > first, col(kind.starts) < col(kind.ends))
