"""« /agenda »: what takes place, who comes, and calendars that know of it."""

from commands.agenda import attendance, cards, lists, publication
from commands.agenda.feature import feature

__all__ = ["feature"]
