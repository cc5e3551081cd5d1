"""Dialogs of the sandbox beyond what was recorded."""

import base64
import json
from typing import Any

import pytest

from tests.wire.stage import Reaction, Stage, error_of, stage

Json = dict[str, Any]
MENU = {
    "display_name": "Thèmes",
    "name": "themes",
    "type": "select",
    "options": [{"text": "A", "value": "a", "extra": 1}],
    "multiselect": True,
    "data_source_url": "http://h/",
    "refresh": True,
    "min_date": "today",
    "unknown": 1,
}


async def trigger(scene: Stage) -> str:
    """Run a command; returns the trigger id that its integration got."""
    if not scene.server.commands.find(scene.ids["team"], "cra"):
        await scene.command("cra")
    await scene.types("ann", "/cra")
    return scene.got[-1].field("trigger_id")


async def opened(scene: Stage, trigger_id: str, **dialog: Any) -> Any:
    body = {"trigger_id": trigger_id, "url": scene.integration + "/form", "dialog": {"title": "T"} | dialog}
    return await scene.send("nobody", "POST", "/actions/dialogs/open", body)


async def submit(scene: Stage, actor: str = "ann", **fields: Any) -> Any:
    body: Json = {"url": scene.integration + "/form", "callback_id": "c", "state": "s", "submission": {"a": 1}}
    body |= {"channel_id": scene.ids["channel"], "team_id": scene.ids["team"]} | fields
    return await scene.send(actor, "POST", "/actions/dialogs/submit", body)


async def test_a_dialog_opens_for_who_acted_and_names_the_clients_half() -> None:
    async with stage() as scene:
        await scene.command("cra")
        await scene.listen("ann")
        await scene.listen("ben")
        client = (await scene.types("ann", "/cra")).reply["trigger_id"]
        whole = scene.got[-1].field("trigger_id")
        assert (await opened(scene, whole)).reply == {"status": "OK"}
        assert (await opened(scene, whole)).status == 200  # not for single use
        shown = [json.loads(data["dialog"]) for data in await scene.heard("ann", "open_dialog")]
        assert [one["trigger_id"] for one in shown] == [client, client]
        assert await scene.heard("ben", "open_dialog") == []


@pytest.mark.parametrize(
    ("version", "seconds", "status"),
    [("5.37", 2, 200), ("5.37", 4, 400), ("9.4", 4, 400), ("9.11", 4, 200), ("11.2", 29, 200), ("11.2", 31, 400)],
)
async def test_a_trigger_id_expires_as_on_the_real_server(version: str, seconds: int, status: int) -> None:
    async with stage(version) as scene:
        whole = await trigger(scene)
        scene.server.triggers.skip(seconds * 1000)
        answer = await opened(scene, whole)
        assert answer.status == status
        if status == 400:
            assert error_of(answer.reply) == "interactive_message.decode_trigger_id.expired"


async def test_the_timeout_of_integrations_is_the_life_of_trigger_ids() -> None:
    async with stage() as scene:
        short = {"ServiceSettings": {"OutgoingIntegrationRequestsTimeout": 5}}
        await scene.must("admin", "PUT", "/config/patch", short)
        whole = await trigger(scene)
        scene.server.triggers.skip(6000)
        assert (await opened(scene, whole)).status == 400


async def test_a_trigger_id_cannot_be_made_up() -> None:
    async with stage() as scene:
        whole = base64.b64decode(await trigger(scene)).decode()
        parts = whole.split(":")
        for forged in (
            [parts[0], scene.ids["ben"], *parts[2:]],
            [*parts[:2], str(int(parts[2]) + 1), parts[3]],
        ):
            answer = await opened(scene, base64.b64encode(":".join(forged).encode()).decode())
            assert error_of(answer.reply) == "interactive_message.decode_trigger_id.verify_signature_failed"


async def test_a_dialog_needs_an_address_and_json() -> None:
    async with stage() as scene:
        whole = await trigger(scene)
        no_url = await scene.send("nobody", "POST", "/actions/dialogs/open", {"trigger_id": whole, "dialog": {}})
        broken = await scene.send("nobody", "POST", "/actions/dialogs/open", "{")
        assert [error_of(one.reply) for one in (no_url, broken)] == ["api.context.invalid_body_param.app_error"] * 2


