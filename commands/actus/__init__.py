"""« /actus »: news collected all week, edited by animateurs, published once, and some of them apart for who wants."""

from commands.actus import (
    approving,
    archive,
    correcting,
    draft,
    editing,
    harvest,
    keeping,
    postponing,
    programming,
    publishing,
    rewording,
    stats,
    withdrawing,
)
from commands.actus.feature import feature

__all__ = [
    "approving",
    "archive",
    "correcting",
    "draft",
    "editing",
    "feature",
    "harvest",
    "keeping",
    "postponing",
    "programming",
    "publishing",
    "rewording",
    "stats",
    "withdrawing",
]
