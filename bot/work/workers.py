"""The workers: they take what is due of one class of work, a few pieces at once, beside the outbox’s.

People take turns: one piece of each at a time, and nobody’s second before everybody’s first.
"""

import asyncio
import secrets
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Generic, Protocol, TypeVar

import structlog

from bot import retries
from bot.retries import Gate, LeaseLostError, PollerPauses, TablePoller, lease_kept, wait_before_look
from bot.tasks import ShieldedTransactions
from bot.work.handlers import WorkHandlers
from bot.work.leases import WorkLease
from storage import work as table
from storage.claims import LEASE
from storage.work import ALL, Work, WorkFilter, WorkSort, WorkState, WorkTurn

log = structlog.get_logger()

PAUSES = PollerPauses(breath=0.05, after_fault=1.0)
SERVED_MAX = 200
"""Of how many people it is known at most that they had their turn in this round."""
H = TypeVar("H", bound=WorkLease)


@dataclass(frozen=True, slots=True)
class WorkerSlots:
    """So many pieces at once, of that work of a sort; ``unwatched`` is of how many no message tells at most."""

    count: int
    among: WorkFilter = ALL
    unwatched: int | None = None


class WorkRunner(Protocol[H]):
    """How a sort of work is done."""

    @property
    def sort(self) -> WorkSort:
        """The sort."""

    @property
    def gate(self) -> Gate:
        """Shut while Mattermost does not answer: nothing is done for nobody then."""

    def hold(self, row: Work, transactions: ShieldedTransactions) -> H:
        """Take it in hand."""

    async def run(self, held: H) -> None:
        """Do some or all of it, and leave it (put off, or at its end). Raises Lost, and what the database raises."""

    async def close(self, held: H) -> None:
        """Tell that it was cancelled."""


class Workers(Generic[H]):
    """``call`` is set when there is something to be done."""

    def __init__(self, handlers: WorkHandlers, runner: WorkRunner[H], call: asyncio.Event, slots: WorkerSlots) -> None:
        self._transactions = ShieldedTransactions(handlers.database)
        self._one_process = handlers.database.is_sqlite
        self._clock, self._leads = handlers.clock, handlers.leads
        self._runner = runner
        self._sort = runner.sort
        self._slots = slots
        self._poller = TablePoller("work", self._look, PAUSES, call)
        self._busy: dict[str, asyncio.Task[None]] = {}
        """What is worked on, by its id."""
        self._rows: dict[str, Work] = {}
        """The same as it was taken."""
        self._turn: dict[str, None] = {}
        self._loop: asyncio.Task[None] | None = None

    @property
    def is_idle(self) -> bool:
        """Whether nothing is being worked on."""
        return not self._busy

    def look(self) -> None:
        """Look at the table now."""
        self._poller.call.set()

    def start(self) -> None:
        """Begin, with what an earlier run left."""
        self._loop = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Stop at once: what is unfinished goes back to the table, and what is on its way is found by the next try."""
        tasks = [t for t in (self._loop, *self._busy.values()) if t]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._transactions.wait()

    async def _run(self) -> None:
        if self._one_process:
            with suppress(Exception):  # the leases end by themselves
                turn = WorkTurn(self._sort, among=self._slots.among)
                await self._transactions.run(lambda db: table.release_all(db, self._clock(), turn))
        await self._poller.run()

    async def _look(self) -> float:
        """Take one piece if a hand is free; the seconds until the next look."""
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
            self._rows[row.id] = row
            self._busy[row.id] = asyncio.create_task(self._work(row))
            return 0.0
        following = await self._transactions.run(lambda db: table.next_due(db, turn), writes=False)
        due_in = max(0.0, (following - now) / timedelta(seconds=1)) if following else retries.LOOK_ANYWAY
        return min(retries.LOOK_ANYWAY, due_in)

    def _served_now(self) -> Sequence[str]:
        """Those whose turn it is; in steps, what nobody began is done side by side."""
        persons = [row.person for row in self._rows.values()]
        return [person for person in persons if person or self._sort is WorkSort.FILE]

    def _wanted(self) -> WorkFilter:
        """Of which work one more piece may be taken."""
        unwatched = sum(row.topic is None for row in self._rows.values())
        is_enough = self._slots.unwatched is not None and unwatched >= self._slots.unwatched
        return replace(self._slots.among, told=True) if is_enough else self._slots.among

    def _serve(self, person: str) -> None:
        """Somebody’s turn has come; when all who wait had one, the next round begins."""
        if person in self._turn:
            self._turn.clear()
        self._turn[person] = None
        if len(self._turn) > SERVED_MAX:
            del self._turn[next(iter(self._turn))]

    async def _work(self, row: Work) -> None:
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
                del self._busy[row.id], self._rows[row.id]
                self._poller.call.set()

    async def _do(self, held: H) -> None:
        if held.row.state is WorkState.CANCELLED:
            await self._runner.close(held)
        else:
            await self._runner.run(held)


class WorkerGroup:
    """All who do work of one sort, each of its classes with slots of their own."""

    def __init__(self, *workers: Workers[Any]) -> None:
        self._workers = workers

    @property
    def is_idle(self) -> bool:
        """Whether nothing is being worked on."""
        return all(each.is_idle for each in self._workers)

    def look(self) -> None:
        """Look at the table now."""
        for each in self._workers:
            each.look()

    def start(self) -> None:
        """Begin, with what an earlier run left."""
        for each in self._workers:
            each.start()

    async def stop(self) -> None:
        """Stop at once, as each of them does."""
        await asyncio.gather(*(each.stop() for each in self._workers))
