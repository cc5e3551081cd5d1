"""The HTTP entrance: slash commands, dialogs, buttons and feeds as they are sent, health and metrics."""

import asyncio
import hmac
import json
import re
from collections.abc import Awaitable, Callable, Coroutine, Mapping, MutableMapping
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Any

import structlog
from aiohttp import ETag, web
from prometheus_client import generate_latest

from bot import menus, renderers
from bot.admission import Admission, HandlerDependencies
from bot.api import ApiServer
from bot.connections import Connections
from bot.context import Request
from bot.dispatch import Dispatcher
from bot.errors import UserError, may_succeed_later
from bot.features import Key, Trigger
from bot.forms import sent_in
from bot.links import ExpiredLink, Links
from bot.metrics import OUTCOMES, REQUESTS
from bot.people import make_nobody
from bot.site import MISSED_MAX, PageServer, VisitLimit
from bot.spool import Submission
from bot.tasks import SingleFlight
from bot.texts import render
from bot.visitors import Visitors
from bot.visits import FeedContent
from bot.webhooks import DELIVERY_MAX, WebhookServer

SAFE_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Permissions-Policy": "interest-cohort=()",
    "Referrer-Policy": "no-referrer",
    "Server": "coop-bot",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
}
"""Nothing is kept, loaded, framed, followed or taken for something else, and no version is told. What an answer says
otherwise of itself (a page of its own style, a picture that may be kept) stays."""
_SAFE = tuple(SAFE_HEADERS.items())


def make_safe(headers: MutableMapping[str, str]) -> None:
    """Add the security headers that a response lacks."""
    for name, value in _SAFE:
        if name not in headers:
            headers[name] = value


log = structlog.get_logger()

KEY_MAX = 200
"""Characters of a key; a longer one is nobody’s."""
FEED_MAX = 2_000_000
"""Bytes of a feed."""


