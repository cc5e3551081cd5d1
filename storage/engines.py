"""The engines of both databases: how many connections, how long they wait, and how their transactions begin."""

from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import URL
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from storage import private
from storage.sqlite import connect

BUSY_MS = 5000
STATEMENT_MS = 5000
CONNECTIONS = 10
"""How many of PostgreSQL’s one process has at most; they are kept."""


def postgres(url: URL) -> AsyncEngine:
    """The engine that reads and writes."""
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
    """A connection the server closed is replaced; the driver knows, so nothing is asked over the network."""
    if connection.driver_connection.is_closed():
        raise DisconnectionError


def sqlite(url: URL, *, writes: bool) -> AsyncEngine:
    """The engine of the one connection that writes, or of the few that read."""
    creator = {"async_creator": lambda: connect(url.database or "")} if writes else {}
    engine = create_async_engine(url, pool_size=1 if writes else 4, max_overflow=0, pool_timeout=10, **creator)
    event.listen(engine.sync_engine, "connect", _writable if writes else _read_only)
    event.listen(engine.sync_engine, "do_connect", lambda *_: private.database(url.database or ""))
    # pysqlite would begin too late, and two read-modify-writes would lose one of them.
    event.listen(engine.sync_engine, "begin", _begin_immediate if writes else _begin)
    return engine


def _pragmas(connection: Any, *more: str) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("foreign_keys=ON", f"busy_timeout={BUSY_MS}", *more):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _writable(connection: Any, _: object) -> None:
    # FULL: a report said to be recorded survives a power cut, at the price of one fsync a commit.
    # secure_delete: what is emptied or erased is gone from the file, too (many builds of SQLite do so by themselves).
    _pragmas(connection, "journal_mode=WAL", "synchronous=FULL", "secure_delete=ON")


def _read_only(connection: Any, _: object) -> None:
    _pragmas(connection, "query_only=ON")


def _begin_immediate(connection: Any) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _begin(connection: Any) -> None:
    connection.exec_driver_sql("BEGIN")
