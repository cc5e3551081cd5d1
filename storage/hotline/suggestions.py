"""Solved tickets that resemble what somebody asks, and the words of the asker while they look whether one answers
it."""

import re
from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, and_, delete, func, update
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from config.text import fold
from storage.database import UtcTime, execute, insert_new
from storage.hotline import OPEN, Reason, TicketState
from storage.hotline.tickets import Ticket
from storage.ressources.query import singularise

ID = 26


class TicketWish(SQLModel, table=True):
    """A ticket that is filled in, but not filed yet. ``key`` is the one-time key of its dialog, ``asked`` the fields of
    the ticket; ``alike`` the numbers of the solved tickets that were shown, ``answered`` the one that answered it;
    ``fiches`` and ``fiche`` are the same for resources.

    The row is deleted when the ticket is filed; once answered it counts as a ticket avoided, and its words are erased.
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
    """Take the wish of a key, so that nobody else files it; return None where it was filed or answered already."""
    mine = (col(TicketWish.key) == key, *_UNDECIDED)
    found = (await db.exec(select(TicketWish).where(*mine).with_for_update())).first()
    done = await execute(db, delete(TicketWish).where(*mine))
    return found if done.rowcount else None


async def answer_wish(db: AsyncSession, key: str, *, ticket: int | None = None, fiche: int | None = None) -> bool:
    """Note that a ticket or a resource answered a wish, which then needs no ticket; return False where it was filed or
    answered already."""
    mine = (col(TicketWish.key) == key, *_UNDECIDED)
    done = update(TicketWish).where(*mine).values(answered=ticket, fiche=fiche, asked={})
    return (await execute(db, done)).rowcount > 0


async def find_accepted(db: AsyncSession, keys: Sequence[str]) -> set[str]:
    """Return which of these one-time keys of dialogs have a wish."""
    return set((await db.exec(select(TicketWish.key).where(col(TicketWish.key).in_(keys)))).all())


async def list_undecided(db: AsyncSession, before: datetime, limit: int) -> Sequence[TicketWish]:
    """List the wishes since a moment neither filed nor answered, the oldest first."""
    waiting = select(TicketWish).where(*_UNDECIDED, col(TicketWish.at) < before)
    return (await db.exec(waiting.order_by(col(TicketWish.at)).limit(limit))).all()


async def list_wishes(db: AsyncSession, author_id: str) -> Sequence[TicketWish]:
    """List somebody’s wishes that are neither filed nor answered."""
    theirs = (TicketWish.author_id == author_id, *_UNDECIDED)
    return (await db.exec(select(TicketWish).where(*theirs).order_by(col(TicketWish.at)))).all()


async def count_avoided(db: AsyncSession, since: datetime, until: datetime, queues: Collection[str]) -> int:
    """Count the wishes of some queues that a solved ticket or a resource answered in [since, until[."""
    then = (col(TicketWish.at) >= since, col(TicketWish.at) < until, col(TicketWish.queue).in_(queues))
    answered = select(func.count()).select_from(TicketWish).where(~and_(*_UNDECIDED), *then)
    return (await db.exec(answered)).one()


LOOKED_THROUGH = 500
"""How many solved tickets are searched, the newest first."""
SHOWN_MAX = 3
WORD = r"[a-z0-9]{3,}"
STEM = 5
"""The number of letters by which words are compared: « imprimante » and « imprimer » are alike."""
ALIKE_MIN = 0.5
"""The least share of the words that must be found in the other text."""
TITLE_MIN = 2
"""The least number of words of a title that is enough by itself: « panne » is in many tickets."""
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
        affiche aide arrive aucun besoin blocage bloque chose fonctionne impossible jamais marcher panne question rien
        souci toujours urgent
        """,
    )
)
"""The beginnings of words that say how bad it is, and not of what: by these alone nothing answers a demand."""


def find_stems(text: str) -> frozenset[str]:
    """Return the stems of the words that say what a text is about."""
    words = re.findall(WORD, fold(text))
    return frozenset(word[:STEM] for word in words if word not in SMALL)


def _is_weak(word: str) -> bool:
    return word in SMALL or word[:STEM] in WEAK


def strong_stems(text: str) -> frozenset[str]:
    """Return the stems of a text without those of words that only say how bad the problem is."""
    return find_stems(text) - WEAK


