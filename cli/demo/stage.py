"""The demo’s two processes: a server with its people and a bot with its history, prepared once and running."""

import asyncio
import secrets
import shutil
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import aiohttp

from bot.clock import utc_now
from bot.french import join
from cli import envfile
from cli.demo import entrance, rooms
from cli.demo.children import Child
from cli.demo.plan import HOST, VERSIONS, DemoPlan
from cli.demo.visitor import report
from cli.errors import OperatorError

LOCK = "lock"
BULK = "bulk.jsonl"
"""The bulk import with which the server begins."""
PORTS = range(20_000, 32_000)
"""Ports below those of outgoing connections, so that one that is free now still is when a server listens on it."""
_PREPARED = "prepared"
_given: set[int] = set()


@asynccontextmanager
async def run(plan: DemoPlan, say: Callable[[str], None]) -> AsyncIterator[None]:
    """Start both processes, after preparing a new server as « setup » does."""
    _check(plan)
    is_new = not (plan.folder / _PREPARED).exists()
    if is_new:
        empty(plan.folder)
        rooms.write_bulk(plan.folder / BULK, utc_now().date(), rooms.write_table(plan.channels))
    mattermost, bot = _children(plan, say)
    try:
        await mattermost.start()
        if not is_new and _still_fits(plan):
            await bot.start()
        await _prepare(plan, mattermost, bot, is_new=is_new)
        (plan.folder / _PREPARED).touch()
        await bot.start()
        await bot.until_ready()
        if is_new:
            await report(plan.url)
        yield
    finally:
        # Both at once: what the bot can’t deliver any more waits in its table for the next start.
        await asyncio.gather(bot.stop(), mattermost.stop())


async def _prepare(plan: DemoPlan, mattermost: Child, bot: Child, *, is_new: bool) -> None:
    """Prepare everything the bot needs; stop it if its settings changed, because of other ports."""
    # Hundreds of modules, imported while the processes begin.
    from cli.demo import preparation

    if is_new:
        await preparation.migrate(plan)
    await mattermost.until_ready()
    if is_new:
        await preparation.fill(plan)
    if await preparation.set_up(plan):
        await bot.stop()
    if is_new:
        await preparation.let_in(plan)


def _check(plan: DemoPlan) -> None:
    if plan.version not in VERSIONS:
        raise OperatorError(f"SERVER_VERSION : {join(VERSIONS, 'ou')}.", code=2)
    if plan.port == plan.bot_port:
        raise OperatorError("PORT et BOT_PORT doivent être deux ports différents.", code=2)
    _must_be_free(plan.port, "PORT")
    _must_be_free(plan.bot_port, "BOT_PORT")


def _still_fits(plan: DemoPlan) -> bool:
    """Return whether the bot’s settings have the same ports, so that it can start at once."""
    found = envfile.values(plan.env.read_text("utf-8"))
    return (found.get("COOP_MATTERMOST_URL"), found.get("COOP_PORT")) == (plan.url, str(plan.bot_port))


def _children(plan: DemoPlan, say: Callable[[str], None]) -> tuple[Child, Child]:
    python, folder = (sys.executable, "-m"), plan.folder
    people = folder / "people.json"
    entrance.write(people)
    server = [*python, "sandbox", "--port", str(plan.port), "--server-version", plan.version]
    server += ["--snapshot", str(folder / "mattermost.json"), "--bulk", str(folder / BULK), "--people", str(people)]
    bot = [*python, "cli", "--env-file", str(plan.env), "serve"]
    return (
        Child("Mattermost", server, folder / "mattermost.log", _answers(f"{plan.url}/api/v4/system/ping"), say),
        Child("Le bot", bot, folder / "bot.log", _answers(f"{plan.bot_url}/readyz"), say),
    )


def _answers(url: str) -> Callable[[], Awaitable[bool]]:
    async def ask() -> bool:
        try:
            async with aiohttp.ClientSession() as session, session.get(url) as reply:
                return reply.status == 200
        except (aiohttp.ClientError, OSError):
            return False

    return ask


def empty(folder: Path) -> None:
    """Erase a demo, except the lock, which somebody may hold."""
    for entry in folder.iterdir():
        if entry.is_dir():
            shutil.rmtree(entry)
        elif entry.name != LOCK:
            entry.unlink()


def _must_be_free(port: int, variable: str) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except (OSError, OverflowError):
            raise OperatorError(f"Le port {port} est déjà pris : choisissez-en un autre, {variable}=…") from None


def free_port() -> int:
    """Return a free port, another one each time."""
    while True:
        port = secrets.choice(PORTS)
        with socket.socket() as probe, suppress(OSError):
            probe.bind((HOST, port))
            if port not in _given:
                _given.add(port)
                return port
