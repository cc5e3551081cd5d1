"""Concurrency helpers: a count of requests, background fetches, shielded transactions, turns; and the rate limit of
long work, a number of calls of Mattermost a second, halved when that says that it is too much."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from enum import Enum
from typing import Any, Generic, TypeVar

from sqlmodel.ext.asyncio.session import AsyncSession

from storage.database import Database, detached, reserved

T = TypeVar("T")

FETCH_PATIENCE = 0.8
"""Seconds that a step waits for what it wants from outside."""
FETCH_MAX = 120.0
"""Seconds after which an errand has failed."""
FETCHED_KEPT = 600.0
"""Seconds that what was brought waits to be fetched: its work may have been stopped meanwhile."""
CANCELLED_AGAIN_S, CANCELLED_TIMES = 5.0, 6
"""Seconds after which a task that goes on is cancelled again, and how often."""


def loop_time() -> float:
    """Return the event loop’s time in seconds, which no change of the clock on the wall affects."""
    return asyncio.get_running_loop().time()


async def cancel_all(tasks: Iterable[asyncio.Task[Any]]) -> None:
    """Cancel tasks and wait for their end.

    A cancellation can get lost when the database answers at that very moment, so it is repeated.
    """
    all_of_them = list(tasks)
    for _ in range(CANCELLED_TIMES):
        if not (left := [task for task in all_of_them if not task.done()]):
            break
        for task in left:
            task.cancel()
        await asyncio.wait(left, timeout=CANCELLED_AGAIN_S)
    await asyncio.gather(*(task for task in all_of_them if task.done()), return_exceptions=True)


class NotFetchedYetError(Exception):
    """A fetch takes longer: the step is repeated in a moment."""


class BackgroundFetches:
    """Fetches from outside that run between the steps of chores, by key; they write nothing and end with the
    process."""

    def __init__(self) -> None:
        self._under_way: dict[str, tuple[float, asyncio.Task[Any]]] = {}

    async def fetch(self, what: str, errand: Callable[[], Awaitable[T]]) -> T:
        """Return the result of an errand, started if it is not running. Raises NotFetchedYetError, and what the errand
        raises.

        Two steps with the same key share one. Call it before the step’s first statement, so that no database connection
        is held.
        """
        begun = self._under_way.get(what) or self._begin(what, errand)
        _, task = begun
        await asyncio.wait({task}, timeout=FETCH_PATIENCE)
        if not task.done():
            raise NotFetchedYetError
        if self._under_way.get(what) is begun:  # the other of two was first
            del self._under_way[what]
        brought: T = task.result()
        return brought

    async def stop(self) -> None:
        """Cancel all errands."""
        tasks = [task for _, task in self._under_way.values()]
        self._under_way.clear()
        await cancel_all(tasks)

    def _begin(self, what: str, errand: Callable[[], Awaitable[T]]) -> tuple[float, asyncio.Task[Any]]:
        now = loop_time()
        for old in [
            each for each, (since, task) in self._under_way.items() if task.done() and since < now - FETCHED_KEPT
        ]:
            del self._under_way[old]
        with detached():
            begun = now, asyncio.create_task(_run_in_time(errand))
        self._under_way[what] = begun
        return begun


async def _run_in_time(errand: Callable[[], Awaitable[T]]) -> T:
    async with asyncio.timeout(FETCH_MAX):
        return await errand()


class ShieldedTransactions:
    """Short transactions that finish even if their caller is cancelled, since an interrupted database driver loses its
    connection."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._running: set[asyncio.Task[Any]] = set()

    async def run(self, work: Callable[[AsyncSession], Coroutine[Any, Any, T]], *, writes: bool = True) -> T:
        """Run ``work`` in one transaction."""
        step = asyncio.create_task(self._transact(work, writes))
        self._running.add(step)
        step.add_done_callback(self._end)
        return await asyncio.shield(step)

    def _end(self, step: asyncio.Task[Any]) -> None:
        """Let go of one that ended. What failed it is its caller’s to say, who may be gone: then nobody asks for it."""
        self._running.discard(step)
        if not step.cancelled():
            step.exception()

    async def wait(self) -> None:
        """Wait for those whose callers were cancelled."""
        await asyncio.gather(*self._running, return_exceptions=True)

    async def _transact(self, work: Callable[[AsyncSession], Coroutine[Any, Any, T]], writes: bool) -> T:
        with reserved():
            async with self._database.transaction(writes=writes) as db:
                return await work(db)


class Traffic:
    """Counts the requests being answered."""

    def __init__(self) -> None:
        self._under_way = 0
        self._calm = asyncio.Event()
        self._calm.set()

    @contextmanager
    def count_request(self) -> Iterator[None]:
        """Count a request that is being answered."""
        self._under_way += 1
        self._calm.clear()
        try:
            yield
        finally:
            self._under_way -= 1
            if not self._under_way:
                self._calm.set()

    async def wait_until_idle(self, seconds: float) -> None:
        """Wait until no request is being answered, at most that many seconds."""
        if self._calm.is_set():
            return
        await wait_at_most(self._calm, seconds)


async def wait_at_most(event: asyncio.Event, seconds: float) -> bool:
    """Wait for an event at most that long, and return whether it came."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
    return event.is_set()


class SingleFlight(Generic[T]):
    """Shares one running question among its callers; it goes on if a caller is cancelled."""

    def __init__(self, question: Callable[[], Coroutine[None, None, T]]) -> None:
        self._question = question
        self._asked: asyncio.Task[T] | None = None

    async def ask(self) -> T:
        """Return the answer, or raise its error."""
        if self._asked is None or self._asked.done():
            self._asked = asyncio.create_task(self._question())
        return await asyncio.shield(self._asked)


class CrowdedError(Exception):
    """Too many already wait for the same name."""


@dataclass(slots=True)
class _Line:
    door: asyncio.Semaphore
    length: int = 0


class Turns:
    """Limits how many callers of each name run at once and how many wait; unused names take no memory."""

    def __init__(self, at_once: int, waiting: int) -> None:
        self._at_once, self._most = at_once, at_once + waiting
        self._lines: dict[str, _Line] = {}

    def __len__(self) -> int:
        return len(self._lines)

    @asynccontextmanager
    async def turn(self, name: str) -> AsyncIterator[None]:
        """Wait for a turn, in order of arrival, and hold it during the block. Raises CrowdedError."""
        line = self._lines.setdefault(name, _Line(asyncio.Semaphore(self._at_once)))
        if line.length >= self._most:
            raise CrowdedError
        line.length += 1
        try:
            async with line.door:
                yield
        finally:
            line.length -= 1
            if not line.length:
                del self._lines[name]


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
