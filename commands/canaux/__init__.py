"""The team’s channels: who belongs where, one’s own list, what is not as planned, and putting it right."""

from commands.canaux import cards, checks, choices, edits, exceptions, memberships, runs
from commands.canaux.feature import feature

__all__ = ["feature"]
