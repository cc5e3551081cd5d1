"""What Mattermost shows of tickets: cards, lines of the conversation and their copies, and the messages that tickets
were made of."""

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
    """The card of a ticket in the room of a queue; ``post_id`` is "" until it is posted, ``version`` that of the ticket
    when it was written."""

    __tablename__ = "ticket_card"

    ticket: int = Field(primary_key=True)
    queue: str = Field(primary_key=True, max_length=CODE_MAX)
    channel_id: str = Field(default="", max_length=26)
    post_id: str = Field(default="", max_length=26, index=True)
    version: int = 0


async def get_card(db: AsyncSession, ticket: Ticket) -> TicketCard | None:
    """Return the card of a ticket in its queue’s room."""
    mine = select(TicketCard).where(TicketCard.ticket == ticket.number, TicketCard.queue == ticket.queue)
    return (await db.exec(mine.execution_options(populate_existing=True))).first()


async def save_card(db: AsyncSession, card: TicketCard) -> None:
    """Write down how a card is now."""
    await upsert(db, TicketCard, [card.model_dump()])


async def find_card(db: AsyncSession, post_id: str) -> TicketCard | None:
    """Return the card that is a post."""
    return (await db.exec(select(TicketCard).where(TicketCard.post_id == post_id).limit(1))).first()


async def list_without_card(db: AsyncSession, queue: str, room: str, limit: int) -> list[Ticket]:
    """List the tickets of a queue that are not closed and have no card in a room, posted or on its way, the oldest
    first."""
    there = select(TicketCard.ticket).where(TicketCard.queue == queue, TicketCard.channel_id == room)
    waiting = select(Ticket).where(Ticket.queue == queue, col(Ticket.closed_at).is_(None))
    found = await db.exec(waiting.where(col(Ticket.id).not_in(there)).order_by(col(Ticket.id)).limit(limit))
    return list(found)


async def list_erased_cards(db: AsyncSession, subject: str, limit: int) -> Sequence[TicketCard]:
    """List the cards that are still posted of closed tickets whose words were erased, which is when ``subject`` stands
    in place of their own."""
    erased = select(Ticket.id).where(
        Ticket.subject == subject, Ticket.thread_post == "", col(Ticket.closed_at).is_not(None)
    )
    there = select(TicketCard).where(TicketCard.post_id != "", col(TicketCard.ticket).in_(erased))
    return (await db.exec(there.order_by(col(TicketCard.ticket)).limit(limit))).all()


async def drop_card(db: AsyncSession, card: TicketCard) -> None:
    """Delete a card that was removed from Mattermost, or never arrived there, so that another may be written."""
    await db.delete(card)
    await db.flush()


ID = 26


class Side(StrEnum):
    """Where a line was written: in the agents’ room, or in the author’s direct channel."""

    ROOM = "room"
    DIRECT = "direct"


class TicketLine(SQLModel, table=True):
    """A line that somebody wrote under a ticket (``post_id``), and its ``twin``, the bot’s post on the other side.

    ``twin`` is "" until it is posted. ``waits`` has the words of the line as long as the other side has no post yet to
    answer under; ``later`` those of an edit made while the twin was on its way. Once it has arrived no words are kept:
    Mattermost has them. ``is_kept`` says that its author agreed to show the personal data in it.
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
    """Get the line that is a post, locked: nobody else changes it until the transaction ends."""
    return await db.get(TicketLine, post_id, with_for_update=True, populate_existing=True)


async def find_line(db: AsyncSession, post_id: str) -> TicketLine | None:
    """Find the line that is a post, or whose twin that post is."""
    either = or_(col(TicketLine.post_id) == post_id, col(TicketLine.twin) == post_id)
    return (await db.exec(select(TicketLine).where(either).limit(1))).first()


async def list_kept(db: AsyncSession, number: int) -> Collection[str]:
    """Return the posts of a ticket’s author in which they agreed that personal data may be read."""
    wanted = (TicketLine.ticket == number, col(TicketLine.is_kept))
    return set((await db.exec(select(TicketLine.post_id).where(*wanted))).all())


async def list_agent_lines(db: AsyncSession, numbers: Collection[int]) -> Sequence[TicketLine]:
    """List what agents wrote under the cards of these tickets."""
    theirs = (col(TicketLine.ticket).in_(numbers), TicketLine.side == Side.ROOM)
    return (await db.exec(select(TicketLine).where(*theirs))).all()


async def list_waiting_lines(db: AsyncSession, number: int, side: Side) -> Sequence[TicketLine]:
    """List the lines written on a side of a ticket that wait for a post to stand under, oldest first."""
    here = (TicketLine.ticket == number, TicketLine.side == side, col(TicketLine.waits).is_not(None))
    return (await db.exec(select(TicketLine).where(*here).order_by(col(TicketLine.at), col(TicketLine.post_id)))).all()


SOURCE_KEPT = timedelta(days=90)
"""How long a message waits to become a ticket."""


class TicketSource(SQLModel, table=True):
    """A message (``post_id`` in ``channel_id``; ``root_id`` is the post that begins its thread, itself or another) that
    its author may turn into a ticket; ``asked_by`` proposed that. ``text`` is what the message said, ``context`` what
    its thread said, ``files`` are the ids of the files of both."""

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
    """Store a message as it is now; return False where somebody proposed it before."""
    row = source.model_dump()
    if await insert_new(db, TicketSource, row):
        return True
    await upsert(db, TicketSource, [row], ("text", "context", "files", "at"))
    return False


async def get_source(db: AsyncSession, post_id: str) -> TicketSource | None:
    """Get the message as it was when somebody proposed to make a ticket of it."""
    return (await db.exec(select(TicketSource).where(TicketSource.post_id == post_id))).first()


async def forget_sources(db: AsyncSession, before: datetime) -> None:
    """Erase the messages from before a moment; a ticket made of one has its own copy."""
    await db.execute(delete(TicketSource).where(col(TicketSource.at) < before))
