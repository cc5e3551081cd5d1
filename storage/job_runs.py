"""The latest run of each job, on whichever replica: when it was, and what came of it."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.database import Code, UtcTime, insertion


class Result(StrEnum):
    """What came of a run."""

    DONE = "done"
    FAILED = "failed"


class JobRun(SQLModel, table=True):
    """The latest run of the job of that name: for which period, and when it ended."""

    __tablename__ = "job_run"

    name: str = Field(primary_key=True, max_length=80)
    period: str = Field(max_length=80)
    at: datetime = Field(sa_type=UtcTime)
    result: Result = Field(sa_type=Code(Result))


async def note(db: AsyncSession, name: str, period: str, result: Result, at: datetime) -> None:
    """Write a run down in place of the one before; a replica’s failure does not undo what another did."""
    statement = insertion(db, JobRun).values({"name": name, "period": period, "at": at, "result": result})
    new = {column: statement.excluded[column] for column in ("period", "at", "result")}
    undone = (col(JobRun.period) != period) | (col(JobRun.result) != Result.DONE)
    guard = undone if result is Result.FAILED else None
    await db.execute(statement.on_conflict_do_update(index_elements=["name"], set_=new, where=guard))


async def every(db: AsyncSession) -> Sequence[JobRun]:
    """The latest run of each job that ran."""
    return (await db.exec(select(JobRun).order_by(col(JobRun.name)))).all()
