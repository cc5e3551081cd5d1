"""« /ressources »: what the réseau knows, found again; deposited by everybody, read over by animateurs."""

from commands.ressources import cards, collections, deposit, interests, life, posts, review, search, upkeep
from commands.ressources.deposit import livre
from commands.ressources.feature import feature

__all__ = ["feature", "livre"]
