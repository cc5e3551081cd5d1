"""Events on their way to the handlers: a few at a time, so that neither a slow nor a failing one stops the others."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

import structlog
from pydantic import BaseModel

from bot.metrics import EVENTS

log = structlog.get_logger()

HANDLED_AT_ONCE = 4
EVENTS_MAX = 1000

OnEvent = Callable[[BaseModel], Awaitable[None]]


class Queue:
    """Hands events to ``on_event``; its failures are logged, no more."""

    def __init__(self, on_event: OnEvent) -> None:
        self._on_event = on_event
        self._waiting: asyncio.Queue[BaseModel] = asyncio.Queue(EVENTS_MAX)
        self._busy = 0
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin to hand over."""
        self._tasks = [asyncio.create_task(self._work()) for _ in range(HANDLED_AT_ONCE)]

    @property
    def is_idle(self) -> bool:
        """Whether everything put was handled."""
        return not self._busy and self._waiting.empty()

    def offer(self, event: BaseModel) -> bool:
        """Take an event at once; False when too many wait."""
        try:
            self._waiting.put_nowait(event)
        except asyncio.QueueFull:
            return False
        return True

    async def put(self, event: BaseModel) -> None:
        """Take an event, waiting for room."""
        await self._waiting.put(event)

    async def stop(self, seconds: float) -> None:
        """Let those at work end, and give up the others: they are found again after the restart."""
        while not self._waiting.empty():
            self._waiting.get_nowait()
        for _ in self._tasks:
            self._waiting.put_nowait(_Stop())
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=seconds)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _work(self) -> None:
        while not isinstance(event := await self._waiting.get(), _Stop):
            self._busy += 1
            outcome = "failed"
            with suppress(Exception):
                outcome = await self._handle(event)
            EVENTS.labels(type(event).__name__, outcome).inc()
            self._busy -= 1

    async def _handle(self, event: BaseModel) -> str:
        try:
            await self._on_event(event)
        except Exception:
            log.exception("event_failed", name=type(event).__name__)
            raise
        return "done"


class _Stop(BaseModel):
    """The last thing a worker takes."""
