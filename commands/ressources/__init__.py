"""« /ressources »: what the réseau knows, found again; deposited by everybody, read over by animateurs."""

from commands.ressources import links
from commands.ressources.feature import feature

__all__ = ["feature", "links"]
