"""Scheduled jobs: when each is due, and its single run per period by whichever replica comes first."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import structlog
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.admission import Admission, HandlerDependencies
from bot.context import Context, Request
from bot.features import Key, Trigger
from bot.metrics import JOBS
from bot.outbox_rows import Row
from bot.people import make_nobody
from bot.replies import Reply, as_list
from bot.retries import SKEW_MAX
from bot.tasks import cancel_all, wait_at_most
from config.time import PARIS
from storage import claims, people
from storage.claims import JobResult

DOUBLED_HOUR = datetime(2026, 1, 1, 2, tzinfo=PARIS)
"""When no job may run: an hour that one night a year has twice, and another not at all."""
EACH_HOUR = "0-1,3-23"
"""The hours in which a job of each hour runs: all but that one."""
QUARTER = 15
"""Minutes: what all zones of today are apart from UTC by a multiple of."""

# How far to look back for the last time a job was due: the nearest that holds one is enough.
_BACK = tuple(timedelta(hours=h) for h in (1, 24, 8 * 24, 32 * 24, 367 * 24))
_SOON = timedelta(microseconds=1)


class Schedule:
    """A schedule such as « day_of_week=mon hour=9 minute=0 »; minutes alone (« minute=*/5 ») apply to every hour in
    which jobs may run.

    Raises ValueError for a faulty one, and for an hour that a night may have twice or not at all. Where the clocks
    change at another hour, the local time names the period, so the job runs once.
    """

    def __init__(self, text: str, *, local: bool = False) -> None:
        self.is_local = local
        fields = {name: value for name, _, value in (part.partition("=") for part in text.split())}
        self._fields = {"hour": EACH_HOUR} | fields if fields.keys() == {"minute"} else fields
        self._triggers: dict[str, Any] = {}
        try:
            hours = _field(self._in(PARIS), "hour")
        except TypeError as error:
            raise ValueError(f"not a schedule: {text}") from error
        if hours.get_next_value(DOUBLED_HOUR) == DOUBLED_HOUR.hour:
            raise ValueError(f"no job between 02:00 and 03:00: {text}")

    @property
    def looks(self) -> Any:
        """The APScheduler trigger of the moments at which the job may be due in some time zone."""
        if not self.is_local:
            return self._in(PARIS)
        minutes = _field(self._in(PARIS), "minute")
        hour = (DOUBLED_HOUR.replace(minute=minute) for minute in range(60))
        own = (at.minute for at in hour if minutes.get_next_value(at) == at.minute)
        some = {(minute + apart) % 60 for minute in own for apart in range(0, 60, QUARTER)}
        return CronTrigger(minute=",".join(map(str, sorted(some))), timezone=UTC)

    def last_due(self, now: datetime, zone: ZoneInfo = PARIS) -> datetime | None:
        """Return when it was last due at or before ``now``; None if not within a year."""
        trigger = self._in(zone)
        for back in _BACK:
            first = trigger.get_next_fire_time(None, now - back)
            if first is not None and first <= now:
                return _find_last(trigger, first, now)
        return None

    def next_due(self, now: datetime, zone: ZoneInfo = PARIS) -> datetime | None:
        """Return the first time after now at which it is due; None if it never is again."""
        return self._in(zone).get_next_fire_time(None, now + _SOON)  # type: ignore[no-any-return]

    def period_of(self, due: datetime, zone: ZoneInfo = PARIS) -> str:
        """Return the name of the period that begins at a due time, the same on every replica."""
        name = due.astimezone(zone).strftime("%Y-%m-%dT%H:%M:%S")
        return f"{name}@{zone.key}" if self.is_local else name

    def _in(self, zone: ZoneInfo) -> Any:
        if zone.key not in self._triggers:
            self._triggers[zone.key] = CronTrigger(timezone=zone, **self._fields)
        return self._triggers[zone.key]


def _find_last(trigger: Any, due: datetime, now: datetime) -> datetime:
    """Find the last time that a trigger is due until ``now``, from an earlier one on: by halving, as there may be
    hundreds."""
    end = now
    while (following := trigger.get_next_fire_time(due, due + _SOON)) is not None and following <= now:
        middle = due + (end - due) / 2
        later = trigger.get_next_fire_time(None, middle)
        if later is not None and later <= now:
            due = later
        else:
            due, end = following, middle
    return due


def find_zones(names: Iterable[str]) -> list[ZoneInfo]:
    """Return Paris and the time zones of these names, without unknown ones."""
    found = {PARIS.key: PARIS}
    for name in names:
        try:
            found.setdefault(name, ZoneInfo(name))
        except (ZoneInfoNotFoundError, ValueError, OSError):
            continue
    return list(found.values())


def _field(trigger: Any, name: str) -> Any:
    return next(field for field in trigger.fields if field.name == name)


log = structlog.get_logger()

GRACE = timedelta(hours=1)
JOB_RETRIES = (60.0, 300.0, 900.0)
"""Seconds after which a failed job is tried again."""
AT_ONCE = 3
"""How many jobs run side by side: some sixty are late where the bot starts for the first time, or after a night, and
whoever writes to a file of SQLite waits for other writers."""
MISSED_MAX = timedelta(days=40)
"""How old a time that passed while nobody was here may be, to be made up for: claims are remembered for longer."""

RunJob = Callable[[Key, str, ZoneInfo], Awaitable[None]]
Zones = Callable[[], Awaitable[Sequence[ZoneInfo]]]


class JobScheduler:
    """Calls ``run`` with a job’s key, period and zone; ``run`` claims the period, so that a second call does nothing.
    ``zones`` returns the zones of local jobs; ``early`` is by how many seconds this machine’s clock wakes before
    ``clock``."""

    def __init__(
        self,
        triggers: Mapping[Key, Trigger],
        run: RunJob,
        zones: Zones,
        clock: Callable[[], datetime],
        early: Callable[[], float] = lambda: 0.0,
    ) -> None:
        self._run = run
        self._zones = zones
        self._clock, self._early = clock, early
        self.schedules = {
            key[1]: Schedule(trigger.schedule, local=trigger.local)
            for key, trigger in triggers.items()
            if key[0] == "job"
        }
        self._looked: dict[Key, datetime] = {}
        self.missed_max = MISSED_MAX
        """How old what is made up for at the start may be."""
        self._scheduler: Any = AsyncIOScheduler(
            timezone=PARIS,
            jobstores={"default": MemoryJobStore()},
            job_defaults={"coalesce": True, "misfire_grace_time": int(GRACE.total_seconds())},
        )
        self._running: set[asyncio.Task[None]] = set()
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._stopping = asyncio.Event()

    @property
    def is_idle(self) -> bool:
        """Whether no job runs or waits for another try."""
        return not self._running

    async def start(self) -> None:
        """Schedule the jobs, and run those that were missed while no replica ran."""
        for name, schedule in self.schedules.items():
            key: Key = "job", name
            self._scheduler.add_job(self._ring, schedule.looks, args=(key,), id=name)
            await self.look(key)
            await asyncio.sleep(0)  # to find out what came due takes a while, and people ask already
        self._scheduler.start()

    async def stop(self, seconds: float = 3.0) -> None:
        """Start nothing more, and let running jobs finish."""
        self._stopping.set()
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
        if self._running:
            _, late = await asyncio.wait(self._running, timeout=seconds)
            await cancel_all(late)

    async def _ring(self, key: Key) -> None:
        """Handle a wake-up for a job by this machine’s clock. If that clock is wrong, no job runs."""
        await asyncio.sleep(min(max(self._early(), 0.0), SKEW_MAX))
        await self.look(key)

    async def look(self, key: Key) -> None:
        """Start what came due since the last look."""
        # Tasks of our own: the scheduler would cancel its own at the end.
        if self.schedules[key[1]].is_local:
            self._begin(self._look_around(key))
        else:
            self._run_due(key, [PARIS])

    async def _look_around(self, key: Key) -> None:
        try:
            zones = await self._zones()
        except Exception:
            # The next look goes back to the one before.
            log.warning("zones_unreadable", job=key[1], exc_info=True)
        else:
            self._run_due(key, zones)

    def _run_due(self, key: Key, zones: Sequence[ZoneInfo]) -> None:
        """Start what came due since the last look; in a new zone, only what is due from now on."""
        schedule, now = self.schedules[key[1]], self._clock()
        since = min(self._looked.get(key, now - self.missed_max), now)
        self._looked[key] = now
        for zone in zones if since < now else ():
            due = schedule.last_due(now, zone)
            if due is not None and due > since:
                self._begin(self._run_until_done(key, schedule.period_of(due, zone), zone))

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        if self._stopping.is_set():
            work.close()
            return
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _run_until_done(self, key: Key, period: str, zone: ZoneInfo) -> None:
        for pause in (*JOB_RETRIES, None):
            try:
                await self._run_in_turn(key, period, zone)
            except Exception:
                JOBS.labels(key[1], "failed").inc()
                log.exception("job_failed", job=key[1], period=period)
            else:
                JOBS.labels(key[1], "done").inc()
                return
            if pause is None or await wait_at_most(self._stopping, pause):
                return

    async def _run_in_turn(self, key: Key, period: str, zone: ZoneInfo) -> None:
        async with self._turns:
            if not self._stopping.is_set():
                await self._run(key, period, zone)


class JobRunner:
    """Runs jobs."""

    def __init__(self, triggers: Mapping[Key, Trigger], dependencies: HandlerDependencies) -> None:
        self._triggers = triggers
        self._d = dependencies
        self._admission = Admission(dependencies)

    async def zones(self) -> Sequence[ZoneInfo]:
        """Return Paris and the time zones of the people in the register."""
        async with self._d.database.transaction(writes=False) as db:
            return find_zones(await people.zones(db))

    async def run(self, key: Key, period: str, zone: ZoneInfo = PARIS) -> None:
        """Run a job for a period, unless another replica did or this one may not. Errors are left to the scheduler."""
        if not self._d.leads():
            log.warning("job_not_run", job=key[1], why="clock_off")
            return
        trigger = self._triggers[key]
        try:
            messages = await (self._write if trigger.writes else self._read)(trigger, period, zone)
        except Exception:
            await self._note_failure(key[1], period)
            raise
        self._d.delivery.deliver_now(messages)
        self._d.watchlist.touch(trigger.feature)

    async def _write(self, trigger: Trigger, period: str, zone: ZoneInfo) -> Sequence[Row]:
        """Write in one transaction the claim, the handler’s changes, and its replies."""
        async with self._d.database.transaction() as db:
            if not await claims.claim(db, trigger.key[1], period, self._d.clock()):
                return []
            replies = await trigger.handler(self._context(trigger, zone, db))
            return await self._finish(db, trigger, period, as_list(replies))

    async def _read(self, trigger: Trigger, period: str, zone: ZoneInfo) -> Sequence[Row]:
        """Run a reading handler first, so that no writer waits; of two replicas that did so, one claims the period and
        replies."""
        async with self._d.database.transaction(writes=False) as db:
            if await claims.is_taken(db, trigger.key[1], period):
                return []
            replies = await trigger.handler(self._context(trigger, zone, db))
        async with self._d.database.transaction() as db:
            if not await claims.claim(db, trigger.key[1], period, self._d.clock()):
                return []
            return await self._finish(db, trigger, period, as_list(replies))

    def _context(self, trigger: Trigger, zone: ZoneInfo, db: AsyncSession) -> Context:
        """Make the context of a job, which acts for nobody and so has no role, in the job’s time zone."""
        return self._admission.context(make_nobody(zone), Request("job", trigger.key[1]), db, writes=trigger.writes)

    async def _finish(self, db: AsyncSession, trigger: Trigger, period: str, replies: Sequence[Reply]) -> Sequence[Row]:
        name = trigger.key[1]
        await claims.note_run(db, name, period, JobResult.DONE, self._d.clock())
        return await self._d.delivery.prepare(db, replies, Request("job", name, crowd=True), trigger.feature)

    async def _note_failure(self, name: str, period: str) -> None:
        try:
            async with self._d.database.transaction() as db:
                await claims.note_run(db, name, period, JobResult.FAILED, self._d.clock())
        except Exception:
            log.warning("job_failure_not_noted", job=name, exc_info=True)
