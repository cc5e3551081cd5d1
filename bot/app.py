"""The composition root: the one place where the parts of the bot are made and put together."""

import asyncio
import contextlib
import gc
import signal
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from datetime import datetime
from functools import cached_property, partial

import structlog
from sqlmodel.ext.asyncio.session import AsyncSession

from bot import logs
from bot.admission import HandlerDependencies, find_access
from bot.api import ApiServer
from bot.clock import utc_now
from bot.connections import Connections, Limits
from bot.delivery import Delivery, DeliveryDependencies
from bot.dispatch import Acceptance, Dispatcher
from bot.drafts import Drafts
from bot.event_dispatcher import DeliveryEvents, EventDispatcher, ThreadEvents, find_listening_features
from bot.features import AccessHook, Beside, Feature, Key, Rescue, Trigger
from bot.figures import FigureReader, watch_disk
from bot.job_runner import JobRunner, JobScheduler
from bot.links import Links
from bot.mattermost import Mattermost, outside_transactions
from bot.mattermost.client import AioClient
from bot.options import WorkPriority
from bot.outbox import Outbox, OutboxOptions
from bot.outbox_rows import RegisteredHandlers
from bot.people import People
from bot.recovery import Recovery
from bot.registry import choose_features, index_all_triggers, index_work
from bot.retries import ClockSkew
from bot.server import FeedServer, HttpServer, ServerDependencies
from bot.site import PageServer
from bot.spool import Spool
from bot.tasks import RateLimit, Traffic, cancel_all
from bot.watchlist import Watchlist
from bot.web import WebClient, describe_agent
from bot.webhooks import WebhookServer
from bot.websocket import EventListener, ListenerDependencies
from bot.work import WorkSignals
from bot.work.orders import OrderFolders, OrderRunner
from bot.work.steps import StepRunner
from bot.work.workers import WorkerGroup, Workers, WorkerSlots, WorkHandlers
from config.settings import Settings
from storage.database import Database, reserved
from storage.engines import AWAY
from storage.work import WorkFilter, WorkSort

log = structlog.get_logger()

DRAIN_SECONDS = 2
COURTESY, CHORES_COURTESY = 0.4, 1.0
"""Seconds a step of long work waits at most for what answers people, twice: while it is made, and until it has left."""
FILES_AT_ONCE = WorkerSlots(5, unwatched=1)
"""Whoever waits for a file waits for nobody else’s, unless four of them are made; each reads in a connection of its own
(storage/engines.py has more of them)."""


