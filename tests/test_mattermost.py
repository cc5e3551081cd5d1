"""The bot’s REST calls: which they are, what it makes of the answers, and of every kind of failure."""

from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

import pytest
from aiohttp import ClientSession, ConnectionTimeoutError, ServerTimeoutError, web

from bot.capabilities import OLDEST, Capabilities
from bot.errors import ChatError
from bot.mattermost import AioClient, ChatReaction, Mattermost
from tests.support.mattermost import (
    ANSWERS,
    BOT,
    CALLS,
    CHANNEL,
    ID,
    POST,
    TEAM,
    USER,
    ChatServer,
    list_calls,
    make_error,
    serve_chat,
)


@pytest.fixture
async def server() -> AsyncIterator[ChatServer]:
    async with serve_chat(**ANSWERS) as server:
        yield server


@pytest.fixture
async def client(server: ChatServer) -> AsyncIterator[AioClient]:
    client = AioClient(server.url, "jeton")
    yield client
    await client.close()


@pytest.fixture
def chat(client: AioClient) -> Mattermost:
    return Mattermost(client, "cnum")


@pytest.mark.parametrize("name", CALLS)
async def test_every_call_the_bot_makes(name: str, chat: Mattermost, server: ChatServer, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"x")
    await CALLS[name].made(chat, path)
    assert server.asked == CALLS[name].asked
    assert all(h["Authorization"] == "Bearer jeton" and "Cookie" not in h for h in server.headers)


@pytest.mark.parametrize("name", sorted(list_calls()))
async def test_no_call_takes_nonsense_for_an_answer(
    name: str, chat: Mattermost, server: ChatServer, tmp_path: Path
) -> None:
    """Whatever a server says instead of what was asked for may pass, or is as good as no account."""
    path = tmp_path / "a.csv"
    path.write_bytes(b"x")
    server.answers = {"*": web.json_response("nonsense")}
    with suppress(OddAnswer):
        assert await _made(name, chat, path) in (None, True, False, {})


class OddAnswer(Exception):
    """An error of the kind after which one tries again."""


async def _made(name: str, chat: Mattermost, path: Path) -> object:
    try:
        return await CALLS[name].made(chat, path)
    except ChatError as error:
        raise (OddAnswer if error.may_pass else error) from error


async def test_an_account_in_the_bots_words(chat: Mattermost, server: ChatServer) -> None:
    server.answers[f"GET /api/v4/users/{ID}"] = USER | {
        "roles": "system_user system_admin",
        "delete_at": 17,
        "timezone": {
            "useAutomaticTimezone": "false",
            "automaticTimezone": "Europe/Paris",
            "manualTimezone": "Indian/Reunion",
        },
    }
    user = await chat.user(ID)
    assert (user.username, user.email) == ("juliette", "juliette@conseiller-numerique.fr")
    assert user.is_system_admin
    assert user.deleted
    assert not user.is_bot
    assert user.timezone == "Indian/Reunion"


async def test_who_is_not_there(chat: Mattermost, server: ChatServer) -> None:
    server.answers |= {
        "GET /api/v4/users/username/nemo": make_error(404, "app.user.missing_account.const"),
        f"GET /api/v4/teams/{TEAM}/members/{ID}": make_error(404, "app.team.get_member.missing.app_error"),
    }
    assert await chat.user_by_name("nemo") is None
    assert not await chat.is_team_admin(ID)


async def test_who_left_the_team_administers_it_no_more(chat: Mattermost, server: ChatServer) -> None:
    server.answers[f"GET /api/v4/teams/{TEAM}/members/{ID}"] = {"user_id": ID, "scheme_admin": True, "delete_at": 5}
    assert not await chat.is_team_admin(ID)


async def test_one_direct_channel_is_asked_for_once(chat: Mattermost, server: ChatServer) -> None:
    assert [await chat.direct_channel(ID), await chat.direct_channel(ID)] == [CHANNEL, CHANNEL]
    assert server.asked.count(("POST", "/api/v4/channels/direct")) == 1
    assert server.bodies[-1] == [BOT, ID]


