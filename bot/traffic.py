"""How busy the entrances are: what can wait a moment lets people’s requests pass first."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class Traffic:
    """Counts the requests under way."""

    def __init__(self) -> None:
        self._under_way = 0
        self._calm = asyncio.Event()
        self._calm.set()

    @contextmanager
    def pass_by(self) -> Iterator[None]:
        """A request is being answered."""
        self._under_way += 1
        self._calm.clear()
        try:
            yield
        finally:
            self._under_way -= 1
            if not self._under_way:
                self._calm.set()

    async def lull(self, seconds: float) -> None:
        """Wait until nobody is being answered, but no longer than that."""
        if self._calm.is_set():
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._calm.wait()
