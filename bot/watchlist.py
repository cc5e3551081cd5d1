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
"""Seconds."""
BREATH = 0.25
"""Seconds between two rounds of asking: who writes many times a second would have all of them asked each time."""
NOWHERE = WatchedPlaces()


class Watchlist:
    """``all_of_it`` are the places that any feature watches; ``on_change`` is called when they change."""

    def __init__(self, database: Database, features: Iterable[Feature], settings: Settings) -> None:
        self._transactions = ShieldedTransactions(database)
        self._settings = settings
        self._asked: dict[Watches, list[str]] = {}
        """The names of the features that ask the same."""
        for feature in features:
            if feature.watched is not None:
                self._asked.setdefault(feature.watched, []).append(feature.name)
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
        """Ask a feature again soon, since it wrote something."""
        if feature in self._watched:
            self.ask_again()

    def ask_again(self) -> None:
        """Ask all features again soon."""
        self._stale.set()

    def hears(self, feature: str, event: Event) -> bool:
        """Return whether a feature listens where an event happened."""
        watched = self._watched.get(feature, NOWHERE)
        is_there = event.place in watched.crowded and not isinstance(event, JoinedChannel | LeftChannel)
        return not event.place or is_there or event.place in watched.places

    async def _run(self) -> None:
        while True:
            self._stale.clear()
            await self._ask()
            if self._total != self.all_of_it:
                await self._ask()  # who was asked first may not have seen yet what the last one saw
            self._combine()
            if len(self._watched) == sum(map(len, self._asked.values())):
                self._known.set()
            await asyncio.sleep(BREATH)
            await wait_at_most(self._stale, WATCHES_EVERY if self._known.is_set() else 1.0)

    async def _ask(self) -> None:
        """Ask all features, in one transaction if nothing fails. The last answer of one that fails stays."""
        questions = list(self._asked)
        while questions:
            try:
                await self._transactions.run(partial(self._ask_each, questions), writes=False)
            except Exception as problem:
                names = self._asked[questions.pop(0)] if questions else []
                log.warning("watches_unknown", names=names, exc_info=problem)
                if not may_pass(problem):
                    self._watched = dict.fromkeys(names, NOWHERE) | self._watched

    async def _ask_each(self, questions: list[Watches], db: AsyncSession) -> None:
        while questions:
            answer = await questions[0](db, self._settings)
            self._watched |= dict.fromkeys(self._asked[questions[0]], answer)
            del questions[0]

    @property
    def _total(self) -> WatchedPlaces:
        return reduce(or_, self._watched.values(), NOWHERE)

    def _combine(self) -> None:
        if (total := self._total) != self.all_of_it:
            self.all_of_it = total
            self.on_change()
