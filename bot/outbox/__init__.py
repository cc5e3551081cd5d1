"""The way out for what must arrive: whatever happens, each message reaches Mattermost once."""

from bot.outbox.order import Order, make_room, topic_of
from bot.outbox.worker import Around, Outbox
from storage.outbox import LEASE

__all__ = ["LEASE", "Around", "Order", "Outbox", "make_room", "topic_of"]
