"""The server, a world that listens: it authenticates the caller, calls the handler, and sends the result."""

import asyncio
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from pathlib import Path

from aiohttp import web

from sandbox import bulk
from sandbox.areas import AREAS
from sandbox.call import Call, Reply
from sandbox.errors import ApiError, page_not_found, too_large, unauthorized
from sandbox.events import dumps
from sandbox.faults import Faults
from sandbox.ids import new_id
from sandbox.page import add_page
from sandbox.page.guard import guard
from sandbox.page.people import Presented
from sandbox.ratelimit import RateLimiter, Verdict, refusal
from sandbox.routes import API, Route
from sandbox.snapshot import Snapshot
from sandbox.statuses import set_offline
from sandbox.websocket import Socket
from sandbox.world import World

LARGEST_BODY = 200 * 1024 * 1024
STOP_WITHIN = 0.5
"""Seconds that running calls get at the end."""


class Sandbox(World):
    """An embedded Mattermost: `await start()`, then speak to `url`, then `await stop()`."""

    def __init__(
        self,
        version: str = "11.2",
        snapshot: str | Path | None = None,
        people: str | Path | None = None,
        bulk_file: str | Path | None = None,
    ) -> None:
        super().__init__(version)
        self.hub.on_absence(lambda user_id: set_offline(self, user_id))
        self.snapshot = Snapshot(self.state, Path(snapshot)) if snapshot else None
        self.people = Presented(Path(people) if people else None)
        self.faults = Faults(self._drop_sockets, self._limit)
        self._bulk = Path(bulk_file) if bulk_file else None
        self._limiter: RateLimiter | None = None
        self._runner: web.AppRunner | None = None

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """Load the snapshot, if any, or the bulk file where nobody is there yet; and listen."""
        if self.snapshot:
            self.snapshot.load()
            self.snapshot.start()
        if self._bulk and not self.state.users:
            bulk.load(self, self._bulk)
        self._runner = web.AppRunner(self._app(), access_log=None, shutdown_timeout=STOP_WITHIN)
        await self._runner.setup()
        site = web.TCPSite(self._runner, host, port)
        await site.start()
        bound = self._runner.addresses[0][1]
        self.url = f"http://{host}:{bound}"
        self.config.set("ServiceSettings", "SiteURL", self.url)
        self.start_limiter()

    async def stop(self) -> None:
        """Cut all connections, stop listening, save."""
        self._drop_sockets()
        for task in self.tasks:
            task.cancel()
        await self.integrations.close()
        if self._runner:
            await self._runner.cleanup()
        if self.snapshot:
            await self.snapshot.stop()

    def start_limiter(self) -> None:
        """Build the rate limiter from the settings, as a start does; a change of them is not enough."""
        get = self.config.get
        if get("RateLimitSettings", "Enable"):
            self._limit(get("RateLimitSettings", "PerSec"), get("RateLimitSettings", "MaxBurst"))

    def _app(self) -> web.Application:
        app = web.Application(client_max_size=LARGEST_BODY, middlewares=[guard(self)])
        app.router.add_get(f"{API}/websocket", self._websocket)
        for route in (route for area in AREAS for route in area):
            app.router.add_route(route.method, route.pattern, self._handler(route))
        add_page(app, self, self.people)
        app.router.add_route("*", "/{tail:.*}", self._unknown)
        return app

    def _handler(self, route: Route) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def handle(request: web.Request) -> web.StreamResponse:
            verdict = self._gate(request)
            try:
                answer = await self._answer(route, request)
            except ApiError as error:
                answer = Reply(error.status, error.envelope(new_id()))
            return self._respond(answer, verdict)

        return handle

    async def _answer(self, route: Route, request: web.Request) -> object:
        await self._held(request.path)
        if self.faults.status is not None:
            return web.Response(status=self.faults.status, text=HTTPStatus(self.faults.status).phrase)
        token = self.token_of(request)
        if route.auth and token is None:
            raise unauthorized()
        payload = await self._payload(request) if route.limit_body else b""
        if self.faults.poison and self.faults.poison.encode() in payload:
            raise ApiError("app.post.save.app_error", 500)
        return await route.handler(Call(self, request, token, payload))

    async def _held(self, path: str) -> None:
        """Be as slow as the switches say."""
        faults = self.faults
        if not faults.slow or not path.endswith(faults.slow):
            return
        faults.held += 1
        while faults.slow:  # noqa: ASYNC110  (a switch has no event)
            await asyncio.sleep(0.01)
        faults.held -= 1

    async def _payload(self, request: web.Request) -> bytes:
        if not request.can_read_body:
            return b""
        limit = self.config.service("MaximumPayloadSizeBytes") if self.caps.payload_limited else LARGEST_BODY
        payload = await request.read()
        if len(payload) <= limit:
            return payload
        if self.caps.large_payload_is_413:
            raise too_large()
        return payload[:limit]

    def _respond(self, answer: object, verdict: Verdict | None) -> web.StreamResponse:
        if isinstance(answer, web.StreamResponse):
            response: web.StreamResponse = answer
        else:
            reply = answer if isinstance(answer, Reply) else Reply(200, answer)
            response = web.Response(
                status=reply.status, body=dumps(reply.body).encode(), content_type="application/json"
            )
            for name, value in reply.headers:
                response.headers.add(name, value)
        response.headers["X-Request-Id"] = new_id()
        response.headers["X-Version-Id"] = self.version_header
        if verdict is not None:
            response.headers.update(verdict.headers())
        return response

    def _gate(self, request: web.Request) -> Verdict | None:
        """Close the connection or answer 429 where the switches say so."""
        if self.faults.down:
            if request.transport is not None:
                request.transport.abort()
            raise web.HTTPServiceUnavailable  # which nobody gets any more
        if self._limiter is None:
            return None
        verdict = self._limiter.ask(self._limit_key(request))
        if not verdict.allowed:
            raise refusal(verdict)
        return verdict

    def _limit_key(self, request: web.Request) -> str:
        """Return the key by which requests are counted: an address, or a token where the admin says so."""
        by_user = self.config.get("RateLimitSettings", "VaryByUser")
        key = request.headers.get("Authorization", "") if by_user else request.remote or ""
        header = self.config.get("RateLimitSettings", "VaryByHeader")
        return key + (request.headers.get(header, "") if header else "")

    async def _websocket(self, request: web.Request) -> web.StreamResponse:
        self._gate(request)
        return await Socket(self, request).run()

    async def _unknown(self, request: web.Request) -> web.StreamResponse:
        verdict = self._gate(request)
        error = page_not_found(request.path)
        response = self._respond(Reply(error.status, error.envelope("")), verdict)
        if self.caps.unknown_path_is_plain:
            response.headers["Content-Type"] = "text/plain; charset=utf-8"
        return response

    def _limit(self, per_sec: float, burst: int) -> None:
        self._limiter = RateLimiter(per_sec, burst) if per_sec > 0 else None

    def _drop_sockets(self) -> None:
        for socket in list(self.sockets):
            socket.cut()
