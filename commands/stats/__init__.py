"""« /stats »: what conseillers did, for themselves and for territories."""

from commands.stats import export, own, rapport, territory, territory_papers
from commands.stats.feature import feature

__all__ = ["export", "feature", "own", "rapport", "territory", "territory_papers"]
