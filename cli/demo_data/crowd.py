"""Conseillers who do not exist: each in a département, with a structure and some communes to work in.

The n-th of them is the same person whatever the seed and however many there are.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import accumulate
from typing import Generic, TypeVar

from config.departements import DEPARTEMENTS
from storage.communes import Commune, every
from storage.cra.last_commune import LastCommune
from storage.people import Person, Role

T = TypeVar("T")

PREFIX = "demodata"
"""How their ids begin; no id of Mattermost’s does so with digits behind."""
PLACES = 4
_STRUCTURES = (
    *("Mairie {de}", "Mairie {de}", "CCAS {de}", "Centre social {de}", "Médiathèque {de}"),
    *("France Services {nom}", "Mission locale {de}", "Communauté de communes {de}", "Maison de quartier {de}"),
)
_CONTRACTED = (("Le ", "du "), ("Les ", "des "), ("La ", "de La "), ("L'", "de L’"))


@dataclass(frozen=True, slots=True)
class Conseiller:
    """Somebody, how much of the work is theirs, and the places: the usual one, then others nearby."""

    id: str
    username: str
    departement: str
    structure: str
    places: tuple[Commune, ...]
    diligence: float

    def person(self, since: datetime) -> Person:
        """Their line in the register."""
        return Person(
            id=self.id,
            username=self.username,
            role=Role.CONSEILLER,
            structure=self.structure,
            departements=[self.departement],
            timezone=DEPARTEMENTS[self.departement].fuseau,
            since=since,
        )

    def last_commune(self) -> LastCommune:
        """The place that their next compte rendu begins with."""
        home = self.places[0]
        return LastCommune(author_id=self.id, commune=home.code, code_postal=(*home.codes_postaux, "")[0])


class _Draw(Generic[T]):
    """Some things with their weights, drawn quickly again and again."""

    def __init__(self, things: Sequence[T], weights: Sequence[float]) -> None:
        self._things = things
        self._weights = list(accumulate(weights))

    def some(self, dice: random.Random, count: int) -> list[T]:
        return dice.choices(self._things, cum_weights=self._weights, k=count)


def conseillers(count: int) -> Iterator[Conseiller]:
    """That many, in the order of their arrival."""
    departements, draws = _country()
    dice = random.Random("conseillers")  # noqa: S311  (a story, not a secret)
    for number in range(1, count + 1):
        [code] = departements.some(dice, 1)
        places = draws[code].some(dice, PLACES)
        structure = _structure(dice.choice(_STRUCTURES), places[0].nom)
        names = f"{PREFIX}{number:018d}", f"demo-{number:04d}"
        yield Conseiller(*names, code, structure, tuple(places), dice.lognormvariate(0, 0.45))


@cache
def _country() -> tuple[_Draw[str], Mapping[str, _Draw[Commune]]]:
    """The départements, and the communes of each, to draw from."""
    communes: dict[str, list[Commune]] = {code: [] for code, d in DEPARTEMENTS.items() if d.region}
    for commune in every():
        if commune.codes_postaux and commune.departement in communes:
            communes[commune.departement].append(commune)
    # Fewer people per conseiller where there are few: every département has some.
    weights = [(sum(c.population for c in found) + 20_000) ** 0.8 for found in communes.values()]
    draws = {code: _Draw(found, [c.population + 50 for c in found]) for code, found in communes.items()}
    return _Draw(list(communes), weights), draws


def _structure(pattern: str, nom: str) -> str:
    for article, contracted in _CONTRACTED:
        if nom.startswith(article):
            return pattern.format(de=contracted + nom.removeprefix(article), nom=nom)
    return pattern.format(de=("d’" if nom[0] in "AEÉÈIOUYÎŒ" else "de ") + nom, nom=nom)
