"""What people say of a resource, in the thread under its post: who, when, and what is still to be said."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Text, delete, func, update
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.database import UtcTime

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


async def add(db: AsyncSession, comment: ResourceComment) -> None:
    """Write it down."""
    db.add(comment)
    await db.flush()


async def count(db: AsyncSession, resource: int) -> int:
    """How many there are of a resource."""
    theirs = select(func.count()).select_from(ResourceComment).where(ResourceComment.resource == resource)
    return int((await db.exec(theirs)).one())


async def take_waiting(db: AsyncSession, resource: int) -> Sequence[ResourceComment]:
    """Those that waited for a thread, in their order; from now on they do not."""
    waiting = select(ResourceComment).where(ResourceComment.resource == resource, col(ResourceComment.waits) != "")
    found = [one.model_copy() for one in (await db.exec(waiting.order_by(col(ResourceComment.id)))).all()]
    said = col(ResourceComment.id).in_([one.id for one in found])
    if found:
        await db.execute(update(ResourceComment).where(said).values(waits=""))
    return found


async def forget(db: AsyncSession, post_id: str) -> None:
    """It was taken away."""
    await db.execute(delete(ResourceComment).where(col(ResourceComment.post_id) == post_id))
