"""A database that takes nothing any more: full, or closed to writing."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from bot.app import App
from storage.database import Database
from tests.house import House

UNBOUNDED = 1_073_741_823
"""How many pages a SQLite file may have when nothing is said."""
WRITTEN = ("cra", "cra_month", "outgoing", "draft", "claim", "person")
"""The tables that a request may grow."""


@asynccontextmanager
async def full(house: House) -> AsyncIterator[None]:
    """There is no room for anything more."""
    bot = house.bot
    if bot.database.is_sqlite:
        async with _no_more_pages(bot.database):
            yield
    else:
        async with _no_more_disk(house.settings.database_url):
            yield


@asynccontextmanager
async def read_only(bot: App) -> AsyncIterator[None]:
    """Nothing can be changed (SQLite)."""
    await _pragma(bot.database, "query_only=ON")
    try:
        yield
    finally:
        await _pragma(bot.database, "query_only=OFF")


@asynccontextmanager
async def _no_more_pages(database: Database) -> AsyncIterator[None]:
    await _pragma(database, "max_page_count=1")  # which means: no more than there are
    try:
        for size in (3000, 300, 30):
            await _fill(database, size)
        yield
    finally:
        await _pragma(database, f"max_page_count={UNBOUNDED}")
    async with database.transaction() as db:
        await db.execute(text("DELETE FROM claim WHERE scope = 'fill'"))


async def _fill(database: Database, size: int) -> None:
    row = text("INSERT INTO claim VALUES ('fill', hex(randomblob(:size)), '2026-11-24 00:00:00')")
    with suppress(OperationalError):
        while True:
            async with database.transaction() as db:
                await db.execute(row, {"size": size // 2})


async def _pragma(database: Database, pragma: str) -> None:
    async with database.engine.connect() as connection:
        driver = (await connection.get_raw_connection()).driver_connection
        assert driver is not None
        await driver.execute(f"PRAGMA {pragma}")


@asynccontextmanager
async def _no_more_disk(database_url: str) -> AsyncIterator[None]:
    """What PostgreSQL says when it can’t extend a file."""
    other = Database(database_url)
    await _run(other, NO_SPACE.format("RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'"))
    for table in WRITTEN:
        # One table at a time, and once: a lock on several would be a deadlock with the bot at work.
        await _run(other, f"CREATE OR REPLACE TRIGGER disk BEFORE INSERT ON {table} EXECUTE FUNCTION no_space()")
    try:
        yield
    finally:
        await _run(other, NO_SPACE.format("RETURN NULL"))
        await other.close()


NO_SPACE = "CREATE OR REPLACE FUNCTION no_space() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {}; END $$"


async def _run(database: Database, statement: str) -> None:
    async with database.transaction() as db:
        await db.execute(text(statement))
