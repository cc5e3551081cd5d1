"""Disks and databases that fail: full, closed to writing, locked or away."""

import asyncio
import errno
import os
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

from sqlalchemy import make_url, text
from sqlalchemy.exc import OperationalError

from bot.app import App
from storage.database import Database
from storage.engines import BUSY_MS
from tests.support.house import PATIENCE, House, wait_for


class UnreachableDatabase:
    """A stand-in for a call to the database that fails as if this were away; it counts its calls."""

    def __init__(self) -> None:
        self.tries = 0

    async def __call__(self, *_: Any) -> None:
        self.tries += 1
        raise OSError("the database is away")


FULL = ("write", "open")
"""The calls that a full disk refuses; the others need no room."""
BROKEN = (*FULL, "ftruncate", "rename")
WAYS = ("refused", "short", "nothing")


@dataclass
class FaultyDisk:
    """A disk that fails: ``fails`` tells for the number of a call whether it does, ``way`` how a write does: refused,
    cut short, or writing nothing."""

    fails: Callable[[int], bool] = lambda _: False
    calls: tuple[str, ...] = FULL
    way: str = "refused"
    error: int = errno.ENOSPC
    made: int = 0
    failed: list[str] = field(default_factory=list)

    def asked(self, name: str) -> bool:
        """Count a call, and tell whether it fails."""
        number, self.made = self.made, self.made + 1
        if name not in self.calls or not self.fails(number):
            return False
        self.failed.append(name)
        return True

    def write(self, file: int, content: bytes) -> int:
        """Write as os.write does, or fail."""
        if not self.asked("write"):
            return _write(file, content)
        if self.way == "refused":
            raise OSError(self.error, "refused")
        return _write(file, content[: len(content) // 2]) if self.way == "short" else 0

    def other(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        """Wrap another call of os, which fails where it should."""

        def call(*args: Any, **options: Any) -> Any:
            if self.asked(name):
                raise OSError(self.error, "refused")
            return real(*args, **options)

        return call


_write = os.write


@contextmanager
def use_disk(disk: FaultyDisk) -> Iterator[FaultyDisk]:
    """Use a disk for what is written by file descriptor: in this program, only the spool is."""
    calls: dict[str, Any] = {name: disk.other(name, getattr(os, name)) for name in ("open", "ftruncate", "rename")}
    with patch.multiple(os, **calls | {"write": disk.write}):
        yield disk


@asynccontextmanager
async def block_database(house: House) -> AsyncIterator[None]:
    """Block writes for a moment: SQLite is locked by somebody else, PostgreSQL has no free connections."""
    url = make_url(house.settings.database_url)
    if url.get_backend_name() == "sqlite":
        bot = house.bot
        await _set_busy_timeout(bot, 50)
        async with _lock_file(Path(url.database or "")):
            yield
        if house.app is bot:
            await _set_busy_timeout(bot, BUSY_MS)
    else:
        async with _refuse_connections(house, str(url.database)):
            yield


async def _set_busy_timeout(bot: App, milliseconds: int) -> None:
    async with bot.database.engine.connect() as connection:
        await connection.exec_driver_sql(f"PRAGMA busy_timeout={milliseconds}")


@asynccontextmanager
async def _lock_file(file: Path) -> AsyncIterator[None]:
    lock = sqlite3.connect(file, timeout=PATIENCE, isolation_level=None, check_same_thread=False)
    # In a thread: the bot may be in the middle of a write, which only this loop can end.
    await asyncio.to_thread(lock.execute, "BEGIN EXCLUSIVE")
    try:
        yield
    finally:
        lock.execute("ROLLBACK")
        lock.close()


@asynccontextmanager
async def _refuse_connections(house: House, name: str) -> AsyncIterator[None]:
    import asyncpg

    folder = str(make_url(house.settings.database_url).query["host"])
    admin = await asyncpg.connect(host=folder, user="postgres", database="postgres")
    try:
        await admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        await admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", name)
        left = "SELECT count(*) = 0 FROM pg_stat_activity WHERE datname = $1"
        await wait_for(lambda: admin.fetchval(left, name))
        yield
    finally:
        await admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
        await admin.close()


UNBOUNDED = 1_073_741_823
"""How many pages a SQLite file may have when nothing is said."""
WRITTEN = ("cra", "cra_month", "outgoing", "draft", "claim", "person")
"""The tables that a request may grow."""


@asynccontextmanager
async def fill_up(house: House) -> AsyncIterator[None]:
    """Let the database be full meanwhile."""
    bot = house.bot
    if bot.database.is_sqlite:
        async with _limit_pages(bot.database):
            yield
    else:
        async with _refuse_inserts(house.settings.database_url):
            yield


@asynccontextmanager
async def make_read_only(bot: App) -> AsyncIterator[None]:
    """Let the database be read-only meanwhile (SQLite)."""
    await _run_pragma(bot.database, "query_only=ON")
    try:
        yield
    finally:
        await _run_pragma(bot.database, "query_only=OFF")


@asynccontextmanager
async def _limit_pages(database: Database) -> AsyncIterator[None]:
    await _run_pragma(database, "max_page_count=1")  # which means: no more than there are
    try:
        for size in (3000, 300, 30):
            await _insert_until_full(database, size)
        yield
    finally:
        await _run_pragma(database, f"max_page_count={UNBOUNDED}")
    async with database.transaction() as db:
        await db.execute(text("DELETE FROM claim WHERE scope = 'fill'"))


async def _insert_until_full(database: Database, size: int) -> None:
    row = text("INSERT INTO claim VALUES ('fill', hex(randomblob(:size)), '2026-11-24 00:00:00')")
    with suppress(OperationalError):
        while True:
            async with database.transaction() as db:
                await db.execute(row, {"size": size // 2})


async def _run_pragma(database: Database, pragma: str) -> None:
    async with database.engine.connect() as connection:
        driver = (await connection.get_raw_connection()).driver_connection
        assert driver is not None
        await driver.execute(f"PRAGMA {pragma}")


@asynccontextmanager
async def _refuse_inserts(database_url: str) -> AsyncIterator[None]:
    """Refuse inserts with the error of a PostgreSQL that cannot extend a file."""
    other = Database(database_url)
    await _execute(other, NO_SPACE.format("RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'"))
    for table in WRITTEN:
        # One table at a time, and once: a lock on several would be a deadlock with the bot at work.
        await _execute(other, f"CREATE OR REPLACE TRIGGER disk BEFORE INSERT ON {table} EXECUTE FUNCTION no_space()")
    try:
        yield
    finally:
        await _execute(other, NO_SPACE.format("RETURN NULL"))
        await other.close()


NO_SPACE = "CREATE OR REPLACE FUNCTION no_space() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {}; END $$"


async def _execute(database: Database, statement: str) -> None:
    async with database.transaction() as db:
        await db.execute(text(statement))
