"""Figures for /metrics that are read from the tables once a minute: what waits to leave, which jobs are late, and what
features count. Each replica reads the same; nothing is read when Prometheus asks."""

import asyncio
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import structlog
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.job_runner import MISSED_MAX, Schedule
from bot.metrics import DISK_FREE, DISK_SIZE, FIGURES_READ, JOB_LATE, OUTBOX_AGE, OUTBOX_STORED
from bot.options import FiguresHook
from config.time import PARIS
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
        self._due: dict[str, tuple[datetime | None, list[datetime]]] = {}
        """When each job is due next, and when it was before: to find out takes milliseconds for some."""
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
        coming, times = self._due.get(name, (now, []))
        if coming is not None and coming <= now:
            await asyncio.sleep(0)  # others are answered in between
            times = list(_recently_due(self._schedules[name], now))
            self._due[name] = self._schedules[name].next_due(now), times
        return times


def _recently_due(schedule: Schedule, now: datetime) -> Iterator[datetime]:
    """When a job was due, the latest first, each time once; not what is too old to be made up for."""
    before = None
    for back in LOOKS_BACK:
        due = schedule.last_due(now - back, PARIS)
        if due is None or now - due > MISSED_MAX:
            return
        if due != before:
            yield due
        before = due


async def set_outbox(db: AsyncSession, now: datetime) -> None:
    """How much waits to leave, and for how long: not what is for later, nor what Mattermost refused and rests."""
    for desk, share in (("people", outbox.PEOPLE), ("crowd", outbox.CROWD)):
        count, oldest = await outbox.measure(db, share, now)
        OUTBOX_STORED.labels(desk).set(count)
        OUTBOX_AGE.labels(desk).set((now - oldest).total_seconds() if oldest else 0)


def watch_disk(folder: Path) -> None:
    """From now on /metrics tells how much room there is where the data folder is."""
    DISK_FREE.set_function(lambda: shutil.disk_usage(folder).free)
    DISK_SIZE.set_function(lambda: shutil.disk_usage(folder).total)
