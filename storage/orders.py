"""Orders: rows of the outbox whose message is made before it is sent; each belongs to one maker at a time."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.outbox import ORDERS, Outgoing, Where


async def take(
    db: AsyncSession, now: datetime, until: datetime, busy: Collection[str], served: Collection[str]
) -> Outgoing | None:
    """Lease the next order that is due, of nobody in ``busy``.

    Those that somebody waits for (a topic) come first, then those of people who were not ``served`` in this turn.
    """
    due = select(Outgoing.id).where(ORDERS, col(Outgoing.not_before) <= now, *_not_of(busy))
    turn = (col(Outgoing.topic).is_(None), col(Outgoing.target).in_(served), col(Outgoing.created_at), col(Outgoing.id))
    first = due.order_by(*turn).limit(1).with_for_update(skip_locked=True).scalar_subquery()
    order = (await db.exec(select(Outgoing).where(col(Outgoing.id) == first))).first()
    if order is not None:
        order.not_before = until
        await db.flush()
    return order


async def next_due(db: AsyncSession, busy: Collection[str]) -> datetime | None:
    """When the next order of nobody in ``busy`` is due; None when none waits."""
    return (await db.exec(select(func.min(Outgoing.not_before)).where(ORDERS, *_not_of(busy)))).one()


async def waiting(db: AsyncSession, user_id: str) -> int:
    """How many orders of somebody wait, those being made included."""
    return (await db.exec(select(func.count()).select_from(Outgoing).where(ORDERS, Outgoing.target == user_id))).one()


async def change(db: AsyncSession, order: Outgoing, values: dict[str, Any]) -> bool:
    """Change an order that is leased; False when another replica took it meanwhile, and nothing is changed."""
    mine = update(Outgoing).where(col(Outgoing.id) == order.id, col(Outgoing.not_before) == order.not_before)
    return (await db.exec(mine.values(values))).rowcount == 1


async def has_its_turn(db: AsyncSession, order: Outgoing) -> bool:
    """Whether what comes before an order is out of the outbox: its waiting message (delivered, or given up), and the
    person’s earlier orders that were not tried to the end yet. What somebody waits for does not wait for the rest."""
    if order.topic and await _any(db, *_waiting(order.topic), col(Outgoing.not_before).is_not(None)):
        return False
    earlier = (Outgoing.target == order.target, Outgoing.attempts == 0, col(Outgoing.created_at) < order.created_at)
    same = [col(Outgoing.topic).is_not(None)] if order.topic else []
    return not await _any(db, ORDERS, *earlier, *same)


async def forget_topic(db: AsyncSession, topic: str) -> None:
    """The waiting message of an order needs no more rewriting, and may be forgotten in time."""
    await db.exec(update(Outgoing).where(*_waiting(topic)).values(topic=None))


async def _any(db: AsyncSession, *conditions: Any) -> bool:
    return (await db.exec(select(Outgoing.id).where(*conditions).limit(1))).first() is not None


def _not_of(people: Collection[str]) -> Sequence[ColumnElement[bool]]:
    return [col(Outgoing.target).not_in(people)] if people else []


def _waiting(topic: str) -> tuple[ColumnElement[bool], ...]:
    return col(Outgoing.topic) == topic, col(Outgoing.where) == Where.PERSON