@pytest.mark.parametrize(
    ("version", "kept"),
    [
        ("5.37", set()),
        ("10.5", set()),
        ("11.2", {"multiselect", "data_source_url", "refresh", "min_date"}),
    ],
)
async def test_keys_that_a_version_does_not_know_reach_no_client(version: str, kept: set[str]) -> None:
    async with stage(version) as scene:
        await scene.listen("ann")
        await opened(scene, await trigger(scene), elements=[MENU], source_url="http://h/")
        (data,) = await scene.heard("ann", "open_dialog")
        dialog = json.loads(data["dialog"])["dialog"]
        element = dialog["elements"][0]
        assert set(element) & {"multiselect", "data_source_url", "refresh", "min_date", "unknown"} == kept
        assert element["options"] == [{"text": "A", "value": "a"}]
        assert ("source_url" in dialog) is (version == "11.2")


async def test_a_submission_says_who_it_really_is_from() -> None:
    async with stage() as scene:
        await submit(scene, user_id=scene.ids["admin"], type="whatever")
        sent = scene.got[-1].json
        assert (sent["user_id"], sent["type"]) == (scene.ids["ann"], "dialog_submission")
        assert "url" not in sent
        assert (await submit(scene, "ben")).status == 403
        assert (await submit(scene, team_id="z" * 26)).status == 403
        assert (await submit(scene, url="")).status == 400


async def test_a_refresh_is_told_apart_where_it_exists() -> None:
    for version, kind in (("11.2", "refresh"), ("10.5", "dialog_submission")):
        async with stage(version) as scene:
            await submit(scene, type="refresh")
            assert scene.got[-1].json["type"] == kind


async def test_the_next_step_is_a_form_on_servers_that_know_steps() -> None:
    step = Reaction({"type": "form", "form": {"title": "Suite", "elements": [MENU], "state": "2"}})
    async with stage() as scene:
        scene.reactions["/form"] = step
        reply = (await submit(scene)).reply
        assert (reply["type"], reply["form"]["title"], reply["form"]["state"]) == ("form", "Suite", "2")
    async with stage("10.5") as scene:
        scene.reactions["/form"] = step
        assert (await submit(scene)).reply == {}


@pytest.mark.parametrize("body", [{"type": "form"}, {"type": "odd"}])
async def test_a_step_without_form_is_invalid(body: Json) -> None:
    async with stage() as scene:
        scene.reactions["/form"] = Reaction(body)
        answer = await submit(scene)
        assert (answer.status, error_of(answer.reply)) == (400, "app.submit_interactive_dialog.invalid_response")


@pytest.mark.parametrize(("version", "status"), [("5.37", 200), ("10.5", 200), ("11.2", 500)])
async def test_an_answer_that_is_no_json_closes_the_dialog_on_old_servers(version: str, status: int) -> None:
    async with stage(version) as scene:
        scene.reactions["/form"] = Reaction("<html>")
        assert (await submit(scene)).status == status


async def test_a_dynamic_menu_asks_for_its_options() -> None:
    async with stage() as scene:
        scene.reactions["/lookup"] = Reaction({"items": [{"text": "Pau", "value": "64445", "x": 1}]})
        body = {"url": scene.integration + "/lookup", "submission": {"query": "pa", "selected_field": "commune"}}
        place = {"channel_id": scene.ids["channel"], "team_id": scene.ids["team"]}
        reply = await scene.must("ann", "POST", "/actions/dialogs/lookup", body | place)
        assert reply == {"items": [{"text": "Pau", "value": "64445"}]}
        assert scene.got[-1].json["type"] == "dialog_lookup"
        assert scene.got[-1].json["submission"]["query"] == "pa"
        bad = await scene.send("ann", "POST", "/actions/dialogs/lookup", body | place | {"url": "ftp://h"})
        assert bad.status == 400
    async with stage("10.5") as scene:
        assert (await scene.send("ann", "POST", "/actions/dialogs/lookup", body)).status == 404
