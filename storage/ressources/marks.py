"""What people think of resources: who keeps one at hand, who found it useful; one mark each."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import delete, func
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.database import Code, UtcTime, insertion


class Mark(StrEnum):
    """What somebody says of a resource: that they want it at hand, that it served them."""

    FAVOURITE = "favourite"
    USEFUL = "useful"


class ResourceMark(SQLModel, table=True):
    """That somebody (``user_id``) gave a resource that mark."""

    __tablename__ = "resource_mark"

    resource: int = Field(primary_key=True)
    user_id: str = Field(primary_key=True, max_length=26, index=True)
    mark: Mark = Field(primary_key=True, sa_type=Code(Mark))
    at: datetime = Field(sa_type=UtcTime)


async def put(db: AsyncSession, resource: int, user_id: str, mark: Mark, now: datetime) -> bool:
    """Give it; False where it was given already."""
    values = {"resource": resource, "user_id": user_id, "mark": mark, "at": now}
    statement = insertion(db, ResourceMark).values(values).on_conflict_do_nothing()
    return bool((await db.execute(statement.returning(col(ResourceMark.resource)))).scalar())


async def drop(db: AsyncSession, resource: int, user_id: str, mark: Mark) -> bool:
    """Take it back; False where there was none."""
    mine = delete(ResourceMark).where(
        col(ResourceMark.resource) == resource, col(ResourceMark.user_id) == user_id, col(ResourceMark.mark) == mark
    )
    return bool((await db.execute(mine.returning(col(ResourceMark.resource)))).scalar())


async def counts(db: AsyncSession, resources: Collection[int], mark: Mark) -> Mapping[int, int]:
    """How many gave it to each of these; nothing for those that nobody gave it to."""
    given = select(ResourceMark.resource, func.count()).where(
        col(ResourceMark.resource).in_(resources), col(ResourceMark.mark) == mark
    )
    return dict((await db.exec(given.group_by(col(ResourceMark.resource)))).all())


async def mine(db: AsyncSession, user_id: str, resources: Collection[int]) -> Collection[tuple[int, Mark]]:
    """Which of these somebody gave which marks."""
    given = select(ResourceMark.resource, ResourceMark.mark).where(
        col(ResourceMark.user_id) == user_id, col(ResourceMark.resource).in_(resources)
    )
    return {(number, Mark(mark)) for number, mark in (await db.exec(given)).all()}


async def favourites(db: AsyncSession, user_id: str) -> Sequence[int]:
    """The resources that somebody wants at hand, the last marked first."""
    kept = select(ResourceMark.resource).where(
        col(ResourceMark.user_id) == user_id, col(ResourceMark.mark) == Mark.FAVOURITE
    )
    return (await db.exec(kept.order_by(col(ResourceMark.at).desc(), col(ResourceMark.resource).desc()))).all()
