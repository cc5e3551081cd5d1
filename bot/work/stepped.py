"""Work in steps at hand: what each step writes, and the message about it, rewritten now and then."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.context import Request
from bot.features import Pace, Trigger
from bot.replies import Button, Progress, Refresh, Reply, Step
from bot.transactions import Transactions
from bot.work.held import Held, end_values
from bot.work.telling import How, tell
from bot.work.workshop import Workshop
from bot.writer import Row
from storage.leases import LEASE
from storage.work import State, Work

FEW = 3
"""What goes to so few is no crowd: it leaves with what answers people."""
TOLD_EVERY = 2.0
"""Seconds between two rewritings of the message about it at least."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A step, and what took it."""

    trigger: Trigger
    step: Step


class HeldSteps(Held):
    """Held, with how far it is."""

    def __init__(self, row: Work, transactions: Transactions, workshop: Workshop) -> None:
        super().__init__(row, transactions, workshop)
        self.is_over = False
        self._told_at = float("-inf")

    @property
    def progress(self) -> Progress:
        """How far it is."""
        return Progress(cursor=self.row.cursor, done=self.row.done, total=self.row.total)

    async def advance(self, taken: Taken) -> None:
        """Write a step down, in a transaction of its own. Raises Lost."""
        messages = await self._transactions.run(lambda db: self.write(db, taken))
        self.note(taken, messages)

    async def write(self, db: AsyncSession, taken: Taken) -> Sequence[Row]:
        """Write a step down in the caller’s transaction: how far it is, what it sends, what is told. Raises Lost."""
        step = taken.step
        values: dict[str, Any] = {"done": step.done, "total": step.total, "attempts": 0, "error": None}
        if step.finished:
            values |= end_values(State.DONE)
        else:
            values |= {"cursor": step.cursor, "not_before": self._clock() + LEASE}
        await self.claim(db, values)
        prepare = self._workshop.prepare
        few = step.total is not None and step.total <= FEW
        request = Request("work", self.row.name, crowd=not few and taken.trigger.pace is not Pace.URGENT)
        rows = [*await prepare(db, step.replies, request, taken.trigger.feature), *await prepare(db, self._tell(step))]
        await self.leave(db, values)
        return rows

    def note(self, taken: Taken, messages: Sequence[Row]) -> None:
        """That transaction is committed."""
        step = taken.step
        self.row.done, self.row.total, self.row.cursor = step.done, step.total, step.cursor
        self.row.attempts, self.is_over = 0, step.finished
        self._workshop.hurry(messages)

    async def rest(self, until: datetime, **more: Any) -> None:
        """Leave it until then, as something went wrong. Raises Lost."""
        await self.put_off(until, self._say(How.LATER), state=State.WAITING, **more)

    async def close(self, state: State, how: How, said: str = "", **more: Any) -> None:
        """Nothing more will be done of it, and that is told. Raises Lost."""
        values = end_values(state) | more
        messages = await self._transactions.run(lambda db: self._close(db, values, how, said))
        self.is_over = True
        self._workshop.hurry(messages)

    async def _close(self, db: AsyncSession, values: dict[str, Any], how: How, said: str) -> Sequence[Row]:
        """One transaction: what its feature makes of that, and that it is over."""
        trigger, prepare = self._workshop.trigger(self.row), self._workshop.prepare
        last = await self._workshop.last_step(db, self.row, self.progress)
        then = _as_of(self.row, last) if last else self.row
        await self.claim(db, values | {"done": then.done, "total": then.total})
        message = tell(trigger, then, how, said)
        buttons = self._lead_to_help(said) if how is How.FAILED else []
        rows = await prepare(db, [Refresh(message.text, buttons, topic=self.row.topic)] if self.row.topic else [])
        if last and trigger:
            rows += await prepare(db, last.replies, Request("work", self.row.name), trigger.feature)
        await self.leave(db, values)
        return rows

    def _lead_to_help(self, reference: str) -> Sequence[Button]:
        rescue, trigger = self._workshop.rescue, self._workshop.trigger(self.row)
        return [rescue.button(reference, f"un travail long, « {trigger.title} »")] if rescue and trigger else []

    def _tell(self, step: Step) -> Sequence[Reply]:
        """What there is to say of a step: not of each, but of the last."""
        if not step.finished and _now() - self._told_at < TOLD_EVERY:
            return []
        self._told_at = _now()
        return self._say(How.DONE if step.finished else How.RUNNING, _as_of(self.row, step), step.said)

    def _say(self, how: How, work: Work | None = None, said: str = "") -> Sequence[Reply]:
        if not self.row.topic:
            return []
        message = tell(self._workshop.trigger(self.row), work or self.row, how, said)
        return [Refresh(message.text, message.buttons, topic=self.row.topic)]


def _as_of(row: Work, step: Step) -> Work:
    """The row as it is after that step."""
    return Work(**(row.model_dump() | {"done": step.done, "total": step.total}))


def _now() -> float:
    return asyncio.get_running_loop().time()
