"""What the tests of the operator’s commands share: a server to set up, a folder, another service."""

import os
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from aiohttp import web

import cli.command
import cli.main
from bot.clock import utc_now
from bot.features import Feature
from bot.mattermost import AioClient
from cli import envfile
from cli.admin import Admin
from cli.command import Call
from cli.doctor.command import examine
from cli.setup.command import SetupOptions, setup
from commands import FEATURES
from config.settings import Settings
from sandbox import Sandbox
from tests.people import Api, first_admin, new_session
from tests.serving import serving


@dataclass
class Server:
    """A fresh server with a team, and its admin."""

    admin: Api
    team_id: str
    file: Path
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
async def newest(tmp_path: Path) -> AsyncIterator[Server]:
    async for found in fresh("11.2", tmp_path):
        yield found


async def fresh(version: str, folder: Path) -> AsyncIterator[Server]:
    sandbox = Sandbox(version=version)
    await sandbox.start(port=0)
    try:
        async with new_session() as session:
            admin = await first_admin(session, sandbox.url)
            await admin.put("/config/patch", {"EmailSettings": {"RequireEmailVerification": True}})
            team = await admin.post("/teams", {"name": "cnum", "display_name": "CnFS", "type": "O"})
            yield Server(admin, team["id"], folder / "env")
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


def run(*words: str) -> int:
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


async def examined(settings: Settings, token: str = "", features: Sequence[Feature] = FEATURES) -> tuple[int, str]:
    said: list[str] = []
    code = await examine(settings, token, said.append, features)
    return code, "\n".join(said)


def answering(answer: web.Response) -> AbstractAsyncContextManager[str]:
    """Another service, which answers everything so; its address."""

    async def handle(_: web.Request) -> web.Response:
        # A copy: one answer may serve several requests.
        return web.Response(body=answer.body, status=answer.status, headers=answer.headers)

    return serving(handle)
