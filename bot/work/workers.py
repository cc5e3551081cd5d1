"""Workers: they take due work of one priority, a few pieces at once, hold each under a lease and run its handler with
the person’s present rights.

People take turns: one piece each at a time, and nobody’s second before everybody’s first.
"""

import asyncio
import secrets
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Generic, Protocol, TypeVar

import structlog
from pydantic import BaseModel, ValidationError
from sqlmodel.ext.asyncio.session import AsyncSession

from bot import retries
from bot.admission import Admission, HandlerDependencies
from bot.context import Context, Request
from bot.errors import UserError
from bot.features import Key, Trigger
from bot.options import WorkPriority
from bot.outbox_rows import Row
from bot.people import make_nobody
from bot.registry import require_enabled
from bot.replies import Message, Progress, Refresh, Reply, Step
from bot.retries import Gate, LeaseLostError, PollerPauses, TablePoller, lease_kept, wait_before_look
from bot.tasks import ShieldedTransactions, cancel_all
from storage import people
from storage import work as table
from storage.claims import LEASE
from storage.engines import may_pass
from storage.people import Person
from storage.work import ALL, EMPTY, Work, WorkFilter, WorkSort, WorkState, WorkTurn

SOON, NOT_SO_SOON = timedelta(seconds=0.1), timedelta(seconds=30)
"""How long to wait for what comes first, the message about it above all: a quarter of its age, between these."""
ERROR_MAX = 120

log = structlog.get_logger()

PAUSES = PollerPauses(breath=0.05, after_fault=1.0)
SERVED_MAX = 200
"""Of how many people it is known at most that they had their turn in this round."""


class WorkHandlers:
    """What all workers need."""

    def __init__(self, triggers: Mapping[Key, Trigger], dependencies: HandlerDependencies) -> None:
        self._triggers = triggers
        self._d = dependencies
        self._admission = Admission(dependencies)
        self.database, self.chat, self.clock = dependencies.database, dependencies.chat, dependencies.clock
        self.traffic, self.rescue, self.leads = dependencies.traffic, dependencies.rescue, dependencies.leads

    def trigger(self, row: Work) -> Trigger | None:
        """Return the trigger of a piece of work; None if this version no longer has it."""
        return self._triggers.get((row.sort.value, row.name))

    def names(self, pace: WorkPriority) -> frozenset[str]:
        """Return the stored names of work of that priority."""
        return frozenset(name for (kind, name), each in self._triggers.items() if kind == "work" and each.pace is pace)

    def find(self, row: Work, old: str) -> tuple[Trigger, BaseModel]:
        """Return the trigger of a piece of work, and its payload. Raises UserError with the sentence ``old`` for work
        that this version cannot do or read."""
        trigger = self.trigger(row)
        if trigger is None or trigger.payload is None:
            raise UserError(old)
        require_enabled(trigger)
        try:
            return trigger, trigger.payload.model_validate(row.data)
        except ValidationError:
            raise UserError(old) from None

    async def person(self, row: Work, trigger: Trigger, now: datetime) -> Person:
        """Read the person for whom work is done, in a transaction of its own. Raises UserError if their role forbids
        it."""
        if not row.person:
            return make_nobody()
        async with self.database.transaction(writes=False) as register:
            return await self._admission.person(register, make_work_request(row), trigger)

    async def ask(self, trigger: Trigger, user: Person, row: Work, now: datetime, *came: object) -> tuple[object, ...]:
        """Run the trigger’s question, if it has one, and return its answer as a further argument."""
        return await self._admission.ask(trigger, user, make_work_request(row), *came, now=now)

    def context(self, db: AsyncSession, user: Person, row: Work, now: datetime, *, writes: bool) -> Context:
        """Make the handler’s context."""
        return self._admission.context(user, make_work_request(row), db, now, writes=writes)

    async def last_step(self, db: AsyncSession, row: Work, so_far: Progress) -> Step | None:
        """Run the feature’s last step of work that ends early, even if the person may no longer do it.

        None if there is none or it fails; the work ends in any case.
        """
        trigger, now = self._triggers.get(("stopped", row.name)), self.clock()
        if trigger is None or trigger.payload is None:
            return None
        user = await people.get(db, row.person) or make_nobody()
        context = self.context(db, user, row, now, writes=True)
        try:
            step: Step = await trigger.handler(context, trigger.payload.model_validate(row.data), so_far)
        except Exception as problem:
            if may_pass(problem):
                raise
            log.error("last_step_failed", name=row.name, exc_info=problem)
            return None
        return step

    def content(self, message: Message, person: str) -> dict[str, Any]:
        """Render a message for somebody."""
        return self._d.delivery.content(message, person)

    async def prepare(
        self, db: AsyncSession, replies: Sequence[Reply], request: Request | None = None, sender: str = ""
    ) -> list[Row]:
        """Write messages in the caller’s transaction; by default the machine’s own to people."""
        return await self._d.delivery.prepare(db, replies, request or Request("file", ""), sender)

    def touch(self, trigger: Trigger) -> None:
        """Note that the work’s feature wrote something, so that its watched places may have changed."""
        self._d.watchlist.touch(trigger.feature)

    def deliver_now(self, messages: Sequence[Row]) -> None:
        """Deliver these messages, now that their transaction is committed."""
        self._d.delivery.deliver_now(messages)


