"""Tickets that are like what somebody asks: by the beginnings of their words, accents and endings apart."""

import re
from collections.abc import Sequence
from datetime import datetime

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from config.folding import fold
from storage.hotline.states import Reason, State
from storage.hotline.tickets import Ticket

LOOKED_THROUGH = 500
"""Solved tickets, the newest first."""
SHOWN_MAX = 3
STEM = 5
"""Letters by which words are compared: « imprimante » and « imprimer » are alike."""
ALIKE_MIN = 0.5
"""The part of the words that must be found again."""
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


def stems(text: str) -> frozenset[str]:
    """The beginnings of the words that say what a text is about."""
    words = re.findall(r"[a-z0-9]{3,}", fold(text))
    return frozenset(word[:STEM] for word in words if word not in SMALL)


def likeness(asked: frozenset[str], other: frozenset[str]) -> float:
    """How much of what is asked is in another, from 0 to 1; 0 where it is one word of several only."""
    common = asked & other
    return len(common) / len(asked) if len(common) >= min(2, len(asked)) and asked else 0.0


async def solved(db: AsyncSession, text: str, since: datetime) -> Sequence[Ticket]:
    """The solved tickets whose solution may be shown and that are like a text, the likest first."""
    asked = stems(text)
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
