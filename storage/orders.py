"""Orders: rows of the outbox whose message is made before it is sent; each belongs to one maker at a time."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.outbox import Outgoing, Where


async def take(db: AsyncSession, now: datetime, until: datetime, busy: Collection[str]) -> Outgoing | None:
    """Lease the next order that is due, of nobody in ``busy``; those that somebody waits for (a topic) come first."""
    due = select(Outgoing).where(*_of_others(busy), col(Outgoing.not_before) <= now)
    first = due.order_by(col(Outgoing.topic).is_(None), col(Outgoing.created_at), col(Outgoing.id)).limit(1)
    order = (await db.exec(first.with_for_update(skip_locked=True))).first()
    if order is not None:
        order.not_before = until
        await db.flush()
    return order


async def next_due(db: AsyncSession, busy: Collection[str]) -> datetime | None:
    """When the next order of nobody in ``busy`` is due; None when none waits."""
    due = select(Outgoing.not_before).where(*_of_others(busy), col(Outgoing.not_before).is_not(None))
    return (await db.exec(due.order_by(col(Outgoing.not_before)).limit(1))).first()


async def change(db: AsyncSession, order: Outgoing, values: dict[str, Any]) -> bool:
    """Change an order that is leased; False when another replica took it meanwhile, and nothing is changed."""
    mine = update(Outgoing).where(col(Outgoing.id) == order.id, col(Outgoing.not_before) == order.not_before)
    return (await db.exec(mine.values(values))).rowcount == 1


async def has_its_turn(db: AsyncSession, order: Outgoing) -> bool:
    """Whether what comes before an order is out of the outbox: its waiting message (delivered, or given up), and the
    person’s earlier orders that were not tried to the end yet. What somebody waits for does not wait for the rest."""
    others = (col(Outgoing.where) == Where.FILE, col(Outgoing.target) == order.target)
    before = and_(*others, col(Outgoing.attempts) == 0, col(Outgoing.created_at) < order.created_at)
    if order.topic:
        before = or_(and_(*_waiting(order.topic)), and_(before, col(Outgoing.topic).is_not(None)))
    first = select(Outgoing.id).where(col(Outgoing.not_before).is_not(None), before).limit(1)
    return (await db.exec(first)).first() is None


async def forget_topic(db: AsyncSession, topic: str) -> None:
    """The waiting message of an order needs no more rewriting, and may be forgotten in time."""
    await db.exec(update(Outgoing).where(*_waiting(topic)).values(topic=None))


def _of_others(busy: Collection[str]) -> tuple[ColumnElement[bool], ...]:
    return col(Outgoing.where) == Where.FILE, col(Outgoing.target).not_in(busy)


def _waiting(topic: str) -> tuple[ColumnElement[bool], ...]:
    return col(Outgoing.topic) == topic, col(Outgoing.where) == Where.PERSON
