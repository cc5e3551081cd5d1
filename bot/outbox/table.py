"""The outbox’s table as its workers use it: a short transaction for each step, deliveries marked many at once."""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog

from bot.actions import is_settling
from bot.outbox.lanes import LeasedMessage, lease_taken
from bot.retries import run_when_due
from bot.tasks import ShieldedTransactions
from storage import outbox as table
from storage.database import Database
from storage.outbox import EMPTY, LEASE, ActionTurn, DeliveryMark, Outgoing, Share, TargetKind


class OutboxTable:
    """Taking messages, and noting what became of them."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._transactions = ShieldedTransactions(database)
        self.wait = self._transactions.wait

    async def due_in(self, share: Share) -> float | None:
        """Seconds until the next try of any message of a share, 0 when it is due; None when nothing waits."""
        now = self._clock()
        following = await self._transactions.run(lambda db: table.next_due(db, now, share), writes=False)
        return max(0.0, (following - now).total_seconds()) if following else None

    async def waiting(self) -> Mapping[str, int]:
        """How many messages to people wait, by target."""
        return await self._transactions.run(lambda db: table.count_waiting(db, self._clock()), writes=False)

    async def take(self, limit: int, share: Share) -> Sequence[LeasedMessage]:
        """Lease what is due of a share, oldest first."""
        now = self._clock()
        found = await self._transactions.run(lambda db: table.take(db, now, now + LEASE, limit, share))
        return [lease_taken(message, again=not is_new) for message, is_new in found]

    async def still_mine(self, letter: LeasedMessage, needed: timedelta) -> bool:
        """Whether the lease lasts as long as a try may take, renewing it at need; False: another has it now."""
        if letter.is_mine_for(needed):
            return True
        until = self._clock() + LEASE
        mine = await self._transactions.run(lambda db: table.lease(db, letter.message, until))
        if mine:
            letter.renew(until)
        return mine

    async def superseded(self, message: Outgoing) -> bool:
        """Whether a later content of the same post exists."""
        if message.where is not TargetKind.POST:
            return False
        return await self._transactions.run(lambda db: table.is_superseded(db, message), writes=False)

    async def begin(self, message: Outgoing) -> ActionTurn:
        """Begin a try of a message; of an act that another one undid, or must follow, not so."""
        if message.where is not TargetKind.ACT or not is_settling(message.content):
            return ActionTurn.COME
        return await self._transactions.run(lambda db: table.begin(db, message))

    async def delivered(self, marks: Sequence[DeliveryMark]) -> None:
        """Mark messages as arrived."""
        await self._transactions.run(lambda db: table.mark_delivered(db, marks, self._clock()))

    async def unnoted(self, ids: Collection[str]) -> Sequence[Outgoing]:
        """Of these messages, those of which nobody wrote down yet that they arrived."""
        return await self._transactions.run(lambda db: table.find_unnoted(db, ids), writes=False)

    async def note(self, mark: DeliveryMark) -> None:
        """Mark a message as arrived, unless somebody did meanwhile."""
        await self._transactions.run(lambda db: table.mark_arrived(db, mark, self._clock()))

    async def failed(
        self, message: Outgoing, fault: str, next_try: datetime | None, news: Mapping[str, Any] = EMPTY
    ) -> None:
        """Note a failed try; without a next one, ``news`` is what its sender is told."""
        await self._transactions.run(lambda db: table.mark_failed(db, message.id, fault, next_try, news))

    async def keep(self, message: Outgoing) -> None:
        """Write down how far a message is (its content), to be found there by the next try."""
        await self._transactions.run(lambda db: table.keep(db, message))

    async def release(self, ids: Collection[str]) -> None:
        """Give leased messages back, to be taken by anybody now."""
        await self._transactions.run(lambda db: table.release(db, ids, self._clock()))

    async def release_all(self) -> None:
        """Make everything due now."""
        await self._transactions.run(lambda db: table.release_all(db, self._clock()))


log = structlog.get_logger()

MARKS_GATHERED_FOR = 0.05
"""Seconds over which marks are gathered."""
DATABASE_RETRY = 1.0
"""Seconds until a database that did not take them is asked again."""


class DeliveryMarks:
    """What arrived and is not yet written down as such. ``news`` is set once something is that its sender hears of."""

    def __init__(self, rows: OutboxTable, news: asyncio.Event) -> None:
        self._rows = rows
        self._news = news
        self._marks: dict[str, DeliveryMark] = {}
        self._some = asyncio.Event()

    def __contains__(self, message_id: str) -> bool:
        return message_id in self._marks

    def add(self, mark: DeliveryMark) -> None:
        """A message arrived."""
        self._marks[mark.message_id] = mark
        self._some.set()

    async def run(self) -> None:
        """Write marks as they come, for ever."""
        await run_when_due(self._some, self._gather, lambda _: DATABASE_RETRY)

    async def _gather(self) -> bool:
        await asyncio.sleep(MARKS_GATHERED_FOR)
        return await self.flush()

    async def flush(self) -> bool:
        """Write all marks now; False when the database did not take them (they are kept)."""
        self._some.clear()
        batch = dict(self._marks)
        if not batch:
            return True
        try:
            await self._rows.delivered(list(batch.values()))
        except Exception:
            log.warning("deliveries_not_marked", count=len(batch), exc_info=True)
            self._some.set()
            return False
        for message_id in batch:
            del self._marks[message_id]
        if any(mark.is_news for mark in batch.values()):
            self._news.set()
        return True
