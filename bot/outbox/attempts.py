"""One attempt to deliver a message, and what follows from each way it may end."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

import structlog

from bot import retries
from bot.errors import ChatError, Refusal
from bot.mattermost import Mattermost, RateLimit
from bot.metrics import DELIVERIES, OUTBOX_OPEN
from bot.outbox.actions import DeliveryResult
from bot.outbox.lanes import LeasedMessage
from bot.outbox.sender import Sender
from bot.outbox.table import DeliveryMarks, OutboxTable
from bot.retries import WORN, Doubts, Gate, LeaseLostError, lease_kept
from bot.tasks import Traffic
from storage.outbox import LEASE, ActionTurn, DeliveryMark, Outgoing, TargetKind


@dataclass(frozen=True, slots=True)
class OutboxDependencies:
    """``first`` is the first pause in seconds after a failure; ``news`` is set when a sender is to be told, ``budget``
    is how fast what is sent to many leaves, ``leads`` whether others’ messages may be taken."""

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
    """``fault`` is empty when it arrived; else it is to be noted, with the next try (None: given up, and ``news`` to be
    told of that)."""

    outcome: AttemptOutcome
    fault: str = ""
    next_try: datetime | None = None
    news: Mapping[str, Any] = field(default_factory=dict)


class Attempts:
    """``gate`` and ``doubts`` are what was learned from them: an outage, and whom the server fails at.

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
        match await self._d.rows.begin(letter.message):
            case ActionTurn.GONE:
                self._d.news.set()
                DELIVERIES.labels("taken_back").inc()
                return AttemptVerdict(AttemptOutcome.SETTLED)
            case ActionTurn.LATER:
                self.doubts.pause(letter.target, BEHIND_ANOTHER)
                return AttemptVerdict(AttemptOutcome.RESTS)
            case _:
                return await self._send(letter)

    async def _send(self, letter: LeasedMessage) -> AttemptVerdict:
        began = asyncio.get_running_loop().time()
        try:
            async with self._time_for(letter):
                arrival = await self._d.sender.send(letter.message, again=letter.again)
        except LeaseLostError:
            return AttemptVerdict(AttemptOutcome.SETTLED)
        except TimeoutError:
            return await self._failed(letter, ChatError(0, "timeout"), began)
        except ChatError as error:
            return await self._failed(letter, error, began)
        return self._arrived(letter, arrival, "found" if arrival.found else "delivered")

    @asynccontextmanager
    async def _time_for(self, letter: LeasedMessage) -> AsyncIterator[None]:
        """As long as it may take, keeping the lease of what takes long. Raises TimeoutError, LeaseLostError."""
        lost = asyncio.Event()

        def lose() -> None:
            lost.set()
            limit.reschedule(asyncio.get_running_loop().time())

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
        """Whether a server that took nothing answers again; else the gate is shut for longer."""
        began = asyncio.get_running_loop().time()
        if await self._d.chat.answers():
            return True
        self.gate.shut(began, None)
        return False

    def note_answer(self) -> bool:
        """Mattermost takes messages; True when it did not before."""
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
        self._d.marks.add(DeliveryMark(letter.message.id, arrival.post_id, channel_id, news, is_news=tells))
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
        """Whether nothing is left to be rewritten: old servers say 403 of a deleted post, as of one that stands. Raises
        ChatError where that cannot be told now."""
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
        """It is due at once, so that it keeps its place: the gate does the waiting."""
        self._shut(error, self.gate.shut(began, error.retry_after))
        DELIVERIES.labels("later").inc()
        return AttemptVerdict(AttemptOutcome.AWAY, str(error), self._d.clock())

    def _doubted(self, letter: LeasedMessage, error: ChatError, began: float) -> AttemptVerdict:
        """The server answers, and failed at this message: its lane rests a few times, then passes it by."""
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
