"""Webhooks: signed deliveries by other services, verified, reduced, and acknowledged once stored.

The sender gets only a status. The delivery itself is never logged or stored: the handler’s question keeps what is
wanted, before anything is written.
"""

import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from functools import partial
from http import HTTPStatus

import structlog
from aiohttp import web

from bot.admission import Admission, HandlerDependencies
from bot.context import Request
from bot.errors import may_succeed_later
from bot.features import Key, Trigger
from bot.logs import begin_request
from bot.metrics import OUTCOMES, REQUESTS
from bot.people import make_nobody
from bot.replies import as_list
from bot.site import MISSED_MAX, WINDOW, VisitLimit
from bot.visitors import Visitors
from bot.visits import WebhookAnswer, WebhookError, WebhookRequest

log = structlog.get_logger()

DELIVERY_MAX = 1024 * 1024
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
    """Counts deliveries by address in the last minute, in the memory of this process.

    An address that is refused repeatedly must wait, unless a delivery from it was accepted within a day: behind a proxy
    all senders may share one address, whose limit is then ``SENT_MAX``.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._visits = VisitLimit(clock)
        self._known: OrderedDict[str, float] = OrderedDict()

    def must_wait(self, sender: str) -> bool:
        """Return whether deliveries from an address are refused unread."""
        if self._visits.count(sender, "sent") > SENT_MAX:
            return True
        is_known = self._clock() - self._known.get(sender, -KNOWN_FOR) < KNOWN_FOR
        return not is_known and self._visits.is_over(sender, "missed", MISSED_MAX)

    def note(self, sender: str, status: int) -> None:
        """Record the answer to a delivery from an address."""
        if 400 <= status < 500:
            self._visits.count(sender, "missed")
        if status < 300:
            self._known[sender] = self._clock()
            self._known.move_to_end(sender)
            if len(self._known) > KNOWN_MAX:
                self._known.popitem(last=False)


class WebhookServer:
    """Routes a delivery to its handler, which acts for nobody."""

    def __init__(self, triggers: Mapping[Key, Trigger], dependencies: HandlerDependencies) -> None:
        self._triggers = {name: trigger for (kind, name), trigger in triggers.items() if kind == "webhook"}
        self.paths = {f"/{name}/{{key}}" for name in self._triggers}
        """Where deliveries come in, which may be larger than other requests (``DELIVERY_MAX``)."""
        self._admission = Admission(dependencies)
        self._d = dependencies
        self._senders, self._visitors = Senders(), Visitors(dependencies.settings.proxies)

    def routes(self) -> list[web.RouteDef]:
        """Return the routes of all webhooks, enabled or not."""
        return [web.post(f"/{name}/{{key}}", partial(self._answer, name)) for name in self._triggers]

    async def _answer(self, name: str, request: web.Request) -> web.StreamResponse:
        sender = self._visitors.name(request)
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
        nobody, request = make_nobody(), Request(*trigger.key)
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
