"""Writing in the journal: at its end only, and never over what is there."""

import json
from typing import Any

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.journal.entry import NAME_MAX, OBJECT_MAX, REASON_MAX, Entry, Head


async def add(db: AsyncSession, entry: Entry) -> Entry:
    """Note what is done in the same transaction: gives the entry its number and its hash.

    Others who write wait for the end of that transaction.
    """
    wanted = select(Head).with_for_update().execution_options(populate_existing=True)
    head = (await db.exec(wanted)).one()
    entry.reason, entry.object = entry.reason[:REASON_MAX], entry.object[:OBJECT_MAX]
    entry.actor, entry.target = entry.actor[:NAME_MAX], entry.target[:NAME_MAX]
    entry.before, entry.after = _as_json(entry.before), _as_json(entry.after)
    entry.id, entry.previous = head.last + 1, head.hash
    entry.hash = entry.seal()
    head.last, head.hash = entry.id, entry.hash
    db.add_all([entry, head])
    await db.flush()
    return entry


def _as_json(values: dict[str, Any]) -> dict[str, Any]:
    """As it is read back later, which the hash covers: text for what JSON has no word for."""
    told: dict[str, Any] = json.loads(json.dumps(values, default=str))
    return told
