"""Absences: who is away, on which days, on leave, at a training, or for some hours; every feature that asks whether
somebody is there reads this table."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from functools import partial

import sqlalchemy as sa
from sqlmodel import Field, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from config.time import DAY_MINUTES
from storage.database import INSERT, Numbered, UtcTime
from storage.people import Person
from storage.statements import Asked, DirectStatement, make_row

KEPT_FOR = timedelta(days=30)
"""How long an absence is kept after its end."""
WORD_MAX = 80
COMING_MAX = 60
"""The most coming absences of one person."""
_DAY = timedelta(days=1)


class Days(Numbered):
    """Days of somebody, from ``starts`` up to but not including ``ends``; the same day in both is an empty span, which
    is how days are taken back. ``by`` wrote them down."""

    user_id: str = Field(max_length=26)
    starts: date
    ends: date
    by: str = Field(max_length=26)
    at: datetime = Field(sa_type=UtcTime)

    @property
    def last(self) -> date:
        """The last of the days (``ends`` itself is not one of them)."""
        return self.ends - _DAY

    @property
    def days(self) -> Iterator[date]:
        """Each of the days, in order."""
        return map(date.fromordinal, range(self.starts.toordinal(), self.ends.toordinal()))

    def has(self, day: date) -> bool:
        """Tell whether a day is one of these days."""
        return self.starts <= day < self.ends

    def meets(self, other: "Days") -> bool:
        """Tell whether some day belongs to both spans."""
        return max(self.starts, other.starts) < min(self.ends, other.ends)


class Absence(Days, table=True):
    """An absence of somebody on these days; on a single day it may last from minute ``start`` to ``end`` only, as
    clocks show them where that person is. The ``word`` is read by colleagues who ask for them."""

    __tablename__ = "absence"

    user_id: str = Field(max_length=26, index=True)
    ends: date = Field(index=True)
    start: int = Field(default=0, sa_type=sa.SmallInteger)
    end: int = Field(default=DAY_MINUTES, sa_type=sa.SmallInteger)
    word: str = Field(default="", max_length=WORD_MAX)

    @property
    def is_whole(self) -> bool:
        """Tell whether the absence takes whole days."""
        return self.start == 0 and self.end == DAY_MINUTES


IS_WHOLE = (col(Absence.start) == 0, col(Absence.end) == DAY_MINUTES)
"""The condition in SQL of an absence of whole days."""


async def list_absences(
    db: AsyncSession, user_ids: Collection[str], since: date, *, whole: bool = False
) -> Sequence[Absence]:
    """List the absences of these people that end after a day, in order; where ``whole``, only those of whole days."""
    theirs = (col(Absence.user_id).in_(user_ids), col(Absence.ends) > since, col(Absence.starts) < col(Absence.ends))
    order = (col(Absence.starts), col(Absence.start), col(Absence.id))
    found = select(Absence).where(*theirs, *(IS_WHOLE if whole else ())).order_by(*order)
    return (await db.exec(found)).all()


def _own_statement() -> sa.ClauseElement:
    own = (col(Absence.user_id) == sa.bindparam("user"), col(Absence.ends) > sa.bindparam("since", type_=sa.Date))
    order = (col(Absence.starts), col(Absence.start), col(Absence.id))
    return sa.select(_TABLE).where(*own, col(Absence.starts) < col(Absence.ends)).order_by(*order)


_TABLE: sa.Table = Absence.__table__  # type: ignore[attr-defined]  # SQLModel does not declare it
_OWN = DirectStatement(dict.fromkeys(INSERT, _own_statement()))


def ask_absences(user_id: str, since: date) -> Asked[Absence]:
    """Ask for the absences of one person that end after a day, to be read only: most people have none, and this tells
    so in a fifth of the time that ``list_absences`` takes."""
    return Asked(_OWN, {"user": user_id, "since": since}, partial(make_row, Absence))


async def find_away(db: AsyncSession, user_ids: Collection[str], day: date) -> set[str]:
    """Find which of these people are away for all of a day."""
    return {one.user_id for one in await list_absences(db, user_ids, day, whole=True) if one.has(day)}


async def find_absence(db: AsyncSession, number: int) -> Absence | None:
    """Find an absence of anybody by its number, as it is now."""
    return await db.get(Absence, number, populate_existing=True)


async def get_absence(db: AsyncSession, user_id: str, number: int, *, locked: bool = False) -> Absence | None:
    """Get one of somebody’s absences as it is now; where ``locked``, nobody else changes it until the transaction
    ends."""
    query = select(Absence).where(col(Absence.id) == number, col(Absence.user_id) == user_id)
    return (await db.exec(query.with_for_update() if locked else query)).first()


async def remove_absence(db: AsyncSession, user_id: str, number: int) -> Absence | None:
    """Remove one of somebody’s absences, and return it; None where it does not exist."""
    found = await get_absence(db, user_id, number, locked=True)
    await db.execute(sa.delete(Absence).where(col(Absence.id) == number, col(Absence.user_id) == user_id))
    return found


async def find_on_leave(db: AsyncSession, persons: Iterable[Person], now: datetime) -> set[str]:
    """Find which of these people are on leave now, each on the day that it is in their own time zone."""
    days: dict[date, list[str]] = {}
    for person in persons:
        days.setdefault(person.today(now), []).append(person.id)
    return {one for day, ids in days.items() for one in await find_away(db, ids, day)}
