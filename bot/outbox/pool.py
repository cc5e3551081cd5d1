"""One class of messages, people’s or a crowd’s: taken from the table, held in order, brought to Mattermost."""

import asyncio
from collections.abc import Coroutine, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass

import structlog

from bot import retries
from bot.outbox.attempts import AttemptOutcome, Attempts, OutboxDependencies
from bot.outbox.lanes import Backlog, Lane, Lanes, LeasedMessage, is_leased, lease_written
from bot.retries import PollerPauses, TablePoller, wait_before_look
from bot.tasks import cancel_all
from storage.outbox import Outgoing, Share

log = structlog.get_logger()

TAKEN_AT_ONCE = 100
BETWEEN_LOOKS = 0.2
"""Seconds between two looks at least."""
AT_OTHERS = 0.5
"""Seconds until the next look when all that is due is for whom another replica is at, or its mark is on its way."""
LETTERS_MAX = 400
"""How many messages of a class wait in memory at most; the others wait in the table."""
LONG_AT_ONCE = 2
"""How many messages that take long (files) are on their way at once, beside the workers."""


@dataclass(frozen=True, slots=True)
class PoolSettings:
    """How a class is served: by so many workers; more is taken from the table once so few are left in memory.

    ``courtesy``: seconds a message waits at most for what comes before it.
    """

    is_crowd: bool
    workers: int
    refill: int
    courtesy: float


