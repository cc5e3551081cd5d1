"""Mattermost’s REST API in tests: a tiny server that answers as told, every call of the bot’s, and other settings and
roles on a whole server.
"""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from inspect import isawaitable
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from bot.capabilities import Capabilities
from bot.errors import ChatError, Refusal
from bot.mattermost import AioClient, ChatChannel, ChatPost, Mattermost, NewPost
from tests.people import Api, Site, unique
from tests.support.house import House
from tests.support.servers import serve

Sections = dict[str, dict[str, Any]]


@asynccontextmanager
async def override_settings(admin: Api, **sections: dict[str, Any]) -> AsyncIterator[None]:
    """Give the server these settings meanwhile, and restore them afterwards; skip a story where they cannot be
    changed."""
    before = _select(await admin.get("/config"), sections)
    try:
        after = _select(await admin.put("/config/patch", sections), sections)
        if after != sections:
            await _skip_if_fixed(admin, sections)
        assert after == sections
        yield
    finally:
        await admin.put("/config/patch", before)


@asynccontextmanager
async def override_team_role(site: Site, *, leads: bool) -> AsyncIterator[None]:
    """Make the bot an administrator of the team meanwhile, or a plain member, and restore its role afterwards."""
    place = f"/teams/{site.team_id}/members/{site.bot_id}"
    before = (await site.admin.get(place))["scheme_admin"]
    await site.admin.put(f"{place}/schemeRoles", {"scheme_user": True, "scheme_admin": leads})
    try:
        yield
    finally:
        await site.admin.put(f"{place}/schemeRoles", {"scheme_user": True, "scheme_admin": before})


@asynccontextmanager
async def override_account_roles(site: Site, roles: str) -> AsyncIterator[None]:
    """Give the bot’s account these roles in the system meanwhile, and restore its roles afterwards."""
    before = (await site.admin.get(f"/users/{site.bot_id}"))["roles"]
    await site.admin.put(f"/users/{site.bot_id}/roles", {"roles": roles})
    try:
        yield
    finally:
        await site.admin.put(f"/users/{site.bot_id}/roles", {"roles": before})


def _select(config: Sections, named: Sections) -> Sections:
    """Select the named settings out of all."""
    return {section: {name: config[section][name] for name in names} for section, names in named.items()}


async def _skip_if_fixed(admin: Api, named: Sections) -> None:
    """Skip the story where the server’s environment fixes one of the named settings."""
    fixed = await admin.get("/config/environment")
    held = [f"{section}.{name}" for section in named for name in named[section] if fixed.get(section, {}).get(name)]
    if held:
        pytest.skip(f"the environment of this server fixes {', '.join(held)}")


ID = "abcdefghijklmnopqrstuvwxyz"
BOT = "b" * 26
TEAM = "t" * 26
CHANNEL = "c" * 26
POST = "p" * 26
FILE = "f" * 26
USER = {"id": ID, "username": "juliette", "email": "juliette@conseiller-numerique.fr", "roles": "system_user"}

Answer = Callable[[web.Request, Any], Awaitable[web.StreamResponse] | web.StreamResponse]


