"""« /ressources »: what the réseau knows, found again; deposited by everybody, read over by animateurs."""

from commands.ressources import (
    changing,
    commenting,
    daily,
    depositing,
    marking,
    more,
    needs,
    pointing,
    reporting,
    reviewing,
    seeking,
    sharing,
    showing,
    versions,
    withdrawing,
)
from commands.ressources.feature import feature
from commands.ressources.pointing import livre

__all__ = [
    "changing",
    "commenting",
    "daily",
    "depositing",
    "feature",
    "livre",
    "marking",
    "more",
    "needs",
    "pointing",
    "reporting",
    "reviewing",
    "seeking",
    "sharing",
    "showing",
    "versions",
    "withdrawing",
]
