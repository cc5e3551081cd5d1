"""How long the journal is kept: what is dropped is said in it, with the hash that its new beginning follows."""

from datetime import datetime

from sqlalchemy import delete, func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.journal.entry import BOT, Act, Entry
from storage.journal.writing import add


async def count_before(db: AsyncSession, moment: datetime) -> int:
    """How many entries are older."""
    return (await db.exec(select(func.count()).where(col(Entry.at) < moment))).one()


async def forget_before(db: AsyncSession, moment: datetime, now: datetime) -> int:
    """Drop the entries older than that, from the beginning on; says how many."""
    first_kept = (await db.exec(select(func.min(Entry.id)).where(col(Entry.at) >= moment))).one()
    wanted = select(Entry).where(col(Entry.at) < moment)
    if first_kept is not None:
        wanted = wanted.where(col(Entry.id) < first_kept)
    last = (await db.exec(wanted.order_by(col(Entry.id).desc()).limit(1))).first()
    if last is None:
        return 0
    count = (await db.exec(select(func.count()).where(col(Entry.id) <= last.id))).one()
    dropped = {"last": last.id, "hash": last.hash, "count": count}
    await add(db, Entry(act=Act.RETAIN, object="journal", actor=BOT, at=now, before=dropped))
    await db.execute(delete(Entry).where(col(Entry.id) <= last.id))
    return int(count)
