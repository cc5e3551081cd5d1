"""One attempt to deliver a message, and what follows from each way it may end."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

import structlog

from bot import retries
from bot.actions import is_settling
from bot.errors import ChatError, Refusal, may_succeed_later
from bot.mattermost import Mattermost
from bot.metrics import DELIVERIES, OUTBOX_OPEN
from bot.outbox.actions import DeliveryResult
from bot.outbox.lanes import LeasedMessage, lease_taken
from bot.outbox.sender import Sender
from bot.retries import WORN, Doubts, Gate, LeaseLostError, lease_kept, run_when_due
from bot.tasks import RateLimit, ShieldedTransactions, Traffic, loop_time
from storage import outbox as table
from storage.database import Database
from storage.outbox import LEASE, Outgoing, TargetKind, queue
from storage.round_trips import SharedQuestions


class OutboxTable:
    """Takes messages from the table, and notes there what became of them; ``look`` is called when something is due at
    once."""

    def __init__(self, database: Database, clock: Callable[[], datetime], look: Callable[[], None]) -> None:
        self._clock = clock
        self._look = look
        self._is_shared = not database.is_sqlite
        self._transactions = ShieldedTransactions(database)
        self.wait = self._transactions.wait
        self._older: SharedQuestions[Outgoing, Sequence[str]] = SharedQuestions(self._find_older)

    async def due_in(self, share: queue.QueueShare) -> float | None:
        """Return the seconds until the next message of a share is due, 0 if one is; None when nothing waits."""
        now = self._clock()
        following = await self._transactions.run(lambda db: queue.next_due(db, now, share), writes=False)
        return max(0.0, (following - now).total_seconds()) if following else None

    async def waiting(self) -> Mapping[str, int]:
        """Return how many messages to people wait, by target."""
        return await self._transactions.run(lambda db: queue.count_waiting(db, self._clock()), writes=False)

    async def take(self, limit: int, share: queue.QueueShare) -> Sequence[LeasedMessage]:
        """Lease what is due of a share, oldest first."""
        now = self._clock()
        found = await self._transactions.run(lambda db: queue.take(db, now, now + LEASE, limit, share))
        return [lease_taken(message, again=not is_new) for message, is_new in found]

    async def still_mine(self, letter: LeasedMessage, needed: timedelta) -> bool:
        """Return whether the lease lasts as long as a try may take, renewing it at need; False: another has it now."""
        if letter.is_mine_for(needed):
            return True
        until = self._clock() + LEASE
        mine = await self._transactions.run(lambda db: queue.lease(db, letter.message, until))
        if mine:
            letter.renew(until)
        return mine

    async def superseded(self, message: Outgoing) -> bool:
        """Return whether a later content of the same post exists."""
        if message.where is not TargetKind.POST:
            return False
        return await self._transactions.run(lambda db: queue.is_superseded(db, message), writes=False)

    async def older(self, message: Outgoing) -> Sequence[str]:
        """Return the ids of the messages that come before this one for the same person or channel; none where no other
        process could have any."""
        if not self._is_shared or message.crowd or message.where not in {TargetKind.PERSON, TargetKind.CHANNEL}:
            return ()
        return await self._older.ask(message)

    async def _find_older(self, messages: Sequence[Outgoing]) -> Sequence[Sequence[str]]:
        return await self._transactions.run(lambda db: queue.find_older(db, messages, self._clock()), writes=False)

    async def begin(self, message: Outgoing) -> queue.ActionTurn:
        """Begin a try of a message; of an act that another one undid, or must follow, not so."""
        if message.where is not TargetKind.ACT or not is_settling(message.content):
            return queue.ActionTurn.COME
        return await self._transactions.run(lambda db: queue.begin(db, message))

    async def delivered(self, marks: Sequence[queue.DeliveryMark]) -> None:
        """Mark messages as arrived."""
        if await self._transactions.run(lambda db: table.mark_delivered(db, marks, self._clock())):
            self._look()

    async def unnoted(self, ids: Collection[str]) -> Sequence[Outgoing]:
        """List those of these messages of which nobody wrote down yet that they arrived."""
        return await self._transactions.run(lambda db: table.find_unnoted(db, ids), writes=False)

    async def note(self, mark: queue.DeliveryMark) -> None:
        """Mark a message as arrived, unless somebody did meanwhile."""
        if await self._transactions.run(lambda db: table.mark_arrived(db, mark, self._clock())):
            self._look()

    async def failed(
        self, message: Outgoing, fault: str, next_try: datetime | None, news: Mapping[str, Any] = queue.EMPTY
    ) -> None:
        """Note a failed try; without a next one, ``news`` is what its sender is told."""
        await self._transactions.run(lambda db: table.mark_failed(db, message.id, fault, next_try, news))

    async def keep(self, message: Outgoing) -> None:
        """Write down how far a message is (its content), to be found there by the next try."""
        await self._transactions.run(lambda db: queue.keep(db, message))

    async def release(self, leases: Collection[queue.HeldLease]) -> None:
        """Give leased messages back, to be taken by anybody now: each as long as its lease is the one that ends
        then."""
        await self._transactions.run(lambda db: queue.release(db, leases, self._clock()))

    async def release_all(self) -> None:
        """Make everything due now."""
        await self._transactions.run(lambda db: queue.release_all(db, self._clock()))


MARKS_GATHERED_FOR = 0.05
"""Seconds over which marks are gathered."""
DATABASE_RETRY = 1.0
"""Seconds until a database that did not take them is asked again."""


class DeliveryMarks:
    """Gathers deliveries, and notes many at once in the table. ``news`` is set when one was noted that its sender is
    told of."""

    def __init__(self, rows: OutboxTable, news: asyncio.Event) -> None:
        self._rows = rows
        self._news = news
        self._marks: dict[str, queue.DeliveryMark] = {}
        self._some = asyncio.Event()

    def __contains__(self, message_id: str) -> bool:
        return message_id in self._marks

    def add(self, mark: queue.DeliveryMark) -> None:
        """Count a message that arrived."""
        self._marks[mark.message_id] = mark
        self._some.set()

    async def run(self) -> None:
        """Write marks as they come, for ever."""
        await run_when_due(self._some, self._gather, lambda _: DATABASE_RETRY)

    async def _gather(self) -> bool:
        await asyncio.sleep(MARKS_GATHERED_FOR)
        return await self.flush()

    async def flush(self) -> bool:
        """Write all marks now; False when the database did not take them (they are kept)."""
        self._some.clear()
        batch = dict(self._marks)
        if not batch:
            return True
        try:
            await self._rows.delivered(list(batch.values()))
        except Exception:
            log.warning("deliveries_not_marked", count=len(batch), exc_info=True)
            self._some.set()
            return False
        for message_id in batch:
            del self._marks[message_id]
        if any(mark.is_news for mark in batch.values()):
            self._news.set()
        return True


@dataclass(frozen=True, slots=True)
class OutboxDependencies:
    """What delivering runs with. ``first`` is the first pause in seconds after a failure; ``news`` is set when a sender
    is to be told, ``budget`` is how fast what is sent to many leaves, ``leads`` whether others’ messages may be
    taken."""

    rows: OutboxTable
    marks: DeliveryMarks
    chat: Mattermost
    sender: Sender
    traffic: Traffic
    clock: Callable[[], datetime]
    first: float
    news: asyncio.Event = field(default_factory=asyncio.Event)
    budget: RateLimit = field(default_factory=RateLimit)
    leads: Callable[[], bool] = lambda: True


log = structlog.get_logger()

TRY_MAX = timedelta(seconds=12)
"""The longest a single try takes; it is begun only while the lease lasts as long."""
LONG_TRY_MAX = timedelta(minutes=10)
"""The longest for files that are brought along, or many people: the lease is renewed meanwhile."""
BEHIND_ANOTHER = 0.1
"""Seconds until it is asked again whether the act that comes first has ended."""
HOPELESS = frozenset({Refusal.THREAD_GONE, Refusal.TOO_LONG})
"""What no right nor setting mends: it is given up at once."""


class AttemptOutcome(Enum):
    """What became of a message, for those behind it."""

    SETTLED = "settled"
    """It needs nothing more, or is due some other time: the next may follow."""
    RESTS = "rests"
    """It is due again soon: what is for the same target waits behind it."""
    AWAY = "away"
    """Mattermost takes no messages at all."""


@dataclass(frozen=True, slots=True)
class AttemptVerdict:
    """The result of a try. ``fault`` is empty when the message arrived; else it is to be noted, with the time of the
    next try (None: given up, and ``news`` is what its sender is told)."""

    outcome: AttemptOutcome
    fault: str = ""
    next_try: datetime | None = None
    news: Mapping[str, Any] = field(default_factory=dict)


class Attempts:
    """Tries to deliver messages. ``gate`` knows of an outage, ``doubts`` of receivers at whom the server fails.

    ``is_crowd`` says that these are messages to many: whether they leave is not what /metrics tells of.
    """

    def __init__(self, dependencies: OutboxDependencies, *, is_crowd: bool) -> None:
        self._d = dependencies
        self._is_crowd = is_crowd
        self.gate = Gate(dependencies.first)
        self.doubts = Doubts(dependencies.first)

    async def deliver(self, letter: LeasedMessage) -> AttemptVerdict:
        """Try once. Raises what the database raises."""
        if not await self._d.rows.still_mine(letter, TRY_MAX):
            return AttemptVerdict(AttemptOutcome.SETTLED)
        # What answers a person overtakes what goes to many: a rewriting of these may be void before its first try.
        if (letter.again or self._is_crowd) and await self._d.rows.superseded(letter.message):
            return self._done(letter, DeliveryResult(letter.target), "found")
        if await self._follows_others(letter.message):
            self.doubts.pause(letter.target, BEHIND_ANOTHER)
            return AttemptVerdict(AttemptOutcome.RESTS)
        match await self._d.rows.begin(letter.message):
            case queue.ActionTurn.GONE:
                self._d.news.set()
                DELIVERIES.labels("taken_back").inc()
                return AttemptVerdict(AttemptOutcome.SETTLED)
            case queue.ActionTurn.LATER:
                self.doubts.pause(letter.target, BEHIND_ANOTHER)
                return AttemptVerdict(AttemptOutcome.RESTS)
            case _:
                return await self._send(letter)

    async def _follows_others(self, message: Outgoing) -> bool:
        """Return whether an older message for the same target is about to be sent: by another replica, or by this one,
        which may have taken it from the table only now and has it behind this message."""
        older = await self._d.rows.older(message)
        return any(each not in self._d.marks for each in older)

    async def _send(self, letter: LeasedMessage) -> AttemptVerdict:
        began = loop_time()
        again, letter.again = letter.again, True
        try:
            async with self._time_for(letter):
                arrival = await self._d.sender.send(letter.message, again=again)
        except LeaseLostError:
            return AttemptVerdict(AttemptOutcome.SETTLED)
        except TimeoutError:
            return await self._failed(letter, ChatError(0, "timeout"), began)
        except ChatError as error:
            return await self._failed(letter, error, began)
        except Exception as problem:
            if may_succeed_later(problem):
                raise
            return self._broken(letter.message, problem)
        return self._arrived(letter, arrival, "found" if arrival.found else "delivered")

    def _broken(self, message: Outgoing, problem: Exception) -> AttemptVerdict:
        """Rest a message that cannot be sent as it is: it is tried again as what Mattermost refuses, and holds up no
        other."""
        log.error("message_broken", attempts=message.attempts, exc_info=problem)
        DELIVERIES.labels("broken").inc()
        next_try = retries.next_try(message.attempts, message.created_at, self._d.clock())
        return AttemptVerdict(AttemptOutcome.SETTLED, type(problem).__name__, next_try)

    @asynccontextmanager
    async def _time_for(self, letter: LeasedMessage) -> AsyncIterator[None]:
        """Give a try the time that it may take, and keep the lease of what takes long. Raises TimeoutError,
        LeaseLostError."""
        lost = asyncio.Event()

        def lose() -> None:
            lost.set()
            limit.reschedule(loop_time())

        kept = lease_kept(lambda: self._d.rows.still_mine(letter, LEASE), lose) if letter.takes_long else nullcontext()
        most = LONG_TRY_MAX if letter.takes_long else TRY_MAX
        try:
            async with asyncio.timeout(most.total_seconds()) as limit:
                with kept:
                    yield
        except TimeoutError:
            if lost.is_set():
                raise LeaseLostError from None
            raise

    async def is_back(self) -> bool:
        """Return whether a server that took nothing answers again; else the gate is shut for longer."""
        began = loop_time()
        if await self._d.chat.answers():
            return True
        self.gate.shut(began, None)
        return False

    def note_answer(self) -> bool:
        """Note that Mattermost takes messages; return whether it did not before."""
        was_shut = self.gate.note_answer()
        if was_shut:
            log.info("mattermost_back", crowd=self._is_crowd)
            self._show(is_open=True)
        return was_shut

    def _arrived(self, letter: LeasedMessage, arrival: DeliveryResult, outcome: str) -> AttemptVerdict:
        self.note_answer()
        self.doubts.clear(letter.target)
        return self._done(letter, arrival, outcome)

    def _done(self, letter: LeasedMessage, arrival: DeliveryResult, outcome: str) -> AttemptVerdict:
        tells, channel_id = bool(letter.message.tells), arrival.channel_id or None
        news = arrival.news if tells else {}
        self._d.marks.add(queue.DeliveryMark(letter.message.id, arrival.post_id, channel_id, news, is_news=tells))
        DELIVERIES.labels(outcome).inc()
        return AttemptVerdict(AttemptOutcome.SETTLED)

    async def _failed(self, letter: LeasedMessage, error: ChatError, began: float) -> AttemptVerdict:
        message = letter.message
        # The server itself, or this message only? Another question tells.
        if (error.may_pass and self.gate.was_known(began)) or await retries.is_away(self._d.chat, error):
            return self._away(error, began)
        if error.may_pass:
            return self._doubted(letter, error, began)
        try:
            if message.where is TargetKind.POST and await self._is_gone(message.target, error):
                return self._arrived(letter, DeliveryResult(letter.target), "gone")
        except ChatError as other:
            return await self._failed(letter, other, began)
        return self._refused(letter, error)

    async def _is_gone(self, post_id: str, error: ChatError) -> bool:
        """Return whether nothing is left to be rewritten: old servers say 403 of a deleted post, as of one that stands.
        Raises ChatError where that cannot be told now."""
        if error.status != 403:
            return error.status == 404
        try:
            await self._d.chat.read_post(post_id)
        except ChatError as other:
            if other.is_temporary:
                raise
            return other.status == 404
        return False

    def _away(self, error: ChatError, began: float) -> AttemptVerdict:
        """Put off a message while Mattermost is away: it stays due at once, so that it keeps its place, and the gate
        does the waiting."""
        self._shut(error, self.gate.shut(began, error.retry_after))
        DELIVERIES.labels("later").inc()
        return AttemptVerdict(AttemptOutcome.AWAY, str(error), self._d.clock())

    def _doubted(self, letter: LeasedMessage, error: ChatError, began: float) -> AttemptVerdict:
        """Put off a message at which a server that answers failed: a few times its whole lane waits, then others pass
        it."""
        message, now, fault = letter.message, self._d.clock(), str(error)
        log.warning("message_failed", status=error.status, error_id=error.error_id, attempts=message.attempts)
        DELIVERIES.labels("later").inc()
        if message.attempts < WORN and self.doubts.add(letter.target) and self.gate.note_doubt():
            self._shut(
                error, self.gate.shut(began, None, retries.ANSWERING_CROWD if self._is_crowd else retries.ANSWERING)
            )
            return AttemptVerdict(AttemptOutcome.AWAY, fault, now)
        if message.attempts < WORN and self.doubts.rests(letter.target):
            return AttemptVerdict(AttemptOutcome.RESTS, fault, now)
        next_try = retries.next_own_try(message.attempts, message.created_at, now, self._d.first)
        return AttemptVerdict(AttemptOutcome.SETTLED, fault, next_try)

    def _refused(self, letter: LeasedMessage, error: ChatError) -> AttemptVerdict:
        self.note_answer()
        self.doubts.clear(letter.target)
        next_try = self._after_refusal(letter.message, error)
        log.warning("message_refused", status=error.status, error_id=error.error_id, given_up=next_try is None)
        DELIVERIES.labels("refused").inc()
        return AttemptVerdict(
            AttemptOutcome.SETTLED, str(error), next_try, {"refusal": error.refusal} if letter.message.tells else {}
        )

    def _after_refusal(self, message: Outgoing, error: ChatError) -> datetime | None:
        # An old content must not overwrite a newer one hours later, nor an old act undo what was done since.
        if message.where in {TargetKind.POST, TargetKind.ACT} or error.refusal in HOPELESS:
            return None
        return retries.next_try(message.attempts, message.created_at, self._d.clock())

    def _shut(self, error: ChatError, was_open: bool) -> None:
        if was_open:
            log.warning("mattermost_away", status=error.status, error_id=error.error_id, crowd=self._is_crowd)
            self._show(is_open=False)

    def _show(self, *, is_open: bool) -> None:
        if not self._is_crowd:
            OUTBOX_OPEN.set(is_open)
