"""The team’s channels: who belongs where, one’s own list, and what is not as planned."""

from commands.canaux import arrivals, leaving, nightly, own
from commands.canaux.feature import feature

__all__ = ["arrivals", "feature", "leaving", "nightly", "own"]