def make_work_request(row: Work) -> Request:
    """Make the request that due work stands for."""
    return Request(row.sort.value, row.name, row.person)


class WorkLease:
    """A worker’s lease on a piece of work."""

    def __init__(self, row: Work, transactions: ShieldedTransactions, handlers: WorkHandlers) -> None:
        self.row = row
        self._transactions = transactions
        self._handlers = handlers
        self._clock = handlers.clock
        self._left = False

    async def has_its_turn(self) -> bool:
        """Return whether everything that must come first is through; else postpone the work."""
        if await self._transactions.run(lambda db: table.has_its_turn(db, self.row), writes=False):
            return True
        now = self._clock()
        next_try = now + min(max((now - self.row.created_at) / 4, SOON), NOT_SO_SOON)
        values: dict[str, Any] = {} if self.row.state is WorkState.CANCELLED else {"state": WorkState.WAITING}
        values |= {} if self.row.attempts or self.row.done else {"started_at": None}
        await self.put_off(next_try, **values)
        return False

    async def keep(self) -> None:
        """Renew the lease, and store the cursor. Raises LeaseLostError."""
        await self._change(not_before=self._clock() + LEASE)

    async def renew(self) -> bool:
        """Renew the lease; return False if another worker has it."""
        try:
            await self.keep()
        except LeaseLostError:
            return self._left
        return True

    async def put_off(self, next_try: datetime, replies: Sequence[Reply] = (), **more: Any) -> None:
        """Postpone the work. Raises LeaseLostError."""
        await self._change(replies, not_before=next_try, owner=None, **more)

    async def give_back(self) -> None:
        """Return the work to the table, if it is still this worker’s."""
        await self._transactions.wait()
        if not self._left:
            await self.put_off(self._clock())

    async def end(self, state: WorkState, text: str, *, instead: Reply | None = None, **more: Any) -> None:
        """End the work; its message becomes ``text`` ("" leaves it as it is). If it has no message, ``instead`` is
        sent. Raises LeaseLostError."""
        topic = self.row.topic
        replies: list[Reply] = [Refresh(text, topic=topic)] if text and topic else []
        await self._change(replies, instead, **end_values(state), **more)

    def cursor(self) -> dict[str, Any]:
        """Return the cursor to store with each change of unfinished work; empty to leave it as stored."""
        return {}

    async def _change(self, replies: Sequence[Reply] = (), instead: Reply | None = None, **values: Any) -> None:
        if self._left:
            return
        messages = await self._transactions.run(lambda db: self._write(db, replies, instead, values))
        self._handlers.deliver_now(messages)

    async def _write(
        self, db: AsyncSession, replies: Sequence[Reply], instead: Reply | None, values: dict[str, Any]
    ) -> Sequence[Row]:
        """Write values and replies in one transaction; ``instead`` is sent if there is no message to rewrite."""
        await self.claim(db, self.cursor() | values)
        messages = await self._handlers.prepare(db, replies)
        if instead and not messages:
            messages = await self._handlers.prepare(db, [instead])
        await self.leave(db, values)
        return messages

    async def claim(self, db: AsyncSession, values: dict[str, Any]) -> None:
        """Update the row in the caller’s transaction. Raises LeaseLostError."""
        if not await table.change(db, self.row, values, self._clock()):
            raise LeaseLostError

    async def leave(self, db: AsyncSession, values: dict[str, Any]) -> None:
        """Note that these values end the work or release it. Called last in the transaction, and never by code that
        somebody waits for, since a waiting caller may be cancelled."""
        if values["not_before"] is None and self.row.topic:
            await table.forget_topic(db, self.row.topic)
        self._left = self._left or "owner" in values


def end_values(state: WorkState) -> dict[str, Any]:
    """Return the values of finished work."""
    return {"state": state, "not_before": None, "owner": None, "data": EMPTY, "cursor": None, "topic": None}


H = TypeVar("H", bound=WorkLease)


@dataclass(frozen=True, slots=True)
class WorkerSlots:
    """How many pieces of a sort run at once; at most ``unwatched`` of them without a progress message."""

    count: int
    among: WorkFilter = ALL
    unwatched: int | None = None


class WorkRunner(Protocol[H]):
    """Runs one sort of work."""

    @property
    def sort(self) -> WorkSort:
        """The sort of work."""

    @property
    def gate(self) -> Gate:
        """The gate that is closed while Mattermost does not answer."""

    def hold(self, row: Work, transactions: ShieldedTransactions) -> H:
        """Make the lease of a row."""

    async def run(self, held: H) -> None:
        """Run some or all of the work, then postpone or end it. Raises LeaseLostError and database errors."""

    async def close(self, held: H) -> None:
        """Say that the work was cancelled."""


