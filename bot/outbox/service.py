"""The outbox: two pools, for people and for crowds, and what they share; the bot’s own posts, seen, are noted."""

import asyncio
import tempfile
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import structlog

from bot.errors import unless_refused
from bot.mattermost import ChatPost, Mattermost, RateLimit
from bot.metrics import OUTBOX_OPEN, OUTBOX_WAITING
from bot.outbox.actions import read_mark
from bot.outbox.attempts import DeliveryMarks, OutboxDependencies, OutboxTable
from bot.outbox.pool import CROWD, PEOPLE, WorkerPool
from bot.outbox.sender import FileCarrier, Fresh, Sender
from bot.tasks import Traffic, cancel_all
from storage.database import Database
from storage.outbox import DeliveryMark, Outgoing, TargetKind

log = structlog.get_logger()

SENDERS_TURN = 1.0
"""Seconds in which who sent a message notes its delivery: hardly ever is there anything left to be done."""
ECHOES_MAX = 1000
"""So many posts are remembered for that long; what is beyond is found when its lease ends."""


class OwnPosts:
    """``hear`` gathers posts and notes them a moment later, ``note`` does it at once; twice does no harm."""

    def __init__(self, dependencies: OutboxDependencies) -> None:
        self._d = dependencies
        self._heard: OrderedDict[str, ChatPost] = OrderedDict()
        self._some = asyncio.Event()

    def hear(self, post: ChatPost) -> None:
        """Remember a post of the bot’s own."""
        if not (message_id := read_mark(post)):
            return
        self._heard[message_id] = post
        if len(self._heard) > ECHOES_MAX:
            self._heard.popitem(last=False)
        self._some.set()

    async def run(self) -> None:
        """Note what was heard of, for ever."""
        while True:
            await self._some.wait()
            await asyncio.sleep(SENDERS_TURN)
            self._some.clear()
            heard, self._heard = self._heard, OrderedDict()
            try:
                await self._note_all(heard)
            except Exception:
                log.warning("echoes_not_noted", count=len(heard), exc_info=True)  # each is due when its lease ends
            self._d.news.set()  # who noted one of them may be gone before it tells the sender

    async def note(self, post: ChatPost) -> str:
        """See to it that its message is noted, and give its id; empty where it is none of the outbox. Raises
        ChatError."""
        message_id = read_mark(post)
        if message_id:
            await self._note_all({message_id: post})
        return message_id

    async def _note_all(self, posts: Mapping[str, ChatPost]) -> None:
        for message in await self._d.rows.unnoted(list(posts)):
            await self._note(message, posts[message.id])

    async def _note(self, message: Outgoing, post: ChatPost) -> None:
        arrival = await unless_refused(self._d.sender.recognize(message, post), None)  # its sender is told the same
        if arrival is not None:
            await self._d.rows.note(DeliveryMark(message.id, arrival.post_id, arrival.channel_id))


@contextmanager
def _temporary_folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="coop-bot-") as folder:
        yield Path(folder)


@dataclass(frozen=True, slots=True)
class OutboxOptions:
    """``traffic`` tells of the requests that come before; ``fresh`` gives folders for files on their way; ``budget`` is
    how fast what is sent to many leaves. Who ``visits``, beside a bot that may be at work, sends only that, and takes
    nothing out of others’ hands; nor does who does not ``leads`` (bot/clock_skew.py)."""

    traffic: Traffic = field(default_factory=Traffic)
    fresh: Fresh = _temporary_folder
    budget: RateLimit = field(default_factory=RateLimit)
    visits: bool = False
    leads: Callable[[], bool] = lambda: True


class Outbox:
    """``deliver_now`` takes what was just committed; what is left from before is found by itself.

    ``first`` is the first pause in seconds after Mattermost did not answer.
    """

    def __init__(
        self,
        database: Database,
        chat: Mattermost,
        clock: Callable[[], datetime],
        *,
        first: float = 1.0,
        options: OutboxOptions | None = None,
    ) -> None:
        options = options or OutboxOptions()
        self._rows = OutboxTable(database, clock, self.look)
        self._one_process = database.is_sqlite and not options.visits
        self.news = asyncio.Event()
        """Set when a sender is to be told that a message of theirs has come to its end (bot/event_dispatcher.py)."""
        self._marks = DeliveryMarks(self._rows, self.news)
        sender = Sender(chat, FileCarrier(chat, self._rows.keep, options.fresh))
        parts = (self._rows, self._marks, chat, sender, options.traffic, clock, first, self.news)
        dependencies = OutboxDependencies(*parts, options.budget, options.leads)
        self._people = WorkerPool(PEOPLE, dependencies)
        self._crowd = WorkerPool(CROWD, dependencies, before=self._people)
        self._pools = (self._crowd,) if options.visits else (self._people, self._crowd)
        self._own_posts = OwnPosts(dependencies)
        self._noting: list[asyncio.Task[None]] = []

    @property
    def is_open(self) -> bool:
        """Whether Mattermost takes messages, as far as is known."""
        return self._people.is_open

    @property
    def tasks(self) -> Sequence[asyncio.Task[None]]:
        """All that is at work."""
        return [task for pool in self._pools for task in pool.tasks] + self._noting

    async def start(self) -> None:
        """Begin to deliver, with what an earlier run left."""
        if self._one_process:
            await self._rows.release_all()
        for pool in self._pools:
            await pool.start()
        self._noting = [asyncio.create_task(work) for work in (self._marks.run(), self._own_posts.run())]
        OUTBOX_OPEN.set(1)
        OUTBOX_WAITING.set_function(lambda: sum(pool.waiting for pool in self._pools))

    def deliver_now(self, messages: Sequence[Outgoing]) -> None:
        """Deliver at once what was just committed: people’s with a whole lease (``not_before`` a LEASE ahead of
        ``created_at``), a crowd’s and what is for later without one."""
        for pool, is_crowd in ((self._people, False), (self._crowd, True)):
            pool.deliver_now(m for m in messages if m.crowd is is_crowd)
        if any(message.where is TargetKind.ACT for message in messages):
            self.news.set()  # it may have taken back another

    async def quiet(self, seconds: float) -> None:
        """Wait until what answers people has left, but no longer than that."""
        await self._people.quiet(seconds)

    def hear(self, post: ChatPost) -> None:
        """A post of the bot’s own was heard of: soon its message is noted as delivered, whoever sent it."""
        self._own_posts.hear(post)

    async def note(self, post: ChatPost) -> str:
        """The same at once: the id of the message that the post is, empty where it is none. Raises ChatError."""
        return await self._own_posts.note(post)

    def look(self) -> None:
        """Look at the table now: something else was written there."""
        for pool in self._pools:
            pool.call.set()

    async def drain(self, seconds: float = 3.0) -> None:
        """Stop: finish what can be within so many seconds, and leave the rest to whoever comes next."""
        await asyncio.gather(*(pool.drain(seconds) for pool in self._pools))
        await cancel_all(self._noting)
        await self._rows.wait()
        await self._marks.flush()
        for pool in self._pools:
            await pool.give_back()
