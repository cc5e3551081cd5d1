"""Nobody is trusted: what is forged, expired, foreign, broken or too large is refused, and logged without anybody."""

import asyncio
import io
import json
from collections.abc import Mapping
from typing import Any

import pytest
import time_machine
from aiohttp import ClientResponse

from bot.links import Links
from storage.people import Role
from tests.house import LOG, House
from tests.people import Dialog, Person, Post, Refused
from tests.telling import asked, filed, number_of

pytestmark = pytest.mark.newest_only
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Attacker:
    """Somebody who reaches the bot’s port and knows how Mattermost speaks to it."""

    def __init__(self, house: House, person: Person) -> None:
        self.house = house
        self.person = person
        self.session = person.api.session

    def command(self, **changes: str) -> dict[str, str]:
        """A slash command as Mattermost sends it."""
        fields = {
            "token": self.house.settings.command_token.get_secret_value(),
            "team_id": self.house.site.team_id,
            "channel_id": self.house.site.square,
            "user_id": self.person.id,
            "user_name": self.person.username,
            "command": "/cra",
            "text": "liste",
            "trigger_id": "t",
            "response_url": f"{self.house.site.url}/hooks/commands/{'h' * 26}",
        }
        return fields | changes

    def submission(self, form: Dialog, **changes: Any) -> dict[str, Any]:
        """A filled dialog as Mattermost sends it."""
        body = {
            "type": "dialog_submission",
            "callback_id": form.callback_id,
            "state": form.state,
            "user_id": self.person.id,
            "channel_id": self.house.site.square,
            "team_id": self.house.site.team_id,
            "submission": form.person.client.sent(form.elements, form.values),
            "cancelled": False,
        }
        return body | changes

    def click(self, link: object, **changes: Any) -> dict[str, Any]:
        """A click as Mattermost sends it."""
        body = {
            "user_id": self.person.id,
            "user_name": self.person.username,
            "channel_id": self.house.site.square,
            "post_id": "p" * 26,
            "trigger_id": "t",
            "type": "button",
            "context": {"link": link},
        }
        return body | changes

    async def sends(self, path: str, body: object, **options: Any) -> tuple[int, Any]:
        """POST JSON; the status and what came back."""
        return await self._answer("POST", path, json=body, **options)

    async def sends_form(self, fields: Mapping[str, str]) -> tuple[int, Any]:
        """POST a form to /commands."""
        return await self._answer("POST", "/commands", data=fields)

    async def sends_raw(self, path: str, data: bytes, content_type: str) -> tuple[int, Any]:
        """POST bytes."""
        return await self._answer("POST", path, data=io.BytesIO(data), headers={"Content-Type": content_type})

    async def _answer(self, method: str, path: str, **options: Any) -> tuple[int, Any]:
        async with self.session.request(method, f"{self.house.settings.public_url}{path}", **options) as reply:
            return reply.status, await _body(reply)


async def _body(reply: ClientResponse) -> Any:
    text = await reply.text()
    return json.loads(text) if text else {}


@pytest.fixture
async def mallory(house: House) -> Attacker:
    """A conseiller like any other, with bad intentions."""
    return Attacker(house, await house.conseiller("mallory"))


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


@pytest.mark.parametrize("link", ["", "x", "e30.aaaa.bbbb", None, 7, ["x"], {"b": "cra.Delete"}])
async def test_a_forged_button_is_refused(house: House, mallory: Attacker, juliette: Person, link: object) -> None:
    await filed(juliette)
    status, body = await mallory.sends("/buttons", mallory.click(link))

    assert status == 200, "Mattermost would otherwise show a technical error"
    assert "authentique" in body["ephemeral_text"]
    assert [c.deleted_at for c in await house.reports(juliette)] == [None]


async def test_a_button_sealed_with_another_key_is_refused(house: House, mallory: Attacker, juliette: Person) -> None:
    number = number_of(await filed(juliette))
    sealed = Links(["une-autre-cle"]).seal("button", {"b": "cra.Delete", "d": {"number": number}})

    assert "authentique" in (await mallory.sends("/buttons", mallory.click(sealed)))[1]["ephemeral_text"]
    assert [c.deleted_at for c in await house.reports(juliette)] == [None]


