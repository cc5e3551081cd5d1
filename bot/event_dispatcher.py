"""Handlers of events: each hears an event at most once over all replicas and restarts, whatever befalls the others."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Sequence

import structlog

from bot.admission import Admission, HandlerDependencies
from bot.context import Request
from bot.errors import UserError, may_succeed_later
from bot.events import Event, PersonChanged, RoleChanged
from bot.features import Trigger
from bot.logs import begin_request
from bot.metrics import OUTCOMES, REQUESTS
from bot.people import make_nobody
from bot.replies import Perform, Redirect, as_list, find_next
from bot.retries import backoff
from bot.tasks import ShieldedTransactions
from storage.claims import TakenError, claim_first, list_claiming

log = structlog.get_logger()

EVENT_TRIES = 5
"""How often a handler is called for one event, while the database or Mattermost is away."""


GoOn = Callable[[Perform | Redirect, Request], Awaitable[object]]


class EventNotHandledError(Exception):
    """Somebody could not hear an event for now: tell it again later, to all of them."""


class EventDispatcher:
    """``go_on`` runs the command or the button with which a handler goes on; ``first`` is the first pause in seconds
    after the database or Mattermost did not answer a handler."""

    def __init__(
        self, triggers: Iterable[Trigger], dependencies: HandlerDependencies, go_on: GoOn, first: float = 1.0
    ) -> None:
        self._d = dependencies
        self._go_on = go_on
        self._first = first
        self._admission = Admission(dependencies)
        self._transactions = ShieldedTransactions(dependencies.database)
        self._handlers: dict[type[object], list[Trigger]] = defaultdict(list)
        for trigger in triggers:
            if trigger.key[0] == "event" and trigger.payload is not None:
                self._handlers[trigger.payload].append(trigger)

    async def tell(self, event: Event) -> None:
        """Let all who listen there hear it. Raises EventNotHandledError once all others have."""
        if isinstance(event, PersonChanged):
            self._d.people.note_change(event.user_id, is_gone=event.is_gone)
        if isinstance(event, RoleChanged):
            await self._d.people.note_role_change(event.user_id)
        wanted = [t for t in self._handlers.get(type(event), ()) if t.only is None or t.only(event)]
        hearers = [t for t in wanted if self._d.watchlist.hears(t.feature, event)]
        heard = await self._list_heard(event, [t.key[1] for t in hearers])
        new = [t for t in hearers if t.key[1] not in heard]
        if not all(await asyncio.gather(*(self._heard(trigger, event) for trigger in new))):
            raise EventNotHandledError

    async def _list_heard(self, event: Event, names: Sequence[str]) -> Sequence[str]:
        """Those of these handlers that were told of it before: by this replica or another, live or read after an
        outage."""
        if not event.ident or not names:
            return []
        try:
            heard = await self._transactions.run(lambda db: list_claiming(db, names, event.ident), writes=False)
        except Exception:
            # Each handler’s own claim decides.
            log.warning("heard_not_known", names=list(names), exc_info=True)
            return []
        OUTCOMES.labels("event", "heard").inc(len(heard))
        return heard

    async def _heard(self, trigger: Trigger, event: Event) -> bool:
        """Whether a handler is done with an event, also by failing: then it would fail again."""
        begin_request()
        for tries in range(1, EVENT_TRIES + 1):
            try:
                with REQUESTS.labels("event", trigger.key[1]).time(), self._d.traffic.count_request():
                    outcome = await self._once(trigger, event)
            except Exception as problem:
                log.error("handler_failed", name=trigger.key[1], attempts=tries, exc_info=problem)
                outcome = "later" if may_succeed_later(problem) else "failed"
            OUTCOMES.labels("event", outcome).inc()
            if outcome != "later":
                return True
            if tries < EVENT_TRIES:
                await asyncio.sleep(backoff(tries, self._first))
        return False

    async def _once(self, trigger: Trigger, event: Event) -> str:
        now = self._d.clock()
        user = await self._d.people.of(event.by) if event.by else make_nobody(now)
        request = Request("event", trigger.key[1], event.by, getattr(event, "channel_id", ""))
        first = claim_first(trigger.key[1], event.ident, now) if event.ident else None
        try:
            facts = await self._admission.ask(trigger, user, request, event, now=now)
            async with self._d.database.transaction(first=first) as db:
                context = self._admission.context(user, request, db, now)
                replies = [] if None in facts else as_list(await trigger.handler(context, event, *facts))
                messages = await self._d.delivery.prepare(db, replies, request, trigger.feature)
                await db.connection()  # where nothing was written, this alone claims
        except TakenError:
            return "heard"
        except UserError:
            return "refused"  # nobody waits for an answer
        self._d.delivery.deliver_now(messages)
        if (following := find_next(replies)) is not None:
            await self._go_on(following, request)
        await self._d.delivery.answer(replies, request)
        self._d.watchlist.touch(trigger.feature)
        return "done"
