"""Mattermost as the bot sees it: what may be asked of it, and the one place that speaks its REST API."""

from bot.mattermost.apart import apart
from bot.mattermost.chat import Chat, ChatPost, ChatUser
from bot.mattermost.client import AioClient
from bot.mattermost.rest import Mattermost

__all__ = ["AioClient", "Chat", "ChatPost", "ChatUser", "Mattermost", "apart"]
