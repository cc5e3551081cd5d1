"""One try to fulfil an order, and what follows from each way it may end."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import structlog

from bot.backoff import backoff
from bot.errors import ChatError, UserError
from bot.logs import begin_request
from bot.metrics import ORDER_TRIES
from bot.orders import posting
from bot.orders.folders import Folders
from bot.orders.held import Held
from bot.orders.posting import Dropped, Part
from bot.orders.workshop import Workshop
from bot.outbox.gate import GIVEN_UP_AFTER, Gate
from bot.replies import Parcel, Refresh
from bot.texts import render

log = structlog.get_logger()

MAKING_TRIES = 3
"""After so many times an order that can’t be made is refused."""
SENDING_TRIES_UNTOLD = 3
"""After so many failed tries to send it, whoever waits is told that it will take longer."""
BETWEEN_TRIES_MAX = 3600.0
"""Seconds between two tries at most."""
SOON, NOT_SO_SOON = timedelta(seconds=0.1), timedelta(seconds=30)
"""How long to wait for what comes first, the waiting message above all: a quarter of the order’s age, between these."""


class Unmade(Exception):
    """The handler failed; the cause says how."""


class Attempt:
    """``gate`` shuts while Mattermost does not answer: nothing is made for nobody then."""

    def __init__(self, workshop: Workshop, folders: Folders, gate: Gate, first: float) -> None:
        self._workshop = workshop
        self._chat = workshop.chat
        self._clock = workshop.clock
        self._folders = folders
        self._gate = gate
        self._first = first

    async def run(self, held: Held) -> None:
        """Try once. Raises Lost, and what the database raises."""
        reference = begin_request()
        if not await held.has_its_turn():
            now = self._clock()
            await held.put_off(now + min(max((now - held.row.created_at) / 4, SOON), NOT_SO_SOON))
            return
        began = asyncio.get_running_loop().time()
        try:
            channel_id = await self._chat.direct_channel(held.row.target)
            there = await posting.standing(self._chat, channel_id, held)
        except ChatError as error:
            await self._not_reached(held, error, began, reference)
            return
        self._gate.opened()
        await self._fulfil(held, channel_id, there, reference)

    async def _fulfil(self, held: Held, channel_id: str, there: dict[int, str], reference: str) -> None:
        try:
            await self._complete(held, channel_id, there)
        except UserError as refusal:
            await self._over(held, "refused", refusal.text, delivered_at=self._clock())
        except Unmade as problem:
            await self._unmade(held, problem, reference)
        except Dropped as error:
            await self._dropped(held, error, reference)
        except ChatError as error:
            await self._unsent(held, error, reference)
        else:
            await held.end(held.order.done, delivered_at=self._clock(), post_id=there[0], fault=None)
            ORDER_TRIES.labels("sent").inc()

    async def _complete(self, held: Held, channel_id: str, there: dict[int, str]) -> None:
        """Make what is not there yet, and send it; ``there`` then holds all posts."""
        if there and len(there) == len(held.order.sizes or ()):
            return
        with self._folders.fresh() as folder:
            parcel = await self._make(held, folder)
            content, files = self._workshop.content(parcel, held.row.target), posting.parts(parcel.files)
            held.order.sizes, held.order.done = [len(part) for part in files], parcel.done
            await held.keep()
            for place, part in enumerate(files):
                if place not in there:
                    there[place] = await posting.send(self._chat, channel_id, held, Part(place, part, content))

    async def _make(self, held: Held, folder: Path) -> Parcel:
        try:
            return await self._workshop.make(held.row, held.order, folder)
        except UserError:
            raise
        except Exception as problem:
            raise Unmade from problem

    async def _unmade(self, held: Held, problem: Unmade, reference: str) -> None:
        held.order.failures += 1
        given_up = held.order.failures >= MAKING_TRIES
        log.error("order_not_made", name=held.order.name, given_up=given_up, exc_info=problem.__cause__)
        fault = f"not made: {type(problem.__cause__).__name__}"
        if given_up:
            await self._over(held, "failed", render("fichier/broken", reference=reference), fault=fault)
        else:
            await self._later(held, fault, held.order.failures)

    async def _dropped(self, held: Held, error: Dropped, reference: str) -> None:
        if held.order.dropped > 1:
            await self._refused(held, error, reference)
        else:
            await self._later(held, str(error), 1)

    async def _unsent(self, held: Held, error: ChatError, reference: str) -> None:
        tries = held.row.attempts + 1
        too_late = self._clock() >= held.row.created_at + GIVEN_UP_AFTER
        if too_late or not (error.may_pass or error.status == 401):
            await self._refused(held, error, reference)
            return
        log.warning("order_not_sent", status=error.status, error_id=error.error_id, attempts=tries)
        await self._later(held, str(error), tries, error.retry_after or 0.0)

    async def _not_reached(self, held: Held, error: ChatError, began: float, reference: str) -> None:
        away = error.status in {401, 429} or (error.may_pass and not await self._chat.answers())
        if not away:
            # The server answers others: this person’s channel only, or a refusal.
            self._gate.opened()
            await self._unsent(held, error, reference)
            return
        if self._gate.shut(began, error.retry_after):
            log.warning("mattermost_away", status=error.status, error_id=error.error_id)
        ORDER_TRIES.labels("later").inc()
        await held.put_off(self._clock())

    async def _later(self, held: Held, fault: str, tries: int, at_least: float = 0.0) -> None:
        """Try again, after pauses that grow."""
        ORDER_TRIES.labels("later").inc()
        pause = max(backoff(2 * tries - 1, 2 * self._first, BETWEEN_TRIES_MAX), at_least)
        topic, attempts = held.row.topic, held.row.attempts + 1
        told = [Refresh(render("fichier/later"), topic=topic)] if topic and attempts == SENDING_TRIES_UNTOLD else []
        next_try = self._clock() + timedelta(seconds=pause)
        await held.put_off(next_try, told, attempts=attempts, fault=fault[:120])

    async def _refused(self, held: Held, error: ChatError, reference: str) -> None:
        log.warning("order_refused", status=error.status, error_id=error.error_id, given_up=True)
        text = render("fichier/refused", reason=posting.reason(error), reference=reference)
        await self._over(held, "refused", text, fault=str(error)[:120])

    async def _over(self, held: Held, outcome: str, text: str, **values: Any) -> None:
        await held.refuse(text, **values)
        ORDER_TRIES.labels(outcome).inc()
