"""The entrance of events on the embedded server: what is heard, resumed, and read up on after every kind of cut."""

import asyncio
from typing import Any

from bot.events import DirectMessage, PersonChanged, Reconnected
from bot.mattermost import AioClient, Mattermost
from bot.websocket import listener
from storage.database import Database
from tests.people.api import Api
from tests.support.databases import sqlite_database
from tests.support.events import listen
from tests.support.house import wait_until
from tests.support.workplace import FIRST, Room, make_room

__all__ = ["sqlite_database"]


def ears(room: Room, database: Database, first: float = FIRST) -> Any:
    return listen(room.server.url, room.token, database, room.site.team, first)


room = make_room("11.2", "9.4", "5.37")


async def test_what_people_write_to_the_bot_is_heard(room: Room, database: Database) -> None:
    async with ears(room, database) as (events, heard):
        await wait_until(lambda: events.connected)
        await room.says("bonjour")
        await heard.until(lambda: bool(heard.texts))
    message = next(e for e in heard.events if isinstance(e, DirectMessage))
    assert (message.user_id, message.text) == (room.juliette.id, "bonjour")


async def test_what_is_said_elsewhere_is_not_for_the_bot(room: Room, database: Database) -> None:
    async with ears(room, database) as (events, heard):
        await wait_until(lambda: events.connected)
        await room.juliette.api.post("/posts", {"channel_id": room.site.square, "message": "à tous"})
        bot = Api(room.site.admin.session, room.server.url, room.token)
        await bot.post("/posts", {"channel_id": await room.direct(), "message": "du bot"})
        await room.says("au bot")
        await heard.until(lambda: bool(heard.texts))
    assert heard.texts == ["au bot"]


async def test_a_changed_account_is_heard(room: Room, database: Database) -> None:
    async with ears(room, database) as (events, heard):
        await wait_until(lambda: events.connected)
        await room.site.admin.put(f"/users/{room.juliette.id}/patch", {"nickname": "Ju"})
        await heard.until(lambda: PersonChanged(user_id=room.juliette.id) in heard.events)


async def test_a_cut_connection_is_taken_up_and_nothing_is_missed(room: Room, database: Database) -> None:
    async with ears(room, database, first=1.0) as (events, heard):  # long enough to be seen away
        await heard.until(lambda: bool(heard.events))  # Reconnected: the first beginning
        room.server.faults.drop_sockets()
        await wait_until(lambda: not events.connected)
        await room.says("pendant la coupure")
        await heard.until(lambda: bool(heard.texts))
        await room.says("après")
        await heard.until(lambda: len(heard.texts) == 2)
    assert heard.texts == ["pendant la coupure", "après"]
    assert heard.events.count(Reconnected()) == 1  # resumed: the server told what was missed


async def test_a_restarted_bot_reads_what_was_written_meanwhile(room: Room, database: Database) -> None:
    async with ears(room, database) as (events, heard):
        await wait_until(lambda: events.seen is not None)
    await room.says("pendant l’arrêt")
    async with ears(room, database) as (events, heard):
        await heard.until(lambda: Reconnected() in heard.events and bool(heard.texts))
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
    async with listen(room.server.url, "wrong", database) as (events, _):
        assert await events.connect() == (False, listener.TOKEN_RETRY)


async def test_a_token_refused_by_silence(room: Room, database: Database) -> None:
    async with ears(room, database) as (events, _):
        await wait_until(lambda: events.connected)
        tokens = await room.site.admin.get(f"/users/{room.bot_id}/tokens")
        for token in tokens:
            await room.site.admin.post("/users/tokens/revoke", {"token_id": token["id"]})
        client = AioClient(room.server.url, room.token)
        assert not await Mattermost(client, room.site.team).token_works()
        await client.close()
