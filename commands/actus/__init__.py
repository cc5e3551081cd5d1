"""« /actus »: news collected all week, edited by animateurs, published once, and some of them apart for who wants.

Words:
    NewsContext: what the news are made with, in a request or from a terminal.
"""

from commands.actus import archive, cards, drafts, edits, feeds, harvest, programme, publication, search, subscriptions
from commands.actus.feature import feature
from commands.actus.reactions import kiosque

__all__ = ["feature", "kiosque"]
