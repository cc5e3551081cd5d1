"""The sandbox’s bulk loading: people, channels and a past from a file, as Mattermost’s own command reads it."""

import json
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from sandbox import Sandbox
from tests.modes import MODES
from tests.people.api import Api, Refused, new_session
from tests.support.servers import PASSWORD

Json = dict[str, Any]
MONDAY = 1_700_000_000_000
MINUTE = 60_000


def user(name: str, *channels: str, roles: str = "system_user", team_roles: str = "team_user") -> Json:
    account = {"username": name, "email": f"{name}@exemple.fr", "password": PASSWORD, "roles": roles, "locale": "fr"}
    membership = {"name": "cnum", "roles": team_roles, "channels": [{"name": one} for one in channels]}
    return {"type": "user", "user": account | {"teams": [membership]}}


def post(who: str, message: str, at: int, **more: Any) -> Json:
    said = {"team": "cnum", "channel": "rhone", "user": who, "message": message, "create_at": at}
    return {"type": "post", "post": said | more}


LINES = (
    {"type": "version", "version": 1},
    {"type": "team", "team": {"name": "cnum", "display_name": "Réseau", "type": "O"}},
    {"type": "channel", "channel": {"team": "cnum", "name": "rhone", "display_name": "69 - Rhône", "type": "P"}},
    user("admin", "rhone", roles="system_user system_admin", team_roles="team_user team_admin"),
    user("ann", "rhone"),
    user("ben"),
    post(
        "ann",
        "Bonjour @admin #bienvenue",
        MONDAY,
        reactions=[{"user": "admin", "emoji_name": "+1", "create_at": MONDAY + MINUTE}],
        replies=[{"user": "admin", "message": "Bonjour Ann", "create_at": MONDAY + 2 * MINUTE}],
    ),
    post("admin", "À demain", MONDAY + 3 * MINUTE),
)


@asynccontextmanager
async def served(folder: Path, lines: Iterable[Json] = LINES, version: str = "11.2") -> AsyncIterator[Api]:
    """A server that begins with these lines; anybody’s way to it."""
    file = folder / "bulk.jsonl"
    file.write_text("\n".join(json.dumps(line) for line in lines), "utf-8")
    server = Sandbox(version, snapshot=folder / "kept.db", bulk_file=file)
    await server.start()
    try:
        async with new_session() as session:
            yield Api(session, server.url)
    finally:
        await server.stop()


async def logged_in(door: Api, name: str) -> Api:
    api = Api(door.session, door.url)
    await api.log_in(name, PASSWORD)
    return api


@pytest.mark.parametrize("version", MODES)
async def test_people_find_what_was_said_before_they_came(tmp_path: Path, version: str) -> None:
    async with served(tmp_path, version=version) as door:
        ann = await logged_in(door, "ann")
        team = await ann.get("/teams/name/cnum")
        channels = {one["name"]: one for one in await ann.get(f"/users/me/teams/{team['id']}/channels")}
        assert set(channels) == {"town-square", "off-topic", "rhone"}
        rhone = channels["rhone"]
        listed = await ann.get(f"/channels/{rhone['id']}/posts")
        posts = [listed["posts"][i] for i in reversed(listed["order"])]
        assert [p["message"] for p in posts] == ["Bonjour @admin #bienvenue", "Bonjour Ann", "À demain"]
        assert [p["create_at"] - MONDAY for p in posts] == [0, 2 * MINUTE, 3 * MINUTE]
        assert posts[1]["root_id"] == posts[0]["id"]
        assert posts[0]["hashtags"] == "#bienvenue"
        (reaction,) = await ann.get(f"/posts/{posts[0]['id']}/reactions")
        assert (reaction["emoji_name"], reaction["create_at"]) == ("+1", MONDAY + MINUTE)


async def test_nothing_is_new_to_those_who_were_there(tmp_path: Path) -> None:
    async with served(tmp_path) as door:
        admin = await logged_in(door, "admin")
        me = await admin.get("/users/me")
        assert "system_admin" in me["roles"]
        team = await admin.get("/teams/name/cnum")
        for channel in await admin.get(f"/users/me/teams/{team['id']}/channels"):
            unread = await admin.get(f"/users/me/channels/{channel['id']}/unread")
            assert (unread["msg_count"], unread["mention_count"]) == (0, 0)
        threads = await admin.get(f"/users/me/teams/{team['id']}/threads")
        assert threads["total_unread_threads"] == 0
        ben = await logged_in(door, "ben")
        rhone = await admin.get(f"/teams/{team['id']}/channels/name/rhone")
        with pytest.raises(Refused, match="403"):
            await ben.get(f"/channels/{rhone['id']}/posts")


async def test_only_an_empty_server_is_loaded(tmp_path: Path) -> None:
    async with served(tmp_path) as door:
        ann = await logged_in(door, "ann")
        before = await ann.get("/users/me")
        assert await ann.put("/users/me/patch", {"nickname": "Annie"})
    async with served(tmp_path, lines=(*LINES, user("carl"))) as door:
        ann = await logged_in(door, "ann")
        assert (await ann.get("/users/me"))["id"] == before["id"]
        with pytest.raises(Refused, match="401"):
            await logged_in(door, "carl")


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ({"type": "emoji", "emoji": {}}, "no line of this kind"),
        (post("personne", "?", MONDAY), "has made personne"),
        (
            {"type": "channel", "channel": {"team": "ailleurs", "name": "a", "display_name": "A", "type": "O"}},
            "ailleurs",
        ),
    ],
)
async def test_what_it_cannot_read_it_refuses(tmp_path: Path, line: Json, fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        async with served(tmp_path, lines=(*LINES, line)):
            pass
