"""How far the clock of this machine is from the database’s, which replicas share."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from bot.clock import utc_now
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


class ClockSkew:
    """``clock`` is this machine's. Where the database is a file here there is but one clock.

    What replicas write down for each other (leases, what is due when, what came before what) has the time of the
    database's clock, whatever that of their machine: ``corrected`` gives it.
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
        """A clock of this machine, less what it is ahead of the database's."""
        return lambda: clock() - timedelta(seconds=self.taken_off)

    def leads(self) -> bool:
        """Return whether this replica may run jobs, and take what another could do."""
        return abs(self.ahead) <= SKEW_MAX

    async def run(self) -> None:
        """Look, for ever."""
        while True:
            await asyncio.sleep(COMPARED_EVERY if self._is_known else ASKED_AGAIN)
            await self.look()

    async def look(self) -> None:
        """Compare now; while the database is away nothing new is known, and nothing can be taken from it."""
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
