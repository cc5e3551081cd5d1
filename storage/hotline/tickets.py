"""The tickets: who asked what, which agent has it, its state, moves and history; and outages, which group many
tickets."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, ColumnElement, Index, Text, case, false, func, update
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from config.hotline import CODE_MAX
from storage import database
from storage.claims import hold
from storage.database import Code, Numbered, UtcTime, execute, insertion, store
from storage.hotline import OPEN, OURS, ActorKind, Move, Reason, TicketState, Urgency, find_next_state

SUBJECT_MAX = 120
"""Characters of a subject."""
ID = 26


class Ticket(Numbered, table=True):
    """A request for help; people call it by its number.

    ``key`` is the one-time key of the dialog that opened it. ``queue`` and ``category`` are codes of config/hotline.py.
    ``author_id`` asked, ``username`` is what they were called then, ``departement`` where they worked. ``agent_id`` is
    the agent in charge ("": nobody). ``details`` are the author’s words, ``words`` these and the subject folded for
    searches; ``context`` is what stood in the thread that it was made of, which began with ``source_post`` in
    ``source_channel``. ``files`` are ids of files of somebody’s post. ``said_masked`` are the words as they were before
    something personal was masked, until their author decides.

    ``thread_post`` in ``thread_channel`` is the message in the author’s direct channel under which they and the agents
    talk. ``opened_at`` … ``closed_at`` tell when; ``asked_at`` is since when the hotline owes the next word (None: it
    does not). ``nudged`` counts the reminders of that,
    ``late_said`` says that it is open for longer than it should be.
    ``reason`` and ``solution`` say how it ended; the latter is shown to others who ask the same. ``version`` counts
    changes. ``warned_at`` is when its author was told that it will be closed. ``rating`` is 1 or -1, ``rating_word``
    what was said with it; ``incident`` the number of the outage that it is part of.
    """

    __table_args__ = (Index("ix_ticket_state_queue", "state", "queue"), Index("ix_ticket_opened_at", "opened_at"))

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
    state: TicketState = Field(default=TicketState.NOUVEAU, sa_type=Code(TicketState))
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


async def add(db: AsyncSession, ticket: Ticket) -> Ticket | None:
    """Store a new ticket and return it with its number; None where its key made one before."""
    values = ticket.model_dump(exclude={"id"})
    statement = insertion(db, Ticket).values(values).on_conflict_do_nothing().returning(col(Ticket.id))
    number = (await execute(db, statement)).scalar()
    return None if number is None else await get(db, number)


async def get(db: AsyncSession, number: int) -> Ticket | None:
    """Get a ticket by its number."""
    return (await db.exec(select(Ticket).where(Ticket.id == number))).first()


async def find_accepted(db: AsyncSession, keys: Sequence[str]) -> Collection[str]:
    """Return which of these one-time keys of dialogs made a ticket."""
    return set((await db.exec(select(Ticket.key).where(col(Ticket.key).in_(keys)))).all())


async def lock(db: AsyncSession, number: int) -> Ticket | None:
    """Get a ticket by its number, locked: nobody else changes it until the transaction ends."""
    return await db.get(Ticket, number, with_for_update=True, populate_existing=True)


async def change(db: AsyncSession, ticket: Ticket, **values: Any) -> None:
    """Change columns of a ticket, in the table and in the object, and increment its version."""
    await database.change(db, ticket, **values, version=ticket.version + 1)


async def set_thread(db: AsyncSession, ticket: Ticket, post_id: str, channel_id: str) -> None:
    """Note the post of a ticket’s receipt; its version stays the same."""
    await database.change(db, ticket, thread_post=post_id, thread_channel=channel_id)


async def find_by_thread(db: AsyncSession, post_id: str) -> Ticket | None:
    """Find the ticket whose author and agents talk in the thread of a post of the author’s direct channel."""
    return (await db.exec(select(Ticket).where(Ticket.thread_post == post_id).limit(1))).first()


async def find_by_source(db: AsyncSession, post_id: str) -> Ticket | None:
    """Find the newest ticket that was made of a message."""
    made = select(Ticket).where(Ticket.source_post == post_id).order_by(col(Ticket.id).desc())
    return (await db.exec(made.limit(1))).first()


async def list_of_author(db: AsyncSession, author_id: str, skip: int, limit: int) -> Sequence[Ticket]:
    """List somebody’s tickets, open ones first, then the newest."""
    theirs = select(Ticket).where(Ticket.author_id == author_id)
    ordered = theirs.order_by(col(Ticket.state).in_(OPEN).desc(), col(Ticket.id).desc())
    return (await db.exec(ordered.offset(skip).limit(limit))).all()


async def find_blocking(db: AsyncSession, author_id: str, moment: datetime) -> int | None:
    """Find the number of a ticket of somebody’s that was opened since a moment and is « bloquant »."""
    theirs = (col(Ticket.author_id) == author_id, col(Ticket.opened_at) > moment)
    blocking = select(Ticket.id).where(*theirs, col(Ticket.urgency) == Urgency.BLOQUANT)
    return (await db.exec(blocking.order_by(col(Ticket.id)).limit(1))).first()


async def list_open(db: AsyncSession, **of_ticket: Any) -> Sequence[Ticket]:
    """List the open tickets, the oldest first; further arguments are values of columns that they must have."""
    found = select(Ticket).where(col(Ticket.state).in_(OPEN)).filter_by(**of_ticket)
    return (await db.exec(found.order_by(col(Ticket.id)))).all()


async def count_open(db: AsyncSession) -> Mapping[str, tuple[int, int]]:
    """Count the open tickets by queue, and how many of them were flagged as open for too long."""
    late = func.count(case((col(Ticket.late_said), 1)))
    there = select(Ticket.queue, func.count(), late).where(col(Ticket.state).in_(OPEN)).group_by(col(Ticket.queue))
    return {queue: (tickets, late) for queue, tickets, late in (await db.exec(there)).all()}


async def list_duplicates(db: AsyncSession, number: int) -> Sequence[Ticket]:
    """List the tickets that were closed as duplicates of one, still are, and whose authors can be told, by number."""
    same = (Ticket.duplicate_of == number, Ticket.reason == Reason.DOUBLON, Ticket.thread_post != "")
    return (await db.exec(select(Ticket).where(*same).order_by(col(Ticket.id)))).all()


async def redirect_duplicates(db: AsyncSession, number: int, other: int) -> None:
    """Make the duplicates of one ticket duplicates of another."""
    await execute(db, update(Ticket).where(col(Ticket.duplicate_of) == number).values(duplicate_of=other))


async def pass_on_duplicates(db: AsyncSession, author_id: str, now: datetime) -> None:
    """Reopen, where somebody is about to be erased, the first duplicate of each of their open tickets in its place,
    with the other duplicates as its own, so that everybody who was promised an answer gets it."""
    for ticket in await list_open(db, author_id=author_id):
        others = [other for other in await list_duplicates(db, ticket.number) if other.author_id != author_id]
        heir = await lock(db, others[0].number) if others else None
        if heir is not None:
            await make_move(db, heir, Move.REOPEN, Actor("", ActorKind.BOT, now), duplicate_of=None)
            await redirect_duplicates(db, ticket.number, heir.number)


async def list_passed_on(db: AsyncSession, since: datetime) -> Sequence["TicketMove"]:
    """List the moves since a moment by which the bot reopened duplicates in place of tickets whose authors were
    erased."""
    opened = (TicketMove.move == Move.REOPEN, TicketMove.by == "", col(TicketMove.at) >= since)
    return (await db.exec(select(TicketMove).where(*opened).order_by(col(TicketMove.id)))).all()


async def list_tickets(
    db: AsyncSession, *, states: Collection[TicketState] = (), queue: str = "", after: int = 0, limit: int = 500
) -> Sequence[Ticket]:
    """List the tickets in some states (empty: all), of a queue ("": all), by number after one of them."""
    wanted: list[ColumnElement[bool]] = [col(Ticket.state).in_(states)] if states else []
    wanted += [col(Ticket.queue) == queue] if queue else []
    found = select(Ticket).where(col(Ticket.id) > after, *wanted).order_by(col(Ticket.id))
    return (await db.exec(found.limit(limit))).all()


async def search(
    db: AsyncSession, words: Collection[str], queues: Collection[str], skip: int, limit: int
) -> Sequence[Ticket]:
    """List the tickets of some queues that contain all of these folded words in subject or details, the newest
    first."""
    found = [col(Ticket.words).contains(word, autoescape=True) for word in words]
    here = select(Ticket).where(col(Ticket.queue).in_(queues), *found)
    return (await db.exec(here.order_by(col(Ticket.id).desc()).offset(skip).limit(limit))).all()


NOTE_MAX = 300


@dataclass(frozen=True, slots=True)
class MoveNote:
    """The details of a move. ``public`` is read by the ticket’s author too, ``internal`` by agents only; ``whom`` is
    the id of the person it concerns, ``queue`` the code of the queue to which the ticket goes."""

    public: str = ""
    internal: str = ""
    whom: str = ""
    queue: str = ""


NO_NOTE = MoveNote()


class TicketMove(SQLModel, table=True):
    """A move in a ticket’s history; ``by`` made it ("": the bot). ``MoveNote`` explains the rest; people are stored as
    ids, never by name."""

    __tablename__ = "ticket_move"
    __table_args__ = (Index("ix_ticket_move_ticket", "ticket", "id"),)

    id: int | None = Field(default=None, primary_key=True)
    ticket: int
    at: datetime = Field(sa_type=UtcTime)
    by: str = Field(default="", max_length=26)
    move: Move = Field(sa_type=Code(Move))
    state: TicketState = Field(sa_type=Code(TicketState))
    note: str = Field(default="", max_length=NOTE_MAX)
    internal: str = Field(default="", max_length=NOTE_MAX)
    whom: str = Field(default="", max_length=26)
    queue: str = Field(default="", max_length=CODE_MAX)


async def read_history(db: AsyncSession, number: int) -> Sequence[TicketMove]:
    """List the moves of a ticket, oldest first."""
    made = select(TicketMove).where(TicketMove.ticket == number).order_by(col(TicketMove.id))
    return (await db.exec(made)).all()


async def list_transfers(db: AsyncSession, number: int) -> Sequence[TicketMove]:
    """List the moves that sent a ticket to another queue, oldest first."""
    return [made for made in await read_history(db, number) if made.move is Move.TRANSFER]


BY_URGENCY = case({Urgency.BLOQUANT.value: 0, Urgency.GENANT.value: 1}, value=col(Ticket.urgency), else_=2)
"""The order in SQL that puts the most urgent tickets first."""


@dataclass(frozen=True, slots=True)
class TicketFilter:
    """A filter of tickets: of these queues; of one agent; waiting for their author; urgent; without an agent; from
    these départements."""

    queues: Collection[str]
    agent_id: str = ""
    waiting: bool = False
    urgent: bool = False
    free: bool = False
    departements: Collection[str] = ()

    @property
    def conditions(self) -> Sequence[ColumnElement[bool]]:
        """The conditions of the filter in SQL."""
        states = [TicketState.EN_ATTENTE] if self.waiting else OPEN
        wanted: list[ColumnElement[bool]] = [col(Ticket.queue).in_(self.queues), col(Ticket.state).in_(states)]
        wanted += [col(Ticket.agent_id) == self.agent_id] if self.agent_id else []
        wanted += [col(Ticket.urgency) == Urgency.BLOQUANT] if self.urgent else []
        wanted += [col(Ticket.agent_id) == ""] if self.free else []
        wanted += [col(Ticket.departement).in_(self.departements)] if self.departements else []
        return wanted


async def list_filtered(db: AsyncSession, wanted: TicketFilter, skip: int, limit: int) -> Sequence[Ticket]:
    """List the tickets of a filter, the most urgent and the longest waiting first."""
    ordered = select(Ticket).where(*wanted.conditions).order_by(BY_URGENCY, col(Ticket.opened_at), col(Ticket.id))
    return (await db.exec(ordered.offset(skip).limit(limit))).all()


async def count_waiting(db: AsyncSession, queues: Collection[str], agent_id: str) -> tuple[int, int]:
    """Count the open tickets of these queues without an agent, and those of an agent in which the hotline owes the next
    word."""
    free = case((col(Ticket.agent_id) == "", 1))
    owed = case(((col(Ticket.agent_id) == agent_id) & col(Ticket.asked_at).is_not(None), 1))
    theirs = (col(Ticket.queue).in_(queues), col(Ticket.state).in_(OURS))
    return (await db.exec(select(func.count(free), func.count(owed)).where(*theirs))).one()


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who makes a move ("": the bot), in which capacity, and when."""

    by: str
    who: ActorKind
    at: datetime


