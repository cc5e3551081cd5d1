"""What the tests of the websocket share: the bot’s ears, and a server that says what the test says."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import web
from pydantic import BaseModel

from bot.clock import utc_now
from bot.events import DirectMessage
from bot.features import Feature
from bot.mattermost import AioClient, Mattermost
from bot.tasks import Traffic
from bot.watchlist import Watchlist
from bot.websocket import EventListener, ListenerDependencies
from bot.websocket.queue import CURSOR
from config.settings import Settings
from storage import claims
from storage.database import Database
from tests.chat_server import BOT, CHANNEL, ID, TEAM, ChatServer, chat_server, fault
from tests.house import PATIENCE

FIRST = 0.02
SQUARE = "s" * 26

NOW_MS = int(utc_now().timestamp() * 1000)
HOUR_AGO = datetime.fromtimestamp(NOW_MS / 1000, UTC) - timedelta(hours=1)


@dataclass
class Heard:
    """What the bot was told; may dawdle or fail."""

    events: list[BaseModel] = field(default_factory=list)
    trouble: Callable[[BaseModel], Awaitable[None]] | None = None
    _news: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def __call__(self, event: BaseModel) -> None:
        if self.trouble:
            await self.trouble(event)
        async with self._news:
            self.events.append(event)
            self._news.notify_all()

    @property
    def texts(self) -> list[str]:
        return [e.text for e in self.events if isinstance(e, DirectMessage)]

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE), self._news:
            await self._news.wait_for(condition)


@asynccontextmanager
async def hearing(
    url: str, token: str, database: Database, team: str = "cnum", first: float = FIRST
) -> AsyncIterator[tuple[EventListener, Heard]]:
    """The bot’s ears on a server; ``first`` is the pause in seconds before they connect again."""
    client = AioClient(url, token)
    heard = Heard()
    events = EventListener(ground(client, database, team), heard, first)
    events.start()
    try:
        yield events, heard
    finally:
        await events.stop()
        await client.close()


def ground(client: AioClient, database: Database, team: str = "cnum", *features: Feature) -> ListenerDependencies:
    """What the ears stand on, with nothing of features listened to but what these say."""
    settings = Settings(mattermost_url=client.url, team=team, bot_token="t", command_token="c" * 26, secret="s")
    return ListenerDependencies(
        Mattermost(client, team), database, Watchlist(database, features, settings), utc_now, Traffic()
    )


@dataclass
class Wire:
    """A websocket that says what the test says; one script for each connection."""

    scripts: list[Callable[[web.WebSocketResponse, web.Request], Awaitable[None]]] = field(default_factory=list)
    params: list[dict[str, str]] = field(default_factory=list)

    async def connect(self, request: web.Request, _: Any) -> web.StreamResponse:
        self.params.append(dict(request.query))
        if not self.scripts:
            return fault(503, "busy")
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await self.scripts.pop(0)(socket, request)
        await socket.close()
        return socket


def script(*frames: Mapping[str, Any] | str, then: Callable[[], Awaitable[Any]] | None = None) -> Any:
    """Say these frames, answer one ping, then wait for something or close."""

    async def play(socket: web.WebSocketResponse, _: web.Request) -> None:
        ping = await socket.receive_json()
        for frame in frames:
            await socket.send_str(frame if isinstance(frame, str) else json.dumps(frame))
        await socket.send_json({"status": "OK", "seq_reply": ping["seq"], "data": {"server_time": NOW_MS}})
        if then:
            await then()

    return play


async def answer(
    socket: web.WebSocketResponse, _: web.Request, after_first: Callable[[], object] = lambda: None
) -> None:
    """Answer pings as long as they come."""
    async for message in socket:
        pong = {"status": "OK", "seq_reply": message.json()["seq"], "data": {"server_time": NOW_MS}}
        await socket.send_json(pong)
        after_first()


def hello(number: int = 0, connection_id: str = "one") -> dict[str, Any]:
    return {"event": "hello", "data": {"connection_id": connection_id}, "seq": number}


def posted(number: int, text: str, **other: Any) -> dict[str, Any]:
    post = {"id": f"{number:026}", "user_id": ID, "channel_id": CHANNEL, "message": text, "create_at": NOW_MS} | other
    return {"event": "posted", "data": {"channel_type": "D", "post": json.dumps(post)}, "seq": number}


@pytest.fixture
def wire() -> Wire:
    return Wire()


@pytest.fixture
async def server(wire: Wire) -> AsyncIterator[ChatServer]:
    answers = {
        "GET /api/v4/users/me": {"id": BOT, "username": "coop", "is_bot": True},
        "GET /api/v4/teams/name/cnum": {"id": TEAM},
        f"GET /api/v4/users/me/teams/{TEAM}/channels": [],
        f"GET /api/v4/teams/{TEAM}/channels/name/town-square": {"id": SQUARE, "type": "O"},
        "GET /api/v4/websocket": wire.connect,
    }
    async with chat_server(**answers) as server:
        yield server


async def seen(database: Database, at: datetime) -> None:
    async with database.transaction() as db:
        await claims.move_cursor(db, CURSOR, at)


def news(server: ChatServer, *texts: str) -> None:
    """Direct messages to be read."""
    posts = {
        text: {"id": f"{i:026}", "user_id": ID, "channel_id": CHANNEL, "message": text, "create_at": NOW_MS + i}
        for i, text in enumerate(texts)
    }
    server.answers |= {
        f"GET /api/v4/users/me/teams/{TEAM}/channels": [{"id": CHANNEL, "type": "D", "last_post_at": NOW_MS}],
        f"GET /api/v4/channels/{CHANNEL}/posts": {"posts": posts},
    }
