"""What the sandbox allows and refuses, where the recordings are silent."""

from typing import Any

import pytest

from sandbox.versions import MODES, capabilities
from tests.modes import MODES as GENERATIONS
from tests.people.api import Api, Refused
from tests.support.servers import NOBODY, PASSWORD, SandboxTeam, start_sandbox

FORBIDDEN = "api.context.permissions.app_error"


async def refused(here: Api, method: str, path: str, body: Any = None) -> tuple[int, str]:
    """Return status and id of an error that must come."""
    with pytest.raises(Refused) as error:
        await here.call(method, path, body)
    return error.value.status, error.value.error_id


async def raw(here: SandboxTeam, method: str, path: str, **options: Any) -> tuple[int, dict[str, Any]]:
    async with here.session.request(method, f"{here.server.url}/api/v4{path}", **options) as reply:
        return reply.status, await reply.json()


async def test_the_first_person_is_admin_and_nobody_after() -> None:
    async with start_sandbox() as here:
        assert (await here.admin.get("/users/me"))["roles"] == "system_admin system_user"
        assert (await here.ann.get("/users/me"))["roles"] == "system_user"


async def test_an_admin_closes_the_door_to_strangers() -> None:
    async with start_sandbox() as here:
        await here.admin.put("/config/patch", {"TeamSettings": {"EnableOpenServer": False}})
        stranger = {"username": "zoe", "email": "zoe@exemple.fr", "password": PASSWORD}
        nobody = Api(here.session, here.server.url)
        assert (await refused(nobody, "POST", "/users", stranger))[0] == 403
        assert (await here.admin.post("/users", stranger))["username"] == "zoe"
        assert (await refused(here.ann, "PUT", "/config/patch", {}))[1] == FORBIDDEN


@pytest.mark.parametrize(
    ("field", "value", "error_id"),
    [
        ("username", "Ann", "app.user.save.username_exists.app_error"),
        ("username", "deux mots", "model.user.is_valid.username.app_error"),
        ("username", "all", "model.user.is_valid.username.app_error"),
        ("email", "ann@exemple.fr", "app.user.save.email_exists.app_error"),
        ("email", "sans-arobase", "model.user.is_valid.email.app_error"),
        ("password", "court", "model.user.is_valid.pwd.app_error"),
    ],
)
async def test_names_addresses_and_passwords_are_checked(field: str, value: str, error_id: str) -> None:
    async with start_sandbox() as here:
        body = {"username": "zoe", "email": "zoe@exemple.fr", "password": PASSWORD} | {field: value}
        assert await refused(here.admin, "POST", "/users", body) == (400, error_id)


async def test_errors_have_the_envelope_of_the_server() -> None:
    async with start_sandbox() as here:
        status, error = await raw(here, "GET", f"/users/{NOBODY}", headers=here.ann.headers)
        assert status == error["status_code"] == 404
        assert set(error) == {"id", "message", "detailed_error", "request_id", "status_code"}
        status, error = await raw(here, "GET", "/nulle/part", headers=here.ann.headers)
        assert (status, error["id"]) == (404, "api.context.404.app_error")


@pytest.mark.parametrize("body", [b"{", b"[]", b'{"message": 3}', b"\xff", b""])
async def test_bodies_that_cannot_be_read_are_refused(body: bytes) -> None:
    async with start_sandbox() as here:
        status, error = await raw(here, "POST", "/posts", data=body, headers=here.ann.headers)
        assert (status, error["id"]) in {
            (400, "api.context.invalid_body_param.app_error"),
            (403, FORBIDDEN),  # a readable object without a channel
        }


@pytest.mark.parametrize(("version", "status"), [("11.2", 413), ("9.11", 400), ("5.37", 201)])
async def test_large_bodies_by_version(version: str, status: int) -> None:
    async with start_sandbox(version) as here:
        body = {"channel_id": here.channel_id, "message": "x", "inconnu": "x" * 350_000}
        assert (await raw(here, "POST", "/posts", json=body, headers=here.ann.headers))[0] == status


async def test_a_cookie_needs_a_sign_of_the_own_page() -> None:
    async with start_sandbox() as here:
        cookie = {"Cookie": f"MMAUTHTOKEN={here.ann.token}"}
        body = {"channel_id": here.channel_id, "message": "cookie"}
        assert (await raw(here, "GET", "/users/me", headers=cookie))[0] == 200
        assert (await raw(here, "POST", "/posts", headers=cookie, json=body))[0] == 401
        ours = cookie | {"X-Requested-With": "XMLHttpRequest"}
        assert (await raw(here, "POST", "/posts", headers=ours, json=body))[0] == 201


async def test_who_logs_out_is_out() -> None:
    async with start_sandbox() as here:
        await here.ann.post("/users/logout")
        assert await refused(here.ann, "GET", "/users/me") == (401, "api.context.session_expired.app_error")


