"""Nobody waits for Mattermost with the database in hand: refused where it writes, given back where it reads."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from inspect import iscoroutinefunction
from typing import Any

import pytest
from sqlalchemy import text

from bot.capabilities import OLDEST
from bot.features import Key
from bot.mattermost import AioClient, Chat, Mattermost, apart
from bot.websocket import PersonChanged
from commands import FEATURES
from sandbox.faults import Faults
from storage.database import Database
from storage.people import Role
from tests.chat_server import BOT, CHANNEL, ID, POST, ChatServer, chat_server
from tests.databases import database
from tests.house import LOG, House, until
from tests.people import Person, unique
from tests.telling import asked

__all__ = ["database"]

CALLS: dict[str, Callable[[Chat, Any], Awaitable[object]]] = {
    "me": lambda chat, _: chat.me(),
    "user": lambda chat, _: chat.user(ID),
    "user_by_name": lambda chat, _: chat.user_by_name("juliette"),
    "is_team_admin": lambda chat, _: chat.is_team_admin(ID),
    "direct_channel": lambda chat, _: chat.direct_channel(ID),
    "post": lambda chat, _: chat.post(CHANNEL, "…", {}, "1"),
    "upload": lambda chat, path: chat.upload(CHANNEL, path),
    "post_files": lambda chat, _: chat.post_files(CHANNEL, "…", {}, "1", []),
    "delete": lambda chat, _: chat.delete(POST),
    "rewrite": lambda chat, _: chat.rewrite(POST, "…", {}),
    "posts_since": lambda chat, _: chat.posts_since(CHANNEL, 0),
    "channels_with_news": lambda chat, _: chat.channels_with_news(0),
    "open_dialog": lambda chat, _: chat.open_dialog("t", "http://x", {}),
    "verifies_addresses": lambda chat, _: chat.verifies_addresses(),
    "respond": lambda chat, _: chat.respond(f"http://x/hooks/commands/{ID}", {}),
}
"""Every call there is."""


@pytest.fixture
async def server() -> AsyncIterator[ChatServer]:
    async with chat_server(**{"GET /api/v4/users/me": {"id": BOT, "username": "coop", "is_bot": True}}) as server:
        yield server


@pytest.fixture
async def chat(server: ChatServer) -> AsyncIterator[Chat]:
    client = AioClient(server.url, "jeton")
    yield apart(Mattermost(client, "cnum"))
    await client.close()


def test_no_call_is_left_out() -> None:
    assert set(CALLS) == {name for name, call in vars(Chat).items() if iscoroutinefunction(call)}


@pytest.mark.parametrize("name", CALLS)
async def test_in_the_middle_of_a_transaction_that_writes_a_call_is_a_mistake(
    name: str, chat: Chat, server: ChatServer, database: Database, tmp_path: Any
) -> None:
    (tmp_path / "file").write_bytes(b"x")
    async with database.transaction() as db:
        await db.execute(text("SELECT 1"))
        with pytest.raises(RuntimeError, match="writes"):
            await CALLS[name](chat, tmp_path / "file")
    assert server.asked == []


async def test_before_the_first_statement_and_after_the_end_a_call_is_none(chat: Chat, database: Database) -> None:
    async with database.transaction() as db:
        assert (await chat.me()).id == BOT
        await db.execute(text("SELECT 1"))
    assert (await chat.me()).id == BOT


async def test_a_transaction_around_another_counts_too(chat: Chat, database: Database) -> None:
    async with database.transaction() as outer:
        await outer.execute(text("SELECT 1"))
        async with database.transaction(writes=False):
            with pytest.raises(RuntimeError, match="writes"):
                await chat.me()


async def test_another_task_s_transaction_does_not_count(chat: Chat, database: Database) -> None:
    begun, over = asyncio.Event(), asyncio.Event()

    async def writes() -> None:
        async with database.transaction() as db:
            await db.execute(text("SELECT 1"))
            begun.set()
            await over.wait()

    writer = asyncio.create_task(writes())
    await begun.wait()
    assert (await chat.me()).id == BOT
    over.set()
    await writer


async def test_a_session_that_reads_gives_its_connection_back_and_goes_on(chat: Chat, database: Database) -> None:
    async with database.transaction(writes=False) as db:
        assert (await db.execute(text("SELECT 1"))).scalar() == 1
        assert db.in_transaction()
        await chat.me()
        assert not db.in_transaction()
        assert (await db.execute(text("SELECT 2"))).scalar() == 2


def test_what_is_no_call_is_as_it_was(chat: Chat) -> None:
    assert chat.capabilities is OLDEST


@pytest.mark.both_databases
async def test_who_changes_something_while_mattermost_is_slow_keeps_nobody_waiting(
    house: House, juliette: Person, faults: Faults
) -> None:
    carl = await house.conseiller("carl")
    form = await asked(carl)
    faults.slow = "/channels/direct"
    try:
        waiting = asyncio.create_task(juliette.asks("/stats rapport oui"))
        await until(lambda: faults.held > 0)
        assert (await form.submit()).accepted
        assert len(await house.reports(carl)) == 1
        assert not waiting.done(), "it is still Mattermost that is waited for"
    finally:
        faults.slow = ""
    assert "C’est noté" in (await waiting).text


COMMANDS = [t.key[1] for feature in FEATURES for t in feature.triggers if t.key[0] == "command"]
JOBS = [t.key for feature in FEATURES for t in feature.triggers if t.key[0] == "job"]


@pytest.mark.both_databases
@pytest.mark.parametrize("role", [Role.CONSEILLER, Role.ANIMATEUR, None])
async def test_no_command_of_the_catalogue_asks_with_both_in_hand(house: House, role: Role | None) -> None:
    """Each as the first thing after a start, when nothing about Mattermost is known yet; buttons and windows tell the
    same in their stories, where such a mistake would be an error."""
    person = await house.site.person("ann")
    await house.registers(person, role, departements=["69"])
    direct = await person.direct_channel()
    told = LOG.tell()
    for command in COMMANDS:
        for words in ("", " oui", " exporter csv", " 12"):
            for channel in (house.site.square, direct):
                await house.bot.dispatcher.event(PersonChanged(user_id=person.id))
                await person.runs(f"/{command}{words}", channel)
    assert "RuntimeError" not in LOG.getvalue()[told:]


@pytest.mark.both_databases
@pytest.mark.parametrize("key", JOBS, ids=str)
async def test_no_job_does_either(house: House, key: Key) -> None:
    await house.bot.dispatcher.run_job(key, unique("period"))
