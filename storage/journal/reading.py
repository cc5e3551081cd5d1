"""Reading the journal."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime

from sqlalchemy import or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from storage.journal.entry import Entry

PAGE = 500
"""Entries read at once."""


async def get(db: AsyncSession, number: int) -> Entry | None:
    """The entry of that number."""
    return (await db.exec(select(Entry).where(col(Entry.id) == number))).first()


async def between(db: AsyncSession, since: datetime, until: datetime, actor: str = "") -> AsyncIterator[Entry]:
    """Those from one instant to before another, in order; of one actor, by name, if one is given."""
    wanted = select(Entry).where(col(Entry.at) >= since, col(Entry.at) < until)
    if actor:
        wanted = wanted.where(col(Entry.actor) == actor)
    last = 0
    while page := (await db.exec(wanted.where(col(Entry.id) > last).order_by(col(Entry.id)).limit(PAGE))).all():
        for entry in page:
            yield entry
        last = page[-1].id


async def about(db: AsyncSession, user_id: str, limit: int = PAGE, before: int | None = None) -> Sequence[Entry]:
    """What concerns or was done by somebody, newest first, from before a number on."""
    wanted = select(Entry).where(or_(col(Entry.target_id) == user_id, col(Entry.actor_id) == user_id))
    return (await db.exec(_newest(wanted, limit, before))).all()


async def named(db: AsyncSession, name: str, limit: int, before: int | None = None) -> Sequence[Entry]:
    """The same of a user name as it was then: of the bot, and of who has no account any more."""
    wanted = select(Entry).where(or_(col(Entry.target) == name, col(Entry.actor) == name))
    return (await db.exec(_newest(wanted, limit, before))).all()


async def of_things(
    db: AsyncSession, things: Sequence[str], limit: int = PAGE, before: int | None = None
) -> Sequence[Entry]:
    """What was done to any of these, newest first."""
    return (await db.exec(_newest(select(Entry).where(col(Entry.object).in_(things)), limit, before))).all()


async def newest(db: AsyncSession, limit: int, before: int | None = None) -> Sequence[Entry]:
    """The last ones, newest first."""
    return (await db.exec(_newest(select(Entry), limit, before))).all()


def _newest(wanted: SelectOfScalar[Entry], limit: int, before: int | None) -> SelectOfScalar[Entry]:
    older = wanted if before is None else wanted.where(col(Entry.id) < before)
    return older.order_by(col(Entry.id).desc()).limit(limit)
