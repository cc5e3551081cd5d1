"""The rate limit of long work: a number of calls a second, halved when the server says that it is too much."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from enum import Enum

from bot.tasks import loop_time

HALVINGS_MAX = 4
"""However often the server says so, a sixteenth is left."""
DOUBLES_IN = 30.0
"""Seconds after which twice as many are made again."""
ONE_REFUSAL = 1.0
"""Seconds within which refusals count as one: the calls were under way together."""
SAVED_UP = 1.0
"""Of how many seconds without a call the share may be made up for."""


class CallPriority(Enum):
    """The priority of a task’s calls: unlimited, long work, or a chore."""

    NONE = "none"
    WORK = "work"
    CHORE = "chore"


_PACED: ContextVar[CallPriority] = ContextVar("calls_paced", default=CallPriority.NONE)


class RateLimit:
    """Limits calls to ``a_second``. Only one call of a chore waits in line at a time, so that other long work is never
    behind more than that one."""

    def __init__(self, a_second: float = float("inf")) -> None:
        self._chores = asyncio.Lock()
        self._most = a_second
        self._rate = a_second
        self._refused_at = float("-inf")
        self._next = float("-inf")

    @property
    def rate(self) -> float:
        """The present limit, in calls a second."""
        grown: float = 2.0 ** min((loop_time() - self._refused_at) / DOUBLES_IN, HALVINGS_MAX + 1)
        return min(self._most, self._rate * grown)

    def halve(self) -> None:
        """Halve the limit, since the server asked for fewer calls."""
        now = loop_time()
        if now - self._refused_at >= ONE_REFUSAL:
            self._rate = max(self.rate / 2, self._most / 2**HALVINGS_MAX)
            self._refused_at = now

    async def take(self) -> None:
        """Wait until the next call may be made."""
        now = loop_time()
        at = max(self._next, now - SAVED_UP)
        self._next = at + 1 / self.rate
        if at > now:
            await asyncio.sleep(at - now)

    async def take_if_paced(self) -> None:
        """Wait likewise, if the present task is long work."""
        match _PACED.get():
            case CallPriority.WORK:
                await self.take()
            case CallPriority.CHORE:
                async with self._chores:
                    await self.take()


@contextmanager
def paced_calls(how: CallPriority = CallPriority.WORK) -> Iterator[None]:
    """Give all calls within the block this priority."""
    before = _PACED.set(how)
    try:
        yield
    finally:
        _PACED.reset(before)
