"""Slash commands of the sandbox beyond what was recorded."""

import pytest

from tests.wire.stage import Reaction, error_of, stage


@pytest.mark.parametrize(("version", "has_root"), [("5.37", False), ("10.5", False), ("11.2", True)])
async def test_the_form_names_the_thread_only_on_new_servers(version: str, has_root: bool) -> None:
    async with stage(version) as scene:
        await scene.command("cra")
        await scene.types("ann", "/cra")
        assert ("root_id" in scene.got[0].form) is has_root


async def test_a_command_gets_names_and_ids_in_the_same_order() -> None:
    async with stage() as scene:
        await scene.command("who")
        await scene.types("ann", "/who @ben, @ann. @nobody @ben-")
        form = scene.got[0].form
        pairs = dict(zip(form["user_mentions"], form["user_mentions_ids"], strict=True))
        assert pairs == {"ann": scene.ids["ann"], "ben": scene.ids["ben"]}
        assert "channel_mentions" not in form


async def test_the_creator_may_choose_the_token() -> None:
    async with stage() as scene:
        made = await scene.command("cra", token="x" * 26)
        assert made["token"] == "x" * 26
        await scene.types("ann", "/cra")
        assert scene.got[0].headers["Authorization"] == "Token " + "x" * 26
        assert scene.got[0].field("token") == "x" * 26


@pytest.mark.parametrize(
    ("field", "value", "error"),
    [
        ("trigger", "a" * 129, "trigger"),
        ("trigger", "deux mots", "trigger"),
        ("url", "ftp://x", "url_http"),
        ("url", "", "url"),
        ("method", "PUT", "method"),
        ("display_name", "é" * 33, "display_name"),
        ("description", "x" * 129, "description"),
        ("token", "short", "token"),
    ],
)
async def test_a_bad_field_is_refused(field: str, value: str, error: str) -> None:
    async with stage() as scene:
        body = {"team_id": scene.ids["team"], "trigger": "x", "method": "P", "url": "http://h/"} | {field: value}
        answer = await scene.send("admin", "POST", "/commands", body)
        assert answer.status == 400
        assert error_of(answer.reply) == f"model.command.is_valid.{error}.app_error"


async def test_old_servers_take_triggers_in_any_alphabet() -> None:
    async with stage("10.5") as scene:
        made = await scene.command("Île")
        assert made["trigger"] == "île"
    async with stage() as scene:
        with pytest.raises(AssertionError, match="trigger"):
            await scene.command("Île")


async def test_a_team_admin_manages_own_and_others_commands() -> None:
    async with stage() as scene:
        made = await scene.command("cra")
        path = f"/teams/{scene.ids['team']}/members/{scene.ids['ann']}/schemeRoles"
        listing = f"/commands?team_id={scene.ids['team']}&custom_only=true"
        assert (await scene.send("ann", "GET", listing)).status == 403
        assert (await scene.send("ann", "DELETE", f"/commands/{made['id']}")).status == 404
        await scene.must("admin", "PUT", path, {"scheme_admin": True, "scheme_user": True})
        assert [row["token"] for row in await scene.must("ann", "GET", listing)] == [made["token"]]
        changed = made | {"trigger": "CRA2", "token": "y" * 26, "creator_id": scene.ids["ann"]}
        reply = await scene.must("ann", "PUT", f"/commands/{made['id']}", changed)
        assert (reply["trigger"], reply["token"], reply["creator_id"]) == ("cra2", made["token"], made["creator_id"])
        other = await scene.send("ann", "PUT", f"/commands/{made['id']}", changed | {"team_id": "z" * 26})
        assert error_of(other.reply) == "api.command.team_mismatch.app_error"
        token = (await scene.must("ann", "PUT", f"/commands/{made['id']}/regen_token"))["token"]
        assert token != made["token"]
        await scene.must("ann", "DELETE", f"/commands/{made['id']}")
        await scene.command("cra2")


