"""The way out for what must arrive: whatever happens, each message reaches Mattermost once."""

from bot.outbox.letters import LEASE
from bot.outbox.order import Order, make_room, topic_of
from bot.outbox.worker import Outbox

__all__ = ["LEASE", "Order", "Outbox", "make_room", "topic_of"]
