"""Who asked that their data be erased, when that is due, and how far it is."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import update
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.database import UtcTime, execute, upsert


class Erasure(SQLModel, table=True):
    """A wish to be erased; a new wish takes the place of an old one. ``step`` counts what was done of it, ``pseudonym``
    is what stands for the person meanwhile: once all is done, nobody knows it. ``asleep`` says that nobody wished it,
    but nothing was heard of the account for long."""

    __tablename__ = "person_erasure"

    user_id: str = Field(primary_key=True, max_length=26)
    asked_at: datetime = Field(sa_type=UtcTime)
    due_at: datetime = Field(sa_type=UtcTime, index=True)
    cancelled_at: datetime | None = Field(default=None, sa_type=UtcTime)
    done_at: datetime | None = Field(default=None, sa_type=UtcTime)
    step: int = 0
    pseudonym: str = Field(default="", max_length=26)
    asleep: bool = False


async def get_erasure(db: AsyncSession, user_id: str) -> Erasure | None:
    """Return the erasure of somebody."""
    return (await db.exec(select(Erasure).where(Erasure.user_id == user_id))).first()


async def list_due_erasures(db: AsyncSession, now: datetime) -> Sequence[Erasure]:
    """List the erasures whose time has come, oldest first."""
    wanted = select(Erasure).where(
        col(Erasure.due_at) <= now, col(Erasure.cancelled_at).is_(None), col(Erasure.done_at).is_(None)
    )
    return (await db.exec(wanted.order_by(col(Erasure.due_at)))).all()


async def lock_erasure(db: AsyncSession, user_id: str) -> Erasure | None:
    """Return the erasure of somebody, locked until the transaction ends."""
    wanted = select(Erasure).where(Erasure.user_id == user_id).with_for_update()
    return (await db.exec(wanted.execution_options(populate_existing=True))).first()


async def note_erasure(db: AsyncSession, erasure: Erasure) -> None:
    """Write a wish to be erased down, in place of an older one."""
    await upsert(db, Erasure, [erasure.model_dump()])


async def find_waiting_erasure(db: AsyncSession, user_id: str) -> Erasure | None:
    """Find an erasure that is to come, or under way."""
    found = await get_erasure(db, user_id)
    return found if found and not found.cancelled_at and not found.done_at else None


async def cancel_erasure(db: AsyncSession, user_id: str, now: datetime) -> bool:
    """Cancel an erasure; False where there is none to come, or it has begun."""
    to_come = (col(Erasure.cancelled_at).is_(None), col(Erasure.done_at).is_(None), col(Erasure.step) == 0)
    statement = update(Erasure).where(col(Erasure.user_id) == user_id, *to_come).values(cancelled_at=now)
    return (await execute(db, statement)).rowcount == 1
