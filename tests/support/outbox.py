"""The outbox and the scheduler in tests: a chat server that remembers, a bot that sends what it is told, and jobs."""

import asyncio
import itertools
import secrets
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from aiohttp import web
from sqlmodel import col, select

from bot.app import App
from bot.context import Context, Request
from bot.events import Delivered, Undelivered
from bot.features import Feature, Key, Trigger
from bot.mattermost import AioClient, Mattermost
from bot.outbox import LEASE, Outbox
from bot.registry import index_triggers
from bot.replies import Direct, Refresh, Replies, Reply
from storage import outbox as table
from storage.database import Database
from storage.outbox import Outgoing, Sent, TargetKind, queue
from tests.modes import MODES, NEWEST
from tests.people import unique
from tests.support.house import PARIS, SETTLED_S, Clock, wait_for, wait_until
from tests.support.mattermost import BOT, CHANNEL, ID, POST, Answer, ChatServer, make_error, serve_chat
from tests.support.workplace import FIRST, Workplace, make_room, make_workplace


def read_clock() -> datetime:
    return datetime.now(UTC)


@dataclass
class ChatMemory:
    """A chat server that stores posts; ``trouble`` may answer instead, before or after it acted."""

    posts: list[dict[str, Any]] = field(default_factory=list)
    before: Callable[[], Any] | None = None
    after: Callable[[], Any] | None = None
    tries: int = 0
    reads: int = 0
    _numbers: Any = field(default_factory=itertools.count)

    @property
    def texts(self) -> list[str]:
        return [p["message"] for p in self.posts]

    async def write(self, request: web.Request, body: Any) -> web.StreamResponse:
        self.tries += 1
        if self.before and (answer := await self.before()) is not None:
            return answer  # type: ignore[no-any-return]
        post = body | {
            "id": f"{next(self._numbers):026}",
            "user_id": BOT,
            "create_at": int(read_clock().timestamp() * 1000),
        }
        self.posts.append(post)
        if self.after and (answer := await self.after()) is not None:
            return answer  # type: ignore[no-any-return]
        return web.json_response(post, status=201)

    def read(self, request: web.Request, _: Any) -> web.StreamResponse:
        self.reads += 1
        page, size = int(request.query["page"]), int(request.query["per_page"])
        channel = request.path.split("/")[-2]
        there = [post for post in reversed(self.posts) if post.get("channel_id", channel) == channel]
        shown = there[page * size : (page + 1) * size]
        return web.json_response({"order": [p["id"] for p in shown], "posts": {p["id"]: p for p in shown}})

    def other(self, request: web.Request, body: Any) -> web.StreamResponse:
        """Answer the posts of any other channel."""
        is_list = request.method == "GET" and request.path.endswith("/posts")
        return self.read(request, body) if is_list else make_error(404, "api.context.404.app_error")

    async def patch(self, request: web.Request, body: Any) -> web.StreamResponse:
        self.tries += 1
        if self.before and (answer := await self.before()) is not None:
            return answer  # type: ignore[no-any-return]
        self.posts.append(body | {"id": POST})
        return web.json_response({"id": POST})


def answer_always(status: int, error_id: str = "app.x", **headers: str) -> Callable[[], Any]:
    """Make a trouble that does not end by itself."""

    async def answer() -> web.Response:
        return make_error(status, error_id, **headers)

    return answer


async def crash_outbox(outbox: Outbox) -> None:
    """End a run as kill -9 does: it marks nothing and gives nothing back. No public way leads there."""
    tasks = outbox.tasks
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await outbox._rows.wait()  # noqa: SLF001  (the database is closed after that)


@dataclass
class OutboxStage:
    """The parts of a test of the outbox."""

    town: ChatMemory
    database: Database
    server: ChatServer

    def answer(self, request: str, with_: Answer) -> None:
        """Answer a request in another way from now on."""
        self.server.answers[request] = with_

    @asynccontextmanager
    async def outbox(self, clock: Callable[[], datetime] = read_clock) -> AsyncIterator[Outbox]:
        """Run an outbox; leaving the block is a crash unless the test drained it."""
        client = AioClient(self.server.url, "jeton")
        outbox = Outbox(self.database, Mattermost(client, "cnum"), clock, first=FIRST)
        await outbox.start()
        try:
            yield outbox
        finally:
            await crash_outbox(outbox)
            await client.close()

    async def write(self, *messages: Outgoing) -> list[Outgoing]:
        async with self.database.transaction() as db:
            await table.add(db, messages)
        return list(messages)

    async def rows(self) -> list[Outgoing]:
        async with self.database.transaction(writes=False) as db:
            return list((await db.exec(select(Outgoing).order_by(col(Outgoing.created_at)))).all())

    async def settled(self) -> list[Outgoing]:
        """Wait until nothing waits any more, and return the rows."""
        while await self.waits():  # noqa: ASYNC110  (a table has no event)
            await asyncio.sleep(0.02)
        return await self.rows()

    async def waits(self) -> bool:
        """Tell whether some message is not sent yet; reading all rows each time would keep the bot from sending
        them."""
        async with self.database.transaction(writes=False) as db:
            return bool((await table.count_by_state(db))["waiting"])

    async def rows_once(self, condition: Callable[[list[Outgoing]], bool]) -> list[Outgoing]:
        """Wait until the rows fulfil a condition, and return them."""
        rows = await self.rows()
        while not condition(rows):
            await asyncio.sleep(0.02)
            rows = await self.rows()
        return rows


