"""Files: each order is made, perhaps again and again, until Mattermost has its files once."""

from bot.work.files.attempt import FileAttempt
from bot.work.files.folders import Folders
from bot.work.files.order import HeldOrder

__all__ = ["FileAttempt", "Folders", "HeldOrder"]
