"""Two replicas on PostgreSQL behind the balancer of deploy/: one is stopped while people click, and nobody notices."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from cli import envfile
from cli.demo.stage import free_port
from sandbox.faults import Faults
from tests.support.cra import fill_workshop
from tests.support.databases import PostgresServer
from tests.support.house import PATIENCE, House
from tests.support.security import Attacker

pytestmark = [
    pytest.mark.slow,
    pytest.mark.own_database,
    pytest.mark.skipif(not shutil.which("haproxy"), reason="haproxy is not on this machine"),
]
CONFIGURATION = Path(__file__).parents[1] / "deploy" / "haproxy.cfg"
ABOUT_TO_STOP = 3
"""Seconds; the balancer looks every half second, twice, once something is wrong."""


@dataclass(frozen=True, slots=True)
class Balancer:
    """Where it listens: for Mattermost, for outside, for its own figures."""

    inside: str
    outside: str
    figures: str

    async def servers(self, backend: str) -> float:
        """How many replicas it sends something to."""
        return await self._counted(f'haproxy_backend_active_servers{{proxy="{backend}"}} ')

    async def served(self, server: str) -> float:
        """How often a replica answered well."""
        where = f'proxy="ready",server="{server}",code="2xx"'
        return await self._counted(f"haproxy_server_http_responses_total{{{where}}} ")

    async def _counted(self, begins: str) -> float:
        async with aiohttp.ClientSession() as session, session.get(f"{self.figures}/metrics") as reply:
            lines = (await reply.text()).splitlines()
        return next(float(line.removeprefix(begins)) for line in lines if line.startswith(begins))

    async def until(self, backend: str, servers: int) -> None:
        """Wait until it sends to so many."""
        async with asyncio.timeout(2 * PATIENCE):
            while await self.servers(backend) != servers:  # noqa: ASYNC110
                await asyncio.sleep(0.1)


@asynccontextmanager
async def balancer(*ports: int) -> AsyncIterator[Balancer]:
    """HAProxy as deploy/ configures it, before these replicas of this machine."""
    inside, outside, figures = places = [free_port() for _ in range(3)]
    where = dict(zip(("BIND", "BIND_OUTSIDE", "BIND_FIGURES"), (f"127.0.0.1:{port}" for port in places), strict=True))
    where |= {f"BOT{number}": f"127.0.0.1:{port}" for number, port in enumerate(ports, 1)}
    quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "env": os.environ | where}
    process = await asyncio.create_subprocess_exec("haproxy", "-f", str(CONFIGURATION), **quiet)
    try:
        made = Balancer(*(f"http://127.0.0.1:{port}" for port in (inside, outside, figures)))
        async with asyncio.timeout(PATIENCE):
            while not await _listens(figures):  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        yield made
    finally:
        process.terminate()
        await process.wait()


async def _listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


@asynccontextmanager
async def replica(house: House, folder: Path, port: int) -> AsyncIterator[asyncio.subprocess.Process]:
    """`coop-bot serve` in a process of its own, beside the bot of the house."""
    settings = house.settings
    variables = {
        "COOP_MATTERMOST_URL": settings.mattermost_url,
        "COOP_TEAM": settings.team,
        "COOP_BOT_TOKEN": settings.bot_token.get_secret_value(),
        "COOP_COMMAND_TOKEN": settings.command_token.get_secret_value(),
        "COOP_SECRET": settings.secret.get_secret_value(),
        "COOP_PUBLIC_URL": settings.public_url,
        "COOP_DATABASE_URL": settings.database_url,
        "COOP_PORT": str(port),
        "COOP_DATA_DIR": str(folder),
        "COOP_DRAIN": str(ABOUT_TO_STOP),
    }
    envfile.write(folder / "env", envfile.change("", variables))
    words = [sys.executable, "-m", "cli", "--env-file", str(folder / "env"), "serve"]
    with (folder / "log").open("wb") as told:
        process = await asyncio.create_subprocess_exec(*words, stderr=told)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


@pytest.fixture
async def behind(house: House, postgres: PostgresServer) -> AsyncIterator[tuple[House, Balancer, int]]:
    """The house on PostgreSQL behind the balancer; and the port of a second replica, which is not there yet."""
    before, second = house.settings, free_port()
    async with postgres.database() as url, balancer(house.bot.port, second, free_port()) as made:
        house.settings = before.model_copy(
            update={"database_url": url, "public_url": made.inside, "port": house.bot.port}
        )
        await house.restart()
        try:
            yield house, made, second
        finally:
            house.settings = before
            await house.restart()


async def test_a_replica_is_stopped_and_nobody_notices(behind: tuple[House, Balancer, int], tmp_path: Path) -> None:
    house, proxy, second = behind
    juliette = await house.conseiller()
    mallory = Attacker(house, juliette)
    answers: Counter[int] = Counter()
    stopped = asyncio.Event()

    async def clicks() -> None:
        while not stopped.is_set():
            async with juliette.api.session.post(f"{proxy.inside}/commands", data=mallory.command()) as reply:
                answers[reply.status] += 1
                await reply.read()

    async with replica(house, tmp_path, second) as process:
        await proxy.until("ready", 2)
        form = await fill_workshop(juliette)
        people = [asyncio.create_task(clicks()) for _ in range(4)]
        await asyncio.sleep(1)
        process.send_signal(signal.SIGTERM)
        assert (await form.submit()).accepted
        await proxy.until("ready", 1)
        assert process.returncode is None, "it says that it is about to stop before it does"
        assert await asyncio.wait_for(process.wait(), PATIENCE) == 0
        await asyncio.sleep(0.5)
        stopped.set()
        await asyncio.gather(*people)
    assert {*answers} == {200}
    assert answers[200] > 20
    assert await proxy.served("bot2") > 0, "both answered"
    assert len(await house.reports(juliette)) == 1


async def test_outside_sees_pages_and_nothing_else(behind: tuple[House, Balancer, int], faults: Faults) -> None:
    _, proxy, _ = behind
    await proxy.until("ready", 1)
    await proxy.until("waiting", 1)
    async with aiohttp.ClientSession() as session:

        async def status(url: str, method: str = "GET") -> int:
            async with session.request(method, url) as reply:
                return reply.status

        assert await status(f"{proxy.outside}/portrait.png") == 200
        for path in ("/commands", "/dialogs", "/buttons", "/metrics", "/readyz", "/", "/balancer"):
            assert await status(f"{proxy.outside}{path}", "POST") == 404
        assert await status(f"{proxy.inside}/metrics") == 404
        assert await status(f"{proxy.inside}/balancer") == 200
        faults.down = True
        faults.drop_sockets()
        await proxy.until("ready", 0)
        assert await status(f"{proxy.outside}/portrait.png") == 200, "pages need no Mattermost"
        assert await status(f"{proxy.inside}/commands", "POST") in (401, 415), "nor are clicks turned away"
        faults.down = False
        await proxy.until("ready", 1)
