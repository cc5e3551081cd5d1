"""What of a ticket stands in Mattermost: its cards, its lines and their twins, the messages it was made of."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import JSON, Column, Index, Text, delete, false, or_
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from config.hotline import CODE_MAX
from storage.database import Code, UtcTime, insert_new, upsert
from storage.hotline.tickets import Ticket


class TicketCard(SQLModel, table=True):
    """The card of a ticket in the room of a queue; ``post_id`` is "" until it stands there, ``version`` that of the
    ticket when it was written."""

    __tablename__ = "ticket_card"

    ticket: int = Field(primary_key=True)
    queue: str = Field(primary_key=True, max_length=CODE_MAX)
    channel_id: str = Field(default="", max_length=26)
    post_id: str = Field(default="", max_length=26, index=True)
    version: int = 0


async def get_card(db: AsyncSession, ticket: Ticket) -> TicketCard | None:
    """The card of a ticket in its queue."""
    mine = select(TicketCard).where(TicketCard.ticket == ticket.number, TicketCard.queue == ticket.queue)
    return (await db.exec(mine.execution_options(populate_existing=True))).first()


async def save_card(db: AsyncSession, card: TicketCard) -> None:
    """Write down how a card is now."""
    await upsert(db, TicketCard, [card.model_dump()])


async def find_card(db: AsyncSession, post_id: str) -> TicketCard | None:
    """The card that is that post."""
    return (await db.exec(select(TicketCard).where(TicketCard.post_id == post_id).limit(1))).first()


async def list_without_card(db: AsyncSession, queue: str, room: str, limit: int) -> list[Ticket]:
    """The tickets of a queue that are not closed and of which nothing stands in that room, or is on its way there, the
    oldest first."""
    there = select(TicketCard.ticket).where(TicketCard.queue == queue, TicketCard.channel_id == room)
    waiting = select(Ticket).where(Ticket.queue == queue, col(Ticket.closed_at).is_(None))
    found = await db.exec(waiting.where(col(Ticket.id).not_in(there)).order_by(col(Ticket.id)).limit(limit))
    return list(found)


async def list_erased_cards(db: AsyncSession, subject: str, limit: int) -> Sequence[TicketCard]:
    """The cards that stand of closed tickets whose words are erased: that is what their subject is then."""
    erased = select(Ticket.id).where(
        Ticket.subject == subject, Ticket.thread_post == "", col(Ticket.closed_at).is_not(None)
    )
    there = select(TicketCard).where(TicketCard.post_id != "", col(TicketCard.ticket).in_(erased))
    return (await db.exec(there.order_by(col(TicketCard.ticket)).limit(limit))).all()


async def drop_card(db: AsyncSession, card: TicketCard) -> None:
    """Forget a card that stands there no more, or never came to: another may be written."""
    await db.delete(card)
    await db.flush()


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


async def add_line(db: AsyncSession, line: TicketLine) -> bool:
    """Write a line down; False where it is there already."""
    return await insert_new(db, TicketLine, line.model_dump())


async def lock_line(db: AsyncSession, post_id: str) -> TicketLine | None:
    """The line that is that post, which nobody else changes until this transaction ends."""
    return await db.get(TicketLine, post_id, with_for_update=True, populate_existing=True)


async def find_line(db: AsyncSession, post_id: str) -> TicketLine | None:
    """The line that is that post, or whose twin it is."""
    either = or_(col(TicketLine.post_id) == post_id, col(TicketLine.twin) == post_id)
    return (await db.exec(select(TicketLine).where(either).limit(1))).first()


async def list_kept(db: AsyncSession, number: int) -> Collection[str]:
    """The posts of a ticket’s author of which they said that what is personal in them may be read."""
    wanted = (TicketLine.ticket == number, col(TicketLine.is_kept))
    return set((await db.exec(select(TicketLine.post_id).where(*wanted))).all())


async def list_agent_lines(db: AsyncSession, numbers: Collection[int]) -> Sequence[TicketLine]:
    """What agents wrote under the cards of these tickets."""
    theirs = (col(TicketLine.ticket).in_(numbers), TicketLine.side == Side.ROOM)
    return (await db.exec(select(TicketLine).where(*theirs))).all()


async def list_waiting_lines(db: AsyncSession, number: int, side: Side) -> Sequence[TicketLine]:
    """What was written on that side of a ticket before there was anything to say it under, oldest first."""
    here = (TicketLine.ticket == number, TicketLine.side == side, col(TicketLine.waits).is_not(None))
    return (await db.exec(select(TicketLine).where(*here).order_by(col(TicketLine.at), col(TicketLine.post_id)))).all()


SOURCE_KEPT = timedelta(days=90)
"""How long a message waits to become a ticket."""


class TicketSource(SQLModel, table=True):
    """A message (``post_id`` in ``channel_id``; ``root_id`` is the post that begins its thread, itself or another) that
    its author may make a ticket of; ``asked_by`` pointed at it. ``text`` is what it said, ``context`` what its thread
    did, ``files`` are ids of those of both."""

    __tablename__ = "ticket_source"

    post_id: str = Field(primary_key=True, max_length=ID)
    channel_id: str = Field(max_length=ID)
    root_id: str = Field(max_length=ID)
    author_id: str = Field(max_length=ID)
    asked_by: str = Field(max_length=ID)
    text: str = Field(default="", sa_type=Text)
    context: str = Field(default="", sa_type=Text)
    files: list[str] = Field(default=[], sa_column=Column(JSON, nullable=False))
    at: datetime = Field(sa_type=UtcTime)


async def save_source(db: AsyncSession, source: TicketSource) -> bool:
    """Keep a message, as it is now; False where somebody pointed at it before."""
    row = source.model_dump()
    if await insert_new(db, TicketSource, row):
        return True
    await upsert(db, TicketSource, [row], ("text", "context", "files", "at"))
    return False


async def get_source(db: AsyncSession, post_id: str) -> TicketSource | None:
    """The message, as it was when somebody pointed at it."""
    return (await db.exec(select(TicketSource).where(TicketSource.post_id == post_id))).first()


async def forget_sources(db: AsyncSession, before: datetime) -> None:
    """Erase those of before that instant: of what became a ticket, the ticket has it."""
    await db.execute(delete(TicketSource).where(col(TicketSource.at) < before))
