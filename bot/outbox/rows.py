"""The outbox’s table as its workers use it: a short transaction for each step."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from bot.acts import is_settling
from bot.outbox.letters import Letter, taken
from bot.transactions import Transactions
from storage import outbox as table
from storage.database import Database
from storage.outbox import EMPTY, LEASE, Mark, Outgoing, Share, Turn, Where


class Rows:
    """Taking messages, and noting what became of them."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._transactions = Transactions(database)
        self.wait = self._transactions.wait

    async def due_in(self, share: Share) -> float | None:
        """Seconds until the next try of any message of a share, 0 when it is due; None when nothing waits."""
        now = self._clock()
        following = await self._transactions.run(lambda db: table.next_due(db, now, share), writes=False)
        return max(0.0, (following - now).total_seconds()) if following else None

    async def waiting(self) -> Mapping[str, int]:
        """How many messages to people wait, by target."""
        return await self._transactions.run(lambda db: table.waiting(db, self._clock()), writes=False)

    async def take(self, limit: int, share: Share) -> Sequence[Letter]:
        """Lease what is due of a share, oldest first."""
        now = self._clock()
        found = await self._transactions.run(lambda db: table.take(db, now, now + LEASE, limit, share))
        return [taken(message, again=not is_new) for message, is_new in found]

    async def still_mine(self, letter: Letter, needed: timedelta) -> bool:
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
        if message.where is not Where.POST:
            return False
        return await self._transactions.run(lambda db: table.superseded(db, message), writes=False)

    async def begin(self, message: Outgoing) -> Turn:
        """Begin a try of a message; of an act that another one undid, or must follow, not so."""
        if message.where is not Where.ACT or not is_settling(message.content):
            return Turn.COME
        return await self._transactions.run(lambda db: table.begin(db, message))

    async def delivered(self, marks: Sequence[Mark]) -> None:
        """Mark messages as arrived."""
        await self._transactions.run(lambda db: table.delivered(db, marks, self._clock()))

    async def unnoted(self, ids: Collection[str]) -> Sequence[Outgoing]:
        """Of these messages, those of which nobody wrote down yet that they arrived."""
        return await self._transactions.run(lambda db: table.unnoted(db, ids), writes=False)

    async def note(self, mark: Mark) -> None:
        """Mark a message as arrived, unless somebody did meanwhile."""
        await self._transactions.run(lambda db: table.note(db, mark, self._clock()))

    async def failed(
        self, message: Outgoing, fault: str, next_try: datetime | None, news: Mapping[str, Any] = EMPTY
    ) -> None:
        """Note a failed try; without a next one, ``news`` is what its sender is told."""
        await self._transactions.run(lambda db: table.failed(db, message.id, fault, next_try, news))

    async def keep(self, message: Outgoing) -> None:
        """Write down how far a message is (its content), to be found there by the next try."""
        await self._transactions.run(lambda db: table.keep(db, message))

    async def release(self, ids: Collection[str]) -> None:
        """Give leased messages back, to be taken by anybody now."""
        await self._transactions.run(lambda db: table.release(db, ids, self._clock()))

    async def release_all(self) -> None:
        """Make everything due now."""
        await self._transactions.run(lambda db: table.release_all(db, self._clock()))
