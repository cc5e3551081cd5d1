"""Accounts of which nothing was heard for long: whose, and when they did something last."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import col
from sqlmodel import select as rows
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.database import execute
from storage.holdings import HOLDINGS
from storage.people import ERASED, Person
from storage.people.erasures import Erasure

PAGE = 200
"""People looked at in one transaction."""


async def last_acts(db: AsyncSession, ids: Collection[str]) -> dict[str, datetime]:
    """When some hundreds of people did something last, as far as the tables know."""
    latest: dict[str, datetime] = {}
    for holding in (one for one in HOLDINGS if one.acts):
        for whose in holding.own:
            owner = holding.table.c[whose]
            moments = [func.max(holding.table.c[name]) for name in holding.acts]
            found = await execute(db, select(owner, *moments).where(owner.in_(ids)).group_by(owner))
            for row in found.all():
                known = [time for time in (*row[1:], latest.get(row[0])) if time]
                latest |= {row[0]: max(known)} if known else {}
    return latest


async def asleep(db: AsyncSession, before: datetime, after: str = "") -> tuple[Sequence[Person], str]:
    """Of the next people of the register by id those who did nothing since, and who wait for no erasure yet; the last
    id looked at ("": that was all)."""
    there = rows(Person).where(col(Person.id) > after, col(Person.since) < before, col(Person.username) != ERASED)
    page = (await db.exec(there.order_by(col(Person.id)).limit(PAGE))).all()
    ids = [person.id for person in page]
    acts, waits = await last_acts(db, ids), await _waiting(db, ids)
    found = [one for one in page if one.id not in waits and acts.get(one.id, one.since) < before]
    return found, ids[-1] if len(page) == PAGE else ""


async def is_awake(db: AsyncSession, erasure: Erasure) -> bool:
    """Whether somebody did something since they were told that their account sleeps."""
    return (await last_acts(db, [erasure.user_id])).get(erasure.user_id, erasure.asked_at) > erasure.asked_at


async def _waiting(db: AsyncSession, ids: Collection[str]) -> set[str]:
    waits = (col(Erasure.cancelled_at).is_(None), col(Erasure.done_at).is_(None))
    return set((await db.exec(rows(Erasure.user_id).where(col(Erasure.user_id).in_(ids), *waits))).all())
