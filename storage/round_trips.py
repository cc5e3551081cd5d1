"""Round trips to PostgreSQL that several transactions share: what comes while one is under way goes with the next."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from functools import cache, partial
from typing import Any, Generic, TypeVar

from sqlalchemy.ext.asyncio import AsyncEngine

from storage.engines import is_refused, wrap_problem

T = TypeVar("T")
Q = TypeVar("Q")
Values = tuple[Any, ...]
Rows = list[Sequence[Any]]


class SharedQuestions(Generic[Q, T]):
    """Asks in batches: questions that come while a batch runs form the next one."""

    def __init__(self, ask_all: Callable[[Sequence[Q]], Awaitable[Sequence[T]]]) -> None:
        """``ask_all`` returns an answer for each question."""
        self._ask_all = ask_all
        self._waiting: list[tuple[Q, asyncio.Future[T]]] = []
        self._asking: asyncio.Task[None] | None = None

    async def ask(self, question: Q) -> T:
        """Return an answer that was asked for after this call, or raise its error."""
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


class RoundTrips:
    """Statements of several transactions that do nothing else, over connections of their own: whoever holds another is
    not waited for.

    A statement that reads sees what is committed when it is sent, as it would in its own transaction. Those that write
    are committed together, or not at all.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine
        self._reads: dict[str, SharedQuestions[Values, Rows]] = {}
        self._writes: dict[str, SharedQuestions[Values, bool]] = {}

    async def read(self, text: str, values: Values) -> Rows:
        """Return the rows of a SELECT with these values. Raises DBAPIError."""
        if text not in self._reads:
            self._reads[text] = SharedQuestions(partial(self._read_all, text))
        return await self._reads[text].ask(values)

    async def write(self, text: str, values: Values) -> bool:
        """Execute a statement, and commit it; False where the server refused it, or one that went with it: nothing of
        it is done, and it is to be executed by itself. Raises DBAPIError."""
        if text not in self._writes:
            self._writes[text] = SharedQuestions(partial(self._write_all, text))
        return await self._writes[text].ask(values)

    async def _read_all(self, text: str, asked: Sequence[Values]) -> Sequence[Rows]:
        async with self._connection(text) as driver:
            if len(asked) == 1:
                return [await driver.fetch(text, *asked[0])]
            numbered = [(*values, number) for number, values in enumerate(asked)]
            rows = await driver.fetchmany(_number_rows(text, len(numbered[0])), numbered)
        found: list[Rows] = [[] for _ in asked]
        for row in rows:
            found[row[-1]].append(row[:-1])
        return found

    async def _write_all(self, text: str, asked: Sequence[Values]) -> Sequence[bool]:
        async with self._connection(text) as driver:
            try:
                await driver.executemany(text, asked)
            except Exception as problem:
                if not is_refused(problem):
                    raise
                return [False] * len(asked)
        return [True] * len(asked)

    @asynccontextmanager
    async def _connection(self, text: str) -> AsyncIterator[Any]:
        """Lend the driver’s connection to a statement. Raises DBAPIError."""
        async with self.engine.connect() as connection:
            lent = await connection.get_raw_connection()
            try:
                yield lent.driver_connection
            except Exception as problem:
                raise wrap_problem(text, problem) from problem


@cache
def _number_rows(text: str, last: int) -> str:
    """Make a SELECT return its last parameter, of that number, with each row: which question the row answers."""
    return f"SELECT s.*, ${last}::integer FROM ({text}) AS s"  # noqa: S608 (a statement and a number)
