"""Where the handler of some work is found and run, with the rights its person has now."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import structlog
from pydantic import BaseModel, ValidationError
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.admission import Admission, HandlerDependencies
from bot.context import Context, Request
from bot.delivery import Row
from bot.errors import UserError
from bot.features import Key, Trigger, WorkPriority
from bot.people import make_nobody
from bot.registry import require_enabled
from bot.replies import Message, Progress, Reply, Step
from storage import people
from storage.faults import may_pass
from storage.people import Person
from storage.work import Work

log = structlog.get_logger()


class WorkHandlers:
    """What all workers work with."""

    def __init__(self, triggers: Mapping[Key, Trigger], dependencies: HandlerDependencies) -> None:
        self._triggers = triggers
        self._d = dependencies
        self._admission = Admission(dependencies)
        self.database, self.chat, self.clock = dependencies.database, dependencies.chat, dependencies.clock
        self.traffic, self.rescue, self.leads = dependencies.traffic, dependencies.rescue, dependencies.leads

    def trigger(self, row: Work) -> Trigger | None:
        """What does such work; None for what this version does no more."""
        return self._triggers.get((row.sort.value, row.name))

    def names(self, pace: WorkPriority) -> frozenset[str]:
        """What work of that pace is called."""
        return frozenset(name for (kind, name), each in self._triggers.items() if kind == "work" and each.pace is pace)

    def find(self, row: Work, old: str) -> tuple[Trigger, BaseModel]:
        """That, and what its handler gets. Raises UserError with the sentence ``old`` for what this version does not
        know, or cannot read."""
        trigger = self.trigger(row)
        if trigger is None or trigger.payload is None:
            raise UserError(old)
        require_enabled(trigger)
        try:
            return trigger, trigger.payload.model_validate(row.data)
        except ValidationError:
            raise UserError(old) from None

    async def person(self, row: Work, trigger: Trigger, now: datetime) -> Person:
        """Who the work is done for, in a transaction of its own. Raises UserError when their role refuses."""
        if not row.person:
            return make_nobody(now)
        async with self.database.transaction(writes=False) as register:
            return await self._admission.person(register, make_work_request(row), trigger)

    async def ask(self, trigger: Trigger, user: Person, row: Work, now: datetime, *came: object) -> tuple[object, ...]:
        """What else the handler is given: what its question returns, if it has one."""
        return await self._admission.ask(trigger, user, make_work_request(row), *came, now=now)

    def context(self, db: AsyncSession, user: Person, row: Work, now: datetime, *, writes: bool) -> Context:
        """What the handler is given."""
        return self._admission.context(user, make_work_request(row), db, now, writes=writes)

    async def last_step(self, db: AsyncSession, row: Work, so_far: Progress) -> Step | None:
        """What its feature makes of work that ends before its end, whoever may do such work no more included.

        None where it makes nothing of it, or cannot: the work ends all the same.
        """
        trigger, now = self._triggers.get(("stopped", row.name)), self.clock()
        if trigger is None or trigger.payload is None:
            return None
        user = await people.get(db, row.person) or make_nobody(now)
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
        """A message as it is posted for somebody."""
        return self._d.delivery.content(message, person)

    async def prepare(
        self, db: AsyncSession, replies: Sequence[Reply], request: Request | None = None, sender: str = ""
    ) -> list[Row]:
        """Write down what is to be said, in the caller’s transaction; by default to people, of the machine’s own."""
        return await self._d.delivery.prepare(db, replies, request or Request("file", ""), sender)

    def touch(self, trigger: Trigger) -> None:
        """Its feature wrote something: where it listens may have changed."""
        self._d.watchlist.touch(trigger.feature)

    def deliver_now(self, messages: Sequence[Row]) -> None:
        """That transaction is committed."""
        self._d.delivery.deliver_now(messages)


def make_work_request(row: Work) -> Request:
    """What came in, where it is work that is due."""
    return Request(row.sort.value, row.name, row.person)
