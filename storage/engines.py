"""The engines and connections of both databases: how many, how long they wait, and how transactions begin."""

import asyncio
import sqlite3
from collections.abc import Callable
from typing import Any, TypeVar

import aiosqlite
from sqlalchemy import event
from sqlalchemy.engine import URL
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from storage import private_files

T = TypeVar("T")

BUSY_MS = 5000
WRITING = ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON")
"""FULL: a report said to be recorded survives a power cut, at the price of one fsync a commit; secure_delete: what is
emptied or erased is gone from the file, too (many builds of SQLite do so by themselves)."""
READING = ("query_only=ON",)
READS = "BEGIN"
"""How a transaction that reads begins; the file is not looked at before its first question."""
QUICK_METHODS = ("cursor", "commit", "rollback")
"""What a connection that reads does without waiting for anything."""
WAITING_STATEMENTS = ("begin", "pragma", "vacuum", "commit", "rollback", "close")
"""How statements begin, and what methods of a connection are called, that may wait for another process or the disk."""


class SqliteConnection(aiosqlite.Connection):
    """aiosqlite’s connection, which may be told to stop more than once.

    Its thread ends at the first time: what is queued after that is never answered, and whoever waits for it, for ever.
    """

    stopped: asyncio.Future[Any] | None = None
    """Done once the thread has ended, which was told to."""

    def stop(self) -> asyncio.Future[Any] | None:
        if self.stopped is not None:
            return None
        self.stopped = super().stop()
        return self.stopped


class WritingConnection(SqliteConnection):
    """A connection whose queue to its thread is used for waiting only."""

    async def _execute(self, fn: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        if self._waits(fn, args) or not self._running or self._connection is None:
            result: T = await super()._execute(fn, *args, **kwargs)  # type: ignore[no-untyped-call]
            return result
        return fn(*args, **kwargs)

    def _waits(self, fn: Callable[..., Any], args: tuple[Any, ...]) -> bool:
        if args and isinstance(args[0], str):
            return args[0].lstrip().lower().startswith(WAITING_STATEMENTS)
        return getattr(fn, "__self__", None) is self._connection and fn.__name__ in WAITING_STATEMENTS


class ReadingConnection(SqliteConnection):
    """A connection whose thread looks for rows only: eight ways there and back for one question become three.

    To make or close a cursor, and to begin or end a transaction that reads, waits for nobody; it is done at once
    unless the thread is still at work for somebody who was cut off.
    """

    _queued = 0
    """Counted by the loop."""
    _done = 0
    """Counted by the thread."""

    async def _execute(self, fn: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        if self._is_quick(fn, args) and self._queued == self._done and self._running and self._connection is not None:
            return fn(*args, **kwargs)

        def counted() -> T:
            try:
                return fn(*args, **kwargs)
            finally:
                self._done += 1

        self._queued += 1
        result: T = await super()._execute(counted)  # type: ignore[no-untyped-call]
        return result

    def _is_quick(self, fn: Callable[..., Any], args: tuple[Any, ...]) -> bool:
        if args:
            return bool(args[0] == READS)
        is_of_connection = getattr(fn, "__self__", None) is self._connection
        return fn.__name__ in (QUICK_METHODS if is_of_connection else ("close",))


async def connect(path: str, *, writes: bool, kind: type[SqliteConnection] | None = None) -> SqliteConnection:
    """Open the file, made private; its statements may be run by any thread, one at a time."""
    kind = kind or (WritingConnection if writes else ReadingConnection)
    connection = kind(lambda: _open(path, WRITING if writes else READING), iter_chunk_size=64)
    # No public way leads there, and a connection left open would keep the process alive.
    connection._thread.daemon = True  # noqa: SLF001
    try:
        opened = await connection
    except BaseException:
        if connection.stopped:  # the thread says that it ends to this loop, which has to be there still
            await connection.stopped
        raise
    assert isinstance(opened, SqliteConnection)
    return opened


def _open(path: str, pragmas: tuple[str, ...]) -> sqlite3.Connection:
    """Open a connection and make it ours in one go: nobody can be cut off with half of it."""
    private_files.make_private_database(path)
    # pysqlite would begin by itself, and too late: two read-modify-writes would lose one of them.
    connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
    try:
        for pragma in ("foreign_keys=ON", f"busy_timeout={BUSY_MS}", *pragmas):
            connection.execute(f"PRAGMA {pragma}").close()
    except sqlite3.Error:
        connection.close()
        raise
    return connection


READERS = 8
"""How many connections read an SQLite file at once: more than files are made, each of which holds one."""
STATEMENT_MS = 5000
CONNECTIONS = 10
"""How many of PostgreSQL’s one process has at most; they are kept."""


def postgres(url: URL) -> AsyncEngine:
    """Make the engine that reads and writes."""
    settings = {"jit": "off", "statement_timeout": str(STATEMENT_MS), "application_name": "coop-bot"}
    engine = create_async_engine(
        url,
        # What overflows is closed when it is given back, and opening costs more than ten statements.
        pool_size=CONNECTIONS,
        max_overflow=0,
        pool_timeout=5,
        connect_args={"server_settings": settings, "timeout": 5, "command_timeout": 30},
    )
    event.listen(engine.sync_engine, "checkout", _still_open)
    return engine


def _still_open(connection: Any, _: object, __: object) -> None:
    """Replace a connection that the server closed; the driver knows, so nothing is asked over the network."""
    if connection.driver_connection.is_closed():
        raise DisconnectionError


def sqlite(url: URL, *, writes: bool) -> AsyncEngine:
    """Make the engine of the one connection that writes, or of the few that read."""
    engine = create_async_engine(
        url,
        pool_size=1 if writes else READERS,
        max_overflow=0,
        pool_timeout=10,
        async_creator=lambda: connect(url.database or "", writes=writes),
    )
    begin = "BEGIN IMMEDIATE" if writes else READS
    event.listen(engine.sync_engine, "begin", lambda connection: connection.exec_driver_sql(begin))
    return engine
