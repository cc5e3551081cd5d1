"""The entrance of events: what is heard, what is resumed, and what is read up on after every kind of cut."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from pydantic import BaseModel

from bot.clock import utc_now
from bot.mattermost import AioClient, Mattermost
from bot.websocket import DirectMessage, Events, PersonChanged, Reconnected, connection, listener, queue
from bot.websocket.connection import Position
from bot.websocket.events import parse
from bot.websocket.progress import CURSOR, Progress
from storage import cursors
from storage.database import Database
from tests.chat_server import BOT, CHANNEL, ID, TEAM, USER, ChatServer, chat_server, fault
from tests.room import Room, a_room
from tests.sqlite import migrated

FIRST = 0.02
NOW_MS = int(utc_now().timestamp() * 1000)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = Database(await migrated(tmp_path))
    yield database
    await database.close()


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
        async with asyncio.timeout(10), self._news:
            await self._news.wait_for(condition)


@asynccontextmanager
async def hearing(url: str, token: str, database: Database, team: str = "cnum") -> AsyncIterator[tuple[Events, Heard]]:
    """The bot’s ears on a server."""
    client = AioClient(url, token)
    heard = Heard()
    events = Events(Mattermost(client, team), database, heard, utc_now, FIRST)
    events.start()
    try:
        yield events, heard
    finally:
        await events.stop()
        await client.close()


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 (it happens on the other side of the network)
            await asyncio.sleep(0.01)


# On the embedded server.


def ears(room: Room, database: Database) -> Any:
    return hearing(room.server.url, room.token, database, room.site.team)


@pytest.fixture(params=["11.2", "9.4", "5.37"])
async def room(request: pytest.FixtureRequest) -> AsyncIterator[Room]:
    async with a_room(request.param) as room:
        yield room


async def test_what_people_write_to_the_bot_is_heard(room: Room, database: Database) -> None:
    async with ears(room, database) as (events, heard):
        await until(lambda: events.connected)
        await room.says("bonjour")
        await heard.until(lambda: bool(heard.texts))
    message = next(e for e in heard.events if isinstance(e, DirectMessage))
    assert (message.user_id, message.text) == (room.juliette.id, "bonjour")


async def test_what_is_said_elsewhere_is_not_for_the_bot(room: Room, database: Database) -> None:
    async with ears(room, database) as (events, heard):
        await until(lambda: events.connected)
        await room.juliette.api.post("/posts", {"channel_id": room.site.square, "message": "à tous"})
        direct = await events._chat.direct_channel(room.juliette.id)
        await events._chat.post(direct, "du bot", {}, "x")
        await room.says("au bot")
        await heard.until(lambda: bool(heard.texts))
    assert heard.texts == ["au bot"]


async def test_a_changed_account_is_heard(room: Room, database: Database) -> None:
    async with ears(room, database) as (events, heard):
        await until(lambda: events.connected)
        await room.site.admin.put(f"/users/{room.juliette.id}/patch", {"nickname": "Ju"})
        await heard.until(lambda: PersonChanged(user_id=room.juliette.id) in heard.events)


async def test_a_cut_connection_is_taken_up_and_nothing_is_missed(room: Room, database: Database) -> None:
    async with ears(room, database) as (events, heard):
        await heard.until(lambda: bool(heard.events))  # Reconnected: the first beginning
        room.server.faults.drop_sockets()
        await until(lambda: not events.connected)
        await room.says("pendant la coupure")
        await heard.until(lambda: bool(heard.texts))
        await room.says("après")
        await heard.until(lambda: len(heard.texts) == 2)
    assert heard.texts == ["pendant la coupure", "après"]
    assert heard.events.count(Reconnected()) == 1  # resumed: the server told what was missed


async def test_a_restarted_bot_reads_what_was_written_meanwhile(room: Room, database: Database) -> None:
    async with ears(room, database) as (events, heard):
        await until(lambda: events._progress.seen is not None)
    await room.says("pendant l’arrêt")
    async with ears(room, database) as (events, heard):
        await heard.until(lambda: Reconnected() in heard.events)
    assert heard.texts == ["pendant l’arrêt"]


async def test_a_server_that_was_away(room: Room, database: Database) -> None:
    room.server.faults.down = True
    async with ears(room, database) as (events, heard):
        await asyncio.sleep(0.1)
        assert not events.connected
        room.server.faults.down = False
        await heard.until(lambda: Reconnected() in heard.events)
        await room.says("enfin")
        await heard.until(lambda: heard.texts == ["enfin"])


async def test_a_wrong_token_is_tried_again_but_seldom(room: Room, database: Database) -> None:
    async with hearing(room.server.url, "wrong", database) as (events, _):
        assert await events._connect() == (False, listener.REFUSED)


async def test_a_token_refused_by_silence(room: Room, database: Database) -> None:
    async with ears(room, database) as (events, _):
        await until(lambda: events.connected)
        tokens = await room.site.admin.get(f"/users/{room.bot_id}/tokens")
        for token in tokens:
            await room.site.admin.post("/users/tokens/revoke", {"token_id": token["id"]})
        assert not await events._chat.token_works()


# On a server that misbehaves.


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
        "GET /api/v4/websocket": wire.connect,
    }
    async with chat_server(**answers) as server:
        yield server


async def test_frames_that_make_no_sense_are_passed_over(wire: Wire, server: ChatServer, database: Database) -> None:
    nonsense = ["{", "[]", "7", '"x"', "{}", '{"event": "posted"}', '{"event": "x", "seq": "y"}', '{"seq_reply": null}']
    odd: list[dict[str, Any]] = [
        {"event": "posted", "data": {"channel_type": "D", "post": "{"}, "seq": 1},
        {"event": "user_updated", "data": {"user": "text"}, "seq": 2},
        {"event": "memberrole_updated", "data": {}, "seq": 3},
        {"event": "posted", "data": None, "seq": 4},
    ]
    wire.scripts = [script(hello(), *nonsense, *odd, posted(5, "bonjour"), then=asyncio.Event().wait)]
    async with hearing(server.url, "t", database) as (_, heard):
        await heard.until(lambda: heard.texts == ["bonjour"])


async def test_a_missing_number_is_asked_for(wire: Wire, server: ChatServer, database: Database) -> None:
    wire.scripts = [
        script(hello(), posted(1, "un"), posted(3, "trois")),
        script(posted(2, "deux"), posted(3, "trois"), posted(3, "trois"), then=asyncio.Event().wait),
    ]
    async with hearing(server.url, "t", database) as (_, heard):
        await heard.until(lambda: len(heard.texts) == 3)
    assert heard.texts == ["un", "deux", "trois"]
    assert wire.params[:2] == [{}, {"connection_id": "one", "sequence_number": "2"}]


async def test_what_resuming_does_not_bring_is_read(wire: Wire, server: ChatServer, database: Database) -> None:
    await seen(database, utc_now() - timedelta(hours=1))
    wire.scripts = [
        script(hello(), posted(2, "deux")),
        script(posted(2, "deux")),
        script(hello(0, "two"), then=asyncio.Event().wait),
    ]
    news(server, "un", "deux")
    async with hearing(server.url, "t", database) as (_, heard):
        await heard.until(lambda: len(wire.params) == 3 and heard.texts[-2:] == ["un", "deux"])
    assert [p.get("sequence_number") for p in wire.params] == [None, "1", None]


async def seen(database: Database, at: datetime) -> None:
    async with database.transaction() as db:
        await cursors.move(db, CURSOR, at)


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


async def test_a_handler_that_fails_or_dawdles_stops_nobody(wire: Wire, server: ChatServer, database: Database) -> None:
    async def trouble(event: BaseModel) -> None:
        if isinstance(event, DirectMessage) and event.text == "lent":
            await asyncio.Event().wait()
        if isinstance(event, DirectMessage) and event.text == "faux":
            raise RuntimeError

    async with hearing(server.url, "t", database) as (events, heard):
        heard.trouble = trouble
        wire.scripts = [
            script(hello(), posted(1, "lent"), posted(2, "faux"), posted(3, "bien"), then=asyncio.Event().wait)
        ]
        await heard.until(lambda: heard.texts == ["bien"])
        await events.stop(0.05)
    assert events._progress.seen is None  # something was not handled: it will be read again


async def test_too_many_events_are_read_later(
    wire: Wire, server: ChatServer, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "WAITING", 2)
    monkeypatch.setattr(queue, "WORKERS", 1)
    await seen(database, utc_now() - timedelta(hours=1))
    news(server, *(str(n) for n in range(1, 9)))
    door = asyncio.Event()

    async def shut(_: BaseModel) -> None:
        await door.wait()

    wire.scripts = [
        script(hello(), *(posted(n, str(n)) for n in range(1, 9))),
        script(hello(0, "two"), then=asyncio.Event().wait),
    ]
    async with hearing(server.url, "t", database) as (_, heard):
        heard.trouble = shut
        await until(lambda: len(wire.params) == 2)
        door.set()
        await heard.until(lambda: set(heard.texts) == {str(n) for n in range(1, 9)})
    assert wire.params[1] == {}


async def test_a_dead_server_is_left(
    wire: Wire, server: ChatServer, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "DEAD_AFTER", 0.2)
    quiet = asyncio.Event()
    wire.scripts = [script(hello(), then=quiet.wait), script(hello(0, "two"), posted(1, "vivant"), then=quiet.wait)]
    async with hearing(server.url, "t", database) as (_, heard):
        await heard.until(lambda: heard.texts == ["vivant"])
        quiet.set()
    assert wire.params[1] == {"connection_id": "one", "sequence_number": "1"}


async def test_how_far_was_read_is_kept_in_the_servers_time(wire: Wire, server: ChatServer, database: Database) -> None:
    wire.scripts = [script(hello()), script(then=asyncio.Event().wait)]
    async with hearing(server.url, "t", database) as (events, _):
        await until(lambda: events._progress.seen is not None)
    async with database.transaction(writes=False) as db:
        at = await cursors.read(db, CURSOR)
    assert at == datetime.fromtimestamp(NOW_MS / 1000, UTC) - timedelta(seconds=5)


async def test_a_cursor_never_goes_back(database: Database) -> None:
    late = utc_now()
    await seen(database, late)
    await seen(database, late - timedelta(hours=1))
    async with database.transaction(writes=False) as db:
        assert await cursors.read(db, CURSOR) == late


async def test_progress_survives_a_database_that_is_away(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    await seen(database, datetime(2026, 1, 1, tzinfo=UTC))
    progress = Progress(database)
    with monkeypatch.context() as patch:
        patch.setattr(cursors, "read", _broken)
        loading = asyncio.create_task(progress.load(0.01))
        await asyncio.sleep(0.05)
        assert not loading.done()
    await loading
    assert progress.seen == datetime(2026, 1, 1, tzinfo=UTC)
    progress.reach(datetime(2025, 1, 1, tzinfo=UTC))
    assert progress.seen == datetime(2026, 1, 1, tzinfo=UTC)
    progress.reach(datetime(2026, 2, 1, tzinfo=UTC))
    with monkeypatch.context() as patch:
        patch.setattr(cursors, "move", _broken)
        await progress.save()
    await progress.save()
    progress.reach(datetime(2026, 2, 1, 0, 0, 1, tzinfo=UTC))
    await progress.save()
    async with database.transaction(writes=False) as db:
        assert await cursors.read(db, CURSOR) == datetime(2026, 1, 31, 23, 59, 55, tzinfo=UTC)


async def _broken(*_: Any) -> None:
    raise OSError("the database is away")


async def test_reading_up_goes_on_until_it_succeeds(wire: Wire, server: ChatServer, database: Database) -> None:
    await seen(database, utc_now() - timedelta(hours=1))
    listed = f"GET /api/v4/users/me/teams/{TEAM}/channels"
    news(server, "un")
    left = [fault(500, "x"), fault(400, "x"), server.answers[listed]]
    server.answers[listed] = lambda *_: _answer(left.pop(0) if len(left) > 1 else left[0])
    wire.scripts = [script(hello(), then=asyncio.Event().wait)]
    async with hearing(server.url, "t", database) as (_, heard):
        await heard.until(lambda: heard.texts == ["un"])
    assert heard.events[-1] == Reconnected()


def _answer(value: Any) -> web.StreamResponse:
    return value if isinstance(value, web.StreamResponse) else web.json_response(value)


async def test_a_channel_that_cannot_be_read_holds_up_no_other(
    wire: Wire, server: ChatServer, database: Database
) -> None:
    await seen(database, utc_now() - timedelta(hours=1))
    news(server, "un")
    other = {"id": "x" * 26, "type": "D", "last_post_at": NOW_MS}
    server.answers[f"GET /api/v4/users/me/teams/{TEAM}/channels"].insert(0, other)
    server.answers[f"GET /api/v4/channels/{'x' * 26}/posts"] = fault(403, "api.context.permissions.app_error")
    wire.scripts = [script(hello(), then=asyncio.Event().wait)]
    async with hearing(server.url, "t", database) as (_, heard):
        await heard.until(lambda: heard.texts == ["un"])


async def test_refusals_of_the_handshake(wire: Wire, server: ChatServer, database: Database) -> None:
    client = AioClient(server.url, "t")
    events = Events(Mattermost(client, "cnum"), database, Heard(), utc_now, FIRST)
    assert await events._connect() == (False, 0.0)
    server.answers["GET /api/v4/websocket"] = fault(429, "x", Retry_After="7")
    assert await events._connect() == (False, 7.0)
    server.answers["GET /api/v4/websocket"] = fault(401, "x")
    assert await events._connect() == (False, listener.REFUSED)
    server.answers["GET /api/v4/websocket"] = wire.connect
    wire.scripts = [_close_at_once] * 3
    assert await events._connect() == (False, 0.0)
    server.answers["GET /api/v4/users/me"] = lambda *_: fault(503, "x")
    assert await events._connect() == (False, 0.0)
    server.answers["GET /api/v4/users/me"] = fault(401, "x")
    assert await events._connect() == (False, listener.REFUSED)
    await client.close()


async def _close_at_once(socket: web.WebSocketResponse, _: web.Request) -> None:
    await socket.close()


async def test_an_accident_does_not_end_the_hearing(
    wire: Wire, server: ChatServer, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    wire.scripts = [script(hello(), posted(1, "bonjour"), then=asyncio.Event().wait)]
    with monkeypatch.context() as patch:
        patch.setattr(Mattermost, "me", _broken)
        async with hearing(server.url, "t", database) as (_, heard):
            await asyncio.sleep(0.05)
            patch.undo()
            await heard.until(lambda: heard.texts == ["bonjour"])


# Values.


@pytest.mark.parametrize(
    ("name", "data", "event"),
    [
        ("user_updated", {"user": {"id": ID}}, PersonChanged(user_id=ID)),
        ("user_role_updated", {"user_id": ID, "roles": "system_user"}, PersonChanged(user_id=ID)),
        ("memberrole_updated", {"member": json.dumps({"user_id": ID, "team_id": TEAM})}, PersonChanged(user_id=ID)),
        ("typing", {"user_id": ID}, None),
        ("posted", {"channel_type": "O", "post": "{}"}, None),
        ("posted", posted(1, "x", user_id=BOT)["data"], None),
        ("posted", posted(1, "x", type="system_join_channel")["data"], None),
        ("posted", posted(1, "x", props={"from_bot": "true"})["data"], None),
        ("posted", posted(1, "x", props={"from_webhook": "true"})["data"], None),
        (
            "posted",
            posted(1, "x", props={"any": 1})["data"],
            DirectMessage(post_id=f"{1:026}", user_id=ID, channel_id=CHANNEL, text="x"),
        ),
    ],
)
def test_what_concerns_the_bot(name: str, data: Mapping[str, Any], event: BaseModel | None) -> None:
    assert parse(name, data, BOT) == event


def test_a_new_beginning_asks_for_nothing() -> None:
    position = Position()
    assert position.params == {}
    position.connection_id = "one"
    assert position.params == {"connection_id": "one", "sequence_number": "0"}
    position.forget()
    assert position.params == {}
    assert USER["id"] == ID
