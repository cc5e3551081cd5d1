"""Servers for tests: a sandbox with its first people, an HTTP service, misbehaving web sites, a mail server, and
deliveries of RDV Service Public."""

import asyncio
import contextlib
import hashlib
import hmac
import json
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import ClientTimeout, web

from bot.web import HostRateLimit, Reach, Trouble, WebClient, WebError
from commands.rdv.deliveries import read_moment
from sandbox import Sandbox
from tests.people.api import Api, new_session

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def serve(handler: Handler) -> AsyncIterator[str]:
    """Serve everything with a handler, on a free port of the loopback; give the address."""
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
    """A fake web: for each address (host and path) a status or a handler; 404 elsewhere. ``names`` has the addresses of
    host names that are not this server’s; all others are its own, but for those under « absent.example »."""

    port: int = 0
    pages: dict[str, int | Handler] = field(default_factory=dict)
    names: dict[str, list[str]] = field(default_factory=dict)
    calls: list[tuple[str, str]] = field(default_factory=list)
    agents: set[str] = field(default_factory=set)

    def link(self, where: str) -> str:
        """Return the address of a page: « vieux.example/page »."""
        host, slash, path = where.partition("/")
        return f"http://{host}:{self.port}{slash}{path}"

    @property
    def reach(self) -> Reach:
        """The addresses that may be reached: this server, and no other of this machine."""
        return Reach(frozenset({(HERE, self.port)}), self._lookup)

    def client(self, pace: HostRateLimit | None = None) -> WebClient:
        """Make a client that reaches the fake web, with short timeouts."""
        return WebClient("coop-bot/1 (essai)", self.reach, pace or HostRateLimit(0, 10_000), SITE_TIMEOUT)

    def opens_to(self, web: WebClient) -> None:
        """Let a bot’s client reach the fake web from now on, with short timeouts."""
        web.reach, web.pace, web.timeout = self.reach, HostRateLimit(0, 10_000), SITE_TIMEOUT

    def asked(self, where: str) -> list[str]:
        """List the methods of the requests for a page."""
        return [method for method, asked in self.calls if asked == where]

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Answer a request as the site of its address does."""
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
    """Serve web sites until the block ends."""
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
    """Make a handler that redirects."""

    async def answer(_: web.Request) -> web.StreamResponse:
        return web.Response(status=status, headers={"Location": to})

    return answer


def answer_with(body: bytes, status: int = 200, **headers: str) -> Handler:
    """Make a handler of a fixed answer."""

    async def answer(_: web.Request) -> web.StreamResponse:
        return web.Response(body=body, status=status, headers={k.replace("_", "-"): v for k, v in headers.items()})

    return answer


async def answer_too_late(_: web.Request) -> web.StreamResponse:
    """Answer too late."""
    await asyncio.sleep(30)
    return web.Response()


async def answer_endlessly(request: web.Request) -> web.StreamResponse:
    """Answer without an end."""
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
    """A running sandbox with its first people, with which most of these tests begin."""

    server: Sandbox
    session: aiohttp.ClientSession
    admin: Api
    ann: Api
    ann_id: str
    team_id: str
    channel_id: str

    async def person(self, name: str, *, in_team: bool = True) -> tuple[Api, str]:
        """Sign somebody up."""
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
    """Start a server with its first people."""
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


SMTP_HELLO = "250-stand-in\r\n250 8BITMIME"


@dataclass
class FakeMailServer:
    """A fake mail server; ``answers`` replace its own (« RCPT »: « 550 5.1.1 nobody »); from ``stalls_at`` on it is
    silent."""

    port: int = 0
    answers: dict[str, str] = field(default_factory=dict)
    stalls_at: str = ""
    letters: list[EmailMessage] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)
    stalled: asyncio.Event = field(default_factory=asyncio.Event)

    def forgets(self, answers: Mapping[str, str] | None = None, stalls_at: str = "") -> None:
        """Reset the server, with other answers."""
        self.answers, self.stalls_at = dict(answers or {}), stalls_at
        self.letters.clear()
        self.heard.clear()
        self.stalled.clear()

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Talk to one client until it goes."""
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError):
                await self._answer(reader, writer)
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self._say(writer, "CONNECT", "220 stand-in")
        while line := await reader.readline():
            verb = line.decode().strip().upper().split(" ")[0].split(":")[0]
            self.heard.append(verb)
            await self._say(writer, verb, {"EHLO": SMTP_HELLO, "DATA": "354 go on"}.get(verb, "250 ok"))
            if verb == "DATA" and "DATA" not in self.answers:
                text = await reader.readuntil(b"\r\n.\r\n")
                self.letters.append(message_from_bytes(text[:-5], policy=policy.default))
                await self._say(writer, "END", "250 taken")

    async def _say(self, writer: asyncio.StreamWriter, verb: str, usual: str) -> None:
        if verb == self.stalls_at:
            self.stalled.set()
            await asyncio.Event().wait()
        writer.write(f"{self.answers.get(verb, usual)}\r\n".encode())
        await writer.drain()


