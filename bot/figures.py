"""Figures for /metrics that are read from the tables once a minute: what waits to leave, which jobs are late, and what
features count. Each replica reads the same; nothing is read when Prometheus asks."""

import asyncio
import shutil
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import structlog
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.job_runner import MISSED_MAX, Schedule
from bot.metrics import DISK_FREE, DISK_SIZE, FIGURES_READ, JOB_LATE, OUTBOX_AGE, OUTBOX_STORED
from bot.options import FiguresHook
from storage import claims, outbox
from storage.database import Database

log = structlog.get_logger()

FIRST_AFTER, READ_EVERY = 5.0, 60.0
"""Seconds after the start, and between two readings."""
LOOKS_BACK = (timedelta(0), timedelta(minutes=30), timedelta(hours=6), timedelta(days=1))
"""How long ago a job was due at the latest, to know since when it has not run; what is seldom due is the same each
time."""


class FigureReader:
    """``run`` reads, for ever; ``read`` once. ``schedules`` are those of the jobs, ``hooks`` the features’."""

    def __init__(
        self,
        database: Database,
        schedules: Mapping[str, Schedule],
        hooks: Sequence[FiguresHook],
        clock: Callable[[], datetime],
    ) -> None:
        self._database, self._schedules, self._clock = database, schedules, clock
        self._due: dict[str, DueTimes] = {}
        self._hooks: Sequence[FiguresHook] = (set_outbox, self.set_jobs, *hooks)

    async def run(self) -> None:
        """Read, for ever."""
        await asyncio.sleep(FIRST_AFTER)
        while True:
            await self.read()
            await asyncio.sleep(READ_EVERY)

    async def read(self) -> None:
        """Read now. While the database is away the figures stay as they were, and so does when they were read."""
        now = self._clock()
        try:
            for hook in self._hooks:
                async with self._database.transaction(writes=False) as db:
                    await hook(db, now)
        except Exception as problem:
            log.warning("figures_not_read", exc_info=problem)
        else:
            FIGURES_READ.set(now.timestamp())

    async def set_jobs(self, db: AsyncSession, now: datetime) -> None:
        """How late each job is: since it was due the last time, and the times before, if it did not run for these."""
        due = {name: await self._recently_due(name, now) for name in self._schedules}
        periods = {name: [self._schedules[name].period_of(at) for at in times] for name, times in due.items()}
        wanted = [(name, period) for name, of_job in periods.items() for period in of_job]
        taken = await claims.find_taken(db, wanted)
        for name, times in due.items():
            late = 0.0
            for at, period in zip(times, periods[name], strict=True):
                if (name, period) in taken:
                    break
                late = (now - at).total_seconds()
            JOB_LATE.labels(name).set(late)

    async def _recently_due(self, name: str, now: datetime) -> Sequence[datetime]:
        due = self._due.get(name)
        if due is None or not due.reaches(now):
            await asyncio.sleep(0)  # others are answered in between
            due = self._due[name] = DueTimes(self._schedules[name], now)
        return due.recent(now)


class DueTimes:
    """When a job was due lately, and is due next: worked out once, and carried along as time goes on, since the walk
    from one time to the next is what takes long (0.3 ms each, and twelve in an hour for some)."""

    def __init__(self, schedule: Schedule, now: datetime) -> None:
        self._schedule = schedule
        found = (schedule.last_due(now - back) for back in LOOKS_BACK)
        self._past = sorted({due for due in found if due})
        self._coming = schedule.next_due(now)

    def reaches(self, now: datetime) -> bool:
        """Return whether what is known leads to that time: not if the clock was set back, or nobody asked for long."""
        since = self._past[-1] if self._past else now
        return since <= now and (self._coming is None or now - self._coming < LOOKS_BACK[-1])

    def recent(self, now: datetime) -> Sequence[datetime]:
        """List when a job was due the last time before each of ``LOOKS_BACK``, the latest first, each once; what is too
        old to be made up for is left out."""
        while self._coming is not None and self._coming <= now:
            self._past.append(self._coming)
            self._coming = self._schedule.next_due(self._coming)
        places = [bisect_right(self._past, now - back) for back in LOOKS_BACK]
        times = dict.fromkeys(self._past[place - 1] for place in places if place)
        del self._past[: max(places[-1] - 1, 0)]
        return [due for due in times if now - due <= MISSED_MAX]


async def set_outbox(db: AsyncSession, now: datetime) -> None:
    """How much waits to leave, and for how long: not what is for later, nor what Mattermost refused and rests."""
    for desk, share in (("people", outbox.PEOPLE), ("crowd", outbox.CROWD)):
        count, oldest = await outbox.measure(db, share, now)
        OUTBOX_STORED.labels(desk).set(count)
        OUTBOX_AGE.labels(desk).set((now - oldest).total_seconds() if oldest else 0)


def watch_disk(folder: Path) -> None:
    """Have /metrics tell from now on how much room there is where the data folder is."""
    DISK_FREE.set_function(lambda: shutil.disk_usage(folder).free)
    DISK_SIZE.set_function(lambda: shutil.disk_usage(folder).total)
