"""Sites for the tests of links: a server of this machine that answers to several names, as badly as is wanted."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from aiohttp import ClientTimeout, web

from bot.web import HostRateLimit, Reach, Trouble, WebClient, WebError

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
HERE = "127.0.0.1"
PATIENCE = ClientTimeout(total=1.0, sock_connect=0.5, sock_read=0.5)


@dataclass
class Outside:
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
        return WebClient("coop-bot/1 (essai)", self.reach, pace or HostRateLimit(0, 10_000), PATIENCE)

    def opens_to(self, web: WebClient) -> None:
        """A bot’s client reaches it from now on, in haste."""
        web.reach, web.pace, web.timeout = self.reach, HostRateLimit(0, 10_000), PATIENCE

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
async def outside() -> AsyncIterator[Outside]:
    """It listens until the block ends."""
    made = Outside()
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


def says(body: bytes, status: int = 200, **headers: str) -> Handler:
    """Has that to say."""

    async def answer(_: web.Request) -> web.StreamResponse:
        return web.Response(body=body, status=status, headers={k.replace("_", "-"): v for k, v in headers.items()})

    return answer


async def slow(_: web.Request) -> web.StreamResponse:
    """Does not answer in time."""
    await asyncio.sleep(30)
    return web.Response()


async def endless(request: web.Request) -> web.StreamResponse:
    """Never ends."""
    reply = web.StreamResponse()
    await reply.prepare(request)
    with contextlib.suppress(ConnectionError):
        while True:
            await reply.write(b"x" * 65_536)
    return reply
