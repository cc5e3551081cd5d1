"""Moderation: reports, cases, measures and appeals; what animateurs do by commands; the automatic rules."""

from commands.moderation import automatic, false_alarms, gathered, guarding, overview, ruling, safety, trial
from commands.moderation.feature import feature
from commands.moderation.listening import regles

__all__ = [
    "automatic",
    "false_alarms",
    "feature",
    "gathered",
    "guarding",
    "overview",
    "regles",
    "ruling",
    "safety",
    "trial",
]
