"""PostgreSQL with a synchronous standby, each a process of its own on a port of loopback."""

import asyncio
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg

from tests.bench.children import free_port
from tests.support.databases import find_binaries

SETTINGS = ("max_connections=80", "jit=off", "shared_buffers=256MB", "wal_level=replica", "max_wal_senders=6")
SYNCHRONOUS = "ALTER SYSTEM SET synchronous_standby_names = '*'"
"""Of the first server: a commit is answered once the standby has written it down, so that what was accepted is there
whichever of the two dies. (synchronous_commit is « on » by itself.) The standby, whose copy is older, waits for nobody
once it takes over."""
NAME = "coop"
READY_S = 60


@dataclass(slots=True)
class Server:
    """One of the two servers."""

    folder: Path
    port: int = field(default_factory=free_port)
    process: "subprocess.Popen[bytes] | None" = None

    def start(self, *settings: str) -> None:
        """Start the server with further settings."""
        told = (f"port={self.port}", "listen_addresses=127.0.0.1", f"unix_socket_directories={self.folder.parent}")
        arguments = [part for setting in (*told, *SETTINGS, *settings) for part in ("-c", setting)]
        self.process = subprocess.Popen([_tool("postgres"), "-D", self.folder, *arguments], **_as_nobody(self.folder))

    def kill(self) -> None:
        """Kill the server as a loss of power would: at once, without a word to anybody."""
        if self.process:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()

    async def asks(self, statement: str, database: str = "postgres") -> list[tuple[Any, ...]]:
        """Execute a statement and return its rows."""
        where: dict[str, Any] = {"host": "127.0.0.1", "port": self.port, "user": "postgres", "database": database}
        connection: Any = await asyncpg.connect(**where, timeout=5)
        try:
            return [tuple(row) for row in await connection.fetch(statement)]
        finally:
            await connection.close()

    async def until(self, statement: str) -> None:
        """Wait until a statement is answered by true."""
        async with asyncio.timeout(READY_S):
            while True:
                try:
                    if (await self.asks(statement))[0][0]:
                        return
                except (OSError, asyncpg.PostgresError):
                    pass
                await asyncio.sleep(0.05)


@dataclass(slots=True)
class Cluster:
    """Both servers; ``serving`` is the one that accepts writes."""

    first: Server
    standby: Server
    serving: Server

    def url(self, *ports: int) -> str:
        """Return the address of the database for COOP_DATABASE_URL: whichever of the two accepts writes."""
        hosts = "&".join(f"host=127.0.0.1:{port}" for port in ports or (self.first.port, self.standby.port))
        return f"postgresql://postgres@/{NAME}?{hosts}&target_session_attrs=primary"

    async def fail_over(self, after: float) -> None:
        """Kill the first server; so many seconds later (when somebody, or a program, notices) promote the standby."""
        self.first.kill()
        await asyncio.sleep(after)
        self.serving = self.standby
        await self.standby.asks("SELECT pg_promote(wait => true)")


def fault() -> str:
    """Say why this machine cannot run a cluster; "" where it can."""
    found = find_binaries()
    return "" if found and (found / "pg_basebackup").exists() else "PostgreSQL avec pg_basebackup"


@asynccontextmanager
async def cluster() -> AsyncIterator[Cluster]:
    """Give both servers, the standby in step with the first, in a folder that is removed at the end; without
    databases."""
    folder = Path(tempfile.mkdtemp(prefix="coop-drill-"))
    first, standby = Server(folder / "first"), Server(folder / "standby")
    if os.geteuid() == 0:
        shutil.chown(folder, "nobody")
    setup = ["--no-sync", "--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C"]
    await _run(first.folder, "initdb", *setup)
    try:
        first.start()
        await first.until("SELECT true")
        yield Cluster(first, standby, first)
    finally:
        for server in (first, standby):
            server.kill()
        shutil.rmtree(folder, ignore_errors=True)


async def accompany(pair: Cluster) -> None:
    """Give the first server its standby: a copy of what it holds by now, which follows all that it writes."""
    source = ["-h", "127.0.0.1", "-p", str(pair.first.port), "-U", "postgres", "--checkpoint=fast", "--no-sync"]
    await _run(pair.standby.folder, "pg_basebackup", *source, "--write-recovery-conf", "-X", "stream")
    pair.standby.start()
    await pair.first.asks(SYNCHRONOUS)
    await pair.first.asks("SELECT pg_reload_conf()")
    await pair.first.until("SELECT count(*) = 1 FROM pg_stat_replication WHERE sync_state = 'sync'")


async def _run(folder: Path, tool: str, *arguments: str) -> None:
    """Run one of PostgreSQL’s tools on the data in a folder."""
    command = [str(_tool(tool)), "-D", str(folder), *arguments]
    await asyncio.to_thread(lambda: subprocess.run(command, check=True, **_as_nobody(folder)))


def _tool(name: str) -> Path:
    found = find_binaries()
    assert found
    return found / name


def _as_nobody(folder: Path) -> dict[str, Any]:
    """Return the arguments that run a process as another user: PostgreSQL refuses to be root."""
    options: dict[str, Any] = {"cwd": folder.parent, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return options | ({"user": "nobody"} if os.geteuid() == 0 else {})
