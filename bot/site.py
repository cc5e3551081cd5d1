"""Web pages for people without an account: found by a secret key in their address, without scripts and without telling
anybody else.

GET only reads; a POST is one transaction with its messages to people of the réseau. Requests are limited by address,
and no address, key or input of a visitor is logged.
"""

import re
import time
from base64 import b64encode
from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Callable, Mapping
from email import message_from_bytes
from email.message import Message
from email.policy import HTTP
from functools import cache, lru_cache, partial
from hashlib import sha256
from importlib.resources import files
from typing import Any

import structlog
from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.admission import Admission, HandlerDependencies
from bot.context import Request
from bot.errors import UserError, may_succeed_later
from bot.features import Key, Trigger
from bot.french.words import plural
from bot.logs import begin_request
from bot.metrics import OUTCOMES, REQUESTS
from bot.people import make_nobody
from bot.replies import as_list
from bot.tasks import CrowdedError, Turns
from bot.texts import typeset
from bot.visitors import Visitors
from bot.visits import PageAnswer, PageRequest

log = structlog.get_logger()

PARTS_MAX, PART_MAX, FIELD_MAX = 2, 200, 500
"""Parts of an address after its first, and characters of one; characters of a field."""
MULTIPART = "multipart/form-data"
WINDOW, ASKED_MAX, SENT_MAX, MISSED_MAX = 60.0, 300, 120, 30
"""Seconds, and how often one address may ask, send, and ask for what there is not, in so many."""
VISITORS_MAX, VISITS_MAX = 50_000, 1_000
"""Of how many addresses it is known how often they came, and up to how often: more than any limit is."""
SENT_WAITING_MAX = 200
"""How many may wait who send something to one page."""
AGENT_MAX = 300
"""Characters of what a program calls itself that are looked at."""
_ROBOTS = re.compile(r"bot|crawl|spider|preview|externalhit|whatsapp|slack|telegram|skype|teams|embed|fetch|scan", re.I)
"""What programs call themselves that draw previews of links or follow them, Mattermost’s own too: none is a reader."""
_STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)


def render_page(name: str, **values: object) -> str:
    """Render templates/<name>.html.j2 with these values, escaped."""
    return _environment().get_template(f"{name}.html.j2").render(values)


@cache
def _environment() -> Environment:
    loader = FileSystemLoader(str(files("templates")))
    environment = Environment(
        loader=loader,
        undefined=StrictUndefined,
        autoescape=True,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"typeset": typeset, "plural": plural}
    return environment


