"""Outages: one thing that is wrong for many, whose tickets are told of it together."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import JSON, Column, Text, func
from sqlmodel import Field, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from config.hotline import CODE_MAX
from storage.claims import hold
from storage.database import Numbered, UtcTime
from storage.hotline.tickets import SUBJECT_MAX, Ticket


class Incident(Numbered, table=True):
    """An outage that the bot proposed, until somebody says that it is one (``by``), or none: it has ended then, by
    nobody. ``alike`` are the numbers of the tickets that it was proposed for, ``news`` is what was last told of it.

    ``opened_at`` is when it was proposed, then when it was said; ``ended_at`` when it was over.
    """

    __tablename__ = "ticket_incident"

    queue: str = Field(max_length=CODE_MAX)
    subject: str = Field(max_length=SUBJECT_MAX)
    by: str = Field(default="", max_length=26)
    alike: list[int] = Field(default=[], sa_column=Column(JSON, nullable=False))
    news: str = Field(default="", sa_type=Text)
    opened_at: datetime = Field(sa_type=UtcTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcTime)

    @property
    def is_proposed(self) -> bool:
        """Whether nobody has said yet what it is."""
        return not self.by and self.ended_at is None

    @property
    def is_refused(self) -> bool:
        """Whether somebody said that it is none."""
        return not self.by and self.ended_at is not None

    @property
    def is_running(self) -> bool:
        """Whether it is an outage that is not over."""
        return bool(self.by) and self.ended_at is None


async def hold_queue(db: AsyncSession, queue: str, now: datetime) -> None:
    """Keep everybody else from looking for outages of a queue, saying or ending one, until this transaction ends."""
    await hold(db, "hotline.outage", queue, now)


async def add(db: AsyncSession, incident: Incident) -> Incident:
    """Write a new outage down; it has its number then."""
    db.add(incident)
    await db.flush()
    return incident


async def get(db: AsyncSession, number: int) -> Incident | None:
    """Get an outage by its number."""
    return (await db.exec(select(Incident).where(Incident.id == number))).first()


async def lock(db: AsyncSession, number: int) -> Incident | None:
    """Get an outage by its number, which nobody else changes until this transaction ends."""
    return await db.get(Incident, number, with_for_update=True, populate_existing=True)


async def list_under_way(db: AsyncSession, queues: Collection[str]) -> Sequence[Incident]:
    """List the outages of some queues that have not ended, those only proposed too, the newest first."""
    there = select(Incident).where(col(Incident.queue).in_(queues), col(Incident.ended_at).is_(None))
    return (await db.exec(there.order_by(col(Incident.id).desc()))).all()


async def find_refused(db: AsyncSession, queue: str, since: datetime) -> Collection[int]:
    """The numbers of tickets of which somebody said that they have nothing to do with each other."""
    refused = (Incident.queue == queue, Incident.by == "", col(Incident.ended_at) >= since)
    return {number for alike in await db.exec(select(Incident.alike).where(*refused)) for number in alike}


async def list_tickets_after(db: AsyncSession, number: int, after: int, limit: int) -> Sequence[Ticket]:
    """The tickets that are part of one, by number, after one of them."""
    part = select(Ticket).where(Ticket.incident == number, col(Ticket.id) > after)
    return (await db.exec(part.order_by(col(Ticket.id)).limit(limit))).all()


async def count_tickets(db: AsyncSession, number: int) -> int:
    """How many tickets are part of one."""
    return (await db.exec(select(func.count()).select_from(Ticket).where(Ticket.incident == number))).one()


async def list_tickets(db: AsyncSession, numbers: Collection[int]) -> Sequence[Ticket]:
    """The tickets of these numbers, for which one was proposed."""
    return (await db.exec(select(Ticket).where(col(Ticket.id).in_(numbers)).order_by(col(Ticket.id)))).all()
