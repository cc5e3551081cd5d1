"""Orders: rows of the outbox whose message is made before it is sent; each belongs to one maker at a time."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, update
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


async def is_announced(db: AsyncSession, topic: str) -> bool:
    """Whether the waiting message of an order is out of the outbox: delivered, or given up."""
    left = select(Outgoing.id).where(*_waiting(topic), col(Outgoing.not_before).is_not(None)).limit(1)
    return (await db.exec(left)).first() is None


async def forget_topic(db: AsyncSession, topic: str) -> None:
    """The waiting message of an order needs no more rewriting, and may be forgotten in time."""
    await db.exec(update(Outgoing).where(*_waiting(topic)).values(topic=None))


def _of_others(busy: Collection[str]) -> tuple[ColumnElement[bool], ...]:
    return col(Outgoing.where) == Where.FILE, col(Outgoing.target).not_in(busy)


def _waiting(topic: str) -> tuple[ColumnElement[bool], ...]:
    return col(Outgoing.topic) == topic, col(Outgoing.where) == Where.PERSON
