"""The entrance of events: what happens in Mattermost without anybody calling the bot."""

from bot.websocket.listener import Events, Ground

__all__ = ["Events", "Ground"]
