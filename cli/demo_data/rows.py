"""The rows of a generated history: authors, days and contents."""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import accumulate
from typing import Any, Generic, TypeVar

from cli.demo_data.content import PROFILES, pools
from cli.demo_data.content import SAID_COLUMNS as SAID
from config.territories import DEPARTEMENTS
from storage.communes import Commune, list_communes
from storage.cra.queries import LastCommune
from storage.people import Person, Role

WHO = ("author_id", "structure", "departement_structure", "commune", "code_postal", "departement")
ROW_COLUMNS = (*WHO, *SAID, "date", "key", "created_at", "modified_at")
OPENING, STEP, STEPS = 8, 5, 120
"""Comptes rendus are filed every five minutes from 8:00 to 18:00 UTC: the first hour, the minutes between, how many."""
SqlRow = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class HistoryPlan:
    """The number of rows, the seed, and the days (``last`` included); ``variety`` is the number of different contents
    of each profile (None: thousands)."""

    count: int
    seed: int
    start: date
    last: date
    variety: int | None = None

    def key(self, number: int) -> str:
        """Return the key of the number-th row of a seed; keys sort like numbers under every collation."""
        return f"demo-data:{self.seed}:{number:09d}"


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a database driver takes days and moments."""

    day: Callable[[date], Any]
    moment: Callable[[datetime], Any]


NATIVE = Dialect(lambda day: day, lambda moment: moment)
TEXT = Dialect(date.isoformat, lambda moment: f"{moment:%Y-%m-%d %H:%M:%S.%f}")
"""Dates and times as SQLAlchemy stores them in SQLite."""


@dataclass(frozen=True, slots=True)
class Conseiller:
    """A conseiller, their share of the work, and their places: the usual one, then others nearby."""

    id: str
    username: str
    departement: str
    structure: str
    places: tuple[Commune, ...]
    diligence: float

    def person(self, since: datetime) -> Person:
        """Make their entry in the register."""
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
        """Return the commune that their next report proposes."""
        home = self.places[0]
        return LastCommune(author_id=self.id, commune=home.code, code_postal=(*home.codes_postaux, "")[0])


def rows(wanted: HistoryPlan, crowd: Sequence[Conseiller], dialect: Dialect, first: int = 0) -> Iterator[SqlRow]:
    """Yield the values of COLUMNS, from that row on."""
    who = [_heads(conseiller) for conseiller in crowd]
    diligence = list(accumulate(conseiller.diligence for conseiller in crowd))
    said = pools(wanted.seed, wanted.variety)
    for day, numbers in spread(wanted.count, wanted.start, wanted.last):
        if numbers.stop <= first:
            continue
        dice = random.Random(f"{wanted.seed}:{day.toordinal()}")  # noqa: S311  (a story, not a secret)
        there = max(1, round(len(crowd) * present(day, wanted.start, wanted.last)))
        authors = dice.choices(range(there), cum_weights=diligence[:there], k=len(numbers))
        taken = dice.choices(range(len(said[0])), k=len(numbers))
        filed = sorted(dice.choices(_moments(day, dialect), k=len(numbers)))
        on = dialect.day(day)
        for number, author, which, at in zip(numbers, authors, taken, filed, strict=True):
            if number >= first:
                place, values = said[author % PROFILES][which]
                places = who[author]
                yield (*places[place % len(places)], *values, on, wanted.key(number), at, at)


def _heads(conseiller: Conseiller) -> list[SqlRow]:
    """Return the values of WHO at each place of a conseiller."""
    mine = (conseiller.id, conseiller.structure, conseiller.departement)
    return [(*mine, place.code, place.codes_postaux[0], place.departement) for place in conseiller.places]


def _moments(day: date, dialect: Dialect) -> list[Any]:
    opening = datetime.combine(day, time(OPENING), UTC)
    return [dialect.moment(opening + timedelta(minutes=STEP * n)) for n in range(STEPS)]


T = TypeVar("T")
PREFIX = "demodata"
"""The beginning of the ids of invented people; followed by digits, it begins no id of Mattermost’s."""
PLACES = 4
_STRUCTURES = (
    *("Mairie {de}", "Mairie {de}", "CCAS {de}", "Centre social {de}", "Médiathèque {de}"),
    *("France Services {nom}", "Mission locale {de}", "Communauté de communes {de}", "Maison de quartier {de}"),
)
_CONTRACTED = (("Le ", "du "), ("Les ", "des "), ("La ", "de La "), ("L'", "de L’"))


class _Draw(Generic[T]):
    """A weighted random choice that is fast when repeated."""

    def __init__(self, things: Sequence[T], weights: Sequence[float]) -> None:
        self._things = things
        self._weights = list(accumulate(weights))

    def some(self, dice: random.Random, count: int) -> list[T]:
        return dice.choices(self._things, cum_weights=self._weights, k=count)


def conseillers(count: int) -> Iterator[Conseiller]:
    """Yield that many conseillers, in order of arrival."""
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
    """Return the weighted choices of départements, and of communes in each."""
    communes: dict[str, list[Commune]] = {code: [] for code, d in DEPARTEMENTS.items() if d.region}
    for commune in list_communes():
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


_HOLIDAYS = {(1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25)}
_MONTHS = {7: 0.7, 8: 0.35, 12: 0.8}
_WEEKDAYS = (1.0, 1.1, 0.95, 1.05, 0.9, 0.07, 0.0)


def spread(count: int, start: date, last: date) -> Iterator[tuple[date, range]]:
    """Yield the row numbers of each day from ``start`` to ``last`` that has some."""
    days = [start + timedelta(days=n) for n in range((last - start).days + 1)]
    weights = [_weight(day) for day in days]
    if not any(weights):
        weights = [1.0] * len(days)
    total, first = sum(weights), 0
    for day, so_far in zip(days, accumulate(weights), strict=True):
        end = min(count, round(count * so_far / total))
        if end > first:
            yield day, range(first, end)
        first = max(first, end)


def _weight(day: date) -> float:
    if (day.month, day.day) in _HOLIDAYS:
        return 0.0
    return _WEEKDAYS[day.weekday()] * _MONTHS.get(day.month, 1.0)


def present(day: date, start: date, last: date) -> float:
    """Return the share of conseillers who have arrived by a day: a third at first, all after a third of the time."""
    elapsed = (day - start).days / max(1, (last - start).days)
    return min(1.0, 1 / 3 + 2 * elapsed)
