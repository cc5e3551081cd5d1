"""« /ressources »: what the réseau knows, found again; deposited by everybody, read over by animateurs."""

from commands.ressources import (
    collecting,
    collections,
    following,
    freshness,
    library,
    links,
    marking,
    more,
    needs,
    seeking,
    sharing,
    showing,
)
from commands.ressources.feature import feature

__all__ = [
    "collecting",
    "collections",
    "feature",
    "following",
    "freshness",
    "library",
    "links",
    "marking",
    "more",
    "needs",
    "seeking",
    "sharing",
    "showing",
]
