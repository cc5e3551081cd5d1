"""The worker that brings the messages of the outbox to Mattermost: at once, in order, as long as it takes, once."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

import structlog

from bot.backoff import backoff
from bot.errors import ChatError
from bot.mattermost import Chat
from bot.metrics import DELIVERIES, OUTBOX_OPEN, OUTBOX_WAITING
from bot.outbox.gate import GIVEN_UP_AFTER, Gate, patience
from bot.outbox.lanes import Lanes
from bot.outbox.marks import Marks
from bot.outbox.rows import LEASE, Rows
from bot.outbox.sender import send
from bot.traffic import Traffic
from storage.database import Database
from storage.outbox import Outgoing, Where

log = structlog.get_logger()

TRY = timedelta(seconds=12)
"""The longest a single try takes; it is begun only while the lease lasts as long."""
WORKERS = 4
COURTESY = 0.1
"""Seconds a message waits at most for the requests under way: accepting a report comes before its receipt."""
BATCH = 100
LOOK = 30.0
"""Seconds after which the table is looked at anyway: another replica may have died at its work."""
BREATH = 0.2
"""Seconds between two looks at least."""
NEVER_MIND = 10
"""After so many tries, what Mattermost itself fails at is the message’s fault and not a sign of an outage."""
HELD = 400
"""How many messages wait in memory at most; the others wait in the table."""
PARKED = 20_000
"""Of how many messages more the ids are kept, to give them back before their leases end."""


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
        self._gate = Gate(first)
        self._lanes = Lanes()
        self._marks = Marks(self._rows)
        self._parked: set[str] = set()
        self._tasks: list[asyncio.Task[None]] = []
        self._draining = False
        self.wake = asyncio.Event()
        """Set when the table is worth a look: something came back to it, or there is room in memory."""
        self.ordered = asyncio.Event()
        """Set when files were ordered: they are made elsewhere (bot/orders)."""

    @property
    def is_open(self) -> bool:
        """Whether Mattermost takes messages, as far as is known."""
        return self._gate.is_open

    async def start(self) -> None:
        """Begin to deliver, with what an earlier run left."""
        if self._one_process:
            await self._rows.release_all()
        loops = [self._watch(), self._marks.run(), *(self._work() for _ in range(WORKERS))]
        self._tasks = [asyncio.create_task(loop) for loop in loops]
        OUTBOX_OPEN.set(1)

    def hurry(self, messages: Sequence[Outgoing]) -> None:
        """Deliver at once what was just committed, with ``not_before`` a whole LEASE ahead of ``created_at``."""
        if any(m.where is Where.FILE for m in messages):
            self.ordered.set()
            messages = [m for m in messages if m.where is not Where.FILE]
        if self.is_open and not self._draining and len(self._lanes) < HELD:
            for message in messages:
                self._lanes.put(message)
        else:
            self._park(messages)
        self._count()

    async def drain(self, seconds: float = 3.0) -> None:
        """Stop: finish what can be within so many seconds, and leave the rest to whoever comes next."""
        self._draining = True
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._lanes.empty()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._rows.finished()
        await self._marks.flush()
        self._park(self._lanes.all())
        with suppress(Exception):  # the leases end by themselves
            await self._release()

    async def _work(self) -> None:
        while True:
            lane = await self._lanes.next()
            while message := self._lanes.head(lane):
                await self._traffic.lull(COURTESY)
                try:
                    await self._deliver(message)
                except Exception:
                    # The database, most likely: the message is due again when its lease ends.
                    log.warning("outbox_broken", attempts=message.attempts, exc_info=True)
                self._lanes.done(lane)
            if not self._lanes:
                self.wake.set()
            self._count()

    async def _deliver(self, message: Outgoing) -> None:
        # Only what this process wrote a moment ago was surely never sent.
        again = message.attempts > 0 or message.not_before != message.created_at + LEASE
        if not await self._rows.still_mine(message, TRY):
            return
        if again and await self._rows.superseded(message):
            self._arrived(message, message.target, "found")
            return
        began = asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout(TRY.total_seconds()):
                post_id, found = await send(self._chat, message, again=again)
        except TimeoutError:
            await self._away(message, ChatError(0, "timeout"), began)
        except ChatError as error:
            await self._failed(message, error, began)
        else:
            self._arrived(message, post_id, "found" if found else "delivered")

    def _arrived(self, message: Outgoing, post_id: str, outcome: str) -> None:
        self._answered()
        self._marks.add(message.id, post_id)
        DELIVERIES.labels(outcome).inc()

    async def _failed(self, message: Outgoing, error: ChatError, began: float) -> None:
        worn = message.attempts >= NEVER_MIND and error.error_id and error.status not in {0, 429}
        if (error.may_pass and not worn) or error.status == 401:
            await self._away(message, error, began)
        elif message.where is Where.POST and error.status in {403, 404}:
            # Nothing is left to be rewritten (old servers say 403 of a deleted post).
            self._arrived(message, message.target, "gone")
        else:
            await self._refused(message, error)

    async def _away(self, message: Outgoing, error: ChatError, began: float) -> None:
        if self._gate.shut(began, error.retry_after):
            log.warning("mattermost_away", status=error.status, error_id=error.error_id)
            OUTBOX_OPEN.set(0)
        self._park(self._lanes.clear())
        wait = max(self._gate.wait(), backoff(message.attempts + 1, self._first))
        DELIVERIES.labels("later").inc()
        self.wake.set()
        await self._rows.failed(message, str(error), self._clock() + timedelta(seconds=wait))

    async def _refused(self, message: Outgoing, error: ChatError) -> None:
        self._answered()
        now = self._clock()
        next_try = patience(message.attempts, message.created_at, now)
        if message.where is Where.POST:
            next_try = None  # an old content must not overwrite a newer one hours later
        elif error.may_pass:
            next_try = next_try or now + GIVEN_UP_AFTER  # its own fault or not, nobody said no
        log.warning("message_refused", status=error.status, error_id=error.error_id, given_up=next_try is None)
        DELIVERIES.labels("refused").inc()
        await self._rows.failed(message, str(error), next_try)

    def _answered(self) -> None:
        if self._gate.opened():
            log.info("mattermost_back")
            OUTBOX_OPEN.set(1)
            self.wake.set()

    def _park(self, messages: Iterable[Outgoing]) -> None:
        """Keep in mind what is leased to nobody but this process, to give it back before its time."""
        for message in messages:
            if len(self._parked) < PARKED:
                self._parked.add(message.id)

    def _count(self) -> None:
        OUTBOX_WAITING.set(len(self._lanes) + len(self._parked))

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
                async with asyncio.timeout(max(pause, BREATH)):
                    await self.wake.wait()

    async def _look(self) -> float:
        """One look; the seconds until the next."""
        if (shut := self._gate.wait()) > 0:
            return shut
        room = (BATCH if self.is_open else 1) - len(self._lanes)
        if room <= 0:
            return LOOK  # a worker calls when it is done
        await self._release()
        due_in = await self._rows.due_in()
        if due_in:
            return min(due_in, LOOK)
        messages = await self._rows.take(room) if due_in is not None else []
        if not messages:
            self._answered()  # nothing to probe with
        for message in messages:
            if message.id not in self._marks:
                self._lanes.put(message)
        return 0.0 if messages else LOOK

    async def _release(self) -> None:
        ids = list(self._parked)[: 10 * BATCH]
        if ids:
            await self._rows.release(ids)
            self._parked.difference_update(ids)
