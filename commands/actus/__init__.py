"""« /actus »: news collected all week, edited by animateurs, published once, and some of them apart for who wants.

Words:
    Desk, Office: what the news are made with, in a request or from a terminal; what the operator’s commands send with.
"""

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
    personal,
    postponing,
    programming,
    proposing,
    publishing,
    quiet,
    reading_feeds,
    rewording,
    stats,
    subscribing,
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
    "personal",
    "postponing",
    "programming",
    "proposing",
    "publishing",
    "quiet",
    "reading_feeds",
    "rewording",
    "stats",
    "subscribing",
    "withdrawing",
]
