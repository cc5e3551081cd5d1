"""The worker that brings the messages of the outbox to Mattermost: at once, in order, as long as it takes, once."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime

import structlog

from bot.mattermost import Chat
from bot.metrics import OUTBOX_OPEN, OUTBOX_WAITING
from bot.outbox.backlog import Backlog
from bot.outbox.lanes import Lane, Lanes
from bot.outbox.letters import Letter, written
from bot.outbox.marks import Marks
from bot.outbox.rows import Rows
from bot.outbox.tries import Outcome, Tries
from bot.traffic import Traffic
from storage.database import Database
from storage.outbox import Outgoing, Where

log = structlog.get_logger()

DELIVERED_AT_ONCE = 4
COURTESY = 0.1
"""Seconds a message waits at most for the requests under way: accepting a report comes before its receipt."""
TAKEN_AT_ONCE = 100
LOOK_ANYWAY = 30.0
"""Seconds after which the table is looked at anyway: another replica may have died at its work."""
BETWEEN_LOOKS = 0.2
"""Seconds between two looks at least."""
LETTERS_MAX = 400
"""How many messages wait in memory at most; the others wait in the table."""


class Outbox:
    """``hurry`` with what was just committed; what is left from before is found by itself.

    ``first`` is the first pause in seconds after Mattermost did not answer; ``traffic`` tells of the requests
    that come before.
    """

    def __init__(
        self,
        database: Database,
        chat: Chat,
        clock: Callable[[], datetime],
        *,
        first: float = 1.0,
        traffic: Traffic | None = None,
    ) -> None:
        self._traffic = traffic or Traffic()
        self._rows = Rows(database, clock)
        self._one_process = database.is_sqlite
        self._chat = chat
        self._clock = clock
        self._first = first
        self._lanes = Lanes()
        self._marks = Marks(self._rows)
        self._tries = Tries(chat, self._rows, self._marks, clock, first)
        self._backlog = Backlog()
        self._tasks: list[asyncio.Task[None]] = []
        self._bringing: asyncio.Task[int] | None = None
        self._draining = False
        self.wake = asyncio.Event()
        """Set when the table is worth a look: something came back to it, or there is room in memory."""
        self.ordered = asyncio.Event()
        """Set when files were ordered: they are made elsewhere (bot/orders)."""

    @property
    def is_open(self) -> bool:
        """Whether Mattermost takes messages, as far as is known."""
        return self._tries.gate.is_open

    async def start(self) -> None:
        """Begin to deliver, with what an earlier run left."""
        if self._one_process:
            await self._rows.release_all()
        self._backlog.found(await self._rows.waiting())
        loops = [self._watch(), self._marks.run(), *(self._work() for _ in range(DELIVERED_AT_ONCE))]
        self._tasks = [asyncio.create_task(loop) for loop in loops]
        OUTBOX_OPEN.set(1)

    def hurry(self, messages: Sequence[Outgoing]) -> None:
        """Deliver at once what was just committed, with ``not_before`` a whole LEASE ahead of ``created_at``."""
        if any(m.where is Where.FILE for m in messages):
            self.ordered.set()
            messages = [m for m in messages if m.where is not Where.FILE]
        now = self._clock()
        for letter in (written(message, now) for message in messages):
            if self._may_leave(letter):
                self._lanes.put(letter)
            else:
                self._backlog.add([letter])
                self.wake.set()
        self._count()

    def _may_leave(self, letter: Letter) -> bool:
        """Whether a new message need not wait in the table: for the gate, for memory, or behind others of its lane."""
        if not self.is_open or self._draining or len(self._lanes) >= LETTERS_MAX or self._lanes.is_full(letter):
            return False
        return not self._backlog.holds(letter.target) and not self._tries.doubts.rests(letter.target)

    async def drain(self, seconds: float = 3.0) -> None:
        """Stop: finish what can be within so many seconds, and leave the rest to whoever comes next."""
        self._draining = True
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._lanes.empty()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.gather(*filter(None, [self._bringing]), return_exceptions=True)
        await self._rows.wait()
        await self._marks.flush()
        self._backlog.add(self._lanes.all())
        with suppress(Exception):  # the leases end by themselves
            await self._release()

    async def _work(self) -> None:
        while True:
            lane = await self._lanes.next()
            while letter := self._lanes.head(lane):
                await self._traffic.lull(COURTESY)
                try:
                    await self._deliver(lane, letter)
                except Exception:
                    # The database, most likely: the message is due again when its lease ends.
                    log.warning("outbox_broken", attempts=letter.message.attempts, exc_info=True)
                self._lanes.done(lane)
            if not self._lanes or self._backlog.holds(lane[1]):
                self.wake.set()
            self._count()

    async def _deliver(self, lane: Lane, letter: Letter) -> None:
        verdict = await self._tries.deliver(letter)
        waits = verdict.outcome is not Outcome.SETTLED
        if waits:
            # Behind the gate everything waits, behind one message only what is for the same target.
            lanes = () if verdict.outcome is Outcome.AWAY else (lane,)
            self._backlog.add(self._lanes.clear(*lanes))
        if verdict.fault:
            await self._rows.failed(letter.message, verdict.fault, verdict.next_try)
        if waits:
            self._backlog.returned(letter)
            self.wake.set()

    def _count(self) -> None:
        OUTBOX_WAITING.set(len(self._lanes) + len(self._backlog))

    async def _watch(self) -> None:
        """Take what is due from the table; sleep until more is, or until something happened here."""
        while True:
            self.wake.clear()
            try:
                pause = await self._look()
            except Exception:
                log.warning("outbox_unreadable", exc_info=True)
                pause = self._first
            with suppress(TimeoutError):
                async with asyncio.timeout(max(pause, BETWEEN_LOOKS)):
                    await self.wake.wait()

    async def _look(self) -> float:
        """One look; the seconds until the next."""
        gate = self._tries.gate
        if (shut := gate.wait()) > 0:
            return shut
        if not gate.is_open and not await self._tries.is_back():
            return gate.wait()
        room = (TAKEN_AT_ONCE if gate.is_open else 1) - len(self._lanes)
        if room <= 0:
            return LOOK_ANYWAY  # a worker calls when it is done
        await self._release()
        return await self._take(room)

    async def _take(self, room: int) -> float:
        """Bring so many messages into memory; the seconds until the next look."""
        doubts = self._tries.doubts
        rested_in = doubts.wait(LOOK_ANYWAY)
        # A message that the server failed at is no probe: it would fail again.
        but_of = [*self._lanes.full(), *(doubts.resting() if self.is_open else doubts.all())]
        due_in = await self._rows.due_in(but_of)
        if due_in == 0.0:
            # To its end, though this look be cut off: what is leased must be in the lanes, to be given back.
            self._bringing = asyncio.create_task(self._bring(room, but_of))
            if await asyncio.shield(self._bringing):
                return 0.0
        else:
            self._backlog.all_taken(but_of)
        if self._tries.opened():  # it answers, and nothing is there to probe with
            return 0.0
        return min(due_in or LOOK_ANYWAY, rested_in)

    async def _bring(self, room: int, but_of: Sequence[str]) -> int:
        letters = await self._rows.take(room, but_of)
        for letter in letters:
            self._backlog.taken(letter)
            if letter.message.id not in self._marks:
                self._lanes.put(letter)
        if len(letters) < room:
            self._backlog.all_taken(but_of)
        return len(letters)

    async def _release(self) -> None:
        if ids := self._backlog.oldest(10 * TAKEN_AT_ONCE):
            await self._rows.release(ids)
            self._backlog.released(ids)
