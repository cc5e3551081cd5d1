"""« /agenda »: what takes place, who comes, and calendars that know of it."""

from commands.agenda import attending, changing, deciding, feeding, filing, listing, proposing, publishing, reminding
from commands.agenda.feature import feature

__all__ = [
    "attending",
    "changing",
    "deciding",
    "feature",
    "feeding",
    "filing",
    "listing",
    "proposing",
    "publishing",
    "reminding",
]
