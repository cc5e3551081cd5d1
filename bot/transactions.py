"""Short transactions that go on to their end though whoever waits for them is cancelled."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from sqlmodel.ext.asyncio.session import AsyncSession

from storage.database import Database

T = TypeVar("T")


class Transactions:
    """Short transactions of the machine’s own. A driver that is cut off in the middle loses its connection."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._running: set[asyncio.Task[Any]] = set()

    async def run(self, work: Callable[[AsyncSession], Coroutine[Any, Any, T]], *, writes: bool = True) -> T:
        """Do ``work`` in one transaction."""
        step = asyncio.create_task(self._transact(work, writes))
        self._running.add(step)
        step.add_done_callback(self._running.discard)
        return await asyncio.shield(step)

    async def wait(self) -> None:
        """Wait for those whose callers went away."""
        await asyncio.gather(*self._running, return_exceptions=True)

    async def _transact(self, work: Callable[[AsyncSession], Coroutine[Any, Any, T]], writes: bool) -> T:
        async with self._database.transaction(writes=writes) as db:
            return await work(db)
