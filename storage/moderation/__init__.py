"""Moderation: cases with their reports, measures and appeals, and the automatic rules."""

from storage.moderation.appeals import Appeal
from storage.moderation.cases import Case, State
from storage.moderation.measures import Measure
from storage.moderation.reports import Report
from storage.moderation.rules import Hit, Rule

__all__ = ["Appeal", "Case", "Hit", "Measure", "Report", "Rule", "State"]
