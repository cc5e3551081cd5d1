"""The content of generated reports: some thousand for each profile, from which each row takes one.

Generating a million of them would take minutes without showing more.
"""

import random
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from config.themes import bits
from storage.cra.report import AGES, STATUTS, SUITES, Activite, Age, Canal, Source, Statut, Suite

K = TypeVar("K")

PROFILES = 6
"""The number of kinds of conseillers, whose comptes rendus differ a little."""
POOL_SIZE = 4096
"""How many comptes rendus are drawn for each kind of conseillers; a long history repeats them."""
SAID_COLUMNS = (
    *("canal", "activite", "participants", "recurrents"),
    *(column for columns in (AGES, STATUTS, SUITES) for column in columns.values()),
    *("themes", "minutes", "source", "version"),
)

SaidRow = tuple[int, tuple[Any, ...]]
"""The number of one of the conseiller’s places (modulo how many they have), and the values of COLUMNS."""

_ACTIVITES = {Activite.INDIVIDUEL: 56, Activite.PONCTUEL: 29, Activite.COLLECTIF: 15}
_CANAUX = {Canal.RATTACHEMENT: 68, Canal.AUTRE: 18, Canal.DISTANCE: 9, Canal.DOMICILE: 5}
_AGES = {Age.MOINS_12: 1, Age.DE_12_A_18: 3, Age.DE_18_A_35: 14, Age.DE_35_A_60: 32, Age.PLUS_60: 50}
_STATUTS: Mapping[Age, Mapping[Statut, float]] = {
    Age.MOINS_12: {Statut.ETUDIANT: 1},
    Age.DE_12_A_18: {Statut.ETUDIANT: 1},
    Age.DE_18_A_35: {Statut.SANS_EMPLOI: 5, Statut.EN_EMPLOI: 3, Statut.ETUDIANT: 2, Statut.HETEROGENE: 1},
    Age.DE_35_A_60: {Statut.SANS_EMPLOI: 5, Statut.EN_EMPLOI: 5, Statut.HETEROGENE: 1},
    Age.PLUS_60: {Statut.RETRAITE: 18, Statut.EN_EMPLOI: 1, Statut.HETEROGENE: 1},
}
_THEMES = {
    "demarche en ligne": 24,
    "internet": 14,
    "courriel": 13,
    "equipement informatique": 12,
    "smartphone": 9,
    "traitement texte": 5,
    "contenus numeriques": 5,
    "trouver emploi": 5,
    "vocabulaire": 4,
    "securite": 4,
    "echanger": 3,
    "sante": 3,
    "autre": 2,
    "budget": 1.5,
    "fraude et harcelement": 1.5,
    "scolaire": 1,
    "accompagner enfant": 1,
    "diagnostic": 1,
    "tpe/pme": 0.8,
}
_MINUTES: Mapping[Activite, Mapping[int, float]] = {
    Activite.COLLECTIF: {60: 2, 75: 1, 90: 5, 120: 8, 150: 3, 180: 3, 240: 0.5},
    Activite.INDIVIDUEL: {30: 5, 45: 6, 60: 9, 75: 1, 90: 3, 120: 1.5},
    Activite.PONCTUEL: {15: 10, 30: 8, 45: 1},
}


def pools(seed: int, size: int | None = None) -> Sequence[Sequence[SaidRow]]:
    """Return, for each profile, ``size`` different contents (by default thousands)."""
    dice = random.Random(f"said:{seed}")  # noqa: S311  (a story, not a secret)
    return [_pool(dice, size or POOL_SIZE) for _ in range(PROFILES)]


def _pool(dice: random.Random, size: int) -> list[SaidRow]:
    """Generate the contents of a profile, with its own share of workshops and its themes."""
    activites = _lean(_ACTIVITES, dice, 0.3)
    themes = _lean(_THEMES, dice, 0.4)
    return [_say(dice, _one(dice, activites), themes) for _ in range(size)]


def _lean(weights: Mapping[K, float], dice: random.Random, much: float) -> dict[K, float]:
    return {key: weight * dice.lognormvariate(0, much) for key, weight in weights.items()}


def _one(dice: random.Random, weights: Mapping[K, float]) -> K:
    return dice.choices(list(weights), list(weights.values()))[0]


def _say(dice: random.Random, activite: Activite, themes: Mapping[str, float]) -> SaidRow:
    count = round(dice.triangular(2, 12, 6)) if activite is Activite.COLLECTIF else 1
    canal = _one(dice, _CANAUX)
    ages, statuts = _public(dice, count)
    suites = _suites(dice, activite, count)
    recurrents = None if dice.random() < 0.4 else sum(dice.random() < 0.35 for _ in range(count))
    asked = {_one(dice, themes) for _ in range(dice.choices((1, 2, 3), (6, 3, 1))[0])}
    counts = (
        *(ages.get(a, 0) for a in AGES),
        *(statuts.get(s, 0) for s in STATUTS),
        *(suites.get(s, 0) for s in SUITES),
    )
    source = Source.LINE if dice.random() < 0.3 else Source.DIALOG
    elsewhere = canal in (Canal.AUTRE, Canal.DOMICILE)
    values = (bits(asked), _one(dice, _MINUTES[activite]), source.value, 1)
    return dice.randint(1, 3) if elsewhere else 0, (canal.value, activite.value, count, recurrents, *counts, *values)


def _public(dice: random.Random, count: int) -> tuple[dict[Age, int], dict[Statut, int]]:
    """Generate ages and statuts: most groups have one age, and each statut fits the age."""
    usual = _one(dice, _AGES)
    ages: dict[Age, int] = {}
    statuts: dict[Statut, int] = {}
    for _ in range(count):
        age = usual if dice.random() < 0.8 else _one(dice, _AGES)
        statut = _one(dice, _STATUTS[age])
        ages[age] = ages.get(age, 0) + 1
        statuts[statut] = statuts.get(statut, 0) + 1
    return ages, statuts


def _suites(dice: random.Random, activite: Activite, count: int) -> dict[Suite, int]:
    """Generate what follows an activity: mostly nothing, else for some people, and mostly the same."""
    if dice.random() < 0.55:
        return {}
    again = Suite.ATELIER if activite is Activite.COLLECTIF else Suite.INDIVIDUEL
    suite = again if dice.random() < 0.7 else dice.choice(list(Suite))
    return {suite: dice.randint(1, count)}
