"""What was decided and carried out: a warning, a silence, a lock, a moved thread…, until when, and how to undo it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.database import UtcTime
from storage.journal import Act

REFUSED = "mattermost"
"""Who ended a measure that Mattermost did not let the bot carry out."""
LASTING = (Act.SILENCE, Act.EXCLUDE, Act.LOCK)
"""Acts that hold until they end or are undone, which needs what is kept of them."""


class Measure(SQLModel, table=True):
    """A measure, known by its number in the journal. ``act`` is the journal’s code; ``user_id`` whom it concerns (""
    for a channel), ``channels`` where; ``by`` decided it, ``proposed_by`` is the first animateur where it took two;
    ``until`` is when it ends by itself, ``ended_at`` when it did, by whatever. ``before`` is what undoing it needs.
    """

    __tablename__ = "moderation_measure"

    entry: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    case_id: int | None = Field(default=None, index=True)
    act: str = Field(max_length=48)
    user_id: str = Field(default="", max_length=26, index=True)
    channels: list[str] = Field(default=[], sa_column=Column(JSON, nullable=False))
    reason: str = Field(default="", max_length=1000)
    by: str = Field(max_length=26)
    proposed_by: str = Field(default="", max_length=26)
    began_at: datetime = Field(sa_type=UtcTime)
    until: datetime | None = Field(default=None, sa_type=UtcTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcTime)
    ended_by: str = Field(default="", max_length=26)
    before: dict[str, Any] = Field(default={}, sa_column=Column(JSON, nullable=False))

    @property
    def counts(self) -> bool:
        """Whether it was carried out, and nobody took it back: it stands, or ended at its time."""
        return self.ended_at is None or not self.ended_by


async def lock(db: AsyncSession, entry: int) -> Measure | None:
    """The measure of that number in the journal, held until the transaction ends."""
    wanted = select(Measure).where(Measure.entry == entry).with_for_update().execution_options(populate_existing=True)
    return (await db.exec(wanted)).first()


async def due(db: AsyncSession, now: datetime, limit: int) -> Sequence[Measure]:
    """Those whose time is over but that still stand, oldest first."""
    wanted = select(Measure).where(col(Measure.until) <= now, col(Measure.ended_at).is_(None))
    return (await db.exec(wanted.order_by(col(Measure.until)).limit(limit))).all()


async def standing(db: AsyncSession, user_id: str) -> Sequence[Measure]:
    """Those of somebody that still hold."""
    wanted = select(Measure).where(Measure.user_id == user_id, col(Measure.ended_at).is_(None))
    return (await db.exec(wanted.order_by(col(Measure.entry)))).all()


async def of_case(db: AsyncSession, case_id: int) -> Sequence[Measure]:
    """Those that were decided in a case, oldest first."""
    return (await db.exec(select(Measure).where(Measure.case_id == case_id).order_by(col(Measure.entry)))).all()


async def since(db: AsyncSession, user_id: str, moment: datetime) -> Sequence[Measure]:
    """All of somebody’s since then, oldest first."""
    wanted = select(Measure).where(Measure.user_id == user_id, col(Measure.began_at) >= moment)
    return (await db.exec(wanted.order_by(col(Measure.entry)))).all()


async def get(db: AsyncSession, entry: int) -> Measure | None:
    """The measure of that number in the journal."""
    return (await db.exec(select(Measure).where(Measure.entry == entry))).first()


async def in_force(db: AsyncSession, acts: Sequence[str], limit: int | None = None) -> Sequence[Measure]:
    """Those of these acts that still hold, oldest first."""
    wanted = select(Measure).where(col(Measure.act).in_(acts), col(Measure.ended_at).is_(None))
    return (await db.exec(wanted.order_by(col(Measure.entry)).limit(limit))).all()
