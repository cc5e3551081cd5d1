"""The bot as a process: it says whether it is ready, and stops without dropping anybody."""

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot import tasks
from bot.app import serve
from cli import envfile
from cli.demo.stage import free_port
from sandbox.faults import Faults
from storage import schema
from tests.people import Person
from tests.support.databases import create_sqlite
from tests.support.house import PATIENCE, House

SECRET = "k" * 40
"""What a bot in a process of its own signs with."""


async def probe(house: House, path: str) -> tuple[int, Any]:
    """What a probe is answered."""
    async with aiohttp.ClientSession() as session, session.get(f"{house.settings.public_url}{path}") as reply:
        return reply.status, await reply.json(content_type=None) if path != "/metrics" else await reply.text()


async def until(house: House, status: int) -> Any:
    """Wait until /readyz answers so."""
    async with asyncio.timeout(PATIENCE):
        while (found := await probe(house, "/readyz"))[0] != status:  # noqa: ASYNC110
            await asyncio.sleep(0.1)
    return found[1]


async def test_it_is_ready_while_mattermost_and_the_database_answer(house: House, faults: Faults) -> None:
    assert await until(house, 200) == {"database": True, "mattermost": True}
    faults.down = True
    faults.drop_sockets()
    assert await until(house, 503) == {"database": True, "mattermost": False}
    assert (await probe(house, "/healthz"))[0] == 200, "it lives all the same"
    faults.down = False
    assert await until(house, 200) == {"database": True, "mattermost": True}


async def test_its_figures_name_no_person(house: House, juliette: Person) -> None:
    await juliette.types("/cra liste")
    await juliette.types("/cra nimporte quoi")
    figures = (await probe(house, "/metrics"))[1]
    assert re.search(r'coop_request_seconds_count\{kind="command",name="cra liste"\} [1-9]', figures)
    assert juliette.id not in figures
    assert juliette.username not in figures


@asynccontextmanager
async def served(
    house: House, tmp_path: Path, files: int = 1024
) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    """`coop-bot serve` in a process of its own that may open so many files, on its own database, once it is ready."""
    address = f"http://127.0.0.1:{(port := free_port())}"
    variables = {
        "COOP_MATTERMOST_URL": house.settings.mattermost_url,
        "COOP_TEAM": house.settings.team,
        "COOP_BOT_TOKEN": house.settings.bot_token.get_secret_value(),
        "COOP_COMMAND_TOKEN": house.settings.command_token.get_secret_value(),
        "COOP_SECRET": SECRET,
        "COOP_PUBLIC_URL": address,
        "COOP_PORT": str(port),
        "COOP_DATABASE_URL": f"sqlite:///{tmp_path}/coop.db",
        "COOP_DATA_DIR": str(tmp_path),
    }
    envfile.write(tmp_path / "env", envfile.change("", variables))
    options: dict[str, Any] = {"stderr": asyncio.subprocess.PIPE, "env": os.environ | {"PYTHONUNBUFFERED": "1"}}
    words = ["/bin/sh", "-c", f'ulimit -n {files} && exec "$@"', "sh"]
    words += [sys.executable, "-m", "cli", "--env-file", str(tmp_path / "env"), "serve"]
    await create_sqlite(tmp_path)  # to make the tables takes a process as long again as to start
    process = await asyncio.create_subprocess_exec(*words, **options)
    try:
        await _says(address, 200)
        yield process, address
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def _says(address: str, status: int) -> None:
    """Wait until /readyz of another process answers so."""
    async with asyncio.timeout(60), aiohttp.ClientSession() as session:
        while True:
            try:
                async with session.get(f"{address}/readyz") as reply:
                    if reply.status == status:
                        return
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(0.05)


@pytest.mark.own_database
@pytest.mark.parametrize("number", [signal.SIGTERM, pytest.param(signal.SIGINT, marks=pytest.mark.slow)])
async def test_a_signal_stops_it_well(house: House, tmp_path: Path, number: signal.Signals) -> None:
    async with served(house, tmp_path) as (process, _):
        process.send_signal(number)
        assert await asyncio.wait_for(process.wait(), PATIENCE) == 0
        assert process.stderr is not None
        told = (await process.stderr.read()).decode()
    assert "Traceback" not in told
    assert house.settings.bot_token.get_secret_value() not in told


@pytest.mark.own_database
async def test_it_stops_though_mattermost_is_away(house: House, tmp_path: Path, faults: Faults) -> None:
    async with served(house, tmp_path) as (process, address):
        faults.down = True
        faults.drop_sockets()
        await _says(address, 503)
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), PATIENCE) == 0
    faults.down = False


@pytest.mark.own_database
async def test_what_stays_for_good_is_not_looked_through_for_garbage(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left_alone = asyncio.Event()
    monkeypatch.setattr("gc.freeze", left_alone.set)
    monkeypatch.setattr(asyncio.get_running_loop(), "add_signal_handler", lambda *_: None)
    await schema.upgrade(database := f"sqlite:///{tmp_path}/coop.db")
    own = {"port": free_port(), "database_url": database, "data_dir": tmp_path}
    serving = asyncio.create_task(serve(house.settings.model_copy(update=own), []))
    await asyncio.wait_for(left_alone.wait(), PATIENCE)
    serving.cancel()
    await asyncio.gather(serving, return_exceptions=True)


async def test_a_request_under_way_is_answered_before_it_stops(house: House, juliette: Person) -> None:
    form = await juliette.opens("/cra")
    form.fill(canal="domicile", activite="individuel", age="+60", statut="retraite", duree="45", themes=["sante"])
    sent = asyncio.create_task(form.submit())
    await asyncio.sleep(0.01)
    await house.restart()
    assert (await sent).sent
    assert len(await house.reports(juliette)) <= 1


async def test_a_task_that_does_not_hear_that_it_is_cancelled_is_told_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "CANCELLED_AGAIN_S", 0.01)
    deaf = 2

    async def go_on() -> None:
        nonlocal deaf
        while True:
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                deaf -= 1
                if not deaf:
                    raise

    going = asyncio.create_task(go_on())
    await asyncio.sleep(0)
    await tasks.cancel_all([going])
    assert going.cancelled()
