"""A question that many may ask at once: while it is under way, its answer serves all who ask."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Generic, TypeVar

T = TypeVar("T")


class Shared(Generic[T]):
    """Asks, unless the same is being asked; who is gone before the answer leaves it to the others."""

    def __init__(self, question: Callable[[], Coroutine[None, None, T]]) -> None:
        self._question = question
        self._asked: asyncio.Task[T] | None = None

    async def ask(self) -> T:
        """The answer, or what went wrong with it."""
        if self._asked is None or self._asked.done():
            self._asked = asyncio.create_task(self._question())
        return await asyncio.shield(self._asked)
