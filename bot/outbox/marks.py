"""Marking messages as delivered: many in one statement, so that no delivery waits for the database."""

import asyncio

import structlog

from bot.outbox.rows import Rows

log = structlog.get_logger()

MARKS_GATHERED_FOR = 0.05
"""Seconds over which marks are gathered."""
DATABASE_RETRY = 1.0
"""Seconds until a database that did not take them is asked again."""


class Marks:
    """What arrived and is not yet written down as such."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._posts: dict[str, str] = {}
        self._some = asyncio.Event()

    def __contains__(self, message_id: str) -> bool:
        return message_id in self._posts

    def add(self, message_id: str, post_id: str) -> None:
        """A message arrived as that post."""
        self._posts[message_id] = post_id
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
        batch = dict(self._posts)
        if not batch:
            return True
        try:
            await self._rows.delivered(list(batch.items()))
        except Exception:
            log.warning("deliveries_not_marked", count=len(batch), exc_info=True)
            self._some.set()
            return False
        for message_id in batch:
            del self._posts[message_id]
        return True