class Workers(Generic[H]):
    """Runs due work of one priority; ``call`` is set when there may be some."""

    def __init__(self, handlers: WorkHandlers, runner: WorkRunner[H], call: asyncio.Event, slots: WorkerSlots) -> None:
        self._transactions = ShieldedTransactions(handlers.database)
        self._one_process = handlers.database.is_sqlite
        self._clock, self._leads = handlers.clock, handlers.leads
        self._runner = runner
        self._sort = runner.sort
        self._slots = slots
        self._poller = TablePoller("work", self._look, PAUSES, call)
        self._busy: dict[str, asyncio.Task[None]] = {}
        """What is worked on, by who took it: work whose lease ended is taken once more while its first taking lasts."""
        self._rows: dict[str, Work] = {}
        """The same as it was taken."""
        self._turn: dict[str, None] = {}
        self._loop: asyncio.Task[None] | None = None

    @property
    def is_idle(self) -> bool:
        """Whether no work is running."""
        return not self._busy

    def look(self) -> None:
        """Look at the table now."""
        self._poller.call.set()

    def start(self) -> None:
        """Start, beginning with what an earlier run left."""
        self._loop = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Stop at once: unfinished work returns to the table, and its next attempt finds what was already sent."""
        await cancel_all(task for task in (self._loop, *self._busy.values()) if task)
        await self._transactions.wait()

    async def _run(self) -> None:
        if self._one_process:
            with suppress(Exception):  # the leases end by themselves
                turn = WorkTurn(self._sort, among=self._slots.among)
                await self._transactions.run(lambda db: table.release_all(db, self._clock(), turn))
        await self._poller.run()

    async def _look(self) -> float:
        """Take one piece of work if a slot is free; return the seconds until the next look."""
        gate = self._runner.gate
        if (wait := wait_before_look(gate, self._leads)) > 0:
            return wait
        if len(self._busy) >= (self._slots.count if gate.is_open else 1):
            return retries.LOOK_ANYWAY  # who is done calls
        now, turn = self._clock(), WorkTurn(self._sort, self._served_now(), list(self._turn), self._wanted())
        owner = secrets.token_hex(13)
        row = await self._transactions.run(lambda db: table.take(db, now, now + LEASE, owner, turn))
        if row is not None:
            self._serve(row.person)
            self._rows[owner] = row
            self._busy[owner] = asyncio.create_task(self._work(row, owner))
            return 0.0
        following = await self._transactions.run(lambda db: table.next_due(db, turn), writes=False)
        due_in = max(0.0, (following - now) / timedelta(seconds=1)) if following else retries.LOOK_ANYWAY
        return min(retries.LOOK_ANYWAY, due_in)

    def _served_now(self) -> Sequence[str]:
        """Return the people with work running, who have to wait for their next turn; steps that are for nobody run side
        by side."""
        persons = [row.person for row in self._rows.values()]
        return [person for person in persons if person or self._sort is WorkSort.FILE]

    def _wanted(self) -> WorkFilter:
        """Return which work may be taken next."""
        unwatched = sum(row.topic is None for row in self._rows.values())
        is_enough = self._slots.unwatched is not None and unwatched >= self._slots.unwatched
        return replace(self._slots.among, told=True) if is_enough else self._slots.among

    def _serve(self, person: str) -> None:
        """Record that somebody had their turn; when all who wait had one, a new round begins."""
        if person in self._turn:
            self._turn.clear()
        self._turn[person] = None
        if len(self._turn) > SERVED_MAX:
            del self._turn[next(iter(self._turn))]

    async def _work(self, row: Work, owner: str) -> None:
        held = self._runner.hold(row, self._transactions)
        me = asyncio.current_task()
        assert me is not None
        with lease_kept(held.renew, me.cancel):
            try:
                await self._do(held)
            except LeaseLostError:
                log.warning("work_lost", name=row.name, attempts=row.attempts)
            except asyncio.CancelledError:
                with suppress(Exception):  # the lease ends by itself
                    await held.give_back()
                raise
            except Exception:
                # The database, most likely: the work is due again when its lease ends.
                log.warning("work_broken", name=row.name, attempts=row.attempts, exc_info=True)
            finally:
                del self._busy[owner], self._rows[owner]
                self._poller.call.set()

    async def _do(self, held: H) -> None:
        if held.row.state is WorkState.CANCELLED:
            await self._runner.close(held)
        else:
            await self._runner.run(held)


class WorkerGroup:
    """The workers of one sort, with slots of their own for each priority."""

    def __init__(self, *workers: Workers[Any]) -> None:
        self._workers = workers

    @property
    def is_idle(self) -> bool:
        """Whether no work is running."""
        return all(each.is_idle for each in self._workers)

    def look(self) -> None:
        """Look at the table now."""
        for each in self._workers:
            each.look()

    def start(self) -> None:
        """Start, beginning with what an earlier run left."""
        for each in self._workers:
            each.start()

    async def stop(self) -> None:
        """Stop all workers at once."""
        await asyncio.gather(*(each.stop() for each in self._workers))
