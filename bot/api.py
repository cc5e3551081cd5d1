"""What other programs do over HTTP: the operator’s read, as JSON, each with a bearer, so often a minute; other services
send under a key what is proved, cut down, and taken once it is stored.

Who sends under a key hears the status and nothing else. What was sent is in no log, table or file: the question of its
handler keeps what is wanted, before anything is written.
"""

import json
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from functools import partial
from hashlib import sha256
from http import HTTPStatus
from secrets import token_bytes

import structlog
from aiohttp import ETag, web

from bot.admission import Admission, HandlerDependencies
from bot.context import Request
from bot.errors import UserError, may_succeed_later
from bot.features import Key, Trigger
from bot.logs import begin_request
from bot.metrics import OUTCOMES, REQUESTS
from bot.people import make_nobody
from bot.replies import as_list
from bot.site import MISSED_MAX, WINDOW, VisitLimit, name_visitor
from bot.visits import ApiRequest, WebhookAnswer, WebhookError, WebhookRequest
from storage.programs import find_client

log = structlog.get_logger()

PATH = "api/v1"
ASKED_MAX, UNPROVED_MAX = 120, 30
"""How often a minute a program may ask, and one address with a bearer that is nobody’s."""
FIELDS_MAX, FIELD_MAX, BEARER_MAX = 20, 2_000, 200
"""Fields of a query, and characters of one, and of a bearer."""
_METHODS = frozenset({"GET", "HEAD"})
_KEPT = {"Cache-Control": "private, no-cache"}
"""What else is said of every answer is in bot/server.py."""
_UNKNOWN = "Jeton absent ou inconnu. « coop-bot api create » en donne un, pour Authorization, après Bearer."
_OFTEN = f"Trop de demandes : {ASKED_MAX} par minute au plus. Attendez une minute."


class ApiFault(Exception):
    """Why a program is not answered: a status, and a sentence for who wrote it."""

    def __init__(self, status: HTTPStatus, detail: str, **headers: str) -> None:
        super().__init__(detail)
        self.status, self.detail = status, detail
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}

    def make_response(self) -> web.Response:
        """The same over HTTP."""
        said = {"error": self.status.phrase, "detail": self.detail}
        return web.Response(
            body=_write(said), status=self.status, headers=_KEPT | self.headers, content_type="application/json"
        )


class ApiServer:
    """Finds the handler of what is asked for, runs it in a transaction that only reads, and answers as HTTP wants."""

    def __init__(self, triggers: Mapping[Key, Trigger], dependencies: HandlerDependencies) -> None:
        self._triggers = {name: trigger for (kind, name), trigger in triggers.items() if kind == "api"}
        self._admission = Admission(dependencies)
        self._d = dependencies
        self._visits = VisitLimit()
        self._salt = token_bytes(16)

    def routes(self) -> list[web.RouteDef]:
        """Where they are; nowhere, as any address that is none, where the setting does not say « oui »."""
        if self._d.settings.api != "oui":
            return []
        found = self._triggers.items()
        return [web.route("*", f"/{PATH}/{name}", partial(self._answer, one)) for name, one in found if not one.is_off]

    async def _answer(self, trigger: Trigger, request: web.Request) -> web.StreamResponse:
        begin_request()
        name = trigger.key[1]
        with REQUESTS.labels("api", name).time(), self._d.traffic.count_request():
            try:
                body = await self._outcome(trigger, request)
            except ApiFault as fault:
                OUTCOMES.labels(
                    "api", "failed" if fault.status >= HTTPStatus.INTERNAL_SERVER_ERROR else "refused"
                ).inc()
                return fault.make_response()
        OUTCOMES.labels("api", "done").inc()
        return _make_response(request, body)

    async def _outcome(self, trigger: Trigger, request: web.Request) -> bytes:
        """What is answered. Raises ApiFault."""
        if request.method not in _METHODS:
            raise ApiFault(HTTPStatus.METHOD_NOT_ALLOWED, "Ici, on lit seulement : GET ou HEAD.", Allow="GET, HEAD")
        try:
            return _write(await self._read(trigger, request))
        except UserError as refusal:
            raise ApiFault(HTTPStatus.BAD_REQUEST, str(refusal.text)) from None
        except ApiFault:
            raise
        except Exception as problem:
            log.error("api_failed", name=trigger.key[1], exc_info=problem)
            later = may_succeed_later(problem)
            status = HTTPStatus.SERVICE_UNAVAILABLE if later else HTTPStatus.INTERNAL_SERVER_ERROR
            raise ApiFault(status, "Le service ne répond pas pour le moment. Réessayez plus tard.") from None

    async def _read(self, trigger: Trigger, request: web.Request) -> Mapping[str, object]:
        visitor, settings = name_visitor(request, self._salt), self._d.settings
        if self._visits.is_over(visitor, "missed", UNPROVED_MAX):
            raise _too_often()
        async with self._d.database.transaction(writes=False) as db:
            client = await find_client(db, _read_bearer(request))
            if client is None:
                self._visits.count(visitor, "missed")
                raise ApiFault(HTTPStatus.UNAUTHORIZED, _UNKNOWN, WWW_Authenticate="Bearer")
            if self._visits.count(client.id, "asked") > ASKED_MAX:
                raise _too_often()
            nobody, came = make_nobody(self._d.clock()), Request("api", trigger.key[1])
            context = self._admission.context(nobody, came, db, writes=False)
            address = f"{settings.feed_url or settings.public_url}/{PATH}/{trigger.key[1]}"
            found: Mapping[str, object] = await trigger.handler(context, ApiRequest(_read_fields(request), address))
            return found


