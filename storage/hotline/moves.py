"""The history of tickets: each move with its author and hour."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from config.hotline import CODE_MAX
from storage.database import Code, UtcTime
from storage.hotline.states import Move, State

NOTE_MAX = 300


@dataclass(frozen=True, slots=True)
class Note:
    """What else there is to a move. ``public`` is read by who asked too, ``internal`` by agents only; ``whom`` is the
    id of the person whom it is about, ``queue`` the code of the queue to which the ticket goes."""

    public: str = ""
    internal: str = ""
    whom: str = ""
    queue: str = ""


NOTHING = Note()


class TicketMove(SQLModel, table=True):
    """A move of a ticket; ``by`` made it ("": the bot). The rest is what ``Note`` says; no name is stored, people are
    ids here."""

    __tablename__ = "ticket_move"
    __table_args__ = (Index("ix_ticket_move_ticket", "ticket", "id"),)

    id: int | None = Field(default=None, primary_key=True)
    ticket: int
    at: datetime = Field(sa_type=UtcTime)
    by: str = Field(default="", max_length=26)
    move: Move = Field(sa_type=Code(Move))
    state: State = Field(sa_type=Code(State))
    note: str = Field(default="", max_length=NOTE_MAX)
    internal: str = Field(default="", max_length=NOTE_MAX)
    whom: str = Field(default="", max_length=26)
    queue: str = Field(default="", max_length=CODE_MAX)


async def add(db: AsyncSession, move: TicketMove) -> None:
    """Write a move down."""
    db.add(move)
    await db.flush()


async def history(db: AsyncSession, number: int) -> Sequence[TicketMove]:
    """The moves of a ticket, oldest first."""
    made = select(TicketMove).where(TicketMove.ticket == number).order_by(col(TicketMove.id))
    return (await db.exec(made)).all()
