"""« /rdv »: the calendar of a conseiller: noted in a line, listed, moved, cancelled, and made into reports."""

from commands.rdv import (
    changes,
    deliveries,
    entry,
    hours,
    lists,
    mail,
    meetings,
    page,
    reminders,
    reports,
    requests,
    rooms,
    suggestions,
)
from commands.rdv.feature import feature

__all__ = ["feature"]
