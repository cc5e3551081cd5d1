"""Marking messages as delivered: many in one statement, so that no delivery waits for the database."""

import asyncio

import structlog

from bot.outbox.rows import Rows
from storage.outbox import Mark

log = structlog.get_logger()

MARKS_GATHERED_FOR = 0.05
"""Seconds over which marks are gathered."""
DATABASE_RETRY = 1.0
"""Seconds until a database that did not take them is asked again."""


class Marks:
    """What arrived and is not yet written down as such. ``news`` is set once something is that its sender hears of."""

    def __init__(self, rows: Rows, news: asyncio.Event) -> None:
        self._rows = rows
        self._news = news
        self._marks: dict[str, Mark] = {}
        self._some = asyncio.Event()

    def __contains__(self, message_id: str) -> bool:
        return message_id in self._marks

    def add(self, mark: Mark) -> None:
        """A message arrived."""
        self._marks[mark.message_id] = mark
        self._some.set()

    async def run(self) -> None:
        """Write marks as they come, for ever."""
        while True:
            await self._some.wait()
            await asyncio.sleep(MARKS_GATHERED_FOR)
            if not await self.flush():
                await asyncio.sleep(DATABASE_RETRY)

    async def flush(self) -> bool:
        """Write all marks now; False when the database did not take them (they are kept)."""
        self._some.clear()
        batch = dict(self._marks)
        if not batch:
            return True
        try:
            await self._rows.delivered(list(batch.values()))
        except Exception:
            log.warning("deliveries_not_marked", count=len(batch), exc_info=True)
            self._some.set()
            return False
        for message_id in batch:
            del self._marks[message_id]
        if any(mark.is_news for mark in batch.values()):
            self._news.set()
        return True