def measure_likeness(asked: frozenset[str], other: frozenset[str]) -> float:
    """Measure how much of a question is in another text, from 0 to 1; 0 where a question of several words shares only
    one."""
    common = asked & other
    return len(common) / len(asked) if len(common) >= min(2, len(asked)) and asked else 0.0


async def find_solved(db: AsyncSession, text: str, since: datetime) -> Sequence[Ticket]:
    """Find the solved tickets that resemble a text and whose solution may be shown, the most similar first."""
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
    if len(asked) == 1:
        rows = [row for row in rows if has_lone_word(row.subject, text)]
    ranked = [(measure_likeness(asked, find_stems(f"{row.subject} {row.solution}")), row.number, row) for row in rows]
    near = sorted((each for each in ranked if each[0] >= ALIKE_MIN), key=lambda each: (-each[0], -each[1]))
    return [row for _, _, row in near[:SHOWN_MAX]]


def are_alike(one: Ticket, other: Ticket) -> bool:
    """Tell whether the subject of one ticket is contained in all the words of the other, or the other way round."""
    return any(
        measure_likeness(find_stems(brief.subject), find_stems(f"{whole.subject} {whole.details}")) >= ALIKE_MIN
        for brief, whole in ((one, other), (other, one))
    )


def is_answer(title: str, text: str, asked: str) -> bool:
    """Tell whether a written text answers a question: its title is in the question, or the question is in its whole
    text; a question of one word must have this very word in the title."""
    question, whole = strong_stems(asked), strong_stems(f"{title} {text}")
    if len(question) == 1:
        return has_lone_word(title, asked)
    return (
        measure_likeness(strong_stems(title), question) >= ALIKE_MIN or measure_likeness(question, whole) >= ALIKE_MIN
    )


def has_lone_word(title: str, asked: str) -> bool:
    """Tell whether a title has a word of a question that says little: as it is, or in the plural. By its beginning
    alone, « mon imprimante ne marche plus » would be answered by whatever is « à imprimer »."""
    words = (re.findall(WORD, fold(text)) for text in (title, asked))
    named, sought = ({singularise(word) for word in found if not _is_weak(word)} for found in words)
    return not named.isdisjoint(sought)


async def find_recent_alike(db: AsyncSession, ticket: Ticket, since: datetime) -> Sequence[Ticket]:
    """Find the open tickets of the same queue that resemble a ticket and are part of no outage, by number."""
    rows = await _list_alone(db, [ticket.queue], since)
    return [row for row in rows if row.id != ticket.id and are_alike(ticket, row)]


async def find_recent_named(db: AsyncSession, title: str, queues: Collection[str], since: datetime) -> Sequence[Ticket]:
    """Find the open tickets of these queues that are about what the title of an outage says and are part of none, by
    number."""
    return [row for row in await _list_alone(db, queues, since) if is_part(row, title, ())]


async def _list_alone(db: AsyncSession, queues: Collection[str], since: datetime) -> Sequence[Ticket]:
    """List the latest open tickets of these queues that are part of no outage, by number."""
    there = select(Ticket).where(
        col(Ticket.queue).in_(queues),
        col(Ticket.state).in_(OPEN),
        col(Ticket.opened_at) >= since,
        col(Ticket.incident).is_(None),
    )
    rows = (await db.exec(there.order_by(col(Ticket.id).desc()).limit(LOOKED_THROUGH))).all()
    return rows[::-1]


def is_part(ticket: Ticket, title: str, founding: Sequence[Ticket]) -> bool:
    """Tell whether a ticket is about the outage of others: it matches the outage’s title, or at least half of the
    tickets that founded it."""
    named, near = find_stems(title), [are_alike(ticket, other) for other in founding]
    if (
        len(named) >= TITLE_MIN
        and measure_likeness(named, find_stems(f"{ticket.subject} {ticket.details}")) >= ALIKE_MIN
    ):
        return True
    return sum(near) * 2 >= max(1, len(near))


def find_common_words(rows: Sequence[Ticket]) -> Sequence[str]:
    """Find the words that most of some tickets share, in the order of the first ticket that has them."""
    counts: Counter[str] = Counter()
    said: dict[str, str] = {}
    for row in rows:
        text = f"{row.subject} {row.details}"
        counts.update(find_stems(text))
        for word in re.findall(r"\w{3,}", text.lower()):
            said.setdefault(fold(word)[:STEM], word)
    return [word for stem, word in said.items() if counts[stem] * 2 > len(rows)][:COMMON_MAX]
