"""« /ressources »: what the réseau knows, found again; deposited by everybody, read over by animateurs."""

from commands.ressources import following, freshness, links, marking, more, needs, seeking, sharing, showing
from commands.ressources.feature import feature

__all__ = ["feature", "following", "freshness", "links", "marking", "more", "needs", "seeking", "sharing", "showing"]
