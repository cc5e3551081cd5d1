"""What the tests of backups share: a database with something in every table, and everything that is in one."""

import gzip
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    Float,
    Integer,
    LargeBinary,
    Select,
    String,
    Table,
    Text,
    cast,
    delete,
    insert,
    select,
)
from sqlmodel import AutoString, SQLModel

from storage.backup import BackupWriter, Content, Restoration, restore, save
from storage.backup.transfer import OnRows
from storage.database import Code, Database, UtcTime
from tests.postgres import Server
from tests.sqlite import migrated

NOW = datetime(2026, 11, 24, 18, 0, 0, 123456, tzinfo=UTC)
ODD = "é ’ “ \n\t \" \\ ' ; \u2028 𝄞 \x7f"
Everything = dict[str, list[tuple[Any, ...]]]


def _make(folder: Path) -> None:
    folder.mkdir(exist_ok=True)


@asynccontextmanager
async def empty(kind: str, request: pytest.FixtureRequest, folder: Path) -> AsyncIterator[str]:
    """The address of a database of that kind without any table."""
    if kind == "sqlite":
        _make(folder)
        yield f"sqlite:///{folder}/coop.db"
        return
    server: Server = request.getfixturevalue("postgres")
    async with server.database("template0") as url:
        yield url


def _json(_: Any, n: int) -> Any:
    return [] if n == 1 else {"n": n, "é": [None, 1.5, ODD, True], "": {}}


MADE: dict[type[Any], Callable[[Any, int], Any]] = {
    Code: lambda kind, n: list(kind.members)[n % len(kind.members)],
    UtcTime: lambda _, n: NOW + timedelta(days=n, microseconds=n),
    Date: lambda _, n: date(2026, 1, n),
    JSON: _json,
    LargeBinary: lambda _, n: bytes(range(256)) + bytes([n]),
    Boolean: lambda _, n: bool(n % 2),
    Float: lambda _, n: n + 0.1,
    Integer: lambda _, n: n,
    AutoString: lambda kind, n: f"{n} {ODD}"[: kind.length],
    String: lambda kind, n: f"{n} {ODD}"[: kind.length],
}
"""The n-th value of each kind of column, with what is hardest to keep."""


def value(column: Column[Any], n: int) -> Any:
    """The n-th value of a column."""
    if column.foreign_keys or (column.name == "id" and column.table.name == "person"):
        return f"{n:026d}"
    if column.nullable and n == 2:
        return None
    return next(make(column.type, n) for kind, make in MADE.items() if isinstance(column.type, kind))


async def fill(database: Database, rows: int = 3) -> None:
    """Something in every table that the code declares, in place of what the steps wrote."""
    async with database.transaction() as db:
        for table in reversed(SQLModel.metadata.sorted_tables):
            await db.execute(delete(table))
        for table in SQLModel.metadata.sorted_tables:
            given = [c for c in table.columns if c is not table.autoincrement_column]
            await db.execute(insert(table), [{c.name: value(c, n) for c in given} for n in range(1, rows + 1)])


def _raw(table: Table) -> list[Any]:
    """JSON letter by letter, so that NULL and « null » differ."""
    return [cast(c, Text) if isinstance(c.type, JSON) else c for c in table.columns]


async def everything(database: Database) -> Everything:
    """All rows of all tables."""
    async with database.transaction(writes=False) as db:
        return {name: [tuple(row) for row in await db.execute(rows)] for name, rows in _all_rows().items()}


@cache
def _all_rows() -> dict[str, Select[Any]]:
    """What asks for them, by table."""
    tables = SQLModel.metadata.sorted_tables
    return {table.name: select(*_raw(table)).order_by(*table.primary_key.columns) for table in tables}


@asynccontextmanager
async def at(url: str) -> AsyncIterator[Database]:
    """An open database."""
    database = Database(url)
    try:
        yield database
    finally:
        await database.close()


@asynccontextmanager
async def full(kind: str, request: pytest.FixtureRequest, folder: Path) -> AsyncIterator[Database]:
    """A database of that kind with something in every table."""
    async with made(kind, request, folder) as url, at(url) as database:
        await fill(database)
        yield database


@asynccontextmanager
async def made(kind: str, request: pytest.FixtureRequest, folder: Path) -> AsyncIterator[str]:
    """The address of a database of that kind with all tables."""
    if kind == "sqlite":
        _make(folder)
        yield await migrated(folder)
        return
    server: Server = request.getfixturevalue("postgres")
    async with server.database() as url:
        yield url


def _nothing(_: int, __: int) -> None:
    """Nobody watches."""


async def saved(database: Database, path: Path, on_rows: OnRows = _nothing) -> Content:
    """Write a backup."""
    url = database.url.render_as_string(hide_password=False)
    with path.open("wb") as raw:
        return await save(url, BackupWriter(raw), NOW, on_rows)


async def restored(url: str, path: Path) -> Restoration:
    """Restore a backup."""
    return await restore(url, path, _nothing)


def lines(path: Path) -> list[bytes]:
    """What a backup holds, line by line."""
    return gzip.decompress(path.read_bytes()).splitlines()
