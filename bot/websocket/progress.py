"""Up to when events were handled: kept in memory, and from time to time in the database."""

import asyncio
from datetime import datetime, timedelta

import structlog

from bot.transactions import Transactions
from storage import cursors
from storage.database import Database

log = structlog.get_logger()

CURSOR = "events"
OVERLAP = timedelta(seconds=5)
"""How much is read again: a post may be told of a moment after the server gave it its time."""
WRITE_EVERY = timedelta(seconds=30)


class Progress:
    """An instant in the server’s own time, so that the bot’s clock may be wrong."""

    def __init__(self, database: Database) -> None:
        self.seen: datetime | None = None
        """Everything before was handled; None before the first run."""
        self._written: datetime | None = None
        self._transactions = Transactions(database)
        self.wait = self._transactions.wait

    async def load(self, pause: float) -> None:
        """Go on from where the last run stopped, asking the database again after so many seconds."""
        while True:
            try:
                self.seen = self._written = await self._transactions.run(
                    lambda db: cursors.read(db, CURSOR), writes=False
                )
            except Exception:
                log.warning("cursor_unreadable", exc_info=True)
                await asyncio.sleep(pause)
            else:
                return

    def reach(self, at: datetime) -> None:
        """Everything before that instant was handled."""
        at -= OVERLAP
        self.seen = at if self.seen is None else max(self.seen, at)

    async def save(self, *, now: bool = False) -> None:
        """Write it down, if that was not done for a while; what fails is tried again next time."""
        seen = self.seen
        if seen is None or seen == self._written:
            return
        if not now and self._written is not None and seen - self._written < WRITE_EVERY:
            return
        try:
            await self._transactions.run(lambda db: cursors.move(db, CURSOR, seen))
        except Exception:
            log.warning("cursor_not_written", exc_info=True)
        else:
            self._written = seen
