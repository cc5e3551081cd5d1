"""« /rdv »: the calendar of a conseiller: noted in a line, listed, moved, cancelled, and made into reports."""

from commands.rdv import (
    cards,
    changes,
    deliveries,
    entry,
    hours,
    meetings,
    page,
    reminders,
    requests,
    rooms,
    suggestions,
)
from commands.rdv.feature import feature

__all__ = ["feature"]
