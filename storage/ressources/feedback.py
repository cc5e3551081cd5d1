"""What people say of resources: marks (⭐, 👍), comments in a thread, and reports to the animateurs."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Text, delete, func, update
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.database import Code, UtcTime, insert_new, insertion

COMMENT_MAX = 2000
"""Characters of what is said in one go."""


class ResourceComment(SQLModel, table=True):
    """Somebody (``user_id``) said something of a resource: in the post ``post_id`` of theirs, or by the window.

    ``waits`` are the words of the window, kept only until there is a thread in which the bot says them.
    """

    __tablename__ = "resource_comment"

    id: int | None = Field(default=None, primary_key=True)
    resource: int = Field(index=True)
    user_id: str = Field(max_length=26)
    waits: str = Field(default="", sa_type=Text)
    post_id: str = Field(default="", max_length=26, index=True)
    at: datetime = Field(sa_type=UtcTime)


async def add_comment(db: AsyncSession, comment: ResourceComment) -> None:
    """Write it down."""
    db.add(comment)
    await db.flush()


async def count_comments(db: AsyncSession, resource: int) -> int:
    """Count the comments on a resource."""
    theirs = select(func.count()).select_from(ResourceComment).where(ResourceComment.resource == resource)
    return int((await db.exec(theirs)).one())


async def take_waiting_comments(db: AsyncSession, resource: int) -> Sequence[ResourceComment]:
    """Take those that waited for a thread, in their order; from now on they do not."""
    waiting = select(ResourceComment).where(ResourceComment.resource == resource, col(ResourceComment.waits) != "")
    found = [one.model_copy() for one in (await db.exec(waiting.order_by(col(ResourceComment.id)))).all()]
    said = col(ResourceComment.id).in_([one.id for one in found])
    if found:
        await db.execute(update(ResourceComment).where(said).values(waits=""))
    return found


async def forget_comment(db: AsyncSession, post_id: str) -> None:
    """Forget a comment that was deleted."""
    await db.execute(delete(ResourceComment).where(col(ResourceComment.post_id) == post_id))


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


async def put_mark(db: AsyncSession, resource: int, user_id: str, mark: Mark, now: datetime) -> bool:
    """Give it; False where it was given already."""
    return await insert_new(db, ResourceMark, {"resource": resource, "user_id": user_id, "mark": mark, "at": now})


async def drop_mark(db: AsyncSession, resource: int, user_id: str, mark: Mark) -> bool:
    """Take it back; False where there was none."""
    mine = delete(ResourceMark).where(
        col(ResourceMark.resource) == resource, col(ResourceMark.user_id) == user_id, col(ResourceMark.mark) == mark
    )
    return bool((await db.execute(mine.returning(col(ResourceMark.resource)))).scalar())


async def count_marks(db: AsyncSession, resources: Collection[int], mark: Mark) -> Mapping[int, int]:
    """Count who gave the mark to each of these; nothing for those that nobody gave it to."""
    given = select(ResourceMark.resource, func.count()).where(
        col(ResourceMark.resource).in_(resources), col(ResourceMark.mark) == mark
    )
    return dict((await db.exec(given.group_by(col(ResourceMark.resource)))).all())


async def list_own_marks(db: AsyncSession, user_id: str, resources: Collection[int]) -> Collection[tuple[int, Mark]]:
    """List which of these somebody gave which marks."""
    given = select(ResourceMark.resource, ResourceMark.mark).where(
        col(ResourceMark.user_id) == user_id, col(ResourceMark.resource).in_(resources)
    )
    return {(number, Mark(mark)) for number, mark in (await db.exec(given)).all()}


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


async def put_report(db: AsyncSession, report: ResourceReport) -> bool:
    """Write it down; False where theirs is there already, and open."""
    values = report.model_dump()
    statement = insertion(db, ResourceReport).values(values)
    again = {name: values[name] for name in ("why", "word", "at", "closed_by", "closed_at")}
    replaced = statement.on_conflict_do_update(
        index_elements=["resource", "user_id"], set_=again, where=col(ResourceReport.closed_at).is_not(None)
    )
    return (await db.execute(replaced.returning(col(ResourceReport.resource)))).scalar() is not None


async def list_open_reports(db: AsyncSession, resource: int) -> Sequence[ResourceReport]:
    """List the reports of a resource that nobody dealt with, oldest first."""
    theirs = select(ResourceReport).where(ResourceReport.resource == resource, col(ResourceReport.closed_at).is_(None))
    return (await db.exec(theirs.order_by(col(ResourceReport.at), col(ResourceReport.user_id)))).all()


async def close_reports(db: AsyncSession, resource: int, by: str, now: datetime) -> Sequence[str]:
    """Close all reports of a resource, and say whose they were."""
    theirs = (col(ResourceReport.resource) == resource, col(ResourceReport.closed_at).is_(None))
    closed = update(ResourceReport).where(*theirs).values(closed_by=by, closed_at=now)
    return sorted((await db.execute(closed.returning(col(ResourceReport.user_id)))).scalars().all())
