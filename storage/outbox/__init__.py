"""The outbox: what must reach Mattermost, written in the transaction that caused it and kept until it has.

Words:
    Topic: what messages are about, so that all of them can be rewritten.
"""

import secrets
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, bindparam, case, delete, func, or_, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.claims import LEASE
from storage.outbox.queue import (
    BATCH,
    EMPTY,
    GIVEN_UP,
    MAKES_POST,
    MESSAGES,
    NEWS,
    PASSING,
    DeliveryMark,
    Outgoing,
    QueueShare,
    Sent,
    TargetKind,
    add,
    hold_in_order,
)


class DeliveryTally(NamedTuple):
    """How many messages have arrived, are on their way, and were refused (for good, or until a much later try)."""

    arrived: int = 0
    waiting: int = 0
    refused: int = 0


async def tally(db: AsyncSession, topics: Collection[str], now: datetime) -> DeliveryTally:
    """Count the messages on these topics by their state."""
    arrived, rests = col(Outgoing.delivered_at).is_not(None), _is_resting(now)
    gone = and_(col(Outgoing.not_before).is_(None), ~arrived)
    kinds = (arrived, and_(col(Outgoing.not_before).is_not(None), ~rests), or_(rests, gone))
    counted = select(*(func.count(case((kind, 1))) for kind in kinds)).where(*_on_topics(topics))
    return DeliveryTally(*(await db.execute(counted)).one())


async def find_reached(db: AsyncSession, topics: Collection[str]) -> Collection[str]:
    """Find the channels and people that a message on these topics has reached, or is on its way to."""
    rest = or_(col(Outgoing.delivered_at).is_not(None), col(Outgoing.not_before).is_not(None))
    return set((await db.exec(select(Outgoing.target).where(*_on_topics(topics), rest))).all())


async def find_unreached(db: AsyncSession, topics: Collection[str]) -> Sequence[str]:
    """Find the channels and people that no message on these topics reached, though one was written for them."""
    there = select(Outgoing.target).where(*_on_topics(topics), col(Outgoing.delivered_at).is_not(None))
    others = select(Outgoing.target).where(*_on_topics(topics), col(Outgoing.target).not_in(there)).distinct()
    return (await db.exec(others.order_by(col(Outgoing.target)))).all()


async def recall_unsent(db: AsyncSession, topics: Collection[str], now: datetime) -> None:
    """Take back the messages that surely are no posts: those that nobody has tried to send, and refused ones."""
    refused = and_(_is_resting(now), col(Outgoing.fault).like("4%"))
    given_up = and_(col(Outgoing.not_before).is_(None), col(Outgoing.delivered_at).is_(None))
    await db.execute(delete(Outgoing).where(*_on_topics(topics), or_(refused, given_up)))
    untried = select(Outgoing).where(*_on_topics(topics), col(Outgoing.attempts) == 0, col(Outgoing.not_before) <= now)
    for message in (await db.exec(untried)).all():
        if message.not_before == message.created_at - LEASE:
            same = (col(Outgoing.id) == message.id, col(Outgoing.not_before) == message.not_before)
            await db.execute(delete(Outgoing).where(*same))


async def forget_ended(db: AsyncSession, topics: Collection[str]) -> None:
    """Forget the messages on those topics that are over and whose posts were deleted: the same may be said there
    again."""
    await db.execute(delete(Outgoing).where(*_on_topics(topics), col(Outgoing.not_before).is_(None)))


async def make_due(db: AsyncSession, topics: Collection[str], now: datetime) -> None:
    """Make the waiting messages on these topics due now, even those leased by a replica, which may be gone."""
    waits = hold_in_order(*_on_topics(topics), col(Outgoing.not_before) > now)
    await db.exec(update(Outgoing).where(waits).values(not_before=now))


def _on_topics(topics: Collection[str]) -> Sequence[ColumnElement[bool]]:
    return [col(Outgoing.topic).in_(topics), MAKES_POST]


