"""The entrance of events on a server that misbehaves: nonsense, gaps, silence, refusals, floods."""

import asyncio
from collections.abc import AsyncIterator, Collection
from datetime import UTC, datetime
from typing import Any, cast

import pytest
from aiohttp import web
from pydantic import BaseModel

from bot.clock import utc_now
from bot.events import DirectMessage, Reconnected
from bot.mattermost import AioClient, Mattermost
from bot.websocket import EventListener, listener, parser, queue
from bot.websocket.catch_up import CatchUp
from storage.database import Database
from tests.support.databases import sqlite_database
from tests.support.events import (
    HOUR_AGO,
    NOW_MS,
    EventLog,
    ScriptedSocket,
    listen,
    make_dependencies,
    make_hello,
    make_posted,
    server,
    store_cursor,
    store_direct_messages,
    wire,
    write_script,
)
from tests.support.faults import UnreachableDatabase
from tests.support.house import wait_until
from tests.support.mattermost import CHANNEL, TEAM, ChatServer, make_error
from tests.support.workplace import FIRST

__all__ = ["server", "sqlite_database", "wire"]

FIRST_SAID = datetime.fromtimestamp(NOW_MS / 1000, UTC)


async def test_frames_that_make_no_sense_are_passed_over(
    wire: ScriptedSocket, server: ChatServer, database: Database
) -> None:
    nonsense = ["{", "[]", "7", '"x"', "{}", '{"event": "posted"}', '{"event": "x", "seq": "y"}', '{"seq_reply": null}']
    odd: list[dict[str, Any]] = [
        {"event": "posted", "data": {"channel_type": "D", "post": "{"}, "seq": 1},
        {"event": "user_updated", "data": {"user": "text"}, "seq": 2},
        {"event": "memberrole_updated", "data": {}, "seq": 3},
        {"event": "posted", "data": None, "seq": 4},
    ]
    wire.scripts = [write_script(make_hello(), *nonsense, *odd, make_posted(5, "bonjour"), then=asyncio.Event().wait)]
    async with listen(server.url, "t", database) as (_, heard):
        await heard.until(lambda: heard.texts == ["bonjour"])


async def test_a_missing_number_is_asked_for(wire: ScriptedSocket, server: ChatServer, database: Database) -> None:
    wire.scripts = [
        write_script(make_hello(), make_posted(1, "un"), make_posted(3, "trois")),
        write_script(
            make_posted(2, "deux"), make_posted(3, "trois"), make_posted(3, "trois"), then=asyncio.Event().wait
        ),
    ]
    async with listen(server.url, "t", database) as (_, heard):
        await heard.until(lambda: len(heard.texts) == 3)
    assert heard.texts == ["un", "deux", "trois"]
    assert wire.params[:2] == [{}, {"connection_id": "one", "sequence_number": "2"}]


async def test_what_resuming_does_not_bring_is_read(
    wire: ScriptedSocket, server: ChatServer, database: Database
) -> None:
    await store_cursor(database, HOUR_AGO)
    wire.scripts = [
        write_script(make_hello(), make_posted(2, "deux")),
        write_script(make_posted(2, "deux")),
        write_script(make_hello(0, "two"), then=asyncio.Event().wait),
    ]
    store_direct_messages(server, "un", "deux")
    async with listen(server.url, "t", database) as (_, heard):
        await heard.until(lambda: len(wire.params) == 3 and heard.texts[-2:] == ["un", "deux"])
    assert [p.get("sequence_number") for p in wire.params] == [None, "1", None]


async def test_a_handler_that_fails_or_dawdles_stops_nobody(
    wire: ScriptedSocket, server: ChatServer, database: Database
) -> None:
    async def trouble(event: BaseModel) -> None:
        if isinstance(event, DirectMessage) and event.text == "lent":
            await asyncio.Event().wait()
        if isinstance(event, DirectMessage) and event.text == "faux":
            raise RuntimeError

    async with listen(server.url, "t", database) as (events, heard):
        heard.trouble = trouble
        wire.scripts = [
            write_script(
                make_hello(),
                make_posted(1, "lent", channel_id="l" * 26),
                make_posted(2, "faux"),
                make_posted(3, "bien"),
                then=asyncio.Event().wait,
            )
        ]
        await heard.until(lambda: heard.texts == ["bien"])
        await events.stop(0.05)
    assert events.seen
    assert events.seen < FIRST_SAID  # something was not handled: it will be read again


