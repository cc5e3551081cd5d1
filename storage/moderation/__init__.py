"""Moderation: cases with their reports, measures and appeals, and the automatic rules.
A case is a message as it was when it was reported, for animateurs to decide; a measure is what was carried out, by
its number in the journal; its record is what undoing it needs, and how far Mattermost has done it.
"""

from storage.moderation.cases import Appeal, Case, CaseSource, CaseState, Report
from storage.moderation.measures import KeptPost, Measure, MeasureRecord
from storage.moderation.rules import Rule, RuleHit, RuleMode

__all__ = [
    "Appeal",
    "Case",
    "CaseSource",
    "CaseState",
    "KeptPost",
    "Measure",
    "MeasureRecord",
    "Report",
    "Rule",
    "RuleHit",
    "RuleMode",
]
