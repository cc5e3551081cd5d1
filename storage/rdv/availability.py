"""When people may book: weekly ranges."""

from collections.abc import Sequence

from sqlalchemy import SmallInteger, delete
from sqlmodel import Field, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from config.time import DAY_MINUTES
from storage.database import Numbered
from storage.rdv.appointments import PLACE_MAX

DAY = DAY_MINUTES
"""Minutes of a day as clocks show them: the last hour that a range may end at."""
LENGTH_MIN, LENGTH_MAX, PAUSE_MAX = 5, 8 * 60, 8 * 60
NOTICE_MAX = 60 * DAY
"""Minutes of the longest notice that somebody may ask for."""
AHEAD_MAX = 365
"""Days that somebody may be booked ahead at most."""
RANGES_MAX = 60


class WeeklyRange(Numbered, table=True):
    """Hours of a weekday (Monday is 0) in which somebody may be booked, from minute ``start`` to ``end`` of the day as
    clocks show them where that person is.

    It is cut into meetings of ``length`` minutes with ``pause`` minutes between two, each with so many ``seats``, at a
    ``place`` in words, about a ``theme`` by its code ("" is any). Who books does so ``notice`` minutes before at least,
    and ``ahead`` days before at most.
    """

    __tablename__ = "rdv_range"

    user_id: str = Field(max_length=26, index=True)
    weekday: int = Field(sa_type=SmallInteger)
    start: int = Field(sa_type=SmallInteger)
    end: int = Field(sa_type=SmallInteger)
    length: int = Field(sa_type=SmallInteger)
    pause: int = Field(default=0, sa_type=SmallInteger)
    seats: int = Field(default=1, sa_type=SmallInteger)
    place: str = Field(default="", max_length=PLACE_MAX)
    theme: str = Field(default="", max_length=32)
    notice: int = 0
    ahead: int = Field(default=30, sa_type=SmallInteger)


async def list_ranges(db: AsyncSession, user_id: str) -> Sequence[WeeklyRange]:
    """List somebody’s weekly ranges, in the order of the week."""
    order = (col(WeeklyRange.weekday), col(WeeklyRange.start), col(WeeklyRange.id))
    return (await db.exec(select(WeeklyRange).where(WeeklyRange.user_id == user_id).order_by(*order))).all()


async def add_range(db: AsyncSession, added: WeeklyRange) -> None:
    """Store a range."""
    db.add(added)
    await db.flush()


async def replace_ranges(db: AsyncSession, user_id: str, ranges: Sequence[WeeklyRange]) -> None:
    """Store these as all the ranges that somebody has."""
    await db.execute(delete(WeeklyRange).where(col(WeeklyRange.user_id) == user_id))
    db.add_all(ranges)
    await db.flush()


async def remove_range(db: AsyncSession, user_id: str, number: int) -> WeeklyRange | None:
    """Remove one of somebody’s ranges, and return it; None where it is gone."""
    mine = (col(WeeklyRange.id) == number, col(WeeklyRange.user_id) == user_id)
    found = (await db.exec(select(WeeklyRange).where(*mine))).first()
    await db.execute(delete(WeeklyRange).where(*mine))
    return found
