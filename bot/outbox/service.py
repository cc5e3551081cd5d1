"""The outbox: two pools, for people and for crowds, each taken from the table, held in order and brought to Mattermost;
and what they share: the bot’s own posts, seen, are noted."""

import asyncio
import tempfile
from collections import OrderedDict
from collections.abc import Callable, Coroutine, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import structlog

from bot import retries
from bot.errors import unless_refused
from bot.mattermost import ChatPost, Mattermost
from bot.metrics import OUTBOX_OPEN, OUTBOX_WAITING
from bot.outbox.actions import read_mark
from bot.outbox.attempts import (
    DATABASE_RETRY,
    AttemptOutcome,
    Attempts,
    DeliveryMarks,
    OutboxDependencies,
    OutboxTable,
)
from bot.outbox.lanes import Backlog, Lane, Lanes, LeasedMessage, is_leased, lease_written
from bot.outbox.sender import FileCarrier, Fresh, Sender
from bot.retries import PollerPauses, TablePoller, wait_before_look
from bot.tasks import RateLimit, Traffic, cancel_all
from storage.database import Database
from storage.outbox import Outgoing, TargetKind, queue

log = structlog.get_logger()

TAKEN_AT_ONCE = 100
BETWEEN_LOOKS = 0.2
"""The fewest seconds between two readings of the table."""
AT_OTHERS = 0.5
"""Seconds until the next look when all that is due is for whom another replica is at, or its mark is on its way."""
LETTERS_MAX = 400
"""How many messages of a class wait in memory at most; the others wait in the table."""
LONG_AT_ONCE = 2
"""How many messages that take long (files) are on their way at once, beside the workers."""


@dataclass(frozen=True, slots=True)
class PoolSettings:
    """How a class of messages is served: the number of its workers, and at how few in memory more is taken
    (``refill``).

    ``courtesy``: seconds a message waits at most for what comes before it; people’s since they were written, so that
    those that waited long enough make way for nothing.
    """

    is_crowd: bool
    workers: int
    refill: int
    courtesy: float


