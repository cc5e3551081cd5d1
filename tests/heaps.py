"""Many comptes rendus at once, as the sums of départements and months that they make: fast, to look at all of them."""

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import date
from random import Random

from config.territories import DEPARTEMENTS
from storage.cra.months import CANAL_NAMES, DUREE_NAMES, MEASURE_NAMES, MINUTES, THEME_BITS
from storage.cra.report import AGES, STATUTS, SUITES, Duree
from storage.cra.report import DUREES as LENGTHS
from storage.stats.privacy import CELLS, KIND_CELLS, LEAST, QUARTER, STEPS, TIMES, MonthCount, round_counts

Where = tuple[str, date]
SECRET = bytes(range(32))
MONTHS = tuple(date(2026, month, 1) for month in range(1, 13))
_CANAUX, _THEMES, _SUITES = tuple(CANAL_NAMES.values()), tuple(THEME_BITS.values()), tuple(SUITES.values())
_MINUTES, _AGES, _STATUTS = tuple(MINUTES.values()), tuple(AGES.values()), tuple(STATUTS.values())


@dataclass
class Heap:
    """What the comptes rendus of a département and month add up to, and whose they are."""

    sums: Counter[str] = field(default_factory=lambda: Counter(dict.fromkeys(MEASURE_NAMES, 0)))
    each: dict[int, Counter[str]] = field(default_factory=dict)
    """What each author has of LEAST, times in quarter hours."""

    @property
    def authors(self) -> Collection[int]:
        return self.each.keys()

    def add(self, random: Random, author: int) -> None:
        """One more, of anything: some answers are frequent and some rare."""
        kind = random.choice((0, 1, 1, 2))
        persons = min(100, 1 + int(random.expovariate(0.15))) if kind == 0 else 1
        minutes = random.choice(LENGTHS if random.random() < 0.1 else LENGTHS[:8])
        counted = ["accompagnements", KIND_CELLS[kind], DUREE_NAMES[_class(minutes)], random.choice(_CANAUX)]
        counted += random.sample(_THEMES, random.choice((1, 1, 2, 3)))
        counted += random.choices(_AGES, (1, 2, 4, 8, 12), k=persons)
        counted += random.choices(_STATUTS, (1, 4, 6, 9, 2), k=persons)
        counted += random.choices(_SUITES, k=random.choice((0, 0, persons)))
        self.sums.update(counted)
        self.sums[_MINUTES[kind]] += minutes
        self.sums["recurrents"] += random.choice((0, random.randint(0, persons)))
        self.sums["participants"] += persons if kind == 0 else 0
        pursued = sum(name in SUITES.values() for name in counted)
        theirs = {"accompagnements": 1, "personnes": persons, "temps": minutes // QUARTER, "poursuivis": pursued}
        self.each.setdefault(author, Counter()).update(theirs | {KIND_CELLS[kind]: 1})

    def counts(self) -> dict[str, int]:
        """All that is told of it, as counted; times in quarter hours."""
        found = dict(self.sums)
        found["personnes"] = sum(found[name] for name in KIND_CELLS[1:])
        found["nouveaux"] = found["personnes"] - found["recurrents"]
        found["poursuivis"] = sum(found[name] for name in _SUITES)
        found["temps"] = sum(found[name] for name in _MINUTES)
        return {name: found[name] // (QUARTER if name in TIMES else 1) for name in CELLS}

    def told(self, where: Where, secret: bytes = SECRET) -> dict[str, int]:
        """What is told of it; times in quarter hours."""
        fives = round_counts(secret, MonthCount(*where, len(self.each), self.uneven(), [*self.counts().values()]))
        return {name: 5 * five for name, five in zip(CELLS, fives, strict=True)}

    def uneven(self) -> list[int]:
        """What authors have above a multiple of 5 and the least of each of LEAST, of 2 at most."""
        return [
            sum(max(0, min(theirs[name] % 5, 2) - least) for theirs in self.each.values())
            for name, least in LEAST.items()
        ]

    def in_minutes(self, where: Where, secret: bytes = SECRET) -> dict[str, int]:
        """What is told of it, as it is read; times in minutes."""
        return {name: n // 5 * STEPS[name] for name, n in self.told(where, secret).items()}


def heaps(seed: int, count: int) -> dict[Where, Heap]:
    """So many comptes rendus of a year, in all départements and in none: many in a few, few in many."""
    random = Random(seed)
    codes = [*DEPARTEMENTS, ""]
    weights = [random.expovariate(1) ** 2 for _ in codes]
    found: dict[Where, Heap] = {}
    for code, month in zip(random.choices(codes, weights, k=count), random.choices(MONTHS, k=count), strict=True):
        heap = found.setdefault((code, month), Heap())
        heap.add(random, random.randrange(40))
    return found


def small(seed: int, count: int) -> Iterator[tuple[Where, Heap]]:
    """Départements and months of one to a dozen comptes rendus, where most is to be found out."""
    random = Random(seed)
    for number in range(count):
        heap = Heap()
        for author in range(size := random.choice((1, 1, 2, 2, 3, 4, 4, 5, 8, 12))):
            heap.add(random, random.choice((author, random.randrange(size))))
        yield (f"{number}", MONTHS[0]), heap


def _class(minutes: int) -> Duree:
    if minutes <= 30:
        return Duree.JUSQU_A_30
    if minutes < 60:
        return Duree.DE_30_A_60
    return Duree.DE_60_A_120 if minutes < 120 else Duree.DES_120
