"""What the stories of messages and acts share: a bot whose one feature sends what the story says, and hears of it."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlmodel import col, select

from bot.app import App
from bot.clock import utc_now
from bot.context import Context, Request
from bot.events import Delivered, Undelivered
from bot.features import Feature
from bot.replies import Direct, Refresh, Replies, Reply
from config.settings import Settings
from storage.outbox import Outgoing, Sent
from storage.people import Person as Registered
from storage.people import Role
from tests.databases import address
from tests.house import Clock, until, until_async
from tests.modes import MODES, NEWEST
from tests.people import Person, Post, unique
from tests.room import Room, a_room

FIRST = 0.02


@dataclass
class News:
    """The feature: what it is to answer next, and what it heard and found."""

    replies: Sequence[Reply] = ()
    to_many: Sequence[Reply] = ()
    heard: list[Delivered | Undelivered] = field(default_factory=list)
    found: Sequence[Sent] = ()
    trouble: Exception | None = None
    feature: Feature = field(default_factory=lambda: Feature("nouvelles"))

    def __post_init__(self) -> None:
        self.feature.command("envoie", help="Envoyer", writes=True)(self.send)
        self.feature.command("cherche", help="Chercher")(self.search)
        self.feature.job("hour=4")(self.everywhere)
        self.feature.event(Delivered)(self.arrived)
        self.feature.event(Undelivered)(self.failed)

    async def send(self, _: Context, __: str) -> Replies:
        return self.replies

    async def search(self, ctx: Context, topic: str) -> Replies:
        self.found = await ctx.posts_about(topic)
        return None

    async def everywhere(self, _: Context) -> Replies:
        return self.to_many

    async def arrived(self, _: Context, event: Delivered) -> Replies:
        return self._heard(event)

    async def failed(self, _: Context, event: Undelivered) -> Replies:
        return self._heard(event)

    def _heard(self, event: Delivered | Undelivered) -> Replies:
        """« noter:ID » has a person told of it; « change » has it rewritten."""
        self.heard.append(event)
        if self.trouble:
            raise self.trouble
        kind, _, rest = event.topic.partition(":")
        if kind == "noter":
            return Direct(f"Vu {type(event).__name__}", user_id=rest)
        return Refresh("Au complet", topic=event.topic) if kind == "change" else None


@dataclass
class Newsroom:
    """A room with a database, where one bot after another, or two together, are at work."""

    room: Room
    url: str
    folder: Path
    news: News = field(default_factory=News)
    clock: Clock = field(default_factory=Clock)
    runs: int = 0

    @property
    def juliette(self) -> Person:
        return self.room.juliette

    @asynccontextmanager
    async def bot(self) -> AsyncIterator[App]:
        """One run; it ends as SIGTERM ends it."""
        app = App(self._settings(), [self.news.feature], self.clock, first=FIRST)
        await app.start()
        async with app.database.transaction() as db:
            known = Registered(id=self.juliette.id, username="juliette", role=Role.CONSEILLER, since=utc_now())
            await db.merge(known)
        await until(lambda: app.jobs.is_idle)
        try:
            yield app
        finally:
            await app.stop()

    def _settings(self) -> Settings:
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
        })  # fmt: skip

    async def sends(self, app: App, *replies: Reply, channel_id: str = "") -> None:
        """Juliette has the bot send that."""
        self.news.replies = replies
        self.juliette.acts()
        request = Request("command", "envoie", self.juliette.id, channel_id)
        assert not await app.dispatcher.run(request, "")

    async def sends_to_many(self, app: App, *replies: Reply) -> None:
        """A job has it sent."""
        self.news.to_many = replies
        await app.runs.run(("job", "nouvelles.everywhere"), unique("nuit"))
        self.news.to_many = ()

    async def posts_about(self, app: App, topic: str) -> Sequence[Sent]:
        """What the feature finds on a topic."""
        await app.dispatcher.run(Request("command", "cherche", self.juliette.id), topic)
        return self.news.found

    async def salon(self) -> str:
        """A channel of Juliette’s, with the bot."""
        team = self.room.site.team_id
        wanted = {"team_id": team, "name": unique("salon"), "display_name": "Salon", "type": "O"}
        made = await self.juliette.api.post("/channels", wanted)
        await self.juliette.api.post(f"/channels/{made['id']}/members", {"user_id": self.room.bot_id})
        return str(made["id"])

    async def said(self, channel_id: str) -> list[Post]:
        """What the bot said there, oldest first."""
        return [p for p in await self.juliette.reads(channel_id) if p.user_id == self.room.bot_id and not p.type]

    async def rows(self, app: App) -> list[Outgoing]:
        """The outbox, oldest first."""
        async with app.database.transaction(writes=False) as db:
            ordered = select(Outgoing).order_by(col(Outgoing.created_at), col(Outgoing.id))
            return list((await db.exec(ordered)).all())

    async def settled(self, app: App) -> list[Outgoing]:
        """The outbox, once nothing waits nor is to be told any more."""

        async def done() -> bool:
            return not any(row.not_before or row.tells for row in await self.rows(app))

        await until_async(done)
        return await self.rows(app)

    async def leads(self) -> None:
        """The bot administers the team from now on."""
        place = f"/teams/{self.room.site.team_id}/members/{self.room.bot_id}/roles"
        await self.room.site.admin.put(place, {"roles": "team_user team_admin"})


everywhere = pytest.mark.parametrize(
    ("room", "newsroom"), [*((mode, "sqlite") for mode in MODES), (NEWEST, "postgresql")], indirect=True
)
"""On every generation of servers, and with both databases."""


@pytest.fixture
async def room(request: pytest.FixtureRequest) -> AsyncIterator[Room]:
    async with a_room(request.param) as room:
        room.site.bot_id = room.bot_id
        yield room


@pytest.fixture
async def newsroom(request: pytest.FixtureRequest, room: Room, tmp_path: Path) -> AsyncIterator[Newsroom]:
    async with address(request, tmp_path) as url:
        yield Newsroom(room, url, tmp_path)
