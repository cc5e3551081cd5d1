"""The rows of the made-up history, oldest first: the same for the same number, seed and days, on every database."""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate
from typing import Any

from cli.demo_data.calendar import present, spread
from cli.demo_data.crowd import Conseiller
from cli.demo_data.said import PROFILES, pools
from cli.demo_data.said import SAID_COLUMNS as SAID

WHO = ("author_id", "structure", "departement_structure", "commune", "code_postal", "departement")
ROW_COLUMNS = (*WHO, *SAID, "date", "key", "created_at", "modified_at")
OPENING, STEP, STEPS = 8, 5, 120
"""They are filed from 8:00 to 18:00 UTC, every five minutes."""

SqlRow = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class HistoryPlan:
    """How many, drawn from which seed, over which days (``last`` included)."""

    count: int
    seed: int
    start: date
    last: date

    def key(self, number: int) -> str:
        """What makes the number-th of a seed itself; in the order of the numbers under every collation."""
        return f"demo-data:{self.seed}:{number:09d}"


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a database’s driver wants a day and a moment."""

    day: Callable[[date], Any]
    moment: Callable[[datetime], Any]


NATIVE = Dialect(lambda day: day, lambda moment: moment)
TEXT = Dialect(date.isoformat, lambda moment: f"{moment:%Y-%m-%d %H:%M:%S.%f}")
"""As SQLAlchemy keeps them in SQLite."""


def rows(wanted: HistoryPlan, crowd: Sequence[Conseiller], dialect: Dialect, first: int = 0) -> Iterator[SqlRow]:
    """Values of COLUMNS, from the row of that number on."""
    who = [_heads(conseiller) for conseiller in crowd]
    diligence = list(accumulate(conseiller.diligence for conseiller in crowd))
    said = pools(wanted.seed)
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
    """The values of WHO at each of somebody’s places."""
    mine = (conseiller.id, conseiller.structure, conseiller.departement)
    return [(*mine, place.code, place.codes_postaux[0], place.departement) for place in conseiller.places]


def _moments(day: date, dialect: Dialect) -> list[Any]:
    opening = datetime.combine(day, time(OPENING), UTC)
    return [dialect.moment(opening + timedelta(minutes=STEP * n)) for n in range(STEPS)]
