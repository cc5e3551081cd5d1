"""The HTTP entrance: slash commands, dialogs and buttons as Mattermost sends them, health and metrics."""

import asyncio
import hmac
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog
from aiohttp import web
from prometheus_client import generate_latest

from bot import bodies, face, menus
from bot.connections import Connections
from bot.context import Request
from bot.dispatch import Dispatcher
from bot.errors import UserError
from bot.feeds import Feeds
from bot.forms import sent_in
from bot.links import ExpiredLink, Links
from bot.shared import Shared
from bot.spool import Submission

HttpHandler = Callable[[web.Request], Awaitable[web.StreamResponse]]

log = structlog.get_logger()

BODY_MAX = 300_000
"""Bytes; Mattermost’s own limit for what people send it (MaximumPayloadSizeBytes)."""

LINGERING = 2.0
"""Seconds in which the rest of a body that was refused is read and thrown away, so that the refusal is heard."""


@dataclass(frozen=True, slots=True)
class Doors:
    """What the entrance needs: who answers, what opens links, which token commands carry, whether all is well, who is
    connected, and what programs read."""

    dispatcher: Dispatcher
    links: Links
    command_token: str
    ready: Callable[[], Coroutine[None, None, dict[str, bool]]]
    connections: Connections
    feeds: Feeds


def application(doors: Doors) -> web.Application:
    """The routes Mattermost and the operator’s probes call."""
    server = _Server(doors)
    app = web.Application(client_max_size=BODY_MAX, middlewares=[_answer_soberly, server.read_whole])
    app.add_routes(
        [
            web.post("/commands", server.command),
            web.post("/dialogs", server.dialog),
            web.post("/dialogs/lookup", server.lookup),
            web.post("/buttons", server.button),
            web.get(face.PATH, server.portrait),
            web.get("/healthz", server.health),
            web.get("/readyz", server.readiness),
            web.get("/metrics", server.metrics),
            *doors.feeds.routes(),
        ]
    )
    return app


@web.middleware
async def _answer_soberly(request: web.Request, handler: HttpHandler) -> web.StreamResponse:
    """No answer tells more than its status, and no error escapes with a stack."""
    try:
        return await handler(request)
    except web.HTTPException as refusal:
        if refusal.status >= 400:
            log.warning("http_refused", path=bodies.place(request), status=refusal.status)
        answer = web.json_response({"error": refusal.reason}, status=refusal.status)
        if refusal.status == web.HTTPBadRequest.status_code:
            answer.force_close()  # where the next request begins is anybody’s guess
        return answer
    except Exception:
        log.error("http_failed", path=bodies.place(request), exc_info=True)
        return web.json_response({"error": "Internal Server Error"}, status=500)


