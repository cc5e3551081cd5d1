"""« /actus »: news collected all week, edited by animateurs, published once, and some of them apart for who wants."""

from commands.actus import personal, subscribing, zz_temp
from commands.actus.feature import feature

__all__ = ["feature", "personal", "subscribing"]
