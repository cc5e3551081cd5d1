"""How often somebody asked for something on a day, counted in the transaction of what was asked."""

from collections.abc import Collection
from datetime import date, timedelta

from sqlmodel import Field, SQLModel, col
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.database import insertion

KEPT = timedelta(days=2)
"""How long a day is remembered: it is longer than any, wherever people are."""


class QuotaUse(SQLModel, table=True):
    """So much of that kind was ``used`` by somebody on that day, as it is where they are."""

    __tablename__ = "quota_use"

    user_id: str = Field(primary_key=True, max_length=26)
    kind: str = Field(primary_key=True, max_length=16)
    day: date = Field(primary_key=True)
    used: int


async def spend(db: AsyncSession, user_id: str, kind: str, day: date, most: int) -> int | None:
    """Count one more, and return how many are left of ``most``; None, and nothing is counted, where none was left."""
    if most < 1:
        return None
    once = insertion(db, QuotaUse).values(user_id=user_id, kind=kind, day=day, used=1)
    more = once.on_conflict_do_update(
        index_elements=["user_id", "kind", "day"],
        set_={"used": QuotaUse.used + 1},
        where=col(QuotaUse.used) < most,
    )
    used = (await db.execute(more.returning(col(QuotaUse.used)))).scalar()
    return None if used is None else most - used


async def spend_each(db: AsyncSession, people: Collection[str], kind: str, day: date, most: int) -> Collection[str]:
    """Count one more for each of these, in an order that is the same for all; return those to whom something was
    left."""
    return {one for one in sorted(people) if await spend(db, one, kind, day, most) is not None}
