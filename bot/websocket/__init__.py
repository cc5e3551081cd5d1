"""The entrance of events: what happens in Mattermost without anybody calling the bot.

Words:
    Frame, Ears, News: an event of the websocket, its inside unread; what the bot listens to; word of who is where,
        still to be held against what is known.
    Places: who is where and how channels are, as last told.
    Reading, CatchUp: what happened while nobody listened; when to read it.
    Hearers, Progress: whom a connection tells; up to when all was handled.
"""

from bot.websocket.listener import Events, Ground

__all__ = ["Events", "Ground"]
