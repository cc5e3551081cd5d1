"""Databases with something in every table: their backups, and their schemas as text."""

import gzip
import re
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
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
    text,
)
from sqlmodel import AutoString, SQLModel

from storage import schema
from storage.backup import BackupWriter, Content, restore, save
from storage.backup.transfer import OnRows, Restoration
from storage.database import Code, Database, UtcTime
from tests.support.databases import PostgresServer, create_sqlite

NOW = datetime(2026, 11, 24, 18, 0, 0, 123456, tzinfo=UTC)
ODD = "é ’ “ \n\t \" \\ ' ; \u2028 𝄞 \x7f"
Everything = dict[str, list[tuple[Any, ...]]]


def _make(folder: Path) -> None:
    folder.mkdir(exist_ok=True)


@asynccontextmanager
async def create_empty(kind: str, request: pytest.FixtureRequest, folder: Path) -> AsyncIterator[str]:
    """Give the address of a database of a kind without any table."""
    if kind == "sqlite":
        _make(folder)
        yield f"sqlite:///{folder}/coop.db"
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    async with server.database("template0") as url:
        yield url


def _make_json(_: Any, n: int) -> Any:
    return [] if n == 1 else {"n": n, "é": [None, 1.5, ODD, True], "": {}}


MADE: dict[type[Any], Callable[[Any, int], Any]] = {
    Code: lambda kind, n: list(kind.members)[n % len(kind.members)],
    UtcTime: lambda _, n: NOW + timedelta(days=n, microseconds=n),
    Date: lambda _, n: date(2026, 1, n),
    JSON: _make_json,
    LargeBinary: lambda _, n: bytes(range(256)) + bytes([n]),
    Boolean: lambda _, n: bool(n % 2),
    Float: lambda _, n: n + 0.1,
    Integer: lambda _, n: n,
    AutoString: lambda kind, n: f"{n} {ODD}"[: kind.length],
    String: lambda kind, n: f"{n} {ODD}"[: kind.length],
}
"""The n-th value of each kind of column, with what is hardest to keep."""


def make_value(column: Column[Any], n: int) -> Any:
    """Return the n-th value for a column."""
    if column.foreign_keys or (column.name == "id" and column.table.name == "person"):
        return f"{n:026d}"
    if column.nullable and n == 2:
        return None
    return next(make(column.type, n) for kind, make in MADE.items() if isinstance(column.type, kind))


async def fill_tables(database: Database, rows: int = 3) -> None:
    """Fill every table that the code declares, in place of what migrations wrote."""
    async with database.transaction() as db:
        for table in reversed(SQLModel.metadata.sorted_tables):
            await db.execute(delete(table))
        for table in SQLModel.metadata.sorted_tables:
            given = [c for c in table.columns if c is not table.autoincrement_column]
            await db.execute(insert(table), [{c.name: make_value(c, n) for c in given} for n in range(1, rows + 1)])


def _select_columns(table: Table) -> list[Any]:
    """List the columns of a table, JSON as text, so that NULL and « null » differ."""
    return [cast(c, Text) if isinstance(c.type, JSON) else c for c in table.columns]


async def read_everything(database: Database) -> Everything:
    """Read all rows of all tables."""
    async with database.transaction(writes=False) as db:
        return {name: [tuple(row) for row in await db.execute(rows)] for name, rows in _all_rows().items()}


@cache
def _all_rows() -> dict[str, Select[Any]]:
    """Return the statement that reads each table, by name."""
    tables = SQLModel.metadata.sorted_tables
    return {table.name: select(*_select_columns(table)).order_by(*table.primary_key.columns) for table in tables}


@asynccontextmanager
async def open_database(url: str) -> AsyncIterator[Database]:
    """Open a database, and close it at the end."""
    database = Database(url)
    try:
        yield database
    finally:
        await database.close()


@asynccontextmanager
async def create_full(kind: str, request: pytest.FixtureRequest, folder: Path) -> AsyncIterator[Database]:
    """Give a database of a kind with rows in every table."""
    async with made(kind, request, folder) as url:
        file = folder / "coop.db"
        if kind != "sqlite" or not _is_filled(file):
            async with open_database(url) as database:
                await fill_tables(database)
            _keep_filled(file)
        async with open_database(url) as database:
            yield database


_FILLED: list[bytes] = []
"""The first SQLite file with rows in every table, once it is made: to fill one takes as long as many a test."""


def _is_filled(file: Path) -> bool:
    return bool(_FILLED and file.write_bytes(_FILLED[0]))


def _keep_filled(file: Path) -> None:
    if file.exists():
        _FILLED.append(file.read_bytes())


@asynccontextmanager
async def made(kind: str, request: pytest.FixtureRequest, folder: Path) -> AsyncIterator[str]:
    """Give the address of a database of a kind with all tables."""
    if kind == "sqlite":
        _make(folder)
        yield await create_sqlite(folder)
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    async with server.database() as url:
        yield url


def _ignore_progress(_: int, __: int) -> None:
    """Take note of no progress."""


async def save_backup(database: Database, path: Path, on_rows: OnRows = _ignore_progress) -> Content:
    """Write a backup."""
    url = database.url.render_as_string(hide_password=False)
    with path.open("wb") as raw:
        return await save(url, BackupWriter(raw), NOW, on_rows)