class FeedServer:
    """Routes a feed’s request to its handler in a reading transaction, and answers as HTTP requires."""

    def __init__(self, triggers: Mapping[Key, Trigger], dependencies: HandlerDependencies) -> None:
        self._triggers = {name: trigger for (kind, name), trigger in triggers.items() if kind == "feed"}
        self._admission = Admission(dependencies)
        self._d = dependencies
        self._visits, self._visitors = VisitLimit(), Visitors(dependencies.settings.proxies)

    def routes(self) -> list[web.RouteDef]:
        """Return the routes of all feeds, enabled or not."""
        return [web.get(f"/{name}/{{key}}", self.answer) for name in self._triggers]

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Return the feed, or 304 if the program has the present version. Raises HTTPException without details."""
        name, visitor = request.path.split("/")[1], self._visitors.name(request)
        if self._visits.is_over(visitor, "missed", MISSED_MAX):
            raise web.HTTPTooManyRequests
        with REQUESTS.labels("feed", name).time(), self._d.traffic.count_request():
            feed = await self._outcome(name, request.match_info["key"])
        if feed is None:
            self._visits.count(visitor, "missed")
            raise web.HTTPNotFound
        tag = ETag(sha256(feed.body).hexdigest()[:32])
        kept = {"Cache-Control": "private, no-cache"}
        is_known = any(known.value in (tag.value, "*") for known in request.if_none_match or ())
        typed = {**kept, "Content-Type": feed.content_type}
        answer = web.Response(status=304, headers=kept) if is_known else web.Response(body=feed.body, headers=typed)
        answer.etag = tag
        return answer

    async def _outcome(self, name: str, key: str) -> FeedContent | None:
        try:
            feed = await self._read(self._triggers[name], key)
        except UserError:
            feed = None
        except Exception as problem:
            OUTCOMES.labels("feed", "failed").inc()
            if not may_succeed_later(problem):
                raise
            log.warning("feed_later", name=name, exc_info=problem)
            raise web.HTTPServiceUnavailable from None
        OUTCOMES.labels("feed", "done" if feed else "refused").inc()
        return feed

    async def _read(self, trigger: Trigger, key: str) -> FeedContent | None:
        if trigger.is_off or len(key) > KEY_MAX:
            return None
        async with self._d.database.transaction(writes=False) as db:
            # Whoever asks is nobody until the handler knows better.
            nobody, request = make_nobody(), Request("feed", trigger.key[1])
            context = self._admission.context(nobody, request, db, writes=False)
            feed: FeedContent | None = await trigger.handler(context, key)
        if feed is not None and len(feed.body) > FEED_MAX:
            raise ValueError(f"a feed of {trigger.feature} is too long: {len(feed.body)} bytes")
        return feed


ENCODINGS = frozenset({"utf-8", "utf8", "us-ascii"})
"""What texts may be written in; Mattermost knows no other, and some others are slow to read."""

_ID = re.compile(r"[a-z0-9]{26}")


async def read_body(request: web.Request) -> None:
    """Read the whole body. Raises HTTPBadRequest for one that is incomplete or wrongly encoded."""
    if (request.charset or "utf-8").lower() not in ENCODINGS:
        raise web.HTTPBadRequest
    try:
        await request.read()
    except web.HTTPException:
        raise
    except Exception:
        request.content.feed_eof()  # nothing more can be had of it
        raise web.HTTPBadRequest from None


async def read_form(request: web.Request) -> dict[str, str]:
    """Read the fields of a form, without NUL characters, which no database stores. Raises HTTPException."""
    if request.content_type != "application/x-www-form-urlencoded":
        raise web.HTTPUnsupportedMediaType
    try:
        return {name: str(value).replace("\0", " ") for name, value in (await request.post()).items()}
    except ValueError:
        raise web.HTTPBadRequest from None


async def read_json_object(request: web.Request) -> dict[str, Any]:
    """Read a JSON object. Raises HTTPException."""
    if request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType
    try:
        text = await request.text()
        body = json.loads(text, parse_constant=_refuse_constant)
        if "\\u" in text:
            json.dumps(body, ensure_ascii=False).encode()  # half a character is no text
    except (ValueError, RecursionError):
        raise web.HTTPBadRequest from None
    if not isinstance(body, dict):
        raise web.HTTPBadRequest
    return body


def read_user_id(body: Mapping[str, Any]) -> str:
    """Read the id of the person who acts. Raises HTTPBadRequest for anything that is no Mattermost id."""
    user_id = body.get("user_id")
    if not isinstance(user_id, str) or not _ID.fullmatch(user_id):
        raise web.HTTPBadRequest
    return user_id


def loggable_path(request: web.Request) -> str:
    """Return the request’s path for the log, without the secret key of a feed or page."""
    resource = request.match_info.route.resource
    if resource is not None:
        return resource.canonical
    first, *rest = request.path.removeprefix("/").split("/")
    return f"/{first}/…" if rest else f"/{first}"


def _refuse_constant(constant: str) -> None:
    """Refuse NaN and Infinity, which are no JSON."""
    raise ValueError(constant)


HttpHandler = Callable[[web.Request], Awaitable[web.StreamResponse]]

BODY_MAX = 300_000
"""Bytes; Mattermost’s own limit for what people send it (MaximumPayloadSizeBytes)."""

LINGERING = 2.0
"""Seconds in which the rest of a body that was refused is read and thrown away, so that the refusal is heard."""


@dataclass(frozen=True, slots=True)
class ServerDependencies:
    """What the HTTP server needs: the dispatcher, links, the command token, health checks, connections, and the servers
    of feeds, pages, the API and webhooks."""

    dispatcher: Dispatcher
    links: Links
    command_token: str
    ready: Callable[[], Coroutine[None, None, dict[str, bool]]]
    connections: Connections
    feeds: FeedServer
    pages: PageServer
    api: ApiServer
    webhooks: WebhookServer


def make_application(dependencies: ServerDependencies) -> web.Application:
    """Make the application with the routes that Mattermost and the operator’s probes call."""
    server = _Routes(dependencies)
    app = web.Application(client_max_size=BODY_MAX, middlewares=[_answer_soberly, server.read_whole])
    app.add_routes(
        [
            web.post("/commands", server.command),
            web.post("/dialogs", server.dialog),
            web.post("/dialogs/lookup", server.lookup),
            web.post("/buttons", server.button),
            web.get(renderers.PORTRAIT_PATH, server.portrait),
            web.get("/healthz", server.health),
            web.get("/readyz", server.readiness),
            web.get("/metrics", server.metrics),
            *dependencies.feeds.routes(),
            *dependencies.pages.routes(),
            *dependencies.api.routes(),
            *dependencies.webhooks.routes(),
        ]
    )
    return app


@web.middleware
async def _answer_soberly(request: web.Request, handler: HttpHandler) -> web.StreamResponse:
    """Answer with security headers; no error shows more than its status."""
    answer = await _answer_whatever_comes(request, handler)
    make_safe(answer.headers)
    return answer


async def _answer_whatever_comes(request: web.Request, handler: HttpHandler) -> web.StreamResponse:
    try:
        return await handler(request)
    except web.HTTPException as refusal:
        if refusal.status >= 400:
            log.warning("http_refused", path=loggable_path(request), status=refusal.status)
        said = {name: refusal.headers[name] for name in ("Allow",) if name in refusal.headers}
        answer = web.json_response({"error": refusal.reason}, status=refusal.status, headers=said)
        if refusal.status == web.HTTPBadRequest.status_code:
            answer.force_close()  # where the next request begins is anybody’s guess
        return answer
    except Exception:
        log.error("http_failed", path=loggable_path(request), exc_info=True)
        return web.json_response({"error": "Internal Server Error"}, status=500)


class _Routes:
    def __init__(self, dependencies: ServerDependencies) -> None:
        self._d = dependencies
        self._ready = SingleFlight(dependencies.ready)
        self._portrait = renderers.read_portrait()

    @web.middleware
    async def read_whole(self, request: web.Request, handler: HttpHandler) -> web.StreamResponse:
        """Read a request completely before it is answered; until then its connection counts as waiting."""
        resource = request.match_info.route.resource
        if resource is not None and resource.canonical in self._d.webhooks.paths:
            request = request.clone(client_max_size=DELIVERY_MAX)
        await read_body(request)
        with self._d.connections.answering(request.transport):
            return await handler(request)

    async def command(self, request: web.Request) -> web.Response:
        fields = await read_form(request)
        if not hmac.compare_digest(fields.get("token", "").encode(), self._d.command_token.encode()):
            raise web.HTTPUnauthorized
        user_id = read_user_id(fields)
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
        body = await read_json_object(request)
        user_id = read_user_id(body)
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
        """Propose nothing: no form has a dynamic select yet (phones send no search words to one)."""
        body = await read_json_object(request)
        try:
            self._state(body, read_user_id(body))
        except UserError:
            log.warning("lookup_refused")
        return web.json_response({"items": []})

    async def button(self, request: web.Request) -> web.Response:
        body = await read_json_object(request)
        user_id, context = read_user_id(body), body.get("context")
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
        """Return the content of a button’s link, with the menu’s choice, and its age. Raises UserError if the link is
        for another person, or the choice was not offered.

        Buttons under a message for a whole channel work for anybody, and so do those from before links named a person.
        """
        link, age = self._d.links.open_aged("button", context.get("link", ""))
        if link.get("u", user_id) != user_id:
            raise UserError(render("refus/not_your_button"))
        return link | {"d": link["d"] | menus.read_choice(link, context)}, age

    def _state(self, body: dict[str, Any], user_id: str) -> tuple[dict[str, Any], bool]:
        """Return a dialog’s sealed state, and whether it is too old. Raises UserError if it is another person’s."""
        try:
            state, expired = self._d.links.open("dialog", body.get("state")), False
        except ExpiredLink as old:
            state, expired = old.data, True
        except UserError:
            log.warning("link_refused", kind="dialog")
            raise
        if state["u"] != user_id:
            log.warning("link_refused", kind="dialog")
            raise UserError(render("refus/not_your_window"))
        return state, expired

    async def portrait(self, request: web.Request) -> web.Response:
        """Answer with the bot’s picture."""
        kept = {"Cache-Control": "public, max-age=86400"}
        return web.Response(body=self._portrait, content_type="image/png", headers=kept)

    async def health(self, request: web.Request) -> web.Response:
        """Answer that the process lives."""
        return web.json_response({"status": "ok"})

    async def readiness(self, request: web.Request) -> web.Response:
        """Answer which things the bot needs are available; 503 unless all are."""
        parts = await self._ready.ask()
        return web.json_response(parts, status=200 if all(parts.values()) else 503)

    async def metrics(self, request: web.Request) -> web.Response:
        """Answer with the metrics for Prometheus, without personal data."""
        return web.Response(
            body=generate_latest(), headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"}
        )


class HttpServer:
    """The listening port, between ``open`` and ``close``, which lets requests under way finish."""

    def __init__(self, dependencies: ServerDependencies, patience: float) -> None:
        self._connections = dependencies.connections
        self._runner = web.AppRunner(
            make_application(dependencies), access_log=None, shutdown_timeout=patience, lingering_time=LINGERING
        )
        self._server: asyncio.Server | None = None

    @property
    def port(self) -> int:
        """The port number."""
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