async def test_a_team_has_room_for_as_many_as_set() -> None:
    async with start_sandbox() as here:
        await here.admin.put("/config/patch", {"TeamSettings": {"MaxUsersPerTeam": 2}})
        _, ben_id = await here.person("ben", in_team=False)
        body = {"team_id": here.team_id, "user_id": ben_id}
        full = "app.team.join_user_to_team.save_member.max_accounts.app_error"
        assert await refused(here.ann, "POST", f"/teams/{here.team_id}/members", body) == (400, full)


async def test_a_role_can_be_given_the_right_to_whisper() -> None:
    async with start_sandbox() as here:
        bot, bot_id = await here.bot("robot")
        await here.ann.post(f"/channels/{here.channel_id}/members", {"user_id": bot_id})
        body = {"user_id": here.ann_id, "post": {"channel_id": here.channel_id, "message": "psst"}}
        assert await refused(bot, "POST", "/posts/ephemeral", body) == (403, FORBIDDEN)
        role = await here.admin.get("/roles/name/system_user")
        wider = {"permissions": [*role["permissions"], "create_post_ephemeral"]}
        await here.admin.put(f"/roles/{role['id']}/patch", wider)
        assert (await bot.post("/posts/ephemeral", body))["type"] == "system_ephemeral"
        assert await refused(bot, "PUT", f"/roles/{role['id']}/patch", wider) == (403, FORBIDDEN)


async def test_bots_end_with_their_owner() -> None:
    async with start_sandbox() as here:
        second, second_id = await here.person("chef")
        await here.admin.put(f"/users/{second_id}/roles", {"roles": "system_user system_admin"})
        made = await second.post("/bots", {"username": "robot"})
        token = await second.post(f"/users/{made['user_id']}/tokens", {"description": "t"})
        bot = Api(here.session, here.server.url, token["token"])
        assert (await bot.get("/users/me"))["is_bot"]
        await here.admin.put(f"/users/{second_id}/active", {"active": False})
        assert (await refused(bot, "GET", "/users/me"))[0] == 401


async def test_direct_messages_can_be_kept_inside_teams() -> None:
    async with start_sandbox() as here:
        _, zoe_id = await here.person("zoe", in_team=False)
        await here.admin.put("/config/patch", {"TeamSettings": {"RestrictDirectMessage": "team"}})
        assert (await refused(here.ann, "POST", "/channels/direct", [here.ann_id, zoe_id]))[0] == 403


async def test_a_personal_token_needs_the_right_and_the_setting() -> None:
    async with start_sandbox() as here:
        path = f"/users/{here.ann_id}/tokens"
        assert await refused(here.ann, "POST", path, {"description": "t"}) == (403, FORBIDDEN)
        await here.admin.put(f"/users/{here.ann_id}/roles", {"roles": "system_user system_user_access_token"})
        token = await here.ann.post(path, {"description": "t"})
        mine = Api(here.session, here.server.url, token["token"])
        assert (await mine.get("/users/me"))["username"] == "ann"
        await here.ann.post("/users/tokens/disable", {"token_id": token["id"]})
        assert (await refused(mine, "GET", "/users/me"))[0] == 401
        await here.ann.post("/users/tokens/enable", {"token_id": token["id"]})
        await here.admin.put("/config/patch", {"ServiceSettings": {"EnableUserAccessTokens": False}})
        assert (await refused(mine, "GET", "/users/me"))[0] == 401


async def test_former_texts_are_kept_for_their_author() -> None:
    async with start_sandbox() as here:
        post = await here.say("premier jet")
        await here.ann.put(f"/posts/{post['id']}/patch", {"message": "au propre"})
        history = await here.ann.get(f"/posts/{post['id']}/edit_history")
        assert [old["message"] for old in history] == ["premier jet"]
        listed = await here.ann.get(f"/channels/{here.channel_id}/posts")
        assert listed["posts"][listed["order"][0]]["message"] == "au propre"


async def test_an_upload_in_parts_makes_a_file() -> None:
    async with start_sandbox() as here:
        body = {"channel_id": here.channel_id, "filename": "long.txt", "file_size": 10}
        session = await here.ann.post("/uploads", body)
        path = f"{here.server.url}/api/v4/uploads/{session['id']}"
        async with here.session.post(path, data=b"moiti", headers=here.ann.headers) as reply:
            assert reply.status == 204
        async with here.session.post(path, data=b"autre", headers=here.ann.headers) as reply:
            info = await reply.json()
        post = await here.say("voici", file_ids=[info["id"]])
        assert post["file_ids"] == [info["id"]]
        async with here.session.get(f"{here.server.url}/api/v4/files/{info['id']}", headers=here.ann.headers) as reply:
            assert await reply.read() == b"moitiautre"


@pytest.mark.parametrize("asked", ["11.6", "10.11", "10.5", "9.11.3", "9.4", "7.8", "5.37", "5.0"])
def test_a_version_is_served_by_the_mode_below(asked: str) -> None:
    served = capabilities(asked).number.split(".")
    mode = (int(served[0]), int(served[1]))
    assert mode in MODES
    wanted = tuple(int(part) for part in asked.split(".")[:2])
    assert mode == max([known for known in MODES if known <= wanted], default=MODES[0])


