"""Moderation: cases with their reports, measures and appeals, and the automatic rules.
A case is a message as it was when it was reported, for animateurs to decide; a measure is what was carried out, by
its number in the journal; its record is what undoing it needs, and how far Mattermost has done it.
"""

from storage.moderation.appeals import Appeal
from storage.moderation.cases import Case, CaseState
from storage.moderation.measures import Measure
from storage.moderation.reports import Report
from storage.moderation.rules import Rule, RuleHit

__all__ = [
    "Appeal",
    "Case",
    "CaseState",
    "Measure",
    "Report",
    "Rule",
    "RuleHit",
]