class _Server:
    def __init__(self, doors: Doors) -> None:
        self._d = doors
        self._ready = Shared(doors.ready)
        self._portrait = face.portrait()

    @web.middleware
    async def read_whole(self, request: web.Request, handler: HttpHandler) -> web.StreamResponse:
        """A request is answered once it has come whole: until then its connection keeps the bot waiting."""
        await bodies.read(request)
        with self._d.connections.answering(request.transport):
            return await handler(request)

    async def command(self, request: web.Request) -> web.Response:
        fields = await bodies.fields(request)
        if not hmac.compare_digest(fields.get("token", "").encode(), self._d.command_token.encode()):
            raise web.HTTPUnauthorized
        user_id = bodies.person(fields)
        if not fields.get("command"):
            raise web.HTTPBadRequest
        name, rest = self._d.dispatcher.find(f"{fields['command']} {fields.get('text', '')}")
        came = Request(
            "command",
            name,
            user_id=user_id,
            channel_id=fields.get("channel_id", ""),
            trigger_id=fields.get("trigger_id", ""),
            response_url=fields.get("response_url", ""),
        )
        return web.json_response(await self._d.dispatcher.run(came, rest))

    async def dialog(self, request: web.Request) -> web.Response:
        body = await bodies.json_object(request)
        user_id = bodies.person(body)
        try:
            state, expired = self._state(body, user_id)
        except UserError as refusal:
            return web.json_response({"error": refusal.text})
        came = Request(
            "submit",
            state["f"],
            user_id=user_id,
            channel_id=state["c"],
            response_url=state["r"],
            post_id=state["p"],
            key=state["k"],
            resumed=state["d"],
            step=state.get("n", 1),
        )
        if body.get("cancelled"):
            return web.json_response(await self._d.dispatcher.cancel(came))
        raw = body.get("submission")
        typed = sent_in(came.step, raw) if isinstance(raw, dict) else {}
        submission = Submission(state["f"], state["k"], user_id, typed, state["h"])
        if expired:
            return web.json_response(await self._d.dispatcher.keep_late(submission))
        return web.json_response(await self._d.dispatcher.run(came, submission))

    async def lookup(self, request: web.Request) -> web.Response:
        """No form has a dynamic select yet (phones send no search words to one): nothing to propose."""
        body = await bodies.json_object(request)
        try:
            self._state(body, bodies.person(body))
        except UserError:
            log.warning("lookup_refused")
        return web.json_response({"items": []})

    async def button(self, request: web.Request) -> web.Response:
        body = await bodies.json_object(request)
        user_id, context = bodies.person(body), body.get("context")
        try:
            link, age = self._link(context if isinstance(context, dict) else {}, user_id)
        except UserError as refusal:
            log.warning("link_refused", kind="button")
            return web.json_response({"ephemeral_text": refusal.text})
        came = Request(
            "button",
            link["b"],
            user_id=user_id,
            channel_id=str(body.get("channel_id") or ""),
            trigger_id=str(body.get("trigger_id") or ""),
            response_url=link.get("r", ""),
            post_id=str(body.get("post_id") or ""),
            only_for=link.get("u", ""),
            age=age,
        )
        return web.json_response(await self._d.dispatcher.run(came, link["d"]))

    def _link(self, context: dict[str, Any], user_id: str) -> tuple[dict[str, Any], timedelta]:
        """What a button carries, with what was chosen of a menu, and its age. Raises UserError if it was made for
        somebody else, or what was chosen is not offered.

        Those under what all of a channel read, and those of before persons were named, are anybody’s.
        """
        link, age = self._d.links.open_aged("button", context.get("link", ""))
        if link.get("u", user_id) != user_id:
            raise UserError("Ce bouton est celui de quelqu’un d’autre : tapez votre propre commande.")
        return link | {"d": link["d"] | menus.read_choice(link, context)}, age

    def _state(self, body: dict[str, Any], user_id: str) -> tuple[dict[str, Any], bool]:
        """A dialog’s sealed state and whether it is too old. Raises UserError if it is not this person’s."""
        try:
            state, expired = self._d.links.open("dialog", body.get("state")), False
        except ExpiredLink as old:
            state, expired = old.data, True
        except UserError:
            log.warning("link_refused", kind="dialog")
            raise
        if state["u"] != user_id:
            log.warning("link_refused", kind="dialog")
            raise UserError("Ce formulaire a été ouvert par quelqu’un d’autre : ouvrez le vôtre.")
        return state, expired

    async def portrait(self, request: web.Request) -> web.Response:
        """The bot’s face, for whoever reads its answers."""
        kept = {"Cache-Control": "public, max-age=86400"}
        return web.Response(body=self._portrait, content_type="image/png", headers=kept)

    async def health(self, request: web.Request) -> web.Response:
        """The process lives."""
        return web.json_response({"status": "ok"})

    async def readiness(self, request: web.Request) -> web.Response:
        """Each thing the bot needs, and whether it is there; 503 unless all are."""
        parts = await self._ready.ask()
        return web.json_response(parts, status=200 if all(parts.values()) else 503)

    async def metrics(self, request: web.Request) -> web.Response:
        """Figures for Prometheus; no personal data."""
        return web.Response(
            body=generate_latest(), headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"}
        )


class Entrance:
    """The port: it listens between ``open`` and ``close``, which lets what is being answered end."""

    def __init__(self, doors: Doors, patience: float) -> None:
        self._connections = doors.connections
        self._runner = web.AppRunner(
            application(doors), access_log=None, shutdown_timeout=patience, lingering_time=LINGERING
        )
        self._server: asyncio.Server | None = None

    @property
    def port(self) -> int:
        """The port listened on."""
        assert self._server is not None, "the entrance is closed"
        return int(self._server.sockets[0].getsockname()[1])

    async def open(self, host: str, port: int) -> None:
        """Listen. Raises OSError where that is not possible."""
        await self._runner.setup()
        assert self._runner.server is not None
        self._server = await asyncio.get_running_loop().create_server(
            self._connections.guard(self._runner.server), host, port, backlog=self._connections.limits.backlog
        )

    async def close(self) -> None:
        """Take no more requests, and let those under way end."""
        if self._server is not None:
            self._server.close()
        await self._runner.cleanup()
