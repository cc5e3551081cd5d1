"""Claims: who does what may be done once only, among any number of replicas."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.database import INSERT, UtcTime, insertion

KEPT = timedelta(days=60)
"""How long they are remembered."""
SCOPE_MAX = 80
"""Characters."""


class Claim(SQLModel, table=True):
    """Something done or being done: a job’s period, an event’s id."""

    scope: str = Field(primary_key=True, max_length=SCOPE_MAX)
    period: str = Field(primary_key=True, max_length=80)
    at: datetime = Field(sa_type=UtcTime)


async def claim(db: AsyncSession, scope: str, period: str, at: datetime) -> bool:
    """Take it; False when it was taken before. The claim stands if the transaction does."""
    row = {"scope": scope, "period": period, "at": at}
    taken_now = await db.execute(insertion(db, Claim).values(row).on_conflict_do_nothing().returning(col(Claim.scope)))
    return taken_now.scalar() is not None


async def hold(db: AsyncSession, scope: str, period: str, at: datetime) -> None:
    """Keep out who holds the same, until the transaction ends."""
    held = insertion(db, Claim).values({"scope": scope, "period": period, "at": at})
    await db.execute(held.on_conflict_do_update(index_elements=["scope", "period"], set_={"at": at}))


class TakenError(Exception):
    """What was to be done once is done, or being done, by somebody else."""


def claim_first(scope: str, period: str, at: datetime) -> Callable[[Connection], None]:
    """What takes it at the very beginning of a transaction, and raises TakenError where that was done before."""

    def take(connection: Connection) -> None:
        row = {"scope": scope, "period": period, "at": at}
        insert = INSERT[connection.dialect.name](Claim).values(row).on_conflict_do_nothing()
        if connection.execute(insert.returning(col(Claim.scope))).scalar() is None:
            raise TakenError

    return take


async def is_taken(db: AsyncSession, scope: str, period: str) -> bool:
    """Whether somebody took it."""
    return bool(await taken(db, scope, [period]))


async def taken(db: AsyncSession, scope: str, periods: Collection[str]) -> Sequence[str]:
    """Those of these that somebody took."""
    return (await db.exec(select(Claim.period).where(Claim.scope == scope, col(Claim.period).in_(periods)))).all()


async def count_since(db: AsyncSession, scope: str, moment: datetime) -> int:
    """How many were taken since then."""
    wanted = select(func.count()).where(Claim.scope == scope, col(Claim.at) >= moment)
    return (await db.exec(wanted)).one()


async def release(db: AsyncSession, scope: str, period: str) -> bool:
    """Give it back, to be taken anew; False where nobody had it."""
    gone = delete(Claim).where(col(Claim.scope) == scope, col(Claim.period) == period)
    return (await db.execute(gone.returning(col(Claim.scope)))).scalar() is not None


async def forget(db: AsyncSession, before: datetime) -> None:
    """Erase old claims."""
    await db.execute(delete(Claim).where(col(Claim.at) < before))
