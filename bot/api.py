"""The HTTP API for the operator’s programs, in JSON, with bearer tokens, a rate limit and ETags. It only reads, and is
off unless COOP_API is « oui »."""

import json
from collections.abc import Mapping
from functools import partial
from hashlib import sha256
from http import HTTPStatus

import structlog
from aiohttp import ETag, web

from bot.admission import Admission, HandlerDependencies
from bot.context import Request
from bot.errors import UserError, may_succeed_later
from bot.features import Key, Trigger
from bot.logs import begin_request
from bot.metrics import OUTCOMES, REQUESTS
from bot.people import make_nobody
from bot.site import WINDOW, VisitLimit
from bot.visitors import Visitors
from bot.visits import ApiRequest
from storage.programs import find_client

log = structlog.get_logger()

PATH = "api/v1"
ASKED_MAX, MISSED_MAX = 120, 30
"""How often a minute a program may ask, and one address with a bearer that is nobody’s."""
FIELDS_MAX, FIELD_MAX, BEARER_MAX = 20, 2_000, 200
"""Fields of a query, and characters of one, and of a bearer."""
_METHODS = frozenset({"GET", "HEAD"})
_KEPT = {"Cache-Control": "private, no-cache"}
"""What else is said of every answer is in bot/server.py."""
_UNKNOWN = "Jeton absent ou inconnu. « coop-bot api create » en donne un, pour Authorization, après Bearer."
_OFTEN = f"Trop de demandes : {ASKED_MAX} par minute au plus. Attendez une minute."


class ApiFault(Exception):
    """A request that is refused, with an HTTP status and a sentence for the program’s author."""

    def __init__(self, status: HTTPStatus, detail: str, **headers: str) -> None:
        super().__init__(detail)
        self.status, self.detail = status, detail
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}

    def make_response(self) -> web.Response:
        """Make the HTTP answer that says this fault."""
        said = {"error": self.status.phrase, "detail": self.detail}
        return web.Response(
            body=_write(said), status=self.status, headers=_KEPT | self.headers, content_type="application/json"
        )


class ApiServer:
    """Routes a request to its handler in a reading transaction, and answers as HTTP requires."""

    def __init__(self, triggers: Mapping[Key, Trigger], dependencies: HandlerDependencies) -> None:
        self._triggers = {name: trigger for (kind, name), trigger in triggers.items() if kind == "api"}
        self._admission = Admission(dependencies)
        self._d = dependencies
        self._visits = VisitLimit()
        self._visitors = Visitors(dependencies.settings.proxies)

    def routes(self) -> list[web.RouteDef]:
        """Return the routes; none while the setting is off, so that they answer like unknown addresses."""
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
        """Return the body of the answer. Raises ApiFault."""
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
        visitor, settings = self._visitors.name(request), self._d.settings
        if self._visits.is_over(visitor, "missed", MISSED_MAX):
            raise _too_often()
        async with self._d.database.transaction(writes=False) as db:
            client = await find_client(db, _read_bearer(request))
            if client is None:
                self._visits.count(visitor, "missed")
                raise ApiFault(HTTPStatus.UNAUTHORIZED, _UNKNOWN, WWW_Authenticate="Bearer")
            if self._visits.count(client.id, "asked") > ASKED_MAX:
                raise _too_often()
            nobody, came = make_nobody(), Request("api", trigger.key[1])
            context = self._admission.context(nobody, came, db, writes=False)
            address = f"{settings.feed_url or settings.public_url}/{PATH}/{trigger.key[1]}"
            found: Mapping[str, object] = await trigger.handler(context, ApiRequest(_read_fields(request), address))
            return found


def _too_often() -> ApiFault:
    return ApiFault(HTTPStatus.TOO_MANY_REQUESTS, _OFTEN, Retry_After=str(int(WINDOW)))


def _read_bearer(request: web.Request) -> str:
    """Return the bearer token; "" for any other authorisation."""
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    value = value.strip()
    return value if scheme.lower() == "bearer" and value.isascii() and len(value) <= BEARER_MAX else ""


def _read_fields(request: web.Request) -> Mapping[str, str]:
    """Return the query’s fields. Raises UserError for repeated fields, and for too many or too long ones."""
    query = request.query
    if len(query) > FIELDS_MAX or any(len(value) > FIELD_MAX for value in query.values()):
        raise UserError("La demande est trop longue.")
    if twice := {name for name in query if len(query.getall(name)) > 1}:
        raise UserError(f"Ce paramètre est donné deux fois : {min(twice)[:80]}.")
    return dict(query)


def _write(said: Mapping[str, object]) -> bytes:
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()


def _make_response(request: web.Request, body: bytes) -> web.Response:
    """Make the response, or 304 if the program has the present version."""
    tag = ETag(sha256(body).hexdigest()[:32])
    is_known = any(known.value in (tag.value, "*") for known in request.if_none_match or ())
    answer = (
        web.Response(status=HTTPStatus.NOT_MODIFIED, headers=_KEPT)
        if is_known
        else web.Response(body=body, headers=_KEPT, content_type="application/json")
    )
    answer.etag = tag
    return answer
