"""The open tickets that an agent wants to see, in the order in which they should be dealt with."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, case
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.hotline.states import OPEN, State, Urgency
from storage.hotline.tickets import Ticket

FIRST = case({Urgency.BLOQUANT.value: 0, Urgency.GENANT.value: 1}, value=col(Ticket.urgency), else_=2)
"""The most urgent first."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which: of these queues; that an agent has; that wait for who asked; urgent ones; that nobody has; of who works
    in these départements."""

    queues: Collection[str]
    agent_id: str = ""
    waiting: bool = False
    urgent: bool = False
    free: bool = False
    departements: Collection[str] = ()

    @property
    def conditions(self) -> Sequence[ColumnElement[bool]]:
        """It in SQL."""
        states = [State.EN_ATTENTE] if self.waiting else OPEN
        wanted: list[ColumnElement[bool]] = [col(Ticket.queue).in_(self.queues), col(Ticket.state).in_(states)]
        wanted += [col(Ticket.agent_id) == self.agent_id] if self.agent_id else []
        wanted += [col(Ticket.urgency) == Urgency.BLOQUANT] if self.urgent else []
        wanted += [col(Ticket.agent_id) == ""] if self.free else []
        wanted += [col(Ticket.departement).in_(self.departements)] if self.departements else []
        return wanted


async def open_ones(db: AsyncSession, wanted: Wanted, skip: int, limit: int) -> Sequence[Ticket]:
    """Those, the most urgent and the longest waiting first."""
    ordered = select(Ticket).where(*wanted.conditions).order_by(FIRST, col(Ticket.opened_at), col(Ticket.id))
    return (await db.exec(ordered.offset(skip).limit(limit))).all()
