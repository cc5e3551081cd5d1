"""What came to its end in the outbox: delivered or given up, found again by its topic, told of, forgotten in time."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, delete, func, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.outbox.table import EMPTY, GIVEN_UP, MESSAGES, NEWS, PASSING, Mark, Outgoing, Sent, Where

KEPT = timedelta(days=90)
"""How long what was delivered or given up is remembered."""
_POSTED = (Where.PERSON, Where.CHANNEL)


async def delivered(db: AsyncSession, marks: Sequence[Mark], now: datetime) -> None:
    """Mark messages as arrived, in one statement."""
    arrived: dict[str, Any] = {
        "delivered_at": now,
        "not_before": None,
        "fault": None,
        "content": bindparam("news"),
        "post_id": bindparam("post"),
        "channel_id": bindparam("channel"),
    }
    statement = update(Outgoing).where(col(Outgoing.id) == bindparam("message")).values(arrived)
    connection = await db.connection()
    values = [{"message": m.message_id, "post": m.post_id, "channel": m.channel_id, "news": m.news} for m in marks]
    await connection.execute(statement, values)


async def failed(
    db: AsyncSession, message_id: str, fault: str, next_try: datetime | None, news: Mapping[str, Any] = EMPTY
) -> None:
    """Note a failed try and when the next is due; None gives the message up: doctor tells of it, its sender ``news``.

    Nothing changes when another replica delivered it meanwhile, or gave it up.
    """
    values: dict[str, Any] = {"attempts": Outgoing.attempts + 1, "not_before": next_try, "fault": fault[:120]}
    gone = {"content": news} if next_try is None else {}
    waits = (col(Outgoing.id) == message_id, col(Outgoing.not_before).is_not(None))
    await db.exec(update(Outgoing).where(*waits).values(values | gone))


async def posts_about(db: AsyncSession, topic: str) -> Sequence[Sent]:
    """The messages already delivered on a topic, newest first.

    Those that versions before delivered to a person tell no channel: it is the direct one.
    """
    posted = (Outgoing.topic == topic, col(Outgoing.post_id).is_not(None), col(Outgoing.where).in_(_POSTED))
    arrived = select(Outgoing).where(*posted).order_by(col(Outgoing.created_at).desc())
    return [_sent(row) for row in (await db.exec(arrived)).all()]


def _sent(row: Outgoing) -> Sent:
    to_all = row.where is Where.CHANNEL
    return Sent(row.post_id or "", row.channel_id or (row.target if to_all else ""), "" if to_all else row.target)


async def news(db: AsyncSession, limit: int, but: Collection[str] = ()) -> Sequence[Outgoing]:
    """Of what has come to its end, the oldest of which somebody is still to be told, ``but`` of those."""
    others = [col(Outgoing.id).not_in(but)] if but else []
    ended = select(Outgoing).where(NEWS, *others).order_by(col(Outgoing.created_at)).limit(limit)
    return (await db.exec(ended)).all()


async def told(db: AsyncSession, message: Outgoing, now: datetime) -> bool:
    """Its sender was told, and what was to be told is not kept; False when that was done before.

    An act that was refused is no more the operator’s matter then, and no topic is needed to find it again.
    """
    rest: dict[str, Any] = {"tells": None, "content": EMPTY}
    if message.where is Where.ACT:
        rest |= {"topic": None, "delivered_at": func.coalesce(Outgoing.delivered_at, now)}
    untold = (col(Outgoing.id) == message.id, col(Outgoing.tells).is_not(None))
    return (await db.exec(update(Outgoing).where(*untold).values(rest))).rowcount == 1


async def counts(db: AsyncSession) -> Mapping[str, int]:
    """How many messages are waiting, and how many were given up."""
    kinds = (MESSAGES, GIVEN_UP)
    counted = (select(func.count()).select_from(Outgoing).where(kind).scalar_subquery() for kind in kinds)
    waiting, given_up = (await db.execute(select(*counted))).one()
    return {"waiting": waiting, "given_up": given_up}


async def forget(db: AsyncSession, before: datetime) -> None:
    """Erase what was delivered or given up long ago, except what a later ``Refresh`` may want to rewrite."""
    await db.exec(delete(Outgoing).where(PASSING, col(Outgoing.delivered_at) < before))
    await db.exec(delete(Outgoing).where(GIVEN_UP, col(Outgoing.created_at) < before))
