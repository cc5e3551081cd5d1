"""The outbox: what must reach Mattermost, written in the transaction that caused it and kept until it has."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Column, CursorResult, Index, bindparam, delete, insert, or_, update
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.database import Code, UtcTime


class Where(StrEnum):
    """What ``target`` names."""

    PERSON = "person"
    CHANNEL = "channel"
    POST = "post"


class Outgoing(SQLModel, table=True):
    """One message: a new post to a person or channel, or the new content of a post.

    ``id`` is random and travels with the post, so that an earlier try can be recognised in the channel.
    ``not_before`` is when the next try is due; while a replica is at it, it lies in the future (a lease).
    """

    __tablename__ = "outgoing"
    __table_args__ = (
        Index("ix_outgoing_due", "not_before", sqlite_where=None),
        Index("ix_outgoing_topic", "topic"),
    )

    id: str = Field(primary_key=True, max_length=26)
    where: Where = Field(sa_type=Code(Where))
    target: str = Field(max_length=26)
    content: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    topic: str | None = Field(default=None, max_length=64)
    created_at: datetime = Field(sa_type=UtcTime)
    attempts: int = 0
    not_before: datetime | None = Field(default=None, sa_type=UtcTime)
    delivered_at: datetime | None = Field(default=None, sa_type=UtcTime)
    post_id: str | None = Field(default=None, max_length=26)
    fault: str | None = Field(default=None, max_length=120)


async def add(db: AsyncSession, messages: Sequence[Outgoing]) -> None:
    """Write messages down; the caller’s transaction decides whether they exist."""
    await db.execute(insert(Outgoing), [m.model_dump() for m in messages])


async def due(db: AsyncSession, now: datetime, limit: int = 100) -> Sequence[Outgoing]:
    """Messages whose next try is due, oldest first."""
    waiting = select(Outgoing).where(col(Outgoing.not_before) <= now)
    return (await db.exec(waiting.order_by(col(Outgoing.created_at)).limit(limit))).all()


async def lease(db: AsyncSession, message: Outgoing, until: datetime) -> bool:
    """Take a due message for oneself until then; False when another replica was quicker."""
    mine = update(Outgoing).where(col(Outgoing.id) == message.id, col(Outgoing.not_before) == message.not_before)
    taken: CursorResult[Any] = await db.execute(mine.values(not_before=until))  # type: ignore[assignment]  # an UPDATE
    return taken.rowcount == 1


async def delivered(db: AsyncSession, marks: Sequence[tuple[str, str]], now: datetime) -> None:
    """Mark messages as arrived, (id, post id) each, in one statement."""
    statement = (
        update(Outgoing)
        .where(col(Outgoing.id) == bindparam("message"))
        .values(delivered_at=now, not_before=None, fault=None, post_id=bindparam("post"))
    )
    connection = await db.connection()
    await connection.execute(statement, [{"message": m, "post": p} for m, p in marks])


async def failed(db: AsyncSession, message_id: str, fault: str, next_try: datetime | None) -> None:
    """Note a failed try and when the next is due; None gives the message up (doctor tells of it)."""
    values = {"attempts": Outgoing.attempts + 1, "not_before": next_try, "fault": fault[:120]}
    await db.execute(update(Outgoing).where(col(Outgoing.id) == message_id).values(values))


async def posts_about(db: AsyncSession, topic: str) -> Sequence[str]:
    """The posts already delivered on a topic, newest first."""
    arrived = select(Outgoing.post_id).where(Outgoing.topic == topic, col(Outgoing.post_id).is_not(None))
    return [p for p in (await db.exec(arrived.order_by(col(Outgoing.created_at).desc()))).all() if p]


async def counts(db: AsyncSession) -> Mapping[str, int]:
    """How many messages are waiting, and how many were given up."""
    states = await db.exec(
        select(Outgoing.not_before, Outgoing.delivered_at).where(or_(col(Outgoing.delivered_at).is_(None)))
    )
    rows = states.all()
    return {"waiting": sum(r[0] is not None for r in rows), "given_up": sum(r[0] is None for r in rows)}


async def forget(db: AsyncSession, before: datetime) -> None:
    """Erase what was delivered long ago, except what a later ``Refresh`` may want to rewrite."""
    old = (col(Outgoing.delivered_at) < before) & col(Outgoing.topic).is_(None)
    await db.execute(delete(Outgoing).where(old))
