"""A job at work: claimed and run once for its period, in the bot’s own name, and what came of it written down."""

from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

import structlog
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.admission import Admission, Machine
from bot.context import Context, Request
from bot.features import Key, Trigger
from bot.replies import Reply, as_list
from bot.schedules import ZONE, find_zones
from bot.writer import Row
from storage import claims, job_runs, people
from storage.job_runs import Result
from storage.people import Person

log = structlog.get_logger()


class Runs:
    """What the clock calls."""

    def __init__(self, triggers: Mapping[Key, Trigger], machine: Machine) -> None:
        self._triggers = triggers
        self._m = machine
        self._admission = Admission(machine)

    async def zones(self) -> Sequence[ZoneInfo]:
        """Where somebody of the register is, and Paris."""
        async with self._m.database.transaction(writes=False) as db:
            return find_zones(await people.zones(db))

    async def run(self, key: Key, period: str, zone: ZoneInfo = ZONE) -> None:
        """Run a job for a period, unless a replica did, or this one must not. Errors are for the scheduler to log."""
        if not self._m.leads():
            log.warning("job_not_run", job=key[1], why="clock_off")
            return
        trigger = self._triggers[key]
        try:
            messages = await (self._write if trigger.writes else self._read)(trigger, period, zone)
        except Exception:
            await self._note_failure(key[1], period)
            raise
        self._m.delivery.hurry(messages)
        self._m.watching.touch(trigger.feature)

    async def _write(self, trigger: Trigger, period: str, zone: ZoneInfo) -> Sequence[Row]:
        """All in one transaction: the claim, what the handler changes, and what it answers."""
        async with self._m.database.transaction() as db:
            if not await claims.claim(db, trigger.key[1], period, self._m.clock()):
                return []
            replies = await trigger.handler(self._context(trigger, zone, db))
            return await self._finish(db, trigger, period, as_list(replies))

    async def _read(self, trigger: Trigger, period: str, zone: ZoneInfo) -> Sequence[Row]:
        """The handler first, which keeps no writer waiting; of two replicas that have read one says what it found."""
        async with self._m.database.transaction(writes=False) as db:
            if await claims.is_taken(db, trigger.key[1], period):
                return []
            replies = await trigger.handler(self._context(trigger, zone, db))
        async with self._m.database.transaction() as db:
            if not await claims.claim(db, trigger.key[1], period, self._m.clock()):
                return []
            return await self._finish(db, trigger, period, as_list(replies))

    def _context(self, trigger: Trigger, zone: ZoneInfo, db: AsyncSession) -> Context:
        """The bot acts for nobody: it has no role that a person could have, and is where the job’s time has come."""
        bot = Person(id="", username="", role=None, timezone=zone.key, since=self._m.clock())
        return self._admission.context(bot, Request("job", trigger.key[1]), db)

    async def _finish(self, db: AsyncSession, trigger: Trigger, period: str, replies: Sequence[Reply]) -> Sequence[Row]:
        name = trigger.key[1]
        await job_runs.note(db, name, period, Result.DONE, self._m.clock())
        return await self._m.delivery.prepare(db, replies, Request("job", name, crowd=True), trigger.feature)

    async def _note_failure(self, name: str, period: str) -> None:
        try:
            async with self._m.database.transaction() as db:
                await job_runs.note(db, name, period, Result.FAILED, self._m.clock())
        except Exception:
            log.warning("job_failure_not_noted", job=name, exc_info=True)
