"""A fresh database with all tables, for tests that are told of each kind."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from storage.database import Database
from tests.postgres import Server
from tests.sqlite import migrated

KINDS = ("sqlite", "postgresql")


@contextmanager
def statements(database: Database) -> Iterator[list[str]]:
    """What is asked of a database meanwhile, as it is asked; a house of the same process asks of another."""
    asked: list[str] = []

    def note(_: Any, __: Any, statement: str, *___: Any) -> None:
        asked.append(statement)

    engines = {database.engine.sync_engine, database.reader.sync_engine}
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        for engine in engines:
            event.remove(engine, "before_cursor_execute", note)


@asynccontextmanager
async def address(request: pytest.FixtureRequest, folder: Path) -> AsyncIterator[str]:
    """Where it is; the fixture that asks has the kinds as its params."""
    if request.param == "sqlite":
        yield await migrated(folder)
        return
    server: Server = request.getfixturevalue("postgres")
    async with server.database() as url:
        yield url


@pytest.fixture(params=KINDS)
async def database(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    """One of each kind."""
    async with address(request, tmp_path) as url:
        database = Database(url)
        yield database
        await database.close()