class HeldError(Exception):
    """Raised where another agent has the ticket."""


SPEAKS = frozenset({Move.ANSWER, Move.ASK, Move.RESOLVE, Move.DUPLICATE})
"""The moves by which the hotline says something: it no longer owes the next word, and the agent gets a ticket without
one."""


async def make_move(
    db: AsyncSession, ticket: Ticket, move: Move, actor: Actor, note: MoveNote = NO_NOTE, **given: Any
) -> None:
    """Make a move of a locked ticket; ``given`` are values of its row that come with it.

    Raises MoveError where the table does not allow it, HeldError where somebody wants to take what another has.
    """
    if move is Move.TAKE and ticket.agent_id not in ("", actor.by):
        raise HeldError(ticket.agent_id)
    state = find_next_state(move, ticket.state, actor.who)
    changes = _find_agent(ticket, move, actor) | _find_times(ticket, move, actor) | given
    if state is TicketState.PRIS and not changes.get("agent_id", ticket.agent_id):
        state = TicketState.NOUVEAU
    await change(db, ticket, state=state, **changes)
    made = TicketMove(
        ticket=ticket.number,
        at=actor.at,
        by=actor.by,
        move=move,
        state=state,
        note=note.public[:NOTE_MAX],
        internal=note.internal[:NOTE_MAX],
        whom=note.whom,
        queue=note.queue,
    )
    await store(db, made)