def _posted_on(topics: Collection[str]) -> Sequence[ColumnElement[bool]]:
    return [*_on_topics(topics), col(Outgoing.post_id).is_not(None)]


def _is_resting(now: datetime) -> ColumnElement[bool]:
    """Make the condition that a message failed, and is tried again later than any lease lasts."""
    return and_(col(Outgoing.fault).is_not(None), col(Outgoing.not_before) > now + LEASE)


async def measure(db: AsyncSession, share: QueueShare, now: datetime) -> tuple[int, datetime | None]:
    """Count the messages that should have been sent by now, and find when the oldest was written; refused ones that
    wait for a later try are left out."""
    wanted = (share.condition, col(Outgoing.created_at) <= now, ~_is_resting(now))
    count, oldest = (await db.execute(select(func.count(), func.min(Outgoing.created_at)).where(*wanted))).one()
    return count, oldest


KEPT = timedelta(days=90)
"""How long delivered and given up messages are kept."""


async def mark_delivered(db: AsyncSession, marks: Sequence[DeliveryMark], now: datetime) -> bool:
    """Mark messages as arrived, in one statement; return whether some posts are to be rewritten at once."""
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
    ordered = sorted(marks, key=lambda mark: mark.message_id)  # in the order in which they are locked everywhere
    values = [{"message": m.message_id, "post": m.post_id, "channel": m.channel_id, "news": m.news} for m in ordered]
    await connection.execute(statement, values)
    return await _rewrite_arrived(db, [mark.message_id for mark in marks], now)


async def _rewrite_arrived(db: AsyncSession, ids: Collection[str], now: datetime) -> bool:
    """Write to the outbox the rewritings that waited for the posts of these messages; return whether there were any."""
    rewritten = and_(col(Outgoing.id).in_(ids), col(Outgoing.later).is_not(None))
    found = (await db.exec(select(Outgoing.post_id, Outgoing.later, Outgoing.crowd).where(rewritten))).all()
    if not found:
        return False
    # Due, but unlike a row that nobody touched: a later content that is sent first makes this one void (is_superseded).
    due = now - timedelta(microseconds=2)
    await add(db, [_rewriting(post_id or "", later or EMPTY, due, crowd=crowd) for post_id, later, crowd in found])
    await db.execute(update(Outgoing).where(rewritten).values(later=None))
    return True


def _rewriting(post_id: str, content: Mapping[str, Any], due: datetime, *, crowd: bool) -> Outgoing:
    return Outgoing(
        id=secrets.token_hex(13),
        where=TargetKind.POST,
        target=post_id,
        content=dict(content),
        created_at=due + timedelta(microseconds=1),
        not_before=due,
        crowd=crowd,
    )


async def mark_failed(
    db: AsyncSession, message_id: str, fault: str, next_try: datetime | None, news: Mapping[str, Any] = EMPTY
) -> None:
    """Note a failed try and when the next is due; None gives the message up: doctor tells of it, its sender ``news``.

    Nothing changes when another replica delivered it meanwhile, or gave it up.
    """
    values: dict[str, Any] = {"attempts": Outgoing.attempts + 1, "not_before": next_try, "fault": fault[:120]}
    gone = {"content": news, "later": None} if next_try is None else {}
    waits = (col(Outgoing.id) == message_id, col(Outgoing.not_before).is_not(None))
    await db.exec(update(Outgoing).where(*waits).values(values | gone))


async def find_posts_about(db: AsyncSession, topic: str) -> Sequence[Sent]:
    """Find the posts of the messages already delivered on a topic, newest first.

    Those that versions before delivered to a person tell no channel: it is the direct one.
    """
    arrived = select(Outgoing).where(*_posted_on([topic])).order_by(col(Outgoing.created_at).desc())
    return [_sent(row) for row in (await db.exec(arrived)).all()]


async def find_posts_on(db: AsyncSession, topics: Collection[str]) -> Collection[str]:
    """Find the posts of the delivered messages on any of these topics."""
    found = (await db.exec(select(Outgoing.post_id).where(*_posted_on(topics)))).all()
    return {post_id for post_id in found if post_id}


