"""How far events were read, and which of them concern the bot."""

import asyncio
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import web
from pydantic import BaseModel

from bot.clock import utc_now
from bot.events import DirectMessage, PersonChanged
from bot.websocket import parser
from bot.websocket.parser import FrameParser, StreamPosition, parse_frame
from bot.websocket.queue import CURSOR, EventCursor
from storage import claims
from storage.database import Database
from tests.support.databases import sqlite_database
from tests.support.events import (
    NOW_MS,
    ScriptedSocket,
    answer_pings,
    listen,
    make_hello,
    make_posted,
    server,
    store_cursor,
    wire,
    write_script,
)
from tests.support.faults import UnreachableDatabase
from tests.support.house import wait_until
from tests.support.mattermost import BOT, CHANNEL, ID, TEAM, USER, ChatServer

__all__ = ["server", "sqlite_database", "wire"]

SEEN = datetime.fromtimestamp(NOW_MS / 1000, UTC) - timedelta(seconds=5)
"""Up to when all was handled, where the server says that it is NOW_MS."""


async def test_how_far_was_read_is_kept_in_the_servers_time(
    wire: ScriptedSocket, server: ChatServer, database: Database
) -> None:
    wire.scripts = [write_script(make_hello()), answer_pings]
    async with listen(server.url, "t", database) as (events, _):
        await wait_until(lambda: events.seen == SEEN)
    async with database.transaction(writes=False) as db:
        at = await claims.read_cursor(db, CURSOR)
    assert at == SEEN


async def test_how_far_was_read_is_known_soon_after_the_beginning(
    wire: ScriptedSocket, server: ChatServer, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first answer to a ping may come while the beginning is still being handled: it says nothing then."""
    monkeypatch.setattr(parser, "SECOND_PING", 0.05)
    door = asyncio.Event()

    async def shut(_: BaseModel) -> None:
        await door.wait()

    async def play(socket: web.WebSocketResponse, request: web.Request) -> None:
        await socket.send_json(make_hello())
        await answer_pings(socket, request, door.set)

    wire.scripts = [play]
    async with listen(server.url, "t", database) as (events, heard):
        heard.trouble = shut
        await wait_until(lambda: events.seen == SEEN)


async def test_a_cursor_never_goes_back(database: Database) -> None:
    late = utc_now()
    await store_cursor(database, late)
    await store_cursor(database, late - timedelta(hours=1))
    async with database.transaction(writes=False) as db:
        assert await claims.read_cursor(db, CURSOR) == late


async def test_progress_survives_a_database_that_is_away(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    await store_cursor(database, datetime(2026, 1, 1, tzinfo=UTC))
    progress, away = EventCursor(database), UnreachableDatabase()
    with monkeypatch.context() as patch:
        patch.setattr(claims, "read_cursor", away)
        loading = asyncio.create_task(progress.load(0.01))
        await wait_until(lambda: away.tries > 1)
        assert not loading.done()
    await loading
    assert progress.seen == datetime(2026, 1, 1, tzinfo=UTC)
    progress.reach(datetime(2025, 1, 1, tzinfo=UTC))
    assert progress.seen == datetime(2026, 1, 1, tzinfo=UTC)
    progress.reach(datetime(2026, 2, 1, tzinfo=UTC))
    with monkeypatch.context() as patch:
        patch.setattr(claims, "move_cursor", away)
        await progress.save()
    await progress.save()
    progress.reach(datetime(2026, 2, 1, 0, 0, 1, tzinfo=UTC))
    await progress.save()
    async with database.transaction(writes=False) as db:
        assert await claims.read_cursor(db, CURSOR) == datetime(2026, 1, 31, 23, 59, 55, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "data", "event"),
    [
        ("user_updated", {"user": {"id": ID}}, PersonChanged(user_id=ID)),
        ("user_role_updated", {"user_id": ID, "roles": "system_user"}, PersonChanged(user_id=ID)),
        ("memberrole_updated", {"member": json.dumps({"user_id": ID, "team_id": TEAM})}, PersonChanged(user_id=ID)),
        ("typing", {"user_id": ID}, None),
        ("posted", {"channel_type": "O", "post": "{}"}, None),
        ("posted", make_posted(1, "x", user_id=BOT)["data"], None),
        ("posted", make_posted(1, "x", type="system_join_channel")["data"], None),
        ("posted", make_posted(1, "x", props={"from_bot": "true"})["data"], None),
        ("posted", make_posted(1, "x", props={"from_webhook": "true"})["data"], None),
        (
            "posted",
            make_posted(1, "x", props={"any": 1})["data"],
            DirectMessage(post_id=f"{1:026}", user_id=ID, channel_id=CHANNEL, text="x", at=NOW_MS),
        ),
    ],
)
def test_what_concerns_the_bot(name: str, data: Mapping[str, Any], event: BaseModel | None) -> None:
    frame = parse_frame(json.dumps({"event": name, "data": data, "broadcast": {"channel_id": CHANNEL}, "seq": 1}))
    assert frame is not None
    assert list(FrameParser(bot_id=BOT).parse(frame)) == ([event] if event else [])


def test_a_new_beginning_asks_for_nothing() -> None:
    position = StreamPosition()
    assert position.params == {}
    position.connection_id = "one"
    assert position.params == {"connection_id": "one", "sequence_number": "0"}
    position.forget()
    assert position.params == {}
    assert USER["id"] == ID