async def restore_backup(url: str, path: Path) -> Restoration:
    """Restore a backup."""
    return await restore(url, path, _ignore_progress)


def read_lines(path: Path) -> list[bytes]:
    """Read a backup’s lines."""
    return gzip.decompress(path.read_bytes()).splitlines()


DATA = Path(__file__).parents[1] / "data"
FIRST = "0036"
"""The step of the first schema."""
LATER = f"{int(schema.head()) + 1:04}"
"""The step after the newest."""
ADDED = "added"
"""The column that the later step adds to claims."""
LATER_STEP = f'''"""A step for tests: claims have a column more."""

import sqlalchemy as sa
from alembic import op

revision = "{LATER}"
down_revision = "{schema.head()}"


def upgrade() -> None:
    """Add it."""
    op.add_column("claim", sa.Column("{ADDED}", sa.String(16), nullable=False, server_default=""))


def downgrade() -> None:
    """Drop it."""
    op.drop_column("claim", "{ADDED}")
'''
_SEPARATOR = re.compile(r", (?![^()]*\))")
"""A comma between two definitions, not one within parentheses."""

_SQLITE = """
    SELECT sql FROM sqlite_master
    WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' AND tbl_name <> 'alembic_version'
    ORDER BY tbl_name, type = 'table' DESC, name
"""
_COLUMNS = """
    SELECT c.relname, format('    %I %s%s%s', a.attname, format_type(a.atttypid, a.atttypmod),
                             CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END,
                             ' DEFAULT ' || pg_get_expr(d.adbin, d.adrelid))
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
    LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND a.attnum > 0 AND NOT a.attisdropped
    ORDER BY c.relname, a.attnum
"""
# What is never NULL is a constraint of its own from PostgreSQL 18 on; its column says so already.
_CONSTRAINTS = """
    SELECT c.relname, format('    CONSTRAINT %I %s', k.conname, pg_get_constraintdef(k.oid))
    FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
    WHERE c.relnamespace = 'public'::regnamespace AND k.contype <> 'n'
    ORDER BY c.relname, k.conname
"""
_INDEXES = """
    SELECT tablename, replace(indexdef, 'public.', '') FROM pg_indexes
    WHERE schemaname = 'public' AND indexname NOT IN (SELECT conname FROM pg_constraint)
    ORDER BY tablename, indexname
"""
_TRIGGERS = """
    SELECT c.relname, pg_get_triggerdef(t.oid) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
    WHERE NOT t.tgisinternal
    ORDER BY c.relname, t.tgname
"""
_SEQUENCES = """
    SELECT sequencename, format('CREATE SEQUENCE %I %s %s %s', sequencename, data_type, start_value, increment_by)
    FROM pg_sequences WHERE schemaname = 'public' ORDER BY sequencename
"""


def read_recorded(step: str, kind: str) -> str:
    """Read the recorded schema of a step."""
    return (DATA / f"schema_{step}_{kind}.sql").read_text("utf-8")


def describe_schema(connection: Connection) -> str:
    """Describe the schema of a database: its tables by name, each with its columns, constraints, indexes and
    triggers."""
    lines = _describe_sqlite(connection) if connection.dialect.name == "sqlite" else _describe_postgresql(connection)
    return "\n".join(lines) + "\n"


def _describe_sqlite(connection: Connection) -> Iterator[str]:
    """Yield the schema as SQLite keeps it, a line for each definition."""
    for (statement,) in connection.execute(text(_SQLITE)):
        flat = " ".join(statement.split()).replace(" )", ")")
        if not flat.startswith("CREATE TABLE"):
            yield f"{flat};"
            continue
        head, _, rest = flat.partition(" (")
        body, _, end = rest.rpartition(")")
        yield f"\n{head} (\n    " + _SEPARATOR.sub(",\n    ", body.strip()) + f"\n){end};"


def _describe_postgresql(connection: Connection) -> Iterator[str]:
    """Yield the schema as PostgreSQL’s catalogues have it."""
    parts = {
        query: [tuple(row) for row in connection.execute(text(query)) if row[0] != "alembic_version"]
        for query in (_COLUMNS, _CONSTRAINTS, _INDEXES, _TRIGGERS, _SEQUENCES)
    }
    for table in sorted({name for name, _ in parts[_COLUMNS]}):
        of_it = {query: [line for name, line in lines if name == table] for query, lines in parts.items()}
        inside = ",\n".join((*of_it[_COLUMNS], *of_it[_CONSTRAINTS]))
        yield f"\nCREATE TABLE {table} (\n{inside}\n);"
        yield from (f"{line};" for line in (*of_it[_INDEXES], *of_it[_TRIGGERS]))
    yield ""
    yield from (f"{line};" for _, line in parts[_SEQUENCES])


@contextmanager
def add_migration(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Have the code be a version with one more migration."""
    migrations = folder / "migrations"
    shutil.copytree(DATA.parent.parent / "storage" / "migrations", migrations)
    (migrations / "versions" / f"v{LATER}_step_of_tests.py").write_text(LATER_STEP, "utf-8")
    with monkeypatch.context() as patch:
        patch.setattr(schema, "MIGRATIONS", migrations)
        _clear_caches()
        try:
            yield
        finally:
            patch.undo()
            _clear_caches()


def _clear_caches() -> None:
    schema.steps.cache_clear()
    schema.tables_at.cache_clear()
