"""The emulated clients show and send a dialog as real ones do (docs/mattermost.md §3.4 to §3.9)."""

import json
from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest
from aiohttp import web

from sandbox import Sandbox
from tests.people import AppsWeb, Client, Dialog, LegacyWeb, Mobile, Person, Site, first_admin, new_session, web_client

ELEMENTS: list[dict[str, Any]] = [
    {"name": "words", "display_name": "Mots", "type": "text", "default": "", "optional": True},
    {"name": "count", "display_name": "Nombre", "type": "text", "subtype": "number", "default": "1"},
    {"name": "kind", "display_name": "Sorte", "type": "select", "default": "", "optional": True,
     "options": [{"text": "A", "value": "a"}, {"text": "B", "value": "b"}]},
    {"name": "sure", "display_name": "Sûr", "type": "bool", "default": "", "optional": True},
]  # fmt: skip
SEVERAL: dict[str, Any] = {
    "name": "several", "display_name": "Plusieurs", "type": "select", "multiselect": True, "default": "a,b",
    "options": [{"text": "A", "value": "a"}, {"text": "B", "value": "b"}],
}  # fmt: skip


def sent(client: Client, typed: Mapping[str, Any], elements: list[dict[str, Any]]) -> dict[str, Any]:
    """What the client submits after that was typed."""
    values = {e["name"]: client.first(e) for e in elements}
    by_name = {e["name"]: e for e in elements}
    values |= {name: client.typed(by_name[name], value) for name, value in typed.items()}
    return client.sent(elements, values)


def test_the_legacy_web_client_sends_every_field() -> None:
    assert sent(LegacyWeb(), {}, ELEMENTS) == {"words": "", "count": "1", "kind": "", "sure": False}
    assert sent(LegacyWeb(), {"count": "7"}, ELEMENTS)["count"] == 7


def test_the_web_client_leaves_blank_fields_out_and_untouched_numbers_as_text() -> None:
    assert sent(AppsWeb(), {}, ELEMENTS) == {"count": "1", "sure": False}
    assert sent(AppsWeb(), {"count": 7, "kind": "b"}, ELEMENTS) == {"count": 7, "kind": "b", "sure": False}
    assert sent(AppsWeb(), {"count": 0}, ELEMENTS)["count"] == 0
    assert sent(AppsWeb(), {}, [SEVERAL]) == {"several": ["a", "b"]}
    assert sent(AppsWeb(), {"several": []}, [SEVERAL]) == {}


def test_a_phone_sends_every_field_and_several_values_by_commas() -> None:
    assert sent(Mobile(), {}, ELEMENTS) == {"words": "", "count": "1", "kind": "", "sure": False}
    assert sent(Mobile(), {}, [SEVERAL]) == {"several": "a,b"}


def test_a_radios_default_is_sent_by_new_clients_though_it_is_not_shown() -> None:
    radio = ELEMENTS[2] | {"type": "radio", "default": "b"}
    assert sent(AppsWeb(), {}, [radio]) == {"kind": "b"}


AGATHE = "a" * 26
WHO = {"name": "who", "display_name": "Qui", "type": "select", "data_source": "users", "default": AGATHE}


def test_somebody_chosen_beforehand_is_there_for_new_web_clients_if_they_are_listed_too() -> None:
    assert (sent(LegacyWeb(), {}, [WHO]), sent(AppsWeb(), {}, [WHO])) == ({"who": AGATHE}, {})
    listed = WHO | {"options": [{"text": "Agathe", "value": AGATHE}]}
    assert [sent(c, {}, [listed]) for c in (LegacyWeb(), AppsWeb(), Mobile())] == [{"who": AGATHE}] * 3
    assert sent(AppsWeb(), {"who": "b" * 26}, [listed]) == {"who": "b" * 26}


def test_phones_send_all_values_of_later_steps_as_texts() -> None:
    assert Mobile().gathered({}, {"n": 7, "sure": False}) == {"n": 7, "sure": False}
    assert Mobile().gathered({"a": "x"}, {"n": 7, "sure": False}) == {"a": "x", "n": "7", "sure": "false"}
    assert AppsWeb().gathered({"a": "x", "b": "y"}, {"b": "z"}) == {"a": "x", "b": "z"}


@pytest.mark.parametrize(
    ("change", "value", "says"),
    [
        ({"optional": False}, "", "required"),
        ({"optional": False, "type": "bool"}, False, "required"),
        ({"subtype": "number"}, "x", "number"),
        ({"min_length": 3, "max_length": 9}, "ab", "3"),
    ],
)
def test_clients_check_before_they_send(change: dict[str, Any], value: Any, says: str) -> None:
    element = ELEMENTS[0] | change
    assert says in LegacyWeb().complaints([element], {"words": value})["words"]


def test_a_hand_cannot_enter_what_a_client_does_not_offer() -> None:
    with pytest.raises(AssertionError):
        AppsWeb().typed(ELEMENTS[2], "z")
    with pytest.raises(AssertionError):
        AppsWeb().typed({"name": "d", "type": "date"}, "hier")
    assert AppsWeb().typed(ELEMENTS[0] | {"max_length": 3}, "abcdef") == "abc"
    assert not LegacyWeb().shows({"name": "d", "type": "date"})


