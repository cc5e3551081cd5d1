"""The way out for files: each order is made, perhaps again and again, until Mattermost has its files once."""

from bot.orders.folders import Folders
from bot.orders.makers import Makers
from bot.orders.workshop import Workshop

__all__ = ["Folders", "Makers", "Workshop"]
