"""What waits in the outbox: written down, taken for a time by one replica, given back."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Table, and_, bindparam, func, insert, not_, update
from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.database import INSERT, dialect
from storage.direct import DirectStatement
from storage.leases import LEASE
from storage.outbox.table import CROWD, MESSAGES, PEOPLE, REWRITES, Outgoing, Share, Taken

_TABLE: Table = Outgoing.__table__  # type: ignore[attr-defined]  # SQLModel does not declare it
_INSERT = insert(_TABLE).values({c.name: bindparam(c.name) for c in _TABLE.c})
_ADD = DirectStatement(dict.fromkeys(INSERT, _INSERT))
_CROWD_LOCK = 9_001
"""Any number that nothing else locks (storage/migrate.py has another)."""


async def add(db: AsyncSession, messages: Sequence[Outgoing]) -> None:
    """Write messages down; the caller’s transaction decides whether they exist."""
    for message in messages:
        await _ADD.run(db, message.model_dump())


async def take(db: AsyncSession, now: datetime, until: datetime, limit: int, share: Share = PEOPLE) -> Sequence[Taken]:
    """Lease the messages whose next try is due until then, oldest first; no other replica gets the same ones.

    Of a crowd’s, which nobody holds before they are taken, none either to a target that another replica is at.
    """
    elsewhere = await _at_others(db, now, until) if share.crowd and dialect(db) == "postgresql" else []
    waiting = select(Outgoing).where(share.condition, col(Outgoing.not_before) <= now, *elsewhere)
    first = waiting.order_by(col(Outgoing.created_at), col(Outgoing.id)).limit(limit)
    messages = (await db.exec(first.with_for_update(skip_locked=True))).all()
    found = [Taken(message, is_new=_is_as_written(message)) for message in messages]
    if found:
        taken = update(Outgoing).where(col(Outgoing.id).in_([m.id for m in messages]))
        await db.exec(taken.values(not_before=until))  # the messages in hand say so too
    return found


def _is_as_written(message: Outgoing) -> bool:
    """Whether it lies there as it was written, nobody’s, to the microsecond: who takes it or gives it back says a time
    of their own, and may have another clock."""
    return message.not_before in {message.created_at, message.created_at - LEASE}


async def _at_others(db: AsyncSession, now: datetime, until: datetime) -> Sequence[ColumnElement[bool]]:
    """Whose messages are taken already, or about to be due anyway; whoever takes some sees what others took."""
    await db.execute(select(func.pg_advisory_xact_lock(_CROWD_LOCK)))
    other = aliased(Outgoing)
    waits = (col(other.not_before).is_not(None), col(other.crowd).is_(True))
    # Their lease may end later than ours: they took it while we waited for the lock.
    taken = select(other.target).where(
        *waits, col(other.not_before) > now, col(other.not_before) <= until + (until - now)
    )
    return [col(Outgoing.target).not_in(taken)]


async def next_due(db: AsyncSession, now: datetime, share: Share = PEOPLE) -> datetime | None:
    """When the next try of any message of a share is due; None when none waits.

    It is enough to find one that is due by now, which takes no look at the others.
    """
    due = select(Outgoing.not_before).where(share.condition)
    oldest = due.order_by(col(Outgoing.created_at), col(Outgoing.id)).limit(1)
    if found := (await db.exec(oldest.where(col(Outgoing.not_before) <= now))).first():
        return found
    return (await db.exec(select(func.min(Outgoing.not_before)).where(share.condition))).one()


async def earliest(db: AsyncSession) -> datetime | None:
    """When the next try of any message is due; None when none waits."""
    return (await db.exec(select(func.min(Outgoing.not_before)).where(MESSAGES))).one()


async def waiting(db: AsyncSession, now: datetime) -> Mapping[str, int]:
    """How many of people’s messages wait, by target; those for later are left out, as nothing waits behind them."""
    waits = (PEOPLE.condition, not_(_for_later(now)))
    counted = select(Outgoing.target, func.count()).where(*waits).group_by(col(Outgoing.target))
    return dict((await db.exec(counted)).all())


async def crowd_waiting(db: AsyncSession, until: datetime, most: int) -> int:
    """How many messages to many are due until then, counted up to so many."""
    some = select(Outgoing.id).where(CROWD.condition, col(Outgoing.not_before) <= until).limit(most)
    return len((await db.exec(some)).all())


async def lease(db: AsyncSession, message: Outgoing, until: datetime) -> bool:
    """Keep a message for oneself until then; False when another replica took it meanwhile."""
    mine = update(Outgoing).where(col(Outgoing.id) == message.id, col(Outgoing.not_before) == message.not_before)
    return (await db.exec(mine.values(not_before=until))).rowcount == 1


async def keep(db: AsyncSession, message: Outgoing) -> None:
    """Write down the content of a message that waits, as it is now."""
    waits = (col(Outgoing.id) == message.id, col(Outgoing.not_before).is_not(None))
    await db.exec(update(Outgoing).where(*waits).values(content=message.content))


async def release(db: AsyncSession, ids: Collection[str], now: datetime) -> None:
    """End the leases of messages: they are due now."""
    leased = (col(Outgoing.id).in_(ids), col(Outgoing.not_before) > now)
    await db.exec(update(Outgoing).where(*leased).values(not_before=now))


async def release_all(db: AsyncSession, now: datetime) -> None:
    """Make every message that waits due now, but those for later."""
    await db.exec(update(Outgoing).where(col(Outgoing.not_before) > now, not_(_for_later(now))).values(not_before=now))


async def superseded(db: AsyncSession, message: Outgoing) -> bool:
    """Whether a later content of the same post exists: the older one is void then."""
    later = (REWRITES, Outgoing.target == message.target, col(Outgoing.created_at) > message.created_at)
    newer = select(Outgoing.id).where(*later).limit(1)
    return (await db.exec(newer)).first() is not None


def _for_later(now: datetime) -> ColumnElement[bool]:
    """What is to be said at a time that has not come: it is written down as of then."""
    return and_(col(Outgoing.created_at) > now, col(Outgoing.not_before) == col(Outgoing.created_at))
