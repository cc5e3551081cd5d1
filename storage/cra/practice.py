"""Who is training, and since when; the reports of their practice sheet, which count in no figure."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Index, delete, func
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.cra.report import CraRow
from storage.database import UtcTime, upsert

TRAINING_FOR = timedelta(days=7)
"""How long a training lasts that nobody ends."""


class PracticeCra(CraRow, table=True):
    """One report of a practice sheet: of the same shape, in a table that no figure reads."""

    __tablename__ = "practice_cra"
    __table_args__ = (Index(None, "author_id"), {"sqlite_autoincrement": True})


class Training(SQLModel, table=True):
    """Somebody who is training: there is a row until it ends."""

    person_id: str = Field(primary_key=True, max_length=26)
    since: datetime = Field(sa_type=UtcTime)


async def begin_training(db: AsyncSession, person_id: str, now: datetime) -> None:
    """Begin somebody’s training; of one under way nothing changes."""
    if await find_training(db, person_id) is None:
        await upsert(db, Training, [{"person_id": person_id, "since": now}], ("since",))


async def find_training(db: AsyncSession, person_id: str) -> Training | None:
    """Find since when somebody is training; None for who is not."""
    return (await db.exec(select(Training).where(Training.person_id == person_id))).first()


async def is_training(db: AsyncSession, person_id: str) -> bool:
    """Whether somebody is training."""
    return await find_training(db, person_id) is not None


async def list_trainees(db: AsyncSession) -> Collection[str]:
    """List the ids of all who are training."""
    return frozenset((await db.exec(select(Training.person_id))).all())


async def end_training(db: AsyncSession, person_id: str) -> int:
    """End somebody’s training and forget their practice sheet; return how many reports were on it."""
    count = await count_practice(db, person_id)
    await db.execute(delete(PracticeCra).where(col(PracticeCra.author_id) == person_id))
    await db.execute(delete(Training).where(col(Training.person_id) == person_id))
    return count


async def count_practice(db: AsyncSession, person_id: str) -> int:
    """Count the reports of a practice sheet, deleted ones too."""
    query = select(func.count()).select_from(PracticeCra).where(col(PracticeCra.author_id) == person_id)
    return (await db.exec(query)).one()


async def list_overdue(db: AsyncSession, now: datetime, limit: int) -> Sequence[Training]:
    """List the trainings that have lasted too long, the oldest first."""
    over = select(Training).where(col(Training.since) <= now - TRAINING_FOR)
    return (await db.exec(over.order_by(col(Training.since)).limit(limit))).all()