def _find_agent(ticket: Ticket, move: Move, actor: Actor) -> dict[str, Any]:
    """Return the agent of the ticket after a move."""
    if move is Move.TAKE or (move in SPEAKS and not ticket.agent_id):
        return {"agent_id": actor.by}
    return {"agent_id": ""} if move in {Move.RELEASE, Move.TRANSFER} else {}


def _find_times(ticket: Ticket, move: Move, actor: Actor) -> dict[str, Any]:
    """Return the moments of the ticket that a move changes."""
    if move in SPEAKS:
        said = {"first_answer_at": ticket.first_answer_at or actor.at, "asked_at": None, "nudged": 0}
        return said | ({"resolved_at": actor.at} if move in {Move.RESOLVE, Move.DUPLICATE} else {})
    if move in {Move.REPLY, Move.REOPEN}:
        # Who answered is asked about the next solution, too; who did not is left in peace.
        asked = ticket.rating_asked and not ticket.rating
        reopened = {"resolved_at": None, "closed_at": None, "reason": None, "warned_at": None, "nudged": 0}
        reopened["rating_asked"] = asked
        return {"asked_at": ticket.asked_at or actor.at} | ({} if ticket.state in OPEN else reopened)
    if move is Move.JOIN:  # the next word comes from the outage, for all of its tickets
        return {"first_answer_at": ticket.first_answer_at or actor.at, "asked_at": None, "nudged": 0}
    if move in {Move.TRANSFER, Move.PART}:
        return {"asked_at": ticket.asked_at or actor.at}
    if move is Move.CLOSE:
        ended = {"closed_at": actor.at, "resolved_at": ticket.resolved_at or actor.at, "asked_at": None}
        return ended | {"reason": ticket.reason or Reason.RESOLU, "said_masked": {}}
    return {}


