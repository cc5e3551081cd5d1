"""How a territory could have been different: small changes of its cells after which its sums still add up."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from storage.cra.measures import DUREES, MINUTES
from storage.cra.values import Activite, Duree
from storage.stats.masks.cells import AGE, CANAL, COUNTS, DUREE, QUARTER, STATUT, SUITE, THEME, TIMES, VENUS

Choice = tuple[tuple[str, ...], int]
"""One of these cells changes by so much."""

SHORTEST = {Duree.JUSQU_A_30: 15, Duree.DE_30_A_60: 45, Duree.DE_60_A_120: 60, Duree.DES_120: 120}
ALONE = (COUNTS[Activite.INDIVIDUEL], COUNTS[Activite.PONCTUEL])
PERSON: tuple[Choice, ...] = ((AGE, 1), (STATUT, 1), (VENUS, 1))
"""One more person has an age, a statut, and is new or known."""


@dataclass(frozen=True, slots=True)
class Shape:
    """Cells that change by so much, and choices among others."""

    fixed: Mapping[str, int]
    choices: tuple[Choice, ...] = field(default=())

    def around(self, name: str) -> Iterator["Shape"]:
        """The same with this cell in it, growing; nothing if it can’t be."""
        if name in self.fixed:
            yield self._signed(self.fixed[name])
            return
        for i, (names, change) in enumerate(self.choices):
            others = self.choices[:i] + self.choices[i + 1 :]
            left = tuple((tuple(n for n in ns if n != name), c) for ns, c in others)
            if name in names and all(ns for ns, _ in left):
                yield Shape({**self.fixed, name: change}, left)._signed(change)

    def _signed(self, sign: int) -> "Shape":
        if sign > 0:
            return self
        return Shape({n: -c for n, c in self.fixed.items()}, tuple((ns, -c) for ns, c in self.choices))


@lru_cache(maxsize=4096)
def light(name: str, months: tuple[str, ...]) -> tuple[Shape, ...]:
    """The changes that touch few cells, of which this is one."""
    found: dict[object, Shape] = {}
    for shape in (s for base in (*_swaps(months), *_filed(months)) for s in base.around(name)):
        found.setdefault((tuple(sorted(shape.fixed.items())), shape.choices), shape)
    return tuple(found.values())


@lru_cache(maxsize=4096)
def whole(name: str, months: tuple[str, ...]) -> tuple[Shape, ...]:
    """One more compte rendu with all that it says: whatever else is known of the figures, this can always be."""
    return tuple(shape for base in _whole(months) for shape in base.around(name))


def _swaps(months: tuple[str, ...]) -> Iterator[Shape]:
    """Something was one of its kind rather than another."""
    for names in (CANAL, DUREE, months, AGE, STATUT, SUITE, VENUS):
        yield Shape({}, ((names, 1), (names, -1)))
    minutes = tuple(MINUTES.values())
    yield Shape({}, ((minutes, QUARTER), (minutes, -QUARTER)))
    yield Shape({"temps": QUARTER}, ((minutes, QUARTER),))
    yield Shape({"poursuivis": 1}, ((SUITE, 1),))
    yield Shape({ALONE[0]: 1, ALONE[1]: -1})
    yield Shape({"ateliers": 1, "participants": 1}, ((ALONE, -1),))
    yield Shape({"ateliers": -1, "personnes": 1}, ((ALONE, 1), *PERSON))
    yield from (Shape({name: 1}) for name in (*THEME, "conseillers"))


def _filed(months: tuple[str, ...]) -> Iterator[Shape]:
    """A participant more, or a compte rendu more of which minutes, and perhaps themes, are not said."""
    yield Shape({"participants": 1, "personnes": 1}, PERSON)
    report: tuple[Choice, ...] = ((CANAL, 1), (DUREE, 1), (months, 1))
    for said in (report, (*report, (THEME, 1))):
        yield Shape({"ateliers": 1, "accompagnements": 1}, said)
        yield Shape({"accompagnements": 1, "personnes": 1}, ((ALONE, 1), *said, *PERSON))


def _whole(months: tuple[str, ...]) -> Iterator[Shape]:
    for duree, shortest in SHORTEST.items():
        # A workshop may have been two, of the same persons.
        cells = {"accompagnements": 1, "ateliers": 1, DUREES[duree]: 1, "temps": shortest}
        cells |= {MINUTES[Activite.COLLECTIF]: shortest}
        yield Shape(cells, ((CANAL, 1), (months, 1), (THEME, 1)))
    for activite, minutes in MINUTES.items():
        persons = {"participants": 1} if activite is Activite.COLLECTIF else {}
        for duree, shortest in SHORTEST.items():
            cells = {"accompagnements": 1, COUNTS[activite]: 1, "personnes": 1, DUREES[duree]: 1, **persons}
            cells |= {minutes: shortest, "temps": shortest}
            choices: tuple[Choice, ...] = ((CANAL, 1), (months, 1), (THEME, 1), *PERSON)
            yield Shape(cells, choices)
            yield Shape(cells | {"poursuivis": 1}, (*choices, (SUITE, 1)))
            yield Shape(cells | {"conseillers": 1}, choices)


def unit(name: str) -> int:
    """The least that a cell changes by."""
    return QUARTER if name in TIMES else 1
