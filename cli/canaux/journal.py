"""What « coop-bot channels sync » is about to do, and did, written down call by call: « /canaux annuler » can undo it,
and what a run was killed at is known to the next one."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from secrets import token_hex
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from cli.noting import note
from commands.canaux.repair.comparing import Surveyed
from storage.canaux import changes, forget, remember, runs
from storage.canaux.changes import Change, State
from storage.canaux.drift import Drift, Finding
from storage.canaux.runs import Kind, Run, Stage
from storage.database import Database
from storage.journal import Act

INTERRUPTED = "interrompu avant d’être fait"


@dataclass
class Journal:
    """One run, begun with its first change."""

    database: Database
    clock: Callable[[], datetime]
    _run: Run | None = None
    _left: dict[str, list[Change]] = field(default_factory=dict)
    """What earlier runs were killed at, by channel."""

    async def open(self) -> None:
        """Read what earlier runs did not come to the end of."""
        async with self.database.transaction(writes=False) as db:
            for change in await runs.left_open(db, Kind.SYNC):
                self._left.setdefault(change.key, []).append(change)

    async def begin(self, surveyed: Surveyed, wanted: Sequence[Finding]) -> None:
        """That channel is the planned one, and this is what is to be done there."""
        key, place = surveyed.planned.key, surveyed.channel.id if surveyed.channel else ""
        async with self.database.transaction() as db:
            if surveyed.is_own:
                await remember(db, key, place, self.clock())
            elif surveyed.is_taken:
                await forget(db, key)
            await self._settle(db, surveyed, place)
            if wanted and self._run is None:
                self._run = Run(id=token_hex(13), kind=Kind.SYNC, at=self.clock(), stage=Stage.MENDED)
                await runs.add(db, Run(**self._run.model_dump()))
                await note(db, Act.CHANNEL_REPAIR, f"canaux:{self._run.id}", self.clock())
            if self._run is not None:
                await changes.note(db, self._run.id, wanted, {key: place})

    async def next(self) -> Sequence[Change]:
        """What is to be done next."""
        if self._run is None:
            return []
        async with self.database.transaction(writes=False) as db:
            return await changes.next_of(db, self._run.id, State.FOUND)

    async def send(self, mine: Sequence[Change]) -> None:
        """One call is about to make these."""
        await self._put(mine, state=State.SENT, batch=mine[0].n)

    async def refuse(self, mine: Iterable[Change], why: str) -> None:
        """These cannot be made."""
        await self._put(mine, state=State.REFUSED, why=why)

    async def _put(self, of_run: Iterable[Change], **values: Any) -> None:
        numbers = [change.n for change in of_run]
        if numbers and self._run is not None:
            async with self.database.transaction() as db:
                await changes.put(db, self._run.id, numbers, **values)

    async def note_made(self, made: Sequence[Change], channel_id: str) -> None:
        """These were made; a channel that was is the planned one from now on."""
        async with self.database.transaction() as db:
            for change in made[:1]:
                await changes.put(db, change.run_id, [each.n for each in made], state=State.DONE)
                if change.drift is Drift.ABSENT:
                    await remember(db, change.key, channel_id, self.clock())
                    await changes.put_place(db, change.run_id, change.key, channel_id)

    async def end(self) -> None:
        """A run that could change nothing is none."""
        if self._run is not None:
            async with self.database.transaction() as db:
                if not (await changes.tally(db, self._run.id)).get(State.DONE):
                    await runs.drop(db, self._run)

    async def _settle(self, db: AsyncSession, surveyed: Surveyed, place: str) -> None:
        """What an earlier run was killed at was made, if it is not to be made any more."""
        if any(finding.drift is Drift.UNSEEN for finding in surveyed.findings):
            return
        wanted = {(finding.drift, finding.user_id) for finding in surveyed.findings}
        wanted |= {(Drift.ADMIN_MISSING, finding.user_id) for finding in surveyed.findings if finding.leads}
        for run_id, left in groupby(self._left.pop(surveyed.planned.key, []), lambda change: change.run_id):
            at_hand = list(left)
            made = [c for c in at_hand if c.state is State.SENT and (c.drift, c.user_id) not in wanted]
            numbers = {change.n for change in made}
            await changes.put(db, run_id, numbers, state=State.DONE)
            rest = {change.n for change in at_hand} - numbers
            await changes.put(db, run_id, rest, state=State.DROPPED, why=INTERRUPTED)
            if any(change.drift is Drift.ABSENT for change in made):
                await changes.put_place(db, run_id, surveyed.planned.key, place)
