"""Watching a table for what is due: look, sleep until something is or somebody calls, rest after a fault."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

import structlog

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Pauses:
    """In seconds: between two looks at least, and after a look that failed (the database, most likely)."""

    breath: float
    after_fault: float


class Rounds:
    """Calls ``look`` for ever; it returns the seconds until the next look is needed. ``name`` is for the log."""

    def __init__(
        self, name: str, look: Callable[[], Awaitable[float]], pauses: Pauses, call: asyncio.Event | None = None
    ) -> None:
        self._name = name
        self._look = look
        self._pauses = pauses
        self.call = call or asyncio.Event()
        """Set when the table is worth a look at once."""

    async def run(self) -> None:
        """Look, sleep, look."""
        while True:
            self.call.clear()
            try:
                pause = await self._look()
            except Exception:
                log.warning("table_unreadable", table=self._name, exc_info=True)
                pause = self._pauses.after_fault
            with suppress(TimeoutError):
                async with asyncio.timeout(max(pause, self._pauses.breath)):
                    await self.call.wait()
