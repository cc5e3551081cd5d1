"""The engines and connections of both databases: how many, how long they wait, how transactions begin, and what a
failure means."""

import asyncio
import os
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, TypeVar

import aiosqlite
from sqlalchemy import event
from sqlalchemy.engine import URL
from sqlalchemy.exc import DataError, DBAPIError, DisconnectionError, IntegrityError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from storage import private_files

AWAY = (DBAPIError, PoolTimeout, OSError, TimeoutError)
"""The errors of a database that does not answer, or cannot do what it is asked."""
_OWN_FAULT = (DataError, IntegrityError, ProgrammingError)
_OWN_STATES = ("22", "23", "42")
"""Classes of SQLSTATE: data, constraints, syntax (postgresql.org, « PostgreSQL Error Codes »)."""
_LOST_STATES = ("08", "57")
"""Classes of SQLSTATE for a lost connection or a server that stops: the statement may have been carried out."""
_UNWRITABLE = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN}
_UNWRITABLE_STATES = {"53100", "25006", "58030"}
"""The SQLSTATEs disk_full, read_only_sql_transaction and io_error."""
_TAKEN_STATE = "23505"
"""The SQLSTATE unique_violation."""


class TakenMeanwhileError(DBAPIError):
    """Raised where a unique row was written by somebody else at this very moment: a second try finds it."""


def is_own_fault(error: BaseException) -> bool:
    """Tell whether an error is due to the values to be written, which no database would accept."""
    return isinstance(error, _OWN_FAULT) or _state(error).startswith(_OWN_STATES)


def wrap_problem(statement: str, problem: Exception) -> DBAPIError:
    """Wrap a driver’s error as SQLAlchemy would."""
    kind = TakenMeanwhileError if _state(problem) == _TAKEN_STATE else DBAPIError
    return kind(statement, None, problem)


def is_refused(error: BaseException) -> bool:
    """Tell whether the server refused a statement, and goes on: nothing of its transaction is done."""
    return bool(_state(error)) and not _state(error).startswith(_LOST_STATES)


def is_taken(error: BaseException) -> bool:
    """Tell whether a unique row was written by somebody else at this very moment: a second try finds it."""
    name = getattr(_cause(error), "sqlite_errorname", None)
    return _state(error) == _TAKEN_STATE or name in {"SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY"}


def may_pass(error: BaseException) -> bool:
    """Tell whether an error is temporary: the same statement may succeed later."""
    return isinstance(error, AWAY) and not is_own_fault(error)


def cannot_write(error: BaseException) -> bool:
    """Tell whether the database accepts no more writes: it is full, read-only, or its disk is broken."""
    code = getattr(_cause(error), "sqlite_errorcode", None)
    # The low byte is the error, the others are its extended code.
    return (code is not None and code & 0xFF in _UNWRITABLE) or _state(error) in _UNWRITABLE_STATES


def is_unconfirmed(error: BaseException) -> bool:
    """Tell whether an error came after the commit, which the disk did not confirm: the rows are there, but may be lost
    with the machine."""
    return getattr(_cause(error), "sqlite_errorcode", None) == sqlite3.SQLITE_IOERR_FSYNC


def make_unconfirmed(problem: Exception) -> DBAPIError:
    """Make the error that is raised where the disk does not confirm a commit."""
    refused = sqlite3.OperationalError(f"disk I/O error: {problem}")
    refused.sqlite_errorcode = sqlite3.SQLITE_IOERR_FSYNC
    return wrap_problem("COMMIT", refused)


def _state(error: BaseException) -> str:
    return str(getattr(_cause(error), "sqlstate", None) or "")


def _cause(error: BaseException) -> object:
    return getattr(error, "orig", None) or error


T = TypeVar("T")
fdatasync: Callable[[int], None] = getattr(os, "fdatasync", os.fsync)
"""The quicker way to bring a file to the disk, where the system has it (macOS has not)."""

BUSY_MS = 5000
BUSY_PAUSE_S = 0.01
"""How long to wait, and between two tries, for another process that writes."""
SHARED_SYNC = "synchronous=NORMAL"
WRITING: tuple[str, ...] = ("journal_mode=WAL", SHARED_SYNC, "secure_delete=ON", "wal_autocheckpoint=10000")
"""NORMAL: a commit is in the log; LogSync sees that it survives a power cut, and that the log is copied into the file
long before it has 10,000 pages. secure_delete: what is emptied or erased is gone from the file, too (many builds of
SQLite do so by themselves)."""
READING = ("query_only=ON",)
READS, WRITES = "BEGIN", "BEGIN IMMEDIATE"
"""How transactions begin; the file is not looked at before the first question of one that reads."""
QUICK_METHODS = ("cursor", "commit", "rollback")
"""What a connection that reads does without waiting for anything."""
WAITING_STATEMENTS = ("pragma", "vacuum")
"""How statements begin that may wait for the disk where a connection writes."""
SYNCS_OF_LOG = 64
"""How many times a log is brought to the disk before it is copied into the file."""
COPY_WAITS_S = 0.05
"""How long those who write wait, then, for those who read what is in the log."""

