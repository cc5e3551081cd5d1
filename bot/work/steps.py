"""Long work in steps: each step is one transaction with its messages and its cursor, and gives way to people."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

import structlog
from pydantic import BaseModel
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.context import Request
from bot.errors import ChatError, UserError
from bot.features import Trigger
from bot.logs import begin_request
from bot.metrics import REQUESTS, WORK_STEPS
from bot.options import WorkPriority
from bot.outbox_rows import Row
from bot.replies import Button, Direct, Progress, Refresh, Step
from bot.retries import Gate, LeaseLostError, backoff, is_away
from bot.tasks import CallPriority, NotFetchedYetError, ShieldedTransactions, loop_time, paced_calls
from bot.work import STOPPABLE, WorkPhase, make_work_message, topic_of_work
from bot.work.workers import ERROR_MAX, WorkHandlers, WorkLease, end_values
from storage.claims import LEASE
from storage.engines import may_pass
from storage.outbox import queue
from storage.work import Work, WorkSort, WorkState

T = TypeVar("T")

FEW = 3
"""What goes to so few is no crowd: it leaves with what answers people."""
TOLD_EVERY = 2.0
"""Seconds between two rewritings of the message about it at least."""
TOLD_AFTER = timedelta(seconds=5)
"""How long work that is shown elsewhere lasts before there is a message about it."""


@dataclass(frozen=True, slots=True)
class StepResult:
    """A step, and the trigger whose handler made it."""

    trigger: Trigger
    step: Step


class StepsLease(WorkLease):
    """A lease on work in steps, with its progress."""

    def __init__(self, row: Work, transactions: ShieldedTransactions, handlers: WorkHandlers) -> None:
        super().__init__(row, transactions, handlers)
        self.is_over = False
        self._told_at = float("-inf")

    @property
    def progress(self) -> Progress:
        """The present progress."""
        return Progress(cursor=self.row.cursor, done=self.row.done, total=self.row.total)

    async def advance(self, taken: StepResult) -> None:
        """Store a step in a transaction of its own. Raises LeaseLostError."""
        messages = await self._transactions.run(lambda db: self.write(db, taken))
        self.note(taken, messages)

    async def write(self, db: AsyncSession, taken: StepResult) -> Sequence[Row]:
        """Store a step in the caller’s transaction: its cursor, its messages and the progress message. Raises
        LeaseLostError."""
        step = taken.step
        values: dict[str, Any] = {"done": step.done, "total": step.total, "attempts": 0, "error": None}
        if step.finished:
            values |= end_values(WorkState.DONE)
        else:
            values |= {"cursor": step.cursor, "not_before": self._clock() + LEASE}
        told = self._tell(step)
        values |= self._file(told)
        await self.claim(db, values)
        prepare = self._handlers.prepare
        few = step.total is not None and step.total <= FEW
        request = Request("work", self.row.name, crowd=not few and taken.trigger.pace is not WorkPriority.URGENT)
        rows = [*await prepare(db, step.replies, request, taken.trigger.feature), *await prepare(db, told)]
        await self.leave(db, values)
        return rows

    def note(self, taken: StepResult, messages: Sequence[Row]) -> None:
        """Take note that this transaction was committed."""
        step = taken.step
        self.row.done, self.row.total, self.row.cursor = step.done, step.total, step.cursor
        self.row.attempts, self.is_over = 0, step.finished
        self.row.topic = self.row.topic or next((row.topic for row in messages if self._is_about(row)), None)
        self._handlers.deliver_now(messages)

    def _is_about(self, row: Row) -> bool:
        """Return whether a row is the first progress message."""
        return row.topic == topic_of_work(self.row.id)

    async def rest(self, until: datetime, **more: Any) -> None:
        """Postpone the work, because something failed. Raises LeaseLostError."""
        told = self._say(WorkPhase.LATER)
        await self.put_off(until, told, state=WorkState.WAITING, **more, **self._file(told))

    async def close(self, state: WorkState, how: WorkPhase, said: str = "", **more: Any) -> None:
        """End the work, and say so. Raises LeaseLostError."""
        values = end_values(state) | more
        messages = await self._transactions.run(lambda db: self._close(db, values, how, said))
        self.is_over = True
        self._handlers.deliver_now(messages)

    async def _close(self, db: AsyncSession, values: dict[str, Any], how: WorkPhase, said: str) -> Sequence[Row]:
        """End the work in one transaction with its feature’s last step."""
        trigger, prepare = self._handlers.trigger(self.row), self._handlers.prepare
        last = await self._handlers.last_step(db, self.row, self.progress)
        then = _row_after(self.row, last) if last else self.row
        await self.claim(db, values | {"done": then.done, "total": then.total})
        buttons = self._lead_to_help(said) if how is WorkPhase.FAILED else []
        why = last.said if last and how is WorkPhase.CANCELLED else said
        rows = await prepare(db, [replace(each, buttons=buttons) for each in self._say(how, then, why)])
        if last and trigger:
            rows += await prepare(db, last.replies, Request("work", self.row.name), trigger.feature)
        await self.leave(db, values)
        return rows

    def _lead_to_help(self, reference: str) -> Sequence[Button]:
        rescue, trigger = self._handlers.rescue, self._handlers.trigger(self.row)
        return [rescue.button(reference, f"un travail long, « {trigger.title} »")] if rescue and trigger else []

    def _tell(self, step: Step) -> Sequence[Refresh | Direct]:
        """Return the progress message after a step, if there is anything to say."""
        if not step.finished and loop_time() - self._told_at < TOLD_EVERY:
            return []
        self._told_at = loop_time()
        return self._say(WorkPhase.DONE if step.finished else WorkPhase.RUNNING, _row_after(self.row, step), step.said)

    def _say(self, how: WorkPhase, work: Work | None = None, said: str = "") -> Sequence[Refresh | Direct]:
        """Rewrite the progress message, or send the first one if that is worthwhile."""
        message = make_work_message(self._handlers.trigger(self.row), work or self.row, how, said)
        if self.row.topic:
            return [message.recast(Refresh, topic=self.row.topic)]
        if not self.row.person or not self._is_worth_telling(how, said):
            return []
        topic = topic_of_work(self.row.id) if how in STOPPABLE else None
        return [message.recast(Direct, user_id=self.row.person, topic=topic)]

    def _is_worth_telling(self, how: WorkPhase, said: str) -> bool:
        """Return whether anything is to be said of work whose effect is visible where it was asked for."""
        if how is WorkPhase.RUNNING:
            return self._clock() - self.row.created_at >= TOLD_AFTER
        return bool(said) if how is WorkPhase.DONE else how is not WorkPhase.CANCELLED

    @staticmethod
    def _file(told: Sequence[Refresh | Direct]) -> dict[str, Any]:
        """Return the values that record the first progress message, which later ones rewrite."""
        topic = next((each.topic for each in told if isinstance(each, Direct)), None)
        return {"topic": topic} if topic else {}


def _row_after(row: Work, step: Step) -> Work:
    """Return the row as it is after a step."""
    return Work(**(row.model_dump() | {"done": step.done, "total": step.total}))


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
PACING = {
    WorkPriority.URGENT: CallPriority.NONE,
    WorkPriority.BROAD: CallPriority.WORK,
    WorkPriority.CHORE: CallPriority.CHORE,
}


class TooSlowError(Exception):
    """A step exceeded its time limit."""


class StepRunner:
    """Runs work in steps. ``give_way`` waits a moment for answers to people; ``first`` is the first pause in seconds
    after a failure."""

    sort = WorkSort.STEPS

    def __init__(self, handlers: WorkHandlers, give_way: GiveWay, first: float = 1.0) -> None:
        self._handlers = handlers
        self._clock = handlers.clock
        self._give_way = give_way
        self.gate = Gate(first)
        self._first = first
        self._rests: Counter[str] = Counter()
        """How often in a row each has rested so."""

    def hold(self, row: Work, transactions: ShieldedTransactions) -> StepsLease:
        """Make the lease of a piece of work."""
        return StepsLease(row, transactions, self._handlers)

    async def close(self, held: StepsLease) -> None:
        """Say that the work was cancelled, once its progress message has arrived and can be rewritten."""
        self._rests.pop(held.row.id, None)
        if await held.has_its_turn():
            await held.close(WorkState.CANCELLED, WorkPhase.CANCELLED)

    async def run(self, held: StepsLease) -> None:
        """Run steps for a while. Raises LeaseLostError and database errors."""
        reference = begin_request()
        if not await held.has_its_turn():
            return
        try:
            trigger, payload = self._handlers.find(held.row, OLD)
        except UserError as refusal:
            await self._refused(held, refusal)
            return
        until = loop_time() + TURN
        while loop_time() < until:
            await self._give_way()
            if self._is_behind(held, trigger) and await self._much_waits():
                await asyncio.sleep(AHEAD_PAUSE)
            elif not await self._try(held, trigger, payload, reference):
                return
        await held.put_off(self._clock())

    @staticmethod
    def _is_behind(held: StepsLease, trigger: Trigger) -> bool:
        """Return whether a step must wait for messages to many; not for urgent work, nor for anybody’s first step."""
        return trigger.pace is not WorkPriority.URGENT and (held.row.cursor is not None or held.row.done > 0)

    async def _much_waits(self) -> bool:
        async with self._handlers.database.transaction(writes=False) as db:
            return await queue.crowd_waiting(db, self._clock() + LEASE, AHEAD_MAX) >= AHEAD_MAX

    async def _try(self, held: StepsLease, trigger: Trigger, payload: BaseModel, reference: str) -> bool:
        """Run one step, and return whether another may follow at once."""
        began = loop_time()
        try:
            came_on = await self._do(held, trigger, payload)
        except LeaseLostError:
            raise
        except NotFetchedYetError:
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
            self.gate.note_answer()
            self._rests.pop(held.row.id, None)
            WORK_STEPS.labels("done").inc()
            if not held.is_over and not came_on:
                await asyncio.sleep(IDLE_PAUSE)
            return not held.is_over
        return False

    async def _do(self, held: StepsLease, trigger: Trigger, payload: BaseModel) -> bool:
        """Run the handler and store its result, in one transaction if it writes; return whether it advanced."""
        handlers, row, before, now = self._handlers, held.row, held.progress, self._clock()
        with REQUESTS.labels("work", row.name).time():
            user = await handlers.person(row, trigger, now)
            facts = await _do_in_time(trigger, handlers.ask(trigger, user, row, now, payload, before))
            async with handlers.database.transaction(writes=trigger.writes) as db:
                context = handlers.context(db, user, row, now, writes=trigger.writes)
                step: Step = await _do_in_time(trigger, trigger.handler(context, payload, before, *facts))
                taken = StepResult(trigger, step)
                messages = await held.write(db, taken) if trigger.writes else None
        if messages is None:
            await held.advance(taken)
        else:
            held.note(taken, messages)
        self._handlers.touch(trigger)
        return held.is_over or held.progress != before

    async def _refused(self, held: StepsLease, refusal: UserError) -> None:
        WORK_STEPS.labels("refused").inc()
        await held.close(WorkState.FAILED, WorkPhase.REFUSED, refusal.text, error=refusal.text[:ERROR_MAX])

    async def _failed(self, held: StepsLease, problem: Exception, reference: str) -> None:
        attempts, fault = held.row.attempts + 1, f"{type(problem).__name__} ({reference})"[:ERROR_MAX]
        given_up = attempts >= TRIES_MAX
        log.error("step_failed", name=held.row.name, given_up=given_up, exc_info=problem)
        WORK_STEPS.labels("failed").inc()
        if given_up:
            await held.close(WorkState.FAILED, WorkPhase.FAILED, reference, error=fault, attempts=attempts)
            return
        pause = timedelta(seconds=backoff(attempts, 2 * self._first))
        await held.rest(self._clock() + pause, error=fault, attempts=attempts)

    async def _chat_failed(self, held: StepsLease, error: ChatError, began: float, reference: str) -> None:
        """Handle an error of Mattermost in a step: retry while it may pass; a refusal is a fault of the feature."""
        if not error.is_temporary:
            await self._failed(held, error, reference)
            return
        WORK_STEPS.labels("later").inc()
        if await is_away(self._handlers.chat, error):
            self.gate.shut_by(error, began)
            await held.put_off(self._clock())
            return
        self._rests[held.row.id] += 1
        log.warning("step_later", name=held.row.name, status=error.status, error_id=error.error_id)
        pause = max(backoff(self._rests[held.row.id], self._first, REST_MAX), error.retry_after or 0.0)
        await held.rest(self._clock() + timedelta(seconds=pause), error=str(error)[:ERROR_MAX])


async def _do_in_time(trigger: Trigger, part: Awaitable[T]) -> T:
    """Run a part of a step. Raises TooSlowError."""
    try:
        async with asyncio.timeout(trigger.longest.total_seconds() if trigger.longest else STEP_MAX) as limit:
            with paced_calls(PACING[trigger.pace or WorkPriority.BROAD]):
                return await part
    except TimeoutError as error:
        if limit.expired():
            raise TooSlowError from error
        raise
