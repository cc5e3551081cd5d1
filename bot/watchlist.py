"""The watchlist: where features listen, asked of them from time to time and after they wrote something."""

import asyncio
from collections.abc import Callable, Iterable
from functools import partial, reduce
from operator import or_

import structlog
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.events import Event, JoinedChannel, LeftChannel, WatchedPlaces
from bot.features import Feature, Watches
from bot.tasks import ShieldedTransactions, cancel_all, wait_at_most
from config.settings import Settings
from storage.database import Database
from storage.engines import may_pass

log = structlog.get_logger()

WATCHES_EVERY = 30.0
"""Seconds between two rounds of asking the features what they watch, if nothing asks for one earlier."""
BREATH = 0.25
"""Seconds between two rounds of asking: whoever writes many times a second would have all of them asked each time."""
NOWHERE = WatchedPlaces()


class Watchlist:
    """``all_of_it`` are the places that any feature watches; ``on_change`` is called when they change."""

    def __init__(self, database: Database, features: Iterable[Feature], settings: Settings) -> None:
        self._transactions = ShieldedTransactions(database)
        self._settings = settings
        self._questions = {feature.name: feature.watched for feature in features if feature.watched is not None}
        """By the names of their features; some ask the same."""
        self._due: dict[Watches, None] = {}
        """What is asked next, each once; everything, if it is empty."""
        self._watched: dict[str, WatchedPlaces] = {}
        self._stale = asyncio.Event()
        self._known = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self.all_of_it = NOWHERE
        self.on_change: Callable[[], None] = lambda: None

    def start(self) -> None:
        """Begin to ask."""
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Ask no more."""
        if self._task is not None:
            await cancel_all([self._task])
        await self._transactions.wait()

    async def wait_known(self) -> None:
        """Wait until every feature has said where it listens."""
        await self._known.wait()

    def touch(self, feature: str) -> None:
        """Ask a feature again soon, since it wrote something, with those that are asked in the same folder, as they
        read the same tables; others only if an answer is another one than before."""
        if (asked := self._questions.get(feature)) is not None:
            near = _folder_of(asked)
            self._due |= dict.fromkeys(each for each in self._questions.values() if _folder_of(each) == near)
            self._stale.set()

    def ask_again(self) -> None:
        """Ask all features again soon."""
        self._due |= dict.fromkeys(self._questions.values())
        self._stale.set()

    def hears(self, feature: str, event: Event) -> bool:
        """Return whether a feature listens where an event happened."""
        watched = self._watched.get(feature, NOWHERE)
        is_there = event.place in watched.crowded and not isinstance(event, JoinedChannel | LeftChannel)
        return not event.place or is_there or event.place in watched.places

    async def _run(self) -> None:
        while True:
            everything = dict.fromkeys(self._questions.values())
            due, self._due = self._due or everything, {}
            self._stale.clear()
            await self._ask(due)
            if self._total != self.all_of_it:
                await self._ask(everything)  # what one saw may be new to whoever was asked before, or not at all
            self._combine()
            if len(self._watched) == len(self._questions):
                self._known.set()
            await asyncio.sleep(BREATH)
            await wait_at_most(self._stale, WATCHES_EVERY if self._known.is_set() else 1.0)

    async def _ask(self, due: Iterable[Watches]) -> None:
        """Ask features, in one transaction if nothing fails. The last answer of one that fails stays."""
        questions = list(due)
        while questions:
            try:
                await self._transactions.run(partial(self._ask_each, questions), writes=False)
            except Exception as problem:
                names = self._names_of(questions.pop(0)) if questions else []
                log.warning("watches_unknown", names=names, exc_info=problem)
                if not may_pass(problem):
                    self._watched = dict.fromkeys(names, NOWHERE) | self._watched

    async def _ask_each(self, questions: list[Watches], db: AsyncSession) -> None:
        while questions:
            answer = await questions[0](db, self._settings)
            self._watched |= dict.fromkeys(self._names_of(questions[0]), answer)
            del questions[0]

    def _names_of(self, question: Watches) -> list[str]:
        return [name for name, each in self._questions.items() if each is question]

    @property
    def _total(self) -> WatchedPlaces:
        return reduce(or_, self._watched.values(), NOWHERE)

    def _combine(self) -> None:
        if (total := self._total) != self.all_of_it:
            self.all_of_it = total
            self.on_change()


def _folder_of(question: Watches) -> str:
    """Return the folder or file of a feature in which a question is asked: « commands.moderation »."""
    return ".".join(question.__module__.split(".")[:2])
