"""A server and a database where one bot after another, or two together, are at work, in this process or their own; and
the operator’s commands: a fresh server to set up, commands run in this loop or begun in a process."""

import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from aiohttp import web
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

import cli.command
import cli.main
from bot import logs
from bot.app import App
from bot.clock import utc_now
from bot.context import Request
from bot.features import Feature
from bot.mattermost import AioClient
from bot.spool import Spool, Submission
from cli import envfile
from cli.admin import Admin
from cli.command import Call
from cli.doctor.command import examine
from cli.setup.command import SetupOptions, setup
from commands import FEATURES
from config.settings import Settings
from sandbox import Sandbox
from storage import work
from storage.database import Database
from storage.outbox import Outgoing, queue
from storage.people import Person as Registered
from storage.people import Role
from storage.work import Work, WorkSort
from tests.bench.children import COOP_BOT, Child, environment_of, free_port, program, spawn, use_forks
from tests.bench.forks import RunningProcess
from tests.people import Api, Person, Post, Site, first_admin, new_session, unique
from tests.support.databases import create_database
from tests.support.house import LOG
from tests.support.servers import serve

CRA = {
    "auteur": "juliette",
    "date": "2026-11-20",
    "canal": "autre",
    "code_commune": "69256",
    "activite": "ponctuel",
    "ages": {"+60": 1},
    "statuts": {"retraite": 1},
    "themes": ["internet"],
    "minutes": 30,
}
"""A report as a line of an import."""


@dataclass
class Room:
    """Juliette, and the bot’s account with its token."""

    server: Sandbox
    site: Site
    juliette: Person
    bot_id: str
    token: str

    async def direct(self) -> str:
        """Return the id of the channel between the two."""
        channel = await self.juliette.api.post("/channels/direct", [self.juliette.id, self.bot_id])
        return str(channel["id"])

    async def says(self, text: str) -> None:
        """Have Juliette write to the bot."""
        await self.juliette.api.post("/posts", {"channel_id": await self.direct(), "message": text})

    async def read(self) -> list[str]:
        """List the messages in that channel, in order."""
        listed = await self.juliette.api.get(f"/channels/{await self.direct()}/posts?per_page=200")
        posts = sorted(listed["posts"].values(), key=lambda p: (p["create_at"], listed["order"].index(p["id"]) * -1))
        return [p["message"] for p in posts]


@asynccontextmanager
async def open_room(version: str) -> AsyncIterator[Room]:
    """Open a room on an embedded server of a version."""
    server = Sandbox(version=version)
    await server.start(port=0)
    session = new_session()
    admin = await first_admin(session, server.url)
    await admin.put("/config/patch", {"ServiceSettings": {"EnableBotAccountCreation": True}})
    site = await Site.at(session, server.url, admin.token)
    bot = (await admin.post("/bots", {"username": "coop", "display_name": "Coop"}))["user_id"]
    await admin.post(f"/teams/{site.team_id}/members", {"team_id": site.team_id, "user_id": bot})
    site.bot_id = bot
    token = (await admin.post(f"/users/{bot}/tokens", {"description": "essai"}))["token"]
    try:
        yield Room(server, site, await site.person("juliette"), bot, token)
    finally:
        await site.clear()
        await session.close()
        await server.stop()


def make_room(*versions: str) -> Any:
    """Make the fixture of a room on each of these servers; of none, tests say on which."""

    @pytest.fixture(params=versions or None)
    async def room(request: pytest.FixtureRequest) -> AsyncIterator[Room]:
        async with open_room(request.param) as room:
            yield room

    return room


def make_workplace(kind: Callable[[Room, str, Path], "Workplace"], *databases: str) -> Any:
    """Make the fixture of a workplace of that kind with each of these databases; of none, tests say with which."""

    @pytest.fixture(params=databases or None)
    async def workplace(request: pytest.FixtureRequest, room: Room, tmp_path: Path) -> AsyncIterator["Workplace"]:
        async with create_database(request, tmp_path) as url:
            yield kind(room, url, tmp_path)

    return workplace


FIRST = 0.02
"""The first pause in seconds of these bots after Mattermost did not take something."""


