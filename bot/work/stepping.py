"""Work done in steps: each in one transaction with what it sends and how far it is then, giving way to people."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import timedelta

import structlog
from pydantic import BaseModel

from bot.backoff import backoff
from bot.context import Context
from bot.errands import NotBackError
from bot.errors import ChatError, UserError
from bot.features import Pace, Trigger
from bot.logs import begin_request
from bot.mattermost import Pacing, pacing
from bot.metrics import REQUESTS, WORK_STEPS
from bot.outbox.gate import Gate
from bot.replies import Progress, Step
from bot.transactions import Transactions
from bot.work.held import ERROR_MAX, Lost
from bot.work.stepped import HeldSteps, Taken
from bot.work.telling import How
from bot.work.workshop import Workshop
from storage import outbox
from storage.faults import may_pass
from storage.leases import LEASE
from storage.work import Sort, State, Work

log = structlog.get_logger()

TURN = 1.0
"""Seconds after which others may go on, if somebody waits."""
NOT_BACK = 0.5
"""Seconds until a chore asks again for what it waits for outside."""
STEP_MAX = 120.0
"""Seconds after which a step that has not ended has failed."""
TRIES_MAX = 3
"""So often in a row a step may fail; then the work has."""
AHEAD_MAX = 50
"""How many messages to many may wait before more are made: what is told done should be, and what is stopped stop."""
AHEAD_PAUSE = 0.25
"""Seconds until they are counted again."""
IDLE_PAUSE = 1.0
"""Seconds after a step that came no further."""
REST_MAX = 60.0
"""How many seconds work rests at most when Mattermost fails at it though it answers others."""
OLD = "Ce travail vient d’une version plus ancienne du bot, qui ne sait plus le faire."
GiveWay = Callable[[], Awaitable[None]]
PACING = {Pace.URGENT: Pacing.NONE, Pace.BROAD: Pacing.WORK, Pace.CHORE: Pacing.CHORE}


class TooSlowError(Exception):
    """A step took longer than it may."""


class Stepping:
    """``give_way`` waits a moment for what answers people; ``first`` is the first pause in seconds after a failure."""

    sort = Sort.STEPS

    def __init__(self, workshop: Workshop, give_way: GiveWay, first: float = 1.0) -> None:
        self._workshop = workshop
        self._clock = workshop.clock
        self._give_way = give_way
        self.gate = Gate(first)
        self._first = first
        self._rests: Counter[str] = Counter()
        """How often in a row each has rested so."""

    def hold(self, row: Work, transactions: Transactions) -> HeldSteps:
        """Take some in hand."""
        return HeldSteps(row, transactions, self._workshop)

    async def close(self, held: HeldSteps) -> None:
        """Tell that it was cancelled, once the message about it has arrived: what is not there is not rewritten."""
        self._rests.pop(held.row.id, None)
        if await held.has_its_turn():
            await held.close(State.CANCELLED, How.CANCELLED)

    async def run(self, held: HeldSteps) -> None:
        """Do steps for a while. Raises Lost, and what the database raises."""
        reference = begin_request()
        if not await held.has_its_turn():
            return
        try:
            trigger, payload = self._workshop.find(held.row, OLD)
        except UserError as refusal:
            await self._refused(held, refusal)
            return
        until = asyncio.get_running_loop().time() + TURN
        while asyncio.get_running_loop().time() < until:
            await self._give_way()
            if self._is_behind(held, trigger) and await self._much_waits():
                await asyncio.sleep(AHEAD_PAUSE)
            elif not await self._try(held, trigger, payload, reference):
                return
        await held.put_off(self._clock())

    @staticmethod
    def _is_behind(held: HeldSteps, trigger: Trigger) -> bool:
        """Whether a step waits for what goes to many already: not what is urgent, nor anybody’s first."""
        return trigger.pace is not Pace.URGENT and (held.row.cursor is not None or held.row.done > 0)

    async def _much_waits(self) -> bool:
        async with self._workshop.database.transaction(writes=False) as db:
            return await outbox.crowd_waiting(db, self._clock() + LEASE, AHEAD_MAX) >= AHEAD_MAX

    async def _try(self, held: HeldSteps, trigger: Trigger, payload: BaseModel, reference: str) -> bool:
        """One step; whether another may follow at once."""
        began = asyncio.get_running_loop().time()
        try:
            came_on = await self._do(held, trigger, payload)
        except Lost:
            raise
        except NotBackError:
            await held.put_off(self._clock() + timedelta(seconds=NOT_BACK))
        except UserError as refusal:
            await self._refused(held, refusal)
        except ChatError as error:
            await self._chat_failed(held, error, began, reference)
        except Exception as problem:
            if may_pass(problem):
                raise
            await self._failed(held, problem, reference)
        else:
            self.gate.opened()
            self._rests.pop(held.row.id, None)
            WORK_STEPS.labels("done").inc()
            if not held.is_over and not came_on:
                await asyncio.sleep(IDLE_PAUSE)
            return not held.is_over
        return False

    async def _do(self, held: HeldSteps, trigger: Trigger, payload: BaseModel) -> bool:
        """Run the handler and write down what it answers, in one transaction if it writes; whether it came further."""
        database, before = self._workshop.database, held.progress
        with REQUESTS.labels("work", held.row.name).time():
            async with database.transaction(writes=trigger.writes) as db:
                context = await self._workshop.context(db, held.row, trigger, self._clock())
                taken = Taken(trigger, await _call_in_time(trigger, context, payload, before))
                messages = await held.write(db, taken) if trigger.writes else None
        if messages is None:
            await held.advance(taken)
        else:
            held.note(taken, messages)
        self._workshop.touch(trigger)
        return held.is_over or held.progress != before

    async def _refused(self, held: HeldSteps, refusal: UserError) -> None:
        WORK_STEPS.labels("refused").inc()
        await held.close(State.FAILED, How.REFUSED, refusal.text, error=refusal.text[:ERROR_MAX])

    async def _failed(self, held: HeldSteps, problem: Exception, reference: str) -> None:
        attempts, fault = held.row.attempts + 1, f"{type(problem).__name__} ({reference})"[:ERROR_MAX]
        given_up = attempts >= TRIES_MAX
        log.error("step_failed", name=held.row.name, given_up=given_up, exc_info=problem)
        WORK_STEPS.labels("failed").inc()
        if given_up:
            await held.close(State.FAILED, How.FAILED, reference, error=fault, attempts=attempts)
            return
        pause = timedelta(seconds=backoff(attempts, 2 * self._first))
        await held.rest(self._clock() + pause, error=fault, attempts=attempts)

    async def _chat_failed(self, held: HeldSteps, error: ChatError, began: float, reference: str) -> None:
        """Nothing is given up while Mattermost may come back; what it refuses is the feature’s to expect."""
        if not error.may_pass and error.status != 401:
            await self._failed(held, error, reference)
            return
        WORK_STEPS.labels("later").inc()
        if error.status in {401, 429} or not await self._workshop.chat.answers():
            if self.gate.shut(began, error.retry_after):
                log.warning("mattermost_away", status=error.status, error_id=error.error_id)
            await held.put_off(self._clock())
            return
        self._rests[held.row.id] += 1
        log.warning("step_later", name=held.row.name, status=error.status, error_id=error.error_id)
        pause = max(backoff(self._rests[held.row.id], self._first, REST_MAX), error.retry_after or 0.0)
        await held.rest(self._clock() + timedelta(seconds=pause), error=str(error)[:ERROR_MAX])


async def _call_in_time(trigger: Trigger, context: Context, payload: BaseModel, so_far: Progress) -> Step:
    try:
        async with asyncio.timeout(STEP_MAX) as limit:
            with pacing(PACING[trigger.pace or Pace.BROAD]):
                step: Step = await trigger.handler(context, payload, so_far)
                return step
    except TimeoutError as error:
        if limit.expired():
            raise TooSlowError from error
        raise
