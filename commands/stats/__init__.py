"""« /stats »: what conseillers did, for themselves and for territories."""

from commands.stats import export, own, rapport, territory
from commands.stats.feature import feature

__all__ = ["export", "feature", "own", "rapport", "territory"]