PEOPLE = PoolSettings(is_crowd=False, workers=4, refill=TAKEN_AT_ONCE - 1, courtesy=0.1)
"""Accepting a report comes before its receipt."""
CROWD = PoolSettings(is_crowd=True, workers=2, refill=TAKEN_AT_ONCE // 2, courtesy=1.0)
"""Each message gives way to people’s, but if there is no end of those, a few a second leave all the same."""


class WorkerPool:
    """``before`` is the pool whose messages go first."""

    def __init__(
        self, settings: PoolSettings, dependencies: OutboxDependencies, before: "WorkerPool | None" = None
    ) -> None:
        self._settings = settings
        self._d = dependencies
        self._before = before
        self._lanes = Lanes()
        self._attempts = Attempts(dependencies, is_crowd=settings.is_crowd, is_here=self._lanes.has)
        self._backlog = Backlog()
        self._long = asyncio.Semaphore(LONG_AT_ONCE)
        self._returns = 0
        """How often messages went back behind one that failed: what was being taken then follows them."""
        self._bringing: asyncio.Task[int] | None = None
        self._draining = False
        self._poller = TablePoller("outbox", self._look, PollerPauses(BETWEEN_LOOKS, dependencies.first))
        self.call = self._poller.call
        """Set when the table is worth a look: something came back to it, or there is room in memory."""
        self.tasks: set[asyncio.Task[None]] = set()

    @property
    def is_open(self) -> bool:
        """Whether Mattermost takes messages, as far as is known."""
        return self._attempts.gate.is_open

    @property
    def waiting(self) -> int:
        """How many messages this process has of which Mattermost has none."""
        return len(self._lanes) + len(self._backlog)

    async def start(self) -> None:
        """Begin to deliver, with what an earlier run left."""
        if not self._settings.is_crowd:  # of a crowd nothing passes what is in the table
            self._backlog.found(await self._d.rows.waiting())
        self.tasks = {asyncio.create_task(work) for work in (self._poller.run(), *self._workers())}

    def deliver_now(self, messages: Iterable[Outgoing]) -> None:
        """Deliver at once what was just committed, if its time has come."""
        now = self._d.clock()
        for message in messages:
            if not is_leased(message):
                self.call.set()
                continue
            letter = lease_written(message, now)
            if self._may_leave(letter):
                self._lanes.put(letter)
            else:
                self._backlog.add([letter])
                self.call.set()

    def _may_leave(self, letter: LeasedMessage) -> bool:
        """Whether a new message need not wait in the table: for the gate, for memory, or behind others of its lane."""
        if not self.is_open or self._draining or len(self._lanes) >= LETTERS_MAX or self._lanes.is_full(letter.target):
            return False
        return not self._backlog.holds(letter.target) and not self._attempts.doubts.rests(letter.target)

    async def quiet(self, seconds: float) -> None:
        """Wait until nothing is left in memory, but no longer than that."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._lanes.empty()

    async def drain(self, seconds: float) -> None:
        """Stop: finish what can be within so many seconds (of a crowd’s what is on its way only)."""
        self._draining = True
        if self._settings.is_crowd:
            self._backlog.add(self._lanes.clear())
        await self.quiet(seconds)
        await cancel_all(self.tasks)
        await asyncio.gather(*filter(None, [self._bringing]), return_exceptions=True)

    async def give_back(self) -> None:
        """Leave what is unfinished to whoever comes next."""
        self._backlog.add(self._lanes.all())
        with suppress(Exception):  # the leases end by themselves
            await self._release()

    def _workers(self) -> list[Coroutine[None, None, None]]:
        return [self._work() for _ in range(self._settings.workers)]

    async def _work(self) -> None:
        while True:
            lane, letter = await self._lanes.next()
            if letter.takes_long:
                task = asyncio.create_task(self._take_long(lane, letter))
                self.tasks.add(task)
                task.add_done_callback(self.tasks.discard)
            else:
                await self._attend(lane, letter)

    async def _take_long(self, lane: Lane, letter: LeasedMessage) -> None:
        """What takes long keeps no worker from the others; its lane waits for it."""
        async with self._long:
            await self._attend(lane, letter)

    async def _attend(self, lane: Lane, letter: LeasedMessage) -> None:
        await self._d.traffic.wait_until_idle(self._settings.courtesy)
        if self._before:
            await self._before.quiet(self._settings.courtesy)
        if self._settings.is_crowd:
            await self._d.budget.take()
        try:
            await self._deliver(lane, letter)
        except Exception:
            # The database, most likely: the message is due again when its lease ends.
            log.warning("outbox_broken", attempts=letter.message.attempts, exc_info=True)
        self._lanes.done(lane)
        is_empty = not self._lanes.holds(lane)
        if (is_empty and (not self._lanes or self._backlog.holds(lane))) or len(self._lanes) == self._settings.refill:
            self.call.set()

    async def _deliver(self, lane: Lane, letter: LeasedMessage) -> None:
        verdict = await self._attempts.deliver(letter)
        waits = verdict.outcome is not AttemptOutcome.SETTLED
        if waits:
            # Behind the gate everything waits, behind one message only what is for the same target.
            lanes = () if verdict.outcome is AttemptOutcome.AWAY else (lane,)
            self._put_back(self._lanes.clear(*lanes))
        if verdict.fault:
            await self._d.rows.failed(letter.message, verdict.fault, verdict.next_try, verdict.news)
            if verdict.next_try is None:
                self._d.news.set()
        if waits:
            # What came for the same target while that was noted waits behind it as well.
            self._put_back(self._lanes.clear(lane))
            if verdict.fault:
                self._backlog.returned(letter)
            else:
                self._backlog.add([letter])
            self.call.set()

    def _put_back(self, letters: Sequence[LeasedMessage]) -> None:
        self._returns += 1
        self._backlog.add(letters)

    async def _look(self) -> float:
        """Take what is due from the table; the seconds until the next look."""
        gate = self._attempts.gate
        if (wait := wait_before_look(gate, self._d.leads)) > 0:
            return wait
        if not gate.is_open and not await self._attempts.is_back():
            return gate.wait()
        if gate.is_open and len(self._lanes) > self._settings.refill:
            return retries.LOOK_ANYWAY  # a worker calls when it is done
        room = (TAKEN_AT_ONCE if gate.is_open else 1) - len(self._lanes)
        if room <= 0:
            return retries.LOOK_ANYWAY
        await self._release()
        return await self._take(room)

    async def _take(self, room: int) -> float:
        """Bring so many messages into memory; the seconds until the next look."""
        doubts = self._attempts.doubts
        rested_in = doubts.wait(retries.LOOK_ANYWAY)
        # A message that the server failed at is no probe: it would fail again.
        at_work = self._lanes.targets() if self._settings.is_crowd else self._lanes.full()
        but_of = [*at_work, *(doubts.resting() if self.is_open else doubts.all())]
        returns = self._returns
        due_in = await self._d.rows.due_in(Share(self._settings.is_crowd, but_of))
        if due_in == 0.0:
            # To its end, though this look be cut off: what is leased must be in the lanes, to be given back.
            self._bringing = asyncio.create_task(self._bring(room, but_of))
            if await asyncio.shield(self._bringing):
                return 0.0
            due_in = AT_OTHERS
        elif returns == self._returns:
            self._backlog.all_taken(but_of)
        if self._attempts.note_answer():  # it answers, and nothing is there to probe with
            return 0.0
        return min(due_in or retries.LOOK_ANYWAY, rested_in)

    async def _bring(self, room: int, but_of: Sequence[str]) -> int:
        returns = self._returns
        letters = await self._d.rows.take(room, Share(self._settings.is_crowd, but_of))
        is_late = returns != self._returns
        for letter in letters:
            self._backlog.taken(letter)
            if is_late:
                self._backlog.add([letter])
            elif letter.message.id not in self._d.marks:
                self._lanes.put(letter)
        if len(letters) < room and not is_late:
            self._backlog.all_taken(but_of)
        return len(letters)

    async def _release(self) -> None:
        if ids := self._backlog.oldest(10 * TAKEN_AT_ONCE):
            await self._d.rows.release(ids)
            self._backlog.released(ids)