class VisitLimit:
    """Counts requests by address in the last minute, in the memory of this process."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._came: OrderedDict[tuple[str, str], list[float]] = OrderedDict()
        """When each came, in order. Most came once: a list of one takes a seventh of a deque."""
        self._swept = clock()

    def count(self, visitor: str, what: str) -> int:
        """Count one more request, and return their number."""
        now, came = self._clock(), self._came.setdefault((visitor, what), [])
        came.append(now)
        del came[:-VISITS_MAX]
        self._came.move_to_end((visitor, what))
        if len(self._came) > VISITORS_MAX:
            self._came.popitem(last=False)
        self._forget(came, now)
        if now - self._swept > WINDOW:
            self._sweep(now)
        return len(came)

    def is_over(self, visitor: str, what: str, most: int) -> bool:
        """Return whether the limit is already exceeded."""
        came = self._came.get((visitor, what))
        if came is None:
            return False
        self._forget(came, self._clock())
        return len(came) >= most

    def _forget(self, came: list[float], now: float) -> None:
        del came[: bisect_left(came, now - WINDOW)]

    def _sweep(self, now: float) -> None:
        self._swept = now
        for key, came in list(self._came.items()):
            self._forget(came, now)
            if not came:
                del self._came[key]


class PageServer:
    """Routes a page’s request to its handler, and answers as HTTP requires."""

    def __init__(self, triggers: Mapping[Key, Trigger], dependencies: HandlerDependencies) -> None:
        self._shown = {name: trigger for (kind, name), trigger in triggers.items() if kind == "page"}
        self._sent = {name: trigger for (kind, name), trigger in triggers.items() if kind == "sent"}
        self._admission = Admission(dependencies)
        self._d = dependencies
        self._visits = VisitLimit()
        self._turns = Turns(1, SENT_WAITING_MAX)
        self._visitors = Visitors(dependencies.settings.proxies)

    def routes(self) -> list[web.RouteDef]:
        """Return the routes of all pages and of their forms, enabled or not."""
        shown = [web.get(f"/{name}/{{key:.+}}", partial(self._answer, name)) for name in self._shown]
        return [*shown, *(web.post(f"/{name}/{{key:.+}}", partial(self._answer, name)) for name in self._sent)]

    async def _answer(self, name: str, request: web.Request) -> web.StreamResponse:
        visitor = self._visitors.name(request)
        if refused := self._refuse(request, visitor):
            return refused
        begin_request()
        sent = request.method == "POST"
        with REQUESTS.labels("sent" if sent else "page", name).time(), self._d.traffic.count_request():
            answer = await self._outcome((self._sent if sent else self._shown)[name], request, visitor)
        if answer.status == web.HTTPNotFound.status_code:
            self._visits.count(visitor, "missed")
        return make_response(answer)

    def _refuse(self, request: web.Request, visitor: str) -> web.StreamResponse | None:
        """Return the answer to somebody who asks too often, or comes from another site’s form; None for anybody
        else."""
        is_sent, visits = request.method == "POST", self._visits
        asked = visits.count(visitor, "sent" if is_sent else "asked")
        if asked > (SENT_MAX if is_sent else ASKED_MAX) or visits.is_over(visitor, "missed", MISSED_MAX):
            answer = make_response(say_trouble("often", 429))
            answer.headers["Retry-After"] = str(int(WINDOW))
            return answer
        if is_sent and request.headers.get("Sec-Fetch-Site", "none") not in {"same-origin", "same-site", "none"}:
            return make_response(say_trouble("elsewhere", 403))
        return None

    async def _outcome(self, trigger: Trigger, request: web.Request, visitor: str) -> PageAnswer:
        kind, name = trigger.key
        try:
            asked = await _read_request(request, visitor)
            answer = await self._run_in_turn(trigger, asked) if asked and not trigger.is_off else None
        except UserError:
            answer = None
        except web.HTTPException:
            raise
        except Exception as problem:
            OUTCOMES.labels(kind, "failed").inc()
            log.error("page_failed", kind=kind, name=name, exc_info=problem)
            is_busy = isinstance(problem, CrowdedError) or may_succeed_later(problem)
            return say_trouble("later", 503 if is_busy else 500)
        OUTCOMES.labels(kind, "done" if answer else "refused").inc()
        return answer or say_trouble("nothing", 404)

    async def _run_in_turn(self, trigger: Trigger, asked: PageRequest) -> PageAnswer | None:
        """Run the POSTs to one page one after the other; a waiting one holds no database connection, which others would
        lack."""
        if not trigger.writes:
            return await self._run(trigger, asked)
        async with self._turns.turn(f"{trigger.key[1]}/{asked.parts[0]}"):
            return await self._run(trigger, asked)

    async def _run(self, trigger: Trigger, asked: PageRequest) -> PageAnswer | None:
        """Run a handler for nobody; by the key it finds whose page it is, and who may see it."""
        nobody, request = make_nobody(), Request(*trigger.key)
        async with self._d.database.transaction(writes=trigger.writes) as db:
            context = self._admission.context(nobody, request, db, writes=trigger.writes)
            answer: PageAnswer | None = await trigger.handler(context, asked)
            told = as_list(answer.replies) if answer else []
            rows = await self._d.delivery.prepare(db, told, request, trigger.feature) if told else []
        self._d.delivery.deliver_now(rows)
        return answer


async def _read_request(request: web.Request, visitor: str) -> PageRequest | None:
    """Read a request for a page; None if no page can take it."""
    parts = tuple(request.match_info["key"].split("/"))
    if len(parts) > PARTS_MAX or any(len(part) > PART_MAX or "\0" in part for part in parts):
        return None  # (no database keeps that character, nor is any asked for it)
    fields: Mapping[str, Any] = request.query
    if request.method == "POST":
        if request.content_type not in {"application/x-www-form-urlencoded", MULTIPART}:
            raise web.HTTPUnsupportedMediaType
        try:
            fields = await _read_parts(request) if request.content_type == MULTIPART else await request.post()
        except ValueError:
            raise web.HTTPBadRequest from None
    typed = {name: text.replace("\0", " ")[:FIELD_MAX] for name, text in fields.items() if isinstance(text, str)}
    return PageRequest(parts, typed, visitor, is_glance(request.method, request.headers))


async def _read_parts(request: web.Request) -> Mapping[str, str]:
    """Read the texts of a multipart form whose body is already read. Raises ValueError."""
    head = f"Content-Type: {request.headers['Content-Type']}\r\n\r\n".encode()
    told = message_from_bytes(head + await request.read(), policy=HTTP)
    if not told.is_multipart() or told.defects:
        raise ValueError
    parts = [part for part in told.iter_parts() if not part.get_filename()]
    named = {part.get_param("name", header="content-disposition"): part for part in parts}
    return {str(name): _decode_part(part) for name, part in named.items() if name}


def _decode_part(part: Message) -> str:
    found = part.get_payload(decode=True)
    return found.decode() if isinstance(found, bytes) else ""


def is_glance(method: str, headers: Mapping[str, str]) -> bool:
    """Return whether a request is only a preview or prefetch, which nobody reads."""
    agent, purpose = headers.get("User-Agent", ""), headers.get("Sec-Purpose") or headers.get("Purpose", "")
    return method == "HEAD" or not agent or "prefetch" in purpose or bool(_ROBOTS.search(agent[:AGENT_MAX]))


def say_trouble(what: str, status: int) -> PageAnswer:
    """Make the page that says that there is nothing, or why not now."""
    return PageAnswer(render_page("site", what=what), status=status)


def make_response(answer: PageAnswer) -> web.Response:
    """Make the answer over HTTP: nothing but its own style is loaded, and what else bot/server.py says."""
    headers = {"Content-Security-Policy": make_policy(answer.body if answer.is_page else "")}
    if answer.location:
        headers["Location"] = answer.location
    if answer.filename:
        headers["Content-Disposition"] = f'attachment; filename="{answer.filename}"'
    headers["Content-Type"] = answer.content_type
    return web.Response(body=answer.body.encode(), status=answer.status, headers=headers)


@lru_cache(8)
def _name_style(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


def make_policy(body: str) -> str:
    """Make the Content-Security-Policy of a page: only its own style, by its hash, and its own forms."""
    styles = " ".join(map(_name_style, _STYLE.findall(body)))
    own = f"style-src {styles}" if styles else "style-src 'none'"
    return f"default-src 'none'; {own}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
