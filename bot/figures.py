"""Figures of /metrics that come from the database, read once a minute: the outbox, late jobs, and features’ counts.
Every replica reads the same; a scrape by Prometheus reads nothing."""

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
from storage.outbox import queue

log = structlog.get_logger()

FIRST_AFTER, READ_EVERY = 5.0, 60.0
"""Seconds after the start, and between two readings."""
LOOKS_BACK = (timedelta(0), timedelta(minutes=30), timedelta(hours=6), timedelta(days=1))
"""How long ago a job was due at the latest, to know since when it has not run; what is seldom due is the same each
time."""


class FigureReader:
    """Reads the figures. ``schedules`` are those of the jobs, ``hooks`` the features’ counters."""

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
        """Read the figures, for ever."""
        await asyncio.sleep(FIRST_AFTER)
        while True:
            await self.read()
            await asyncio.sleep(READ_EVERY)

    async def read(self) -> None:
        """Read the figures. If the database is away they keep their values and their time."""
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
        """Set how late each job is: the time since it was last due, and since earlier due times if it missed those
        too."""
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
    """The recent due times of a job and its next one, kept up to date, since computing one takes long (0.3 ms, and up
    to twelve an hour)."""

    def __init__(self, schedule: Schedule, now: datetime) -> None:
        self._schedule = schedule
        found = list[datetime]()
        for then in (now - back for back in LOOKS_BACK):
            if not found or found[-1] > then:  # else that was the last one then, too
                found += filter(None, [schedule.last_due(then)])
        self._past = found[::-1]
        self._coming = schedule.next_due(now)

    def reaches(self, now: datetime) -> bool:
        """Return whether the known due times reach up to that time; not if the clock was set back, or after a long
        pause."""
        since = self._past[-1] if self._past else now
        return since <= now and (self._coming is None or now - self._coming < LOOKS_BACK[-1])

    def recent(self, now: datetime) -> Sequence[datetime]:
        """Return when the job was last due before each time in ``LOOKS_BACK``, newest first and without repetition;
        times too old to be made up for are left out."""
        while self._coming is not None and self._coming <= now:
            self._past.append(self._coming)
            self._coming = self._schedule.next_due(self._coming)
        places = [bisect_right(self._past, now - back) for back in LOOKS_BACK]
        times = dict.fromkeys(self._past[place - 1] for place in places if place)
        del self._past[: max(places[-1] - 1, 0)]
        return [due for due in times if now - due <= MISSED_MAX]


async def set_outbox(db: AsyncSession, now: datetime) -> None:
    """Set how many messages wait and for how long, without those for later and those that Mattermost refused."""
    for desk, share in (("people", queue.PEOPLE), ("crowd", queue.CROWD)):
        count, oldest = await outbox.measure(db, share, now)
        OUTBOX_STORED.labels(desk).set(count)
        OUTBOX_AGE.labels(desk).set((now - oldest).total_seconds() if oldest else 0)


def watch_disk(folder: Path) -> None:
    """Set the gauge of the free space of the data folder, from now on."""
    DISK_FREE.set_function(lambda: shutil.disk_usage(folder).free)
    DISK_SIZE.set_function(lambda: shutil.disk_usage(folder).total)