_ENDING: set[asyncio.Future[Any]] = set()
"""Threads that were told to end; each says to its loop when it has."""


class SqliteConnection(aiosqlite.Connection):
    """aiosqlite’s connection, which leaves to its thread what may wait, and may be told to stop more than once.

    All else is done at once, unless the thread is still at work for somebody who was cut off: each way there and back
    may take as long as Python lets the loop go on, some milliseconds. The thread ends when it is first told to: what is
    queued after that is never answered, and whoever waits for it, for ever.
    """

    busy_ms = BUSY_MS
    """How long statements wait for another process that writes."""
    stopped: asyncio.Future[Any] | None = None
    """A future that is done once the thread, told to end, has ended."""
    _queued = 0
    """Counted by the loop."""
    _done = 0
    """Counted by the thread."""

    def stop(self) -> asyncio.Future[Any] | None:
        if self.stopped is not None:
            return None
        self.stopped = super().stop()
        if self.stopped:
            _ENDING.add(self.stopped)
            self.stopped.add_done_callback(_ENDING.discard)
        return self.stopped

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
        raise NotImplementedError

    def _is_own(self, fn: Callable[..., Any]) -> bool:
        """Tell whether a function is a method of the connection itself, and not of a cursor."""
        return getattr(fn, "__self__", None) is self._connection


