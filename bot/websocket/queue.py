"""The queue of events to be handled: in order for each channel, a few channels at a time; and the cursor up to which
all were handled."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Collection, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

import structlog

from bot.errors import may_succeed_later
from bot.event_dispatcher import EventNotHandledError
from bot.events import Event
from bot.metrics import EVENTS
from bot.tasks import ShieldedTransactions, cancel_all
from bot.websocket.parser import News
from storage import claims
from storage.database import Database

log = structlog.get_logger()

HANDLED_AT_ONCE = 4
EVENTS_MAX = 1000

Item = Event | News
OnItem = Callable[[Item], Awaitable[None]]


class EventQueue:
    """Passes events to ``on_item``. Its failures are logged; after one that may succeed later, ``on_loss`` is called
    and all waiting events are dropped, to be read again."""

    def __init__(self, on_item: OnItem) -> None:
        self._on_item = on_item
        self.on_loss: Callable[[], None] = lambda: None
        self._lanes: dict[str, deque[Item]] = {}
        """What waits, by lane; a lane that is being worked on is here, if empty."""
        self._ready: asyncio.Queue[str | None] = asyncio.Queue()
        self._room = asyncio.Event()
        self._room.set()
        self._size = 0
        self._held: deque[Item] = deque()
        """What was told of places in which something is still to be read that happened before."""
        self._unread: Collection[str] | None = ()
        """These places; None is all of them."""
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Start to pass events on."""
        self._tasks = [asyncio.create_task(self._work()) for _ in range(HANDLED_AT_ONCE)]

    @property
    def is_idle(self) -> bool:
        """Whether all events were handled."""
        return not self._lanes and not self._held

    def __len__(self) -> int:
        """Return how many events wait, without those being handled."""
        return self._size + len(self._held)

    @property
    def awaited(self) -> Sequence[str]:
        """The places with events held back, longest waiting first."""
        return list(dict.fromkeys(map(lane_of, self._held)))

    def hold_back(self, unread: Collection[str] | None) -> None:
        """Hold back the events of these places (None: of all) behind what is read there; those held back for other
        places continue in order."""
        self._unread = unread
        held, self._held = self._held, deque()
        for item in held:
            self._take(item)

    def offer(self, item: Item) -> bool:
        """Add a live event; return False if the queue is full."""
        if len(self) >= EVENTS_MAX:
            return False
        self._take(item)
        return True

    def _take(self, item: Item) -> None:
        if self._unread is None or lane_of(item) in self._unread:
            self._held.append(item)
        else:
            self._put(item)

    async def put(self, item: Item) -> None:
        """Add an event that was read, waiting for room."""
        while self._size >= EVENTS_MAX:
            self._room.clear()
            await self._room.wait()
        self._put(item)

    def _put(self, item: Item) -> None:
        lane = lane_of(item)
        if lane not in self._lanes:
            self._lanes[lane] = deque()
            self._ready.put_nowait(lane)
        self._lanes[lane].append(item)
        self._size += 1

    def clear(self) -> None:
        """Drop all events that are not being handled."""
        for waiting in (*self._lanes.values(), self._held):
            waiting.clear()
        self._size = 0
        self._room.set()

    async def stop(self, seconds: float) -> None:
        """Let running handlers finish and drop the other events, which are read again after a restart."""
        self.clear()
        for _ in self._tasks:
            self._ready.put_nowait(None)
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=seconds)
            await cancel_all(late)

    async def _work(self) -> None:
        while (lane := await self._ready.get()) is not None:
            waiting = self._lanes[lane]
            if waiting:
                item = waiting.popleft()
                self._size -= 1
                self._room.set()
                EVENTS.labels(type(item).__name__, await self._handle(item)).inc()
            if waiting:
                self._ready.put_nowait(lane)  # behind the other lanes
            else:
                del self._lanes[lane]

    async def _handle(self, item: Item) -> str:
        try:
            await self._on_item(item)
        except Exception as problem:
            log.error("event_failed", name=type(item).__name__, exc_info=problem)
            if isinstance(problem, EventNotHandledError) or may_succeed_later(problem):
                with suppress(Exception):
                    self.clear()
                    self.on_loss()
            return "failed"
        return "done"


def lane_of(item: Item) -> str:
    """Return the key within which events keep their order: the place or, elsewhere, the person."""
    if isinstance(item, Event):
        return getattr(item, "channel_id", "") or getattr(item, "user_id", "") or type(item).__name__
    return item.place


CURSOR = "events"
OVERLAP = timedelta(seconds=5)
"""How much is read again: a post may be told of a moment after the server gave it its time."""
WRITE_EVERY = timedelta(seconds=30)


class EventCursor:
    """The instant up to which all events were handled, in the server’s time, so that the bot’s clock does not
    matter."""

    def __init__(self, database: Database) -> None:
        self.seen: datetime | None = None
        """Everything before was handled; None before the first run."""
        self._written: datetime | None = None
        self._transactions = ShieldedTransactions(database)
        self.wait = self._transactions.wait

    async def load(self, pause: float) -> None:
        """Load the cursor of the last run, retrying after that many seconds while the database is away."""
        while True:
            try:
                self.seen = self._written = await self._transactions.run(
                    lambda db: claims.read_cursor(db, CURSOR), writes=False
                )
            except Exception:
                log.warning("cursor_unreadable", exc_info=True)
                await asyncio.sleep(pause)
            else:
                return

    def begin(self, at: datetime) -> None:
        """Set the cursor on the first run: earlier events do not matter, later ones that are missed are read."""
        if self.seen is None:
            self.reach(at)

    def reach(self, at: datetime) -> None:
        """Advance the cursor: everything before that instant was handled."""
        at -= OVERLAP
        self.seen = at if self.seen is None else max(self.seen, at)

    async def save(self, *, now: bool = False) -> None:
        """Store the cursor if it has not been for a while; a failure is retried the next time."""
        seen = self.seen
        if seen is None or seen == self._written:
            return
        if not now and self._written is not None and seen - self._written < WRITE_EVERY:
            return
        try:
            await self._transactions.run(lambda db: claims.move_cursor(db, CURSOR, seen))
        except Exception:
            log.warning("cursor_not_written", exc_info=True)
        else:
            self._written = seen
