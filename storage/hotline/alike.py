"""Tickets that are like what somebody asks: by the beginnings of their words, accents and endings apart."""

import re
from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from config.folding import fold
from storage.hotline.states import OPEN, Reason, State
from storage.hotline.tickets import Ticket

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


def stems(text: str) -> frozenset[str]:
    """The beginnings of the words that say what a text is about."""
    words = re.findall(r"[a-z0-9]{3,}", fold(text))
    return frozenset(word[:STEM] for word in words if word not in SMALL)


def strong_stems(text: str) -> frozenset[str]:
    """The same without those that say how bad it is only."""
    return stems(text) - WEAK


def likeness(asked: frozenset[str], other: frozenset[str]) -> float:
    """How much of what is asked is in another, from 0 to 1; 0 where it is one word of several only."""
    common = asked & other
    return len(common) / len(asked) if len(common) >= min(2, len(asked)) and asked else 0.0


async def solved(db: AsyncSession, text: str, since: datetime) -> Sequence[Ticket]:
    """The solved tickets whose solution may be shown and that are like a text, the likest first."""
    asked = strong_stems(text)
    if not asked:
        return []
    known = select(Ticket).where(
        col(Ticket.state).in_([State.RESOLU, State.CLOS]),
        Ticket.solution != "",
        Ticket.reason == Reason.RESOLU,
        col(Ticket.opened_at) >= since,
    )
    rows = (await db.exec(known.order_by(col(Ticket.id).desc()).limit(LOOKED_THROUGH))).all()
    ranked = [(likeness(asked, stems(f"{row.subject} {row.solution}")), row.number, row) for row in rows]
    near = sorted((each for each in ranked if each[0] >= ALIKE_MIN), key=lambda each: (-each[0], -each[1]))
    return [row for _, _, row in near[:SHOWN_MAX]]


def are_alike(one: Ticket, other: Ticket) -> bool:
    """Whether what the one says in brief is in all that the other says, or the other way round."""
    return any(
        likeness(stems(brief.subject), stems(f"{whole.subject} {whole.details}")) >= ALIKE_MIN
        for brief, whole in ((one, other), (other, one))
    )


def answers(title: str, text: str, asked: str) -> bool:
    """Whether something written speaks of what is asked: its title is in the question, or the question in all of it."""
    question, whole = strong_stems(asked), strong_stems(f"{title} {text}")
    return likeness(strong_stems(title), question) >= ALIKE_MIN or likeness(question, whole) >= ALIKE_MIN


async def lately(db: AsyncSession, ticket: Ticket, since: datetime) -> Sequence[Ticket]:
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
    named, near = stems(title), [are_alike(ticket, other) for other in founding]
    if len(named) >= TITLE_MIN and likeness(named, stems(f"{ticket.subject} {ticket.details}")) >= ALIKE_MIN:
        return True
    return sum(near) * 2 >= max(1, len(near))


def in_common(rows: Sequence[Ticket]) -> Sequence[str]:
    """The words that most of some tickets have in common, as they come in the first that has them."""
    counts: Counter[str] = Counter()
    said: dict[str, str] = {}
    for row in rows:
        text = f"{row.subject} {row.details}"
        counts.update(stems(text))
        for word in re.findall(r"\w{3,}", text.lower()):
            said.setdefault(fold(word)[:STEM], word)
    return [word for stem, word in said.items() if counts[stem] * 2 > len(rows)][:COMMON_MAX]