class WritingConnection(SqliteConnection):
    """A connection that waits for the disk in its thread, and for another process that writes without it."""

    busy_ms = 0

    async def _execute(self, fn: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        clock = asyncio.get_running_loop().time
        until = clock() + BUSY_MS / 1000
        while True:
            try:
                return await super()._execute(fn, *args, **kwargs)
            except sqlite3.OperationalError as problem:
                is_busy = problem.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
                if not is_busy or args[:1] != (WRITES,) or clock() > until:
                    raise
            await asyncio.sleep(BUSY_PAUSE_S)

    def _is_quick(self, fn: Callable[..., Any], args: tuple[Any, ...]) -> bool:
        if args:
            return not str(args[0]).lstrip().lower().startswith(WAITING_STATEMENTS)
        return not (self._is_own(fn) and fn.__name__ == "close")


class ReadingConnection(SqliteConnection):
    """A connection whose thread is used for fetching rows only: a query takes three trips to it instead of eight.

    To make or close a cursor, and to begin or end a transaction that reads, waits for nobody.
    """

    def stop(self) -> asyncio.Future[Any] | None:
        if self._connection is not None and self._queued != self._done:
            self._connection.interrupt()  # nobody waits for what is read any more
        return super().stop()

    def _is_quick(self, fn: Callable[..., Any], args: tuple[Any, ...]) -> bool:
        if args:
            return bool(args[0] == READS)
        return fn.__name__ in (QUICK_METHODS if self._is_own(fn) else ("close",))


class LogSync:
    """Brings committed writes of a SQLite file to the disk: one fsync of its log covers all that is in it by then.

    With « synchronous=FULL » each commit does that itself, while all other writers wait for it.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self._thread = ThreadPoolExecutor(1, "coop-sync")
        self._running: asyncio.Task[None] | None = None
        self._next: asyncio.Task[None] | None = None
        """The next fsync, not begun yet: it covers whatever is committed until then."""
        self._syncs = 0
        self._is_doubtful = False
        """Whether an fsync failed: the system may have dropped what it was to write."""

    async def reach(self) -> None:
        """Return once everything committed so far is on the disk. Raises DBAPIError where the disk refuses it: then it
        is in the file, but may be lost with the machine."""
        if self._next is None:
            self._next = asyncio.create_task(self._sync_after(self._running))
        await asyncio.shield(self._next)

    async def close(self) -> None:
        """Wait for the fsync that is under way."""
        under_way = [task for task in (self._running, self._next) if task]
        await asyncio.gather(*under_way, return_exceptions=True)
        self._thread.shutdown(wait=False)

    async def _sync_after(self, before: asyncio.Task[None] | None) -> None:
        if before:
            await asyncio.wait([before])
        self._running, self._next = self._next, None
        try:
            await asyncio.get_running_loop().run_in_executor(self._thread, self._sync)
        except (OSError, sqlite3.Error) as problem:
            self._is_doubtful = True
            raise make_unconfirmed(problem) from problem

    def _sync(self) -> None:
        """Call fsync, in the thread. The log is only ever replaced by the last connection to close the file, which
        copies it all."""
        self._syncs += 1
        if self._is_doubtful and not self._begins_anew():
            raise sqlite3.OperationalError("what was refused is still being read")
        self._is_doubtful = False
        file = Path(self.path).resolve()
        with suppress(FileNotFoundError):
            _bring_to_disk(Path(f"{file}-wal"), fdatasync)
            if self._syncs == 1:
                _bring_to_disk(file.parent, os.fsync)  # that the log is there, too
        if self._syncs % SYNCS_OF_LOG == 0:
            self._begins_anew()

    def _begins_anew(self) -> bool:
        """Copy the log into the file, and empty it: what follows a lost part of it could not be read.

        Return whether it was done: somebody may be reading in it.
        """
        with closing(sqlite3.connect(self.path, timeout=COPY_WAITS_S)) as connection:
            is_busy, *_ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return not is_busy


def _bring_to_disk(path: Path, sync: Callable[[int], None]) -> None:
    opened = os.open(path, os.O_RDONLY)
    try:
        sync(opened)
    finally:
        os.close(opened)


async def wait_for_threads() -> None:
    """Wait until the threads of this event loop that were told to end have ended: later they could not report to it."""
    await asyncio.gather(*(ended for ended in _ENDING if ended.get_loop() is asyncio.get_running_loop()))


async def connect(path: str, *, writes: bool, kind: type[SqliteConnection] | None = None) -> SqliteConnection:
    """Open the file, made private; its statements may be run by any thread, one at a time."""
    kind = kind or (WritingConnection if writes else ReadingConnection)
    connection = kind(lambda: _open(path, kind.busy_ms, WRITING if writes else READING), iter_chunk_size=64)
    # The thread has no public setter for this, and a connection left open would keep the process alive.
    connection._thread.daemon = True  # noqa: SLF001
    try:
        opened = await connection
    except BaseException:
        if connection.stopped:  # the thread reports its end to this loop, which must still run
            await connection.stopped
        raise
    assert isinstance(opened, SqliteConnection)
    return opened


def _open(path: str, busy_ms: int, pragmas: tuple[str, ...]) -> sqlite3.Connection:
    """Open a connection and register it in one go, so that cancellation cannot leave half of it."""
    private_files.make_private_database(path)
    # pysqlite would begin by itself, and too late: two read-modify-writes would lose one of them.
    connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
    try:
        for pragma in (f"busy_timeout={BUSY_MS}", "foreign_keys=ON", *pragmas, f"busy_timeout={busy_ms}"):
            connection.execute(f"PRAGMA {pragma}").close()
        if SHARED_SYNC in pragmas and connection.execute("PRAGMA journal_mode").fetchone() != ("wal",):
            connection.execute("PRAGMA synchronous=FULL").close()  # no log on such a disk
    except sqlite3.Error:
        connection.close()
        raise
    return connection


STATEMENTS_KEPT = 200
"""How many statements an engine keeps as it compiled them, 35 kB each, and half as many before it forgets the oldest:
those of a day’s work, and not of every command there is."""
READERS = 8
"""How many connections read an SQLite file at once: more than files are made, each of which holds one."""
STATEMENT_MS = 5000
CONNECTIONS = 8
"""The most connections to PostgreSQL for requests in one process, and for long work, of which files may hold five."""
RESERVED = 3
"""The further connections for the outbox, events and leases (``reserved`` in storage/database.py)."""
NESTED = 2
"""The connections for queries in the middle of a transaction: its owner must not wait for a connection of the others,
as their owners might wait likewise."""
SHARED = 2
"""The connections for statements that several transactions send together."""
SHARED_LOCK_MS = 100
"""How long such statements wait for a row that somebody else writes: then each waits by itself."""


def postgres(url: URL, connections: int = CONNECTIONS, **more: str) -> AsyncEngine:
    """Make the PostgreSQL engine, for reading and writing, with ``more`` settings of its connections."""
    settings = {"jit": "off", "statement_timeout": str(STATEMENT_MS), "application_name": "coop-bot"} | more
    engine = create_async_engine(
        url,
        query_cache_size=STATEMENTS_KEPT,
        # Each keeps the hundred statements it prepared last, 18 kB each: those used last have them, others none.
        pool_use_lifo=True,
        # Connections beyond the pool are closed when given back, and opening one costs more than ten statements.
        pool_size=connections,
        max_overflow=0,
        pool_timeout=5,
        connect_args={"server_settings": settings, "timeout": 5, "command_timeout": 30},
    )
    event.listen(engine.sync_engine, "checkout", _still_open)
    return engine


def _still_open(connection: Any, _: object, __: object) -> None:
    """Replace a connection that the server closed; the driver knows that without asking over the network."""
    if connection.driver_connection.is_closed():
        raise DisconnectionError


def sqlite(url: URL, *, writes: bool) -> AsyncEngine:
    """Make the SQLite engine with the one connection that writes, or with the few that read."""
    engine = create_async_engine(
        url,
        query_cache_size=STATEMENTS_KEPT,
        pool_size=1 if writes else READERS,
        max_overflow=0,
        pool_timeout=10,
        async_creator=lambda: connect(url.database or "", writes=writes),
    )
    begin = WRITES if writes else READS
    event.listen(engine.sync_engine, "begin", lambda connection: connection.exec_driver_sql(begin))
    return engine
