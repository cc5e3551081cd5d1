"""Claims: who does what may be done once only, among any number of replicas."""

from datetime import datetime

from sqlalchemy import delete
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.database import UtcTime, insertion


class Claim(SQLModel, table=True):
    """Something done or being done: a job’s period, an event’s id."""

    scope: str = Field(primary_key=True, max_length=80)
    period: str = Field(primary_key=True, max_length=80)
    at: datetime = Field(sa_type=UtcTime)


async def claim(db: AsyncSession, scope: str, period: str, at: datetime) -> bool:
    """Take it; False when it was taken before. The claim stands if the transaction does."""
    row = {"scope": scope, "period": period, "at": at}
    taken = await db.execute(insertion(db, Claim).values(row).on_conflict_do_nothing().returning(col(Claim.scope)))
    return taken.scalar() is not None


async def is_taken(db: AsyncSession, scope: str, period: str) -> bool:
    """Whether somebody took it."""
    taken = select(Claim.scope).where(Claim.scope == scope, Claim.period == period)
    return (await db.exec(taken)).first() is not None


async def forget(db: AsyncSession, before: datetime) -> None:
    """Erase old claims."""
    await db.execute(delete(Claim).where(col(Claim.at) < before))
