"""« /actus »: news collected all week, edited by animateurs, published once, and some of them apart for who wants."""

from commands.actus import (
    approving,
    archive,
    correcting,
    draft,
    editing,
    feeds,
    harvest,
    keeping,
    naming,
    own,
    postponing,
    programming,
    proposing,
    publishing,
    quiet,
    reading_feeds,
    rewording,
    stats,
    withdrawing,
)
from commands.actus.feature import feature
from commands.actus.reacting import kiosque

__all__ = [
    "approving",
    "archive",
    "correcting",
    "draft",
    "editing",
    "feature",
    "feeds",
    "harvest",
    "keeping",
    "kiosque",
    "naming",
    "own",
    "postponing",
    "programming",
    "proposing",
    "publishing",
    "quiet",
    "reading_feeds",
    "rewording",
    "stats",
    "withdrawing",
]
