"""Outages: one thing that is wrong for many, whose tickets are told of it together."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from config.hotline import CODE_MAX
from storage.database import UtcTime
from storage.hotline.tickets import SUBJECT_MAX, Ticket


class Incident(SQLModel, table=True):
    """An outage that agents of a queue said to be one, until ``ended_at``; ``by`` was the first to say it."""

    __tablename__ = "ticket_incident"

    id: int | None = Field(default=None, primary_key=True)
    queue: str = Field(max_length=CODE_MAX)
    subject: str = Field(max_length=SUBJECT_MAX)
    by: str = Field(max_length=26)
    opened_at: datetime = Field(sa_type=UtcTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcTime)

    @property
    def number(self) -> int:
        """How it is called."""
        assert self.id is not None
        return self.id


async def add(db: AsyncSession, incident: Incident) -> Incident:
    """Write a new one down; it has its number then."""
    db.add(incident)
    await db.flush()
    return incident


async def lock(db: AsyncSession, number: int) -> Incident | None:
    """One by its number, which nobody else changes until this transaction ends."""
    mine = select(Incident).where(Incident.id == number).with_for_update()
    return (await db.exec(mine.execution_options(populate_existing=True))).first()


async def under_way(db: AsyncSession, queue: str) -> Sequence[Incident]:
    """Those of a queue that have not ended, the newest first."""
    there = select(Incident).where(Incident.queue == queue, col(Incident.ended_at).is_(None))
    return (await db.exec(there.order_by(col(Incident.id).desc()))).all()


async def tickets_of(db: AsyncSession, number: int) -> Sequence[Ticket]:
    """The tickets that are part of one, by number."""
    return (await db.exec(select(Ticket).where(Ticket.incident == number).order_by(col(Ticket.id)))).all()
