"""A Mattermost that costs next to nothing: it takes dialogs and posts, counts them, and can go away."""

import asyncio
import json
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from tests.bench.messages import Sayings

VERSION = "11.2.0.11.2.0.0123456789abcdef.false"
BOT = {"id": "b" * 26, "username": "coop", "is_bot": True, "roles": "system_user", "delete_at": 0}
TEAM = {"id": "t" * 26, "name": "cnum", "display_name": "CNum", "type": "O", "delete_at": 0}
PEOPLE = 50
LETTERS = "abcdefghijklmnopqrstuvwxyz-"


def user_id(number: int) -> str:
    """Return the id of one of the people."""
    return f"u{number:025d}"


def username(number: int) -> str:
    """Return the user name of one of the people."""
    return f"conseiller{number}"


def _account(number: int) -> dict[str, Any]:
    name = username(number)
    address = f"{name}@conseiller-numerique.fr"
    return {"id": user_id(number), "username": name, "email": address, "roles": "system_user", "delete_at": 0}


def _foreign() -> str:
    """Return an event up to its number: a post of some length in a channel that nobody watches."""
    post = {"id": "p" * 26, "create_at": 1, "user_id": user_id(1), "channel_id": "f" * 26, "message": "Bonjour ! " * 60}
    data = {"channel_type": "O", "channel_name": "foire", "post": json.dumps(post), "sender_name": "@conseiller1"}
    target = {"omit_users": None, "user_id": "", "channel_id": "f" * 26, "team_id": ""}
    return f'{{"event": "posted", "data": {json.dumps(data)}, "broadcast": {json.dumps(target)}, "seq": '


_FOREIGN = _foreign()


