"""Moderation: cases with their reports, measures and appeals, and the automatic rules.

Words:
    Case, Report, Seen: a message as it was when it was reported, for animateurs to decide; who reported it, told to
        nobody; a message with what is around it, as Mattermost shows it now.
    Case, Decision, Measure, Record: what animateurs decide about; what is decided; what was carried out, by its number
        in the journal; what undoing it needs, and how far Mattermost has done it.
"""

from storage.moderation.appeals import Appeal
from storage.moderation.cases import Case, State
from storage.moderation.measures import Measure
from storage.moderation.reports import Report
from storage.moderation.rules import Hit, Rule

__all__ = ["Appeal", "Case", "Hit", "Measure", "Report", "Rule", "State"]
