"""Whoever is cut off in the middle of using SQLite, twice even, leaves no connection behind and holds up nobody."""

import asyncio
import gc
import sqlite3
import warnings
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

from storage.database import Database

PATIENCE = 20
UNDER_WAY = 0.05
"""Seconds after which a statement has begun."""
SLOW = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 400000) SELECT max(i) FROM n"
"""Takes about a tenth of a second."""


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    """A file of SQLite; whatever was done with it, it can be closed."""
    database = Database(f"sqlite:///{tmp_path}/one.db")
    yield database
    async with asyncio.timeout(PATIENCE):
        await database.close()


@contextmanager
def no_connection_left() -> Iterator[None]:
    """aiosqlite says so of each that was not closed."""
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always", ResourceWarning)
        gc.freeze()  # all else that the tests are made of need not be looked through for what is left of this
        yield
        gc.collect()
    assert [str(warning.message) for warning in told if issubclass(warning.category, ResourceWarning)] == []


async def uses(database: Database, statement: str = "SELECT 1", *, writes: bool) -> None:
    """Ask something."""
    async with database.transaction(writes=writes) as db:
        await db.execute(text(statement))


async def cut_off(user: asyncio.Task[None], turns: int) -> None:
    """In the middle of its statement, and again so many turns of the event loop later."""
    await asyncio.sleep(UNDER_WAY)
    user.cancel()
    for _ in range(turns):
        await asyncio.sleep(0)
    user.cancel()
    await asyncio.gather(user, return_exceptions=True)


@pytest.mark.parametrize("turns", range(5))
async def test_a_reader_that_is_cut_off_leaves_no_connection_behind(tmp_path: Path, turns: int) -> None:
    with no_connection_left():
        database = Database(f"sqlite:///{tmp_path}/one.db")
        await cut_off(asyncio.create_task(uses(database, SLOW, writes=False)), turns)
        async with asyncio.timeout(PATIENCE):
            await database.close()
        del database


@pytest.mark.parametrize("turns", range(5))
async def test_a_writer_that_is_cut_off_while_it_waits_its_turn_leaves_none_either(tmp_path: Path, turns: int) -> None:
    with no_connection_left(), closing(sqlite3.connect(tmp_path / "one.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        database = Database(f"sqlite:///{tmp_path}/one.db")
        await cut_off(asyncio.create_task(uses(database, writes=True)), turns)
        other.rollback()
        async with asyncio.timeout(PATIENCE):
            await database.close()
        del database


@pytest.mark.parametrize("turns", range(5))
async def test_who_comes_after_somebody_cut_off_is_served(database: Database, tmp_path: Path, turns: int) -> None:
    with closing(sqlite3.connect(tmp_path / "one.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        await cut_off(asyncio.create_task(uses(database, writes=True)), turns)
        other.rollback()
    for _ in range(4):
        await cut_off(asyncio.create_task(uses(database, SLOW, writes=False)), turns)
    async with asyncio.timeout(PATIENCE):
        await uses(database, writes=True)
        await uses(database, writes=False)
