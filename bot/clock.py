"""The clock, and its offset from the database’s, which all replicas share: no other module reads the current time."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import structlog

from bot.metrics import CLOCK_AHEAD
from storage.database import Database
from storage.engines import AWAY

log = structlog.get_logger()

SKEW_MAX = 60.0
"""Seconds: who is farther away ends measures, runs jobs and takes others' work before its time, or long after."""
COMPARED_EVERY, ASKED_AGAIN = 10.0, 1.0
"""Seconds between two looks, and between two while nothing is known yet."""
NOISE = 1.0
"""Seconds: a clock that is put right for less would not run, and what is written after would seem written before."""


def utc_now() -> datetime:
    """Return the current time, in UTC."""
    return datetime.now(UTC)


class ClockSkew:
    """Measures the offset of ``clock``, this machine’s clock. With SQLite both are the same.

    Times that replicas store for each other (leases, due times, order of events) must be the database’s: ``corrected``
    returns a clock that gives them.
    """

    def __init__(self, database: Database, clock: Callable[[], datetime] = utc_now) -> None:
        self._database = database
        self.clock = clock
        self.ahead = 0.0
        """Seconds, as last looked at; negative where this machine is behind."""
        self.taken_off = 0.0
        """Seconds by which ``corrected`` differs from this machine's time now."""
        self._is_known = database.is_sqlite

    def corrected(self, clock: Callable[[], datetime]) -> Callable[[], datetime]:
        """Return a clock of this machine, corrected by the offset."""
        return lambda: clock() - timedelta(seconds=self.taken_off)

    def leads(self) -> bool:
        """Return whether this replica may run jobs and take shared work: its clock is not too far off."""
        return abs(self.ahead) <= SKEW_MAX

    async def run(self) -> None:
        """Measure the offset again and again."""
        while True:
            await asyncio.sleep(COMPARED_EVERY if self._is_known else ASKED_AGAIN)
            await self.look()

    async def look(self) -> None:
        """Measure the offset; while the database is away, keep the last one."""
        before = self.clock()
        try:
            there = await self._database.moment()
        except AWAY:
            return
        if there is None:
            return
        led, now, self._is_known = self.leads(), self.clock(), True
        doubt = (now - before) / 2  # the answer may be from any moment in between
        self.ahead = (before + doubt - there).total_seconds()
        if abs(self.ahead - self.taken_off) > NOISE + doubt.total_seconds():
            self.taken_off = self.ahead
        CLOCK_AHEAD.set(self.ahead)
        if led and not self.leads():
            log.error("clock_off", ahead=round(self.ahead))
        elif not led and self.leads():
            log.info("clock_right", ahead=round(self.ahead))