def _sent(row: Outgoing) -> Sent:
    to_all = row.where is TargetKind.CHANNEL
    return Sent(row.post_id or "", row.channel_id or (row.target if to_all else ""), "" if to_all else row.target)


async def list_news(db: AsyncSession, limit: int, but: Collection[str] = ()) -> Sequence[Outgoing]:
    """List the oldest messages that ended and whose feature is still to be told, except ``but``."""
    others = [col(Outgoing.id).not_in(but)] if but else []
    ended = select(Outgoing).where(NEWS, *others).order_by(col(Outgoing.created_at)).limit(limit)
    return (await db.exec(ended)).all()


async def mark_told(db: AsyncSession, message: Outgoing, now: datetime) -> bool:
    """Note that the feature was told of a message’s end, and erase what was to be told; return False where that was
    done before.

    A refused act is then off the operator’s list, and its topic is cleared, as nobody looks for it again.
    """
    rest: dict[str, Any] = {"tells": None, "content": EMPTY}
    if message.where is TargetKind.ACT:
        rest |= {"topic": None, "delivered_at": func.coalesce(Outgoing.delivered_at, now)}
    untold = (col(Outgoing.id) == message.id, col(Outgoing.tells).is_not(None))
    return (await db.exec(update(Outgoing).where(*untold).values(rest))).rowcount == 1


async def count_by_state(db: AsyncSession) -> Mapping[str, int]:
    """Count the messages that wait, and those that were given up."""
    kinds = (MESSAGES, GIVEN_UP)
    counted = (select(func.count()).select_from(Outgoing).where(kind).scalar_subquery() for kind in kinds)
    waiting, given_up = (await db.execute(select(*counted))).one()
    return {"waiting": waiting, "given_up": given_up}


async def forget(db: AsyncSession, before: datetime) -> None:
    """Erase messages that were delivered or given up long ago, except those that a later ``Refresh`` may want to
    rewrite."""
    await db.exec(delete(Outgoing).where(PASSING, col(Outgoing.delivered_at) < before))
    await db.exec(delete(Outgoing).where(GIVEN_UP, col(Outgoing.created_at) < before))


async def may_have_posted(db: AsyncSession, channel_id: str, user_id: str) -> bool:
    """Tell whether a message that waits, or whose end nobody was told of yet, may have a post in a channel or in a
    person’s direct channel."""
    in_channel = and_(col(Outgoing.where) == TargetKind.CHANNEL, col(Outgoing.target) == channel_id)
    here = or_(in_channel, and_(col(Outgoing.where) == TargetKind.PERSON, col(Outgoing.target) == user_id))
    for state in (MESSAGES, NEWS):
        if (await db.exec(select(Outgoing.id).where(state, here).limit(1))).first() is not None:
            return True
    return False


async def find_unnoted(db: AsyncSession, ids: Collection[str]) -> Sequence[Outgoing]:
    """List those of these messages whose row still says that they wait."""
    return (await db.exec(select(Outgoing).where(MESSAGES, col(Outgoing.id).in_(ids)))).all()


async def find_untold(db: AsyncSession, message_id: str) -> Outgoing | None:
    """Find a message that ended and whose feature is still to be told."""
    return (await db.exec(select(Outgoing).where(NEWS, col(Outgoing.id) == message_id))).first()


async def mark_arrived(db: AsyncSession, mark: DeliveryMark, now: datetime) -> bool:
    """Mark a message as arrived, unless somebody did meanwhile; True where its post is to be rewritten at once."""
    waits = (col(Outgoing.id) == mark.message_id, col(Outgoing.not_before).is_not(None))
    arrived = {"delivered_at": now, "not_before": None, "fault": None, "content": EMPTY}
    place = {"post_id": mark.post_id, "channel_id": mark.channel_id}
    await db.execute(update(Outgoing).where(*waits).values(**arrived, **place))
    return await _rewrite_arrived(db, [mark.message_id], now)