PEOPLE = PoolSettings(is_crowd=False, workers=8, refill=TAKEN_AT_ONCE - 1, courtesy=0.5)
"""Accepting a report comes before its receipt, for half a second."""
CROWD = PoolSettings(is_crowd=True, workers=2, refill=TAKEN_AT_ONCE // 2, courtesy=1.0)
"""Each message gives way to people’s, but if there is no end of those, a few a second leave all the same."""


class WorkerPool:
    """A class of messages with its workers, gate and lanes; those of the pool ``before`` go first."""

    def __init__(
        self, settings: PoolSettings, dependencies: OutboxDependencies, before: "WorkerPool | None" = None
    ) -> None:
        self._settings = settings
        self._d = dependencies
        self._before = before
        self._lanes = Lanes()
        self._attempts = Attempts(dependencies, is_crowd=settings.is_crowd)
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
                if not self._lanes.is_full(letter.target):  # who empties a full one calls
                    self.call.set()

    def _may_leave(self, letter: LeasedMessage) -> bool:
        """Return whether a new message need not wait in the table: for the gate, for memory, or behind others of its
        lane."""
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
        """Let what takes long keep no worker from the others; its lane waits for it."""
        async with self._long:
            await self._attend(lane, letter)

    async def _attend(self, lane: Lane, letter: LeasedMessage) -> None:
        await self._d.traffic.wait_until_idle(self._courtesy(letter.message))
        if self._before:
            await self._before.quiet(self._settings.courtesy)
        if self._settings.is_crowd:
            await self._d.budget.take()
        try:
            await self._deliver(lane, letter)
        except Exception:
            # The database, most likely: the message is tried again in a moment, those behind it wait.
            log.warning("outbox_broken", attempts=letter.message.attempts, exc_info=True)
            self._attempts.doubts.pause(lane, DATABASE_RETRY)
            self._put_back(self._lanes.clear(lane))
            self._backlog.add([letter])
        self._lanes.done(lane)
        is_empty = not self._lanes.holds(lane)
        if (is_empty and (not self._lanes or self._backlog.holds(lane))) or len(self._lanes) == self._settings.refill:
            self.call.set()

    def _courtesy(self, message: Outgoing) -> float:
        """Return the seconds that a message waits at most until nobody is being answered."""
        most = self._settings.courtesy
        waited = 0.0 if self._settings.is_crowd else (self._d.clock() - message.created_at).total_seconds()
        return min(most, max(0.0, most - waited))

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
        """Take what is due from the table; return the seconds until the next look."""
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
        """Bring that many messages into memory; return the seconds until the next look."""
        doubts = self._attempts.doubts
        rested_in = doubts.wait(retries.LOOK_ANYWAY)
        # A message that the server failed at is no probe: it would fail again.
        at_work = self._lanes.targets() if self._settings.is_crowd else self._lanes.full()
        but_of = [*at_work, *(doubts.resting() if self.is_open else doubts.all())]
        returns = self._returns
        due_in = await self._d.rows.due_in(queue.QueueShare(self._settings.is_crowd, but_of))
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
        letters = await self._d.rows.take(room, queue.QueueShare(self._settings.is_crowd, but_of))
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
        if leases := self._backlog.oldest(10 * TAKEN_AT_ONCE):
            await self._d.rows.release(leases)
            self._backlog.released(leases)


SENDERS_TURN = 1.0
"""Seconds in which who sent a message notes its delivery: hardly ever is there anything left to be done."""
ECHOES_MAX = 1000
"""So many posts are remembered for that long; what is beyond is found when its lease ends."""


class OwnPosts:
    """Notes as delivered the messages whose posts are seen: those of ``hear`` a moment later, that of ``note`` at
    once."""

    def __init__(self, dependencies: OutboxDependencies) -> None:
        self._d = dependencies
        self._heard: OrderedDict[str, ChatPost] = OrderedDict()
        self._some = asyncio.Event()

    def hear(self, post: ChatPost) -> None:
        """Remember a post of the bot’s own, to be noted."""
        if not (message_id := read_mark(post)):
            return
        self._heard[message_id] = post
        if len(self._heard) > ECHOES_MAX:
            self._heard.popitem(last=False)
        self._some.set()

    async def run(self) -> None:
        """Note what was heard of, for ever."""
        while True:
            await self._some.wait()
            await asyncio.sleep(SENDERS_TURN)
            self._some.clear()
            heard, self._heard = self._heard, OrderedDict()
            try:
                await self._note_all(heard)
            except Exception:
                log.warning("echoes_not_noted", count=len(heard), exc_info=True)  # each is due when its lease ends
            self._d.news.set()  # who noted one of them may be gone before it tells the sender

    async def note(self, post: ChatPost) -> str:
        """Note the message of a post, and return its id; empty where the post is none of the outbox. Raises
        ChatError."""
        message_id = read_mark(post)
        if message_id:
            await self._note_all({message_id: post})
        return message_id

    async def _note_all(self, posts: Mapping[str, ChatPost]) -> None:
        for message in await self._d.rows.unnoted(list(posts)):
            await self._note(message, posts[message.id])

    async def _note(self, message: Outgoing, post: ChatPost) -> None:
        arrival = await unless_refused(self._d.sender.recognize(message, post), None)  # its sender is told the same
        if arrival is not None:
            await self._d.rows.note(queue.DeliveryMark(message.id, arrival.post_id, arrival.channel_id))


@contextmanager
def _temporary_folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="coop-bot-") as folder:
        yield Path(folder)


