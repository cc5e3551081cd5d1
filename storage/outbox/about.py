"""All that was sent on some topics to many: how much has arrived, what waits, what can still be taken back."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, case, delete, func, or_, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.leases import LEASE
from storage.outbox.table import Outgoing, Where

_NEW = (Where.PERSON, Where.CHANNEL)


class Tally(NamedTuple):
    """How many messages have arrived, are on their way, and were refused (for good, or until a much later try)."""

    arrived: int = 0
    waiting: int = 0
    refused: int = 0


async def tally(db: AsyncSession, topics: Collection[str], now: datetime) -> Tally:
    """Count the messages on those topics."""
    arrived, rests = col(Outgoing.delivered_at).is_not(None), _rests(now)
    gone = and_(col(Outgoing.not_before).is_(None), ~arrived)
    kinds = (arrived, and_(col(Outgoing.not_before).is_not(None), ~rests), or_(rests, gone))
    counted = select(*(func.count(case((kind, 1))) for kind in kinds)).where(*_on(topics))
    return Tally(*(await db.execute(counted)).one())


async def reached(db: AsyncSession, topics: Collection[str]) -> Collection[str]:
    """The channels and people to whom a message on those topics has come, or is on its way."""
    rest = or_(col(Outgoing.delivered_at).is_not(None), col(Outgoing.not_before).is_not(None))
    return set((await db.exec(select(Outgoing.target).where(*_on(topics), rest))).all())


async def unreached(db: AsyncSession, topics: Collection[str]) -> Sequence[str]:
    """The channels and people to whom none has come, though one was written down."""
    there = select(Outgoing.target).where(*_on(topics), col(Outgoing.delivered_at).is_not(None))
    others = select(Outgoing.target).where(*_on(topics), col(Outgoing.target).not_in(there)).distinct()
    return (await db.exec(others.order_by(col(Outgoing.target)))).all()


async def recall(db: AsyncSession, topics: Collection[str], now: datetime) -> None:
    """Take back what surely became no post: what nobody has tried to send, and what was refused."""
    refused = and_(_rests(now), col(Outgoing.fault).like("4%"))
    given_up = and_(col(Outgoing.not_before).is_(None), col(Outgoing.delivered_at).is_(None))
    await db.execute(delete(Outgoing).where(*_on(topics), or_(refused, given_up)))
    untried = select(Outgoing).where(*_on(topics), col(Outgoing.attempts) == 0, col(Outgoing.not_before) <= now)
    for message in (await db.exec(untried)).all():
        if message.not_before == message.created_at - LEASE:
            same = (col(Outgoing.id) == message.id, col(Outgoing.not_before) == message.not_before)
            await db.execute(delete(Outgoing).where(*same))


async def forget_ended(db: AsyncSession, topics: Collection[str]) -> None:
    """Forget what came to its end on those topics, and was deleted since: the same may be said there again."""
    await db.execute(delete(Outgoing).where(*_on(topics), col(Outgoing.not_before).is_(None)))


async def hurry(db: AsyncSession, topics: Collection[str], now: datetime) -> None:
    """Make what waits on those topics due now, whoever had it: they may be gone."""
    waits = (*_on(topics), col(Outgoing.not_before) > now)
    await db.exec(update(Outgoing).where(*waits).values(not_before=now))


def _on(topics: Collection[str]) -> Sequence[ColumnElement[bool]]:
    return [col(Outgoing.topic).in_(topics), col(Outgoing.where).in_(_NEW)]


def _rests(now: datetime) -> ColumnElement[bool]:
    """What failed, and is tried again later than any lease lasts."""
    return and_(col(Outgoing.fault).is_not(None), col(Outgoing.not_before) > now + LEASE)