class Incident(Numbered, table=True):
    """An outage: proposed by the bot until somebody confirms it (``by``), or refuses it, which ends it with nobody as
    ``by``. ``alike`` are the numbers of the tickets that it was proposed for, ``news`` is what was last told of it.

    ``opened_at`` is when it was proposed, once confirmed when that was; ``ended_at`` when it ended.
    """

    __tablename__ = "ticket_incident"

    queue: str = Field(max_length=CODE_MAX)
    subject: str = Field(max_length=SUBJECT_MAX)
    by: str = Field(default="", max_length=26)
    alike: list[int] = Field(default=[], sa_column=Column(JSON, nullable=False))
    news: str = Field(default="", sa_type=Text)
    opened_at: datetime = Field(sa_type=UtcTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcTime)

    @property
    def is_proposed(self) -> bool:
        """Tell whether nobody has confirmed or refused the outage yet."""
        return not self.by and self.ended_at is None

    @property
    def is_refused(self) -> bool:
        """Tell whether somebody refused the outage."""
        return not self.by and self.ended_at is not None

    @property
    def is_running(self) -> bool:
        """Tell whether the outage is confirmed and not over."""
        return bool(self.by) and self.ended_at is None


async def hold_queue(db: AsyncSession, queue: str, now: datetime) -> None:
    """Lock the outages of a queue: nobody else proposes, confirms or ends one until the transaction ends."""
    await hold(db, "hotline.outage", queue, now)


