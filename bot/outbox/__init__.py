"""The way out for what must arrive: whatever happens, each message reaches Mattermost once."""

from bot.outbox.order import Order, topic_of
from bot.outbox.rows import LEASE
from bot.outbox.worker import Outbox

__all__ = ["LEASE", "Order", "Outbox", "topic_of"]
