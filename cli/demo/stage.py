"""The demo’s stage: a server with its people and a bot with its history, prepared once, up and running.

What is heavy to import is imported once the two processes are on their way.
"""

import asyncio
import re
import secrets
import shutil
import socket
import sys
from argparse import Namespace
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from bot.clock import utc_now
from cli.demo import bulk, channels, entrance
from cli.demo.cast import ADMIN, TEAM
from cli.demo.children import Child
from cli.errors import OperatorError

HOST = "127.0.0.1"
LOCK = "lock"
BULK = "bulk.jsonl"
"""Whom and what the server begins with."""
PORTS = range(20_000, 32_000)
"""Below those that systems give to outgoing connections: what is free now is still so when it is listened on."""
_PREPARED = "prepared"
_given: set[int] = set()


@dataclass(frozen=True, slots=True)
class Plan:
    """Where a demo lives and listens."""

    folder: Path
    port: int
    bot_port: int
    version: str

    @property
    def url(self) -> str:
        """Mattermost’s address."""
        return f"http://{HOST}:{self.port}"

    @property
    def bot_url(self) -> str:
        """The bot’s address."""
        return f"http://{HOST}:{self.bot_port}"

    @property
    def database_url(self) -> str:
        """The bot’s database."""
        return f"sqlite:///{self.folder / 'coop.db'}"

    @property
    def channels(self) -> Path:
        """The table of its channels."""
        return self.folder / channels.TABLE

    @property
    def env(self) -> Path:
        """The settings file."""
        return self.folder / "env"


@asynccontextmanager
async def run(plan: Plan, say: Callable[[str], None]) -> AsyncIterator[None]:
    """Both processes up, the server prepared as « setup » prepares any server."""
    _check(plan)
    is_new = not (plan.folder / _PREPARED).exists()
    if is_new:
        empty(plan.folder)
        bulk.write(plan.folder / BULK, utc_now().date(), channels.write_table(plan.channels))
    mattermost, bot = _children(plan, say)
    try:
        await mattermost.start()
        if is_new:
            await _migrate(plan)
        elif _still_fits(plan):
            await bot.start()
        await mattermost.until_ready()
        if is_new:
            await _fill(plan)
        if await _set_up(plan):
            await bot.stop()
        await _let_in(plan, is_new=is_new)
        await _begin(plan, bot, is_new=is_new)
        yield
    finally:
        # Both at once: what the bot can’t deliver any more waits in its table for the next start.
        await asyncio.gather(bot.stop(), mattermost.stop())


def _check(plan: Plan) -> None:
    if not re.fullmatch(r"\d{1,2}\.\d{1,2}(\.\d{1,2})?", plan.version):
        raise OperatorError("SERVER_VERSION : 11.6, 11.2, 10.5, 9.11, 9.4 ou 5.37.", code=2)
    if plan.port == plan.bot_port:
        raise OperatorError("PORT et BOT_PORT doivent être deux ports différents.", code=2)
    _must_be_free(plan.port, "PORT")
    _must_be_free(plan.bot_port, "BOT_PORT")


def _still_fits(plan: Plan) -> bool:
    """Whether the bot’s settings are those of the same ports: it can come up at once."""
    from cli import envfile

    found = envfile.values(plan.env.read_text("utf-8"))
    return (found.get("COOP_MATTERMOST_URL"), found.get("COOP_PORT")) == (plan.url, str(plan.bot_port))


def _children(plan: Plan, say: Callable[[str], None]) -> tuple[Child, Child]:
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


async def _set_up(plan: Plan) -> bool:
    """Do what an operator does with a real server, and write the demo’s own settings.

    Say whether the bot’s settings changed: the ports may be others than last time.
    """
    from cli import envfile
    from cli.demo.town import log_in
    from cli.setup.command import setup

    before = plan.env.read_text("utf-8") if plan.env.exists() else ""
    said: list[str] = []
    if await setup(_options(plan, await log_in(plan.url, ADMIN)), said.append):
        raise OperatorError("\n".join(said))
    own = {
        "COOP_DATABASE_URL": plan.database_url,
        "COOP_DATA_DIR": str(plan.folder),
        "COOP_HOST": HOST,
        "COOP_PORT": str(plan.bot_port),
        "COOP_CHANNELS": str(plan.channels),
    }
    envfile.write(plan.env, envfile.change(plan.env.read_text("utf-8"), own))
    return plan.env.read_text("utf-8") != before


def _options(plan: Plan, token: str) -> Namespace:
    """The words of « coop-bot setup »."""
    return Namespace(
        url=plan.url,
        admin_token=token,
        team=TEAM,
        public_url=plan.bot_url,
        write=plan.env,
        bot_name="coop",
        contact="",
        fix_server=True,
        replace=True,
        rights=True,
        dry_run=False,
    )


async def _let_in(plan: Plan, *, is_new: bool) -> None:
    """Bring the bot into the private channels that were there before it, which it does not see; it makes the others of
    the plan itself. Then all is prepared."""
    from cli.demo.talk import rooms
    from cli.demo.town import bring_in, log_in

    if is_new:
        await bring_in(plan.url, TEAM, "coop", [room.name for room in rooms()])
        await channels.bring_about(plan.env, await log_in(plan.url, ADMIN))
    (plan.folder / _PREPARED).touch()


async def _begin(plan: Plan, bot: Child, *, is_new: bool) -> None:
    """The bot is up; the first time, somebody has something to tell it."""
    from cli.demo.report import report

    await bot.start()
    await bot.until_ready()
    if is_new:
        await report(plan.url)


async def _migrate(plan: Plan) -> None:
    from storage import migrate

    await migrate.upgrade(plan.database_url)


async def _fill(plan: Plan) -> None:
    from cli.demo import gatherings, history, shelf
    from cli.demo.town import people_server
    from storage.database import Database

    database = Database(plan.database_url)
    try:
        now = utc_now()
        ids = await people_server(plan.url)
        await history.fill(database, ids, now)
        await gatherings.fill(database, ids, now)
        await shelf.fill(database, now)
    finally:
        await database.close()


def empty(folder: Path) -> None:
    """Erase a demo; the lock stays, somebody may hold it."""
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
    """A port that nobody has, another one each time."""
    while True:
        port = secrets.choice(PORTS)
        with socket.socket() as probe, suppress(OSError):
            probe.bind((HOST, port))
            if port not in _given:
                _given.add(port)
                return port
