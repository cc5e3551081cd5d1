"""What « coop-bot channels sync » did, written down channel by channel: « /canaux annuler » can undo it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from secrets import token_hex

from storage.canaux import changes, remember, runs
from storage.canaux.changes import State
from storage.canaux.drift import Finding
from storage.canaux.runs import Kind, Run, Stage
from storage.database import Database


@dataclass
class Journal:
    """One run, begun with its first change."""

    database: Database
    clock: Callable[[], datetime]
    _run: Run | None = None

    async def place(self, key: str, channel_id: str) -> None:
        """From now on that channel is the planned one."""
        async with self.database.transaction() as db:
            await remember(db, key, channel_id, self.clock())

    async def note(self, done: Sequence[Finding], channel_id: str) -> None:
        """These changes of one channel were made."""
        if not done:
            return
        async with self.database.transaction() as db:
            if self._run is None:
                self._run = Run(id=token_hex(13), kind=Kind.SYNC, at=self.clock(), stage=Stage.MENDED)
                await runs.add(db, Run(**self._run.model_dump()))
            told = [replace(finding, leads=False) for finding in done]  # who leads was noted by itself
            await changes.note(db, self._run.id, told, {done[0].key: channel_id}, State.DONE)
