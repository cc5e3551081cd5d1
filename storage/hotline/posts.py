"""What of a ticket stands in Mattermost: its cards, its lines and their twins, the messages it was made of; and tickets
that are like what somebody asks."""

import re
from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Column, Index, Text, and_, delete, false, func, or_, update
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from config.hotline import CODE_MAX
from config.text import fold
from storage.database import Code, UtcTime, execute, insert_new, upsert
from storage.hotline import OPEN, Reason, TicketState
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


class TicketWish(SQLModel, table=True):
    """Filled, but not filed yet. ``key`` is the one-time key of its dialog, ``asked`` the fields of the ticket;
    ``alike`` the numbers of the solved ones that were shown, ``answered`` the one that was it; ``fiches`` and ``fiche``
    are the same of resources.

    Filed, it is gone; answered it counts as a ticket avoided, and no words of it are kept.
    """

    __tablename__ = "ticket_wish"

    key: str = Field(primary_key=True, max_length=80)
    author_id: str = Field(max_length=ID, index=True)
    username: str = Field(default="", max_length=64)
    asked: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    alike: list[int] = Field(sa_column=Column(JSON, nullable=False))
    at: datetime = Field(sa_type=UtcTime, index=True)
    answered: int | None = None
    fiches: list[int] = Field(default=[], sa_column=Column(JSON, nullable=False))
    fiche: int | None = None
    queue: str = Field(default="", max_length=16)


_UNDECIDED = (col(TicketWish.answered).is_(None), col(TicketWish.fiche).is_(None))


async def save_wish(db: AsyncSession, wish: TicketWish) -> None:
    """Keep a wish; sent twice it is the same."""
    await insert_new(db, TicketWish, wish.model_dump())


async def take_wish(db: AsyncSession, key: str) -> TicketWish | None:
    """The one of that key, which nobody else files then; None where that was done, or it was answered."""
    mine = (col(TicketWish.key) == key, *_UNDECIDED)
    found = (await db.exec(select(TicketWish).where(*mine).with_for_update())).first()
    done = await execute(db, delete(TicketWish).where(*mine))
    return found if done.rowcount else None


async def answer_wish(db: AsyncSession, key: str, *, ticket: int | None = None, fiche: int | None = None) -> bool:
    """That ticket or resource answered it: it needs none of its own. False where it was filed, or answered already."""
    mine = (col(TicketWish.key) == key, *_UNDECIDED)
    done = update(TicketWish).where(*mine).values(answered=ticket, fiche=fiche, asked={})
    return (await execute(db, done)).rowcount > 0


async def find_accepted(db: AsyncSession, keys: Sequence[str]) -> set[str]:
    """Which of these one-time keys of dialogs are here."""
    return set((await db.exec(select(TicketWish.key).where(col(TicketWish.key).in_(keys)))).all())


async def list_undecided(db: AsyncSession, before: datetime, limit: int) -> Sequence[TicketWish]:
    """Those of whom nobody said anything since before that instant, the oldest first."""
    waiting = select(TicketWish).where(*_UNDECIDED, col(TicketWish.at) < before)
    return (await db.exec(waiting.order_by(col(TicketWish.at)).limit(limit))).all()


async def list_wishes(db: AsyncSession, author_id: str) -> Sequence[TicketWish]:
    """Those of somebody that are undecided."""
    theirs = (TicketWish.author_id == author_id, *_UNDECIDED)
    return (await db.exec(select(TicketWish).where(*theirs).order_by(col(TicketWish.at)))).all()


async def count_avoided(db: AsyncSession, since: datetime, until: datetime, queues: Collection[str]) -> int:
    """How many of some queues were answered by a solved ticket or a resource in that time (``until`` excluded)."""
    then = (col(TicketWish.at) >= since, col(TicketWish.at) < until, col(TicketWish.queue).in_(queues))
    answered = select(func.count()).select_from(TicketWish).where(~and_(*_UNDECIDED), *then)
    return (await db.exec(answered)).one()


LOOKED_THROUGH = 500
"""Solved tickets, the newest first."""
SHOWN_MAX = 3
STEM = 5
"""Letters by which words are compared: « imprimante » and « imprimer » are alike."""
ALIKE_MIN = 0.5
"""The part of the words that must be found again."""
TITLE_MIN = 2
"""Words that a title must have to be enough: « panne » is in many a ticket."""
COMMON_MAX = 5
SMALL = frozenset(
    re.findall(
        r"\w+",
        """
        alors apres aussi autre avant avec avez avoir bien bonjour cela cette chez comme comment dans depuis
        des donc elle elles encore entre est etait etes etre fait faire faut ils les leur leurs mais marche
        merci mes mon nos notre nous par pas peux peut plus pour pouvez probleme puis quand que quel quelle
        qui quoi sans ses son sont sous sur tous tout tres une vers vos votre vous
        """,
    )
)
"""Words that are in any ticket."""
WEAK = frozenset(
    word[:STEM]
    for word in re.findall(
        r"\w+",
        """
        aide arrive aucun besoin blocage bloque chose fonctionne impossible jamais marcher panne question rien souci
        toujours urgent
        """,
    )
)
"""The beginnings of words that say how bad it is, and not of what: by these alone nothing answers a demand."""


