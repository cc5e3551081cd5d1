"""The way out for what must arrive: whatever happens, each message reaches Mattermost once."""

from bot.outbox.worker import Around, Outbox
from storage.outbox import LEASE

__all__ = ["LEASE", "Around", "Outbox"]
