"""What people reported of resources: a dead link, an error, something that should not be there."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import update
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.database import UtcTime, insertion

WORD_MAX = 500
"""Characters of what is said with a report."""


class ResourceReport(SQLModel, table=True):
    """Somebody (``user_id``) reported a resource, once until animateurs dealt with it; ``why`` is a code."""

    __tablename__ = "resource_report"

    resource: int = Field(primary_key=True)
    user_id: str = Field(primary_key=True, max_length=26)
    why: str = Field(max_length=16)
    word: str = Field(default="", max_length=WORD_MAX)
    at: datetime = Field(sa_type=UtcTime)
    closed_by: str = Field(default="", max_length=26)
    closed_at: datetime | None = Field(default=None, sa_type=UtcTime)


async def put(db: AsyncSession, report: ResourceReport) -> bool:
    """Write it down; False where theirs is there already, and open."""
    values = report.model_dump()
    statement = insertion(db, ResourceReport).values(values)
    again = {name: values[name] for name in ("why", "word", "at", "closed_by", "closed_at")}
    replaced = statement.on_conflict_do_update(
        index_elements=["resource", "user_id"], set_=again, where=col(ResourceReport.closed_at).is_not(None)
    )
    return (await db.execute(replaced.returning(col(ResourceReport.resource)))).scalar() is not None


async def open_of(db: AsyncSession, resource: int) -> Sequence[ResourceReport]:
    """Those of a resource that nobody dealt with, oldest first."""
    theirs = select(ResourceReport).where(ResourceReport.resource == resource, col(ResourceReport.closed_at).is_(None))
    return (await db.exec(theirs.order_by(col(ResourceReport.at), col(ResourceReport.user_id)))).all()


async def close(db: AsyncSession, resource: int, by: str, now: datetime) -> Sequence[str]:
    """All of a resource are dealt with; whose they were."""
    theirs = (col(ResourceReport.resource) == resource, col(ResourceReport.closed_at).is_(None))
    closed = update(ResourceReport).where(*theirs).values(closed_by=by, closed_at=now)
    return sorted((await db.execute(closed.returning(col(ResourceReport.user_id)))).scalars().all())
