"""Moderation: reports, cases, measures and appeals; what animateurs do by commands; the automatic rules.

Words:
    Decision, Fate, Contested: what is decided of a case; what became of its message since; an appeal in hand with its
        measure.
    Try: a rule tried on what was said before.
    storm, gathered, weight: more than can be read one by one; the cases that a summary tells of; how much somebody’s
        report counts.
    safe mode: a charter or rules that cannot be used: nothing is done by itself.
"""

from commands.moderation import (
    answering,
    appealing,
    automatic,
    beginning,
    clearing,
    deciding,
    ending,
    expiring,
    false_alarms,
    gathered,
    guarding,
    journal,
    locking,
    moving,
    overview,
    passing,
    pinning,
    proposals,
    relocating,
    reminding,
    replacing,
    reporting,
    ruling,
    safety,
    second,
    showing,
    silencing,
    sweeping,
    trial,
    typed,
    undoing,
    where,
)
from commands.moderation.feature import feature
from commands.moderation.flagging import drapeau
from commands.moderation.listening import regles

__all__ = [
    "answering",
    "appealing",
    "automatic",
    "beginning",
    "clearing",
    "deciding",
    "drapeau",
    "ending",
    "expiring",
    "false_alarms",
    "feature",
    "gathered",
    "guarding",
    "journal",
    "locking",
    "moving",
    "overview",
    "passing",
    "pinning",
    "proposals",
    "regles",
    "relocating",
    "reminding",
    "replacing",
    "reporting",
    "ruling",
    "safety",
    "second",
    "showing",
    "silencing",
    "sweeping",
    "trial",
    "typed",
    "undoing",
    "where",
]
