"""Which features are on: COOP_FEATURES names those that are or, each with a minus, those that are not."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial, reduce
from operator import or_
from typing import TypeVar

import structlog
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.context import ReadingContext
from bot.errors import UserError
from bot.events import Event, JoinedChannel, LeftChannel, WatchedPlaces
from bot.features import Feature, Key, Trigger, Watches
from bot.forms import name_of
from bot.replies import Ask, Reply, Waiting
from bot.tasks import ShieldedTransactions, cancel_all, wait_at_most
from bot.texts import Markdown, render
from config.settings import Settings
from storage.database import Database, release
from storage.engines import may_pass


def is_enabled(feature: Feature, names: Sequence[str]) -> bool:
    """Whether a feature is on, by the setting’s names; without any all are."""
    return feature.always or is_name_enabled(feature.name, names)


def is_name_enabled(name: str, names: Sequence[str]) -> bool:
    """The same of one that may be switched off, by its name: for another that leads to it."""
    named = name in {name.removeprefix("-") for name in names}
    return not names or named != names[0].startswith("-")


def find_setting_fault(features: Iterable[Feature], names: Sequence[str]) -> str | None:
    """What is wrong with the setting, and what may be named; None when nothing is."""
    known = {feature.name: feature.always for feature in features}
    others = ", ".join(name for name, always in known.items() if not always)
    for name in names:
        if name.removeprefix("-") not in known:
            return f"COOP_FEATURES : aucune fonction ne s’appelle « {name.removeprefix('-')} ». Il y a : {others}."
        if name.startswith("-") and known[name.removeprefix("-")]:
            return f"COOP_FEATURES : « {name[1:]} » fait partie du bot et reste en service. Il y a : {others}."
    return None


def choose_features(features: Iterable[Feature], names: Sequence[str]) -> tuple[Feature, ...]:
    """The features that are on. Raises ValueError, with a French sentence, for a name that is none."""
    features = tuple(features)
    if sentence := find_setting_fault(features, names):
        raise ValueError(sentence)
    return tuple(feature for feature in features if is_enabled(feature, names))


def index_work(triggers: Mapping[Key, Trigger]) -> dict[str, Trigger]:
    """What does long work, by the name of what it is begun with."""
    return {name: trigger for (kind, name), trigger in triggers.items() if kind == "work"}


def index_triggers(features: Iterable[Feature]) -> dict[Key, Trigger]:
    """All triggers by key; two for one key is a mistake."""
    made = [replace(t, admits=f.lets_in) if f.lets_in else t for f in features for t in f.triggers]
    _refuse_twins(trigger.key for trigger in made)
    return {trigger.key: trigger for trigger in made}


def _refuse_twins(keys: Iterable[Key]) -> None:
    """Raises ValueError where two handlers have one key, whichever of them is on."""
    seen: set[Key] = set()
    for key in keys:
        if key in seen:
            raise ValueError(f"two handlers for {key}")
        seen.add(key)


def index_all_triggers(features: Iterable[Feature], names: Sequence[str]) -> dict[Key, Trigger]:
    """All triggers by key. What is off hears no event and has no job; what people may still type, click or send says
    that it is off."""
    features = tuple(features)
    _refuse_twins(trigger.key for feature in features for trigger in feature.triggers)
    on = choose_features(features, names)
    closed = {
        key: replace(trigger, is_off=True)
        for key, trigger in index_triggers(f for f in features if f not in on).items()
        if key[0] not in ("event", "job")
    }
    return index_triggers(on) | closed


def require_enabled(trigger: Trigger) -> None:
    """Raises UserError for what is switched off."""
    if trigger.is_off:
        kind, name = trigger.key
        kept = kind == "submit" and trigger.writes_at_once
        raise UserError(render("refus/off", command=name if kind == "command" else "", kept=kept))


def require_fresh(trigger: Trigger, age: timedelta) -> None:
    """Raises UserError for a button that was drawn so long ago that it leads nowhere any more."""
    if trigger.life is not None and age > trigger.life:
        raise UserError(render("refus/old_undo", days=trigger.life.days, command=trigger.feature))


def require_known_forms(replies: Iterable[Reply], known: Mapping[Key, Trigger]) -> None:
    """Raises UserError for a dialog that would be refused once it is filled."""
    for reply in replies:
        if isinstance(reply, Ask) and (trigger := known.get(("submit", name_of(type(reply.form))))):
            require_enabled(trigger)


log = structlog.get_logger()
T = TypeVar("T")


async def list_waiting(features: Iterable[Feature], ctx: ReadingContext) -> Sequence[Waiting]:
    """List what waits for who acts, in the order of the features."""
    on = [feature for feature in features if is_enabled(feature, ctx.settings.features)]
    return [each for feature in on for each in await _ask_hooks(feature, feature.waits, ctx, "waiting_not_told")]


async def list_at_home(features: Iterable[Feature], ctx: ReadingContext) -> Sequence[Markdown]:
    """List what features show who acts at home, in the order of the features."""
    on = [feature for feature in features if is_enabled(feature, ctx.settings.features)]
    return [each for feature in on for each in await _ask_hooks(feature, feature.home, ctx, "home_not_told")]


async def _ask_hooks(
    feature: Feature,
    hooks: Sequence[Callable[[ReadingContext], Awaitable[Sequence[T]]]],
    ctx: ReadingContext,
    told: str,
) -> Sequence[T]:
    """List what a feature’s hooks say; one that cannot say so keeps nobody from the others, and is told in the log."""
    try:
        return [each for hook in hooks for each in await hook(ctx)]
    except Exception as problem:
        log.error(told, name=feature.name, exc_info=problem)
        await release(ctx.db)
        return []


WATCHES_EVERY = 30.0
"""Seconds."""
BREATH = 0.25
"""Seconds between two rounds of asking: who writes many times a second would have all of them asked each time."""
NOWHERE = WatchedPlaces()


class Watchlist:
    """``all_of_it`` is where anybody listens now; ``on_change`` is called when that is not what it was."""

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
        """A feature wrote something: it may listen elsewhere now."""
        if feature in self._watched:
            self.ask_again()

    def ask_again(self) -> None:
        """Ask all of them soon."""
        self._stale.set()

    def hears(self, feature: str, event: Event) -> bool:
        """Whether that feature listens where this happened."""
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
        """Ask all of them, in one transaction while nothing goes wrong. What one said last holds while it does not
        answer."""
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
