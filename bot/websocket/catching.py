"""When to read up: after each new beginning, after a loss, where features listen anew, and every hour."""

import asyncio
import random
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial

import structlog

from bot.backoff import backoff
from bot.events import Reconnected
from bot.websocket.places import Places
from bot.websocket.queue import Queue
from bot.websocket.reading import Reading
from storage import claims

log = structlog.get_logger()

CATCHING_UP_MAX = 30.0
PLACES_EVERY = timedelta(hours=1)
"""How often one replica reads how places are, for what no websocket tells or told."""
LOOKS = "events.look"
"""The scope under which it claims that hour."""


class CatchUp:
    """``seen`` tells up to when everything was handled; ``first`` is the first pause in seconds after a failure."""

    def __init__(
        self, reader: Reading, queue: Queue, places: Places, seen: Callable[[], datetime | None], first: float
    ) -> None:
        self._reader = reader
        self._queue = queue
        self._places = places
        self._seen = seen
        self._first = first
        self._due = asyncio.Event()
        self._all_due = False
        self._reading = False

    @property
    def is_busy(self) -> bool:
        """Whether something is to be read, or being read."""
        return self._due.is_set() or self._reading

    def fall_behind(self) -> None:
        """Something may have been missed: read it all."""
        self._all_due = True
        self._due.set()

    def widen(self) -> None:
        """Features listen elsewhere: read what is new of it."""
        self._due.set()

    async def run(self) -> None:
        """Read whenever something is due, until it succeeds."""
        tries = 0
        while True:
            await self._due.wait()
            self._due.clear()
            self._reading = True
            all_of_it, self._all_due = self._all_due, False
            try:
                await self._read(all_of_it=all_of_it)
                tries = 0
            except Exception:
                log.warning("not_caught_up", exc_info=True)
                self._all_due = self._all_due or all_of_it
                self._due.set()
                tries += 1
                await asyncio.sleep(backoff(tries, self._first, CATCHING_UP_MAX))
            finally:
                self._reading = False

    async def _read(self, *, all_of_it: bool) -> None:
        seen = self._seen()
        if all_of_it and seen is not None:
            await self._reader.of_posts(seen)
        await self._reader.of_places(new_only=not all_of_it)
        if all_of_it:
            await self._queue.put(Reconnected())

    async def look_around(self, clock: Callable[[], datetime]) -> None:
        """Every hour, by one replica for all."""
        while True:
            await asyncio.sleep(PLACES_EVERY.total_seconds() * (1 - random.random() / 10))  # noqa: S311 (a spread)
            now = clock()
            with suppress(Exception):  # the next hour comes
                hour = now.strftime("%Y-%m-%dT%H")
                if await self._places.transactions.run(partial(claims.claim, scope=LOOKS, period=hour, at=now)):
                    await self._reader.of_places()