@dataclass
class Workplace:
    """A workplace; each kind of test derives its own, with the features that it tells of."""

    room: Room
    url: str
    folder: Path
    runs: int = field(default=0, kw_only=True)
    clock: Callable[[], datetime] = field(default=utc_now, kw_only=True)

    @property
    def juliette(self) -> Person:
        return self.room.juliette

    @property
    def is_sqlite(self) -> bool:
        return self.url.startswith("sqlite")

    def settings(self, **others: Any) -> Settings:
        """Make the settings of the next run."""
        self.runs += 1
        return Settings.model_validate({
            "mattermost_url": self.room.server.url,
            "team": self.room.site.team,
            "bot_token": self.room.token,
            "command_token": "c" * 26,
            "secret": "secret",
            "host": "127.0.0.1",
            "port": 0,
            "database_url": self.url,
            "data_dir": self.folder / str(self.runs),
            "work_calls": 1000,
        } | others)  # fmt: skip

    def features(self) -> Sequence[Feature]:
        """What its bots do."""
        return []

    async def gets_ready(self, app: App) -> None:
        """Wait for what a bot that was started does first."""

    @asynccontextmanager
    async def bot(self, **settings: Any) -> AsyncIterator[App]:
        """Run a bot; it stops as on SIGTERM, unless it was ended before."""
        logs.configure("INFO", LOG)
        app = App(self.settings(**settings), self.features(), self.clock, first=FIRST)
        await app.start()
        await self.gets_ready(app)
        try:
            yield app
        finally:
            await app.stop()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """Open a transaction on the database, whether or not a bot is at work."""
        database = Database(self.url)
        async with database.transaction() as db:
            yield db
        await database.close()

    async def registers(self, app: App, person: Person, role: Role = Role.CONSEILLER) -> None:
        """Give somebody that role from now on."""
        async with app.database.transaction() as db:
            await db.merge(Registered(id=person.id, username=person.username, role=role, since=utc_now()))

    async def runs_command(
        self, app: App, name: str, rest: str = "", *, person: Person | None = None, channel_id: str = ""
    ) -> Any:
        """Type a command as somebody, by default Juliette."""
        person = person or self.juliette
        person.acts()
        return await app.dispatcher.run(Request("command", name, person.id, channel_id), rest)

    async def salon(self, *people: Person, private: bool = False) -> str:
        """Make a channel of Juliette’s, with the bot and these people in it."""
        body = {"team_id": self.room.site.team_id, "name": unique("salon"), "display_name": "Salon"}
        made = await self.juliette.api.post("/channels", body | {"type": "P" if private else "O"})
        for user_id in (self.room.bot_id, *(person.id for person in people)):
            await self.juliette.api.post(f"/channels/{made['id']}/members", {"user_id": user_id})
        return str(made["id"])

    async def said(self, channel_id: str) -> list[Post]:
        """List what the bot said in a channel, oldest first."""
        return [p for p in await self.juliette.reads(channel_id) if p.user_id == self.room.bot_id and not p.type]

    async def leads(self, *, leads: bool = True) -> None:
        """Make the bot an administrator of the team from now on, or no longer."""
        place = f"/teams/{self.room.site.team_id}/members/{self.room.bot_id}/roles"
        await self.room.site.admin.put(place, {"roles": "team_user team_admin" if leads else "team_user"})

    async def rows(self, app: App) -> list[Outgoing]:
        """List the rows of the outbox, oldest first."""
        async with app.database.transaction(writes=False) as db:
            found = await db.exec(select(Outgoing).order_by(col(Outgoing.created_at), col(Outgoing.id)))
            return list(found.all())

    async def works(self, app: App) -> list[Work]:
        """List all work, oldest first."""
        async with app.database.transaction(writes=False) as db:
            return list((await db.exec(select(Work).order_by(col(Work.created_at), col(Work.id)))).all())

    async def waits(self, app: App) -> bool:
        """Tell whether work or messages wait. Work is read first: its last messages are written with its end."""
        waiting = (
            select(Work.id).where(col(Work.not_before).is_not(None)).limit(1),
            select(Outgoing.id).where(col(Outgoing.not_before).is_not(None)).limit(1),
        )
        async with app.database.transaction(writes=False) as db:
            return any([(await db.exec(query)).first() is not None for query in waiting])

    @asynccontextmanager
    async def process(self, arguments: Sequence[str] = ("-c", COOP_BOT, "serve"), **more: str) -> AsyncIterator[Child]:
        """Run the bot as an operator starts it, or another program with ``more`` variables, in a process of its own;
        kill it at the end."""
        settings = self.settings(port=free_port())
        told = {
            name: getattr(settings, name) for name in ("mattermost_url", "team", "database_url", "data_dir", "host")
        }
        secrets = ("bot_token", "command_token", "secret")
        told |= {name: getattr(settings, name).get_secret_value() for name in secrets}
        told |= {"port": settings.port, "public_url": f"http://127.0.0.1:{settings.port}", "work_calls": 1000}
        told |= {"secret": "s" * 40, "welcome": "non"}
        environment = {f"COOP_{name.upper()}": str(value) for name, value in told.items()} | more
        use_forks()
        async with program(arguments, settings.port, "/readyz", environment) as child:
            yield child
            child.process.kill()

    async def leases_end(self, app: App) -> None:
        """Let the time of the leases pass."""
        async with app.database.transaction() as db:
            await queue.release_all(db, utc_now())
            for sort in WorkSort:
                await work.release_all(db, utc_now(), work.WorkTurn(sort))
        app.makers.look()
        app.workers.look()
        app.outbox.look()


