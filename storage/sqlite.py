"""The writing connection to SQLite: its statements run where they are awaited, only what may wait goes to a thread.

Each hop to aiosqlite’s thread and back costs more than the statement it carries (docs/architecture.md §6). A statement
of the one writer touches pages in memory; what can take long is to get the lock (BEGIN) and to sync the disk (COMMIT).
"""

import sqlite3
from collections.abc import Callable
from typing import Any, TypeVar

import aiosqlite

from storage import private

T = TypeVar("T")

WAITING_STATEMENTS = ("begin", "pragma", "vacuum", "commit", "rollback", "close")
"""How statements begin, and what methods of a connection are called, that may wait for another process or the disk."""


class SqliteConnection(aiosqlite.Connection):
    """aiosqlite’s connection, whose queue to its thread is used for waiting only."""

    async def _execute(self, fn: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        if self._waits(fn, args) or not self._running or self._connection is None:
            result: T = await super()._execute(fn, *args, **kwargs)  # type: ignore[no-untyped-call]
            return result
        return fn(*args, **kwargs)

    def _waits(self, fn: Callable[..., Any], args: tuple[Any, ...]) -> bool:
        if args and isinstance(args[0], str):
            return args[0].lstrip().lower().startswith(WAITING_STATEMENTS)
        return getattr(fn, "__self__", None) is self._connection and fn.__name__ in WAITING_STATEMENTS


async def connect(path: str) -> SqliteConnection:
    """Open the file, made private; its statements may be run by any thread, one at a time."""
    private.database(path)
    connection = SqliteConnection(lambda: sqlite3.connect(path, check_same_thread=False), iter_chunk_size=64)
    # No public way leads there, and a connection left open would keep the process alive.
    connection._thread.daemon = True  # noqa: SLF001
    opened = await connection
    assert isinstance(opened, SqliteConnection)
    return opened
