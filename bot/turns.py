"""Whose turn it is: of one person a few requests are answered at once, so that nobody keeps the others waiting."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from bot.errors import UserError
from bot.texts import render

ANSWERED_AT_ONCE = 2
"""How many requests of one person are answered at once: of SQLite’s four connections that read, the half."""
WAITING_PER_PERSON = 20
"""How many more of theirs may wait; what comes on top is refused."""


@dataclass(slots=True)
class _Queue:
    door: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(ANSWERED_AT_ONCE))
    length: int = 0


class Turns:
    """Who has requests under way; nothing is kept of anybody else."""

    def __init__(self) -> None:
        self._lines: dict[str, _Queue] = {}

    def __len__(self) -> int:
        return len(self._lines)

    @asynccontextmanager
    async def turn(self, user_id: str) -> AsyncIterator[None]:
        """Wait for one’s turn, in the order of coming, and have it for the length of the block.

        Raises UserError when too many of that person wait already.
        """
        line = self._lines.setdefault(user_id, _Queue())
        if line.length >= ANSWERED_AT_ONCE + WAITING_PER_PERSON:
            raise UserError(render("refus/busy"))
        line.length += 1
        try:
            async with line.door:
                yield
        finally:
            line.length -= 1
            if not line.length:
                del self._lines[user_id]