@pytest.mark.parametrize("context", [None, "x", [], {}])
async def test_a_button_without_its_context_is_refused(mallory: Attacker, context: object) -> None:
    status, body = await mallory.sends("/buttons", mallory.click("", context=context))

    assert (status, "authentique" in body["ephemeral_text"]) == (200, True)


def _links(house: House) -> Links:
    return Links(house.settings.secrets)


@pytest.mark.parametrize("name", ["Delete", "Edit", "Copy", "Spread", "Restore"])
async def test_a_true_button_of_somebody_else_does_nothing_for_others(
    house: House, mallory: Attacker, juliette: Person, name: str
) -> None:
    number = number_of(await filed(juliette))
    sealed = _links(house).seal("button", {"b": f"cra.{name}", "d": {"number": number}})
    status, body = await mallory.sends("/buttons", mallory.click(sealed))

    assert status == 200
    assert f"n° {number}" in body["ephemeral_text"].replace("\u00a0", " ")
    assert "update" not in body
    assert [(c.deleted_at, c.version) for c in await house.reports(juliette)] == [(None, 1)]


async def test_the_preview_of_somebody_else_cannot_be_recorded(
    house: House, mallory: Attacker, juliette: Person
) -> None:
    raw = {"activite": "individuel"}
    for name in ("Save", "Complete", "Drop"):
        payload = {"author": juliette.id, "key": "k", "raw": raw}
        sealed = _links(house).seal("button", {"b": f"cra.{name}", "d": payload})
        assert "quelqu’un d’autre" in (await mallory.sends("/buttons", mallory.click(sealed)))[1]["ephemeral_text"]
    assert await house.reports(juliette) == await house.reports(mallory.person) == []


async def test_a_button_for_what_no_longer_exists_is_explained(house: House, mallory: Attacker) -> None:
    gone = _links(house).seal("button", {"b": "cra.Gone", "d": {}})
    changed = _links(house).seal("button", {"b": "cra.Delete", "d": {"numero": "sept"}})

    assert "n’existe pas" in (await mallory.sends("/buttons", mallory.click(gone)))[1]["ephemeral_text"]
    assert "ancienne" in (await mallory.sends("/buttons", mallory.click(changed)))[1]["ephemeral_text"]


async def test_a_dialog_is_no_button_and_a_button_no_dialog(house: House, mallory: Attacker, juliette: Person) -> None:
    form = await asked(juliette)
    button = _links(house).seal("button", {"b": "cra.Delete", "d": {"number": 1}})

    assert "authentique" in (await mallory.sends("/buttons", mallory.click(form.state)))[1]["ephemeral_text"]
    assert "authentique" in (await mallory.sends("/dialogs", mallory.submission(form, state=button)))[1]["error"]


@pytest.mark.parametrize("state", ["", "x", None, 7, {"u": "x"}])
async def test_a_dialog_with_a_forged_state_is_refused(house: House, mallory: Attacker, state: object) -> None:
    form = await asked(mallory.person)
    status, body = await mallory.sends("/dialogs", mallory.submission(form, state=state))

    assert (status, "authentique" in body["error"]) == (200, True)
    assert await house.reports(mallory.person) == []


