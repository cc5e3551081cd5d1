"""What the tests of the outbox share: a chat server that remembers, and one run of the outbox after another."""

import asyncio
import itertools
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import web
from sqlmodel import col, select

from bot.mattermost import AioClient, Mattermost
from bot.outbox import LEASE, Outbox
from storage import outbox as table
from storage.database import Database
from storage.outbox import Outgoing, TargetKind
from tests.chat_server import BOT, CHANNEL, ID, POST, Answer, ChatServer, chat_server, fault

FIRST = 0.02


def now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Town:
    """A chat server with a memory; ``trouble`` may answer instead of it, before or after it acted."""

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
        post = body | {"id": f"{next(self._numbers):026}", "user_id": BOT, "create_at": int(now().timestamp() * 1000)}
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
        """Any other channel’s posts."""
        is_list = request.method == "GET" and request.path.endswith("/posts")
        return self.read(request, body) if is_list else fault(404, "api.context.404.app_error")

    async def patch(self, request: web.Request, body: Any) -> web.StreamResponse:
        self.tries += 1
        if self.before and (answer := await self.before()) is not None:
            return answer  # type: ignore[no-any-return]
        self.posts.append(body | {"id": POST})
        return web.json_response({"id": POST})


def always(status: int, error_id: str = "app.x", **headers: str) -> Callable[[], Any]:
    """A trouble that does not end by itself."""

    async def answer() -> web.Response:
        return fault(status, error_id, **headers)

    return answer


async def crash(outbox: Outbox) -> None:
    """End a run as kill -9 does: it marks nothing and gives nothing back. No public way leads there."""
    tasks = outbox.tasks
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await outbox._rows.wait()  # noqa: SLF001  (the database is closed after that)


@dataclass
class Stage:
    """What a test plays with."""

    town: Town
    database: Database
    server: ChatServer

    def answer(self, request: str, with_: Answer) -> None:
        """From now on that answers it instead."""
        self.server.answers[request] = with_

    @asynccontextmanager
    async def outbox(self, clock: Callable[[], datetime] = now) -> AsyncIterator[Outbox]:
        """One run of the bot; leaving the block is a crash unless the test drained it."""
        client = AioClient(self.server.url, "jeton")
        outbox = Outbox(self.database, Mattermost(client, "cnum"), clock, first=FIRST)
        await outbox.start()
        try:
            yield outbox
        finally:
            await crash(outbox)
            await client.close()

    async def write(self, *messages: Outgoing) -> list[Outgoing]:
        async with self.database.transaction() as db:
            await table.add(db, messages)
        return list(messages)

    async def rows(self) -> list[Outgoing]:
        async with self.database.transaction(writes=False) as db:
            return list((await db.exec(select(Outgoing).order_by(col(Outgoing.created_at)))).all())

    async def settled(self) -> list[Outgoing]:
        """The rows, once nothing waits any more."""
        while await self.waits():  # noqa: ASYNC110  (a table has no event)
            await asyncio.sleep(0.02)
        return await self.rows()

    async def waits(self) -> bool:
        """Whether something is not sent yet; to read all rows each time would keep the bot from sending them."""
        async with self.database.transaction(writes=False) as db:
            return bool((await table.count_by_state(db))["waiting"])

    async def rows_once(self, condition: Callable[[list[Outgoing]], bool]) -> list[Outgoing]:
        """The rows, once they are so."""
        rows = await self.rows()
        while not condition(rows):
            await asyncio.sleep(0.02)
            rows = await self.rows()
        return rows


@pytest.fixture
async def stage(database: Database) -> AsyncIterator[Stage]:
    town = Town()
    answers = {
        "GET /api/v4/users/me": {"id": BOT, "username": "coop", "is_bot": True},
        "POST /api/v4/channels/direct": {"id": CHANNEL},
        "POST /api/v4/posts": town.write,
        f"GET /api/v4/channels/{CHANNEL}/posts": town.read,
        f"PUT /api/v4/posts/{POST}/patch": town.patch,
        "*": town.other,
    }
    async with chat_server(**answers) as server:
        yield Stage(town, database, server)


def message(text: str, where: TargetKind = TargetKind.PERSON, target: str = ID, **other: Any) -> Outgoing:
    created = other.pop("created_at", now())
    return Outgoing(
        id=secrets.token_hex(13),
        where=where,
        target=target,
        content={"message": text, "props": {"attachments": []}},
        created_at=created,
        **({"not_before": created + LEASE} | other),
    )


async def end_leases(stage: Stage) -> None:
    """Let the time of the leases pass."""
    async with stage.database.transaction() as db:
        await table.release_all(db, now())
