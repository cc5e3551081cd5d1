"""Comptes rendus d’activité: filed by dialog or in one line, listed, changed, spread, deleted and restored."""

from commands.cra import aide, own, preview, record, spread, waiting
from commands.cra.feature import feature

__all__ = ["aide", "feature", "own", "preview", "record", "spread", "waiting"]
