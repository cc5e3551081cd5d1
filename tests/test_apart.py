"""Nobody waits for Mattermost with the database in hand: refused where it writes, given back where it reads."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from sqlalchemy import text

from bot.capabilities import OLDEST
from bot.events import PersonChanged
from bot.features import Key
from bot.mattermost import AioClient, Mattermost, outside_transactions
from commands import FEATURES
from sandbox.faults import Faults
from storage.database import Database
from storage.people import Role
from tests.people import Person, unique
from tests.support.cra import fill_workshop
from tests.support.databases import database
from tests.support.house import LOG, House, wait_until
from tests.support.mattermost import BOT, CALLS, TEAM, ChatServer, list_calls, serve_chat

__all__ = ["database"]


@pytest.fixture
async def server() -> AsyncIterator[ChatServer]:
    async with serve_chat(**{"GET /api/v4/users/me": {"id": BOT, "username": "coop", "is_bot": True}}) as server:
        yield server


@pytest.fixture
async def chat(server: ChatServer) -> AsyncIterator[Mattermost]:
    client = AioClient(server.url, "jeton")
    yield outside_transactions(Mattermost(client, "cnum"))
    await client.close()


def test_no_call_is_left_out() -> None:
    assert set(CALLS) == list_calls()


@pytest.mark.parametrize("name", CALLS)
async def test_in_the_middle_of_a_transaction_that_writes_a_call_is_a_mistake(
    name: str, chat: Mattermost, server: ChatServer, database: Database, tmp_path: Any
) -> None:
    (tmp_path / "file").write_bytes(b"x")
    async with database.transaction() as db:
        await db.execute(text("SELECT 1"))
        with pytest.raises(RuntimeError, match="writes"):
            await CALLS[name].made(chat, tmp_path / "file")
    assert server.asked == []


async def test_before_the_first_statement_and_after_the_end_a_call_is_none(
    chat: Mattermost, database: Database
) -> None:
    async with database.transaction() as db:
        assert (await chat.me()).id == BOT
        await db.execute(text("SELECT 1"))
    assert (await chat.me()).id == BOT


async def test_a_transaction_around_another_counts_too(chat: Mattermost, database: Database) -> None:
    async with database.transaction() as outer:
        await outer.execute(text("SELECT 1"))
        async with database.transaction(writes=False):
            with pytest.raises(RuntimeError, match="writes"):
                await chat.me()


async def test_another_task_s_transaction_does_not_count(chat: Mattermost, database: Database) -> None:
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


async def test_a_session_that_reads_gives_its_connection_back_and_goes_on(chat: Mattermost, database: Database) -> None:
    async with database.transaction(writes=False) as db:
        assert (await db.execute(text("SELECT 1"))).scalar() == 1
        assert db.in_transaction()
        await chat.me()
        assert not db.in_transaction()
        assert (await db.execute(text("SELECT 2"))).scalar() == 2


async def test_pages_are_read_with_free_hands_each(chat: Mattermost, server: ChatServer, database: Database) -> None:
    full = [{"user_id": f"{n:026}"} for n in range(200)]
    server.answers |= {
        "GET /api/v4/teams/name/cnum": {"id": TEAM},
        f"GET /api/v4/teams/{TEAM}/members": lambda request, _: web.json_response(
            full if request.query["page"] == "0" else []
        ),
    }
    async with database.transaction(writes=False) as db:
        async for page in chat.team_members():
            assert len(page) == 200
            await db.execute(text("SELECT 1"))
        assert not db.in_transaction(), "the second page found the connection in hand, and gave it back"
    async with database.transaction() as db:
        pages = chat.team_members()
        await anext(pages)
        await db.execute(text("SELECT 1"))
        with pytest.raises(RuntimeError, match="writes"):
            await anext(pages)


def test_what_is_no_call_is_as_it_was(chat: Mattermost) -> None:
    assert chat.capabilities is OLDEST


@pytest.mark.both_databases
async def test_who_changes_something_while_mattermost_is_slow_keeps_nobody_waiting(
    house: House, juliette: Person, faults: Faults
) -> None:
    carl = await house.conseiller("carl")
    form = await fill_workshop(carl)
    faults.slow = "/channels/direct"
    try:
        waiting = asyncio.create_task(juliette.asks("/stats rapport oui"))
        await wait_until(lambda: faults.held > 0)
        assert (await form.submit()).accepted
        assert len(await house.reports(carl)) == 1
        assert not waiting.done(), "it is still Mattermost that is waited for"
    finally:
        faults.slow = ""
    assert "C’est noté" in (await waiting).text


COMMANDS = [t.key[1] for feature in FEATURES for t in feature.triggers if t.key[0] == "command"]
JOBS = [t.key for feature in FEATURES for t in feature.triggers if t.key[0] == "job"]


async def pulls_all(house: House, role: Role | None, words: str, *, is_direct: bool = False) -> None:
    """Each as the first thing after a start, when nothing about Mattermost is known yet; buttons and windows tell the
    same in their stories, where such a mistake would be an error."""
    person = await house.site.person("ann")
    await house.registers(person, role, departements=["69"])
    channel = await person.direct_channel() if is_direct else house.site.square
    told = LOG.tell()
    for command in COMMANDS:
        await house.bot.event_dispatcher.tell(PersonChanged(user_id=person.id))
        await person.runs(f"/{command}{words}", channel)
    assert "RuntimeError" not in LOG.getvalue()[told:]


@pytest.mark.both_databases
@pytest.mark.parametrize("words", ["", pytest.param(" oui", marks=pytest.mark.slow), " 12"])
async def test_no_command_of_the_catalogue_asks_with_both_in_hand(house: House, words: str) -> None:
    await pulls_all(house, Role.ANIMATEUR, words)


@pytest.mark.slow
@pytest.mark.both_databases
@pytest.mark.parametrize("words", ["", " exporter csv"])
async def test_none_does_in_the_direct_channel(house: House, words: str) -> None:
    await pulls_all(house, Role.ANIMATEUR, words, is_direct=True)


@pytest.mark.slow
@pytest.mark.newest_only
@pytest.mark.parametrize("words", ["", " oui", " 12"])
@pytest.mark.parametrize("role", [Role.CONSEILLER, None])
async def test_none_that_others_may_type_does(house: House, role: Role | None, words: str) -> None:
    await pulls_all(house, role, words)


@pytest.mark.both_databases
@pytest.mark.parametrize("key", JOBS, ids=str)
async def test_no_job_does_either(house: House, key: Key) -> None:
    await house.bot.runs.run(key, unique("period"))
