"""Moderation: reports, cases, measures and appeals; what animateurs do by commands; the automatic rules."""

from commands.moderation import (
    beginning,
    ending,
    expiring,
    journal,
    locking,
    moving,
    overview,
    pinning,
    replacing,
    silencing,
    sweeping,
    typed,
    undoing,
    where,
)
from commands.moderation.feature import feature

__all__ = [
    "beginning",
    "ending",
    "expiring",
    "feature",
    "journal",
    "locking",
    "moving",
    "overview",
    "pinning",
    "replacing",
    "silencing",
    "sweeping",
    "typed",
    "undoing",
    "where",
]