async def test_a_post_carries_its_props_and_its_pending_id(chat: Mattermost, server: ChatServer) -> None:
    assert await chat.post(CHANNEL, "Bonjour", {"coop_id": "1"}, "bot:1", root_id=POST) == POST
    assert server.bodies == [
        {
            "channel_id": CHANNEL,
            "message": "Bonjour",
            "props": {"coop_id": "1"},
            "pending_post_id": "bot:1",
            "root_id": POST,
        }
    ]


def _post(**other: Any) -> dict[str, Any]:
    return {"id": POST, "user_id": ID, "channel_id": CHANNEL, "message": "?", "create_at": 20} | other


async def test_changes_are_of_posts_and_not_of_their_old_texts(chat: Mattermost, server: ChatServer) -> None:
    emoji = {"user_id": ID, "post_id": "liked", "emoji_name": "ok", "create_at": 12, "update_at": 12}
    listed = [
        _post(id="new", create_at=30, props={"a": 1}),
        _post(id="first", create_at=10),
        _post(id="older", create_at=9),
        _post(id="edited", create_at=9, edit_at=11),
        _post(id="liked", create_at=8, metadata={"reactions": [emoji]}),
        _post(id="deleted", delete_at=40),
        _post(id="former", original_id="new", delete_at=40),
    ]
    order = [post["id"] for post in listed]
    answer = {"posts": {p["id"]: p for p in listed}, "order": order}
    server.answers[f"GET /api/v4/channels/{CHANNEL}/posts"] = answer
    changes = await chat.changes(CHANNEL, 10)
    assert [p.id for p in changes.posts] == ["liked", "edited", "first", "deleted", "new"]
    assert changes.posts[0].reactions == (ChatReaction(ID, "ok"),)
    assert changes.posts[-1].props == {"a": 1}
    assert changes.is_whole
    answer["order"] = order * 200
    assert not (await chat.changes(CHANNEL, 10)).is_whole, "1000 are the most that a server lists"


async def test_direct_channels(chat: Mattermost, server: ChatServer) -> None:
    server.answers[f"GET /api/v4/users/me/teams/{TEAM}/channels"] = [
        {"id": "quiet", "type": "D", "last_post_at": 9},
        {"id": "news", "type": "D", "last_post_at": 10},
        {"id": "town", "type": "O", "last_post_at": 10},
    ]
    assert await chat.direct_channels() == {"quiet": 9, "news": 10}


HOSTILE_NAMES = ["../../config?x=1", "a/../b", "..", ".", "a%2Fb", "a#b", "a?b", "a b", "é", "", "a" * 65, "me\n"]


@pytest.mark.parametrize("name", HOSTILE_NAMES)
async def test_a_hostile_name_is_nobodys_and_never_asked_for(name: str, chat: Mattermost, server: ChatServer) -> None:
    if name != "me\n":
        assert await chat.user_by_name(name) is None
        assert server.asked == []
    with pytest.raises(ChatError, match="400"):
        await chat.user(name)
    assert server.asked == []


@pytest.mark.parametrize("path", ["/users/../config", "/users/.", "/a?b", "/a#b", "/a%2e", "/a\r\nb", "/a//b", "/é"])
async def test_a_path_that_leads_elsewhere_is_refused(path: str, client: AioClient, server: ChatServer) -> None:
    with pytest.raises(ChatError, match="unsafe_path"):
        await client.get(path)
    assert server.asked == []


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:9/elsewhere",
        "http://127.0.0.1:9/hooks/commands/short",
        f"http://127.0.0.1:9/hooks/commands/{ID}?next=/x",
        f"http://127.0.0.1:9/hooks/commands/{ID}/../x",
        f"ftp://127.0.0.1/hooks/commands/{ID}",
        "",
    ],
)
async def test_an_answer_goes_to_no_foreign_address(url: str, chat: Mattermost, server: ChatServer) -> None:
    with pytest.raises(ChatError, match="foreign_response_url"):
        await chat.respond(url, {"text": "secret"})
    assert server.asked == []


async def test_whatever_host_the_address_names_the_answer_goes_to_our_server(
    chat: Mattermost, server: ChatServer
) -> None:
    await chat.respond(f"http://10.0.0.1:22/hooks/commands/{ID}", {"text": "Bonjour"})
    assert server.asked == [("POST", f"/hooks/commands/{ID}")]
    assert server.bodies == [{"text": "Bonjour"}]


