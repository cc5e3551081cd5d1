"""4,000 people: how many calls it takes to read them and to bring them in, and how little memory."""

import tracemalloc
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from bot.capabilities import Capabilities
from bot.errors import ChatError, Refusal
from bot.mattermost import AioClient, Mattermost, wire
from bot.mattermost.client import read_pages, split_batches
from tests.support.mattermost import CHANNEL, TEAM, ChatServer, make_error, serve_chat

CROWD = 1000
MEMBERS = f"/api/v4/channels/{CHANNEL}/members"
NEW, OLD = Capabilities((11, 2)), Capabilities((5, 37))


def person(number: int) -> str:
    """Somebody’s id."""
    return f"{number:026}"


def _account(number: int) -> dict[str, Any]:
    return {"id": person(number), "user_id": person(number), "username": f"u{number}", "roles": "x " * 50}


def listed(count: int) -> Callable[[web.Request, Any], web.Response]:
    """A list of so many, in the pages that are asked for."""

    def answer(request: web.Request, _: Any) -> web.Response:
        page, size = int(request.query["page"]), min(int(request.query["per_page"]), 200)
        numbers = range(page * size, min(count, (page + 1) * size))
        return web.json_response([_account(number) for number in numbers])

    return answer


@pytest.fixture
async def server() -> AsyncIterator[ChatServer]:
    async with serve_chat(**{"GET /api/v4/teams/name/cnum": {"id": TEAM}}) as server:
        yield server


@pytest.fixture
async def chat(server: ChatServer) -> AsyncIterator[Mattermost]:
    client = AioClient(server.url, "jeton")
    yield Mattermost(client, "cnum")
    await client.close()


def _everybody(chat: Mattermost) -> dict[str, AsyncIterator[Any]]:
    ids = (person(number) for number in range(CROWD))
    return {
        "GET /api/v4/users": chat.team_users(),
        f"GET /api/v4/teams/{TEAM}/members": chat.team_members(),
        f"GET {MEMBERS}": chat.channel_members(CHANNEL),
        "POST /api/v4/users/ids": chat.users(ids),
    }


@pytest.mark.parametrize("what", range(4))
async def test_a_crowd_is_read_with_a_call_for_200(chat: Mattermost, server: ChatServer, what: int) -> None:
    request, found = list(_everybody(chat).items())[what]
    server.answers[request] = listed(CROWD)
    if request.startswith("POST"):
        server.answers[request] = lambda _, ids: web.json_response([_account(int(one)) for one in ids])
    seen = [one async for page in found for one in page]
    assert [getattr(one, "id", "") or one.user_id for one in seen] == [person(number) for number in range(CROWD)]
    calls = [f"{method} {path}" for method, path in server.asked].count(request)
    assert calls in {CROWD // 200, CROWD // 200 + 1}


async def test_memory_holds_a_page_however_many_there_are(chat: Mattermost, server: ChatServer) -> None:
    """Peaks of what is allocated while reading, by this process, which plays the server too."""
    peaks = []
    for count in (400, 4000):
        server.answers["GET /api/v4/users"] = listed(count)
        tracemalloc.start()
        assert sum([len(page) async for page in chat.team_users()]) == count
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 2 * peaks[0], peaks


async def test_who_stops_reading_asks_for_no_more(chat: Mattermost, server: ChatServer) -> None:
    server.answers[f"GET {MEMBERS}"] = listed(CROWD)
    async for page in chat.channel_members(CHANNEL):
        assert len(page) == 200
        break
    assert server.asked == [("GET", MEMBERS)]


async def test_a_page_that_fails_is_asked_for_again(chat: Mattermost, server: ChatServer) -> None:
    answer, failed = listed(500), [make_error(503, "busy"), make_error(502, "busy")]
    server.answers[f"GET {MEMBERS}"] = lambda request, body: (
        failed.pop() if failed and request.query["page"] == "1" else answer(request, body)
    )
    assert sum([len(page) async for page in chat.channel_members(CHANNEL)]) == 500
    assert len(server.asked) == 3 + 2


def taking(*refused: str) -> Callable[[web.Request, Any], web.Response]:
    """A server that takes all but some into a channel: in bulk it says nothing of these, alone it says why."""

    def answer(_: web.Request, body: Any) -> web.Response:
        if "user_ids" not in body:
            gone = body["user_id"] in refused
            return make_error(404, "app.team.get_member.missing.app_error") if gone else web.json_response(body)
        return web.json_response([{"user_id": one} for one in body["user_ids"] if one not in refused], status=201)

    return answer


async def test_a_crowd_is_brought_in_by_few_calls_where_the_server_can(chat: Mattermost, server: ChatServer) -> None:
    refused = (person(7), person(999))
    server.answers[f"POST {MEMBERS}"] = taking(*refused)
    crowd = [person(number) for number in range(CROWD)]
    for can, calls in ((NEW, CROWD // 50 + len(refused)), (OLD, CROWD)):
        chat.client.capabilities = can
        server.asked.clear()
        kept_out = await chat.add_members(CHANNEL, iter(crowd))
        assert {who: error.refusal for who, error in kept_out.items()} == dict.fromkeys(refused, Refusal.NOT_IN_TEAM)
        assert len(server.asked) == calls


async def test_a_server_that_does_not_take_many_at_once_after_all(chat: Mattermost, server: ChatServer) -> None:
    """As one that was put back to an older version meanwhile."""
    alone = taking()
    server.answers[f"POST {MEMBERS}"] = lambda request, body: (
        make_error(400, "api.context.invalid_body_param.app_error") if "user_ids" in body else alone(request, body)
    )
    chat.client.capabilities = NEW
    assert await chat.add_members(CHANNEL, [person(1), person(2)]) == {}
    assert server.bodies[1:] == [{"user_id": person(1)}, {"user_id": person(2)}]


@pytest.mark.parametrize("alone", [False, True])
async def test_trouble_with_the_server_is_no_reason_of_a_person_s(
    chat: Mattermost, server: ChatServer, alone: bool
) -> None:
    server.answers[f"POST {MEMBERS}"] = make_error(500, "app.x")
    chat.client.capabilities = OLD if alone else NEW
    with pytest.raises(ChatError) as caught:
        await chat.add_members(CHANNEL, [person(1), person(2)])
    assert caught.value.may_pass
    assert len(server.asked) == 1


@given(st.integers(0, 1000), st.integers(1, 300))
def test_batches_hold_everybody_in_order(count: int, size: int) -> None:
    cut = list(split_batches((person(number) for number in range(count)), size))
    assert [one for batch in cut for one in batch] == [person(number) for number in range(count)]
    assert all(len(batch) == size for batch in cut[:-1])
    assert all(cut)


@given(st.integers(0, 1000))
async def test_pages_hold_everybody_in_order_and_end(count: int) -> None:
    asked = 0

    async def ask(page: Any) -> list[dict[str, str]]:
        nonlocal asked
        asked += 1
        numbers = list(range(count))[page["page"] * page["per_page"] :][: page["per_page"]]
        return [{"id": str(number), "username": ""} for number in numbers]

    read = [rows async for rows in read_pages(wire.User, ask)]
    assert [int(row.id) for rows in read for row in rows] == list(range(count))
    assert all(read)
    assert asked == count // 200 + 1
