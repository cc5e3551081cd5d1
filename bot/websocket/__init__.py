"""The entrance of events: what happens in Mattermost without anybody calling the bot."""

from bot.websocket.events import DirectMessage, PersonChanged, Reconnected
from bot.websocket.listener import Events

__all__ = ["DirectMessage", "Events", "PersonChanged", "Reconnected"]
