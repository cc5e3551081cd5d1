"""Servers for tests: a sandbox with its first people, an HTTP service, and web sites that answer badly."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import ClientTimeout, web

from bot.web import HostRateLimit, Reach, Trouble, WebClient, WebError
from sandbox import Sandbox
from tests.people.api import Api, new_session

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def serve(handler: Handler) -> AsyncIterator[str]:
    """The address at which everything is answered by this handler, on a free port of the loopback."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handler)
    # Short: a handler that plays a server which never answers would hold up the end of the test.
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


HERE = "127.0.0.1"
SITE_TIMEOUT = ClientTimeout(total=1.0, sock_connect=0.5, sock_read=0.5)


@dataclass
class FakeWeb:
    """What is at each address (host and path): a status, or what answers; 404 elsewhere. ``names`` has addresses of
    names that are not this server’s; other names are, but for those under « absent.example »."""

    port: int = 0
    pages: dict[str, int | Handler] = field(default_factory=dict)
    names: dict[str, list[str]] = field(default_factory=dict)
    calls: list[tuple[str, str]] = field(default_factory=list)
    agents: set[str] = field(default_factory=set)

    def link(self, where: str) -> str:
        """The address of a page: « vieux.example/page »."""
        host, slash, path = where.partition("/")
        return f"http://{host}:{self.port}{slash}{path}"

    @property
    def reach(self) -> Reach:
        """That lets this server be reached, and no other of this machine."""
        return Reach(frozenset({(HERE, self.port)}), self._lookup)

    def client(self, pace: HostRateLimit | None = None) -> WebClient:
        """A client that reaches it, in haste."""
        return WebClient("coop-bot/1 (essai)", self.reach, pace or HostRateLimit(0, 10_000), SITE_TIMEOUT)

    def opens_to(self, web: WebClient) -> None:
        """A bot’s client reaches it from now on, in haste."""
        web.reach, web.pace, web.timeout = self.reach, HostRateLimit(0, 10_000), SITE_TIMEOUT

    def asked(self, where: str) -> list[str]:
        """By which methods a page was asked for."""
        return [method for method, asked in self.calls if asked == where]

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """What the server does."""
        where = f"{request.url.host}{request.path}"
        self.calls.append((request.method, where))
        self.agents.add(request.headers.get("User-Agent", ""))
        page = self.pages.get(where, 404)
        return web.Response(status=page) if isinstance(page, int) else await page(request)

    async def _lookup(self, host: str, _: int) -> Sequence[str]:
        if host.endswith("absent.example"):
            raise WebError(Trouble.NAME, host)
        return self.names.get(host, [HERE])


@contextlib.asynccontextmanager
async def serve_sites() -> AsyncIterator[FakeWeb]:
    """It listens until the block ends."""
    made = FakeWeb()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", made.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, HERE, 0).start()
    made.port = runner.addresses[0][1]
    try:
        yield made
    finally:
        await runner.cleanup()


def redirect(to: str, status: int = 302) -> Handler:
    """Leads on."""

    async def answer(_: web.Request) -> web.StreamResponse:
        return web.Response(status=status, headers={"Location": to})

    return answer


def answer_with(body: bytes, status: int = 200, **headers: str) -> Handler:
    """Has that to say."""

    async def answer(_: web.Request) -> web.StreamResponse:
        return web.Response(body=body, status=status, headers={k.replace("_", "-"): v for k, v in headers.items()})

    return answer


async def answer_too_late(_: web.Request) -> web.StreamResponse:
    """Does not answer in time."""
    await asyncio.sleep(30)
    return web.Response()


async def answer_endlessly(request: web.Request) -> web.StreamResponse:
    """Never ends."""
    reply = web.StreamResponse()
    await reply.prepare(request)
    with contextlib.suppress(ConnectionError):
        while True:
            await reply.write(b"x" * 65_536)
    return reply


PASSWORD = "Coop-demo-1!"
PATIENCE = 30.0
"""Seconds after which a frame that does not come is a failure."""
NOBODY = "z" * 26


