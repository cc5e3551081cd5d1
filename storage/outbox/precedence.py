"""Acts that wait for the same target, as whoever writes another of them down sees them; and the beginning of a try."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from enum import Enum
from typing import Any

from sqlalchemy import delete, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.leases import LEASE
from storage.outbox.table import ACTS, Outgoing

AFTER, BEGUN, VOID = "after", "begun", "void"
"""What the content of an act says beside it: the ids of those that end first; that a try was begun; that it is to be
tried no more, but ended."""
PATIENCE = 3
"""So often an act may have failed that another waits for; then it waits no longer."""
TAKEN_BACK = "taken_back"


class Turn(Enum):
    """Whether an act may be tried: now, later (another ends first), or no more."""

    COME = "come"
    LATER = "later"
    GONE = "gone"


async def waiting_acts(db: AsyncSession, target: str) -> Sequence[Outgoing]:
    """Those that wait for a target, oldest first."""
    found = select(Outgoing).where(ACTS, col(Outgoing.target) == target)
    return (await db.exec(found.order_by(col(Outgoing.created_at), col(Outgoing.id)))).all()


async def hold_acts(db: AsyncSession, ids: Collection[str]) -> Sequence[Outgoing]:
    """Those of these that wait still; nobody begins, ends or takes them until the transaction ends."""
    held = select(Outgoing).where(ACTS, col(Outgoing.id).in_(ids)).order_by(col(Outgoing.id)).with_for_update()
    return (await db.exec(held.execution_options(populate_existing=True))).all()


def is_under_way(message: Outgoing, now: datetime) -> bool:
    """Whether a try of it may be going on at this moment: it was begun, and is leased."""
    until = message.not_before
    return bool(message.content.get(BEGUN)) and until is not None and now < until <= now + 2 * LEASE


async def rewrite_act(db: AsyncSession, message: Outgoing, content: Mapping[str, Any]) -> None:
    """From now on that is to be done: what is begun later does that."""
    await db.execute(update(Outgoing).where(col(Outgoing.id) == message.id).values(content=dict(content)))


async def take_back(db: AsyncSession, message: Outgoing) -> None:
    """End an act that was not done; its sender is told, if it is to be told anything."""
    here = col(Outgoing.id) == message.id
    if message.tells is None:
        await db.execute(delete(Outgoing).where(here))
        return
    ended = {"not_before": None, "fault": TAKEN_BACK, "content": {"refusal": TAKEN_BACK}}
    await db.execute(update(Outgoing).where(here).values(ended))


async def begin(db: AsyncSession, message: Outgoing) -> Turn:
    """Begin a try of an act that is leased, with the content that it has by now."""
    held = await hold_acts(db, [message.id])
    if not held:
        return Turn.GONE
    content = held[0].content
    if content.get(VOID):
        await take_back(db, held[0])
        return Turn.GONE
    if after := content.get(AFTER):
        first = select(Outgoing.id).where(ACTS, col(Outgoing.id).in_(after), col(Outgoing.attempts) < PATIENCE)
        if (await db.exec(first.limit(1))).first() is not None:
            return Turn.LATER
    message.content = content | {BEGUN: True}
    await rewrite_act(db, message, message.content)
    return Turn.COME


async def withdraw(db: AsyncSession, topics: Collection[str], now: datetime) -> Collection[str]:
    """Take back the acts on these topics that have not begun, untold; the topics of those."""
    found = select(Outgoing.id).where(ACTS, col(Outgoing.topic).in_(topics))
    held = await hold_acts(db, (await db.exec(found)).all())
    gone = [message for message in held if not is_under_way(message, now)]
    await db.execute(delete(Outgoing).where(col(Outgoing.id).in_([message.id for message in gone])))
    return {message.topic for message in gone if message.topic}
