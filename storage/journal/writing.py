"""Writing in the journal: at its end only, and never over what is there."""

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.journal.entry import REASON_MAX, Entry, Head


async def add(db: AsyncSession, entry: Entry) -> Entry:
    """Note what is done in the same transaction: gives the entry its number and its hash.

    Others who write wait for the end of that transaction.
    """
    wanted = select(Head).with_for_update().execution_options(populate_existing=True)
    head = (await db.exec(wanted)).one()
    entry.reason = entry.reason[:REASON_MAX]
    entry.id, entry.previous = head.last + 1, head.hash
    entry.hash = entry.seal()
    head.last, head.hash = entry.id, entry.hash
    db.add_all([entry, head])
    await db.flush()
    return entry
