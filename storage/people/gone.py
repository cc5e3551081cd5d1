"""Accounts that were deactivated in Mattermost while the register still counts on them: each is asked about once."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete
from sqlmodel import Field, SQLModel, col
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.database import UtcTime, insertion


class Gone(SQLModel, table=True):
    """Somebody whose account was found deactivated, and when animateurs were asked about it."""

    person_id: str = Field(primary_key=True, max_length=26)
    asked_at: datetime = Field(sa_type=UtcTime)


async def note(db: AsyncSession, person_id: str, at: datetime) -> bool:
    """Ask about somebody; False when that was done already."""
    row = {"person_id": person_id, "asked_at": at}
    added = insertion(db, Gone).values(row).on_conflict_do_nothing().returning(col(Gone.person_id))
    return (await db.execute(added)).scalar() is not None


async def forget(db: AsyncSession, person_ids: Collection[str]) -> None:
    """These accounts are active: should they be deactivated again, it is asked again."""
    await db.execute(delete(Gone).where(col(Gone.person_id).in_(person_ids)))
