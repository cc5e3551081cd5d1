"""A server and a database where one bot after another, or two together, are at work, in this process or their own."""

import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlmodel import col, select

from bot.app import App
from bot.clock import utc_now
from bot.context import Request
from bot.spool import Spool, Submission
from config.settings import Settings
from sandbox import Sandbox
from storage import outbox as table
from storage import work
from storage.outbox import Outgoing
from storage.people import Person as Registered
from storage.people import Role
from storage.work import Work, WorkSort
from tests.bench.children import COOP_BOT, Child, free_port, program
from tests.people import Person, Post, Site, first_admin, new_session, unique


@dataclass
class Room:
    """Juliette, and the bot’s account with its token."""

    server: Sandbox
    site: Site
    juliette: Person
    bot_id: str
    token: str

    async def direct(self) -> str:
        """The channel between the two."""
        channel = await self.juliette.api.post("/channels/direct", [self.juliette.id, self.bot_id])
        return str(channel["id"])

    async def says(self, text: str) -> None:
        """Juliette writes to the bot."""
        await self.juliette.api.post("/posts", {"channel_id": await self.direct(), "message": text})

    async def read(self) -> list[str]:
        """What stands in that channel, in order."""
        listed = await self.juliette.api.get(f"/channels/{await self.direct()}/posts?per_page=200")
        posts = sorted(listed["posts"].values(), key=lambda p: (p["create_at"], listed["order"].index(p["id"]) * -1))
        return [p["message"] for p in posts]


@asynccontextmanager
async def open_room(version: str) -> AsyncIterator[Room]:
    """A room on an embedded server of that version."""
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


FIRST = 0.02
"""The first pause in seconds of these bots after Mattermost did not take something."""


@dataclass
class Workplace:
    """Each kind of test has its own, with the features that it tells of."""

    room: Room
    url: str
    folder: Path
    runs: int = field(default=0, kw_only=True)

    @property
    def juliette(self) -> Person:
        return self.room.juliette

    @property
    def is_sqlite(self) -> bool:
        return self.url.startswith("sqlite")

    def settings(self, **others: Any) -> Settings:
        """Those of the next run."""
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

    async def registers(self, app: App, person: Person, role: Role = Role.CONSEILLER) -> None:
        """Somebody has that role from now on."""
        async with app.database.transaction() as db:
            await db.merge(Registered(id=person.id, username=person.username, role=role, since=utc_now()))

    async def runs_command(
        self, app: App, name: str, rest: str = "", *, person: Person | None = None, channel_id: str = ""
    ) -> Any:
        """Somebody, or Juliette, types a command."""
        person = person or self.juliette
        person.acts()
        return await app.dispatcher.run(Request("command", name, person.id, channel_id), rest)

    async def salon(self, *people: Person, private: bool = False) -> str:
        """A channel of Juliette’s, with the bot and these people in it."""
        body = {"team_id": self.room.site.team_id, "name": unique("salon"), "display_name": "Salon"}
        made = await self.juliette.api.post("/channels", body | {"type": "P" if private else "O"})
        for user_id in (self.room.bot_id, *(person.id for person in people)):
            await self.juliette.api.post(f"/channels/{made['id']}/members", {"user_id": user_id})
        return str(made["id"])

    async def said(self, channel_id: str) -> list[Post]:
        """What the bot said there, oldest first."""
        return [p for p in await self.juliette.reads(channel_id) if p.user_id == self.room.bot_id and not p.type]

    async def leads(self, *, leads: bool = True) -> None:
        """The bot administers the team from now on, or no more."""
        place = f"/teams/{self.room.site.team_id}/members/{self.room.bot_id}/roles"
        await self.room.site.admin.put(place, {"roles": "team_user team_admin" if leads else "team_user"})

    async def rows(self, app: App) -> list[Outgoing]:
        """The outbox, oldest first."""
        async with app.database.transaction(writes=False) as db:
            found = await db.exec(select(Outgoing).order_by(col(Outgoing.created_at), col(Outgoing.id)))
            return list(found.all())

    async def works(self, app: App) -> list[Work]:
        """All work, oldest first."""
        async with app.database.transaction(writes=False) as db:
            return list((await db.exec(select(Work).order_by(col(Work.created_at), col(Work.id)))).all())

    async def waits(self, app: App) -> bool:
        """Whether work or messages wait. Work is looked at first: what it says last is written down with its end."""
        waiting = (
            select(Work.id).where(col(Work.not_before).is_not(None)).limit(1),
            select(Outgoing.id).where(col(Outgoing.not_before).is_not(None)).limit(1),
        )
        async with app.database.transaction(writes=False) as db:
            return any([(await db.exec(query)).first() is not None for query in waiting])

    @asynccontextmanager
    async def process(self) -> AsyncIterator[Child]:
        """The bot as an operator starts it, in a process of its own; killed at the end."""
        settings = self.settings(port=free_port())
        told = {
            name: getattr(settings, name) for name in ("mattermost_url", "team", "database_url", "data_dir", "host")
        }
        secrets = ("bot_token", "command_token", "secret")
        told |= {name: getattr(settings, name).get_secret_value() for name in secrets}
        told |= {"port": settings.port, "public_url": f"http://127.0.0.1:{settings.port}", "work_calls": 1000}
        told |= {"secret": "s" * 40, "welcome": "non"}
        environment = {f"COOP_{name.upper()}": str(value) for name, value in told.items()}
        async with program(["-c", COOP_BOT, "serve"], settings.port, "/readyz", environment) as child:
            yield child
            child.process.kill()

    async def leases_end(self, app: App) -> None:
        """Let the time of the leases pass."""
        async with app.database.transaction() as db:
            await table.release_all(db, utc_now())
            for sort in WorkSort:
                await work.release_all(db, utc_now(), work.WorkTurn(sort))
        app.makers.look()
        app.workers.look()
        app.outbox.look()


def run_in_turn(*troubles: Callable[[], Awaitable[None]]) -> Callable[[], Awaitable[None]]:
    """Each trouble befalls one step, then nothing any more."""
    left = list(troubles)

    async def befalls() -> None:
        if left:
            await left.pop(0)()

    return befalls


def list_left_submissions(folder: Path) -> list[Submission]:
    """What the next process would find if the one whose data folder this is ended now (a copy has no locks)."""
    with tempfile.TemporaryDirectory(prefix="coop-bot-") as copy:
        shutil.copytree(folder / "spool", Path(copy) / "spool")
        next_one = Spool(Path(copy))
        next_one.close()
        return next_one.submissions()
