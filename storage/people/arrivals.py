"""Who came into the team for the first time since the bot listens, and when: they are new there for a while."""

from datetime import datetime

from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.database import UtcTime, insertion


class Arrival(SQLModel, table=True):
    """Somebody came."""

    person_id: str = Field(primary_key=True, max_length=26)
    at: datetime = Field(sa_type=UtcTime)


async def note(db: AsyncSession, person_id: str, at: datetime) -> bool:
    """Somebody comes; False where they came before, however long ago."""
    row = {"person_id": person_id, "at": at}
    added = insertion(db, Arrival).values(row).on_conflict_do_nothing().returning(col(Arrival.person_id))
    return (await db.execute(added)).scalar() is not None


async def is_since(db: AsyncSession, person_id: str, since: datetime) -> bool:
    """Whether somebody came then or later."""
    came = select(Arrival.person_id).where(Arrival.person_id == person_id, col(Arrival.at) >= since)
    return (await db.exec(came)).first() is not None
