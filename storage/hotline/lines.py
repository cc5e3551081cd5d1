"""What the author of a ticket and its agents say to each other: each line here has a twin on the other side."""

from collections.abc import Collection, Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, Column, Index, Text, false, or_
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.database import Code, UtcTime, insertion

ID = 26


class Side(StrEnum):
    """Where a line was written: in the room, or in the author’s direct channel."""

    ROOM = "room"
    DIRECT = "direct"


class TicketLine(SQLModel, table=True):
    """A line that somebody wrote under a ticket (``post_id``), and its ``twin``, the bot’s post on the other side.

    ``twin`` is "" until it stands there. ``waits`` is what the line says, as long as there is nothing there yet to
    say it under; ``later`` what was changed while the twin was on its way. Of what has arrived no words are kept: they
    are in Mattermost. ``is_kept`` says that its author wants what is personal in it read.
    """

    __tablename__ = "ticket_line"
    __table_args__ = (Index("ix_ticket_line_ticket", "ticket", "side", "at"),)

    post_id: str = Field(primary_key=True, max_length=ID)
    ticket: int
    side: Side = Field(sa_type=Code(Side))
    by: str = Field(max_length=ID)
    at: datetime = Field(sa_type=UtcTime)
    twin: str = Field(default="", max_length=ID, index=True)
    twin_channel: str = Field(default="", max_length=ID)
    is_gone: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    waits: str | None = Field(default=None, sa_type=Text)
    files: list[str] = Field(default=[], sa_column=Column(JSON, nullable=False))
    later: str | None = Field(default=None, sa_type=Text)
    is_kept: bool = Field(default=False, sa_column_kwargs={"server_default": false()})

    @property
    def topic(self) -> str:
        """What its twin is filed under."""
        return f"hotline.line:{self.post_id}"


async def add(db: AsyncSession, line: TicketLine) -> bool:
    """Write one down; False where it is there already."""
    statement = insertion(db, TicketLine).values(line.model_dump()).on_conflict_do_nothing()
    return (await db.execute(statement.returning(col(TicketLine.post_id)))).scalar() is not None


async def get(db: AsyncSession, post_id: str) -> TicketLine | None:
    """The line that is that post, which nobody else changes until this transaction ends."""
    mine = select(TicketLine).where(TicketLine.post_id == post_id).with_for_update()
    return (await db.exec(mine.execution_options(populate_existing=True))).first()


async def of_post(db: AsyncSession, post_id: str) -> TicketLine | None:
    """The line that is that post, or whose twin it is."""
    either = or_(col(TicketLine.post_id) == post_id, col(TicketLine.twin) == post_id)
    return (await db.exec(select(TicketLine).where(either).limit(1))).first()


async def kept(db: AsyncSession, number: int) -> Collection[str]:
    """The posts of a ticket’s author of which they said that what is personal in them may be read."""
    wanted = (TicketLine.ticket == number, col(TicketLine.is_kept))
    return set((await db.exec(select(TicketLine.post_id).where(*wanted))).all())


async def waiting(db: AsyncSession, number: int, side: Side) -> Sequence[TicketLine]:
    """What was written on that side of a ticket before there was anything to say it under, oldest first."""
    here = (TicketLine.ticket == number, TicketLine.side == side, col(TicketLine.waits).is_not(None))
    return (await db.exec(select(TicketLine).where(*here).order_by(col(TicketLine.at), col(TicketLine.post_id)))).all()
