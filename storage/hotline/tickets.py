"""The tickets: what was asked by whom, who has it, how it stands, and since when."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, ColumnElement, Index, Text, false, update
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from config.hotline import CODE_MAX
from storage import database
from storage.database import Code, UtcTime, execute, insertion
from storage.hotline.states import OPEN, Reason, State, Urgency

SUBJECT_MAX = 120
"""Characters of a subject."""
ID = 26


class Ticket(SQLModel, table=True):
    """One demand for help; its number is how people call it.

    ``key`` is the one-time key of the dialog that opened it. ``queue`` and ``category`` are codes of config/hotline.py.
    ``author_id`` asked, ``username`` is what they were called then, ``departement`` where they worked. ``agent_id`` has
    it ("": nobody). ``details`` are their words, ``words`` those and the subject folded, to be searched; ``context`` is
    what stood in the thread that it was made of, which began with ``source_post`` in ``source_channel``. ``files`` are
    ids of files of somebody’s post. ``said_masked`` are the words as they were before something personal was masked,
    until their author decides.

    ``thread_post`` in ``thread_channel`` is the message in the author’s direct channel under which they and the agents
    talk. ``opened_at`` … ``closed_at`` tell when; ``asked_at`` is since when the hotline owes the next word (None: it
    does not). ``nudged`` counts the reminders of that,
    ``late_said`` says that it is open for longer than it should be.
    ``reason`` and ``solution`` say how it ended; the latter is shown to others who ask the same. ``version`` counts
    changes. ``warned_at`` is when its author was told that it will be closed. ``rating`` is 1 or -1, ``rating_word``
    what was said with it; ``incident`` the number of the outage that it is part of.
    """

    __table_args__ = (
        Index("ix_ticket_state_queue", "state", "queue"),
        Index("ix_ticket_opened_at", "opened_at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True, max_length=80)
    queue: str = Field(max_length=CODE_MAX)
    category: str = Field(max_length=16)
    urgency: Urgency = Field(sa_type=Code(Urgency))
    subject: str = Field(max_length=SUBJECT_MAX)
    details: str = Field(default="", sa_type=Text)
    words: str = Field(default="", sa_type=Text)
    context: str = Field(default="", sa_type=Text)
    commune: str = Field(default="", max_length=80)
    files: list[str] = Field(default=[], sa_column=Column(JSON, nullable=False))
    said_masked: dict[str, str] = Field(default={}, sa_column=Column(JSON, nullable=False))
    source_post: str = Field(default="", max_length=ID, index=True)
    source_channel: str = Field(default="", max_length=ID)
    author_id: str = Field(max_length=ID, index=True)
    username: str = Field(max_length=64)
    departement: str = Field(default="", max_length=3)
    agent_id: str = Field(default="", max_length=ID, index=True)
    state: State = Field(default=State.NOUVEAU, sa_type=Code(State))
    reason: Reason | None = Field(default=None, sa_type=Code(Reason))
    solution: str = Field(default="", sa_type=Text)
    duplicate_of: int | None = Field(default=None, index=True)
    thread_post: str = Field(default="", max_length=ID, index=True)
    thread_channel: str = Field(default="", max_length=ID)
    opened_at: datetime = Field(sa_type=UtcTime)
    first_answer_at: datetime | None = Field(default=None, sa_type=UtcTime)
    resolved_at: datetime | None = Field(default=None, sa_type=UtcTime)
    closed_at: datetime | None = Field(default=None, sa_type=UtcTime)
    asked_at: datetime | None = Field(default=None, sa_type=UtcTime)
    nudged: int = 0
    late_said: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    warned_at: datetime | None = Field(default=None, sa_type=UtcTime)
    rating: int = 0
    rating_word: str = Field(default="", max_length=500)
    rating_asked: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    incident: int | None = Field(default=None, index=True)
    version: int = 0

    @property
    def number(self) -> int:
        """How people call it. (Only what is not stored yet has none.)"""
        assert self.id is not None
        return self.id

    @property
    def topic(self) -> str:
        """What the messages under which its author and the agents talk are filed under."""
        return f"hotline.receipt:{self.id}"

    @property
    def card_topic(self) -> str:
        """What its card in the room of its queue is filed under."""
        return f"hotline.card:{self.id}:{self.queue}"


async def add(db: AsyncSession, ticket: Ticket) -> Ticket | None:
    """Write a new one down and return it with its number; None where its key made one before."""
    values = ticket.model_dump(exclude={"id"})
    statement = insertion(db, Ticket).values(values).on_conflict_do_nothing().returning(col(Ticket.id))
    number = (await execute(db, statement)).scalar()
    return None if number is None else await get(db, number)


async def get(db: AsyncSession, number: int) -> Ticket | None:
    """One by its number."""
    return (await db.exec(select(Ticket).where(Ticket.id == number))).first()


async def accepted(db: AsyncSession, keys: Sequence[str]) -> Collection[str]:
    """Which of these one-time keys of dialogs made a ticket."""
    return set((await db.exec(select(Ticket.key).where(col(Ticket.key).in_(keys)))).all())


async def lock(db: AsyncSession, number: int) -> Ticket | None:
    """One by its number, which nobody else changes until this transaction ends."""
    statement = select(Ticket).where(Ticket.id == number).with_for_update()
    return (await db.exec(statement.execution_options(populate_existing=True))).first()


async def change(db: AsyncSession, ticket: Ticket, **values: Any) -> None:
    """Change what is given of one, in the table and in hand; it has another version then."""
    await database.change(db, ticket, **values, version=ticket.version + 1)


async def place(db: AsyncSession, ticket: Ticket, post_id: str, channel_id: str) -> None:
    """Its author’s receipt stands there; nothing else of it has changed."""
    await database.change(db, ticket, thread_post=post_id, thread_channel=channel_id)


async def by_thread(db: AsyncSession, post_id: str) -> Ticket | None:
    """The one whose author and agents talk under that post of the author’s direct channel."""
    return (await db.exec(select(Ticket).where(Ticket.thread_post == post_id).limit(1))).first()


async def by_source(db: AsyncSession, post_id: str) -> Ticket | None:
    """The newest that was made of that message."""
    made = select(Ticket).where(Ticket.source_post == post_id).order_by(col(Ticket.id).desc())
    return (await db.exec(made.limit(1))).first()


async def of_author(db: AsyncSession, author_id: str, skip: int, limit: int) -> Sequence[Ticket]:
    """Those of somebody, what is open first, then the newest."""
    theirs = select(Ticket).where(Ticket.author_id == author_id)
    ordered = theirs.order_by(col(Ticket.state).in_(OPEN).desc(), col(Ticket.id).desc())
    return (await db.exec(ordered.offset(skip).limit(limit))).all()


async def blocking_since(db: AsyncSession, author_id: str, moment: datetime) -> int | None:
    """The number of one of somebody’s that was opened since then and is « bloquant »."""
    theirs = (col(Ticket.author_id) == author_id, col(Ticket.opened_at) > moment)
    blocking = select(Ticket.id).where(*theirs, col(Ticket.urgency) == Urgency.BLOQUANT)
    return (await db.exec(blocking.order_by(col(Ticket.id)).limit(1))).first()


async def open_of_author(db: AsyncSession, author_id: str) -> Sequence[Ticket]:
    """Those of somebody that are open, the oldest first."""
    theirs = select(Ticket).where(Ticket.author_id == author_id, col(Ticket.state).in_(OPEN))
    return (await db.exec(theirs.order_by(col(Ticket.id)))).all()


async def duplicates_of(db: AsyncSession, number: int) -> Sequence[Ticket]:
    """Those that ended as duplicates of one, still are, and whose authors can be told, by number."""
    same = (Ticket.duplicate_of == number, Ticket.reason == Reason.DOUBLON, Ticket.thread_post != "")
    return (await db.exec(select(Ticket).where(*same).order_by(col(Ticket.id)))).all()


async def redirect(db: AsyncSession, number: int, other: int) -> None:
    """The duplicates of one are duplicates of another from now on."""
    await execute(db, update(Ticket).where(col(Ticket.duplicate_of) == number).values(duplicate_of=other))


async def open_of_agent(db: AsyncSession, agent_id: str) -> Sequence[Ticket]:
    """Those that somebody has, and that are open, the oldest first."""
    theirs = select(Ticket).where(Ticket.agent_id == agent_id, col(Ticket.state).in_(OPEN))
    return (await db.exec(theirs.order_by(col(Ticket.id)))).all()


async def every(
    db: AsyncSession, *, states: Collection[State] = (), queue: str = "", after: int = 0, limit: int = 500
) -> Sequence[Ticket]:
    """Those in some states (empty: all), of a queue ("": all), by number after one of them."""
    wanted: list[ColumnElement[bool]] = [col(Ticket.state).in_(states)] if states else []
    wanted += [col(Ticket.queue) == queue] if queue else []
    found = select(Ticket).where(col(Ticket.id) > after, *wanted).order_by(col(Ticket.id))
    return (await db.exec(found.limit(limit))).all()


async def search(
    db: AsyncSession, words: Collection[str], queues: Collection[str], skip: int, limit: int
) -> Sequence[Ticket]:
    """Those of some queues in whose subject or details all of these folded words are, the newest first."""
    found = [col(Ticket.words).contains(word, autoescape=True) for word in words]
    here = select(Ticket).where(col(Ticket.queue).in_(queues), *found)
    return (await db.exec(here.order_by(col(Ticket.id).desc()).offset(skip).limit(limit))).all()
