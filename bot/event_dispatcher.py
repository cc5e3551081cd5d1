"""The dispatcher of events: each handler gets an event at most once over all replicas and restarts, independently of
other handlers. Delivery events go to the feature that sent the message, once, and before events under its post."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence

import structlog
from sqlmodel.ext.asyncio.session import AsyncSession

from bot import events, retries
from bot.admission import Admission, HandlerDependencies
from bot.context import Request
from bot.errors import UserError, may_succeed_later, unless_refused_for_good
from bot.features import Key, Trigger
from bot.logs import begin_request
from bot.mattermost import ChatPost
from bot.metrics import OUTCOMES, REQUESTS
from bot.outbox import Outbox
from bot.outbox_rows import Row
from bot.people import make_nobody
from bot.replies import Perform, Redirect, Reply, as_list, find_next
from bot.retries import PollerPauses, TablePoller, backoff
from bot.tasks import ShieldedTransactions
from storage import outbox as table
from storage.claims import TakenError, claim_first, list_claiming
from storage.engines import is_taken
from storage.outbox import Outgoing

EVENT_TRIES = 5
"""How often a handler is called for one event, while the database or Mattermost is away."""


GoOn = Callable[[Perform | Redirect, Request], Awaitable[object]]


class EventNotHandledError(Exception):
    """A handler could not handle an event for now; it is to be dispatched again later."""


class EventDispatcher:
    """Runs event handlers. ``go_on`` runs the command or button with which one continues; ``first`` is the first pause
    in seconds after the database or Mattermost failed."""

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

    async def tell(self, event: events.Event) -> None:
        """Dispatch an event to all handlers of the features that watch its place. Raises EventNotHandledError after all
        others have run."""
        if isinstance(event, events.PersonChanged):
            self._d.people.note_change(event.user_id, is_gone=event.is_gone)
        if isinstance(event, events.RoleChanged):
            await self._d.people.note_role_change(event.user_id)
        wanted = [t for t in self._handlers.get(type(event), ()) if t.only is None or t.only(event)]
        hearers = [t for t in wanted if self._d.watchlist.hears(t.feature, event)]
        heard = await self._list_heard(event, [t.key[1] for t in hearers])
        new = [t for t in hearers if t.key[1] not in heard]
        if not all(await asyncio.gather(*(self._heard(trigger, event) for trigger in new))):
            raise EventNotHandledError

    async def _list_heard(self, event: events.Event, names: Sequence[str]) -> Sequence[str]:
        """Return which of these handlers have already handled an event, in any replica, live or read after an
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

    async def _heard(self, trigger: Trigger, event: events.Event) -> bool:
        """Run a handler, and return whether it is done with the event; one that failed is, since it would fail
        again."""
        begin_request()
        for tries in range(1, EVENT_TRIES + 1):
            try:
                with REQUESTS.labels("event", trigger.key[1]).time(), self._d.traffic.count_request():
                    outcome = await self._once(trigger, event)
            except Exception as problem:
                log.error("handler_failed", name=trigger.key[1], attempts=tries, exc_info=problem)
                # Of two that write the same row at one moment, the second finds it when it is run again.
                is_late = tries == 1 and is_taken(problem)
                outcome = "later" if is_late or may_succeed_later(problem) else "failed"
            OUTCOMES.labels("event", outcome).inc()
            if outcome != "later":
                return True
            if tries < EVENT_TRIES:
                await asyncio.sleep(backoff(tries, self._first))
        return False

    async def _once(self, trigger: Trigger, event: events.Event) -> str:
        now = self._d.clock()
        user = await self._d.people.of(event.by) if event.by else make_nobody()
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
        if None not in facts:
            self._d.watchlist.touch(trigger.feature)
        return "done"


log = structlog.get_logger()

DeliveryEvent = events.Delivered | events.Undelivered

TOLD_AT_ONCE = 50
CLICK_PATIENCE = 0.8
"""Seconds that whoever clicked a button waits at most for the note of its post."""
TRIES_MAX = 3
"""So often a handler that fails is run again; then nobody is told."""
BETWEEN_TRIES = 2.0
PAUSES = PollerPauses(breath=0.05, after_fault=1.0)


class ToldAlreadyError(Exception):
    """Another replica dispatched the event meanwhile; the work here is rolled back."""


def find_listening_features(triggers: Mapping[Key, Trigger]) -> frozenset[str]:
    """Return the features that have delivery handlers."""
    return frozenset(t.feature for t in triggers.values() if t.payload in (events.Delivered, events.Undelivered))