async def test_the_list_for_everybody_hides_where_commands_lead() -> None:
    async with stage() as scene:
        await scene.command("cra", auto_complete=True, auto_complete_hint="[texte]", auto_complete_desc="Saisir")
        await scene.command("secret")
        rows = await scene.must("ann", "GET", f"/teams/{scene.ids['team']}/commands/autocomplete")
        found = {row["trigger"]: row for row in rows}
        assert found["cra"]["url"] == found["cra"]["token"] == ""
        assert "shrug" in found
        assert "secret" not in found
        path = f"/teams/{scene.ids['team']}/commands/autocomplete_suggestions?user_input=/cr"
        suggested = await scene.must("ann", "GET", path)
        assert suggested == [
            {"Complete": "cra", "Suggestion": "cra", "Hint": "[texte]", "Description": "Saisir", "IconData": ""}
        ]


async def test_commands_can_be_switched_off() -> None:
    async with stage() as scene:
        await scene.command("cra")
        await scene.must("admin", "PUT", "/config/patch", {"ServiceSettings": {"EnableCommands": False}})
        answer = await scene.types("ann", "/cra")
        assert (answer.status, error_of(answer.reply)) == (501, "api.command.disabled.app_error")
        assert (await scene.types("ann", "/shrug")).status == 200


@pytest.mark.parametrize(
    ("reaction", "error"),
    [
        (Reaction("null"), "failed_empty"),
        (Reaction('{"text": 5}'), "failed"),
        (Reaction('"text"'), "failed"),
        (Reaction({"text": "x"}, status=201), "failed_resp"),
        (Reaction('{"text": "' + "x" * 2**20 + '"}'), "failed"),
        (Reaction({"response_type": "in_channel", "text": "x" * 16384}), "create_post_failed"),
        (Reaction({"response_type": "in_channel", "text": "x", "type": "system_x"}), "create_post_failed"),
        (Reaction({"text": "x", "channel_id": "z" * 26}), "create_post_failed"),
    ],
)
async def test_an_answer_that_cannot_be_used_fails_the_command(reaction: Reaction, error: str) -> None:
    async with stage() as scene:
        await scene.command("cra")
        scene.reactions["/cra"] = reaction
        answer = await scene.types("ann", "/cra")
        assert (answer.status, error_of(answer.reply)) == (500, f"api.command.execute_command.{error}.app_error")


async def test_a_status_is_named_in_the_error() -> None:
    async with stage() as scene:
        await scene.command("cra")
        scene.reactions["/cra"] = Reaction("no", status=502)
        answer = await scene.types("ann", "/cra")
        assert answer.reply["message"] == "Command with a trigger of 'cra' returned response 502 Bad Gateway."


async def test_an_answer_may_be_silent_or_unknown_and_posts_nothing() -> None:
    async with stage() as scene:
        await scene.command("cra")
        await scene.listen("ann")
        for body in ({}, {"response_type": "whisper", "text": "x"}):
            scene.reactions["/cra"] = Reaction(body)
            answer = await scene.types("ann", "/cra")
            assert (answer.status, len(answer.reply["trigger_id"])) == (200, 26)
        assert await scene.heard("ann", "ephemeral_message") == []


async def test_an_answer_in_the_channel_is_the_persons_own_post_in_the_thread() -> None:
    async with stage() as scene:
        await scene.command("cra")
        root = await scene.must("ann", "POST", "/posts", {"channel_id": scene.ids["channel"], "message": "fil"})
        scene.reactions["/cra"] = Reaction({"response_type": "in_channel", "text": "<http://h|mot> <!here>"})
        await scene.types("ann", "/cra", root_id=root["id"])
        thread = await scene.must("ann", "GET", f"/posts/{root['id']}/thread")
        (answer,) = [post for post in thread["posts"].values() if post["root_id"] == root["id"]]
        assert answer["message"] == "[mot](http://h) @here"
        assert (answer["user_id"], answer["props"]["from_webhook"]) == (scene.ids["ann"], "true")


