"""The entrance of events: what happens in Mattermost without anybody calling the bot.

Words:
    Frame, FrameParser: an event of the websocket, its inside unread; what it tells, of what the bot listens to.
    MemberNews, ChannelNews: word of who is where and how a channel is, still to be held against what is known.
    PlaceTracker: who is where and how channels are, as last told; it tells each change once.
    EventQueue, EventCursor: events on their way to the handlers, in order for each place; up to when all were handled.
    CatchUpReader, CatchUp: reads what happened while nobody listened; decides when to.
"""

from bot.websocket.listener import EventListener, ListenerDependencies
