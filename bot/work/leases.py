"""Work at hand: its row, the lease on it, and every change of it, none of which another replica can cross."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.delivery import Row
from bot.replies import Refresh, Reply
from bot.retries import LeaseLostError
from bot.tasks import ShieldedTransactions
from bot.work.handlers import WorkHandlers
from storage import work as table
from storage.claims import LEASE
from storage.work import EMPTY, Work, WorkState

SOON, NOT_SO_SOON = timedelta(seconds=0.1), timedelta(seconds=30)
"""How long to wait for what comes first, the message about it above all: a quarter of its age, between these."""
ERROR_MAX = 120


class WorkLease:
    """What a worker has of some work."""

    def __init__(self, row: Work, transactions: ShieldedTransactions, handlers: WorkHandlers) -> None:
        self.row = row
        self._transactions = transactions
        self._handlers = handlers
        self._clock = handlers.clock
        self._left = False

    async def has_its_turn(self) -> bool:
        """Whether what comes first is through; else it is left until later."""
        if await self._transactions.run(lambda db: table.has_its_turn(db, self.row), writes=False):
            return True
        now = self._clock()
        next_try = now + min(max((now - self.row.created_at) / 4, SOON), NOT_SO_SOON)
        values: dict[str, Any] = {} if self.row.state is WorkState.CANCELLED else {"state": WorkState.WAITING}
        values |= {} if self.row.attempts or self.row.done else {"started_at": None}
        await self.put_off(next_try, **values)
        return False

    async def keep(self) -> None:
        """Renew the lease, and write down how far the work is. Raises Lost."""
        await self._change(not_before=self._clock() + LEASE)

    async def renew(self) -> bool:
        """The same; False when another has it."""
        try:
            await self.keep()
        except LeaseLostError:
            return self._left
        return True

    async def put_off(self, next_try: datetime, replies: Sequence[Reply] = (), **more: Any) -> None:
        """Leave it until then. Raises Lost."""
        await self._change(replies, not_before=next_try, owner=None, **more)

    async def give_back(self) -> None:
        """Leave it to whoever comes next, if it is still this worker’s."""
        await self._transactions.wait()
        if not self._left:
            await self.put_off(self._clock())

    async def end(self, state: WorkState, text: str, *, instead: Reply | None = None, **more: Any) -> None:
        """Nothing more will be done; the message about it becomes the text (empty: it stays as it is). ``instead`` is
        said where there is none. Raises Lost."""
        topic = self.row.topic
        replies: list[Reply] = [Refresh(text, topic=topic)] if text and topic else []
        await self._change(replies, instead, **end_values(state), **more)

    def cursor(self) -> dict[str, Any]:
        """Where it goes on, to be written with each change of what is not over; none to leave what is written."""
        return {}

    async def _change(self, replies: Sequence[Reply] = (), instead: Reply | None = None, **values: Any) -> None:
        if self._left:
            return
        messages = await self._transactions.run(lambda db: self._write(db, replies, instead, values))
        self._handlers.deliver_now(messages)

    async def _write(
        self, db: AsyncSession, replies: Sequence[Reply], instead: Reply | None, values: dict[str, Any]
    ) -> Sequence[Row]:
        """One transaction; ``instead`` is said when nothing is there to be rewritten."""
        await self.claim(db, self.cursor() | values)
        messages = await self._handlers.prepare(db, replies)
        if instead and not messages:
            messages = await self._handlers.prepare(db, [instead])
        await self.leave(db, values)
        return messages

    async def claim(self, db: AsyncSession, values: dict[str, Any]) -> None:
        """Change the row, in the caller’s transaction. Raises Lost."""
        if not await table.change(db, self.row, values, self._clock()):
            raise LeaseLostError

    async def leave(self, db: AsyncSession, values: dict[str, Any]) -> None:
        """If these values end it, or leave it to others, know so; last in that transaction, and not where it is waited
        for: who waits may be cut off."""
        if values["not_before"] is None and self.row.topic:
            await table.forget_topic(db, self.row.topic)
        self._left = self._left or "owner" in values


def end_values(state: WorkState) -> dict[str, Any]:
    """The values of work that is over."""
    return {"state": state, "not_before": None, "owner": None, "data": EMPTY, "cursor": None, "topic": None}
