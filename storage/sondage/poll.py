"""The table of polls: the question and its answers, at whom it is aimed, and how it stands."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Column, Index, delete
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.database import Code, UtcTime, insertion
from storage.sondage.results import ANONYMOUS_LEAST, Results

KEPT = timedelta(days=60)
"""How long one waits that was never asked."""
BATCH = 20
"""How many of its messages are written down, or rewritten, at once; they have a topic together."""
QUESTION_MAX, OPTION_MAX = 150, 60
"""Characters of the question, and of an answer."""

__all__ = ["ANONYMOUS_LEAST", "BATCH", "OPTION_MAX", "QUESTION_MAX"]


class State(StrEnum):
    """How it stands: shown to its author only; answered; over, with results; taken back."""

    DRAFT = "draft"
    OPEN = "open"
    ENDED = "ended"
    WITHDRAWN = "withdrawn"


class Poll(SQLModel, table=True):
    """A question with ``options``, asked once in each of ``channels`` (title by id), then of each of its ``Crowd``.

    ``number`` is what people call it by, ``key`` stands for the window that it was made in. ``by`` is its author, and
    nobody for the operator. ``several`` answers may be chosen, or one; ``anonymous``: what somebody answered is in no
    table (ballots.py); ``live``: it is shown how it stands. ``targets`` are what channels and people were made of
    (storage/targets.py), none where it was asked in one channel only; ``rooms`` are the channels
    whose members only Mattermost knows, ``people`` how many are in its crowd; ``public``: all of the réseau may see it.
    ``invited`` is how many of the register it reaches (None: nobody knows). Of its messages the first ``written`` are
    in the outbox. ``telling``: how it stands is about to be rewritten; ``voted`` is how many votes it then says there
    are. ``results`` are those of the end or, before, what was last shown.
    """

    __table_args__ = (Index("ix_poll_state", "state", "ends_at"),)

    number: int | None = Field(default=None, primary_key=True)
    key: str = Field(max_length=26, unique=True)
    by: str = Field(default="", max_length=26)
    question: str = Field(max_length=QUESTION_MAX)
    options: list[str] = Field(sa_column=Column(JSON, nullable=False))
    several: bool = False
    anonymous: bool = True
    live: bool = False
    targets: list[str] = Field(default=[], sa_column=Column(JSON, nullable=False))
    channels: dict[str, str] = Field(default={}, sa_column=Column(JSON, nullable=False))
    rooms: list[str] = Field(default=[], sa_column=Column(JSON, nullable=False))
    people: int = 0
    public: bool = False
    invited: int | None = None
    state: State = Field(default=State.DRAFT, sa_type=Code(State))
    written: int = 0
    telling: bool = False
    voted: int = 0
    results: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
    created_at: datetime = Field(sa_type=UtcTime)
    opened_at: datetime | None = Field(default=None, sa_type=UtcTime)
    ends_at: datetime = Field(sa_type=UtcTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcTime)

    @property
    def id(self) -> int:
        """Its number: one that was written down has one."""
        return self.number or 0

    @property
    def total(self) -> int:
        """How many messages it makes."""
        return len(self.channels) + self.people

    @property
    def batches(self) -> int:
        """In how many batches they are, as far as they are written down."""
        return -(-self.written // BATCH)

    def topic_of(self, batch: int) -> str:
        """What the messages of a batch are filed under."""
        return f"sondage:{self.number}:{batch}"

    @property
    def known(self) -> Results | None:
        """The results as they may be shown."""
        return Results.read(self.results) if self.results is not None else None

    def is_over(self, now: datetime) -> bool:
        """Whether nobody may answer it any more."""
        return self.state is not State.OPEN or self.ends_at <= now


class Crowd(SQLModel, table=True):
    """Who gets a poll by direct message, in their order; apart, as each vote reads the poll."""

    __tablename__ = "poll_crowd"

    poll: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    people: list[str] = Field(default=[], sa_column=Column(JSON, nullable=False))


async def get(db: AsyncSession, number: int) -> Poll | None:
    """One by its number."""
    return (await db.exec(select(Poll).where(col(Poll.number) == number))).first()


async def lock(db: AsyncSession, number: int) -> Poll | None:
    """The same, which nobody else changes, or votes in, until this transaction ends."""
    statement = select(Poll).where(col(Poll.number) == number).with_for_update()
    return (await db.exec(statement.execution_options(populate_existing=True))).first()


async def put(db: AsyncSession, poll: Poll) -> int | None:
    """Write one down and return its number; None, and nothing happens, when its window made one already."""
    values = poll.model_dump(exclude={"number"})
    statement = insertion(db, Poll).values(values).on_conflict_do_nothing(index_elements=["key"])
    poll.number = (await db.execute(statement.returning(col(Poll.number)))).scalar()
    return poll.number


async def keep_crowd(db: AsyncSession, number: int, people: Sequence[str]) -> None:
    """Who gets it by direct message."""
    statement = insertion(db, Crowd).values(poll=number, people=list(people))
    await db.execute(statement.on_conflict_do_update(index_elements=["poll"], set_={"people": list(people)}))


async def crowd(db: AsyncSession, number: int) -> Sequence[str]:
    """Who gets it by direct message."""
    return (await db.exec(select(Crowd.people).where(col(Crowd.poll) == number))).first() or []


async def page(db: AsyncSession, skip: int, limit: int, by: str | None = None) -> Sequence[Poll]:
    """Those that were asked, the newest first; ``by`` somebody, or by anybody."""
    theirs = [] if by is None else [col(Poll.by) == by]
    asked = select(Poll).where(col(Poll.state) != State.DRAFT, *theirs)
    return (await db.exec(asked.order_by(col(Poll.number).desc()).offset(skip).limit(limit))).all()


async def open_ones(db: AsyncSession, now: datetime) -> Sequence[Poll]:
    """Those that may be answered, the first to end first."""
    running = select(Poll).where(col(Poll.state) == State.OPEN, col(Poll.ends_at) > now)
    return (await db.exec(running.order_by(col(Poll.ends_at), col(Poll.number)))).all()


async def due(db: AsyncSession, now: datetime) -> Sequence[int]:
    """The numbers of those whose time is over, and that nobody ended yet."""
    over = select(col(Poll.number)).where(col(Poll.state) == State.OPEN, col(Poll.ends_at) <= now)
    return [number for number in (await db.exec(over.order_by(col(Poll.number)))).all() if number is not None]


async def ended_between(db: AsyncSession, start: datetime, end: datetime) -> Sequence[Poll]:
    """Those that ended in [start, end[, in that order, with their results; ``public`` says which of them all of the
    réseau may see."""
    then = (col(Poll.ended_at) >= start, col(Poll.ended_at) < end)
    ended = select(Poll).where(col(Poll.state) == State.ENDED, *then)
    return (await db.exec(ended.order_by(col(Poll.ended_at), col(Poll.number)))).all()


async def drop(db: AsyncSession, number: int) -> None:
    """Erase one that was shown to nobody else."""
    await db.execute(delete(Crowd).where(col(Crowd.poll) == number))
    await db.execute(delete(Poll).where(col(Poll.number) == number, col(Poll.state) == State.DRAFT))
