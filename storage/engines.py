"""The engines of both databases: how many connections, how long they wait, and how their transactions begin."""

from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import URL
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from storage.sqlite import connect

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
    engine = create_async_engine(
        url,
        pool_size=1 if writes else 4,
        max_overflow=0,
        pool_timeout=10,
        async_creator=lambda: connect(url.database or "", writes=writes),
    )
    begin = "BEGIN IMMEDIATE" if writes else "BEGIN"
    event.listen(engine.sync_engine, "begin", lambda connection: connection.exec_driver_sql(begin))
    return engine