def find_stems(text: str) -> frozenset[str]:
    """The beginnings of the words that say what a text is about."""
    words = re.findall(r"[a-z0-9]{3,}", fold(text))
    return frozenset(word[:STEM] for word in words if word not in SMALL)


def strong_stems(text: str) -> frozenset[str]:
    """The same without those that say how bad it is only."""
    return find_stems(text) - WEAK


def measure_likeness(asked: frozenset[str], other: frozenset[str]) -> float:
    """How much of what is asked is in another, from 0 to 1; 0 where it is one word of several only."""
    common = asked & other
    return len(common) / len(asked) if len(common) >= min(2, len(asked)) and asked else 0.0


async def find_solved(db: AsyncSession, text: str, since: datetime) -> Sequence[Ticket]:
    """The solved tickets whose solution may be shown and that are like a text, the likest first."""
    asked = strong_stems(text)
    if not asked:
        return []
    known = select(Ticket).where(
        col(Ticket.state).in_([TicketState.RESOLU, TicketState.CLOS]),
        Ticket.solution != "",
        Ticket.reason == Reason.RESOLU,
        col(Ticket.opened_at) >= since,
    )
    rows = (await db.exec(known.order_by(col(Ticket.id).desc()).limit(LOOKED_THROUGH))).all()
    ranked = [(measure_likeness(asked, find_stems(f"{row.subject} {row.solution}")), row.number, row) for row in rows]
    near = sorted((each for each in ranked if each[0] >= ALIKE_MIN), key=lambda each: (-each[0], -each[1]))
    return [row for _, _, row in near[:SHOWN_MAX]]


def are_alike(one: Ticket, other: Ticket) -> bool:
    """Whether what the one says in brief is in all that the other says, or the other way round."""
    return any(
        measure_likeness(find_stems(brief.subject), find_stems(f"{whole.subject} {whole.details}")) >= ALIKE_MIN
        for brief, whole in ((one, other), (other, one))
    )


def is_answer(title: str, text: str, asked: str) -> bool:
    """Whether something written speaks of what is asked: its title is in the question, or the question in all of it."""
    question, whole = strong_stems(asked), strong_stems(f"{title} {text}")
    return (
        measure_likeness(strong_stems(title), question) >= ALIKE_MIN or measure_likeness(question, whole) >= ALIKE_MIN
    )


async def find_recent_alike(db: AsyncSession, ticket: Ticket, since: datetime) -> Sequence[Ticket]:
    """The open tickets of the same queue that are like one, and part of no outage, by number."""
    there = select(Ticket).where(
        Ticket.queue == ticket.queue,
        col(Ticket.state).in_(OPEN),
        col(Ticket.opened_at) >= since,
        col(Ticket.incident).is_(None),
        col(Ticket.id) != ticket.id,
    )
    rows = (await db.exec(there.order_by(col(Ticket.id).desc()).limit(LOOKED_THROUGH))).all()
    return [row for row in reversed(rows) if are_alike(ticket, row)]


def is_part(ticket: Ticket, title: str, founding: Sequence[Ticket]) -> bool:
    """Whether a ticket speaks of what others do: of what they are called together, or as most of them do."""
    named, near = find_stems(title), [are_alike(ticket, other) for other in founding]
    if (
        len(named) >= TITLE_MIN
        and measure_likeness(named, find_stems(f"{ticket.subject} {ticket.details}")) >= ALIKE_MIN
    ):
        return True
    return sum(near) * 2 >= max(1, len(near))


def find_common_words(rows: Sequence[Ticket]) -> Sequence[str]:
    """The words that most of some tickets have in common, as they come in the first that has them."""
    counts: Counter[str] = Counter()
    said: dict[str, str] = {}
    for row in rows:
        text = f"{row.subject} {row.details}"
        counts.update(find_stems(text))
        for word in re.findall(r"\w{3,}", text.lower()):
            said.setdefault(fold(word)[:STEM], word)
    return [word for stem, word in said.items() if counts[stem] * 2 > len(rows)][:COMMON_MAX]