@dataclass
class ChatServer:
    """A server of canned answers: ``answers`` maps « GET /api/v4/users/me » to JSON, or to a function of request and
    body."""

    url: str = ""
    answers: dict[str, Any] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    bodies: list[Any] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer a request."""
        body: Any = await request.read() if request.can_read_body else None
        body = json.loads(body) if body and request.content_type == "application/json" else body
        self.asked.append((request.method, request.path))
        self.bodies.append(body)
        self.headers.append(dict(request.headers))
        answer = self.answers.get(f"{request.method} {request.path}")
        if answer is None and request.path.endswith(f"/members/{BOT}"):
            answer = {"channel_id": request.path.split("/")[4], "user_id": BOT}  # it is in each channel
        answer = self.answers.get("*") if answer is None else answer
        if callable(answer):
            answer = answer(request, body)
        if isinstance(answer, Awaitable):
            answer = await answer
        if isinstance(answer, web.Response) and not answer.prepared:
            # A copy: one answer may serve several requests.
            return web.Response(status=answer.status, body=answer.body, headers=answer.headers)
        if isinstance(answer, web.StreamResponse):
            return answer
        return make_error(404, "api.context.404.app_error") if answer is None else web.json_response(answer)


def make_error(status: int, error_id: str, **headers: str) -> web.Response:
    """Make an error in Mattermost’s form."""
    body = {"id": error_id, "message": "…", "status_code": status}
    return web.json_response(body, status=status, headers={k.replace("_", "-"): v for k, v in headers.items()})


@asynccontextmanager
async def serve_chat(**answers: Any) -> AsyncIterator[ChatServer]:
    """Serve on a free port of the loopback."""
    server = ChatServer(answers=dict(answers))
    async with serve(server.handle) as server.url:
        yield server


ROOM = {"id": CHANNEL, "type": "O", "name": "salon"}
WRITTEN = {"id": POST, "user_id": BOT, "channel_id": CHANNEL, "create_at": 1, "file_ids": [FILE]}
MEMBER = {"user_id": ID, "roles": "channel_user"}
POSTS: dict[str, Any] = {"order": [], "posts": {}}
ANSWERS: dict[str, Any] = {
    "GET /api/v4/config/client": {"RequireEmailVerification": "true", "MaxFileSize": "104857600"},
    "GET /api/v4/users/me": {"id": BOT, "username": "coop", "is_bot": True},
    "GET /api/v4/groups": [],
    "GET /api/v4/users": [USER],
    "POST /api/v4/users/ids": [USER],
    "POST /api/v4/users/status/ids": [{"user_id": ID, "status": "online"}],
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
class ApiCall:
    """A call of the API with its arguments, and the requests that it makes of a server that answers well."""

    call: Callable[[Mattermost, Path], Awaitable[object] | AsyncIterator[object]]
    asked: list[tuple[str, str]]

    async def made(self, chat: Mattermost, path: Path) -> object:
        """Make the call and return its result; all its pages, if there are several."""
        answer = self.call(chat, path)
        return await answer if isawaitable(answer) else [page async for page in answer]


def _one(method: str, path: str) -> list[tuple[str, str]]:
    return [(method, f"/api/v4{path}")]


def _license(chat: Mattermost) -> Mattermost:
    """Return a client that takes the server for one with a licence."""
    chat.client.capabilities = Capabilities((11, 2), licensed=True)
    return chat


_ROOM, _POST, _TEAM = f"/channels/{CHANNEL}", f"/posts/{POST}", f"/teams/{TEAM}"
CALLS: dict[str, ApiCall] = {
    "answers": ApiCall(lambda c, _: c.answers(), [WHO]),
    "verifies_addresses": ApiCall(lambda c, _: c.verifies_addresses(), _one("GET", "/config/client")),
    "me": ApiCall(lambda c, _: c.me(), [WHO]),
    "user": ApiCall(lambda c, _: c.user(ID), _one("GET", f"/users/{ID}")),
    "user_by_name": ApiCall(lambda c, _: c.user_by_name("@Juliette"), _one("GET", "/users/username/juliette")),
    "user_by_email": ApiCall(lambda c, _: c.user_by_email("j@exemple.fr"), _one("GET", "/users/email/j@exemple.fr")),
    "directory_groups": ApiCall(lambda c, _: _license(c).directory_groups(ID), _one("GET", "/groups")),
    "statuses": ApiCall(lambda c, _: c.statuses([ID]), _one("POST", "/users/status/ids")),
    "users": ApiCall(lambda c, _: c.users([ID]), _one("POST", "/users/ids")),
    "users_by_names": ApiCall(lambda c, _: c.users_by_names(["juliette", "É"]), _one("POST", "/users/usernames")),
    "team_users": ApiCall(lambda c, _: c.team_users(), [WHERE, *_one("GET", "/users")]),
    "is_team_admin": ApiCall(lambda c, _: c.is_team_admin(ID), [WHERE, *_one("GET", f"{_TEAM}/members/{ID}")]),
    "team_member": ApiCall(lambda c, _: c.team_member(ID), [WHERE, *_one("GET", f"{_TEAM}/members/{ID}")]),
    "team_members": ApiCall(lambda c, _: c.team_members(), [WHERE, *_one("GET", f"{_TEAM}/members")]),
    "team_members_among": ApiCall(
        lambda c, _: c.team_members_among([ID]), [WHERE, *_one("POST", f"{_TEAM}/members/ids")]
    ),
    "channel_members_among": ApiCall(
        lambda c, _: c.channel_members_among(CHANNEL, [ID]), _one("POST", f"{_ROOM}/members/ids")
    ),
    "team_id": ApiCall(lambda c, _: c.team_id(), [WHERE]),
    "channel_member": ApiCall(lambda c, _: c.channel_member(CHANNEL, ID), _one("GET", f"{_ROOM}/members/{ID}")),
    "is_in": ApiCall(lambda c, _: c.is_in(CHANNEL), [WHO, *_one("GET", f"{_ROOM}/members/{BOT}")]),
    "channel_members": ApiCall(lambda c, _: c.channel_members(CHANNEL), _one("GET", f"{_ROOM}/members")),
    "count_members": ApiCall(lambda c, _: c.count_members(CHANNEL), _one("GET", f"{_ROOM}/stats")),
    "channel": ApiCall(lambda c, _: c.channel(CHANNEL), _one("GET", _ROOM)),
    "channel_by_name": ApiCall(
        lambda c, _: c.channel_by_name("salon"), [WHERE, *_one("GET", f"{_TEAM}/channels/name/salon")]
    ),
    "public_channels": ApiCall(lambda c, _: c.public_channels(), [WHERE, *_one("GET", f"{_TEAM}/channels")]),
    "own_channels": ApiCall(lambda c, _: c.own_channels(), [WHERE, *_one("GET", f"/users/me{_TEAM}/channels")]),
    "direct_channels": ApiCall(lambda c, _: c.direct_channels(), [WHERE, *_one("GET", f"/users/me{_TEAM}/channels")]),
    "direct_channel": ApiCall(lambda c, _: c.direct_channel(ID), [WHO, *_one("POST", "/channels/direct")]),
    "read_post": ApiCall(lambda c, _: c.read_post(POST), _one("GET", _POST)),
    "thread": ApiCall(lambda c, _: c.thread(POST), _one("GET", f"{_POST}/thread")),
    "changes": ApiCall(lambda c, _: c.changes(CHANNEL, 1), _one("GET", f"{_ROOM}/posts")),
    "posts_after": ApiCall(lambda c, _: c.posts_after(CHANNEL, POST), _one("GET", f"{_ROOM}/posts")),
    "posts_before": ApiCall(lambda c, _: c.posts_before(CHANNEL, POST, 20), _one("GET", f"{_ROOM}/posts")),
    "newest_posts": ApiCall(lambda c, _: c.newest_posts(CHANNEL, 0, 20), _one("GET", f"{_ROOM}/posts")),
    "posts_by": ApiCall(lambda c, _: c.posts_by("juliette"), [WHERE, *_one("POST", f"{_TEAM}/posts/search")]),
    "reactions": ApiCall(lambda c, _: c.reactions(POST), _one("GET", f"{_POST}/reactions")),
    "file": ApiCall(lambda c, _: c.file(FILE), _one("GET", f"/files/{FILE}/info")),
    "largest_file": ApiCall(lambda c, _: c.largest_file(), _one("GET", "/config/client")),
    "post": ApiCall(lambda c, _: c.post(CHANNEL, "Bonjour", {}, "x"), _one("POST", "/posts")),
    "post_files": ApiCall(
        lambda c, _: c.post_files(NewPost(CHANNEL, "Voici", {}, "x", file_ids=[FILE])), _one("POST", "/posts")
    ),
    "rewrite": ApiCall(lambda c, _: c.rewrite(POST, "Bonjour", {}), _one("PUT", f"{_POST}/patch")),
    "delete": ApiCall(lambda c, _: c.delete(POST), [*_one("GET", _POST), WHO, *_one("DELETE", _POST)]),
    "pin": ApiCall(lambda c, _: c.pin(POST), _one("POST", f"{_POST}/pin")),
    "unpin": ApiCall(lambda c, _: c.unpin(POST), _one("POST", f"{_POST}/unpin")),
    "react": ApiCall(lambda c, _: c.react(POST, "ok"), [WHO, *_one("POST", "/reactions")]),
    "unreact": ApiCall(lambda c, _: c.unreact(POST, "ok"), [WHO, *_one("DELETE", f"/users/{BOT}{_POST}/reactions/ok")]),
    "upload": ApiCall(lambda c, path: c.upload(CHANNEL, path), _one("POST", "/files")),
    "download": ApiCall(
        lambda c, path: c.download(FILE, path.with_name("fetched"), 100), _one("GET", f"/files/{FILE}")
    ),
    "create_channel": ApiCall(lambda c, _: c.create_channel("salon", "Salon"), [WHERE, *_one("POST", "/channels")]),
    "change_channel": ApiCall(lambda c, _: c.change_channel(CHANNEL, purpose="…"), _one("PUT", f"{_ROOM}/patch")),
    "archive_channel": ApiCall(lambda c, _: c.archive_channel(CHANNEL), _one("DELETE", _ROOM)),
    "restore_channel": ApiCall(lambda c, _: c.restore_channel(CHANNEL), _one("POST", f"{_ROOM}/restore")),
    "convert_channel": ApiCall(
        lambda c, _: c.convert_channel(CHANNEL, private=True), [*_one("GET", _ROOM), *_one("PUT", f"{_ROOM}/privacy")]
    ),
    "add_member": ApiCall(lambda c, _: c.add_member(CHANNEL, ID), _one("POST", f"{_ROOM}/members")),
    "add_members": ApiCall(lambda c, _: c.add_members(CHANNEL, [ID]), _one("POST", f"{_ROOM}/members")),
    "remove_member": ApiCall(lambda c, _: c.remove_member(CHANNEL, ID), _one("DELETE", f"{_ROOM}/members/{ID}")),
    "set_channel_admin": ApiCall(
        lambda c, _: c.set_channel_admin(CHANNEL, ID, is_admin=True), _one("PUT", f"{_ROOM}/members/{ID}/schemeRoles")
    ),
    "add_to_team": ApiCall(lambda c, _: c.add_to_team(ID), [WHERE, *_one("POST", f"{_TEAM}/members")]),
    "open_dialog": ApiCall(
        lambda c, _: c.open_dialog("t", "http://bot/dialogs", {}), _one("POST", "/actions/dialogs/open")
    ),
    "respond": ApiCall(
        lambda c, _: c.respond(f"https://chat.fr/x/hooks/commands/{ID}", {}), [("POST", f"/hooks/commands/{ID}")]
    ),
}


def list_calls() -> set[str]:
    """List the calls of ``Mattermost``, inherited ones too, without those for the machine itself."""
    parts = [vars(part) for part in Mattermost.__mro__ if part.__module__.startswith("bot.")]
    declared = {name for part in parts for name, call in part.items() if callable(call)}
    return {name for name in declared if not name.startswith("_")} - {"in_team", "token_works", "client_settings"}


NOBODY = "z" * 26
"""A well-formed id that is nobody’s."""


@dataclass
class TwoBots:
    """Two bots of the team: ``chat`` is a plain member, ``lead`` administers it."""

    house: House
    chat: Mattermost
    lead: Mattermost

    @property
    def site(self) -> Site:
        """The server, as its admin sees it."""
        return self.house.site

    async def room(self, *, private: bool = False) -> ChatChannel:
        """Make a channel as the plain bot."""
        return await self.chat.create_channel(unique("salon"), "Salon d’essai", private=private)

    async def says(self, channel_id: str, text: str = "Bonjour", **more: str) -> ChatPost:
        """Post a message as the plain bot."""
        return await self.chat.read_post(await self.chat.post(channel_id, text, {}, unique("essai"), **more))

    async def robots(self, count: int, *, in_team: bool = True) -> Sequence[str]:
        """Make more bot accounts, which need no password."""
        made = [await self.site.admin.post("/bots", {"username": unique("robot")}) for _ in range(count)]
        ids = [bot["user_id"] for bot in made]
        if in_team:
            team = self.site.team_id
            for some in (ids[start : start + 200] for start in range(0, count, 200)):
                members = [{"team_id": team, "user_id": user_id} for user_id in some]
                await self.site.admin.post(f"/teams/{team}/members/batch", members)
        return ids

    async def set(self, section: str, name: str, value: object) -> None:
        """Change a setting of the server; a real one’s are left alone."""
        if self.house.sandbox is None:
            pytest.skip("a real server’s settings are left alone")
        await self.site.admin.put("/config/patch", {section: {name: value}})


@asynccontextmanager
async def add_two_bots(house: House) -> AsyncIterator[TwoBots]:
    """Add two bots, and switch them off afterwards."""
    plain, lead = await _add_bot(house.site), await _add_bot(house.site)
    roles = {"roles": "team_user team_admin"}
    await house.site.admin.put(f"/teams/{house.site.team_id}/members/{(await lead.me()).id}/roles", roles)
    try:
        yield TwoBots(house, plain, lead)
    finally:
        for bot in (plain, lead):
            await bot.client.close()


async def _add_bot(site: Site) -> Mattermost:
    made = await site.admin.post("/bots", {"username": unique("essai")})
    await site.admin.post(f"/teams/{site.team_id}/members", {"team_id": site.team_id, "user_id": made["user_id"]})
    token = await site.admin.post(f"/users/{made['user_id']}/tokens", {"description": "essai"})
    bot = Mattermost(AioClient(site.url, token["token"]), site.team)
    await bot.me()
    return bot


@asynccontextmanager
async def expect_refusal(why: Refusal) -> AsyncIterator[None]:
    """Expect that Mattermost refuses what is done here, for a reason."""
    with pytest.raises(ChatError) as caught:
        yield
    assert caught.value.refusal is why, caught.value
