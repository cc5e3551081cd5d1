"""How many calls a second long work makes: so many at most, half of them once the server says that it is too much."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from enum import Enum

HALVINGS_MAX = 4
"""However often the server says so, a sixteenth is left."""
DOUBLES_IN = 30.0
"""Seconds after which twice as many are made again."""
ONE_REFUSAL = 1.0
"""Seconds within which refusals count as one: the calls were under way together."""
SAVED_UP = 1.0
"""Of how many seconds without a call the share may be made up for."""


class CallPriority(Enum):
    """How the calls of a task are made: as they come, as those of long work, or as those of a chore."""

    NONE = "none"
    WORK = "work"
    CHORE = "chore"


_PACED: ContextVar[CallPriority] = ContextVar("calls_paced", default=CallPriority.NONE)


class RateLimit:
    """``a_second`` is the number of calls while all is well. Of chores one call at a time waits for its moment: however
    many they make at once, what somebody waits for is never behind more than that one."""

    def __init__(self, a_second: float = float("inf")) -> None:
        self._chores = asyncio.Lock()
        self._most = a_second
        self._rate = a_second
        self._refused_at = float("-inf")
        self._next = float("-inf")

    @property
    def rate(self) -> float:
        """Calls a second now."""
        grown: float = 2.0 ** min((loop_time() - self._refused_at) / DOUBLES_IN, HALVINGS_MAX + 1)
        return min(self._most, self._rate * grown)

    def halve(self) -> None:
        """The server asked for fewer calls."""
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
        """Wait for that if the task at work is one of long work."""
        match _PACED.get():
            case CallPriority.WORK:
                await self.take()
            case CallPriority.CHORE:
                async with self._chores:
                    await self.take()


@contextmanager
def paced_calls(how: CallPriority = CallPriority.WORK) -> Iterator[None]:
    """Each call made within the block is one of long work, or made so."""
    before = _PACED.set(how)
    try:
        yield
    finally:
        _PACED.reset(before)


def loop_time() -> float:
    """The seconds of the event loop."""
    return asyncio.get_running_loop().time()
