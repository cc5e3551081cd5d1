"""Mattermost as the bot sees it: what may be asked of it, and the one place that speaks its REST API.

Words:
    Budget: how many calls a second long work and crowds make; a 429 halves it.
    ChatReader, Chat: what handlers may ask of Mattermost; that and all that the machine does there, each harmless
        twice.
"""

from bot.mattermost.apart import apart
from bot.mattermost.budget import Budget, Pacing, pacing
from bot.mattermost.chat import Chat, ChatReader
from bot.mattermost.client import AioClient
from bot.mattermost.rest import Mattermost
from bot.mattermost.values import (
    ChatChanges,
    ChatChannel,
    ChatFile,
    ChatMember,
    ChatPost,
    ChatReaction,
    ChatUser,
    NewPost,
)

__all__ = [
    "AioClient",
    "Budget",
    "Chat",
    "ChatChanges",
    "ChatChannel",
    "ChatFile",
    "ChatMember",
    "ChatPost",
    "ChatReaction",
    "ChatReader",
    "ChatUser",
    "Mattermost",
    "NewPost",
    "Pacing",
    "apart",
    "pacing",
]