def test_each_server_delivers_its_web_client() -> None:
    assert [type(web_client(v)) for v in ((11, 2), (11, 0), (10, 12), (5, 37))] == [AppsWeb, AppsWeb] + [LegacyWeb] * 2


class Echo:
    """A bot of one dialog, which answers submissions as it is told."""

    def __init__(self) -> None:
        self.answer: object = {}
        self.status = 200
        self.got: list[dict[str, Any]] = []
        self.site: Site | None = None
        self.url = ""

    async def command(self, request: web.Request) -> web.Response:
        fields = await request.post()
        dialog = {"title": "Essai", "callback_id": "un", "state": "s1", "notify_on_cancel": True, "elements": ELEMENTS}
        opening = {"trigger_id": str(fields["trigger_id"]), "url": f"{self.url}/dialog", "dialog": dialog}
        assert self.site is not None
        await self.site.admin.post("/actions/dialogs/open", opening)
        return web.json_response({})

    async def dialog(self, request: web.Request) -> web.Response:
        self.got.append(await request.json())
        return web.json_response(self.answer, status=self.status)


@pytest.fixture(params=["11.2", "5.37"])
async def echo(request: pytest.FixtureRequest) -> AsyncIterator[tuple[Echo, Person]]:
    """The bot, and somebody who uses it."""
    server, bot = Sandbox(version=request.param), Echo()
    await server.start(port=0)
    app = web.Application()
    app.add_routes([web.post("/command", bot.command), web.post("/dialog", bot.dialog)])
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    bot.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    async with new_session() as session:
        admin = await first_admin(session, server.url)
        allowed = {"ServiceSettings": {"AllowedUntrustedInternalConnections": "127.0.0.1"}}
        await admin.put("/config/patch", allowed)
        bot.site = await Site.at(session, server.url, admin.token)
        command = {"team_id": bot.site.team_id, "trigger": "essai", "method": "P", "url": f"{bot.url}/command"}
        await admin.post("/commands", command)
        yield bot, await bot.site.person("ann")
        await bot.site.close()
    await runner.cleanup()
    await server.stop()


Opened = tuple[Echo, Person]


async def opened(echo: Opened) -> Dialog:
    """The dialog, open."""
    return await echo[1].opens("/ESSAI   x ")


async def test_an_accepted_dialog_closes(echo: Opened) -> None:
    form = await opened(echo)
    answer = await form.fill(words="bonjour").submit()

    assert (answer.accepted, form.is_open) == (True, False)
    got = echo[0].got[0]
    assert (got["user_id"], got["state"], got["submission"]["words"]) == (echo[1].id, "s1", "bonjour")


async def test_errors_appear_under_their_fields(echo: Opened) -> None:
    echo[0].answer = {"errors": {"words": "non"}, "error": "en bas"}
    form = await opened(echo)
    answer = await form.submit()

    assert (answer.errors, answer.error, form.is_open) == ({"words": "non"}, "en bas", True)


async def test_an_error_for_an_unknown_field_closes_only_old_clients(echo: Opened) -> None:
    echo[0].answer = {"errors": {"nulle part": "non"}}
    form = await opened(echo)
    answer = await form.submit()

    old = echo[1].client.loses_on_failure
    assert (answer.lost, form.is_open) == (old, not old)
    assert not answer.accepted


async def test_a_failure_closes_only_old_clients(echo: Opened) -> None:
    echo[0].status = 500
    form = await opened(echo)
    answer = await form.submit()

    assert answer.lost == echo[1].client.loses_on_failure
    assert not answer.accepted


async def test_cancelling_tells_the_bot_and_sends_no_values(echo: Opened) -> None:
    form = await opened(echo)
    await form.fill(words="perdu").cancel()

    assert [(g["cancelled"], g["submission"]) for g in echo[0].got] == [(True, {})]


async def test_a_next_step_gathers_the_values_of_both(echo: Opened) -> None:
    if echo[1].client.loses_on_failure:
        pytest.skip("dialogs of this server have one step")
    form = await opened(echo)
    second = {"title": "Suite", "callback_id": "deux", "state": "s2", "elements": [ELEMENTS[0] | {"name": "more"}]}
    echo[0].answer = {"type": "form", "form": second}
    await form.fill(words="un").submit()
    assert (form.title, form.names) == ("Suite", ["more"])
    echo[0].answer = {}
    assert (await form.fill(more="deux").submit()).accepted

    got = echo[0].got[1]
    assert (got["callback_id"], got["state"]) == ("un", "s2")
    assert got["submission"] == {"words": "un", "count": "1", "sure": False, "more": "deux"}


async def test_a_dialog_opens_only_in_answer_to_the_last_act(echo: Opened) -> None:
    person = echo[1]
    await person.runs("/essai")
    frame = await person.waits_for("open_dialog")
    assert json.loads(frame.data["dialog"])["trigger_id"]
    person.acts()
    with pytest.raises(AssertionError, match="did not come"):
        await person.ears.hear(person.dialog_in, "a dialog", since=person.ears.now, within=0.05)
