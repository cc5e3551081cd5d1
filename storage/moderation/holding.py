"""A measure and its case, held together: always the case first, so that no two wait for one another."""

from sqlmodel.ext.asyncio.session import AsyncSession

from storage.moderation import cases, measures
from storage.moderation.cases import Case
from storage.moderation.measures import Measure


async def lock(db: AsyncSession, entry: int) -> tuple[Measure | None, Case | None]:
    """The measure of that number in the journal and its case, if it has one, until the transaction ends. Who notes
    something in the journal takes that after them."""
    known = await measures.get(db, entry)
    case = await cases.lock(db, known.case_id) if known and known.case_id else None
    return await measures.lock(db, entry), case
