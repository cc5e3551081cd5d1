"""Events in tests: features that write down what they hear, and a websocket that says what the test says."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from prometheus_client import REGISTRY
from pydantic import BaseModel
from sqlalchemy import Column, Integer, MetaData, String, Table, insert, select

from bot.app import App
from bot.clock import utc_now
from bot.context import Context, Request
from bot.events import (
    Archived,
    Converted,
    Deleted,
    DirectMessage,
    Edited,
    Event,
    JoinedChannel,
    JoinedTeam,
    LeftChannel,
    LeftTeam,
    Posted,
    Reacted,
    Renamed,
    Restored,
    RoleChanged,
    Unreacted,
    WatchedPlaces,
)
from bot.features import Feature
from bot.mattermost import AioClient, Mattermost
from bot.replies import Replies, Whisper
from bot.tasks import Traffic
from bot.watchlist import Watchlist
from bot.websocket import EventListener, ListenerDependencies
from bot.websocket.queue import CURSOR
from config.settings import Settings
from storage import claims
from storage.claims import ReadCursor
from storage.database import Database
from tests.modes import MODES
from tests.people import unique
from tests.support.databases import KINDS, create_database
from tests.support.house import PATIENCE, is_listening, wait_for
from tests.support.mattermost import BOT, CHANNEL, ID, TEAM, ChatServer, make_error, serve_chat
from tests.support.workplace import FIRST, Room, Workplace, make_room

SQUARE = "s" * 26

NOW_MS = int(utc_now().timestamp() * 1000)
HOUR_AGO = datetime.fromtimestamp(NOW_MS / 1000, UTC) - timedelta(hours=1)


@dataclass
class EventLog:
    """A log of the events that the bot was told of; it may dawdle or fail."""

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
async def listen(
    url: str, token: str, database: Database, team: str = "cnum", first: float = FIRST
) -> AsyncIterator[tuple[EventListener, EventLog]]:
    """Give a listener on a server, with its log; ``first`` is the pause in seconds before it connects again."""
    client = AioClient(url, token)
    heard = EventLog()
    events = EventListener(make_dependencies(client, database, team), heard, first)
    events.start()
    try:
        yield events, heard
    finally:
        await events.stop()
        await client.close()


def make_dependencies(
    client: AioClient, database: Database, team: str = "cnum", *features: Feature
) -> ListenerDependencies:
    """Make the dependencies of a listener, with features that listen to no more than these arguments say."""
    settings = Settings(mattermost_url=client.url, team=team, bot_token="t", command_token="c" * 26, secret="s")
    return ListenerDependencies(
        Mattermost(client, team), database, Watchlist(database, features, settings), utc_now, Traffic()
    )


@dataclass
class ScriptedSocket:
    """A websocket that says what the test’s scripts say, one for each connection."""

    scripts: list[Callable[[web.WebSocketResponse, web.Request], Awaitable[None]]] = field(default_factory=list)
    params: list[dict[str, str]] = field(default_factory=list)

    async def connect(self, request: web.Request, _: Any) -> web.StreamResponse:
        self.params.append(dict(request.query))
        if not self.scripts:
            return make_error(503, "busy")
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await self.scripts.pop(0)(socket, request)
        await socket.close()
        return socket


def write_script(*frames: Mapping[str, Any] | str, then: Callable[[], Awaitable[Any]] | None = None) -> Any:
    """Write a script: send these frames, answer one ping, then wait or close."""

    async def play(socket: web.WebSocketResponse, _: web.Request) -> None:
        ping = await socket.receive_json()
        for frame in frames:
            await socket.send_str(frame if isinstance(frame, str) else json.dumps(frame))
        await socket.send_json({"status": "OK", "seq_reply": ping["seq"], "data": {"server_time": NOW_MS}})
        if then:
            await then()

    return play


async def answer_pings(
    socket: web.WebSocketResponse, _: web.Request, after_first: Callable[[], object] = lambda: None
) -> None:
    """Answer pings as long as they come."""
    async for message in socket:
        pong = {"status": "OK", "seq_reply": message.json()["seq"], "data": {"server_time": NOW_MS}}
        await socket.send_json(pong)
        after_first()


def make_hello(number: int = 0, connection_id: str = "one") -> dict[str, Any]:
    return {"event": "hello", "data": {"connection_id": connection_id}, "seq": number}


def make_posted(number: int, text: str, **other: Any) -> dict[str, Any]:
    post = {"id": f"{number:026}", "user_id": ID, "channel_id": CHANNEL, "message": text, "create_at": NOW_MS} | other
    return {"event": "posted", "data": {"channel_type": "D", "post": json.dumps(post)}, "seq": number}


@pytest.fixture
def wire() -> ScriptedSocket:
    return ScriptedSocket()


@pytest.fixture
async def server(wire: ScriptedSocket) -> AsyncIterator[ChatServer]:
    answers = {
        "GET /api/v4/users/me": {"id": BOT, "username": "coop", "is_bot": True},
        "GET /api/v4/teams/name/cnum": {"id": TEAM},
        f"GET /api/v4/users/me/teams/{TEAM}/channels": [],
        f"GET /api/v4/teams/{TEAM}/channels/name/town-square": {"id": SQUARE, "type": "O"},
        "GET /api/v4/websocket": wire.connect,
    }
    async with serve_chat(**answers) as server:
        yield server


async def store_cursor(database: Database, at: datetime) -> None:
    async with database.transaction() as db:
        await claims.move_cursor(db, CURSOR, at)


def store_direct_messages(server: ChatServer, *texts: str) -> None:
    """Store direct messages on a server, to be read later."""
    posts = {
        text: {"id": f"{i:026}", "user_id": ID, "channel_id": CHANNEL, "message": text, "create_at": NOW_MS + i}
        for i, text in enumerate(texts)
    }
    server.answers |= {
        f"GET /api/v4/users/me/teams/{TEAM}/channels": [{"id": CHANNEL, "type": "D", "last_post_at": NOW_MS}],
        f"GET /api/v4/channels/{CHANNEL}/posts": {"posts": posts},
    }


KINDS_OF_EVENTS: Sequence[type[Event]] = (
    DirectMessage, Posted, Edited, Deleted, Reacted, Unreacted, JoinedTeam, LeftTeam, RoleChanged,
    JoinedChannel, LeftChannel, Renamed, Archived, Restored, Converted,
)  # fmt: skip
_TABLES = MetaData()
HEARD = Table(
    "heard",
    _TABLES,
    Column("n", Integer, primary_key=True),
    Column("who", String(20)),
    Column("what", String(200)),
)
Trouble = Callable[[Event], Awaitable[None]]


@dataclass
class EventFeature:
    """A feature that hears everything where it listens; ``calls`` is what its handlers were called with."""

    name: str
    watched: WatchedPlaces = field(default_factory=WatchedPlaces)
    trouble: Trouble | None = None
    calls: list[Event] = field(default_factory=list)
    feature: Feature = field(init=False)

    def __post_init__(self) -> None:
        self.feature = Feature(self.name)
        for kind in KINDS_OF_EVENTS:
            self.feature.event(kind, name=f"{self.name}.hear.{kind.__name__}")(self.hear)
        self.feature.watches(self.where)
        self.feature.command(self.name, help="Écouter ailleurs", writes=True)(self.listen)

    async def where(self, _: Any, __: Settings) -> WatchedPlaces:
        return self.watched

    async def listen(self, ctx: Context, line: str) -> Replies:
        """Listen from now on in the places of a line, « canal canal =canal team »; « =canal » leaves out who comes and
        goes."""
        words = frozenset(line.split())
        crowded = frozenset(word for word in words if word.startswith("="))
        self.watched = WatchedPlaces(
            words - crowded - {"team"}, "team" in words, frozenset(word[1:] for word in crowded)
        )
        return Whisper(f"J’écoute {len(words)} lieux.")

    async def hear(self, ctx: Context, event: Event) -> Replies:
        self.calls.append(event)
        await ctx.db.execute(insert(HEARD).values(who=self.name, what=describe_event(event)))
        if self.trouble:
            await self.trouble(event)
        return None


def describe_event(event: Event) -> str:
    """Describe an event: « Posted bonjour », « Reacted ok », « JoinedTeam <id> », …"""
    tells = ("text", "emoji", "is_private", "display_name", "user_id")
    said = next((str(getattr(event, name)) for name in tells if hasattr(event, name)), "")
    if isinstance(event, RoleChanged):
        said = f"{said} {event.is_team_admin}"
    return f"{type(event).__name__} {said}".strip()


CAUGHT_UP_WITHIN = 4 * PATIENCE
"""Seconds in which a bot has read all that it missed: a thousand posts take half a minute on a busy machine."""


@dataclass
class EventWorkplace(Workplace):
    """A workplace of bots with two listeners."""

    database: Database
    one: EventFeature = field(default_factory=lambda: EventFeature("un"))
    two: EventFeature = field(default_factory=lambda: EventFeature("deux"))

    def features(self) -> Sequence[Feature]:
        return [self.one.feature, self.two.feature]

    async def gets_ready(self, app: App) -> None:
        await wait_for(lambda: self.ready(app), CAUGHT_UP_WITHIN)

    async def ready(self, app: App) -> bool:
        """Tell whether the bot hears where its listeners listen."""
        wanted = self.one.watched | self.two.watched
        return await is_listening(app, wanted.places, wanted.crowded)

    async def listens(self, app: App, listener: EventFeature, *places: str) -> None:
        """Have a listener listen in these places from now on."""
        await app.dispatcher.run(Request("command", listener.name, self.juliette.id), " ".join(places))
        await wait_for(lambda: self.ready(app))

    async def heard(self, listener: EventFeature, *, all_of: int = 0) -> list[str]:
        """Wait until a listener has heard these things, and return all it heard, in order."""
        found: list[str] = []

        async def read() -> bool:
            async with self.database.transaction(writes=False) as db:
                rows = await db.execute(select(HEARD.c.what).where(HEARD.c.who == listener.name).order_by(HEARD.c.n))
                found[:] = rows.scalars()
            return len(found) >= all_of

        await wait_for(read)
        return found

    async def settled(self, app: App) -> None:
        """Wait until everything so far was told: send a message, and wait until it was heard."""
        mark = unique("marque")
        await self.room.says(mark)
        heard = -1
        while heard < (heard := len(await self.heard(self.one))):  # a slow machine may take long for a thousand of them
            with suppress(TimeoutError):
                await wait_for(lambda: self._was_heard(f"DirectMessage {mark}"))
                break
        else:
            raise TimeoutError(f"{heard} were heard, and no more")
        await wait_for(lambda: self.ready(app))

    async def _was_heard(self, what: str) -> bool:
        return what in await self.heard(self.one) and what in await self.heard(self.two)

    async def told(self, app: App, listener: EventFeature) -> list[str]:
        """Wait until everything was told, and return what a listener heard, without the marks."""
        await self.settled(app)
        return [what for what in await self.heard(listener) if not what.startswith("DirectMessage marque")]

    async def goes_back(self, by: timedelta = timedelta(hours=1)) -> None:
        """Move the cursors back, so that the next run reads the last hour’s events again."""
        async with self.database.transaction() as db:
            await db.merge(ReadCursor(name=CURSOR, at=utc_now() - by))


def count_events(name: str) -> float:
    """Count the events of a name that the bots of this process have handled, to wait until there is one more."""
    told = ({"type": name, "outcome": outcome} for outcome in ("done", "failed"))
    return sum(REGISTRY.get_sample_value("coop_events_total", labels) or 0 for labels in told)


class EventPause:
    """A pause that holds up each handler of an event until it ends."""

    def __init__(self, kind: type[Event]) -> None:
        self.reached = asyncio.Event()
        self.over = asyncio.Event()
        self._kind = kind

    async def __call__(self, event: Event) -> None:
        if isinstance(event, self._kind):
            self.reached.set()
            await self.over.wait()


room = make_room(*MODES)


@pytest.fixture(params=KINDS)
async def event_workplace(request: pytest.FixtureRequest, room: Room, tmp_path: Path) -> AsyncIterator[EventWorkplace]:
    async with create_database(request, tmp_path) as url:
        database = Database(url)
        async with database.engine.begin() as connection:
            await connection.run_sync(_TABLES.create_all)
        yield EventWorkplace(room, url, tmp_path, database)
        await database.close()
