"""Comptes rendus d’activité: filed by dialog or in one line, listed, changed, spread, deleted and restored."""

from commands.cra import coordination, entry, lists, previews, recurrence, reports, search, tags
from commands.cra.feature import feature

__all__ = ["feature"]
