"""One try to deliver a message, and what follows from each way it may end."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

import structlog

from bot.errors import ChatError
from bot.mattermost import Chat
from bot.metrics import DELIVERIES, OUTBOX_OPEN
from bot.outbox.doubts import Doubts
from bot.outbox.gate import ANSWERING, WORN, Gate, own_patience, patience
from bot.outbox.letters import Letter
from bot.outbox.marks import Marks
from bot.outbox.rows import Rows
from bot.outbox.sender import send
from storage.outbox import Where

log = structlog.get_logger()

TRY_MAX = timedelta(seconds=12)
"""The longest a single try takes; it is begun only while the lease lasts as long."""


class Outcome(Enum):
    """What became of a message, for those behind it."""

    SETTLED = "settled"
    """It needs nothing more, or is due some other time: the next may follow."""
    RESTS = "rests"
    """It is due again soon: what is for the same target waits behind it."""
    AWAY = "away"
    """Mattermost takes no messages at all."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """``fault`` is empty when it arrived; else it is to be noted, with the next try (None: given up)."""

    outcome: Outcome
    fault: str = ""
    next_try: datetime | None = None


class Tries:
    """``gate`` and ``doubts`` are what was learned from them: an outage, and whom the server fails at."""

    def __init__(self, chat: Chat, rows: Rows, marks: Marks, clock: Callable[[], datetime], first: float) -> None:
        self._chat = chat
        self._rows = rows
        self._marks = marks
        self._clock = clock
        self._first = first
        self.gate = Gate(first)
        self.doubts = Doubts(first)

    async def deliver(self, letter: Letter) -> Verdict:
        """Try once. Raises what the database raises."""
        if not await self._rows.still_mine(letter, TRY_MAX):
            return Verdict(Outcome.SETTLED)
        if letter.again and await self._rows.superseded(letter.message):
            return self._done(letter, letter.target, "found")
        return await self._send(letter)

    async def _send(self, letter: Letter) -> Verdict:
        began = asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout(TRY_MAX.total_seconds()):
                post_id, found = await send(self._chat, letter.message, again=letter.again)
        except TimeoutError:
            return await self._failed(letter, ChatError(0, "timeout"), began)
        except ChatError as error:
            return await self._failed(letter, error, began)
        return self._arrived(letter, post_id, "found" if found else "delivered")

    async def is_back(self) -> bool:
        """Whether a server that took nothing answers again; else the gate is shut for longer."""
        began = asyncio.get_running_loop().time()
        if await self._chat.answers():
            return True
        self.gate.shut(began, None)
        return False

    def opened(self) -> bool:
        """Mattermost takes messages; True when it did not before."""
        was_shut = self.gate.opened()
        if was_shut:
            log.info("mattermost_back")
            OUTBOX_OPEN.set(1)
        return was_shut

    def _arrived(self, letter: Letter, post_id: str, outcome: str) -> Verdict:
        self.opened()
        self.doubts.clear(letter.target)
        return self._done(letter, post_id, outcome)

    def _done(self, letter: Letter, post_id: str, outcome: str) -> Verdict:
        self._marks.add(letter.message.id, post_id)
        DELIVERIES.labels(outcome).inc()
        return Verdict(Outcome.SETTLED)

    async def _failed(self, letter: Letter, error: ChatError, began: float) -> Verdict:
        message = letter.message
        if error.status in {401, 429}:
            return self._away(error, began)
        if error.may_pass:
            # The server itself, or this message only? Another question tells.
            if self.gate.knew(began) or not await self._chat.answers():
                return self._away(error, began)
            return self._doubted(letter, error, began)
        if message.where is Where.POST and error.status in {403, 404}:
            # Nothing is left to be rewritten (old servers say 403 of a deleted post).
            return self._arrived(letter, letter.target, "gone")
        return self._refused(letter, error)

    def _away(self, error: ChatError, began: float) -> Verdict:
        """It is due at once, so that it keeps its place: the gate does the waiting."""
        self._shut(error, self.gate.shut(began, error.retry_after))
        DELIVERIES.labels("later").inc()
        return Verdict(Outcome.AWAY, str(error), self._clock())

    def _doubted(self, letter: Letter, error: ChatError, began: float) -> Verdict:
        """The server answers, and failed at this message: its lane rests a few times, then passes it by."""
        message, now, fault = letter.message, self._clock(), str(error)
        log.warning("message_failed", status=error.status, error_id=error.error_id, attempts=message.attempts)
        DELIVERIES.labels("later").inc()
        if message.attempts < WORN and self.doubts.add(letter.target) and self.gate.doubts():
            self._shut(error, self.gate.shut(began, None, ANSWERING))
            return Verdict(Outcome.AWAY, fault, now)
        if message.attempts < WORN and self.doubts.rests(letter.target):
            return Verdict(Outcome.RESTS, fault, now)
        next_try = own_patience(message.attempts, message.created_at, now, self._first)
        return Verdict(Outcome.SETTLED, fault, next_try)

    def _refused(self, letter: Letter, error: ChatError) -> Verdict:
        self.opened()
        self.doubts.clear(letter.target)
        message = letter.message
        # An old content must not overwrite a newer one hours later.
        rewrites = message.where is Where.POST
        next_try = None if rewrites else patience(message.attempts, message.created_at, self._clock())
        log.warning("message_refused", status=error.status, error_id=error.error_id, given_up=next_try is None)
        DELIVERIES.labels("refused").inc()
        return Verdict(Outcome.SETTLED, str(error), next_try)

    def _shut(self, error: ChatError, was_open: bool) -> None:
        if was_open:
            log.warning("mattermost_away", status=error.status, error_id=error.error_id)
            OUTBOX_OPEN.set(0)
