"""Who asked that their data be erased, when that is due, and how far it is."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.database import UtcTime


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


async def get(db: AsyncSession, user_id: str) -> Erasure | None:
    """That of somebody."""
    return (await db.exec(select(Erasure).where(Erasure.user_id == user_id))).first()


async def due(db: AsyncSession, now: datetime) -> Sequence[Erasure]:
    """Those whose time has come, oldest first."""
    wanted = select(Erasure).where(
        col(Erasure.due_at) <= now, col(Erasure.cancelled_at).is_(None), col(Erasure.done_at).is_(None)
    )
    return (await db.exec(wanted.order_by(col(Erasure.due_at)))).all()
