"""What is kept for a time only goes when that time is over: how much that is, and a bounded part of it at once."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, select, tuple_, update
from sqlmodel.ext.asyncio.session import AsyncSession

from config.settings import Settings
from storage import claims, journal, outbox, work
from storage.database import execute
from storage.holdings import HOLDINGS, Holding
from storage.journal.keeping import count_before

AT_ONCE = 1_000
"""Rows of a table that go in one transaction."""
_WHOLE = frozenset({"journal", "outgoing", "work", "claim"})
"""Tables that have a way of their own, which leaves nothing."""
LIMITED: tuple[Holding, ...] = tuple(one for one in HOLDINGS if one.limit)


async def too_old(db: AsyncSession, settings: Settings, now: datetime) -> Mapping[str, int]:
    """How many rows of each table are kept for too long."""
    return {one.name: await _count(db, one, _before(one, settings, now)) for one in LIMITED}


async def sweep(
    db: AsyncSession, settings: Settings, now: datetime, limit: int | None = None
) -> tuple[dict[str, int], bool]:
    """Take away the next of them, and say how many of each table; whether there may be more.

    What hangs on something goes before it: where much of it is left, the rest waits.
    """
    most = limit or AT_ONCE
    gone: dict[str, int] = {}
    for one in LIMITED:
        gone[one.name] = await _drop(db, one, _before(one, settings, now), now, most)
        if gone[one.name] >= most and one.name not in _WHOLE:
            return gone, True
    return gone, False


def _before(holding: Holding, settings: Settings, now: datetime) -> datetime:
    assert holding.limit
    return holding.limit.span.before(now, settings)


def _which(holding: Holding, before: datetime) -> ColumnElement[bool]:
    assert holding.limit
    return holding.limit.where(before)


async def _count(db: AsyncSession, holding: Holding, before: datetime) -> int:
    if holding.name == "journal":
        return await count_before(db, before)
    query = select(func.count()).select_from(holding.table).where(_which(holding, before))
    return int((await execute(db, query)).scalar_one())


async def _drop(db: AsyncSession, holding: Holding, before: datetime, now: datetime, limit: int) -> int:
    if holding.name in _WHOLE:
        return await _drop_whole(db, holding, before, now)
    assert holding.limit
    key = tuple_(*holding.table.primary_key.columns)
    chosen = select(*holding.table.primary_key.columns).where(_which(holding, before)).limit(limit)
    if holding.limit.blanks:
        done = update(holding.table).where(key.in_(chosen)).values(dict(holding.limit.blanks))
        return (await execute(db, done)).rowcount
    return (await execute(db, delete(holding.table).where(key.in_(chosen)))).rowcount


async def _drop_whole(db: AsyncSession, holding: Holding, before: datetime, now: datetime) -> int:
    if holding.name == "journal":
        return await journal.forget_before(db, before, now)
    count = await _count(db, holding, before)
    forget = {"outgoing": outbox.forget, "work": work.forget, "claim": claims.forget}[holding.name]
    await forget(db, before)
    return count
