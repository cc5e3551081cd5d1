"""Moderation: reports, cases, measures and appeals; what animateurs do by commands; the automatic rules."""

from commands.moderation import (
    answering,
    appealing,
    deciding,
    passing,
    reminding,
    reporting,
    second,
    showing,
)
from commands.moderation.feature import feature
from commands.moderation.flagging import drapeau

__all__ = [
    "answering",
    "appealing",
    "deciding",
    "drapeau",
    "feature",
    "passing",
    "reminding",
    "reporting",
    "second",
    "showing",
]
