"""« /stats »: what conseillers did, for themselves and for territories."""

from commands.stats import conseiller, coordination, shared_pages, territories
from commands.stats.feature import feature

__all__ = ["feature"]
