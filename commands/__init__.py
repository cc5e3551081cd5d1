"""What the bot does: one file (or folder) per feature, all of them listed here."""

from collections.abc import Iterator
from importlib import import_module

from bot.features import Feature

MODULES = (
    "cra",
    "stats",
    "hotline",
    "ressources",
    "canaux",
    "membres",
    "annuaire",
    "actus",
    "agenda",
    "rdv",
    "absence",
    "annonce",
    "sondage",
    "idees",
    "visio",
    "moderation",
    "donnees",
    "garde",
    "entrainement",
    "brouillon",
    "kit",
    "controls",
    "entretien",
    "lecture",
)
"""The only list, in the order of « /aide »: the modules of this package whose features the bot has."""


def _find_features(module: str) -> Iterator[Feature]:
    """Find the features that a module has at its top: ``feature``, then those that are switched apart, by their
    names."""
    names = vars(import_module(f"{__name__}.{module}"))
    features = {name: value for name, value in names.items() if isinstance(value, Feature)}
    yield from (features[name] for name in sorted(features, key=lambda name: (name != "feature", name)))


FEATURES: tuple[Feature, ...]
"""What the bot does, made when it is first asked for: a command of the operator’s that needs one feature imports no
other."""


def __getattr__(name: str) -> object:
    if name != "FEATURES":
        raise AttributeError(name)
    globals()["FEATURES"] = features = _build()
    return features


def _build() -> tuple[Feature, ...]:
    from commands.aide import build_aide
    from commands.chercher import build_chercher
    from commands.rappels import build_rappels

    others = tuple(feature for module in MODULES for feature in _find_features(module))
    built = (*others, build_chercher(others), build_rappels(others))
    return (build_aide(built), *built)