def _too_often() -> ApiFault:
    return ApiFault(HTTPStatus.TOO_MANY_REQUESTS, _OFTEN, Retry_After=str(int(WINDOW)))


def _read_bearer(request: web.Request) -> str:
    """The bearer, as it was made; empty for anything else."""
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    value = value.strip()
    return value if scheme.lower() == "bearer" and value.isascii() and len(value) <= BEARER_MAX else ""


def _read_fields(request: web.Request) -> Mapping[str, str]:
    """The fields of the query. Raises UserError for more, or longer ones, than anybody needs, and for one twice."""
    query = request.query
    if len(query) > FIELDS_MAX or any(len(value) > FIELD_MAX for value in query.values()):
        raise UserError("La demande est trop longue.")
    if twice := {name for name in query if len(query.getall(name)) > 1}:
        raise UserError(f"Ce paramètre est donné deux fois : {min(twice)[:80]}.")
    return dict(query)


def _write(said: Mapping[str, object]) -> bytes:
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()


def _make_response(request: web.Request, body: bytes) -> web.Response:
    """The answer, or that what the program has of it is still so."""
    tag = ETag(sha256(body).hexdigest()[:32])
    is_known = any(known.value in (tag.value, "*") for known in request.if_none_match or ())
    answer = (
        web.Response(status=HTTPStatus.NOT_MODIFIED, headers=_KEPT)
        if is_known
        else web.Response(body=body, headers=_KEPT, content_type="application/json")
    )
    answer.etag = tag
    return answer


BODY_MAX = 1024 * 1024
"""Bytes of what is sent."""
KEY_MAX = 200
TYPES = ("application/json", "application/octet-stream", "application/x-www-form-urlencoded")
"""What a body may be said to be: the last two are what programs say that were told nothing, and prove nothing."""
SENT_MAX = 600
"""How often one address may send in a minute: an organisation that moves all its rendez-vous at once sends hundreds."""
AGAIN_S = "30"
"""Seconds after which to send again what could not be stored now."""
KNOWN_FOR, KNOWN_MAX = 24 * 3600.0, 1000
"""Seconds for which an address is known whose delivery was taken, and how many are."""


