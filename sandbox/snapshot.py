"""The file that keeps the state over a restart: only changed rows are written, each as a whole."""

import asyncio
import contextlib
import json
import sqlite3
from pathlib import Path

from sandbox.state import State

EVERY = 0.4
"""Seconds between two looks at what changed: what a sudden death may lose."""

Change = tuple[str, str, str | None]
"""Table, key, and the row as JSON (None: removed)."""


class Snapshot:
    """Keeps a SQLite file equal to the state."""

    def __init__(self, state: State, path: Path) -> None:
        self._state = state
        self._path = path
        self._task: asyncio.Task[None] | None = None

    def load(self) -> None:
        """Fill the state from the file; a missing file is an empty one."""
        with contextlib.closing(self._connect()) as database:
            rows = database.execute("SELECT kind, row FROM rows ORDER BY place").fetchall()
        for kind, row in rows:
            table = self._state.tables.get(kind)
            if table is not None:
                table.add(table.kind.from_dict(json.loads(row)))
        for table in self._state.tables.values():
            table.changed.clear()

    def start(self) -> None:
        """Save again and again from now on."""
        self._task = asyncio.create_task(self._keep_saving())

    async def stop(self) -> None:
        """Save a last time."""
        if self._task:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        self._write(self._take_changes())

    async def _keep_saving(self) -> None:
        while True:
            await asyncio.sleep(EVERY)
            changes = self._take_changes()
            if changes:
                await asyncio.shield(asyncio.to_thread(self._write, changes))

    def _take_changes(self) -> list[Change]:
        changes: list[Change] = []
        for name, table in self._state.tables.items():
            for key in table.changed:
                row = table.get(key)
                changes.append((name, key, None if row is None else json.dumps(row.as_dict())))
            table.changed.clear()
        return changes

    def _write(self, changes: list[Change]) -> None:
        with contextlib.closing(self._connect()) as database, database:
            for kind, key, row in changes:
                if row is None:
                    database.execute("DELETE FROM rows WHERE kind = ? AND key = ?", (kind, key))
                else:
                    database.execute(
                        "INSERT INTO rows (kind, key, row) VALUES (?, ?, ?)"
                        " ON CONFLICT (kind, key) DO UPDATE SET row = excluded.row",
                        (kind, key, row),
                    )

    def _connect(self) -> sqlite3.Connection:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        database = sqlite3.connect(self._path)
        database.execute(
            "CREATE TABLE IF NOT EXISTS rows"
            " (place INTEGER PRIMARY KEY, kind TEXT, key TEXT, row TEXT, UNIQUE (kind, key))"
        )
        return database
