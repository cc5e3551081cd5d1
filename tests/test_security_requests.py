"""What reaches the bot’s port without being what Mattermost sends is refused: tokens, paths, bodies, types."""

import asyncio
import json

import pytest
from aiohttp import web

from tests.support.cra import fill_workshop
from tests.support.house import House
from tests.support.security import Attacker, make_links, mallory
from tests.support.servers import serve

__all__ = ["mallory"]


pytestmark = pytest.mark.newest_only


FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.mark.parametrize("token", ["", "x", "c" * 26, "é" * 13])
async def test_a_command_with_a_wrong_token_is_refused(house: House, mallory: Attacker, token: str) -> None:
    status, body = await mallory.sends_form(mallory.command(token=token))

    assert status == 401
    assert "cra" not in json.dumps(body)


async def test_a_command_without_a_token_is_refused(mallory: Attacker) -> None:
    fields = mallory.command()
    del fields["token"]

    assert (await mallory.sends_form(fields))[0] == 401


async def test_the_right_token_is_let_in(mallory: Attacker) -> None:
    assert (await mallory.sends_form(mallory.command()))[0] == 200


@pytest.mark.parametrize("user_id", ["../../system/config", "me", "a/b", "x?y=1", "%2e%2e", "a" * 27, "A" * 26, "\x00"])
async def test_a_user_id_that_is_a_path_asks_nothing_else(house: House, mallory: Attacker, user_id: str) -> None:
    """A forged id must not become another question to Mattermost in the bot’s name."""
    status, body = await mallory.sends_form(mallory.command(user_id=user_id))

    assert status in (200, 400)
    assert "system" not in json.dumps(body)


@pytest.mark.parametrize("name", ["../admin", "a/../../b", "x?y", "#", "%00", "." * 3])
async def test_a_user_name_that_is_a_path_finds_nobody(house: House, name: str) -> None:
    assert await house.bot.chat.user_by_name(name) is None


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1/hooks/commands/" + "h" * 26, "http://evil.exemple/x", "file:///etc/passwd", "//x", ""]
)
async def test_answers_go_to_no_other_server(house: House, mallory: Attacker, url: str) -> None:
    """A forged response_url must not make the bot call somebody else’s server."""
    called: list[str] = []

    async def note(request: web.Request) -> web.Response:
        called.append(request.path)
        return web.Response()

    async with serve(note) as elsewhere:
        address = url.replace("http://127.0.0.1:1", elsewhere)
        form = mallory.command(text="", response_url=address)
        assert (await mallory.sends_form(form))[0] == 200
        await asyncio.sleep(0.05)
    assert called == []


@pytest.mark.parametrize("path", ["/commands", "/dialogs", "/buttons", "/dialogs/lookup"])
async def test_a_body_of_a_megabyte_is_refused(mallory: Attacker, path: str) -> None:
    content_type = FORM["Content-Type"] if path == "/commands" else "application/json"

    assert (await mallory.sends_raw(path, b"a=" + b"x" * 1_048_576, content_type))[0] == 413


@pytest.mark.parametrize("path", ["/dialogs", "/buttons", "/dialogs/lookup"])
@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"x"', b"null", b"\xff\xfe", b"[" * 300])
async def test_broken_json_is_refused(mallory: Attacker, path: str, body: bytes) -> None:
    assert (await mallory.sends_raw(path, body, "application/json"))[0] == 400


@pytest.mark.parametrize("user_id", [7, "", None, ["x"], {"a": 1}])
async def test_nobody_in_particular_is_refused(house: House, mallory: Attacker, user_id: object) -> None:
    form = await fill_workshop(mallory.person)
    button = make_links(house).seal("button", {"b": "cra.Delete", "d": {"number": 1}})

    assert (await mallory.sends("/dialogs", mallory.submission(form, user_id=user_id)))[0] == 400
    assert (await mallory.sends("/buttons", mallory.click(button, user_id=user_id)))[0] == 400


async def test_json_nested_beyond_reason_is_refused(mallory: Attacker) -> None:
    deep = b'{"user_id": "u", "a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"

    assert (await mallory.sends_raw("/buttons", deep, "application/json"))[0] == 400


@pytest.mark.parametrize(
    ("path", "content_type"),
    [
        ("/commands", "application/json"),
        ("/commands", "text/plain"),
        ("/commands", "multipart/form-data; boundary=x"),
        ("/dialogs", "application/x-www-form-urlencoded"),
        ("/dialogs", "text/plain"),
        ("/buttons", "text/html"),
    ],
)
async def test_a_wrong_content_type_is_refused(mallory: Attacker, path: str, content_type: str) -> None:
    assert (await mallory.sends_raw(path, b"{}", content_type))[0] == 415


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/commands", 405),
        ("DELETE", "/dialogs", 405),
        ("GET", "/", 404),
        ("GET", "/../etc/passwd", 404),
        ("GET", "/docs", 404),
    ],
)
async def test_other_doors_are_closed(mallory: Attacker, method: str, path: str, status: int) -> None:
    assert (await mallory.calls(method, path))[0] == status


async def test_an_unknown_command_with_the_right_token_is_explained(mallory: Attacker) -> None:
    status, body = await mallory.sends_form(mallory.command(command="/inconnu", text="x"))

    assert (status, "/aide" in body["text"]) == (200, True)