async def test_modes_between_the_recordings() -> None:
    async with start_sandbox("10.5") as here:
        _, ben_id = await here.person("ben")
        added = await here.ann.post(f"/channels/{here.channel_id}/members", {"user_ids": [ben_id]})
        assert [member["user_id"] for member in added] == [ben_id]
        assert here.ann.version.startswith("10.5.")
    async with start_sandbox("9.4") as here:
        body = {"user_ids": [here.ann_id]}
        assert (await refused(here.ann, "POST", f"/channels/{here.channel_id}/members", body))[0] == 400


@pytest.mark.parametrize("version", GENERATIONS)
async def test_an_address_is_proved_where_the_server_wants_it(version: str) -> None:
    async with start_sandbox(version) as here:
        told = "/config/client?format=old"
        assert (await here.ann.get(told))["RequireEmailVerification"] == "false"
        await here.admin.put("/config/patch", {"EmailSettings": {"RequireEmailVerification": True}})
        assert (await here.ann.get(told))["RequireEmailVerification"] == "true"
        assert "RequireEmailVerification" not in await Api(here.session, here.server.url).get(told)
        other = {"email": "autre@exemple.fr", "password": PASSWORD}
        assert (await here.ann.put("/users/me/patch", other))["email"] == "ann@exemple.fr"
        stranger = Api(here.session, here.server.url)
        login = {"login_id": "ann", "password": PASSWORD}
        assert await refused(stranger, "POST", "/users/login", login) == (401, "api.user.login.not_verified.app_error")
        assert await refused(here.ann, "POST", f"/users/{here.ann_id}/email/verify/member", {}) == (403, FORBIDDEN)
        await here.admin.post(f"/users/{here.ann_id}/email/verify/member", {})
        await stranger.log_in("ann", PASSWORD)
        await here.admin.put("/config/patch", {"EmailSettings": {"RequireEmailVerification": False}})
        assert (await here.ann.put("/users/me/patch", other))["email"] == "autre@exemple.fr"


async def test_an_archived_team_is_no_longer_listed() -> None:
    async with start_sandbox() as here:
        path = f"/teams/{here.team_id}"
        assert await refused(here.ann, "DELETE", path) == (403, FORBIDDEN)
        await here.admin.delete(path)
        assert await here.ann.get("/users/me/teams") == []
        assert (await here.ann.get(path))["delete_at"]
        await here.admin.post(f"{path}/restore")
        assert [team["id"] for team in await here.ann.get("/users/me/teams")] == [here.team_id]


@pytest.mark.parametrize("version", GENERATIONS)
async def test_guests_are_only_where_somebody_brought_them(version: str) -> None:
    async with start_sandbox(version) as here:
        body = {"username": "guy", "email": "guy@exemple.fr", "password": PASSWORD}
        guest_id = (await here.admin.post("/users", body))["id"]
        await here.admin.put(f"/users/{guest_id}/roles", {"roles": "system_guest"})
        await here.admin.post(f"/teams/{here.team_id}/members", {"team_id": here.team_id, "user_id": guest_id})
        member = await here.admin.get(f"/teams/{here.team_id}/members/{guest_id}")
        assert (member["roles"], member["scheme_guest"], member["scheme_user"]) == ("team_guest", True, False)
        guest = Api(here.session, here.server.url)
        await guest.log_in("guy", PASSWORD)
        assert await guest.get(f"/users/me/teams/{here.team_id}/channels") == []
        room = {"team_id": here.team_id, "name": "a-lui", "display_name": "À lui", "type": "P"}
        assert await refused(guest, "POST", "/channels", room) == (403, FORBIDDEN)
        joining = f"/channels/{here.channel_id}/members"
        assert (await refused(guest, "POST", joining, {"user_id": guest_id}))[0] == 403
        added = await here.ann.post(joining, {"user_id": guest_id})
        assert (added["roles"], added["scheme_guest"]) == ("channel_guest", True)
        said = await guest.post("/posts", {"channel_id": here.channel_id, "message": "Bonjour"})
        assert said["user_id"] == guest_id
        leading = {"scheme_admin": True, "scheme_user": True}
        path = f"{joining}/{guest_id}/schemeRoles"
        assert (await refused(here.ann, "PUT", path, leading))[1].endswith("roles.guest.app_error")


@pytest.mark.parametrize("version", GENERATIONS)
async def test_a_page_too_large_or_an_id_that_is_none_is_refused(version: str) -> None:
    async with start_sandbox(version) as here:
        wrong = (400, "api.context.invalid_body_param.app_error")
        assert await refused(here.ann, "POST", "/users/status/ids", [here.ann_id, "ann"]) == wrong
        twice = await here.ann.post("/users/status/ids", [here.ann_id, here.ann_id])
        assert [each["user_id"] for each in twice] == [here.ann_id]
        thread = f"/posts/{(await here.say('voici'))['id']}/thread?perPage="
        assert (await here.ann.get(f"{thread}200"))["posts"]
        if not version.startswith("5."):
            assert await refused(here.ann, "GET", f"{thread}201") == wrong
