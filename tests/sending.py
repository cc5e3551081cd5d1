"""What the stories of messages and acts share: a bot whose one feature sends what the story says, and hears of it."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlmodel import col, select

from bot.app import App
from bot.context import Context, Request
from bot.events import Delivered, Undelivered
from bot.features import Feature
from bot.replies import Direct, Refresh, Replies, Reply
from storage.outbox import Outgoing, Sent
from tests.databases import address
from tests.house import Clock, until, until_async
from tests.modes import MODES, NEWEST
from tests.people import unique
from tests.room import Room, a_room
from tests.workplace import FIRST, Workplace


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
        self.feature.job("hour=4", name="nouvelles.everywhere")(self.everywhere)
        self.feature.event(Delivered, name="nouvelles.arrived.Delivered")(self.arrived)
        self.feature.event(Undelivered, name="nouvelles.failed.Undelivered")(self.failed)

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
class Newsroom(Workplace):
    """A workplace whose bots send what they are told to."""

    news: News = field(default_factory=News)
    clock: Clock = field(default_factory=Clock)

    @asynccontextmanager
    async def bot(self) -> AsyncIterator[App]:
        """One run; it ends as SIGTERM ends it."""
        app = App(self.settings(), [self.news.feature], self.clock, first=FIRST)
        await app.start()
        await self.registers(app, self.juliette)
        await until(lambda: app.jobs.is_idle)
        try:
            yield app
        finally:
            await app.stop()

    async def sends(self, app: App, *replies: Reply, channel_id: str = "") -> None:
        """Juliette has the bot send that."""
        self.news.replies = replies
        assert not await self.runs_command(app, "envoie", channel_id=channel_id)

    async def sends_to_many(self, app: App, *replies: Reply) -> None:
        """A job has it sent."""
        self.news.to_many = replies
        await app.runs.run(("job", "nouvelles.everywhere"), unique("nuit"))
        self.news.to_many = ()

    async def posts_about(self, app: App, topic: str) -> Sequence[Sent]:
        """What the feature finds on a topic."""
        await app.dispatcher.run(Request("command", "cherche", self.juliette.id), topic)
        return self.news.found

    async def settled(self, app: App) -> list[Outgoing]:
        """The outbox, once nothing waits nor is to be told any more."""

        async def done() -> bool:
            left = col(Outgoing.not_before).is_not(None) | col(Outgoing.tells).is_not(None)
            async with app.database.transaction(writes=False) as db:
                return (await db.exec(select(Outgoing.id).where(left).limit(1))).first() is None

        await until_async(done)
        return await self.rows(app)


everywhere = pytest.mark.parametrize(
    ("room", "newsroom"), [*((mode, "sqlite") for mode in MODES), (NEWEST, "postgresql")], indirect=True
)
"""On every generation of servers, and with both databases."""


@pytest.fixture
async def room(request: pytest.FixtureRequest) -> AsyncIterator[Room]:
    async with a_room(request.param) as room:
        yield room


@pytest.fixture
async def newsroom(request: pytest.FixtureRequest, room: Room, tmp_path: Path) -> AsyncIterator[Newsroom]:
    async with address(request, tmp_path) as url:
        yield Newsroom(room, url, tmp_path)
