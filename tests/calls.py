"""Everything the bot asks of Mattermost’s REST API (the websocket apart): the calls of ``Chat``, and their requests."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from inspect import isawaitable
from pathlib import Path
from typing import Any

from aiohttp import web

from bot.mattermost import Chat, NewPost
from tests.chat_server import BOT, CHANNEL, FILE, ID, POST, TEAM, USER

ROOM = {"id": CHANNEL, "type": "O", "name": "salon"}
WRITTEN = {"id": POST, "user_id": BOT, "channel_id": CHANNEL, "create_at": 1, "file_ids": [FILE]}
MEMBER = {"user_id": ID, "roles": "channel_user"}
POSTS: dict[str, Any] = {"order": [], "posts": {}}
ANSWERS: dict[str, Any] = {
    "GET /api/v4/config/client": {"RequireEmailVerification": "true", "MaxFileSize": "104857600"},
    "GET /api/v4/users/me": {"id": BOT, "username": "coop", "is_bot": True},
    "GET /api/v4/users": [USER],
    "POST /api/v4/users/ids": [USER],
    "POST /api/v4/users/usernames": [USER],
    f"GET /api/v4/users/{ID}": USER,
    "GET /api/v4/users/username/juliette": USER,
    "GET /api/v4/teams/name/cnum": {"id": TEAM, "name": "cnum"},
    f"GET /api/v4/teams/{TEAM}/members": [{"user_id": ID, "roles": "team_user"}],
    f"POST /api/v4/teams/{TEAM}/members": {"user_id": ID},
    f"GET /api/v4/teams/{TEAM}/members/{ID}": {"user_id": ID, "roles": "team_user team_admin", "delete_at": 0},
    f"DELETE /api/v4/teams/{TEAM}/members/{ID}": {"status": "OK"},
    f"PUT /api/v4/teams/{TEAM}/members/{ID}/schemeRoles": {"status": "OK"},
    f"POST /api/v4/teams/{TEAM}/posts/search": POSTS,
    f"GET /api/v4/teams/{TEAM}/channels": [ROOM],
    f"GET /api/v4/teams/{TEAM}/channels/deleted": [ROOM | {"delete_at": 1}],
    f"GET /api/v4/teams/{TEAM}/channels/name/salon": ROOM,
    f"GET /api/v4/users/me/teams/{TEAM}/channels": [ROOM],
    "POST /api/v4/channels": ROOM,
    "POST /api/v4/channels/direct": {"id": CHANNEL, "type": "D"},
    f"GET /api/v4/channels/{CHANNEL}": ROOM,
    f"DELETE /api/v4/channels/{CHANNEL}": {"status": "OK"},
    f"PUT /api/v4/channels/{CHANNEL}/patch": ROOM,
    f"PUT /api/v4/channels/{CHANNEL}/privacy": ROOM,
    f"POST /api/v4/channels/{CHANNEL}/restore": ROOM,
    f"GET /api/v4/channels/{CHANNEL}/posts": POSTS,
    f"GET /api/v4/channels/{CHANNEL}/pinned": POSTS,
    f"GET /api/v4/channels/{CHANNEL}/members": [MEMBER],
    f"POST /api/v4/channels/{CHANNEL}/members": MEMBER,
    f"POST /api/v4/channels/{CHANNEL}/members/ids": [MEMBER],
    f"GET /api/v4/channels/{CHANNEL}/stats": {"channel_id": CHANNEL, "member_count": 3},
    f"POST /api/v4/teams/{TEAM}/members/ids": [MEMBER],
    f"GET /api/v4/channels/{CHANNEL}/members/{ID}": MEMBER,
    f"DELETE /api/v4/channels/{CHANNEL}/members/{ID}": {"status": "OK"},
    f"PUT /api/v4/channels/{CHANNEL}/members/{ID}/schemeRoles": {"status": "OK"},
    "POST /api/v4/posts": WRITTEN,
    f"GET /api/v4/posts/{POST}": WRITTEN,
    f"DELETE /api/v4/posts/{POST}": {"status": "OK"},
    f"PUT /api/v4/posts/{POST}/patch": WRITTEN,
    f"POST /api/v4/posts/{POST}/pin": {"status": "OK"},
    f"POST /api/v4/posts/{POST}/unpin": {"status": "OK"},
    f"GET /api/v4/posts/{POST}/thread": POSTS,
    f"GET /api/v4/posts/{POST}/reactions": lambda *_: web.json_response(None),
    "POST /api/v4/reactions": {"user_id": BOT, "emoji_name": "ok"},
    f"DELETE /api/v4/users/{BOT}/posts/{POST}/reactions/ok": {"status": "OK"},
    "POST /api/v4/files": {"file_infos": [{"id": FILE}], "client_ids": []},
    f"GET /api/v4/files/{FILE}": lambda *_: web.Response(body=b"x"),
    f"GET /api/v4/files/{FILE}/info": {"id": FILE, "name": "a.csv", "size": 1},
    "POST /api/v4/actions/dialogs/open": {"status": "OK"},
    f"POST /hooks/commands/{ID}": lambda *_: web.Response(text="ok"),
}
WHO = ("GET", "/api/v4/users/me")
WHERE = ("GET", "/api/v4/teams/name/cnum")


@dataclass(frozen=True, slots=True)
class Called:
    """One call, with a file of the test’s own at hand, and what it asks of a server that answers well."""

    call: Callable[[Chat, Path], Awaitable[object] | AsyncIterator[object]]
    asked: list[tuple[str, str]]

    async def made(self, chat: Chat, path: Path) -> object:
        """What it answers; all its pages, if it comes in pages."""
        answer = self.call(chat, path)
        return await answer if isawaitable(answer) else [page async for page in answer]


def _one(method: str, path: str) -> list[tuple[str, str]]:
    return [(method, f"/api/v4{path}")]


_ROOM, _POST, _TEAM = f"/channels/{CHANNEL}", f"/posts/{POST}", f"/teams/{TEAM}"
CALLS: dict[str, Called] = {
    "answers": Called(lambda c, _: c.answers(), [WHO]),
    "verifies_addresses": Called(lambda c, _: c.verifies_addresses(), _one("GET", "/config/client")),
    "me": Called(lambda c, _: c.me(), [WHO]),
    "user": Called(lambda c, _: c.user(ID), _one("GET", f"/users/{ID}")),
    "user_by_name": Called(lambda c, _: c.user_by_name("@Juliette"), _one("GET", "/users/username/juliette")),
    "users": Called(lambda c, _: c.users([ID]), _one("POST", "/users/ids")),
    "users_by_names": Called(lambda c, _: c.users_by_names(["juliette", "É"]), _one("POST", "/users/usernames")),
    "team_users": Called(lambda c, _: c.team_users(), [WHERE, *_one("GET", "/users")]),
    "channel_users": Called(lambda c, _: c.channel_users(CHANNEL), _one("GET", "/users")),
    "is_team_admin": Called(lambda c, _: c.is_team_admin(ID), [WHERE, *_one("GET", f"{_TEAM}/members/{ID}")]),
    "team_member": Called(lambda c, _: c.team_member(ID), [WHERE, *_one("GET", f"{_TEAM}/members/{ID}")]),
    "team_members": Called(lambda c, _: c.team_members(), [WHERE, *_one("GET", f"{_TEAM}/members")]),
    "team_members_among": Called(
        lambda c, _: c.team_members_among([ID]), [WHERE, *_one("POST", f"{_TEAM}/members/ids")]
    ),
    "channel_members_among": Called(
        lambda c, _: c.channel_members_among(CHANNEL, [ID]), _one("POST", f"{_ROOM}/members/ids")
    ),
    "team_id": Called(lambda c, _: c.team_id(), [WHERE]),
    "channel_member": Called(lambda c, _: c.channel_member(CHANNEL, ID), _one("GET", f"{_ROOM}/members/{ID}")),
    "is_in": Called(lambda c, _: c.is_in(CHANNEL), [WHO, *_one("GET", f"{_ROOM}/members/{BOT}")]),
    "channel_members": Called(lambda c, _: c.channel_members(CHANNEL), _one("GET", f"{_ROOM}/members")),
    "count_members": Called(lambda c, _: c.count_members(CHANNEL), _one("GET", f"{_ROOM}/stats")),
    "channel": Called(lambda c, _: c.channel(CHANNEL), _one("GET", _ROOM)),
    "channel_by_name": Called(
        lambda c, _: c.channel_by_name("salon"), [WHERE, *_one("GET", f"{_TEAM}/channels/name/salon")]
    ),
    "public_channels": Called(lambda c, _: c.public_channels(), [WHERE, *_one("GET", f"{_TEAM}/channels")]),
    "archived_channels": Called(lambda c, _: c.archived_channels(), [WHERE, *_one("GET", f"{_TEAM}/channels/deleted")]),
    "own_channels": Called(lambda c, _: c.own_channels(), [WHERE, *_one("GET", f"/users/me{_TEAM}/channels")]),
    "direct_channels": Called(lambda c, _: c.direct_channels(), [WHERE, *_one("GET", f"/users/me{_TEAM}/channels")]),
    "direct_channel": Called(lambda c, _: c.direct_channel(ID), [WHO, *_one("POST", "/channels/direct")]),
    "read_post": Called(lambda c, _: c.read_post(POST), _one("GET", _POST)),
    "thread": Called(lambda c, _: c.thread(POST), _one("GET", f"{_POST}/thread")),
    "changes": Called(lambda c, _: c.changes(CHANNEL, 1), _one("GET", f"{_ROOM}/posts")),
    "posts_after": Called(lambda c, _: c.posts_after(CHANNEL, POST), _one("GET", f"{_ROOM}/posts")),
    "posts_before": Called(lambda c, _: c.posts_before(CHANNEL, POST, 20), _one("GET", f"{_ROOM}/posts")),
    "newest_posts": Called(lambda c, _: c.newest_posts(CHANNEL, 0, 20), _one("GET", f"{_ROOM}/posts")),
    "posts_by": Called(lambda c, _: c.posts_by("juliette"), [WHERE, *_one("POST", f"{_TEAM}/posts/search")]),
    "pinned_posts": Called(lambda c, _: c.pinned_posts(CHANNEL), _one("GET", f"{_ROOM}/pinned")),
    "reactions": Called(lambda c, _: c.reactions(POST), _one("GET", f"{_POST}/reactions")),
    "file": Called(lambda c, _: c.file(FILE), _one("GET", f"/files/{FILE}/info")),
    "largest_file": Called(lambda c, _: c.largest_file(), _one("GET", "/config/client")),
    "post": Called(lambda c, _: c.post(CHANNEL, "Bonjour", {}, "x"), _one("POST", "/posts")),
    "post_files": Called(
        lambda c, _: c.post_files(NewPost(CHANNEL, "Voici", {}, "x", file_ids=[FILE])), _one("POST", "/posts")
    ),
    "rewrite": Called(lambda c, _: c.rewrite(POST, "Bonjour", {}), _one("PUT", f"{_POST}/patch")),
    "delete": Called(lambda c, _: c.delete(POST), [*_one("GET", _POST), WHO, *_one("DELETE", _POST)]),
    "pin": Called(lambda c, _: c.pin(POST), _one("POST", f"{_POST}/pin")),
    "unpin": Called(lambda c, _: c.unpin(POST), _one("POST", f"{_POST}/unpin")),
    "react": Called(lambda c, _: c.react(POST, "ok"), [WHO, *_one("POST", "/reactions")]),
    "unreact": Called(lambda c, _: c.unreact(POST, "ok"), [WHO, *_one("DELETE", f"/users/{BOT}{_POST}/reactions/ok")]),
    "upload": Called(lambda c, path: c.upload(CHANNEL, path), _one("POST", "/files")),
    "download": Called(lambda c, path: c.download(FILE, path.with_name("fetched"), 100), _one("GET", f"/files/{FILE}")),
    "create_channel": Called(lambda c, _: c.create_channel("salon", "Salon"), [WHERE, *_one("POST", "/channels")]),
    "change_channel": Called(lambda c, _: c.change_channel(CHANNEL, purpose="…"), _one("PUT", f"{_ROOM}/patch")),
    "archive_channel": Called(lambda c, _: c.archive_channel(CHANNEL), _one("DELETE", _ROOM)),
    "restore_channel": Called(lambda c, _: c.restore_channel(CHANNEL), _one("POST", f"{_ROOM}/restore")),
    "convert_channel": Called(
        lambda c, _: c.convert_channel(CHANNEL, private=True), [*_one("GET", _ROOM), *_one("PUT", f"{_ROOM}/privacy")]
    ),
    "add_member": Called(lambda c, _: c.add_member(CHANNEL, ID), _one("POST", f"{_ROOM}/members")),
    "add_members": Called(lambda c, _: c.add_members(CHANNEL, [ID]), _one("POST", f"{_ROOM}/members")),
    "remove_member": Called(lambda c, _: c.remove_member(CHANNEL, ID), _one("DELETE", f"{_ROOM}/members/{ID}")),
    "set_channel_admin": Called(
        lambda c, _: c.set_channel_admin(CHANNEL, ID, is_admin=True), _one("PUT", f"{_ROOM}/members/{ID}/schemeRoles")
    ),
    "add_to_team": Called(lambda c, _: c.add_to_team(ID), [WHERE, *_one("POST", f"{_TEAM}/members")]),
    "remove_from_team": Called(
        lambda c, _: c.remove_from_team(ID),
        [WHERE, *_one("GET", f"{_TEAM}/members/{ID}"), *_one("DELETE", f"{_TEAM}/members/{ID}")],
    ),
    "set_team_admin": Called(
        lambda c, _: c.set_team_admin(ID, is_admin=True), [WHERE, *_one("PUT", f"{_TEAM}/members/{ID}/schemeRoles")]
    ),
    "open_dialog": Called(
        lambda c, _: c.open_dialog("t", "http://bot/dialogs", {}), _one("POST", "/actions/dialogs/open")
    ),
    "respond": Called(
        lambda c, _: c.respond(f"https://chat.fr/x/hooks/commands/{ID}", {}), [("POST", f"/hooks/commands/{ID}")]
    ),
}


def names() -> set[str]:
    """The calls that ``Chat`` declares, what it is made of included, but for what asks nothing."""
    parts = [vars(part) for part in Chat.__mro__ if part.__module__.startswith("bot.")]
    declared = {name for part in parts for name, call in part.items() if callable(call)}
    return {name for name in declared if not name.startswith("_")} - {"in_team"}
