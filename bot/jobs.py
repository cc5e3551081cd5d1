"""The entrance of the clock: scheduled jobs, each run once for its period by whichever replica comes first."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger

from bot.features import Key, Trigger
from bot.metrics import JOBS

log = structlog.get_logger()

ZONE = ZoneInfo("Europe/Paris")
GRACE = timedelta(hours=1)
JOB_RETRIES = (60.0, 300.0, 900.0)
"""Seconds after which a failed job is tried again."""

RunJob = Callable[[Key, str], Awaitable[None]]

# How far to look back for the last time a job was due: the nearest that holds one is enough.
_BACK = tuple(timedelta(hours=h) for h in (1, 24, 8 * 24, 32 * 24, 367 * 24))
DOUBLED_HOUR = datetime(2026, 1, 1, 2, tzinfo=ZONE)
"""When no job may run: an hour that one night a year has twice, and another not at all."""


class Jobs:
    """Calls ``run`` with a job’s key and period; ``run`` claims the period, so that a second call does nothing."""

    def __init__(self, triggers: Mapping[Key, Trigger], run: RunJob, clock: Callable[[], datetime]) -> None:
        self._run = run
        self._clock = clock
        self._schedules = {key: schedule(t.schedule) for key, t in triggers.items() if key[0] == "job"}
        self._scheduler: Any = AsyncIOScheduler(
            timezone=ZONE,
            jobstores={"default": MemoryJobStore()},
            job_defaults={"coalesce": True, "misfire_grace_time": int(GRACE.total_seconds())},
        )
        self._running: set[asyncio.Task[None]] = set()
        self._stopping = asyncio.Event()

    @property
    def is_idle(self) -> bool:
        """Whether no job runs, nor waits to be tried again."""
        return not self._running

    async def start(self) -> None:
        """Wait for the times to come, and make up for those that passed while nobody was here."""
        for key, trigger in self._schedules.items():
            self._scheduler.add_job(self._begin, trigger, args=(key,), id=key[1])
            await self._begin(key)
        self._scheduler.start()

    async def stop(self, seconds: float = 3.0) -> None:
        """Begin nothing more, and let what runs end."""
        self._stopping.set()
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
        if self._running:
            _, late = await asyncio.wait(self._running, timeout=seconds)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _begin(self, key: Key) -> None:
        # A task of our own: the scheduler would cancel its own at the end.
        due = last_due(self._schedules[key], self._clock())
        if due is None or self._stopping.is_set():
            return
        task = asyncio.create_task(self._run_until_done(key, period_of(due)))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _run_until_done(self, key: Key, period: str) -> None:
        for pause in (*JOB_RETRIES, None):
            try:
                await self._run(key, period)
            except Exception:
                JOBS.labels(key[1], "failed").inc()
                log.exception("job_failed", job=key[1], period=period)
            else:
                JOBS.labels(key[1], "done").inc()
                return
            if pause is None or await self._stops_within(pause):
                return

    async def _stops_within(self, seconds: float) -> bool:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)
        return self._stopping.is_set()


def schedule(text: str) -> Any:
    """The cron trigger of « day_of_week=mon hour=9 minute=0 », Paris time.

    Raises ValueError for what makes no sense, and for the hour after two o’clock, which one night a year has twice
    and another not at all.
    """
    pairs = (part.partition("=") for part in text.split())
    try:
        trigger = CronTrigger(timezone=ZONE, **{name: value for name, _, value in pairs})
    except TypeError as error:
        raise ValueError(f"not a schedule: {text}") from error
    hours = next(field for field in trigger.fields if field.name == "hour")
    if hours.get_next_value(DOUBLED_HOUR) == DOUBLED_HOUR.hour:
        raise ValueError(f"no job between 02:00 and 03:00: {text}")
    return trigger


def last_due(trigger: Any, now: datetime) -> datetime | None:
    """The latest time at or before now that a job was due; None when there was none for a year."""
    for back in _BACK:
        latest, following = None, trigger.get_next_fire_time(None, now - back)
        while following is not None and following <= now:
            latest, following = following, trigger.get_next_fire_time(following, following + timedelta(microseconds=1))
        if latest is not None:
            return latest  # type: ignore[no-any-return]
    return None


def period_of(due: datetime) -> str:
    """The name of the period that begins when a job is due: the same on every replica."""
    return due.astimezone(ZONE).strftime("%Y-%m-%dT%H:%M:%S")
