"""« /stats »: what conseillers did, for themselves and for territories."""

from commands.stats import conseiller, exports, territories
from commands.stats.feature import feature

__all__ = ["feature"]
