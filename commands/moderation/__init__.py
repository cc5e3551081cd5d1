"""Moderation: people report messages; animateurs decide about cases; measures are carried out, contested, undone.
A case is a message (or somebody) as it was when it was reported; a decision says what is to be done about it; a
measure is what was carried out, by its number in the journal; an appeal contests it. In a storm one summary takes the
place of many cards. In safe mode (a charter or rules that cannot be used) nothing is done by itself.
"""

from commands.moderation import appeals, commands, decisions, measures, reports
from commands.moderation.feature import drapeau, feature, regles
from commands.moderation.measures import exclusion, lock, move, removal
from commands.moderation.rules import handlers

__all__ = ["drapeau", "feature", "regles"]
