"""Tasks side by side: one question for all who ask, requests counted, background fetches, shielded transactions."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlmodel.ext.asyncio.session import AsyncSession

from storage.database import Database, detached, reserved

T = TypeVar("T")
Q = TypeVar("Q")

FETCH_PATIENCE = 0.8
"""Seconds that a step waits for what it wants from outside."""
FETCH_MAX = 120.0
"""Seconds after which an errand has failed."""
FETCHED_KEPT = 600.0
"""Seconds that what was brought waits to be fetched: its work may have been stopped meanwhile."""
CANCELLED_AGAIN_S, CANCELLED_TIMES = 5.0, 6
"""Seconds after which a task that goes on is cancelled again, and how often."""


async def cancel_all(tasks: Iterable[asyncio.Task[Any]]) -> None:
    """Cancel tasks, and wait for their end.

    Some do not hear of it: what they ask the database may bring its answer, or an error of its own, just then.
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
    """Raised where something takes longer: the step is done again in a moment, from its beginning."""


class BackgroundFetches:
    """Questions to the outside under way, by what they are for; they write nothing, and are lost with the process."""

    def __init__(self) -> None:
        self._under_way: dict[str, tuple[float, asyncio.Task[Any]]] = {}

    async def fetch(self, what: str, errand: Callable[[], Awaitable[T]]) -> T:
        """Return what an errand brings; it is begun where it is not under way. Raises NotFetchedYetError, and what it
        raises.

        Two steps that want the same at once get the same. It must be asked for before the step’s first statement:
        nothing of the database is in hand meanwhile.
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
        """Leave all of them."""
        tasks = [task for _, task in self._under_way.values()]
        self._under_way.clear()
        await cancel_all(tasks)

    def _begin(self, what: str, errand: Callable[[], Awaitable[T]]) -> tuple[float, asyncio.Task[Any]]:
        now = asyncio.get_running_loop().time()
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
    """Short transactions of the machine’s own. A driver that is cut off in the middle loses its connection."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._running: set[asyncio.Task[Any]] = set()

    async def run(self, work: Callable[[AsyncSession], Coroutine[Any, Any, T]], *, writes: bool = True) -> T:
        """Do ``work`` in one transaction."""
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
        """Wait for those whose callers went away."""
        await asyncio.gather(*self._running, return_exceptions=True)

    async def _transact(self, work: Callable[[AsyncSession], Coroutine[Any, Any, T]], writes: bool) -> T:
        with reserved():
            async with self._database.transaction(writes=writes) as db:
                return await work(db)


class Traffic:
    """Counts the requests under way."""

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
        """Wait until nobody is being answered, but no longer than that."""
        if self._calm.is_set():
            return
        await wait_at_most(self._calm, seconds)


async def wait_at_most(event: asyncio.Event, seconds: float) -> bool:
    """Wait for an event, but no longer than that; whether it came."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
    return event.is_set()


class SingleFlight(Generic[T]):
    """Asks, unless the same is being asked; who is gone before the answer leaves it to the others."""

    def __init__(self, question: Callable[[], Coroutine[None, None, T]]) -> None:
        self._question = question
        self._asked: asyncio.Task[T] | None = None

    async def ask(self) -> T:
        """The answer, or what went wrong with it."""
        if self._asked is None or self._asked.done():
            self._asked = asyncio.create_task(self._question())
        return await asyncio.shield(self._asked)


class SharedQuestions(Generic[Q, T]):
    """Asks for many at once: who comes while a question is under way is part of the next, with all others who came."""

    def __init__(self, ask_all: Callable[[Sequence[Q]], Awaitable[Sequence[T]]]) -> None:
        """``ask_all`` returns an answer for each."""
        self._ask_all = ask_all
        self._waiting: list[tuple[Q, asyncio.Future[T]]] = []
        self._asking: asyncio.Task[None] | None = None

    async def ask(self, question: Q) -> T:
        """The answer, asked for no earlier than now; or what went wrong with it."""
        answer: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.append((question, answer))
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._run())
        return await answer

    async def _run(self) -> None:
        while batch := self._waiting:
            self._waiting = []
            try:
                answers = await self._ask_all([question for question, _ in batch])
            except Exception as problem:
                for answer in (each for _, each in batch if not each.done()):
                    answer.set_exception(problem)
                continue
            for (_, answer), found in zip(batch, answers, strict=True):
                if not answer.done():  # who asked may be gone
                    answer.set_result(found)


class CrowdedError(Exception):
    """Too many wait for the same already."""


@dataclass(slots=True)
class _Line:
    door: asyncio.Semaphore
    length: int = 0


class Turns:
    """So many at once of each name have their turn, so many more wait; nothing is kept of a name that nobody has."""

    def __init__(self, at_once: int, waiting: int) -> None:
        self._at_once, self._most = at_once, at_once + waiting
        self._lines: dict[str, _Line] = {}

    def __len__(self) -> int:
        return len(self._lines)

    @asynccontextmanager
    async def turn(self, name: str) -> AsyncIterator[None]:
        """Wait for one’s turn, in the order of coming, and have it for the length of the block. Raises CrowdedError."""
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
