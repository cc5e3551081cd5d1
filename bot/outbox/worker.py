"""The outbox: two desks, for people and for crowds, and what they share; messages leave at once, in order, once."""

import asyncio
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from bot.mattermost import Budget, Chat, ChatPost
from bot.metrics import OUTBOX_OPEN, OUTBOX_WAITING
from bot.outbox.bringing import Fresh, Porter
from bot.outbox.desk import CROWD, PEOPLE, Desk
from bot.outbox.echoes import Echoes
from bot.outbox.marks import Marks
from bot.outbox.means import Means
from bot.outbox.rows import Rows
from bot.outbox.sender import Sender
from bot.traffic import Traffic
from storage.database import Database
from storage.outbox import Outgoing, Where


@contextmanager
def _passing_folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="coop-bot-") as folder:
        yield Path(folder)


@dataclass(frozen=True, slots=True)
class Around:
    """``traffic`` tells of the requests that come before; ``fresh`` gives folders for files on their way; ``budget`` is
    how fast what is sent to many leaves. Who ``visits``, beside a bot that may be at work, sends only that, and takes
    nothing out of others’ hands; nor does who does not ``leads`` (bot/skew.py)."""

    traffic: Traffic = field(default_factory=Traffic)
    fresh: Fresh = _passing_folder
    budget: Budget = field(default_factory=Budget)
    visits: bool = False
    leads: Callable[[], bool] = lambda: True


class Outbox:
    """``hurry`` with what was just committed; what is left from before is found by itself.

    ``first`` is the first pause in seconds after Mattermost did not answer.
    """

    def __init__(
        self,
        database: Database,
        chat: Chat,
        clock: Callable[[], datetime],
        *,
        first: float = 1.0,
        around: Around | None = None,
    ) -> None:
        around = around or Around()
        self._rows = Rows(database, clock)
        self._one_process = database.is_sqlite and not around.visits
        self.news = asyncio.Event()
        """Set when a sender is to be told that a message of theirs has come to its end (bot/tidings.py)."""
        self._marks = Marks(self._rows, self.news)
        sender = Sender(chat, Porter(chat, self._rows.keep, around.fresh))
        parts = (self._rows, self._marks, chat, sender, around.traffic, clock, first, self.news)
        means = Means(*parts, around.budget, around.leads)
        self._people = Desk(PEOPLE, means)
        self._crowd = Desk(CROWD, means, before=self._people)
        self._desks = (self._crowd,) if around.visits else (self._people, self._crowd)
        self._echoes = Echoes(means)
        self._noting: list[asyncio.Task[None]] = []

    @property
    def is_open(self) -> bool:
        """Whether Mattermost takes messages, as far as is known."""
        return self._people.is_open

    @property
    def tasks(self) -> Sequence[asyncio.Task[None]]:
        """All that is at work."""
        return [task for desk in self._desks for task in desk.tasks] + self._noting

    async def start(self) -> None:
        """Begin to deliver, with what an earlier run left."""
        if self._one_process:
            await self._rows.release_all()
        for desk in self._desks:
            await desk.start()
        self._noting = [asyncio.create_task(work) for work in (self._marks.run(), self._echoes.run())]
        OUTBOX_OPEN.set(1)
        OUTBOX_WAITING.set_function(lambda: sum(desk.waiting for desk in self._desks))

    def hurry(self, messages: Sequence[Outgoing]) -> None:
        """Deliver at once what was just committed: people’s with a whole lease (``not_before`` a LEASE ahead of
        ``created_at``), a crowd’s and what is for later without one."""
        for desk, is_crowd in ((self._people, False), (self._crowd, True)):
            desk.hurry(m for m in messages if m.crowd is is_crowd)
        if any(message.where is Where.ACT for message in messages):
            self.news.set()  # it may have taken back another

    async def quiet(self, seconds: float) -> None:
        """Wait until what answers people has left, but no longer than that."""
        await self._people.quiet(seconds)

    def hear(self, post: ChatPost) -> None:
        """A post of the bot’s own was heard of: soon its message is noted as delivered, whoever sent it."""
        self._echoes.hear(post)

    async def note(self, post: ChatPost) -> str:
        """The same at once: the id of the message that the post is, empty where it is none. Raises ChatError."""
        return await self._echoes.note(post)

    def look(self) -> None:
        """Look at the table now: something else was written there."""
        for desk in self._desks:
            desk.call.set()

    async def drain(self, seconds: float = 3.0) -> None:
        """Stop: finish what can be within so many seconds, and leave the rest to whoever comes next."""
        await asyncio.gather(*(desk.drain(seconds) for desk in self._desks))
        for task in self._noting:
            task.cancel()
        await asyncio.gather(*self._noting, return_exceptions=True)
        await self._rows.wait()
        await self._marks.flush()
        for desk in self._desks:
            await desk.give_back()