@contextmanager
def begin_command(settings: Settings, *words: str) -> Iterator[RunningProcess]:
    """Begin a command in a process of its own; kill it at the end."""
    use_forks()
    with tempfile.TemporaryFile() as errors:
        process = spawn(["-c", COOP_BOT, *words], environment_of(settings), errors)
        try:
            yield process
        finally:
            process.kill()
            process.wait()


def run_in_turn(*troubles: Callable[[], Awaitable[None]]) -> Callable[[], Awaitable[None]]:
    """Run each trouble at one step, in turn, then none."""
    left = list(troubles)

    async def befalls() -> None:
        if left:
            await left.pop(0)()

    return befalls


def list_left_submissions(folder: Path) -> list[Submission]:
    """List the submissions that the next process would find if the process of this data folder ended now (read from a
    copy, which has no locks)."""
    with tempfile.TemporaryDirectory(prefix="coop-bot-") as copy:
        shutil.copytree(folder / "spool", Path(copy) / "spool")
        next_one = Spool(Path(copy))
        next_one.close()
        return next_one.submissions()


@dataclass
class FreshServer:
    """A fresh server with a team, and its admin."""

    admin: Api
    team_id: str
    file: Path
    sandbox: Sandbox
    said: list[str] = field(default_factory=list)

    async def setup(self, features: Sequence[Feature] = FEATURES, **options: Any) -> int:
        """Run « setup » and return its exit code; its output is in ``said``."""
        usual: dict[str, Any] = {
            "url": self.admin.url,
            "admin_token": self.admin.token,
            "team": "cnum",
            "public_url": "http://127.0.0.1:8066",
            "write": self.file,
            "bot_name": "coop",
            "contact": None,
            "fix_server": False,
            "replace": False,
            "rights": False,
            "dry_run": False,
        }
        self.said = []
        return await setup(SetupOptions(**usual | options), self.said.append, features)

    async def commands(self) -> dict[str, Any]:
        """Return the team’s custom commands by trigger."""
        listed = await self.admin.get(f"/commands?team_id={self.team_id}&custom_only=true")
        return {command["trigger"]: command for command in listed}

    async def configure(self, **settings: Any) -> None:
        await self.admin.put("/config/patch", {"ServiceSettings": settings})

    @property
    def env(self) -> dict[str, str]:
        return envfile.values(self.file.read_text("utf-8"))

    async def bot(self) -> Admin:
        """Return the API in the bot’s own name."""
        return Admin(AioClient(self.admin.url, self.env["COOP_BOT_TOKEN"]))


@pytest.fixture
async def newest(tmp_path: Path) -> AsyncIterator[FreshServer]:
    async for found in start_fresh("11.2", tmp_path):
        yield found


async def start_fresh(version: str, folder: Path) -> AsyncIterator[FreshServer]:
    sandbox = Sandbox(version=version)
    await sandbox.start(port=0)
    try:
        async with new_session() as session:
            admin = await first_admin(session, sandbox.url)
            await admin.put("/config/patch", {"EmailSettings": {"RequireEmailVerification": True}})
            team = await admin.post("/teams", {"name": "cnum", "display_name": "CnFS", "type": "O"})
            yield FreshServer(admin, team["id"], folder / "env", sandbox)
    finally:
        await sandbox.stop()


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A folder and an environment of the test’s own."""
    for name in list(os.environ):
        if name.startswith("COOP_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(cli.command, "hush", lambda: None)
    monkeypatch.setattr("os.nice", lambda _: 0)
    return tmp_path


def run_command(*words: str) -> int:
    """Run a command, and return the exit code of its process."""
    try:
        return cli.main.main(list(words))
    except SystemExit as leaving:
        return int(leaving.code or 0)


async def operate(settings: Settings, *words: str, clock: Callable[[], datetime] = utc_now) -> int:
    """Run a command in this loop, as if these settings had been read; errors are raised as they are."""
    begun: list[Coroutine[Any, Any, int | None]] = []
    call = Call(known=settings, clock=clock, finish=begun.append)
    with patch.object(cli.command, "hush"), cli.main.coop_bot.make_context("coop-bot", list(words), obj=call) as ctx:
        cli.main.coop_bot.invoke(ctx)
    return await begun.pop() or 0


async def run_doctor(settings: Settings, token: str = "", features: Sequence[Feature] = FEATURES) -> tuple[int, str]:
    said: list[str] = []
    code = await examine(settings, token, said.append, features)
    return code, "\n".join(said)


def serve_answer(answer: web.Response) -> AbstractAsyncContextManager[str]:
    """Serve a fixed answer to everything; give the address."""

    async def handle(_: web.Request) -> web.Response:
        # A copy: one answer may serve several requests.
        return web.Response(body=answer.body, status=answer.status, headers=answer.headers)

    return serve(handle)


Capture = pytest.CaptureFixture[str]
