"""Mattermost as the bot sees it: what may be asked of it, and the one place that speaks its REST API.

Words:
    ChatReader, Mattermost: what handlers may ask; that and all that the machine does there, each harmless twice.
    RateLimit, CallPriority: how many calls a second long work and crowds make, halved by a 429; whose calls these are.
    outside_transactions: the same server, whose calls hold no connection to the database meanwhile.
"""

from bot.mattermost.client import AioClient
from bot.mattermost.rate_limit import CallPriority, RateLimit, paced_calls
from bot.mattermost.rest import ChatReader, Mattermost, outside_transactions
from bot.mattermost.wire import (
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
    "CallPriority",
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
    "RateLimit",
    "outside_transactions",
    "paced_calls",
]
