"""The outbox: what must reach Mattermost, written in the transaction that caused it and kept until it has."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Column, ColumnElement, Index, Table, bindparam, delete, func, insert, text, update
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.database import INSERT, Code, UtcTime
from storage.direct import DirectStatement


class Where(StrEnum):
    """What ``target`` names; with FILE it is a person too, and the content an order for what is to be sent."""

    PERSON = "person"
    CHANNEL = "channel"
    POST = "post"
    FILE = "file"


# Conditions of indexes, in the very words that queries use: a value that is bound would hide the index from SQLite.
WAITS = "not_before IS NOT NULL"
_MESSAGES, _ORDERS, _REWRITES = "\"where\" <> 'file'", "\"where\" = 'file'", "\"where\" = 'post'"
_GIVEN_UP = "not_before IS NULL AND delivered_at IS NULL"
_PASSING = "delivered_at IS NOT NULL AND (topic IS NULL OR substr(topic, 1, 6) = 'draft:')"
"""What is delivered for good. Other topics live as long as what they are about; a draft lives for a week."""
MESSAGES = text(f"{WAITS} AND {_MESSAGES}")
"""The messages that wait."""
ORDERS = text(f"{WAITS} AND {_ORDERS}")
"""The orders that wait."""
EMPTY: dict[str, Any] = {}
"""The content of what waits no more: what was said to somebody is not kept twice."""


def _index(name: str, *columns: str, where: str) -> Index:
    return Index(f"ix_outgoing_{name}", *columns, sqlite_where=text(where), postgresql_where=text(where))


class Outgoing(SQLModel, table=True):
    """One message: a new post to a person or channel, the new content of a post, or an order (storage/orders.py).

    ``id`` is random and travels with the post, so that an earlier try can be recognised in the channel.
    ``not_before`` is when the next try is due; while a replica is at it, it lies in the future (a lease). Once it
    is None, the message is delivered or given up, and what remains is a mark: its content is ``EMPTY``.
    """

    __tablename__ = "outgoing"
    __table_args__ = (
        # What is to be taken lies in order, however much waits, and whose time has not come is passed by in the index.
        # (« where » is there for SQLite, which looks its value up though the condition tells it.)
        _index("waiting", "created_at", "id", "not_before", "where", where=f"{WAITS} AND {_MESSAGES}"),
        _index("orders", "target", "created_at", "not_before", "topic", "id", "where", where=f"{WAITS} AND {_ORDERS}"),
        _index("topic", "topic", where="topic IS NOT NULL"),
        _index("rewritten", "target", where=_REWRITES),
        _index("given_up", "created_at", where=_GIVEN_UP),
        _index("passing", "delivered_at", where=_PASSING),
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
_ADD = DirectStatement(dict.fromkeys(INSERT, _INSERT))


async def add(db: AsyncSession, messages: Sequence[Outgoing]) -> None:
    """Write messages down; the caller’s transaction decides whether they exist."""
    for message in messages:
        await _ADD.run(db, message.model_dump())


async def take(
    db: AsyncSession, now: datetime, until: datetime, limit: int, but_of: Collection[str] = ()
) -> Sequence[Outgoing]:
    """Lease the messages whose next try is due until then, oldest first; no other replica gets the same ones.

    Those to the targets ``but_of`` stay.
    """
    waiting = select(Outgoing).where(MESSAGES, col(Outgoing.not_before) <= now, *_not_of(but_of))
    first = waiting.order_by(col(Outgoing.created_at), col(Outgoing.id)).limit(limit)
    messages = (await db.exec(first.with_for_update(skip_locked=True))).all()
    if messages:
        taken = update(Outgoing).where(col(Outgoing.id).in_([m.id for m in messages]))
        await db.exec(taken.values(not_before=until))  # the messages in hand say so too
    return messages


async def next_due(db: AsyncSession, now: datetime | None = None, but_of: Collection[str] = ()) -> datetime | None:
    """When the next try of any message is due; None when none waits.

    With ``now`` it is enough to find one that is due by then, which takes no look at the others.
    """
    due = select(Outgoing.not_before).where(MESSAGES, *_not_of(but_of))
    if now is not None:
        oldest = due.order_by(col(Outgoing.created_at), col(Outgoing.id)).limit(1)
        if found := (await db.exec(oldest.where(col(Outgoing.not_before) <= now))).first():
            return found
    earliest = select(func.min(Outgoing.not_before)).where(MESSAGES, *_not_of(but_of))
    return (await db.exec(earliest)).one()


async def waiting(db: AsyncSession) -> Mapping[str, int]:
    """How many messages wait, by target."""
    counted = select(Outgoing.target, func.count()).where(MESSAGES).group_by(col(Outgoing.target))
    return dict((await db.exec(counted)).all())


async def lease(db: AsyncSession, message: Outgoing, until: datetime) -> bool:
    """Keep a message for oneself until then; False when another replica took it meanwhile."""
    mine = update(Outgoing).where(col(Outgoing.id) == message.id, col(Outgoing.not_before) == message.not_before)
    return (await db.exec(mine.values(not_before=until))).rowcount == 1


async def delivered(db: AsyncSession, marks: Sequence[tuple[str, str]], now: datetime) -> None:
    """Mark messages as arrived, (id, post id) each, in one statement."""
    arrived: dict[str, Any] = {
        "delivered_at": now,
        "not_before": None,
        "fault": None,
        "content": EMPTY,
        "post_id": bindparam("post"),
    }
    statement = update(Outgoing).where(col(Outgoing.id) == bindparam("message")).values(arrived)
    connection = await db.connection()
    await connection.execute(statement, [{"message": m, "post": p} for m, p in marks])


async def failed(db: AsyncSession, message_id: str, fault: str, next_try: datetime | None) -> None:
    """Note a failed try and when the next is due; None gives the message up (doctor tells of it).

    Nothing changes when another replica delivered it meanwhile, or gave it up.
    """
    values: dict[str, Any] = {"attempts": Outgoing.attempts + 1, "not_before": next_try, "fault": fault[:120]}
    gone = {"content": EMPTY} if next_try is None else {}
    waits = (col(Outgoing.id) == message_id, col(Outgoing.not_before).is_not(None))
    await db.exec(update(Outgoing).where(*waits).values(values | gone))


async def release(db: AsyncSession, ids: Collection[str], now: datetime) -> None:
    """End the leases of messages: they are due now."""
    leased = (col(Outgoing.id).in_(ids), col(Outgoing.not_before) > now)
    await db.exec(update(Outgoing).where(*leased).values(not_before=now))


async def release_all(db: AsyncSession, now: datetime) -> None:
    """Make every message that waits due now."""
    await db.exec(update(Outgoing).where(col(Outgoing.not_before).is_not(None)).values(not_before=now))


async def superseded(db: AsyncSession, message: Outgoing) -> bool:
    """Whether a later content of the same post exists: the older one is void then."""
    later = (text(_REWRITES), Outgoing.target == message.target, col(Outgoing.created_at) > message.created_at)
    newer = select(Outgoing.id).where(*later).limit(1)
    return (await db.exec(newer)).first() is not None


async def posts_about(db: AsyncSession, topic: str) -> Sequence[tuple[str, str]]:
    """The direct messages already delivered on a topic, newest first: each post, and whom it is for."""
    arrived = select(Outgoing.post_id, Outgoing.target).where(
        Outgoing.topic == topic, col(Outgoing.post_id).is_not(None)
    )
    return [(p, t) for p, t in (await db.exec(arrived.order_by(col(Outgoing.created_at).desc()))).all() if p]


async def counts(db: AsyncSession) -> Mapping[str, int]:
    """How many messages and orders are waiting, and how many were given up."""
    kinds = (MESSAGES, ORDERS, text(_GIVEN_UP))
    counted = (select(func.count()).select_from(Outgoing).where(kind).scalar_subquery() for kind in kinds)
    messages, orders, given_up = (await db.execute(select(*counted))).one()
    return {"waiting": messages + orders, "given_up": given_up}


async def forget(db: AsyncSession, before: datetime) -> None:
    """Erase what was delivered or given up long ago, except what a later ``Refresh`` may want to rewrite."""
    await db.exec(delete(Outgoing).where(text(_PASSING), col(Outgoing.delivered_at) < before))
    await db.exec(delete(Outgoing).where(text(_GIVEN_UP), col(Outgoing.created_at) < before))


def _not_of(targets: Collection[str]) -> Sequence[ColumnElement[bool]]:
    return [col(Outgoing.target).not_in(targets)] if targets else []