class App:
    """The whole bot. ``start`` opens its entrances, ``stop`` lets what is under way end.

    ``first`` is the first pause in seconds after Mattermost did not take a message or a file.
    """

    _leaves = False

    def __init__(
        self,
        settings: Settings,
        features: Sequence[Feature],
        clock: Callable[[], datetime] = utc_now,
        *,
        first: float = 1.0,
        limits: Limits | None = None,
    ) -> None:
        self.settings, self._features = settings, choose_features(features, settings.features)
        self.database = database = Database(settings.database_url, folder=settings.data_dir)
        self.web, self.skew = WebClient(describe_agent(settings)), ClockSkew(database)
        self.budget, self._clock = RateLimit(settings.work_calls), (clock := self.skew.corrected(clock))
        self.client = AioClient(settings.mattermost_url, settings.bot_token.get_secret_value(), self.budget)
        self.chat, self._tasks = Mattermost(self.client, settings.team), list[asyncio.Task[None]]()
        chat, self._traffic, self._folders = outside_transactions(self.chat), Traffic(), OrderFolders(settings.data_dir)
        self.outbox = outbox = Outbox(database, chat, clock, first=first, options=self._outbox_options())
        links, triggers = Links(settings.secrets), index_all_triggers(features, settings.features)
        self.people = people = People(database, chat, settings, clock)
        known, signals = RegisteredHandlers(find_listening_features(triggers), index_work(triggers)), WorkSignals()
        self.spool, self.watchlist = Spool(settings.data_dir), Watchlist(database, self._features, settings)
        drafts = Drafts(self.spool, clock, Acceptance(triggers).accepted)
        sending = DeliveryDependencies(database, chat, outbox, people, links, settings, clock, known, signals)
        self._delivery = delivery = Delivery(sending)
        parts = (database, chat, people, delivery, drafts, self._traffic, self.watchlist, settings, clock)
        dependencies = HandlerDependencies(*parts, self.web, *self._hooks(), leads=self.skew.leads)
        self._delivery_events = DeliveryEvents(triggers, dependencies, outbox)
        self.dispatcher = Dispatcher(triggers, dependencies, self._delivery_events.settle_soon)
        self.runs, self._fetches = JobRunner(triggers, dependencies), dependencies.errands
        self.makers, self.workers = self._make_worker_groups(WorkHandlers(triggers, dependencies), signals, first)
        self.event_dispatcher = EventDispatcher(triggers.values(), dependencies, self.dispatcher.go_on, first)
        self.events, self.jobs = self._make_listener(dependencies), self._make_scheduler(triggers)
        self.connections, self._recovery = Connections(limits or Limits()), Recovery(triggers, dependencies)
        self._entrance = HttpServer(self._server_dependencies(links, triggers, dependencies), DRAIN_SECONDS)

    def _hooks(self) -> tuple[Rescue | None, AccessHook | None, tuple[Beside, ...]]:
        rescue = next((feature.rescue for feature in self._features if feature.rescue), None)
        beside = tuple(hook for feature in self._features for hook in feature.beside)
        return rescue, find_access(self._features), beside

    @cached_property
    def figures(self) -> FigureReader:
        """The reader of the database figures of /metrics."""
        hooks = [hook for feature in self._features for hook in feature.figures]
        return FigureReader(self.database, self.jobs.schedules, hooks, self._clock)

    def _outbox_options(self) -> OutboxOptions:
        return OutboxOptions(self._traffic, self._folders.fresh, self.budget, leads=self.skew.leads)

    def _server_dependencies(
        self, links: Links, triggers: Mapping[Key, Trigger], dependencies: HandlerDependencies
    ) -> ServerDependencies:
        token = self.settings.command_token.get_secret_value()
        feeds, pages = FeedServer(triggers, dependencies), PageServer(triggers, dependencies)
        programs, hooks = ApiServer(triggers, dependencies), WebhookServer(triggers, dependencies)
        around = (self.ready, self.connections)
        return ServerDependencies(self.dispatcher, links, token, *around, feeds, pages, programs, hooks)

    @property
    def port(self) -> int:
        """The port listened on."""
        return self._entrance.port

    async def start(self) -> None:
        """Listen first, so that Mattermost and probes are answered; the rest comes up beside."""
        await self._entrance.open(self.settings.host, self.settings.port)
        self.warming = self._spawn(self._warm_up())
        watch_disk(self.settings.data_dir)
        self._spawn(self.figures.run())
        with reserved():
            await self.skew.look()
            self._spawn(self.skew.run())
            await self.outbox.start()
            self._spawn(self._delivery_events.run())
            self.events.start()
        self.makers.start()
        self.workers.start()
        self._spawn(self._recovery.run())
        await self.jobs.start()

    async def stop(self) -> None:
        """Refuse new requests, finish those under way, deliver what can be delivered, and release everything."""
        await self._entrance.close()
        await self.jobs.stop()
        await self.events.stop()
        await cancel_all(self._tasks)
        await self._delivery_events.wait()
        await asyncio.gather(self.makers.stop(), self.workers.stop())
        await self._fetches.stop()
        await self.outbox.drain(DRAIN_SECONDS)
        self._folders.close()
        await self._delivery.close()
        await self.client.close()
        await self.web.close()
        await self.database.close()
        self.spool.close()

    async def ready(self) -> dict[str, bool]:
        """Return whether each thing the bot needs is there."""
        late = {} if self.skew.leads() else {"clock": False}
        leaves = {"serving": False} if self._leaves else {}
        here = {"database": await self.database.answers(), "mattermost": await self._mattermost_answers()}
        return here | late | leaves

    def leave(self) -> None:
        """Make /readyz answer that no more requests should come; requests are still answered."""
        self._leaves = True

    async def _mattermost_answers(self) -> bool:
        """Return whether Mattermost answers: the websocket is open, or a ping succeeds. A server that asked for a long
        pause counts as absent."""
        return not self.client.holds_back and (self.events.connected or await self.chat.answers())

    async def _give_way(self, seconds: float) -> None:
        """Let long work wait, for a limited time, until no request is being answered and no message is on its way to a
        person."""
        await self._traffic.wait_until_idle(seconds)
        await self.outbox.quiet(seconds)

    async def _warm_up(self) -> None:
        """Read at start what the first command would otherwise wait for: features’ indexes, and the server’s
        version."""
        for feature in self._features:
            for work in feature.at_start:
                await asyncio.to_thread(work)
        await self.chat.answers()
        for read in (read for feature in self._features for read in feature.read_at_start):
            await self._read_once(read)

    async def _read_once(self, read: Callable[[AsyncSession], Awaitable[None]]) -> None:
        """Run a warm-up read; if the database is away, the first request does it."""
        try:
            async with self.database.transaction(writes=False) as db:
                await read(db)
        except AWAY as problem:
            log.warning("not_read_at_start", exc_info=problem)

    def _make_scheduler(self, triggers: Mapping[Key, Trigger]) -> JobScheduler:
        """Make the job scheduler, which wakes up by this machine’s clock and decides by the corrected one."""
        runs, skew = self.runs, self.skew
        return JobScheduler(triggers, runs.run, runs.zones, self._clock, lambda: skew.taken_off)

    def _make_listener(self, dependencies: HandlerDependencies) -> EventListener:
        parts = (self.chat, dependencies.database, dependencies.watchlist, dependencies.clock, dependencies.traffic)
        threads = ThreadEvents(self._delivery_events, self.event_dispatcher.tell)
        return EventListener(ListenerDependencies(*parts, self.outbox.hear), threads.tell)

    def _make_worker_groups(
        self, handlers: WorkHandlers, signals: WorkSignals, first: float
    ) -> tuple[WorkerGroup, WorkerGroup]:
        return self._make_order_workers(handlers, signals, first), self._make_step_workers(handlers, signals, first)

    def _make_order_workers(self, handlers: WorkHandlers, signals: WorkSignals, first: float) -> WorkerGroup:
        """Make the workers of files; some slots are reserved for files that somebody waits for."""
        files = OrderRunner(handlers, self._folders, first)
        return WorkerGroup(Workers(handlers, files, signals.of(WorkSort.FILE), FILES_AT_ONCE))

    def _make_step_workers(self, handlers: WorkHandlers, signals: WorkSignals, first: float) -> WorkerGroup:
        """Make the workers of steps; each priority has its own slots, so that none waits for another."""
        urgent, chores = handlers.names(WorkPriority.URGENT), handlers.names(WorkPriority.CHORE)
        classes = (
            (_at_once, WorkerSlots(4, WorkFilter(urgent))),
            (partial(self._give_way, COURTESY), WorkerSlots(4, WorkFilter(others=urgent | chores))),
            (partial(self._give_way, CHORES_COURTESY), WorkerSlots(2, WorkFilter(chores))),
        )
        steps = [(StepRunner(handlers, give_way, first), slots) for give_way, slots in classes]
        return WorkerGroup(*(Workers(handlers, each, signals.of(WorkSort.STEPS), slots) for each, slots in steps))

    def _spawn(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.append(task)
        return task


async def _at_once() -> None:
    """Wait for nothing: urgent work does not give way."""


GARBAGE_AFTER = 20_000
"""Objects made and still there after which the newest are looked through for garbage: a request leaves next to none,
and after 700, as Python has it, that look took a twentieth of its time."""


async def serve(settings: Settings, features: Sequence[Feature]) -> None:
    """Run the bot until it is told to stop (SIGTERM, SIGINT). For ``settings.drain`` seconds it only says that it is
    about to, so that a balancer sends it nothing more; told once more, it stops at once."""
    logs.configure(settings.log_level)
    gc.set_threshold(GARBAGE_AFTER)
    app = App(settings, features)
    told = asyncio.Semaphore(0)
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, told.release)
    try:
        await app.start()
        log.info("serving", port=app.port)
        # What is there now stays: looking through it all for garbage, again and again, held everybody up for 80 ms.
        app.warming.add_done_callback(lambda _: gc.freeze())
        await told.acquire()
        app.leave()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(told.acquire(), settings.drain)
    finally:
        with contextlib.suppress(asyncio.CancelledError):
            await app.stop()
