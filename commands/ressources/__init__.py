"""« /ressources »: what the réseau knows, found again; deposited by everybody, read over by animateurs."""

from commands.ressources import freshness, links
from commands.ressources.feature import feature

__all__ = ["feature", "freshness", "links"]
