"""Who is reachable now: read from Mattermost in pages, cached for a minute, and never stored."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable
from datetime import UTC, datetime, timedelta

import structlog

from bot.errors import ChatError
from bot.mattermost import Mattermost

log = structlog.get_logger()

HOLDS_FOR = timedelta(seconds=60)
"""How long what Mattermost said is believed, and how long it is left alone where it said nothing."""
ASKING_MAX = 1.0
"""Seconds in which it must answer: somebody waits for their home meanwhile."""
ONLINE = "online"
"""The one status of people who are reachable: away, dnd (do not disturb), ooo (out of office) and offline are not."""


class Presence:
    """Knows which of some people are reachable."""

    def __init__(self, chat: Mattermost, clock: Callable[[], datetime]) -> None:
        self._chat = chat
        self._clock = clock
        self._reachable: frozenset[str] = frozenset()
        self._until = datetime.min.replace(tzinfo=UTC)
        self._asking = asyncio.Lock()

    async def find_reachable(self, list_ids: Callable[[], Awaitable[Iterable[str]]]) -> Collection[str]:
        """Return who is reachable, cached for a minute; ``list_ids`` is called only when Mattermost is asked.

        Empty if it does not answer in time, or shows no statuses (a server setting).
        """
        async with self._asking:
            if self._clock() >= self._until:
                self._reachable = await self._ask(await list_ids())
                self._until = self._clock() + HOLDS_FOR
            return self._reachable

    async def _ask(self, ids: Iterable[str]) -> frozenset[str]:
        try:
            async with asyncio.timeout(ASKING_MAX):
                pages = [page async for page in self._chat.statuses(ids)]
        except (ChatError, TimeoutError) as problem:
            log.info("presence_not_told", fault=type(problem).__name__)
            return frozenset()
        return frozenset(user_id for page in pages for user_id, status in page.items() if status == ONLINE)
