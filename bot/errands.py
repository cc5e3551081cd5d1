"""What chores wait for outside, beside their steps: a step that finds it not back yet comes again."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from storage.database import apart

T = TypeVar("T")

PATIENCE = 0.8
"""Seconds that a step waits for what it wants from outside."""
LONGEST = 120.0
"""Seconds after which an errand has failed."""
KEPT = 600.0
"""Seconds that what was brought waits to be fetched: its work may have been stopped meanwhile."""


class NotBackError(Exception):
    """It takes longer: the step is done again in a moment, from its beginning."""


class Errands:
    """Questions to the outside under way, by what they are for; they write nothing, and are lost with the process."""

    def __init__(self) -> None:
        self._under_way: dict[str, tuple[float, asyncio.Task[Any]]] = {}

    async def fetch(self, what: str, errand: Callable[[], Awaitable[T]]) -> T:
        """What an errand brings; it is begun where it is not under way. Raises NotBackError, and what it raises.

        It must be asked for before the step’s first statement: nothing of the database is in hand meanwhile.
        """
        _, task = self._under_way.get(what) or self._begin(what, errand)
        await asyncio.wait({task}, timeout=PATIENCE)
        if not task.done():
            raise NotBackError
        del self._under_way[what]
        brought: T = task.result()
        return brought

    async def stop(self) -> None:
        """Leave all of them."""
        tasks = [task for _, task in self._under_way.values()]
        self._under_way.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _begin(self, what: str, errand: Callable[[], Awaitable[T]]) -> tuple[float, asyncio.Task[Any]]:
        now = asyncio.get_running_loop().time()
        for old in [each for each, (since, task) in self._under_way.items() if task.done() and since < now - KEPT]:
            del self._under_way[old]
        with apart():
            begun = now, asyncio.create_task(_in_time(errand))
        self._under_way[what] = begun
        return begun


async def _in_time(errand: Callable[[], Awaitable[T]]) -> T:
    async with asyncio.timeout(LONGEST):
        return await errand()
