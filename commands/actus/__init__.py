"""« /actus »: news collected all week, edited by animateurs, published once, and some of them apart for who wants."""

from commands.actus import approving, draft, editing, harvest, keeping, postponing, publishing, rewording
from commands.actus.feature import feature

__all__ = [
    "approving",
    "draft",
    "editing",
    "feature",
    "harvest",
    "keeping",
    "postponing",
    "publishing",
    "rewording",
]
