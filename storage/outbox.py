"""The outbox: what must reach Mattermost, written in the transaction that caused it and kept until it has."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Column, Index, Table, bindparam, delete, insert, or_, text, update
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.database import INSERT, Code, UtcTime
from storage.direct import Direct


class Where(StrEnum):
    """What ``target`` names; with FILE it is a person too, and the content an order for what is to be sent."""

    PERSON = "person"
    CHANNEL = "channel"
    POST = "post"
    FILE = "file"


_REWRITES = text("\"where\" = 'post'")
_MESSAGES = text("\"where\" <> 'file'")


class Outgoing(SQLModel, table=True):
    """One message: a new post to a person or channel, the new content of a post, or an order (storage/orders.py).

    ``id`` is random and travels with the post, so that an earlier try can be recognised in the channel.
    ``not_before`` is when the next try is due; while a replica is at it, it lies in the future (a lease).
    """

    __tablename__ = "outgoing"
    __table_args__ = (
        Index("ix_outgoing_due", "not_before"),
        Index("ix_outgoing_topic", "topic"),
        Index("ix_outgoing_rewritten", "target", sqlite_where=_REWRITES, postgresql_where=_REWRITES),
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


_TABLE: Table = Outgoing.__table__  # type: ignore[attr-defined]  # SQLModel does not declare it
_INSERT = insert(_TABLE).values({c.name: bindparam(c.name) for c in _TABLE.c})
_ADD = Direct(dict.fromkeys(INSERT, _INSERT))


async def add(db: AsyncSession, messages: Sequence[Outgoing]) -> None:
    """Write messages down; the caller’s transaction decides whether they exist."""
    for message in messages:
        await _ADD.run(db, message.model_dump())


async def take(db: AsyncSession, now: datetime, until: datetime, limit: int) -> Sequence[Outgoing]:
    """Lease the messages whose next try is due until then, oldest first; no other replica gets the same ones."""
    waiting = select(Outgoing).where(col(Outgoing.not_before) <= now, _MESSAGES)
    first = waiting.order_by(col(Outgoing.created_at), col(Outgoing.id)).limit(limit)
    messages = (await db.exec(first.with_for_update(skip_locked=True))).all()
    for message in messages:
        message.not_before = until
    await db.flush()
    return messages


async def next_due(db: AsyncSession) -> datetime | None:
    """When the next try of any message is due; None when none waits."""
    due = select(Outgoing.not_before).where(col(Outgoing.not_before).is_not(None), _MESSAGES)
    return (await db.exec(due.order_by(col(Outgoing.not_before)).limit(1))).first()


async def lease(db: AsyncSession, message: Outgoing, until: datetime) -> bool:
    """Keep a message for oneself until then; False when another replica took it meanwhile."""
    mine = update(Outgoing).where(col(Outgoing.id) == message.id, col(Outgoing.not_before) == message.not_before)
    return (await db.exec(mine.values(not_before=until))).rowcount == 1


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
    await db.exec(update(Outgoing).where(col(Outgoing.id) == message_id).values(values))


async def release(db: AsyncSession, ids: Collection[str], now: datetime) -> None:
    """End the leases of messages: they are due now."""
    leased = (col(Outgoing.id).in_(ids), col(Outgoing.not_before) > now)
    await db.exec(update(Outgoing).where(*leased).values(not_before=now))


async def release_all(db: AsyncSession, now: datetime) -> None:
    """Make every message that waits due now."""
    await db.exec(update(Outgoing).where(col(Outgoing.not_before).is_not(None)).values(not_before=now))


async def superseded(db: AsyncSession, message: Outgoing) -> bool:
    """Whether a later content of the same post exists: the older one is void then."""
    later = (_REWRITES, Outgoing.target == message.target, col(Outgoing.created_at) > message.created_at)
    newer = select(Outgoing.id).where(*later).limit(1)
    return (await db.exec(newer)).first() is not None


async def posts_about(db: AsyncSession, topic: str) -> Sequence[tuple[str, str]]:
    """The direct messages already delivered on a topic, newest first: each post, and whom it is for."""
    arrived = select(Outgoing.post_id, Outgoing.target).where(
        Outgoing.topic == topic, col(Outgoing.post_id).is_not(None)
    )
    return [(p, t) for p, t in (await db.exec(arrived.order_by(col(Outgoing.created_at).desc()))).all() if p]


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
    await db.exec(delete(Outgoing).where(old))