class Senders:
    """How often each address sent in the last minute, in the memory of this process.

    Who sends what is refused again and again waits; not an address from which something was taken since yesterday, as
    behind a proxy all may seem to have one: what others send there keeps nobody out but for ``SENT_MAX``.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._visits = VisitLimit(clock)
        self._known: OrderedDict[str, float] = OrderedDict()

    def must_wait(self, sender: str) -> bool:
        """Whether what comes from there is not even looked at."""
        if self._visits.count(sender, "sent") > SENT_MAX:
            return True
        is_known = self._clock() - self._known.get(sender, -KNOWN_FOR) < KNOWN_FOR
        return not is_known and self._visits.is_over(sender, "missed", MISSED_MAX)

    def note(self, sender: str, status: int) -> None:
        """What came from there was answered so."""
        if 400 <= status < 500:
            self._visits.count(sender, "missed")
        if status < 300:
            self._known[sender] = self._clock()
            self._known.move_to_end(sender)
            if len(self._known) > KNOWN_MAX:
                self._known.popitem(last=False)


class WebhookServer:
    """Finds the handler of what was sent, and runs it for nobody."""

    def __init__(self, triggers: Mapping[Key, Trigger], dependencies: HandlerDependencies) -> None:
        self._triggers = {name: trigger for (kind, name), trigger in triggers.items() if kind == "webhook"}
        self._paths = {f"/{name}/{{key}}" for name in self._triggers}
        self._admission = Admission(dependencies)
        self._d = dependencies
        self._senders, self._salt = Senders(), token_bytes(16)

    def routes(self) -> list[web.RouteDef]:
        """Where they are, whether they are on or not."""
        return [web.post(f"/{name}/{{key}}", partial(self._answer, name)) for name in self._triggers]

    def widen(self, request: web.Request) -> web.Request:
        """The same request, which may be as long as what is sent here may be."""
        resource = request.match_info.route.resource
        is_ours = resource is not None and resource.canonical in self._paths
        return request.clone(client_max_size=BODY_MAX) if is_ours else request

    async def _answer(self, name: str, request: web.Request) -> web.StreamResponse:
        sender = name_visitor(request, self._salt)
        if self._senders.must_wait(sender):
            headers = {"Retry-After": str(int(WINDOW))}
            return web.json_response({"error": "later"}, status=HTTPStatus.TOO_MANY_REQUESTS, headers=headers)
        begin_request()
        with REQUESTS.labels("webhook", name).time(), self._d.traffic.count_request():
            status = await self._outcome(self._triggers[name], request)
        self._senders.note(sender, status)
        OUTCOMES.labels("webhook", "done" if status < 300 else "failed" if status >= 500 else "refused").inc()
        if 400 <= status < 500:
            log.warning("webhook_refused", name=name, status=status)
        answer = {"status": "ok"} if status < 300 else {"error": "refused" if status < 500 else "later"}
        later = {"Retry-After": AGAIN_S} if status == HTTPStatus.SERVICE_UNAVAILABLE else {}
        return web.json_response(answer, status=status, headers=later)

    async def _outcome(self, trigger: Trigger, request: web.Request) -> int:
        key = request.match_info["key"]
        if trigger.is_off or len(key) > KEY_MAX:
            return HTTPStatus.NOT_FOUND
        if request.content_type not in TYPES:
            return HTTPStatus.UNSUPPORTED_MEDIA_TYPE
        headers = {name.lower(): value for name, value in request.headers.items()}
        try:
            return await self._run(trigger, WebhookRequest(key, await request.read(), headers))
        except WebhookError as refused:
            return refused.status
        except Exception as problem:
            # Neither its words nor its stack: a delivery tells of people.
            log.error("webhook_failed", name=trigger.key[1], fault=type(problem).__name__)
            is_passing = may_succeed_later(problem)
            return HTTPStatus.SERVICE_UNAVAILABLE if is_passing else HTTPStatus.INTERNAL_SERVER_ERROR

    async def _run(self, trigger: Trigger, sent: WebhookRequest) -> int:
        nobody, request = make_nobody(self._d.clock()), Request(*trigger.key)
        (kept,) = await self._admission.ask(trigger, nobody, request, sent)
        async with self._d.database.transaction() as db:
            context = self._admission.context(nobody, request, db)
            answer: WebhookAnswer = await trigger.handler(context, kept)
            told = as_list(answer.replies)
            rows = await self._d.delivery.prepare(db, told, request, trigger.feature) if told else []
        self._d.delivery.deliver_now(rows)
        for user_id in context.touched:
            self._d.people.forget(user_id)
        return answer.status
