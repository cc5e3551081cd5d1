"""Moderation: reports, cases, measures and appeals; what animateurs do by commands; the automatic rules."""

from commands.moderation import journal, overview
from commands.moderation.feature import feature

__all__ = ["feature", "journal", "overview"]