@pytest.fixture
async def stage(database: Database) -> AsyncIterator[OutboxStage]:
    town = ChatMemory()
    answers = {
        "GET /api/v4/users/me": {"id": BOT, "username": "coop", "is_bot": True},
        "POST /api/v4/channels/direct": {"id": CHANNEL},
        "POST /api/v4/posts": town.write,
        f"GET /api/v4/channels/{CHANNEL}/posts": town.read,
        f"PUT /api/v4/posts/{POST}/patch": town.patch,
        "*": town.other,
    }
    async with serve_chat(**answers) as server:
        yield OutboxStage(town, database, server)


def make_message(text: str, where: TargetKind = TargetKind.PERSON, target: str = ID, **other: Any) -> Outgoing:
    created = other.pop("created_at", read_clock())
    return Outgoing(
        id=secrets.token_hex(13),
        where=where,
        target=target,
        content={"message": text, "props": {"attachments": []}},
        created_at=created,
        **({"not_before": created + LEASE} | other),
    )


async def end_leases(stage: OutboxStage) -> None:
    """Let the time of the leases pass."""
    async with stage.database.transaction() as db:
        await queue.release_all(db, read_clock())


WEDNESDAY = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


def make_triggers(*schedules: str, local: bool = False) -> dict[Key, Trigger]:
    """Make a feature’s jobs, one for each schedule."""
    feature = Feature("essai")

    def job(number: int) -> None:
        async def handler(_: object) -> Replies:
            return None

        feature.job(schedules[number], name=f"essai.job{number}", local=local)(handler)

    for number in range(len(schedules)):
        job(number)
    return index_triggers([feature])


class RecordedRuns:
    """The runs of jobs that took place; fails as often as told."""

    def __init__(self, failures: int = 0) -> None:
        self.calls: list[tuple[str, str]] = []
        self.failures = failures
        self.happened = asyncio.Event()

    async def __call__(self, key: Key, period: str, _: ZoneInfo) -> None:
        self.calls.append((key[1], period))
        self.happened.set()
        if self.failures:
            self.failures -= 1
            raise OSError("the database is away")


async def list_zones() -> list[ZoneInfo]:
    return [PARIS]


def freeze_clock(time: datetime) -> Callable[[], datetime]:
    return lambda: time


def paris_time(*when: int) -> datetime:
    year, month, day, hour, minute = when
    return datetime(year, month, day, hour, minute, tzinfo=PARIS)


@dataclass
class MessageFeature:
    """A feature that sends what a test wants: what it is to answer next, and what it heard and found."""

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
        """Answer an event: « noter:ID » has a person told of it; « change » has it rewritten."""
        self.heard.append(event)
        if self.trouble:
            raise self.trouble
        kind, _, rest = event.topic.partition(":")
        if kind == "noter":
            return Direct(f"Vu {type(event).__name__}", user_id=rest)
        return Refresh("Au complet", topic=event.topic) if kind == "change" else None


@dataclass
class MessageWorkplace(Workplace):
    """A workplace whose bots send what a test tells them to."""

    news: MessageFeature = field(default_factory=MessageFeature)
    clock: Clock = field(default_factory=Clock)

    def features(self) -> Sequence[Feature]:
        return [self.news.feature]

    async def gets_ready(self, app: App) -> None:
        await self.registers(app, self.juliette)
        await wait_until(lambda: app.jobs.is_idle)

    async def sends(self, app: App, *replies: Reply, channel_id: str = "") -> None:
        """Have the bot send something, as Juliette."""
        self.news.replies = replies
        assert not await self.runs_command(app, "envoie", channel_id=channel_id)

    async def sends_to_many(self, app: App, *replies: Reply) -> None:
        """Have a job send something to many."""
        self.news.to_many = replies
        await app.runs.run(("job", "nouvelles.everywhere"), unique("nuit"))
        self.news.to_many = ()

    async def posts_about(self, app: App, topic: str) -> Sequence[Sent]:
        """List the posts that the feature finds on a topic."""
        await app.dispatcher.run(Request("command", "cherche", self.juliette.id), topic)
        return self.news.found

    async def settled(self, app: App) -> list[Outgoing]:
        """Wait until nothing waits or is to be told any more, and return the outbox."""

        async def done() -> bool:
            left = col(Outgoing.not_before).is_not(None) | col(Outgoing.tells).is_not(None)
            async with app.database.transaction(writes=False) as db:
                return (await db.exec(select(Outgoing.id).where(left).limit(1))).first() is None

        await wait_for(done, SETTLED_S)  # a lease or two may have to end
        return await self.rows(app)


every_server = pytest.mark.parametrize(
    ("room", "newsroom"), [*((mode, "sqlite") for mode in MODES), (NEWEST, "postgresql")], indirect=True
)
"""On every generation of servers, and with both databases."""


room = make_room()
newsroom = make_workplace(MessageWorkplace)
