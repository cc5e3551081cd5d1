"""Mattermost as the bot sees it: what may be asked of it, and the one place that speaks its REST API."""

from bot.mattermost.chat import Chat, ChatPost, ChatUser

__all__ = ["Chat", "ChatPost", "ChatUser"]