async def test_the_version_of_each_answer_tells_what_the_server_can_do(chat: Mattermost, server: ChatServer) -> None:
    assert chat.capabilities == OLDEST
    server.answers["GET /api/v4/users/me"] = make_error(401, "x", X_Version_Id="11.2.0.11.2.0.abc.false")
    with pytest.raises(ChatError):
        await chat.me()
    assert chat.capabilities == Capabilities((11, 2))
    server.answers["GET /api/v4/users/me"] = make_error(401, "x", X_Version_Id="?")
    with pytest.raises(ChatError):
        await chat.me()
    assert chat.capabilities == Capabilities((11, 2))


@pytest.mark.parametrize(
    ("answer", "status", "error_id", "may_pass"),
    [
        (make_error(403, "api.context.permissions.app_error"), 403, "api.context.permissions.app_error", False),
        (make_error(500, "app.x"), 500, "app.x", True),
        (web.Response(status=502, text="<html>"), 502, "", True),
        (web.Response(status=302, headers={"Location": "/login"}), 302, "", False),
        (web.json_response(["no"], status=400), 400, "", False),
        (web.Response(text="<html>", content_type="text/html"), 502, "not_json", True),
        (web.json_response({"no": "id"}), 502, "unexpected_answer", True),
    ],
)
async def test_each_refusal_has_its_status_and_name(
    answer: web.Response, status: int, error_id: str, may_pass: bool, chat: Mattermost, server: ChatServer
) -> None:
    server.answers["POST /api/v4/posts"] = answer
    with pytest.raises(ChatError) as caught:
        await chat.post(CHANNEL, "Bonjour", {}, "x")
    assert (caught.value.status, caught.value.error_id, caught.value.may_pass) == (status, error_id, may_pass)


async def test_a_server_that_does_not_answer(client: AioClient, server: ChatServer) -> None:
    async def hang_up(request: web.Request, _: Any) -> web.Response:
        assert request.transport
        request.transport.close()
        return web.Response()

    server.answers["*"] = hang_up
    with pytest.raises(ChatError) as caught:
        await client.post("/anything", {})
    assert caught.value.status == 0
    assert caught.value.may_pass


async def test_reads_are_tried_again_and_writes_are_not(client: AioClient, server: ChatServer) -> None:
    left = [make_error(503, "busy"), make_error(503, "busy")]
    server.answers["*"] = lambda *_: left.pop() if left else web.json_response({"status": "OK"})
    assert await client.get("/system/ping") == {"status": "OK"}
    assert len(server.asked) == 3

    left = [make_error(503, "busy")]
    with pytest.raises(ChatError, match="503"):
        await client.post("/anything", {})
    assert len(server.asked) == 4


async def test_a_read_that_is_refused_is_not_tried_again(client: AioClient, server: ChatServer) -> None:
    with pytest.raises(ChatError, match="404"):
        await client.get("/unknown")
    assert len(server.asked) == 1


async def test_a_server_under_a_path(server: ChatServer) -> None:
    server.answers["GET /chat/api/v4/users/me"] = {"id": BOT, "username": "coop"}
    client = AioClient(server.url + "/chat/", "jeton")
    assert (await Mattermost(client, "cnum").me()).id == BOT
    await client.close()


async def test_connections_opened_since_one_kept_silent_stay(chat: Mattermost) -> None:
    """Calls that were under way then keep silent, too, one after the other."""
    client = chat.client
    silent = client.session
    await client._leave(silent)  # noqa: SLF001  (no public way makes two calls end at such times)
    fresh = client.session
    await client._leave(silent)  # noqa: SLF001
    assert client.session is fresh
    assert fresh is not silent


@pytest.mark.parametrize(
    ("problem", "stays"), [(TimeoutError(), False), (ServerTimeoutError(), False), (ConnectionTimeoutError(), True)]
)
async def test_connections_are_left_where_one_kept_silent_and_not_where_none_could_be_made(
    chat: Mattermost, monkeypatch: pytest.MonkeyPatch, problem: Exception, stays: bool
) -> None:
    def fails(*_: object, **__: object) -> NoReturn:
        raise problem

    before = chat.client.session
    monkeypatch.setattr(ClientSession, "request", fails)
    with pytest.raises(ChatError):
        await chat.client.post("/anything", {})
    assert (chat.client.session is before) is stays
