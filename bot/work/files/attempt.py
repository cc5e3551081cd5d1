"""One try to fulfil an order, and what follows from each way it may end."""

import asyncio
from datetime import timedelta
from pathlib import Path

import structlog

from bot.backoff import backoff
from bot.errors import ChatError, UserError
from bot.logs import begin_request
from bot.metrics import ORDER_TRIES
from bot.outbox.gate import GIVEN_UP_AFTER, Gate
from bot.replies import Parcel, Refresh
from bot.texts import render
from bot.transactions import Transactions
from bot.work.files import making, posting
from bot.work.files.folders import Folders
from bot.work.files.order import HeldOrder
from bot.work.files.posting import Dropped, Part
from bot.work.held import ERROR_MAX
from bot.work.workshop import Workshop
from storage.work import Sort, State, Work

log = structlog.get_logger()

MAKING_TRIES = 3
"""After so many times an order that can’t be made is refused."""
SENDING_TRIES_UNTOLD = 3
"""After so many failed tries to send it, whoever waits is told that it will take longer."""
BETWEEN_TRIES_MAX = 3600.0
"""Seconds between two tries at most."""


class Unmade(Exception):
    """The handler failed; the cause says how."""


class FileAttempt:
    """``first`` is the first pause in seconds after a failure."""

    sort = Sort.FILE

    def __init__(self, workshop: Workshop, folders: Folders, first: float = 1.0) -> None:
        self._workshop = workshop
        self._chat = workshop.chat
        self._clock = workshop.clock
        self._folders = folders
        self.gate = Gate(first)
        self._first = first

    def hold(self, row: Work, transactions: Transactions) -> HeldOrder:
        """Take an order in hand."""
        return HeldOrder(row, transactions, self._workshop)

    async def close(self, held: HeldOrder) -> None:
        """Tell that it was cancelled."""
        await held.refuse(State.CANCELLED, render("fichier/cancelled"))
        ORDER_TRIES.labels("cancelled").inc()

    async def run(self, held: HeldOrder) -> None:
        """Try once. Raises Lost, and what the database raises."""
        reference = begin_request()
        if not await held.has_its_turn():
            return
        began = asyncio.get_running_loop().time()
        try:
            channel_id = held.order.channel_id or await self._chat.direct_channel(held.row.person)
            there = await posting.standing(self._chat, channel_id, held)
        except ChatError as error:
            await self._not_reached(held, error, began, reference)
            return
        self.gate.opened()
        await self._fulfil(held, channel_id, there, reference)

    async def _fulfil(self, held: HeldOrder, channel_id: str, there: dict[int, str], reference: str) -> None:
        try:
            await self._complete(held, channel_id, there)
        except UserError as refusal:
            # It was answered, as an order should be: nothing is wrong.
            await self._over(held, State.DONE, "refused", refusal.text)
        except Unmade as problem:
            await self._unmade(held, problem, reference)
        except Dropped as error:
            await self._dropped(held, error, reference)
        except ChatError as error:
            await self._unsent(held, error, reference)
        else:
            await held.end(State.DONE, held.order.done, done=1, total=1, error=None)
            ORDER_TRIES.labels("sent").inc()

    async def _complete(self, held: HeldOrder, channel_id: str, there: dict[int, str]) -> None:
        """Make what is not there yet, and send it; ``there`` then holds all posts."""
        if there and len(there) == len(held.order.sizes or ()):
            return
        with self._folders.fresh() as folder:
            parcel = await self._make(held, folder)
            content, files = self._workshop.content(parcel, held.row.person), posting.parts(parcel.files)
            held.order.sizes, held.order.done = [len(part) for part in files], parcel.done
            await held.keep()
            for place, part in enumerate(files):
                if place not in there:
                    there[place] = await posting.send(self._chat, channel_id, held, Part(place, part, content))

    async def _make(self, held: HeldOrder, folder: Path) -> Parcel:
        try:
            return await making.make(self._workshop, held.row, folder)
        except UserError:
            raise
        except Exception as problem:
            raise Unmade from problem

    async def _unmade(self, held: HeldOrder, problem: Unmade, reference: str) -> None:
        held.order.failures += 1
        given_up = held.order.failures >= MAKING_TRIES
        log.error("order_not_made", name=held.row.name, given_up=given_up, exc_info=problem.__cause__)
        fault = f"not made: {type(problem.__cause__).__name__}"
        if given_up:
            line = self._workshop.rescue.line if self._workshop.rescue else ""
            text = render("fichier/broken", reference=reference, line=line)
            await self._over(held, State.FAILED, "failed", text, fault)
        else:
            await self._later(held, fault, held.order.failures)

    async def _dropped(self, held: HeldOrder, error: Dropped, reference: str) -> None:
        if held.order.dropped > 1:
            await self._refused(held, error, reference)
        else:
            await self._later(held, str(error), 1)

    async def _unsent(self, held: HeldOrder, error: ChatError, reference: str) -> None:
        tries = held.row.attempts + 1
        too_late = self._clock() >= held.row.created_at + GIVEN_UP_AFTER
        if too_late or not (error.may_pass or error.status == 401):
            await self._refused(held, error, reference)
            return
        log.warning("order_not_sent", status=error.status, error_id=error.error_id, attempts=tries)
        await self._later(held, str(error), tries, error.retry_after or 0.0)

    async def _not_reached(self, held: HeldOrder, error: ChatError, began: float, reference: str) -> None:
        away = error.status in {401, 429} or (error.may_pass and not await self._chat.answers())
        if not away:
            # The server answers others: this person’s channel only, or a refusal.
            self.gate.opened()
            await self._unsent(held, error, reference)
            return
        if self.gate.shut(began, error.retry_after):
            log.warning("mattermost_away", status=error.status, error_id=error.error_id)
        ORDER_TRIES.labels("later").inc()
        await held.put_off(self._clock())

    async def _later(self, held: HeldOrder, fault: str, tries: int, at_least: float = 0.0) -> None:
        """Try again, after pauses that grow."""
        ORDER_TRIES.labels("later").inc()
        pause = max(backoff(2 * tries - 1, 2 * self._first, BETWEEN_TRIES_MAX), at_least)
        topic, attempts = held.row.topic, held.row.attempts + 1
        told = [Refresh(render("fichier/later"), topic=topic)] if topic and attempts == SENDING_TRIES_UNTOLD else []
        next_try = self._clock() + timedelta(seconds=pause)
        await held.put_off(next_try, told, state=State.WAITING, attempts=attempts, error=fault[:ERROR_MAX])

    async def _refused(self, held: HeldOrder, error: ChatError, reference: str) -> None:
        log.warning("order_refused", status=error.status, error_id=error.error_id, given_up=True)
        text = render("fichier/refused", reason=posting.reason(error), reference=reference)
        await self._over(held, State.FAILED, "refused", text, str(error)[:ERROR_MAX])

    async def _over(self, held: HeldOrder, state: State, outcome: str, text: str, error: str | None = None) -> None:
        await held.refuse(state, text, error)
        ORDER_TRIES.labels(outcome).inc()