@dataclass(frozen=True, slots=True)
class SandboxTeam:
    """What most of these tests begin with."""

    server: Sandbox
    session: aiohttp.ClientSession
    admin: Api
    ann: Api
    ann_id: str
    team_id: str
    channel_id: str

    async def person(self, name: str, *, in_team: bool = True) -> tuple[Api, str]:
        """Make somebody, log in."""
        return await sign_up(self.session, self.server.url, name, (self.admin, self.team_id) if in_team else None)

    async def bot(self, name: str) -> tuple[Api, str]:
        """Make a bot of the team, with a token."""
        made = await self.admin.post("/bots", {"username": name})
        user_id = str(made["user_id"])
        token = await self.admin.post(f"/users/{user_id}/tokens", {"description": "test"})
        await join_team(self.admin, self.team_id, user_id)
        return Api(self.session, self.server.url, token["token"]), user_id

    async def say(self, text: str, who: Api | None = None, **more: Any) -> dict[str, Any]:
        """Post in the channel."""
        said: dict[str, Any] = await (who or self.ann).post(
            "/posts", {"channel_id": self.channel_id, "message": text, **more}
        )
        return said


async def join_team(admin: Api, team_id: str, user_id: str) -> None:
    """Bring somebody into a team."""
    await admin.post(f"/teams/{team_id}/members", {"team_id": team_id, "user_id": user_id})


async def sign_up(session: aiohttp.ClientSession, url: str, name: str, team: tuple[Api, str] | None) -> tuple[Api, str]:
    """Sign somebody up, log in, perhaps bring them into a team."""
    api = Api(session, url)
    made = await api.post("/users", {"username": name, "email": f"{name}@exemple.fr", "password": PASSWORD})
    await api.log_in(name, PASSWORD)
    if team:
        await join_team(team[0], team[1], made["id"])
    return api, str(made["id"])


@asynccontextmanager
async def start_sandbox(version: str = "11.2", server: Sandbox | None = None) -> AsyncIterator[SandboxTeam]:
    """A running server with its first people."""
    server = server or Sandbox(version=version)
    await server.start(port=0)
    try:
        async with new_session() as session:
            admin, _ = await sign_up(session, server.url, "admin", None)
            team = await admin.post("/teams", {"name": "cnum", "display_name": "CNUM", "type": "O"})
            ann, ann_id = await sign_up(session, server.url, "ann", (admin, team["id"]))
            body = {"team_id": team["id"], "name": "salon", "display_name": "Salon", "type": "O"}
            channel = await ann.post("/channels", body)
            yield SandboxTeam(server, session, admin, ann, ann_id, team["id"], channel["id"])
    finally:
        await server.stop()


class SocketReader:
    """A websocket of one account, read frame by frame."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket
        self.next = 0
        """The number of the event that comes next."""

    @classmethod
    async def open(cls, api: Api, query: str = "") -> "SocketReader":
        """Connect with the token in the header."""
        address = f"{api.url}/api/v4/websocket{query}".replace("http", "ws", 1)
        return cls(await api.session.ws_connect(address, headers=api.headers))

    async def read(self) -> dict[str, Any]:
        """Return the next frame."""
        message = await asyncio.wait_for(self.socket.receive(), PATIENCE)
        assert message.type is aiohttp.WSMsgType.TEXT, message
        frame: dict[str, Any] = json.loads(message.data)
        if "seq" in frame:
            self.next = frame["seq"] + 1
        return frame

    async def until(self, event: str) -> dict[str, Any]:
        """Return the next frame of an event, dropping others."""
        while (frame := await self.read()).get("event") != event:
            pass
        return frame

    async def reply(self) -> dict[str, Any]:
        """Return the next answer to an action, dropping events."""
        while "status" not in (frame := await self.read()):
            pass
        return frame

    async def heard(self) -> str:
        """Return the text of the next post heard."""
        return str(json.loads((await self.until("posted"))["data"]["post"])["message"])

    async def is_closed(self) -> bool:
        """Wait for the server to end the connection, whatever it still says."""
        ends = {aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSING, aiohttp.WSMsgType.ERROR}
        while (await asyncio.wait_for(self.socket.receive(), PATIENCE)).type not in ends:
            pass
        return True
