"""The rules by which rendez-vous were written out; each occurrence is a row of ``rdv``."""

import datetime as dt
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import SmallInteger
from sqlmodel import Field, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.database import Numbered, UtcTime
from storage.rdv.appointments import Rdv


class RdvSeries(Numbered, table=True):
    """A weekday (Monday is 0) of each week (``nth`` 0), of each two (``every`` 2), or the ``nth`` of each month (-1 is
    the last), at ``minute`` of the day where ``zone`` is, from ``first`` to ``until``."""

    __tablename__ = "rdv_series"

    user_id: str = Field(max_length=26, index=True)
    weekday: int = Field(sa_type=SmallInteger)
    nth: int = Field(default=0, sa_type=SmallInteger)
    every: int = Field(default=1, sa_type=SmallInteger)
    minute: int = Field(sa_type=SmallInteger)
    zone: str = Field(max_length=64)
    first: dt.date
    until: dt.date
    created_at: datetime = Field(sa_type=UtcTime)


async def add_series(db: AsyncSession, series: RdvSeries) -> None:
    """Store a rule, which has its number then."""
    db.add(series)
    await db.flush()


async def list_occurrences(db: AsyncSession, user_id: str, series: int, since: datetime) -> Sequence[Rdv]:
    """List the rdv of somebody’s series that begin since then, in order; nobody changes them until the transaction
    ends."""
    mine = (Rdv.user_id == user_id, Rdv.series == series, col(Rdv.starts_at) >= since)
    return (await db.exec(select(Rdv).where(*mine).order_by(col(Rdv.starts_at)).with_for_update())).all()
