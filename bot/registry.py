"""Which features are on: COOP_FEATURES names those that are or, each with a minus, those that are not."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import TypeVar

import structlog

from bot.context import ReadingContext
from bot.errors import UserError
from bot.features import Feature, Key, Trigger
from bot.forms import name_of
from bot.replies import Ask, Reply, Waiting
from bot.texts import Markdown, render
from storage.database import release

log = structlog.get_logger()


def is_enabled(feature: Feature, names: Sequence[str]) -> bool:
    """Return whether a feature is on, by the setting’s names; without any all are."""
    return feature.always or is_name_enabled(feature.name, names)


def is_name_enabled(name: str, names: Sequence[str]) -> bool:
    """Return whether a feature that may be switched off is on, by its name: for another that leads to it."""
    named = name in {name.removeprefix("-") for name in names}
    return not names or named != names[0].startswith("-")


def find_setting_fault(features: Iterable[Feature], names: Sequence[str]) -> str | None:
    """Find what is wrong with the setting, and what may be named; None when nothing is."""
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
    """Return what does long work, by the name of what it is begun with."""
    return {name: trigger for (kind, name), trigger in triggers.items() if kind == "work"}


def index_triggers(features: Iterable[Feature]) -> dict[Key, Trigger]:
    """Index all triggers by key; two for one key are a mistake."""
    made = [replace(t, admits=f.lets_in) if f.lets_in else t for f in features for t in f.triggers]
    _refuse_twins(trigger.key for trigger in made)
    return {trigger.key: trigger for trigger in made}


def _refuse_twins(keys: Iterable[Key]) -> None:
    """Raise ValueError where two handlers have one key, whichever of them is on."""
    seen: set[Key] = set()
    for key in keys:
        if key in seen:
            raise ValueError(f"two handlers for {key}")
        seen.add(key)


def index_all_triggers(features: Iterable[Feature], names: Sequence[str]) -> dict[Key, Trigger]:
    """Index the triggers of all features by key. What is off hears no event and has no job; what people may still type,
    click or send says that it is off."""
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
    """Raise UserError for what is switched off."""
    if trigger.is_off:
        kind, name = trigger.key
        kept = kind == "submit" and trigger.writes_at_once
        raise UserError(render("refus/off", command=name if kind == "command" else "", kept=kept))


def require_fresh(trigger: Trigger, age: timedelta) -> None:
    """Raise UserError for a button that was drawn so long ago that it leads nowhere any more."""
    if trigger.life is not None and age > trigger.life:
        raise UserError(render("refus/old_undo", days=trigger.life.days, command=trigger.feature))


def require_known_forms(replies: Iterable[Reply], known: Mapping[Key, Trigger]) -> None:
    """Raise UserError for a dialog that would be refused once it is filled."""
    for reply in replies:
        if isinstance(reply, Ask) and (trigger := known.get(("submit", name_of(type(reply.form))))):
            require_enabled(trigger)


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
