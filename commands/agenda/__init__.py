"""« /agenda »: what takes place, who comes, and calendars that know of it."""

from commands.agenda import attendance, cards, publication, search
from commands.agenda.feature import feature

__all__ = ["feature"]
