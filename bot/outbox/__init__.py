"""The way out for what must arrive: whatever happens, each message reaches Mattermost once."""

from bot.outbox.rows import LEASE
from bot.outbox.worker import Outbox

__all__ = ["LEASE", "Outbox"]