class DeliveryEvents:
    """Runs the handlers of ``Delivered`` and ``Undelivered`` of the feature that sent a message.

    A post exists before its delivery is recorded: for a moment, or until a lease ends if its replica was killed. Until
    then no feature finds it; ``settle`` makes up for that.
    """

    def __init__(self, triggers: Mapping[Key, Trigger], dependencies: HandlerDependencies, outbox: Outbox) -> None:
        self._triggers = [t for t in triggers.values() if t.payload in (events.Delivered, events.Undelivered)]
        self._d = dependencies
        self._outbox = outbox
        self._admission = Admission(dependencies)
        self._transactions = ShieldedTransactions(dependencies.database)
        self._failures: Counter[str] = Counter()
        self._later: set[str] = set()
        self._poller = TablePoller("news", self._look, PAUSES, outbox.news)

    async def run(self) -> None:
        """Dispatch delivery events, for ever."""
        if self._triggers:
            await self._poller.run()

    async def wait(self) -> None:
        """Wait for the steps of a run that was cancelled."""
        await self._transactions.wait()

    async def _look(self) -> float:
        """Dispatch what is due, and return the seconds until the next look."""
        later = list(self._later)
        found = await self._transactions.run(lambda db: table.list_news(db, TOLD_AT_ONCE, later), writes=False)
        for message in found:
            await self._tell(message)
        if found:
            return 0.0
        self._later.clear()
        return BETWEEN_TRIES if later else retries.LOOK_ANYWAY

    async def tell_of(self, message_id: str) -> None:
        """Dispatch the delivery event of a message, if that has not been done.

        Raises EventNotHandledError if it is impossible for now.
        """
        for _ in range(TRIES_MAX + 1):
            message = await self._transactions.run(lambda db: table.find_untold(db, message_id), writes=False)
            if message is None:
                return
            await self._tell(message)
            if message.id in self._later:
                await asyncio.sleep(BETWEEN_TRIES)
        raise EventNotHandledError

    async def settle_soon(self, post_id: str, channel_id: str, user_id: str) -> None:
        """Call ``settle`` with a short time limit, since somebody waits for their click."""
        try:
            async with asyncio.timeout(CLICK_PATIENCE):
                await self.settle(post_id, channel_id, user_id)
        except Exception:
            log.warning("clicked_post_not_noted", exc_info=True)

    async def settle(self, post_id: str, channel_id: str, user_id: str) -> None:
        """Record the delivery of a post, if it is the bot’s, and dispatch its event. Errors that may pass are
        raised."""
        if not await self._transactions.run(lambda db: table.may_have_posted(db, channel_id, user_id), writes=False):
            return
        post = await self._own(post_id)
        if post is not None:
            await self.tell_of(await self._outbox.note(post))

    async def _own(self, post_id: str) -> ChatPost | None:
        post = await unless_refused_for_good(self._d.chat.read_post(post_id))
        if post is None:
            return None  # it is gone, and its thread with it
        return post if post.user_id == (await self._d.chat.me()).id else None

    async def _tell(self, message: Outgoing) -> None:
        """Dispatch one delivery event; a failure is retried later and delays no other."""
        begin_request()
        try:
            heard = await self._ask(message)
            messages = await self._transactions.run(lambda db: self._handle(db, message, heard))
        except ToldAlreadyError:
            return
        except UserError:
            await self._transactions.run(lambda db: table.mark_told(db, message, self._d.clock()))
            return
        except Exception as problem:
            await self._put_off(message, problem)
            return
        del self._failures[message.id]
        self._d.delivery.deliver_now(messages)
        self._d.watchlist.touch(message.tells or "")

    async def _ask(self, message: Outgoing) -> Sequence[tuple[Trigger, Request, tuple[object, ...]]]:
        """Return the handlers of a delivery event, each with the answer of its question."""
        event, channel_id, heard = _event(message), message.channel_id or "", []
        for trigger in self._triggers:
            hears = isinstance(event, trigger.payload or ()) and (trigger.only is None or trigger.only(event))
            if hears and trigger.feature == message.tells:
                request = Request("event", trigger.key[1], "", channel_id, crowd=message.crowd)
                facts = await self._admission.ask(trigger, make_nobody(), request, event)
                heard += [] if None in facts else [(trigger, request, facts)]
        return heard

    async def _handle(
        self, db: AsyncSession, message: Outgoing, heard: Sequence[tuple[Trigger, Request, tuple[object, ...]]]
    ) -> Sequence[Row]:
        """Write in one transaction what the handlers write and reply, and that the event was dispatched."""
        answers: list[tuple[Request, Sequence[Reply]]] = []
        for trigger, request, facts in heard:
            context = self._admission.context(make_nobody(), request, db)
            answers.append((request, as_list(await trigger.handler(context, _event(message), *facts))))
        if not await table.mark_told(db, message, self._d.clock()):
            raise ToldAlreadyError
        prepare, sender = self._d.delivery.prepare, message.tells or ""
        return [row for request, replies in answers for row in await prepare(db, replies, request, sender)]

    async def _put_off(self, message: Outgoing, problem: Exception) -> None:
        """Retry later: for ever while the database or Mattermost is away, a few times if the handler fails."""
        self._failures[message.id] += 0 if may_succeed_later(problem) else 1
        given_up = self._failures[message.id] >= TRIES_MAX
        log.error("event_failed", name=type(_event(message)).__name__, given_up=given_up, exc_info=problem)
        if given_up:
            del self._failures[message.id]
            await self._transactions.run(lambda db: table.mark_told(db, message, self._d.clock()))
        else:
            self._later.add(message.id)


def _event(message: Outgoing) -> DeliveryEvent:
    """Make the delivery event of a message. A reason of refusal that this version does not know becomes None."""
    topic = message.topic or ""
    if message.fault is None:
        kept_out = message.content.get("kept_out", {})
        return events.Delivered(
            topic=topic, post_id=message.post_id or "", channel_id=message.channel_id or "", kept_out=kept_out
        )
    return events.Undelivered(topic=topic, refusal=message.content.get("refusal"))


class ThreadEvents:
    """Dispatches events of posts, each after the delivery event of its thread’s first post."""

    def __init__(self, delivery_events: DeliveryEvents, tell: Callable[[events.Event], Awaitable[None]]) -> None:
        self._settle = delivery_events.settle
        self._tell = tell

    async def tell(self, event: events.Event) -> None:
        """Dispatch an event. Errors that may pass are raised, so that it is dispatched again later."""
        match event:
            case events.Posted() | events.DirectMessage() | events.Addressed() | events.Edited() if event.root_id:
                await self._settle(event.root_id, event.channel_id, event.user_id)
            case events.Reacted() | events.Unreacted():
                await self._settle(event.post_id, event.channel_id, event.user_id)
        await self._tell(event)