async def get_incident(db: AsyncSession, number: int) -> Incident | None:
    """Get an outage by its number."""
    return (await db.exec(select(Incident).where(Incident.id == number))).first()


async def lock_incident(db: AsyncSession, number: int) -> Incident | None:
    """Get an outage by its number, locked: nobody else changes it until the transaction ends."""
    return await db.get(Incident, number, with_for_update=True, populate_existing=True)


async def list_incidents_under_way(db: AsyncSession, queues: Collection[str]) -> Sequence[Incident]:
    """List the outages of some queues that have not ended, including those only proposed, the newest first."""
    there = select(Incident).where(col(Incident.queue).in_(queues), col(Incident.ended_at).is_(None))
    return (await db.exec(there.order_by(col(Incident.id).desc()))).all()


async def find_refused_by_incident(db: AsyncSession, queue: str, since: datetime) -> Collection[int]:
    """Return the numbers of tickets of which somebody said that they are unrelated."""
    refused = (Incident.queue == queue, Incident.by == "", col(Incident.ended_at) >= since)
    return {number for alike in await db.exec(select(Incident.alike).where(*refused)) for number in alike}


async def list_tickets_of_incident_after(db: AsyncSession, number: int, after: int, limit: int) -> Sequence[Ticket]:
    """List the tickets of an outage whose numbers come after one, by number."""
    part = select(Ticket).where(Ticket.incident == number, col(Ticket.id) > after)
    return (await db.exec(part.order_by(col(Ticket.id)).limit(limit))).all()


async def count_tickets_of_incident(db: AsyncSession, number: int) -> int:
    """Count the tickets of an outage."""
    return (await db.exec(select(func.count()).select_from(Ticket).where(Ticket.incident == number))).one()


async def list_tickets_of_incident(db: AsyncSession, numbers: Collection[int]) -> Sequence[Ticket]:
    """List the tickets of these numbers, for which an outage was proposed."""
    return (await db.exec(select(Ticket).where(col(Ticket.id).in_(numbers)).order_by(col(Ticket.id)))).all()
