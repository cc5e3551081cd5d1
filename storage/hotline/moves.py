"""The history of tickets: each move with its author and hour."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.database import Code, UtcTime
from storage.hotline.states import Move, State

NOTE_MAX = 300


class TicketMove(SQLModel, table=True):
    """A move of a ticket; ``by`` made it ("": the bot), ``note`` says what else there is to it (to whom, why)."""

    __tablename__ = "ticket_move"
    __table_args__ = (Index("ix_ticket_move_ticket", "ticket", "id"),)

    id: int | None = Field(default=None, primary_key=True)
    ticket: int
    at: datetime = Field(sa_type=UtcTime)
    by: str = Field(default="", max_length=26)
    move: Move = Field(sa_type=Code(Move))
    state: State = Field(sa_type=Code(State))
    note: str = Field(default="", max_length=NOTE_MAX)


async def add(db: AsyncSession, move: TicketMove) -> None:
    """Write a move down."""
    db.add(move)
    await db.flush()


async def history(db: AsyncSession, number: int) -> Sequence[TicketMove]:
    """The moves of a ticket, oldest first."""
    made = select(TicketMove).where(TicketMove.ticket == number).order_by(col(TicketMove.id))
    return (await db.exec(made)).all()
