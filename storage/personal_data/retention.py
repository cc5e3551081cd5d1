"""Retention: rows that are kept for a limited time and then deleted; and accounts that were inactive for long."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, select, tuple_, update
from sqlmodel import col
from sqlmodel import select as rows
from sqlmodel.ext.asyncio.session import AsyncSession

from config.settings import Settings
from storage import claims, journal, outbox, work
from storage.database import execute
from storage.people import ERASED, Person
from storage.people.transitions import Erasure
from storage.personal_data import PERSONAL_DATA
from storage.personal_data.declarations import PersonalData

SLEEPING_PAGE = 200
"""People looked at in one transaction."""


async def find_last_activity(db: AsyncSession, ids: Collection[str]) -> dict[str, datetime]:
    """Find when some people, a few hundred, were last active, as far as the tables know."""
    latest: dict[str, datetime] = {}
    for holding in (one for one in PERSONAL_DATA if one.acts):
        for whose in holding.own:
            owner = holding.table.c[whose]
            moments = [func.max(holding.table.c[name]) for name in holding.acts]
            found = await execute(db, select(owner, *moments).where(owner.in_(ids)).group_by(owner))
            for row in found.all():
                known = [time for time in (*row[1:], latest.get(row[0])) if time]
                latest |= {row[0]: max(known)} if known else {}
    return latest


async def find_sleeping(db: AsyncSession, before: datetime, after: str = "") -> tuple[Sequence[Person], str]:
    """Find, on the next page of the register by id, the people who were not active since a moment and wait for no
    erasure; also return the last id read ("": that was all)."""
    there = rows(Person).where(col(Person.id) > after, col(Person.since) < before, col(Person.username) != ERASED)
    page = (await db.exec(there.order_by(col(Person.id)).limit(SLEEPING_PAGE))).all()
    ids = [person.id for person in page]
    acts, waits = await find_last_activity(db, ids), await _find_waiting(db, ids)
    found = [one for one in page if one.id not in waits and acts.get(one.id, one.since) < before]
    return found, ids[-1] if len(page) == SLEEPING_PAGE else ""


async def is_awake(db: AsyncSession, erasure: Erasure) -> bool:
    """Tell whether somebody was active since they were told that their account sleeps."""
    return (await find_last_activity(db, [erasure.user_id])).get(erasure.user_id, erasure.asked_at) > erasure.asked_at


async def _find_waiting(db: AsyncSession, ids: Collection[str]) -> set[str]:
    waits = (col(Erasure.cancelled_at).is_(None), col(Erasure.done_at).is_(None))
    return set((await db.exec(rows(Erasure.user_id).where(col(Erasure.user_id).in_(ids), *waits))).all())


AT_ONCE = 1_000
"""Rows of a table that go in one transaction."""
_FORGET = {"outgoing": outbox.forget, "work": work.forget, "claim": claims.forget}
"""The functions that delete old rows of some tables, besides the journal."""
LIMITED: tuple[PersonalData, ...] = tuple(one for one in PERSONAL_DATA if one.limit)


async def count_expired(db: AsyncSession, settings: Settings, now: datetime) -> Mapping[str, int]:
    """Count the rows of each table that are past their limit."""
    return {one.name: await _count_expired(db, one, _find_expired(one, settings, now)[1]) for one in LIMITED}


async def delete_expired(
    db: AsyncSession, settings: Settings, now: datetime, limit: int = AT_ONCE
) -> tuple[dict[str, int], bool]:
    """Delete the next rows past their limit; return how many of each table, and whether there may be more.

    What hangs on something goes before it: where much of it is left, the rest waits.
    """
    gone: dict[str, int] = {}
    for one in LIMITED:
        before, expired = _find_expired(one, settings, now)
        if one.name == "journal":
            gone[one.name] = await journal.forget_before(db, before, now)
        elif one.name in _FORGET:
            gone[one.name] = await _count_expired(db, one, expired)
            await _FORGET[one.name](db, before)
        else:
            gone[one.name] = await _delete_some(db, one, expired, limit)
            if gone[one.name] >= limit:
                return gone, True
    return gone, False


def _find_expired(holding: PersonalData, settings: Settings, now: datetime) -> tuple[datetime, ColumnElement[bool]]:
    """Return the moment before which rows of a table are past their limit, and the filter for them."""
    assert holding.limit
    before = holding.limit.span.before(now, settings)
    return before, holding.limit.where(before)


async def _count_expired(db: AsyncSession, holding: PersonalData, expired: ColumnElement[bool]) -> int:
    return int((await execute(db, select(func.count()).select_from(holding.table).where(expired))).scalar_one())


async def _delete_some(db: AsyncSession, holding: PersonalData, expired: ColumnElement[bool], limit: int) -> int:
    assert holding.limit
    key = holding.table.primary_key.columns
    some = tuple_(*key).in_(select(*key).where(expired).limit(limit))
    blanks = dict(holding.limit.blanks)
    change = update(holding.table).values(blanks) if blanks else delete(holding.table)
    return (await execute(db, change.where(some))).rowcount
