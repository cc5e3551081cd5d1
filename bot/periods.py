"""The period that somebody asks for, or the sentence that says which are understood."""

from datetime import date

from bot.french.periods import Period, read_period
from bot.texts import quote

UNDERSTOOD = (
    "Essayez : semaine, mois, mois dernier, trimestre, année, 3 derniers mois, septembre, 2025, "
    "ou du 01/09/2026 au 30/09/2026."
)


class UnreadPeriod(ValueError):
    """The text names no period at all; the words are for who wrote it."""


def understand(text: str, today: date) -> Period:
    """The period a text means. Raises UnreadPeriod."""
    period = read_period(text, today)
    if period is None:
        raise UnreadPeriod(f"Je n’ai pas compris la période « {quote(text)} ». {UNDERSTOOD}")
    return period
