"""Buttons of the sandbox beyond what was recorded."""

import json

import aiohttp
import pytest

from tests.wire.stage import Reaction, Stage, error_of, stage


async def button(scene: Stage, address: str = "/go", **action: object) -> dict[str, object]:
    integration = {"url": scene.integration + address, "context": {"n": 1}}
    return await scene.post_button("ann", {"id": "go", "integration": integration} | action)


async def test_nobody_reads_where_a_button_leads() -> None:
    async with stage() as scene:
        await scene.listen("ann")
        post = await button(scene)
        (heard,) = await scene.heard("ann", "posted")
        read = await scene.must("ann", "GET", f"/posts/{post['id']}")
        assert "integration" not in json.dumps([post, heard, read])


async def test_the_integration_gets_who_clicked_and_the_context() -> None:
    async with stage() as scene:
        post = await button(scene)
        await scene.must("ann", "POST", f"/channels/{scene.ids['channel']}/members", {"user_id": scene.ids["ben"]})
        answer = await scene.click("ben", post)
        assert answer.reply["status"] == "OK"
        sent = scene.got[0].json
        assert (sent["user_id"], sent["user_name"], sent["team_domain"]) == (scene.ids["ben"], "ben", "cnum")
        assert (sent["context"], sent["type"], sent["data_source"]) == ({"n": 1}, "button", "")
        assert "Authorization" not in scene.got[0].headers


async def test_a_menu_tells_what_was_chosen() -> None:
    async with stage() as scene:
        post = await button(scene, type="select", data_source="users")
        await scene.click("ann", post, selected_option=scene.ids["ben"])
        sent = scene.got[0].json
        assert sent["context"] == {"n": 1, "selected_option": scene.ids["ben"]}
        assert sent["data_source"] == "users"


async def test_a_direct_channel_has_no_team() -> None:
    async with stage() as scene:
        direct = await scene.must("ann", "POST", "/channels/direct", [scene.ids["ann"], scene.ids["ben"]])
        integration = {"url": scene.integration + "/go"}
        post = await scene.post_button("ann", {"id": "go", "integration": integration}, channel_id=direct["id"])
        await scene.click("ben", post)
        sent = scene.got[0].json
        assert (sent["team_id"], sent["team_domain"], "context" in sent) == ("", "", False)


@pytest.mark.parametrize(("version", "status"), [("5.37", 400), ("9.11", 200), ("11.2", 200)])
async def test_an_empty_answer_is_an_error_on_old_servers(version: str, status: int) -> None:
    async with stage(version) as scene:
        post = await button(scene)
        scene.reactions["/go"] = Reaction()
        assert (await scene.click("ann", post)).status == status


@pytest.mark.parametrize(
    "reaction", [Reaction("[]"), Reaction("x"), Reaction({"update": "x"}), Reaction({}, status=204)]
)
async def test_an_answer_that_cannot_be_used_fails_the_click(reaction: Reaction) -> None:
    async with stage() as scene:
        post = await button(scene)
        scene.reactions["/go"] = reaction
        answer = await scene.click("ann", post)
        assert (answer.status, error_of(answer.reply)) == (
            400,
            "api.post.do_action.action_integration.app_error",
        )


async def test_an_update_without_message_or_files_empties_both() -> None:
    async with stage() as scene:
        form = aiohttp.FormData()
        form.add_field("channel_id", scene.ids["channel"])
        form.add_field("files", b"x", filename="a.txt")
        info = (await scene.must("ann", "POST", "/files", data=form))["file_infos"][0]
        integration = {"url": scene.integration + "/go"}
        post = await scene.post_button("ann", {"id": "go", "integration": integration}, file_ids=[info["id"]])
        scene.reactions["/go"] = Reaction({"update": {}})
        await scene.click("ann", post)
        read = await scene.must("ann", "GET", f"/posts/{post['id']}")
        assert (read["message"], read.get("file_ids") or []) == ("", [])
        assert read["props"]["attachments"]  # props were not given, so they stay
        assert read["edit_at"] > 0


async def test_an_update_makes_new_ids_for_buttons_without_one() -> None:
    async with stage() as scene:
        integration = {"url": scene.integration + "/go"}
        post = await scene.post_button("ann", {"integration": integration})
        card = {"text": "x", "actions": [{"name": "Go", "type": "button", "integration": integration}]}
        scene.reactions["/go"] = Reaction({"update": {"message": "m", "props": {"attachments": [card]}}})
        assert (await scene.click("ann", post)).status == 200
        stale = await scene.click("ann", post)
        assert (stale.status, error_of(stale.reply)) == (404, "api.post.do_action.action_id.app_error")
        read = await scene.must("ann", "GET", f"/posts/{post['id']}")
        assert (await scene.click("ann", read)).status == 200


async def test_who_cannot_read_the_channel_cannot_click() -> None:
    async with stage() as scene:
        post = await button(scene)
        answer = await scene.click("ben", post)
        assert (answer.status, error_of(answer.reply)) == (403, "api.context.permissions.app_error")


@pytest.mark.parametrize(("version", "status"), [("5.37", 403), ("9.11", 403), ("11.2", 200)])
async def test_a_public_channels_buttons_are_for_everybody_on_new_servers(version: str, status: int) -> None:
    async with stage(version) as scene:
        public = await scene.channel("ann", "place", "O")
        integration = {"url": scene.integration + "/go"}
        post = await scene.post_button("ann", {"id": "go", "integration": integration}, channel_id=public)
        assert (await scene.click("ben", post)).status == status


async def test_the_cookie_of_an_ephemeral_opens_for_this_button_only() -> None:
    async with stage() as scene:
        await scene.command("cra")
        action = {"id": "go", "name": "Go", "type": "button", "integration": {"url": scene.integration + "/go"}}
        scene.reactions["/cra"] = Reaction({"text": "toi seul", "attachments": [{"actions": [action]}]})
        await scene.listen("ann")
        await scene.types("ann", "/cra")
        post = json.loads((await scene.heard("ann", "ephemeral_message"))[0]["post"])
        cookie = post["props"]["attachments"][0]["actions"][0]["cookie"]
        assert scene.integration not in cookie
        scene.reactions["/go"] = Reaction({"ephemeral_text": "bien"})
        assert (await scene.click("ann", post)).status == 200
        (whisper,) = await scene.heard("ann", "ephemeral_message")
        assert json.loads(whisper["post"])["root_id"] == post["id"]
        flipped = ("A" if cookie[40] != "A" else "B").join([cookie[:40], cookie[41:]])
        assert (await scene.click("ann", post, cookie=flipped)).status == 400
        assert (await scene.click("ann", post | {"id": "y" * 26})).status == 400
        assert (await scene.click("ben", post)).status == 403


async def test_an_archived_channels_post_is_not_updated() -> None:
    async with stage() as scene:
        post = await button(scene)
        await scene.must("ann", "DELETE", f"/channels/{scene.ids['channel']}")
        assert (await scene.click("ann", post)).status == 200
        scene.reactions["/go"] = Reaction({"update": {"message": "non"}})
        answer = await scene.click("ann", post)
        assert error_of(answer.reply) == "api.post.update_post.can_not_update_post_in_deleted.error"