async def test_a_dialog_with_one_changed_character_is_refused(house: House, mallory: Attacker) -> None:
    form = await asked(mallory.person)
    for place in (0, len(form.state) // 2, len(form.state) - 3):
        other = "A" if form.state[place] != "A" else "B"
        state = form.state[:place] + other + form.state[place + 1 :]
        assert "authentique" in (await mallory.sends("/dialogs", mallory.submission(form, state=state)))[1]["error"]
    assert await house.reports(mallory.person) == []


async def test_the_dialog_of_somebody_else_is_refused(house: House, mallory: Attacker, juliette: Person) -> None:
    form = await asked(juliette)
    body = (await mallory.sends("/dialogs", mallory.submission(form)))[1]

    assert "quelqu’un d’autre" in body["error"]
    assert await house.reports(juliette) == await house.reports(mallory.person) == []


async def test_nobody_can_submit_in_the_name_of_somebody_else(house: House, juliette: Person) -> None:
    """Mattermost itself says who submits; a client cannot."""
    carl = await house.conseiller("carl")
    form = await asked(carl)
    form.person = juliette
    answer = await form.send(carl.client.sent(form.elements, form.values), user_id=carl.id)

    assert "quelqu’un d’autre" in answer.error
    assert await house.reports(carl) == []


async def test_a_lookup_proposes_nothing_and_tells_a_forger_nothing(house: House, mallory: Attacker) -> None:
    form = await asked(mallory.person)
    for state in (form.state, "faux"):
        status, body = await mallory.sends("/dialogs/lookup", mallory.submission(form, state=state))
        assert (status, body) == (200, {"items": []})


async def test_an_expired_dialog_is_not_recorded(house: House, mallory: Attacker) -> None:
    form = await asked(mallory.person)
    with time_machine.travel(house.clock().timestamp() + 25 * 3600):
        body = (await mallory.sends("/dialogs", mallory.submission(form)))[1]

    assert "24" in body["error"]
    assert await house.reports(mallory.person) == []


async def test_an_expired_dialog_of_somebody_else_leaves_them_no_draft(
    house: House, mallory: Attacker, juliette: Person
) -> None:
    form = await asked(juliette)
    with time_machine.travel(house.clock().timestamp() + 25 * 3600):
        body = (await mallory.sends("/dialogs", mallory.submission(form)))[1]

    assert "quelqu’un d’autre" in body["error"]
    assert "Aucun brouillon" in (await juliette.asks("/cra brouillon")).text


async def test_an_expired_button_is_refused(house: House, mallory: Attacker) -> None:
    number = number_of(await filed(mallory.person))
    sealed = _links(house).seal("button", {"b": "cra.Delete", "d": {"number": number}})
    with time_machine.travel(house.clock().timestamp() + 366 * 24 * 3600):
        body = (await mallory.sends("/buttons", mallory.click(sealed)))[1]

    assert "ancienne" in body["ephemeral_text"]
    assert [c.deleted_at for c in await house.reports(mallory.person)] == [None]


@pytest.mark.parametrize("role", [Role.INVITE, Role.COORDINATEUR, Role.ANIMATEUR])
async def test_whoever_lost_the_role_can_neither_submit_nor_click(house: House, mallory: Attacker, role: Role) -> None:
    form = await asked(mallory.person)
    receipt = await filed(mallory.person)
    await house.registers(mallory.person, role)
    sealed = _links(house).seal("button", {"b": "cra.Delete", "d": {"number": number_of(receipt)}})

    assert role.label in (await mallory.sends("/dialogs", mallory.submission(form)))[1]["error"]
    assert role.label in (await mallory.sends("/buttons", mallory.click(sealed)))[1]["ephemeral_text"]
    assert [(c.deleted_at, c.version) for c in await house.reports(mallory.person)] == [(None, 1)]


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
    async with _listener(called) as elsewhere:
        address = url.replace("http://127.0.0.1:1", elsewhere)
        form = mallory.command(text="", response_url=address)
        assert (await mallory.sends_form(form))[0] == 200
        await asyncio.sleep(0.05)
    assert called == []


def _listener(called: list[str]) -> Any:
    from contextlib import asynccontextmanager

    from aiohttp import web

    @asynccontextmanager
    async def run() -> Any:
        async def note(request: web.Request) -> web.Response:
            called.append(request.path)
            return web.Response()

        app = web.Application()
        app.router.add_route("*", "/{rest:.*}", note)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        try:
            yield f"http://127.0.0.1:{runner.addresses[0][1]}"
        finally:
            await runner.cleanup()

    return run()


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
    form = await asked(mallory.person)
    button = _links(house).seal("button", {"b": "cra.Delete", "d": {"number": 1}})

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
    assert (await mallory._answer(method, path))[0] == status


async def test_an_unknown_command_with_the_right_token_is_explained(mallory: Attacker) -> None:
    status, body = await mallory.sends_form(mallory.command(command="/inconnu", text="x"))

    assert (status, "/aide" in body["text"]) == (200, True)


async def test_secrets_are_nowhere_to_be_read(house: House, mallory: Attacker, juliette: Person) -> None:
    """Not in the log, in no answer, and not in what a settings object shows of itself."""
    await mallory.sends_form(mallory.command(token="faux-jeton"))
    await filed(juliette)
    metrics = await _text(mallory, "/metrics")
    ready = await _text(mallory, "/readyz")
    for secret in (house.settings.bot_token, house.settings.command_token, house.settings.secret):
        for text in (LOG.getvalue(), metrics, ready, repr(house.settings), str(house.settings)):
            assert secret.get_secret_value() not in text
    assert "faux-jeton" not in LOG.getvalue()


async def _text(attacker: Attacker, path: str) -> str:
    async with attacker.session.get(f"{attacker.house.settings.public_url}{path}") as reply:
        return await reply.text()


async def test_the_log_and_the_figures_name_nobody(house: House, mallory: Attacker, juliette: Person) -> None:
    before = LOG.tell()
    await filed(juliette, commune="69500 Bron")
    await juliette.asks("/cra secret-que-personne-ne-doit-lire 12p")
    await mallory.sends("/dialogs", mallory.submission(await asked(juliette)))
    await mallory.sends("/buttons", mallory.click("faux"))
    await mallory.sends_form(mallory.command(token="faux"))
    written = LOG.getvalue()[before:] + await _text(mallory, "/metrics")

    assert "link_refused" in written, "what is refused is noted"
    for personal in (juliette.id, juliette.username, juliette.email, "Bron", "secret-que", mallory.person.id):
        assert personal not in written


HARM = ("@all", "@here", "@channel", "@admin", "<!", "](", "://", "www.", "**gras", "\n#", "\n|", ":smile:", "#tag")
HOSTILE = (
    "@all @here @channel @%s",
    "<!channel> <@U1> <https://mal.exemple|ici>",
    "[cliquez](https://mal.exemple) ![x](https://mal.exemple/x.png)",
    "**gras** # titre `code` ~~barré~~ :smile: #tag",
    "| a | b |",
    "https://mal.exemple www.mal.exemple",
)


@pytest.mark.parametrize("words", HOSTILE)
async def test_nobodys_words_become_structure_in_the_bots_mouth(house: House, juliette: Person, words: str) -> None:
    hostile = words.replace("%s", "admin")
    for line in (f"/cra {hostile}", f"/cra liste {hostile}", f"/cra modifier {hostile}", f"/aide {hostile}"):
        assert_harmless(await juliette.types(line))
    form = await asked(juliette, commune=hostile)
    for sentence in (await form.submit()).errors.values():
        assert_harmless(sentence)


def assert_harmless(said: Dialog | Post | str) -> None:
    """No mention, no link, no image, no table and no heading of somebody else’s making."""
    assert not isinstance(said, Dialog)
    text = said if isinstance(said, str) else said.text
    for harm in (
        "@all",
        "@here",
        "@channel",
        "@admin",
        "<!",
        "](",
        "://",
        "www.",
        "**gras",
        "\n#",
        "\n|",
        ":smile:",
        "#tag",
    ):
        assert harm not in text, text


async def test_a_structure_name_of_evil_is_harmless(house: House) -> None:
    """What the register or an import brought in is somebody’s words too."""
    carl = await house.conseiller("carl", structure="@all **Évil** [x](https://mal.exemple)")

    assert_harmless(await filed(carl))


async def test_a_client_cannot_reach_the_bot_through_somebody_elses_post(house: House, juliette: Person) -> None:
    receipt = await filed(juliette)
    carl = await house.conseiller("carl")
    with pytest.raises(Refused) as refusal:
        await carl.clicks(receipt, "Supprimer")

    assert refusal.value.status == 403