@dataclass(frozen=True, slots=True)
class OutboxOptions:
    """``traffic`` tells of the requests that come before; ``fresh`` gives folders for files on their way; ``budget`` is
    how fast what is sent to many leaves. Who ``visits``, beside a bot that may be at work, sends only that, and takes
    nothing out of others’ hands; nor does who does not ``leads`` (bot/clock_skew.py)."""

    traffic: Traffic = field(default_factory=Traffic)
    fresh: Fresh = _temporary_folder
    budget: RateLimit = field(default_factory=RateLimit)
    visits: bool = False
    leads: Callable[[], bool] = lambda: True


class Outbox:
    """Delivers messages: ``deliver_now`` takes those just committed, the others are found in the table.

    ``first`` is the first pause in seconds after Mattermost did not answer.
    """

    def __init__(
        self,
        database: Database,
        chat: Mattermost,
        clock: Callable[[], datetime],
        *,
        first: float = 1.0,
        options: OutboxOptions | None = None,
    ) -> None:
        options = options or OutboxOptions()
        self._rows = OutboxTable(database, clock, self.look)
        self._one_process = database.is_sqlite and not options.visits
        self.news = asyncio.Event()
        """Set when a sender is to be told that a message of theirs has come to its end (bot/event_dispatcher.py)."""
        self._marks = DeliveryMarks(self._rows, self.news)
        sender = Sender(chat, FileCarrier(chat, self._rows.keep, options.fresh))
        parts = (self._rows, self._marks, chat, sender, options.traffic, clock, first, self.news)
        dependencies = OutboxDependencies(*parts, options.budget, options.leads)
        self._people = WorkerPool(PEOPLE, dependencies)
        self._crowd = WorkerPool(CROWD, dependencies, before=self._people)
        self._pools = (self._crowd,) if options.visits else (self._people, self._crowd)
        self._own_posts = OwnPosts(dependencies)
        self._noting: list[asyncio.Task[None]] = []

    @property
    def is_open(self) -> bool:
        """Whether Mattermost takes messages, as far as is known."""
        return self._people.is_open

    @property
    def tasks(self) -> Sequence[asyncio.Task[None]]:
        """List the tasks of all workers."""
        return [task for pool in self._pools for task in pool.tasks] + self._noting

    async def start(self) -> None:
        """Begin to deliver, with what an earlier run left."""
        if self._one_process:
            await self._rows.release_all()
        for pool in self._pools:
            await pool.start()
        self._noting = [asyncio.create_task(work) for work in (self._marks.run(), self._own_posts.run())]
        OUTBOX_OPEN.set(1)
        OUTBOX_WAITING.set_function(lambda: sum(pool.waiting for pool in self._pools))

    def deliver_now(self, messages: Sequence[Outgoing]) -> None:
        """Deliver at once what was just committed: people’s with a whole lease (``not_before`` a LEASE ahead of
        ``created_at``), a crowd’s and what is for later without one."""
        for pool, is_crowd in ((self._people, False), (self._crowd, True)):
            pool.deliver_now(m for m in messages if m.crowd is is_crowd)
        if any(message.where is TargetKind.ACT for message in messages):
            self.news.set()  # it may have taken back another

    async def quiet(self, seconds: float) -> None:
        """Wait until what answers people has left, but no longer than that."""
        await self._people.quiet(seconds)

    def hear(self, post: ChatPost) -> None:
        """Have the message of a post of the bot’s own noted as delivered in a moment, whoever sent it."""
        self._own_posts.hear(post)

    async def note(self, post: ChatPost) -> str:
        """Note at once that the post is here, and return the id of the message that it is, empty where it is none.
        Raises ChatError."""
        return await self._own_posts.note(post)

    def look(self) -> None:
        """Look at the table now: something else was written there."""
        for pool in self._pools:
            pool.call.set()

    async def drain(self, seconds: float = 3.0) -> None:
        """Stop: finish what can be within so many seconds, and leave the rest to whoever comes next."""
        await asyncio.gather(*(pool.drain(seconds) for pool in self._pools))
        await cancel_all(self._noting)
        await self._rows.wait()
        await self._marks.flush()
        for pool in self._pools:
            await pool.give_back()
