"""Where tickets stand in the rooms: one card for each queue in which a ticket has been."""

from collections.abc import Sequence

from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from config.hotline import CODE_MAX
from storage.database import insertion
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


async def get(db: AsyncSession, ticket: Ticket) -> TicketCard | None:
    """The card of a ticket in its queue."""
    mine = select(TicketCard).where(TicketCard.ticket == ticket.number, TicketCard.queue == ticket.queue)
    return (await db.exec(mine.execution_options(populate_existing=True))).first()


async def put(db: AsyncSession, card: TicketCard) -> None:
    """Write down how one is now."""
    statement = insertion(db, TicketCard).values(card.model_dump())
    new = {name: statement.excluded[name] for name in ("channel_id", "post_id", "version")}
    await db.execute(statement.on_conflict_do_update(index_elements=["ticket", "queue"], set_=new))


async def at(db: AsyncSession, post_id: str) -> TicketCard | None:
    """The card that is that post."""
    return (await db.exec(select(TicketCard).where(TicketCard.post_id == post_id).limit(1))).first()


async def without(db: AsyncSession, queue: str, room: str, limit: int) -> list[Ticket]:
    """The tickets of a queue that are not closed and of which nothing stands in that room, or is on its way there, the
    oldest first."""
    there = select(TicketCard.ticket).where(TicketCard.queue == queue, TicketCard.channel_id == room)
    waiting = select(Ticket).where(Ticket.queue == queue, col(Ticket.closed_at).is_(None))
    found = await db.exec(waiting.where(col(Ticket.id).not_in(there)).order_by(col(Ticket.id)).limit(limit))
    return list(found)


async def of_erased(db: AsyncSession, subject: str, limit: int) -> Sequence[TicketCard]:
    """The cards that stand of closed tickets whose words are erased: that is what their subject is then."""
    erased = select(Ticket.id).where(
        Ticket.subject == subject, Ticket.thread_post == "", col(Ticket.closed_at).is_not(None)
    )
    there = select(TicketCard).where(TicketCard.post_id != "", col(TicketCard.ticket).in_(erased))
    return (await db.exec(there.order_by(col(TicketCard.ticket)).limit(limit))).all()


async def drop(db: AsyncSession, card: TicketCard) -> None:
    """It stands there no more, or never came to: another may be written."""
    await db.delete(card)
    await db.flush()