async def test_slack_marks_stay_when_asked() -> None:
    async with stage() as scene:
        await scene.command("cra")
        await scene.listen("ann")
        scene.reactions["/cra"] = Reaction({"text": "<http://h|mot>", "skip_slack_parsing": True})
        await scene.types("ann", "/cra")
        (data,) = await scene.heard("ann", "ephemeral_message")
        assert "<http://h|mot>" in data["post"]


async def test_a_late_answer_may_come_five_times_within_thirty_minutes() -> None:
    async with stage() as scene:
        await scene.command("cra")
        await scene.types("ann", "/cra")
        path = "/" + scene.got[0].field("response_url").removeprefix(scene.server.url)
        await scene.listen("ann")
        bad = await scene.send("nobody", "POST", path, "{")
        assert (bad.status, error_of(bad.reply)) == (400, "web.command_webhook.parse.app_error")
        for _ in range(4):
            good = await scene.send("nobody", "POST", path, {"text": "enfin"})
            assert (good.status, good.type, good.reply) == (200, "text/plain", "ok")
        assert len(await scene.heard("ann", "ephemeral_message")) == 4
        sixth = await scene.send("nobody", "POST", path, {"text": "trop"})
        assert (sixth.status, error_of(sixth.reply)) == (400, "web.command_webhook.general.app_error")
        unknown = await scene.send("nobody", "POST", "//hooks/commands/" + "z" * 26, {"text": "x"})
        assert (unknown.status, error_of(unknown.reply)) == (404, "web.command_webhook.general.app_error")


async def test_a_late_answer_is_refused_after_thirty_minutes() -> None:
    async with stage() as scene:
        await scene.command("cra")
        await scene.types("ann", "/cra")
        for hook in scene.server.commands.hooks:
            hook.create_at -= 30 * 60 * 1000 + 1000
        path = "/" + scene.got[0].field("response_url").removeprefix(scene.server.url)
        answer = await scene.send("nobody", "POST", path, {"text": "tard"})
        assert answer.status == 404
        await scene.types("ann", "/cra")
        assert len(scene.server.commands.hooks) == 1  # the old one is forgotten


async def test_who_is_not_in_the_channel_runs_nothing_there() -> None:
    async with stage() as scene:
        await scene.command("cra")
        answer = await scene.types("ben", "/cra")
        assert (answer.status, error_of(answer.reply)) == (403, "api.context.permissions.app_error")
        assert scene.got == []


@pytest.mark.parametrize("typed", ["/", "cra", "", " /cra"])
async def test_what_is_no_command_is_refused(typed: str) -> None:
    async with stage() as scene:
        answer = await scene.types("ann", typed)
        assert (answer.status, error_of(answer.reply)) == (400, "api.command.execute_command.start.app_error")


async def test_in_a_direct_channel_the_team_shown_decides() -> None:
    async with stage() as scene:
        await scene.command("cra")
        direct = await scene.must("ann", "POST", "/channels/direct", [scene.ids["ann"], scene.ids["ben"]])
        other = {"name": "autre", "display_name": "A", "type": "O"}
        team = await scene.must("ann", "POST", "/teams", other)
        assert (await scene.types("ann", "/cra", channel_id=direct["id"])).status == 200
        missing = await scene.types("ann", "/cra", channel_id=direct["id"], team_id=team["id"])
        assert (missing.status, error_of(missing.reply)) == (
            404,
            "api.command.execute_command.not_found.app_error",
        )


async def test_built_in_commands_answer() -> None:
    async with stage() as scene:
        me = await scene.types("ann", "/me arrive")
        assert (me.reply["text"], me.reply["trigger_id"]) == ("*arrive*", "")
        code = await scene.types("ann", "/code a\nb")
        assert code.reply["text"] == "    a\n    b"
        await scene.types("ann", "/away")
        status = await scene.must("ann", "GET", f"/users/{scene.ids['ann']}/status")
        assert status["status"] == "away"
