"""Hearing Mattermost’s events for ever: connecting, resuming, and reading up on what was missed."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import structlog

from bot.backoff import backoff
from bot.errors import ChatError
from bot.mattermost import Mattermost
from bot.metrics import WEBSOCKET_UP
from bot.websocket.connection import Connection, Hearers, MissedEventsError, Position
from bot.websocket.events import Reconnected, from_post, parse
from bot.websocket.progress import Progress
from bot.websocket.queue import OnEvent, Queue
from storage.database import Database

log = structlog.get_logger()

CATCH_UP_MAX = timedelta(days=7)
"""What was written longer ago is not answered any more."""
TOKEN_RETRY = 60.0
"""Seconds until a refused token is tried again: only the operator can mend it."""
RECONNECTING_MAX = 30.0


class Events:
    """Calls ``on_event`` for what happens in Mattermost: told by the websocket, and read after an outage.

    The same message may be told twice. ``first`` is the first pause in seconds before connecting again.
    """

    def __init__(
        self, chat: Mattermost, database: Database, on_event: OnEvent, clock: Callable[[], datetime], first: float = 1.0
    ) -> None:
        self._chat = chat
        self._clock = clock
        self._first = first
        self._queue = Queue(on_event)
        self._progress = Progress(database)
        self._position = Position()
        self._behind = asyncio.Event()
        self._reading = False
        self._tasks: list[asyncio.Task[None]] = []
        self.connected = False

    @property
    def seen(self) -> datetime | None:
        """Everything before that instant of the server’s was handled; None before the first run."""
        return self._progress.seen

    def start(self) -> None:
        """Begin to hear; an unreachable server is waited for."""
        self._queue.start()
        self._tasks = [asyncio.create_task(self._live()), asyncio.create_task(self._read_up())]

    async def stop(self, seconds: float = 3.0) -> None:
        """Hear no more, and let the handlers at work end; what was not handled is read again after the restart."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._queue.stop(seconds)
        await self._progress.save(now=True)
        await self._progress.wait()
        self._is_up(False)

    async def _live(self) -> None:
        await self._progress.load(self._first)
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
        """One connection from begin to end: whether it came about, and the seconds to wait at least."""
        try:
            me = await self._chat.me()
            hearers = Hearers(self._hello, lambda name, data: self._hear(name, data, me.id), self._note_time)
            socket = await self._chat.client.listen(self._position.params)
        except ChatError as error:
            return False, self._pause_after(error)
        connection = Connection(socket, self._position, hearers)
        expected = self._position.sequence
        try:
            await connection.run()
        except MissedEventsError:
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
        """A socket that opened and was closed without a word: the server’s way to refuse a token."""
        try:
            if await self._chat.token_works():
                return 0.0
        except ChatError:
            return 0.0
        log.error("token_refused")
        return TOKEN_RETRY

    def _hello(self) -> None:
        """The server begins anew: what it told before is not told again."""
        self._is_up(True)
        self._behind.set()

    def _hear(self, name: str, data: Mapping[str, Any], bot_id: str) -> None:
        event = parse(name, data, bot_id)
        if event is not None and not self._queue.offer(event):
            self._position.forget()
            raise MissedEventsError

    async def _note_time(self, at: datetime) -> None:
        self._is_up(True)
        if self._queue.is_idle and not self._reading and not self._behind.is_set():
            self._progress.reach(at)
            await self._progress.save()

    def _is_up(self, up: bool) -> None:
        if up != self.connected:
            log.info("websocket_up" if up else "websocket_down")
        self.connected = up
        WEBSOCKET_UP.set(up)

    async def _read_up(self) -> None:
        """Whenever the server begins anew, read what people wrote meanwhile."""
        tries = 0
        while True:
            await self._behind.wait()
            self._behind.clear()
            self._reading = True
            try:
                await self._catch_up()
                tries = 0
            except Exception:
                log.warning("not_caught_up", exc_info=True)
                self._behind.set()
                tries += 1
                await asyncio.sleep(backoff(tries, self._first, RECONNECTING_MAX))
            finally:
                self._reading = False

    async def _catch_up(self) -> None:
        if (seen := self.seen) is not None:
            since = int(max(seen, self._clock() - CATCH_UP_MAX).timestamp() * 1000)
            bot = await self._chat.me()
            for channel_id in await self._chat.channels_with_news(since):
                await self._read_channel(channel_id, since, bot.id)
        await self._queue.put(Reconnected())

    async def _read_channel(self, channel_id: str, since: int, bot_id: str) -> None:
        try:
            posts = await self._chat.posts_since(channel_id, since)
        except ChatError as error:
            if error.may_pass or error.status == 401:
                raise
            log.warning("channel_not_read", status=error.status, error_id=error.error_id)
            return
        for event in (from_post(post, bot_id) for post in posts):
            if event is not None:
                await self._queue.put(event)