@asynccontextmanager
async def serve_mail() -> AsyncIterator[FakeMailServer]:
    """Serve mail on a port of this machine."""
    fake, tasks = FakeMailServer(), set[asyncio.Task[None]]()

    def welcome(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tasks.add(asyncio.create_task(fake.talk(reader, writer)))

    server = await asyncio.start_server(welcome, "127.0.0.1", 0)
    fake.port = server.sockets[0].getsockname()[1]
    try:
        yield fake
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


CITIZEN = (
    "Zéphyrine",
    "Quatrebarbes",
    "0639981234",
    "zephyrine@orties.example",
    "12 impasse des Orties",
    "Surendettée",
)
"""Words of a citizen: none of them is kept anywhere."""
RDV_NOW = datetime(2026, 11, 29, 9, tzinfo=UTC)
DELIVERY_SENT = datetime(2026, 11, 28, 9, tzinfo=UTC)
CITIZEN_RECORD = {
    "id": 9,
    "first_name": CITIZEN[0],
    "last_name": CITIZEN[1],
    "birth_date": "1961-02-03",
    "email": CITIZEN[3],
    "phone_number": CITIZEN[2],
    "address": CITIZEN[4],
    "affiliation_number": "2610259350011",
    "notes": CITIZEN[5],
}
RDV_AGENTS = [f"agent{number}@cnum.example" for number in range(6)]


def make_delivery(
    number: int,
    status: str = "unknown",
    *,
    event: str = "updated",
    sent: datetime = DELIVERY_SENT,
    start: datetime = RDV_NOW + timedelta(days=2),
    agents: Sequence[str] = RDV_AGENTS[:1],
    meta: Mapping[str, Any] | None = None,
    **more: Any,
) -> bytes:
    """Make a delivery as it comes, with data of citizens."""
    data: dict[str, Any] = {
        "id": number,
        "uuid": f"00000000-0000-4000-8000-{number:012d}",
        "status": status,
        "starts_at": f"{start:%Y-%m-%d %H:%M:%S} +0000",
        "ends_at": f"{start + timedelta(minutes=45):%Y-%m-%d %H:%M:%S} +0000",
        "duration_in_min": 45,
        "address": CITIZEN[4],
        "context": f"{CITIZEN[0]} viendra avec sa fille",
        "name": f"Pour {CITIZEN[1]}",
        "collectif": False,
        "users_count": 1,
        "visio_url": None,
        "url_for_agents": f"https://rdv.anct.gouv.fr/admin/organisations/7/rdvs/{number}",
        "organisation": {"id": 7, "name": "Bron"},
        "motif": {"id": 1, "name": "Impôts en ligne", "location_type": "public_office", "collectif": False},
        "lieu": {"id": 1, "name": "Médiathèque", "address": "2 place de la Liberté, Bron, 69500"},
        "agents": [{"id": at, "first_name": "A", "last_name": "B", "email": email} for at, email in enumerate(agents)],
        "users": [CITIZEN_RECORD],
        "participations": [{"id": 1, "status": status, "user": CITIZEN_RECORD}],
    }
    about = {"model": "Rdv", "event": event, "webhook_reason": None, "timestamp": f"{sent:%Y-%m-%d %H:%M:%S} +0000"}
    return json.dumps({"data": data | more, "meta": about | dict(meta or {})}, ensure_ascii=False).encode()


def sign_delivery(body: bytes, secret: str) -> str:
    """Sign the body of a delivery."""
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


ExpectedRdvs = dict[tuple[str, str], tuple[Any, ...]]


def reckon_slowly(bodies: Sequence[bytes]) -> ExpectedRdvs:
    """Compute what each agent has in the end, the slow way: of all deliveries about a rendez-vous the last that was
    sent counts."""
    order = ["unknown", "revoked", "excused", "noshow", "seen"]
    found: ExpectedRdvs = {}
    told = [json.loads(body) for body in bodies]
    for number in {one["data"]["id"] for one in told}:
        mine = [one for one in told if one["data"]["id"] == number]
        last = max(mine, key=lambda one: (
            read_moment(one["meta"]["timestamp"]),
            one["meta"]["event"] == "destroyed",
            min(order.index(one["data"]["status"]), 1) + max(order.index(one["data"]["status"]) - 2, 0),
        ))  # fmt: skip
        state = {"unknown": "prevu", "seen": "honore", "noshow": "absent"}.get(last["data"]["status"], "annule")
        state = "annule" if last["meta"]["event"] == "destroyed" else state
        for agent in last["data"]["agents"]:
            found[f"7:{number}", agent["email"]] = (state, read_moment(last["data"]["starts_at"]))
    return found


def invent_deliveries(count: int, chance: random.Random) -> list[bytes]:
    """Invent deliveries about some rendez-vous: moved, done, cancelled, deleted, out of order, doubled."""
    bodies: list[bytes] = []
    for _ in range(count * 9 // 10):
        number, status = chance.randrange(1, count // 40 + 2), chance.choice(["unknown", "seen", "noshow", "revoked"])
        sent = DELIVERY_SENT + timedelta(seconds=chance.randrange(40))
        # Two states of one second that are as far on are the same.
        hour = RDV_NOW + timedelta(days=2, hours=(number + sent.second + len(status)) % 50)
        agents = [RDV_AGENTS[(number + sent.second) % 5], RDV_AGENTS[5]]
        event = "destroyed" if chance.random() < 0.05 else "updated"
        hour = hour if event == "updated" else RDV_NOW
        bodies.append(make_delivery(number, status, event=event, sent=sent, start=hour, agents=agents))
    bodies += chance.choices(bodies, k=count - len(bodies))
    chance.shuffle(bodies)
    return bodies


def must_not_hold_citizen(*folders: Path) -> None:
    """Check that no file of a folder (database, its log, spool) holds a word of a citizen."""
    for path in (path for folder in folders for path in folder.rglob("*") if path.is_file()):
        kept = path.read_bytes()
        assert not [word for word in CITIZEN if word.encode() in kept], path
