"""Accounts that were deactivated in Mattermost while the register still counts on them: each is asked about once."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import delete
from sqlmodel import Field, SQLModel, col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.database import UtcTime, insertion
from storage.people.person import Person


class Gone(SQLModel, table=True):
    """Somebody whose account was found deactivated, and when animateurs were asked whether they left."""

    person_id: str = Field(primary_key=True, max_length=26)
    noted_at: datetime = Field(sa_type=UtcTime)
    asked_at: datetime | None = Field(default=None, sa_type=UtcTime)


async def note(db: AsyncSession, person_ids: Collection[str], at: datetime) -> None:
    """These accounts were found deactivated; nothing happens where that is known."""
    if person_ids:
        rows = [{"person_id": person_id, "noted_at": at} for person_id in dict.fromkeys(person_ids)]
        await db.execute(insertion(db, Gone).values(rows).on_conflict_do_nothing())


async def forget(db: AsyncSession, person_ids: Collection[str]) -> None:
    """These accounts are active: should they be deactivated again, it is asked again."""
    await db.execute(delete(Gone).where(col(Gone.person_id).in_(person_ids)))


async def to_ask_about(db: AsyncSession, limit: int) -> Sequence[Person]:
    """Who is still counted on, and was not asked about yet; longest gone first."""
    waits = select(Person).join(Gone, col(Gone.person_id) == col(Person.id))
    waits = waits.where(col(Gone.asked_at).is_(None), col(Person.left_on).is_(None))
    return (await db.exec(waits.order_by(col(Gone.noted_at), col(Person.username)).limit(limit))).all()


async def note_asked(db: AsyncSession, person_ids: Collection[str], at: datetime) -> None:
    """It was asked about these people."""
    await db.exec(update(Gone).where(col(Gone.person_id).in_(person_ids)).values(asked_at=at))


async def since(db: AsyncSession, person_ids: Collection[str]) -> dict[str, datetime]:
    """When these accounts were found deactivated, by id."""
    found = (await db.exec(select(Gone).where(col(Gone.person_id).in_(person_ids)))).all()
    return {row.person_id: row.noted_at for row in found}
