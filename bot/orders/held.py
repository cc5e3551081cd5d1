"""An order at work: its row, the lease on it, and every change of it, none of which another replica can cross."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.orders.workshop import Workshop
from bot.outbox import LEASE, Order
from bot.replies import Direct, Refresh, Reply
from bot.steps import Steps
from storage import orders as table
from storage.outbox import EMPTY, Outgoing


class Lost(Exception):
    """Another replica has the order now."""


class Held:
    """What a maker has of an order; ``order`` is the content of its row."""

    def __init__(self, row: Outgoing, steps: Steps, workshop: Workshop) -> None:
        self.row = row
        self.order = Order.model_validate(row.content)
        self._steps = steps
        self._workshop = workshop
        self._clock = workshop.clock
        self._one_at_a_time = asyncio.Lock()
        self._over = False

    async def has_its_turn(self) -> bool:
        """Whether its waiting message stands, and what the person ordered before is through."""
        return await self._steps.run(lambda db: table.has_its_turn(db, self.row), writes=False)

    async def keep(self) -> None:
        """Renew the lease, and write down how far the order is. Raises Lost."""
        await self._change(not_before=self._clock() + LEASE)

    async def put_off(self, next_try: datetime, replies: Sequence[Reply] = (), **more: Any) -> None:
        """Leave it until then."""
        await self._change(replies, not_before=next_try, **more)
        self._over = True

    async def give_back(self) -> None:
        """Leave it to whoever comes next, if it is still this maker’s."""
        await self._steps.wait()
        if not self._over and self.row.not_before is not None:
            await self.put_off(self._clock())

    async def end(self, text: str, **more: Any) -> None:
        """Nothing more will be tried; the waiting message becomes the text (empty: it stays as it is)."""
        topic = self.row.topic
        replies: list[Reply] = [Refresh(text, topic=topic)] if text and topic else []
        await self._change(replies, not_before=None, topic=None, **more)

    async def refuse(self, text: str, **more: Any) -> None:
        """Nothing more will be tried, and the person is told why: in the waiting message, or in one of its own."""
        topic = self.row.topic
        told = [Refresh(text, topic=topic)] if topic else []
        await self._change(told, Direct(text, user_id=self.row.target), not_before=None, topic=None, **more)

    async def _change(self, replies: Sequence[Reply] = (), instead: Reply | None = None, **values: Any) -> None:
        async with self._one_at_a_time:
            if self._over or self.row.not_before is None:
                return
            values |= {"content": self.order.model_dump(mode="json") if values["not_before"] else EMPTY}
            messages = await self._steps.run(lambda db: self._write(db, replies, instead, values))
        self._workshop.hurry(messages)

    async def _write(
        self, db: AsyncSession, replies: Sequence[Reply], instead: Reply | None, values: dict[str, Any]
    ) -> list[Outgoing]:
        """One transaction; ``instead`` is said when nothing is there to be rewritten."""
        if not await table.change(db, self.row, values):
            raise Lost
        messages = await self._workshop.prepare(db, replies)
        if instead and not messages:
            messages = await self._workshop.prepare(db, [instead])
        if self.row.topic and "topic" in values:
            await table.forget_topic(db, self.row.topic)
        # Here, and not where it is waited for: who waits may be cut off.
        self.row.not_before = values["not_before"]
        return messages
