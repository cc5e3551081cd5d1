"""Messages of which tickets are made: what they and their thread said when somebody pointed at them."""

from datetime import datetime, timedelta

from sqlalchemy import JSON, Column, Text, delete
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.database import UtcTime, insertion

ID = 26
KEPT = timedelta(days=90)
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


async def put(db: AsyncSession, source: TicketSource) -> bool:
    """Keep one, as it is now; False where somebody pointed at it before."""
    values = source.model_dump()
    statement = insertion(db, TicketSource).values(values)
    if (await db.execute(statement.on_conflict_do_nothing().returning(col(TicketSource.post_id)))).scalar():
        return True
    new = {name: statement.excluded[name] for name in ("text", "context", "files", "at")}
    await db.execute(statement.on_conflict_do_update(index_elements=["post_id"], set_=new))
    return False


async def get(db: AsyncSession, post_id: str) -> TicketSource | None:
    """The message, as it was when somebody pointed at it."""
    return (await db.exec(select(TicketSource).where(TicketSource.post_id == post_id))).first()


async def forget(db: AsyncSession, before: datetime) -> None:
    """Erase those of before that instant: of what became a ticket, the ticket has it."""
    await db.execute(delete(TicketSource).where(col(TicketSource.at) < before))