@dataclass
class Stub:
    """The cheap server, with what came in since ``forget``: dialogs opened (state by trigger) and posts (by pending
    id)."""

    opened: dict[str, str] = field(default_factory=dict)
    posts: dict[str, dict[str, Any]] = field(default_factory=dict)
    away: bool = False
    dialog: dict[str, Any] = field(default_factory=dict)
    _arrival: asyncio.Condition = field(default_factory=asyncio.Condition)
    _stored_then_cut: int = 0
    _sockets: dict[web.WebSocketResponse, int] = field(default_factory=dict)
    """The open websockets, and the number of the next event of each."""
    greetings: int = 0
    """How many websockets began anew."""
    _runner: web.AppRunner | None = None
    url: str = ""
    crowd: int = 0
    """How many are in the team, as its list says."""
    requests: int = 0
    """How many came in."""
    sayings: Sayings = field(default_factory=Sayings)
    lag: float = 0.0
    """Seconds after which a post is taken."""

    async def start(self) -> None:
        """Serve on a port of loopback."""
        app = web.Application(middlewares=[self._door], client_max_size=2**22)
        app.router.add_post("/api/v4/actions/dialogs/open", self._open)
        app.router.add_get("/api/v4/config/client", self._settings)
        app.router.add_get("/api/v4/users", self._page)
        app.router.add_post("/api/v4/channels/{id}/members", self._add)
        app.router.add_get("/api/v4/users/{id}", self._user)
        app.router.add_post("/api/v4/users/usernames", self._named)
        app.router.add_get("/api/v4/users/username/{name}", self._user_by_name)
        app.router.add_get("/api/v4/teams/name/{name}", self._team)
        app.router.add_get("/api/v4/teams/{id}/members/{user}", self._member)
        app.router.add_get("/api/v4/channels/{id}/members/{user}", self._channel_member)
        app.router.add_get("/api/v4/users/me/teams/{id}/channels", self._nothing)
        app.router.add_get("/api/v4/teams/{id}/channels/name/{name}", self._channel)
        app.router.add_post("/api/v4/channels/direct", self._direct)
        app.router.add_get("/api/v4/channels/{id}/posts", self._posts_of)
        self.sayings.serve(app)
        app.router.add_post("/api/v4/posts", self._post)
        app.router.add_get("/api/v4/websocket", self._websocket)
        app.router.add_route("*", "/{rest:.*}", self._anything)
        # A server that goes away on purpose breaks connections; nobody needs to read of each.
        quiet = logging.getLogger(__name__)
        quiet.setLevel(logging.CRITICAL)
        self._runner = web.AppRunner(app, access_log=None, logger=quiet)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        port = self._runner.addresses[0][1]
        self.url = f"http://127.0.0.1:{port}"

    async def stop(self) -> None:
        """Stop serving."""
        await self._drop_sockets()
        if self._runner:
            await self._runner.cleanup()

    async def go_away(self, seconds: float) -> None:
        """Answer nothing for a while; the first posts after it began are stored, but nobody is told so."""
        self.away, self._stored_then_cut = True, 5
        await self._drop_sockets()
        await asyncio.sleep(seconds)
        self.away = False

    async def until_posts(self, count: int, within: float) -> None:
        """Wait for so many posts since ``forget``. Raises TimeoutError."""
        await self.until(lambda: len(self.posts) >= count, within)

    async def until(self, true: Callable[[], bool], within: float) -> None:
        """Wait for something about the posts. Raises TimeoutError."""
        async with asyncio.timeout(within), self._arrival:
            await self._arrival.wait_for(true)

    async def tell(self, count: int, rate: float) -> None:
        """Tell the bot of so many posts in a channel that does not concern it, so many a second."""
        started = time.perf_counter()
        for number in range(count):
            for socket, seq in tuple(self._sockets.items()):
                await socket.send_str(f"{_FOREIGN}{seq}}}")
                self._sockets[socket] = seq + 1
            await asyncio.sleep(max(0.0, started + number / rate - time.perf_counter()))

    async def say(self, channel_id: str, number: int, text: str) -> str:
        """Say something in a channel as one of the people, and tell the bot; return the id of the message."""
        frame = self.sayings.say(channel_id, (user_id(number), username(number)), text)
        for socket, seq in tuple(self._sockets.items()):
            await socket.send_str(json.dumps(frame | {"seq": seq}))
            self._sockets[socket] = seq + 1
        return str(json.loads(frame["data"]["post"])["id"])

    def forget(self) -> None:
        """Forget what came in."""
        self.opened.clear()
        self.posts.clear()

    async def _drop_sockets(self) -> None:
        for socket in tuple(self._sockets):
            await socket.close()

    @web.middleware
    async def _door(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        self.requests += 1
        if self.away:
            if request.path.endswith("/posts") and request.method == "POST" and self._stored_then_cut > 0:
                self._stored_then_cut -= 1
                await handler(request)
            if request.transport is not None:
                request.transport.abort()
            return web.Response(status=503)
        response = await handler(request)
        if not response.prepared:
            response.headers["X-Version-Id"] = VERSION
        return response

    async def _open(self, request: web.Request) -> web.Response:
        opening = await request.json()
        self.opened[opening["trigger_id"]] = opening["dialog"]["state"]
        self.dialog = opening
        return web.json_response({"status": "OK"})

    async def _user(self, request: web.Request) -> web.Response:
        asked = request.match_info["id"]
        return web.json_response(BOT if asked in ("me", BOT["id"]) else _account(int(asked[1:])))

    async def _user_by_name(self, request: web.Request) -> web.Response:
        return web.json_response(_account(int(request.match_info["name"].removeprefix("conseiller"))))

    async def _team(self, _: web.Request) -> web.Response:
        return web.json_response(TEAM)

    async def _page(self, request: web.Request) -> web.Response:
        number, size = int(request.query["page"]), int(request.query["per_page"])
        numbers = range(number * size, min(self.crowd, (number + 1) * size))
        return web.json_response([_account(one) for one in numbers])

    async def _add(self, request: web.Request) -> web.Response:
        wanted = await request.json()
        members = [{"channel_id": "c" * 26, "user_id": one} for one in wanted.get("user_ids", ())]
        return web.json_response(members or wanted, status=201)

    async def _member(self, request: web.Request) -> web.Response:
        member = {"team_id": TEAM["id"], "user_id": request.match_info["user"], "roles": "team_user", "delete_at": 0}
        return web.json_response(member | {"scheme_user": True, "scheme_admin": False})

    async def _channel_member(self, request: web.Request) -> web.Response:
        """Answer that anybody is in each channel."""
        found = request.match_info
        return web.json_response({"channel_id": found["id"], "user_id": found["user"], "roles": "channel_user"})

    async def _settings(self, _: web.Request) -> web.Response:
        return web.json_response({"RequireEmailVerification": "true"})

    async def _channel(self, request: web.Request) -> web.Response:
        return web.json_response({"id": "s" * 26, "name": request.match_info["name"], "type": "O"})

    async def _named(self, request: web.Request) -> web.Response:
        """Answer that everybody whose name ends in a number has an account."""
        names = {name: int(name.lstrip(LETTERS) or 0) for name in await request.json()}
        found = [{"id": f"v{n:025d}", "username": name, "roles": "system_user"} for name, n in names.items()]
        return web.json_response(found)

    async def _nothing(self, _: web.Request) -> web.Response:
        return web.json_response([])

    async def _direct(self, request: web.Request) -> web.Response:
        other = next(i for i in await request.json() if i != BOT["id"])
        return web.json_response({"id": f"d{other[1:]}", "type": "D"}, status=201)

    async def _post(self, request: web.Request) -> web.Response:
        post = await request.json()
        await asyncio.sleep(self.lag)
        known = self.posts.get(post["pending_post_id"])
        if known is None:
            number = len(self.posts)
            known = post | {"id": f"p{number:025d}", "user_id": BOT["id"], "create_at": 1, "delete_at": 0}
            async with self._arrival:
                self.posts[post["pending_post_id"]] = known
                self._arrival.notify_all()
        return web.json_response(known, status=201)

    async def _posts_of(self, request: web.Request) -> web.Response:
        channel, since = request.match_info["id"], int(request.query.get("since", 0))
        found = {p["id"]: p | {"create_at": since + 1} for p in self.posts.values() if p["channel_id"] == channel}
        return web.json_response({"order": list(found), "posts": found})

    async def _anything(self, request: web.Request) -> web.Response:
        await request.read()
        return web.json_response({"status": "OK"})

    async def _websocket(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self._sockets[socket] = 1
        self.greetings += 1
        hello = {"server_version": VERSION, "connection_id": "c" * 26}
        await socket.send_str(json.dumps({"event": "hello", "data": hello, "broadcast": {}, "seq": 0}))
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                asked = json.loads(message.data).get("seq", 1)
                await socket.send_str(json.dumps({"status": "OK", "seq_reply": asked}))
        self._sockets.pop(socket, None)
        return socket
