"""The outbox’s table as its worker uses it: a short transaction for each step."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta

from bot.outbox.letters import LEASE, Letter, taken
from bot.steps import Steps
from storage import outbox as table
from storage.database import Database
from storage.outbox import Outgoing, Where


class Rows:
    """Taking messages, and noting what became of them."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._steps = Steps(database)
        self.wait = self._steps.wait

    async def due_in(self, but_of: Collection[str]) -> float | None:
        """Seconds until the next try of any message, 0 when it is due; None when nothing waits.

        What is for ``but_of`` is left out, here as in ``take``.
        """
        now = self._clock()
        following = await self._steps.run(lambda db: table.next_due(db, now, but_of), writes=False)
        return max(0.0, (following - now).total_seconds()) if following else None

    async def waiting(self) -> Mapping[str, int]:
        """How many messages wait, by target."""
        return await self._steps.run(table.waiting, writes=False)

    async def take(self, limit: int, but_of: Collection[str]) -> Sequence[Letter]:
        """Lease what is due, oldest first."""
        now = self._clock()
        found = await self._steps.run(lambda db: table.take(db, now, now + LEASE, limit, but_of))
        return [taken(message) for message in found]

    async def still_mine(self, letter: Letter, needed: timedelta) -> bool:
        """Whether the lease lasts as long as a try may take, renewing it at need; False: another has it now."""
        if letter.is_mine_for(needed):
            return True
        until = self._clock() + LEASE
        mine = await self._steps.run(lambda db: table.lease(db, letter.message, until))
        letter.renewed(until)
        return mine

    async def superseded(self, message: Outgoing) -> bool:
        """Whether a later content of the same post exists."""
        if message.where is not Where.POST:
            return False
        return await self._steps.run(lambda db: table.superseded(db, message), writes=False)

    async def delivered(self, marks: Sequence[tuple[str, str]]) -> None:
        """Mark messages as arrived, (id, post id) each."""
        await self._steps.run(lambda db: table.delivered(db, marks, self._clock()))

    async def failed(self, message: Outgoing, fault: str, next_try: datetime | None) -> None:
        """Note a failed try."""
        await self._steps.run(lambda db: table.failed(db, message.id, fault, next_try))

    async def release(self, ids: Collection[str]) -> None:
        """Give leased messages back, to be taken by anybody now."""
        await self._steps.run(lambda db: table.release(db, ids, self._clock()))

    async def release_all(self) -> None:
        """Make everything due now."""
        await self._steps.run(lambda db: table.release_all(db, self._clock()))
