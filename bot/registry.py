"""The enabled features: COOP_FEATURES lists them or, each with a minus, the disabled ones."""

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
    """Return whether the setting enables a feature; an empty setting enables all."""
    return feature.always or is_name_enabled(feature.name, names)


def is_name_enabled(name: str, names: Sequence[str]) -> bool:
    """Return whether the feature of that name is enabled, for another one that leads to it."""
    named = name in {name.removeprefix("-") for name in names}
    return not names or named != names[0].startswith("-")


def find_setting_fault(features: Iterable[Feature], names: Sequence[str]) -> str | None:
    """Return what is wrong with the setting, with the possible names; None if nothing is."""
    known = {feature.name: feature.always for feature in features}
    others = ", ".join(name for name, always in known.items() if not always)
    for name in names:
        if name.removeprefix("-") not in known:
            return f"COOP_FEATURES : aucune fonction ne s’appelle « {name.removeprefix('-')} ». Il y a : {others}."
        if name.startswith("-") and known[name.removeprefix("-")]:
            return f"COOP_FEATURES : « {name[1:]} » fait partie du bot et reste en service. Il y a : {others}."
    return None


def choose_features(features: Iterable[Feature], names: Sequence[str]) -> tuple[Feature, ...]:
    """Return the enabled features. Raises ValueError with a French sentence for an unknown name."""
    features = tuple(features)
    if sentence := find_setting_fault(features, names):
        raise ValueError(sentence)
    return tuple(feature for feature in features if is_enabled(feature, names))


def index_work(triggers: Mapping[Key, Trigger]) -> dict[str, Trigger]:
    """Index the triggers of long work by the name of their payload."""
    return {name: trigger for (kind, name), trigger in triggers.items() if kind == "work"}


def index_triggers(features: Iterable[Feature]) -> dict[Key, Trigger]:
    """Index all triggers by key; two for one key are a mistake."""
    made = [replace(t, admits=f.lets_in) if f.lets_in else t for f in features for t in f.triggers]
    _refuse_twins(trigger.key for trigger in made)
    return {trigger.key: trigger for trigger in made}


def _refuse_twins(keys: Iterable[Key]) -> None:
    """Raise ValueError if two handlers have the same key, enabled or not."""
    seen: set[Key] = set()
    for key in keys:
        if key in seen:
            raise ValueError(f"two handlers for {key}")
        seen.add(key)


def index_all_triggers(features: Iterable[Feature], names: Sequence[str]) -> dict[Key, Trigger]:
    """Index the triggers of all features by key. A disabled feature gets no events and jobs; its commands, forms and
    buttons answer that it is switched off."""
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
    """Raise UserError for a trigger that is switched off."""
    if trigger.is_off:
        kind, name = trigger.key
        kept = kind == "submit" and trigger.writes_at_once
        raise UserError(render("refus/off", command=name if kind == "command" else "", kept=kept))


def require_fresh(trigger: Trigger, age: timedelta) -> None:
    """Raise UserError for a button that is too old."""
    if trigger.life is not None and age > trigger.life:
        raise UserError(render("refus/old_undo", days=trigger.life.days, command=trigger.feature))


def require_known_forms(replies: Iterable[Reply], known: Mapping[Key, Trigger]) -> None:
    """Raise UserError for a reply with a dialog of a disabled feature, which would be refused when sent."""
    for reply in replies:
        if isinstance(reply, Ask) and (trigger := known.get(("submit", name_of(type(reply.form))))):
            require_enabled(trigger)


T = TypeVar("T")


async def list_waiting(features: Iterable[Feature], ctx: ReadingContext) -> Sequence[Waiting]:
    """Return what waits for the person, in the order of the features."""
    on = [feature for feature in features if is_enabled(feature, ctx.settings.features)]
    return [each for feature in on for each in await _ask_hooks(feature, feature.waits, ctx, "waiting_not_told")]


async def list_at_home(features: Iterable[Feature], ctx: ReadingContext) -> Sequence[Markdown]:
    """Return the features’ lines for the home page, in the order of the features."""
    on = [feature for feature in features if is_enabled(feature, ctx.settings.features)]
    return [each for feature in on for each in await _ask_hooks(feature, feature.home, ctx, "home_not_told")]


async def _ask_hooks(
    feature: Feature,
    hooks: Sequence[Callable[[ReadingContext], Awaitable[Sequence[T]]]],
    ctx: ReadingContext,
    told: str,
) -> Sequence[T]:
    """Return the answers of a feature’s hooks; one that fails is logged and skipped."""
    try:
        return [each for hook in hooks for each in await hook(ctx)]
    except Exception as problem:
        log.error(told, name=feature.name, exc_info=problem)
        await release(ctx.db)
        return []
