"""The operator’s commands in tests: a fresh server to set up, commands run in this loop, and news published by them."""

import json
import os
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from aiohttp import web
from sqlmodel import select

import cli.command
import cli.main
from bot import logs
from bot.app import App
from bot.clock import utc_now
from bot.features import Feature
from bot.mattermost import AioClient
from cli import envfile
from cli.actus import Standing
from cli.admin import Admin
from cli.command import Call
from cli.doctor.command import examine
from cli.setup.command import SetupOptions, setup
from commands import FEATURES, actus, controls
from commands.actus import drafts, editions
from config.settings import Settings
from sandbox import Sandbox
from storage import canaux
from storage.actus import items
from storage.actus.digests import Digest
from storage.actus.items import Item, ItemKind, NewsSection
from storage.database import Database
from tests.people import Api, Post, first_admin, new_session
from tests.support.databases import create_database
from tests.support.house import LOG, list_said
from tests.support.servers import serve
from tests.support.workplace import FIRST, Room, Workplace


@dataclass
class FreshServer:
    """A fresh server with a team, and its admin."""

    admin: Api
    team_id: str
    file: Path
    sandbox: Sandbox
    said: list[str] = field(default_factory=list)

    async def setup(self, features: Sequence[Feature] = FEATURES, **options: Any) -> int:
        """Run it; what it said is in ``said``."""
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
        """The team’s own commands by trigger."""
        listed = await self.admin.get(f"/commands?team_id={self.team_id}&custom_only=true")
        return {command["trigger"]: command for command in listed}

    async def configure(self, **settings: Any) -> None:
        await self.admin.put("/config/patch", {"ServiceSettings": settings})

    @property
    def env(self) -> dict[str, str]:
        return envfile.values(self.file.read_text("utf-8"))

    async def bot(self) -> Admin:
        """The API in the bot’s own name."""
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
    """What the process would exit with."""
    try:
        return cli.main.main(list(words))
    except SystemExit as leaving:
        return int(leaving.code or 0)


async def operate(settings: Settings, *words: str, clock: Callable[[], datetime] = utc_now) -> int:
    """Run a command in this loop, as if these settings had been read; what it raises is raised."""
    begun: list[Coroutine[Any, Any, int]] = []

    def begin(work: Coroutine[Any, Any, int]) -> int:
        begun.append(work)
        return 0

    call = Call(known=settings, clock=clock, finish=begin)
    with patch.object(cli.command, "hush"), cli.main.coop_bot.make_context("coop-bot", list(words), obj=call) as ctx:
        cli.main.coop_bot.invoke(ctx)
    return await begun.pop()


async def run_doctor(settings: Settings, token: str = "", features: Sequence[Feature] = FEATURES) -> tuple[int, str]:
    said: list[str] = []
    code = await examine(settings, token, said.append, features)
    return code, "\n".join(said)


def serve_answer(answer: web.Response) -> AbstractAsyncContextManager[str]:
    """Another service, which answers everything so; its address."""

    async def handle(_: web.Request) -> web.Response:
        # A copy: one answer may serve several requests.
        return web.Response(body=answer.body, status=answer.status, headers=answer.headers)

    return serve(handle)


Capture = pytest.CaptureFixture[str]


@dataclass
class DigestWorkplace(Workplace):
    """A workplace where the operator publishes, with or without a bot at work."""

    @asynccontextmanager
    async def bot(self) -> AsyncIterator[App]:
        """One at work."""
        logs.configure("INFO", LOG)
        app = App(self.settings(), [actus.feature, controls.travaux], first=FIRST)
        await app.start()
        try:
            yield app
        finally:
            await app.stop()

    async def place(self) -> str:
        """The channel in which the news come out, known to the bot."""
        site = self.room.site
        place = await site.channel("actualites", "Actualités")
        async with self.asks(writes=True) as db:
            await canaux.remember_channel(db, "actualites", place, utc_now())
        return place

    @asynccontextmanager
    async def asks(self, *, writes: bool = False) -> AsyncIterator[Any]:
        """The database, for a moment."""
        database = Database(self.url)
        async with database.transaction(writes=writes) as db:
            yield db
        await database.close()

    async def finds(self, *titles: str, **more: Any) -> None:
        """These are in the pool."""
        usual: dict[str, Any] = {
            "kind": ItemKind.FEED,
            "section": NewsSection.PRESS,
            "text": "Deux phrases.",
            "url": "https://e.fr/a",
        }
        at = utc_now() - timedelta(minutes=5)
        found = [Item(**(usual | {"key": items.make_words_key(t), "title": t, "found_at": at} | more)) for t in titles]
        async with self.asks(writes=True) as db:
            await items.add(db, found)

    async def shows(
        self, *options: str, capsys: Capture, edition: str = "vendredi", clock: Callable[[], datetime] = utc_now
    ) -> dict[str, Any]:
        """What « digest preview --json » says."""
        logs.configure("INFO", LOG)
        words = ("--edition", edition, "--json", *options)
        assert await operate(self.settings(), "digest", "preview", *words, clock=clock) == 0
        found: dict[str, Any] = json.loads(capsys.readouterr().out)
        return found

    async def begins(self, edition: str = "vendredi") -> int:
        """The draft of the coming number is there, as after « /actus brouillon »; its number."""
        async with self.asks(writes=True) as db:
            helpdesk = Standing(db, self.settings(), utc_now())
            return (await drafts.open_coming(helpdesk, (await editions.read_editions(helpdesk))[edition])).number

    async def numbers(self) -> Sequence[int]:
        """Those that are taken."""
        async with self.asks() as db:
            return sorted((await db.exec(select(Digest.number))).all())

    async def publishes(self, number: int, *options: str, settings: Settings | None = None) -> int:
        """« digest publish »."""
        logs.configure("INFO", LOG)
        return await operate(settings or self.settings(), "digest", "publish", str(number), *options)

    async def out(self, place: str) -> list[Post]:
        """What stands in a channel."""
        return await list_said(self.room.site.admin, self.room.bot_id, place)

    async def digest(self, number: int) -> Digest:
        """As it is now."""
        async with self.asks() as db:
            found: Digest = (await db.exec(select(Digest).where(Digest.number == number))).one()
            return found


@pytest.fixture(params=["sqlite"])
async def digest_workplace(
    request: pytest.FixtureRequest, room: Room, tmp_path: Path
) -> AsyncIterator[DigestWorkplace]:
    async with create_database(request, tmp_path) as url:
        yield DigestWorkplace(room, url, tmp_path)
