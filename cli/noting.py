"""What the operator’s commands change is noted in the journal, in the transaction that changes it."""

from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from storage import journal
from storage.journal import OPERATOR, Act, Entry


async def note(db: AsyncSession, act: Act, thing: str, now: datetime, **after: object) -> None:
    """Done from a terminal: nobody’s account is known."""
    await journal.add(db, Entry(at=now, actor=OPERATOR, act=act, object=thing, after=after))


async def note_about(db: AsyncSession, entry: Entry) -> None:
    """The same, with whom it concerns and how it was."""
    entry.actor = OPERATOR
    await journal.add(db, entry)
