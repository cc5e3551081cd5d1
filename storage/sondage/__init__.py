"""Polls: a question to many, who answered it, what they answered, and what came of it.

Words:
    Poll, Crowd, Results: a question asked of many; who gets it by direct message; what came of it, as far as it may be
        told.
    Ballot, Box, BoxSeal: what somebody chose and where they work; all secret ballots of a poll as one sealed value; the
        secrets that seal and open it.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import JSON, Column, Index, delete
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.database import Code, UtcTime, insertion, upsert
from storage.outbox import BATCH

PLACE_LEAST = 5
"""The least number of voters of a département that is shown apart."""
ANONYMOUS_LEAST = 5
"""The least number of voters of an anonymous poll whose results are shown: fewer would reveal individual choices."""
OTHERS = ""
"""The key of all départements that are not shown apart."""


class Ballot(NamedTuple):
    """A ballot: the choices as bits in the order of the options, and the département where the voter works ("":
    unknown).

    ``step`` counts the standings shown while the poll runs: in which this ballot came in (0: in none yet), and with
    which choice (``shown``), whatever becomes of it afterwards.
    """

    choices: int
    departement: str
    step: int = 0
    shown: int = 0

    @property
    def layer(self) -> tuple[int, bool]:
        """The layer of the published standings that the ballot belongs to: in which standing it came in, and whether it
        was changed afterwards."""
        return self.step, self.step > 0 and self.choices != self.shown


@dataclass(frozen=True, slots=True)
class DepartementResults:
    """The results of a département, or of OTHERS: how many voted, and how often each answer was chosen."""

    code: str
    votes: int
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Results:
    """The results of a poll: how many voted, how often each answer was chosen (empty where that would reveal individual
    choices), and the same for each département shown apart, which add up to the total."""

    votes: int
    counts: tuple[int, ...] = ()
    places: tuple[DepartementResults, ...] = ()

    @property
    def is_told(self) -> bool:
        """Tell whether enough people voted for results to be shown."""
        return bool(self.counts)

    def stored(self) -> dict[str, Any]:
        """Return the results as JSON."""
        return asdict(self)

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> "Results":
        """Make the results from JSON."""
        places = (DepartementResults(p["code"], p["votes"], tuple(p["counts"])) for p in stored["places"])
        return cls(stored["votes"], tuple(stored["counts"]), tuple(places))


def count_ballots(options: int, ballots: Iterable[Ballot], *, anonymous: bool) -> Results:
    """Count the results of a poll with so many options."""
    by_place: dict[str, list[Ballot]] = {}
    for ballot in ballots:
        by_place.setdefault(ballot.departement, []).append(ballot)
    everybody = _count_place(OTHERS, [ballot for there in by_place.values() for ballot in there], options)
    if anonymous and everybody.votes < ANONYMOUS_LEAST:
        return Results(everybody.votes)
    return Results(everybody.votes, everybody.counts, _count_apart(by_place, options))


def count_standing(options: int, ballots: Iterable[Ballot]) -> Results:
    """Count what the last standing showed of these ballots; nothing by département."""
    came_in = [ballot._replace(choices=ballot.shown) for ballot in ballots if ballot.step]
    return Results(len(came_in), _count_place(OTHERS, came_in, options).counts) if came_in else Results(0)


def _count_apart(by_place: Mapping[str, list[Ballot]], options: int) -> tuple[DepartementResults, ...]:
    """Return the départements with enough votes, by code, then all others together; none where that would say no more
    than the total.

    Where the others are too few (the total minus the départements shown would reveal them), they are joined with the
    smallest of these.
    """
    told = {code: there for code, there in by_place.items() if code and _hides_each(there)}
    rest = [ballot for code, there in by_place.items() if code not in told for ballot in there]
    while told and rest and not _hides_each(rest):
        smallest = min(told, key=lambda code: (len(told[code]), code))
        rest += told.pop(smallest)
    if not told:
        return ()
    others = [_count_place(OTHERS, rest, options)] if rest else []
    return (*(_count_place(code, told[code], options) for code in sorted(told)), *others)


def _hides_each(there: Sequence[Ballot]) -> bool:
    """Tell whether enough people voted in each layer of a place: its results minus earlier standings must not leave
    only a few."""
    return min(Counter(ballot.layer for ballot in there).values()) >= PLACE_LEAST


def _count_place(code: str, there: Sequence[Ballot], options: int) -> DepartementResults:
    return DepartementResults(
        code, len(there), tuple(sum(ballot.choices >> at & 1 for ballot in there) for at in range(options))
    )


KEPT = timedelta(days=60)
"""How long a poll that was never launched is kept."""
QUESTION_MAX, OPTION_MAX = 150, 60
"""The most characters of the question, and of an answer."""


class PollState(StrEnum):
    """The state of a poll: shown to its author only; open; over, with results; taken back."""

    DRAFT = "draft"
    OPEN = "open"
    ENDED = "ended"
    WITHDRAWN = "withdrawn"


class Poll(SQLModel, table=True):
    """A poll: a question with ``options``, asked once in each of ``channels`` (title by id), then of each of its
    ``Crowd``.

    ``number`` is what people call it by, ``key`` stands for the window that it was made in. ``by`` is its author, and
    nobody for the operator. ``several`` answers may be chosen, or one; ``anonymous``: what somebody answered is in no
    table (votes.py); ``live``: it is shown how it stands. ``targets`` are what channels and people were made of
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
    state: PollState = Field(default=PollState.DRAFT, sa_type=Code(PollState))
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
        """The number of the poll; every stored poll has one."""
        return self.number or 0

    @property
    def total(self) -> int:
        """The number of messages that the poll makes."""
        return len(self.channels) + self.people

    @property
    def topics(self) -> Sequence[str]:
        """The topics of the poll’s messages, batch by batch, as far as they are written to the outbox."""
        return [self.topic_of(n) for n in range(-(-self.written // BATCH))]

    def topic_of(self, batch: int) -> str:
        """Return the topic of the messages of a batch."""
        return f"sondage:{self.number}:{batch}"

    @property
    def known(self) -> Results | None:
        """The results as they may be shown."""
        return Results.read(self.results) if self.results is not None else None

    def is_over(self, now: datetime) -> bool:
        """Tell whether nobody may vote any more."""
        return self.state is not PollState.OPEN or self.ends_at <= now


class Crowd(SQLModel, table=True):
    """The people who get a poll by direct message, in order; a table of its own, as each vote reads the poll’s row."""

    __tablename__ = "poll_crowd"

    poll: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    people: list[str] = Field(default=[], sa_column=Column(JSON, nullable=False))


async def get_poll(db: AsyncSession, number: int) -> Poll | None:
    """Get a poll by its number."""
    return (await db.exec(select(Poll).where(col(Poll.number) == number))).first()


async def lock_poll(db: AsyncSession, number: int) -> Poll | None:
    """Get a poll by its number, locked: nobody else changes it, or votes in it, until the transaction ends."""
    return await db.get(Poll, number, with_for_update=True, populate_existing=True)


async def add_poll(db: AsyncSession, poll: Poll) -> int | None:
    """Store a poll and return its number; None, and nothing is stored, where its window made one already."""
    values = poll.model_dump(exclude={"number"})
    statement = insertion(db, Poll).values(values).on_conflict_do_nothing(index_elements=["key"])
    poll.number = (await db.execute(statement.returning(col(Poll.number)))).scalar()
    return poll.number


async def keep_crowd(db: AsyncSession, number: int, people: Sequence[str]) -> None:
    """Store the people who get a poll by direct message."""
    await upsert(db, Crowd, [{"poll": number, "people": list(people)}])


async def read_crowd(db: AsyncSession, number: int) -> Sequence[str]:
    """Read the people who get a poll by direct message."""
    return (await db.exec(select(Crowd.people).where(col(Crowd.poll) == number))).first() or []


async def list_page(db: AsyncSession, skip: int, limit: int, by: str | None = None) -> Sequence[Poll]:
    """List the polls that were asked, the newest first; of one author, or of all."""
    theirs = [] if by is None else [col(Poll.by) == by]
    asked = select(Poll).where(col(Poll.state) != PollState.DRAFT, *theirs)
    return (await db.exec(asked.order_by(col(Poll.number).desc()).offset(skip).limit(limit))).all()


async def list_open(db: AsyncSession, now: datetime) -> Sequence[Poll]:
    """List the open polls, the first to end first."""
    running = select(Poll).where(col(Poll.state) == PollState.OPEN, col(Poll.ends_at) > now)
    return (await db.exec(running.order_by(col(Poll.ends_at), col(Poll.number)))).all()


async def list_due(db: AsyncSession, now: datetime) -> Sequence[int]:
    """List the numbers of the polls whose time is over, but that nobody ended yet."""
    over = select(col(Poll.number)).where(col(Poll.state) == PollState.OPEN, col(Poll.ends_at) <= now)
    return [number for number in (await db.exec(over.order_by(col(Poll.number)))).all() if number is not None]


async def list_ended_between(db: AsyncSession, start: datetime, end: datetime) -> Sequence[Poll]:
    """List the polls that ended in [start, end[, in that order, with their results; where ``public``, only those that
    all of the réseau may see."""
    then = (col(Poll.ended_at) >= start, col(Poll.ended_at) < end)
    ended = select(Poll).where(col(Poll.state) == PollState.ENDED, *then)
    return (await db.exec(ended.order_by(col(Poll.ended_at), col(Poll.number)))).all()


async def drop_draft(db: AsyncSession, number: int) -> None:
    """Erase a poll that only its author has seen."""
    await db.execute(delete(Crowd).where(col(Crowd.poll) == number))
    await db.execute(delete(Poll).where(col(Poll.number) == number, col(Poll.state) == PollState.DRAFT))
