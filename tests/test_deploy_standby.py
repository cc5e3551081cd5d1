"""The second PostgreSQL, made by the lines of compose.yaml: it follows the first, and takes its place for the bots."""

import asyncio
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from cli.demo.stage import free_port
from storage.database import Database
from tests.support.databases import find_binaries
from tests.test_deploy import ROOT

COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
SERVICES = COMPOSE["services"]
PASSWORD = "motdepasse"
NEEDED = ("initdb", "postgres", "createdb", "psql", "pg_basebackup", "pg_isready", "pg_ctl")
FOUND = find_binaries()
BINARIES = FOUND if FOUND and all((FOUND / name).exists() for name in NEEDED) else None
pytestmark = [pytest.mark.slow, pytest.mark.skipif(BINARIES is None, reason="no PostgreSQL with its clients here")]


@dataclass
class Machines:
    """Where both servers of this machine are; ``run`` is one line of a container’s, in one folder with one port."""

    folder: Path
    first: int
    second: int

    def begin(self, name: str, *words: str) -> "subprocess.Popen[bytes]":
        own = {"PGDATA": str(self.folder / name), "PGPASSWORD": PASSWORD, "POSTGRES_PASSWORD": PASSWORD}
        own |= {"PGHOST": str(self.folder), "PGPORT": str(self.first), "PATH": f"{BINARIES}:{os.environ['PATH']}"}
        who: dict[str, Any] = {"user": "nobody"} if os.geteuid() == 0 else {}
        who |= {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        return subprocess.Popen(words, cwd=self.folder, env=os.environ | own, **who)

    def run(self, name: str, *words: str) -> None:
        assert self.begin(name, *words).wait(60) == 0, words

    def listening(self, port: int) -> tuple[str, ...]:
        options = (f"port={port}", "listen_addresses=127.0.0.1", f"unix_socket_directories={self.folder}", "fsync=off")
        return tuple(word for option in options for word in ("-c", option))

    async def until(self, port: int) -> None:
        async with asyncio.timeout(60):
            while self.begin("first", "pg_isready", "--quiet", "--port", str(port)).wait():  # noqa: ASYNC110
                await asyncio.sleep(0.1)


@pytest.fixture
def machines() -> Iterator[Machines]:
    folder = Path(tempfile.mkdtemp(prefix="coop-standby-"))
    if os.geteuid() == 0:
        shutil.chown(folder, "nobody")
    yield Machines(folder, free_port(), free_port())
    shutil.rmtree(folder, ignore_errors=True)


async def insert(database: Database) -> int:
    """Write a row, and count those there are."""
    async with database.transaction() as db:
        await db.execute(text("INSERT INTO told DEFAULT VALUES"))
        return int((await db.execute(text("SELECT count(*) FROM told"))).scalar_one())


async def test_it_follows_the_first_and_takes_its_place(machines: Machines) -> None:
    (machines.folder / "password").write_text(PASSWORD)
    kinds = ("--auth-local=trust", "--auth-host=scram-sha-256", "--username=coop", "--no-sync")
    machines.run("first", "initdb", *kinds, f"--pwfile={machines.folder / 'password'}")
    first = machines.begin("first", *SERVICES["postgres"]["command"], *machines.listening(machines.first))
    running = [first]
    url = SERVICES["bot"]["environment"]["COOP_DATABASE_URL"].replace("${POSTGRES_PASSWORD}", PASSWORD)
    places = {"postgres:5432": f"127.0.0.1:{machines.first}", "standby:5432": f"127.0.0.1:{machines.second}"}
    for place, here in places.items():
        assert place in url
        url = url.replace(place, here)
    database = Database(url)
    try:
        await machines.until(machines.first)
        machines.run("first", "createdb", "--username", "coop", "coop")
        machines.run("first", "bash", "-ec", COMPOSE["configs"]["replication"]["content"].replace("$$", "$"))
        machines.run("first", "pg_ctl", "reload")
        (line,) = SERVICES["standby"]["command"]
        line = line.replace("$$", "$").replace("--host postgres", "--host 127.0.0.1")
        line = line.replace("exec postgres", f"exec postgres {' '.join(machines.listening(machines.second))}")
        running.append(machines.begin("second", *SERVICES["standby"]["entrypoint"], line))
        await machines.until(machines.second)
        async with database.transaction() as db:
            await db.execute(text("CREATE TABLE told (id serial)"))
        assert await insert(database) == 1
        await asyncio.sleep(1)

        first.send_signal(signal.SIGQUIT)
        first.wait(30)
        machines.run("second", "pg_ctl", "promote")
        async with asyncio.timeout(60):
            while True:
                try:
                    assert await insert(database) == 2
                    break
                except (DBAPIError, OSError, TimeoutError):
                    await asyncio.sleep(0.2)
    finally:
        await database.close()
        for process in running:
            process.send_signal(signal.SIGQUIT)
            process.wait(30)
