"""The listener: connects to Mattermost’s websocket for ever, resumes, and catches up on what was missed."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from bot.errors import ChatError
from bot.events import Event
from bot.mattermost import ChatPost, Mattermost
from bot.mattermost.wire import TOWN_SQUARE
from bot.metrics import EVENTS_WAITING, WEBSOCKET_UP
from bot.retries import backoff
from bot.tasks import Traffic, cancel_all, loop_time
from bot.watchlist import Watchlist
from bot.websocket import parser
from bot.websocket.catch_up import CatchUp, CatchUpReader
from bot.websocket.queue import EventCursor, EventQueue, Item
from bot.websocket.tracker import PlaceTracker
from storage.database import Database

log = structlog.get_logger()

TOKEN_RETRY = 60.0
"""Seconds until a refused token is tried again: only the operator can mend it."""
RECONNECTING_MAX = 30.0

OnEvent = Callable[[Event], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class ListenerDependencies:
    """What the listener needs; ``on_own`` is called for each post of the bot’s own."""

    chat: Mattermost
    database: Database
    watchlist: Watchlist
    clock: Callable[[], datetime]
    traffic: Traffic
    on_own: Callable[[ChatPost], None] = lambda _: None


class EventListener:
    """Calls ``on_event`` for what happens in Mattermost, live or read after an outage.

    The same event may come twice: each handler claims it. ``first`` is the first pause in seconds before reconnecting.
    """

    def __init__(self, dependencies: ListenerDependencies, on_event: OnEvent, first: float = 1.0) -> None:
        self._chat = dependencies.chat
        self._clock = dependencies.clock
        self._watchlist = dependencies.watchlist
        self._traffic = dependencies.traffic
        self._first = first
        self._on_event = on_event
        self._ears = parser.FrameParser(on_own=dependencies.on_own)
        self._queue = EventQueue(self._handle)
        self._progress = EventCursor(dependencies.database)
        self._places = PlaceTracker(dependencies.database, dependencies.chat, on_event, dependencies.clock)
        self._reader = CatchUpReader(dependencies.chat, self._ears, self._queue, self._places, dependencies.clock)
        self._catching = CatchUp(self._reader, self._queue, self._places, lambda: self.seen, first)
        self._queue.on_loss = self._catching.fall_behind
        self._position = parser.StreamPosition()
        self._begun = 0.0
        """When the latest connection was begun, in the seconds of the event loop."""
        self._tasks: list[asyncio.Task[None]] = []
        self.connected = False

    @property
    def seen(self) -> datetime | None:
        """The instant (server time) before which everything was handled; None before the first run."""
        return self._progress.seen

    @property
    def is_idle(self) -> bool:
        """Whether everything received so far was handled."""
        return self._queue.is_idle and not self._catching.is_busy

    def start(self) -> None:
        """Start to listen; an unreachable server is waited for."""
        EVENTS_WAITING.set_function(lambda: max(len(self._queue), not self.is_idle))
        self._watchlist.on_change = self._watch
        self._watchlist.start()
        self._queue.start()
        loops = (self._live(), self._catching.run(), self._catching.look_around(self._clock))
        self._tasks = [asyncio.create_task(loop) for loop in loops]

    async def stop(self, seconds: float = 3.0) -> None:
        """Stop listening and let running handlers finish; unhandled events are read again after a restart."""
        await cancel_all(self._tasks)
        await self._watchlist.stop()
        await self._queue.stop(seconds)
        await self._places.transactions.wait()
        await self._progress.save(now=True)
        await self._progress.wait()
        self._is_up(False)

    async def look(self) -> None:
        """Compare places now, as also happens every hour."""
        await self._reader.of_places()

    async def _live(self) -> None:
        await self._progress.load(self._first)
        await self._watchlist.wait_known()
        self._watch()
        tries = 0
        while True:
            try:
                lived, pause = await self.connect()
            except Exception:
                log.exception("websocket_failed")
                lived, pause = False, 0.0
            tries = 1 if lived else tries + 1
            self._is_up(False)
            await asyncio.sleep(max(pause, backoff(tries, self._first, RECONNECTING_MAX)))

    async def connect(self) -> tuple[bool, float]:
        """Hold one connection to its end; return whether it was established, and the least seconds to wait."""
        self._begun = loop_time()
        try:
            await self._learn()
            hearers = parser.FrameHandlers(self._hello, self._hear, self._note_time, self._traffic)
            socket = await self._chat.client.listen(self._position.params)
        except ChatError as error:
            return False, self._pause_after(error)
        connection = parser.Connection(socket, self._position, hearers)
        expected = self._position.sequence
        try:
            await connection.run()
        except parser.MissedEventsError:
            log.warning("events_missed")
            if self._position.sequence == expected:
                self._position.forget()  # resuming did not bring it
        if connection.alive:
            return True, 0.0
        self._position.forget()  # not to be resumed, perhaps
        return False, await self._why_silent()

    def _pause_after(self, error: ChatError) -> float:
        log.warning("websocket_refused", status=error.status, error_id=error.error_id)
        return TOKEN_RETRY if error.status == 401 else error.retry_after or 0.0

    async def _why_silent(self) -> float:
        """Return how long to wait after a socket that closed without a message, by which the server refuses a token."""
        try:
            if await self._chat.token_works():
                return 0.0
        except ChatError:
            return 0.0
        log.error("token_refused")
        return TOKEN_RETRY

    def _hello(self) -> None:
        """Handle a new beginning by the server, which will not repeat earlier events."""
        self._is_up(True)
        self._catching.fall_behind()

    async def _learn(self) -> None:
        """Read who the bot is, its team and its direct channels, before any event is dispatched."""
        bot = await self._chat.me()
        self._ears.bot_id, self._ears.said_to_it.name = bot.id, bot.username.lower()
        if self._ears.team_id:
            return
        try:
            await self._reader.learn_direct()
            if square := await self._chat.channel_by_name(TOWN_SQUARE):
                self._ears.square = square.id
            self._ears.team_id = await self._chat.team_id()
        except ChatError as error:
            if error.is_temporary:
                raise
            log.warning("team_not_read", status=error.status, error_id=error.error_id)  # it may be none of its any more

    def _watch(self) -> None:
        """Update the watched places when features change them."""
        self._ears.places = self._watchlist.all_of_it.places
        self._ears.crowded = self._watchlist.all_of_it.crowded
        self._catching.widen()

    def _hear(self, frame: parser.Frame) -> None:
        for item in self._ears.parse(frame):
            if isinstance(item, parser.MemberNews):
                self._places.ages[item.place] += 1
                if item.user_id == self._ears.bot_id:
                    self._catching.read_place(item.place)  # the bot was elsewhere, and missed what happened there
                    continue
            if not self._queue.offer(item):
                self._position.forget()
                raise parser.MissedEventsError

    async def _handle(self, item: Item) -> None:
        if isinstance(item, parser.ChannelNews | parser.MemberNews):
            await self._places.settle(item)
        else:
            await self._on_event(item)

    async def _note_time(self, at: datetime) -> None:
        self._is_up(True)
        self._progress.begin(at - timedelta(seconds=loop_time() - self._begun))
        if self.is_idle:
            self._progress.reach(at)
        await self._progress.save()

    def _is_up(self, up: bool) -> None:
        if up != self.connected:
            log.info("websocket_up" if up else "websocket_down")
        self.connected = up
        WEBSOCKET_UP.set(up)
