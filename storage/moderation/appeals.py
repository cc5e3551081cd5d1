"""Appeals: somebody answers the notice of a measure; another animateur decides, within a delay."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Column, Text
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.database import UtcTime, insertion


class Appeal(SQLModel, table=True):
    """What somebody answered to a measure (its number in the journal); one a measure. ``kept`` is the outcome: whether
    the measure stands."""

    __tablename__ = "moderation_appeal"

    entry: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    case_id: int = Field(index=True)
    user_id: str = Field(max_length=26, index=True)
    word: str = Field(sa_column=Column(Text, nullable=False))
    at: datetime = Field(sa_type=UtcTime)
    due_at: datetime = Field(sa_type=UtcTime)
    reminded_at: datetime | None = Field(default=None, sa_type=UtcTime)
    decided_at: datetime | None = Field(default=None, sa_type=UtcTime)
    decided_by: str = Field(default="", max_length=26)
    kept: bool | None = None
    answer: str = Field(default="", max_length=1000)


async def get(db: AsyncSession, entry: int) -> Appeal | None:
    """The one about that measure."""
    return (await db.exec(select(Appeal).where(Appeal.entry == entry))).first()


async def list_open(db: AsyncSession) -> Sequence[Appeal]:
    """Those that nobody answered yet, the most urgent first."""
    wanted = select(Appeal).where(col(Appeal.decided_at).is_(None))
    return (await db.exec(wanted.order_by(col(Appeal.due_at)))).all()


async def add(db: AsyncSession, appeal: Appeal) -> bool:
    """Write it down; False where there is one about that measure already."""
    made = insertion(db, Appeal).values(appeal.model_dump()).on_conflict_do_nothing()
    return (await db.execute(made.returning(col(Appeal.entry)))).scalar() is not None


async def lock(db: AsyncSession, entry: int) -> Appeal | None:
    """The one about that measure, held until the transaction ends."""
    wanted = select(Appeal).where(Appeal.entry == entry).with_for_update().execution_options(populate_existing=True)
    return (await db.exec(wanted)).first()


async def find_newest_of_case(db: AsyncSession, case_id: int) -> Appeal | None:
    """The newest of a case."""
    wanted = select(Appeal).where(Appeal.case_id == case_id).order_by(col(Appeal.entry).desc())
    return (await db.exec(wanted.limit(1))).first()