async def test_too_many_events_are_read_later(
    wire: ScriptedSocket, server: ChatServer, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "EVENTS_MAX", 2)
    monkeypatch.setattr(queue, "HANDLED_AT_ONCE", 1)
    await store_cursor(database, HOUR_AGO)
    store_direct_messages(server, *(str(n) for n in range(1, 9)))
    door = asyncio.Event()

    async def shut(_: BaseModel) -> None:
        await door.wait()

    wire.scripts = [
        write_script(make_hello(), *(make_posted(n, str(n)) for n in range(1, 9))),
        write_script(make_hello(0, "two"), then=asyncio.Event().wait),
    ]
    async with listen(server.url, "t", database) as (_, heard):
        heard.trouble = shut
        await wait_until(lambda: len(wire.params) == 2)
        door.set()
        await heard.until(lambda: set(heard.texts) == {str(n) for n in range(1, 9)})
    assert wire.params[1] == {}


async def test_a_new_bot_that_had_no_rest_yet_loses_nothing(
    wire: ScriptedSocket, server: ChatServer, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On its first run, too much happens before anything was written down of how far it is."""
    monkeypatch.setattr(queue, "EVENTS_MAX", 2)
    store_direct_messages(server, *(str(n) for n in range(1, 9)))
    door, flood = asyncio.Event(), [make_posted(n, str(n)) for n in range(1, 9)]

    async def shut(_: BaseModel) -> None:
        await door.wait()

    async def begin(socket: web.WebSocketResponse, request: web.Request) -> None:
        for frame in (make_hello(), flood[0]):
            await socket.send_json(frame)
        ping = await socket.receive_json()
        await socket.send_json({"status": "OK", "seq_reply": ping["seq"], "data": {"server_time": NOW_MS}})
        for frame in flood[1:]:
            await socket.send_json(frame)

    wire.scripts = [begin, write_script(make_hello(0, "two"), then=asyncio.Event().wait)]
    async with listen(server.url, "t", database) as (_, heard):
        heard.trouble = shut
        await wait_until(lambda: len(wire.params) == 2)
        door.set()
        await heard.until(lambda: set(heard.texts) == {str(n) for n in range(1, 9)})


async def test_what_is_told_while_it_reads_up_comes_after_what_was_missed(
    wire: ScriptedSocket, server: ChatServer, database: Database
) -> None:
    """A channel at a time: what is told elsewhere meanwhile waits for no other channel."""
    await store_cursor(database, HOUR_AGO)
    store_direct_messages(server, "un", "deux")
    other = "x" * 26
    server.answers[f"GET /api/v4/users/me/teams/{TEAM}/channels"].insert(
        0, {"id": other, "type": "D", "last_post_at": 1}
    )
    posts = server.answers[f"GET /api/v4/channels/{CHANNEL}/posts"]
    asked, door = asyncio.Event(), asyncio.Event()

    async def answer_slowly(*_: object) -> web.StreamResponse:
        asked.set()
        await door.wait()
        return web.json_response(posts)

    server.answers[f"GET /api/v4/channels/{CHANNEL}/posts"] = answer_slowly
    told = make_posted(1, "trois"), make_posted(2, "ailleurs", channel_id=other)

    async def tell(socket: web.WebSocketResponse, request: web.Request) -> None:
        await write_script(make_hello())(socket, request)
        await asked.wait()
        for frame in told:
            await socket.send_json(frame)
        await asyncio.Event().wait()

    wire.scripts = [tell]
    async with listen(server.url, "t", database) as (events, heard):
        await heard.until(lambda: heard.texts == ["ailleurs"])
        assert not events.is_idle
        door.set()
        await heard.until(lambda: len(heard.texts) == 4)
    assert heard.texts == ["ailleurs", "un", "deux", "trois"]


class SlowReader:
    """Reads what was written in two channels, when it is let."""

    def __init__(self) -> None:
        self.begun, self.door = asyncio.Event(), asyncio.Event()

    async def of_posts(self, _: object) -> AsyncIterator[frozenset[str]]:
        yield frozenset({"neuf", "vieux"})
        self.begun.set()
        await self.door.wait()
        yield frozenset({"vieux"})

    async def of_places(self, *, new_only: bool = False) -> None: ...


class RecordingQueue:
    """Remembers what was held back."""

    def __init__(self) -> None:
        self.held: list[object] = []

    def hold_back(self, unread: Collection[str] | None) -> None:
        self.held.append(unread if unread is None else set(unread))

    async def put(self, _: object) -> None: ...


async def test_a_channel_that_the_bot_joins_holds_up_no_other() -> None:
    """Only there was something missed; but if all is missed meanwhile, all waits until it was read once more."""
    reader, waiting = SlowReader(), RecordingQueue()
    catching = CatchUp(cast(Any, reader), cast(Any, waiting), cast(Any, None), utc_now, FIRST)
    task = asyncio.create_task(catching.run())
    catching.read_place("neuf")
    await reader.begun.wait()
    reader.door.set()
    await wait_until(lambda: not catching.is_busy)
    assert waiting.held == [{"neuf"}, set(), set()]
    waiting.held.clear()
    reader.begun.clear()
    reader.door.clear()
    catching.read_place("neuf")
    await reader.begun.wait()
    catching.fall_behind()
    reader.door.set()
    await wait_until(lambda: not catching.is_busy)
    task.cancel()
    assert waiting.held == [{"neuf"}, None, {"neuf", "vieux"}, {"vieux"}, set()]


async def test_a_dead_server_is_left(
    wire: ScriptedSocket, server: ChatServer, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parser, "DEAD_AFTER", 1.5)
    quiet = asyncio.Event()
    wire.scripts = [
        write_script(make_hello(), then=quiet.wait),
        write_script(make_hello(0, "two"), make_posted(1, "vivant"), then=quiet.wait),
    ]
    async with listen(server.url, "t", database) as (_, heard):
        await heard.until(lambda: heard.texts == ["vivant"])
        quiet.set()
    assert wire.params[1] == {"connection_id": "one", "sequence_number": "1"}


async def test_reading_up_goes_on_until_it_succeeds(
    wire: ScriptedSocket, server: ChatServer, database: Database
) -> None:
    await store_cursor(database, HOUR_AGO)
    listed = f"GET /api/v4/users/me/teams/{TEAM}/channels"
    store_direct_messages(server, "un")
    left = [make_error(500, "x"), make_error(400, "x"), server.answers[listed]]
    server.answers[listed] = lambda *_: _answer(left.pop(0) if len(left) > 1 else left[0])
    wire.scripts = [write_script(make_hello(), then=asyncio.Event().wait)]
    async with listen(server.url, "t", database) as (_, heard):
        await heard.until(lambda: heard.texts == ["un"])
        await heard.until(lambda: Reconnected() in heard.events)


def _answer(value: Any) -> web.StreamResponse:
    return value if isinstance(value, web.StreamResponse) else web.json_response(value)


async def test_a_channel_that_cannot_be_read_holds_up_no_other(
    wire: ScriptedSocket, server: ChatServer, database: Database
) -> None:
    await store_cursor(database, HOUR_AGO)
    store_direct_messages(server, "un")
    other = {"id": "x" * 26, "type": "D", "last_post_at": NOW_MS}
    server.answers[f"GET /api/v4/users/me/teams/{TEAM}/channels"].insert(0, other)
    server.answers[f"GET /api/v4/channels/{'x' * 26}/posts"] = make_error(403, "api.context.permissions.app_error")
    wire.scripts = [write_script(make_hello(), then=asyncio.Event().wait)]
    async with listen(server.url, "t", database) as (_, heard):
        await heard.until(lambda: heard.texts == ["un"])


async def test_refusals_of_the_handshake(wire: ScriptedSocket, server: ChatServer, database: Database) -> None:
    client = AioClient(server.url, "t")
    events = EventListener(make_dependencies(client, database), EventLog(), FIRST)
    assert await events.connect() == (False, 0.0)
    server.answers["GET /api/v4/websocket"] = make_error(429, "x", Retry_After="7")
    assert await events.connect() == (False, 7.0)
    server.answers["GET /api/v4/websocket"] = make_error(401, "x")
    assert await events.connect() == (False, listener.TOKEN_RETRY)
    server.answers["GET /api/v4/websocket"] = wire.connect
    wire.scripts = [_close_at_once] * 3
    assert await events.connect() == (False, 0.0)
    server.answers["GET /api/v4/users/me"] = lambda *_: make_error(503, "x")
    assert await events.connect() == (False, 0.0)
    server.answers["GET /api/v4/users/me"] = make_error(401, "x")
    assert await events.connect() == (False, listener.TOKEN_RETRY)
    await client.close()


async def _close_at_once(socket: web.WebSocketResponse, _: web.Request) -> None:
    await socket.close()


async def test_an_accident_does_not_end_the_hearing(
    wire: ScriptedSocket, server: ChatServer, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    wire.scripts = [write_script(make_hello(), make_posted(1, "bonjour"), then=asyncio.Event().wait)]
    away = UnreachableDatabase()
    with monkeypatch.context() as patch:
        patch.setattr(Mattermost, "me", away)
        async with listen(server.url, "t", database) as (_, heard):
            await wait_until(lambda: away.tries > 1)
            patch.undo()
            await heard.until(lambda: heard.texts == ["bonjour"])
