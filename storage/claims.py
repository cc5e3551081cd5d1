"""Claims on what may be done only once, among any number of replicas: claims, leases, cursors and runs of jobs; and
daily quotas."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.database import INSERT, Code, UtcTime, insert_new, insertion, upsert
from storage.statements import DirectStatement

LEASE = timedelta(seconds=20)

CLAIMS_KEPT = timedelta(days=60)
"""How long claims are kept."""
SCOPE_MAX = 80
"""The most characters of a scope."""


class Claim(SQLModel, table=True):
    """A claim on something that is done once only: a job’s period, or an event’s id."""

    scope: str = Field(primary_key=True, max_length=SCOPE_MAX)
    period: str = Field(primary_key=True, max_length=80)
    at: datetime = Field(sa_type=UtcTime)


def check_scope(scope: str) -> str:
    """Return the name under which something is claimed. Raises ValueError where it is too long for the table."""
    if not 0 < len(scope) <= SCOPE_MAX:
        raise ValueError(f"{SCOPE_MAX} characters at most, and one at least, can be claimed by: « {scope} »")
    return scope


async def claim(db: AsyncSession, scope: str, period: str, at: datetime) -> bool:
    """Claim something that is to be done once; return False where it was claimed before. The claim is kept if the
    transaction commits."""
    return await insert_new(db, Claim, {"scope": scope, "period": period, "at": at})


async def hold(db: AsyncSession, scope: str, period: str, at: datetime) -> None:
    """Take an exclusive lock by name until the transaction ends."""
    await upsert(db, Claim, [{"scope": scope, "period": period, "at": at}])


class TakenError(Exception):
    """Raised where something that is to be done once is done, or being done, by somebody else."""


def claim_first(scope: str, period: str, at: datetime) -> Callable[[sa.Connection], None]:
    """Return a function that claims something at the very beginning of a transaction, and raises TakenError where it
    was claimed before."""

    def take(connection: sa.Connection) -> None:
        row = {"scope": scope, "period": period, "at": at}
        insert = INSERT[connection.dialect.name](Claim).values(row).on_conflict_do_nothing()
        if connection.execute(insert.returning(col(Claim.scope))).scalar() is None:
            raise TakenError

    return take


async def is_taken(db: AsyncSession, scope: str, period: str) -> bool:
    """Tell whether a period was claimed in a scope."""
    return bool(await list_taken(db, scope, [period]))


async def list_taken(db: AsyncSession, scope: str, periods: Collection[str]) -> Sequence[str]:
    """List which of these periods were claimed in a scope."""
    return (await db.exec(select(Claim.period).where(Claim.scope == scope, col(Claim.period).in_(periods)))).all()


async def find_taken(db: AsyncSession, wanted: Collection[tuple[str, str]]) -> Collection[tuple[str, str]]:
    """Find which of these pairs of scope and period were claimed."""
    both = sa.tuple_(col(Claim.scope), col(Claim.period))
    found = await db.execute(select(Claim.scope, Claim.period).where(both.in_(wanted)))
    return {(scope, period) for scope, period in found}


async def list_claiming(db: AsyncSession, scopes: Collection[str], period: str) -> Sequence[str]:
    """List in which of these scopes a period was claimed."""
    return (await db.exec(select(Claim.scope).where(col(Claim.scope).in_(scopes), Claim.period == period))).all()


async def count_since(db: AsyncSession, scope: str, moment: datetime) -> int:
    """Count the claims of a scope since then."""
    wanted = select(sa.func.count()).where(Claim.scope == scope, col(Claim.at) >= moment)
    return (await db.exec(wanted)).one()


async def release(db: AsyncSession, scope: str, period: str) -> bool:
    """Give a claim back, to be taken anew; False where nobody had it."""
    gone = sa.delete(Claim).where(col(Claim.scope) == scope, col(Claim.period) == period)
    return (await db.execute(gone.returning(col(Claim.scope)))).scalar() is not None


async def forget(db: AsyncSession, before: datetime) -> None:
    """Erase old claims."""
    await db.execute(sa.delete(Claim).where(col(Claim.at) < before))


class JobResult(StrEnum):
    """How the run of a job ended."""

    DONE = "done"
    FAILED = "failed"


class JobRun(SQLModel, table=True):
    """The latest run of a job, by its name: for which period, and when it ended."""

    __tablename__ = "job_run"

    name: str = Field(primary_key=True, max_length=80)
    period: str = Field(max_length=80)
    at: datetime = Field(sa_type=UtcTime)
    result: JobResult = Field(sa_type=Code(JobResult))


async def note_run(db: AsyncSession, name: str, period: str, result: JobResult, at: datetime) -> None:
    """Store a run in place of the one before; a failure does not replace another replica’s success."""
    undone = (col(JobRun.period) != period) | (col(JobRun.result) != JobResult.DONE)
    guard = undone if result is JobResult.FAILED else None
    await upsert(db, JobRun, [{"name": name, "period": period, "at": at, "result": result}], where=guard)


async def list_runs(db: AsyncSession) -> Sequence[JobRun]:
    """List the latest run of each job that ran."""
    return (await db.exec(select(JobRun).order_by(col(JobRun.name)))).all()


class ReadCursor(SQLModel, table=True):
    """How far something was read: everything before ``at`` has been seen."""

    __tablename__ = "read_cursor"

    name: str = Field(primary_key=True, max_length=80)
    at: datetime = Field(sa_type=UtcTime)


async def read_cursor(db: AsyncSession, name: str) -> datetime | None:
    """Return up to which moment something was read; None before the first time."""
    cursor = await db.get(ReadCursor, name)
    return cursor.at if cursor else None


async def move_cursor(db: AsyncSession, name: str, at: datetime) -> None:
    """Move a cursor forward to an instant; a replica that lags behind does not move it back."""
    statement = insertion(db, ReadCursor).values(name=name, at=at)
    new = statement.excluded.at
    latest = sa.case((new > col(ReadCursor.at), new), else_=col(ReadCursor.at))
    await db.exec(statement.on_conflict_do_update(index_elements=["name"], set_={"at": latest}))


KEPT = timedelta(days=2)
"""How long the use of a day’s quota is kept: longer than a day lasts in all time zones."""


class QuotaUse(SQLModel, table=True):
    """How much of a daily quota somebody ``used``, by kind; the day is that of their own time zone."""

    __tablename__ = "quota_use"

    user_id: str = Field(primary_key=True, max_length=26)
    kind: str = Field(primary_key=True, max_length=16)
    day: date = Field(primary_key=True)
    used: int


_USES: sa.Table = QuotaUse.__table__  # type: ignore[attr-defined]  # SQLModel does not declare it


def _spend_statement(kind: str) -> sa.ClauseElement:
    """Make the statement that spends one unit of a quota and returns the count, unless that would exceed the limit."""
    return _use_one(INSERT[kind](_USES).values({c.name: sa.bindparam(c.name) for c in _USES.c}), "most")


def _use_one(once: Any, most: str) -> sa.ClauseElement:
    """Make the insertion of a quota’s first use add one where there is a row, up to the limit bound as ``most``."""
    statement: sa.ClauseElement = once.on_conflict_do_update(
        index_elements=[c.name for c in _USES.primary_key],
        set_={"used": _USES.c.used + 1},
        where=_USES.c.used < sa.bindparam(most, type_=sa.Integer),
    ).returning(_USES.c.used)
    return statement


_SPEND = DirectStatement({kind: _spend_statement(kind) for kind in INSERT})


async def spend_quota(db: AsyncSession, user_id: str, kind: str, day: date, most: int) -> int | None:
    """Spend one unit of somebody’s daily quota, and return how many are left of ``most``; None where none was left, and
    nothing is spent."""
    if most < 1:
        return None
    spent = {"user_id": user_id, "kind": kind, "day": day, "used": 1, "most": most}
    used: int | None = await _SPEND.run(db, spent)
    return None if used is None else most - used


@dataclass(frozen=True, slots=True)
class DailyQuota:
    """A daily quota of somebody, by kind: ``most`` units."""

    user_id: str
    kind: str
    most: int


_COLUMNS = ("user_id", "kind", "day", "used")


def _spend_both_statement() -> sa.ClauseElement:
    """Make the statement that spends one unit of a quota and, where it was left, one of another."""
    first = _spend_statement("postgresql").cte("first")  # type: ignore[attr-defined]  # an INSERT
    names = (f"then_{name}" if name in ("user_id", "kind") else name for name in _COLUMNS)
    given = (sa.bindparam(name, type_=_USES.c[own].type) for name, own in zip(names, _COLUMNS, strict=True))
    then = INSERT["postgresql"](_USES).from_select(_COLUMNS, sa.select(*given).where(sa.select(first.c.used).exists()))
    return _use_one(then, "then_most")


_SPEND_BOTH = DirectStatement({"postgresql": _spend_both_statement()})


async def spend_both(db: AsyncSession, day: date, first: DailyQuota, then: DailyQuota) -> bool:
    """Spend one unit of a quota and, where it had one left, of another (two rows), and tell whether both had; on
    PostgreSQL that is one round trip."""
    if db.get_bind().dialect.name == "sqlite":
        left = await spend_quota(db, first.user_id, first.kind, day, first.most)
        return left is not None and await spend_quota(db, then.user_id, then.kind, day, then.most) is not None
    spent = {"user_id": first.user_id, "kind": first.kind, "day": day, "used": 1, "most": first.most}
    more = {"then_user_id": then.user_id, "then_kind": then.kind, "then_most": then.most}
    return await _SPEND_BOTH.run(db, spent | more) is not None


async def spend_quota_each(
    db: AsyncSession, people: Collection[str], kind: str, day: date, most: int
) -> Collection[str]:
    """Spend one unit of each person’s daily quota, in an order that is the same for all writers (which avoids
    deadlocks); return who had something left."""
    return {one for one in sorted(people) if await spend_quota(db, one, kind, day, most) is not None}
