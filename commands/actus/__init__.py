"""« /actus »: news collected all week, edited by animateurs, published once, and some of them apart for who wants."""

from commands.actus import (
    feeds,
    front,
    harvest,
    naming,
    own,
    proposing,
    quiet,
    reading_feeds,
)
from commands.actus.feature import feature
from commands.actus.reacting import kiosque

__all__ = [
    "feature",
    "feeds",
    "front",
    "harvest",
    "kiosque",
    "naming",
    "own",
    "proposing",
    "quiet",
    "reading_feeds",
]
