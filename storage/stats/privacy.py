"""How the figures of one département and month are told: each rounded once, at random, to a multiple of 5.
The cell-key method of census offices. A figure n is told as the multiple of 5 below or above it, above with a chance
of (n mod 5) / 5, so that it is right on average; the chance follows from a secret and from the figure’s name, so that
asking again tells nothing more. Written otherwise: n plus an offset from 0 to 4 that nobody knows, rounded down.
Whoever watches a figure change, and knows every change, learns n plus its offset at best.
Where everybody knows what a figure is at least, that would be too much: with an offset of 0 and one compte rendu of
each conseiller it is that. The offset is the less often small the fewer conseillers have more than a multiple of 5 (and
one), so that whoever files for herself and asks each time finds no figure: all that she sees can be with others’
figures, too. (tests/test_stats_insider.py looks through all cases, and says what is left.)
The codes of a group (ages, lieux …) are drawn again until they add up to nearly their total as told. Offsets drawn
again are from 1 to 3: with the first they lie among four neighbours, so that a figure seen under several still has two
values. A draw is refused for what is told by it and what everybody knows, never for what was counted, so that a
refusal tells nothing that the figures do not. It costs a little: where next to nothing was done, classes of durations
are told too low by 0.3 of a compte rendu on average.
The secret is made with its table, for ever the same: another one would tell other figures of the same months, and who
kept the old ones would learn from both. It is in the database, so that replicas share it and backups keep it, and has
nothing to do with COOP_SECRET, which may change.
What everybody knows beside that are sums and habits. Figures are here in the order of CELLS and in fives, as they are
told; times in fives of quarter hours. A figure told as T fives lies between 5 T − 4 and 5 T + 4. Who puts such bounds
together must find no figure: the checks here ask that of what is told, never of what was counted.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import shake_256
from operator import mul
from struct import Struct

from sqlalchemy import LargeBinary
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.cra.months import CANAL_NAMES, DUREE_NAMES, MINUTES, THEME_BITS
from storage.cra.report import AGES, PARTICIPANTS_MAX, STATUTS, SUITES
from storage.cra.report import DUREES as LENGTHS

QUARTER = 15
"""Durations are whole quarters of an hour."""
STEPS_APART = 2
"""By how many fives a total and the sum of its codes may differ."""
LONGEST_QUARTERS = max(LENGTHS) // QUARTER
SHORTEST, LONGEST_OF_EACH = (1, 3, 4, 8), (2, 3, 7, LONGEST_QUARTERS)
"""The least and the most of each class of durations, in quarters of an hour."""

TOTAL_CELLS = ("accompagnements", "personnes", "poursuivis", "temps")
KIND_CELLS = ("ateliers", "individuels", "ponctuelles", "participants")
LEAST = dict.fromkeys(("accompagnements", "personnes", "temps"), 1) | dict.fromkeys(("poursuivis", *KIND_CELLS[:3]), 0)
"""What each counted conseiller has at least, as everybody knows, of the figures from which others follow."""
GROUPS: tuple[tuple[str, ...], ...] = (
    *(tuple(MINUTES.values()), KIND_CELLS, tuple(CANAL_NAMES.values()), tuple(DUREE_NAMES.values())),
    *(tuple(AGES.values()), tuple(STATUTS.values()), ("nouveaux", "recurrents"), tuple(SUITES.values())),
)
"""Codes that add up to totals, drawn together, in the order in which they are drawn."""
CELLS = (*TOTAL_CELLS, *(name for group in GROUPS for name in group), *THEME_BITS.values())
"""The figures that are told of a département and month."""
TIMES = frozenset(("temps", *MINUTES.values()))
STEPS = {name: 5 * QUARTER if name in TIMES else 5 for name in CELLS}
"""The unit of each figure, in the same order: figures are told in multiples of it."""
SUMS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("temps", GROUPS[0]),
    *(("accompagnements", group) for group in (KIND_CELLS[:3], GROUPS[2], GROUPS[3])),
    *(("personnes", group) for group in (KIND_CELLS[1:], GROUPS[4], GROUPS[5], GROUPS[6])),
    ("poursuivis", GROUPS[7]),
)
"""The totals, and the figures that add up to them."""

CELL_INDEX = {name: place for place, name in enumerate(CELLS)}
Fives = Sequence[int]
Check = Callable[[Fives, int], bool]
"""A function that tells whether drawn figures are acceptable, where there were at least so many comptes rendus."""


def slice_of(group: Sequence[str]) -> slice:
    """Return where the codes of a group are, side by side."""
    return slice(CELL_INDEX[group[0]], CELL_INDEX[group[-1]] + 1)


_REPORTS, _PERSONS, _TIME = CELL_INDEX["accompagnements"], CELL_INDEX["personnes"], CELL_INDEX["temps"]
_MINUTES, _KINDS, _LENGTHS_SLICE = slice_of(GROUPS[0]), slice_of(KIND_CELLS), slice_of(GROUPS[3])


def list_checks(group: Sequence[str]) -> tuple[Check, ...]:
    """List the checks that a group of codes has to pass."""
    found = [_adds_up(CELL_INDEX[total], slice_of(parts)) for total, parts in SUMS if set(parts) <= set(group)]
    more: dict[tuple[str, ...], Check] = {KIND_CELLS: _check_kinds, GROUPS[3]: _check_lengths}
    return (*found, *(check for codes, check in more.items() if codes == tuple(group)))


def find_bound(group: Sequence[str]) -> Callable[[Fives], int] | None:
    """Return the function that computes the least number of comptes rendus that a drawn group implies; None where that
    number is told anyway.

    None is longer than a day, and a total is nearly what its codes add up to.
    """
    return {GROUPS[0]: _by_time, KIND_CELLS: _by_kinds}.get(tuple(group))


def may_be_more(five: int, least: int) -> bool:
    """Tell whether a figure may be more than its least value."""
    return 5 * five + 4 > least


def _adds_up(total: int, parts: slice) -> Check:
    """Make the check that codes add up to nearly their total, and may be more than there are comptes rendus."""
    spare = 4 * (parts.stop - parts.start)
    if total not in (_REPORTS, _PERSONS):
        return lambda fives, _: -STEPS_APART <= sum(fives[parts]) - fives[total] <= STEPS_APART
    return lambda fives, least: (
        -STEPS_APART <= (told := sum(fives[parts])) - fives[total] <= STEPS_APART and 5 * told + spare > least
    )


def _by_time(fives: Fives) -> int:
    return max(_count_days(fives[_TIME]), sum(map(_count_days, fives[_MINUTES])))


def _by_kinds(fives: Fives) -> int:
    return max(_find_least(fives[_REPORTS]), sum(_least_of_kinds(fives)))


def _check_kinds(fives: Fives, _: int) -> bool:
    """Check that each kind may have more comptes rendus than its minutes and participants demand, and more persons than
    these."""
    least = _least_of_kinds(fives)
    *counts, persons = fives[_KINDS]
    together = max(least[0], _find_least(persons)) + least[1] + least[2]
    return all(map(may_be_more, counts, least)) and may_be_more(fives[_PERSONS], together)


def _least_of_kinds(fives: Fives) -> list[int]:
    """Compute the least number of comptes rendus of each kind."""
    *counts, persons = fives[_KINDS]
    least = list(map(max, map(_find_least, counts), map(_count_days, fives[_MINUTES])))
    least[0] = max(least[0], _divide(_find_least(persons), PARTICIPANTS_MAX))
    return least


def _check_lengths(fives: Fives, least: int) -> bool:
    """Check that the time has room for one more of the longest class told (« 2 h et plus » in 3 h is one), in all and
    in each kind, and that there may be more comptes rendus than fill the time."""
    lows = list(map(_find_least, fives[_LENGTHS_SLICE]))
    left = max(0, _find_least(fives[_TIME]) - sum(map(mul, lows, LONGEST_OF_EACH)))
    others = max(0, least - sum(lows))
    taken = sum(map(mul, lows, SHORTEST)) + others
    longer = max(length for low, length in zip((1, *lows), (0, *SHORTEST), strict=True) if low)
    time = min(5 * fives[_TIME] + 4, sum(5 * five + 4 for five in fives[_MINUTES]))
    spare = 4 * (longer > 1)  # somebody who files and asks each time knows the time that much better
    enough = taken + longer - min(others, 1) <= time - spare
    return (
        enough and _fit_apart(fives, lows) and may_be_more(fives[_REPORTS], sum(lows) + _divide(left, LONGEST_QUARTERS))
    )


def _fit_apart(fives: Fives, lows: Sequence[int]) -> bool:
    """Check that one more of each class told fits, with all longer ones: none is of two kinds, so in 1 h 45 of one kind
    and 3 h of another there is one « 2 h et plus » at most."""
    times = [5 * five + 4 for five in fives[_MINUTES]]
    fitting = (sum(time // shortest for time in times) for shortest in SHORTEST)
    return all(most > sum(lows[place:]) for place, most in enumerate(fitting) if lows[place])


def _find_least(five: int) -> int:
    """Return the least value that a told figure stands for."""
    return 5 * five - 4 if five else 0


def _count_days(five: int) -> int:
    """Count how many comptes rendus a time asks for, of a day each."""
    return _divide(_find_least(five), LONGEST_QUARTERS)


def _divide(number: int, by: int) -> int:
    """Divide, and round up."""
    return -(-number // by)


ATTEMPTS = 64
"""The most draws of a group. Every draw but the first is refused for hardly any counts, all of them for none."""
# 65,536 is one more than a multiple of 5 and of 3: the bias of its remainders is too small to be noticed.
_WORDS = Struct(f"<{len(CELLS)}H")
_LEAST = tuple((CELL_INDEX[name], each) for name, each in LEAST.items())
_GROUPS = tuple((slice_of(group), list_checks(group), find_bound(group)) for group in GROUPS)


@dataclass(frozen=True, slots=True)
class MonthCount:
    """What was counted in a département ("" for none) and a month (its first day), and of how many conseillers."""

    departement: str
    month: date
    conseillers: int
    """How many conseillers there were, which everybody knows."""
    uneven: Sequence[int]
    """The sum of what conseillers have, of each of LEAST, above a multiple of 5 and that least, of 2 at most."""
    counts: Sequence[int]
    """The exact figures, in the order of CELLS; times in quarter hours."""


def round_counts(secret: bytes, month: MonthCount) -> list[int]:
    """Round the counts of a département and month to what may be told, in units of five and in the order of CELLS."""
    where, counts = (month.departement, month.month), month.counts
    words = _draw_words(secret, where, 0)
    offsets = [word % 5 for word in words]
    for (place, each), uneven in zip(_LEAST, month.uneven, strict=True):
        offsets[place] = draw_offset(words[place], each, uneven)
    fives = [(n + more) // 5 for n, more in zip(counts, offsets, strict=True)]
    least = month.conseillers
    _keep_open(fives, "temps", least)
    for part, wanted, known in _GROUPS:
        attempt = 0
        while not all(check(fives, least) for check in wanted) and (attempt := attempt + 1) < ATTEMPTS:
            words = _draw_words(secret, where, attempt)[part]
            fives[part] = [(n + 1 + word % 3) // 5 for n, word in zip(counts[part], words, strict=True)]
        if known:
            least = max(least, known(fives))
            _keep_open(fives, "accompagnements", least)
            _keep_open(fives, "personnes", least)
    return fives


def draw_offset(word: int, least: int, uneven: int) -> int:
    """Draw the offset of a figure of which each conseiller has so many (0 or 1) at least.

    Half of those that would round up more often than down are kept from above, too.
    """
    lowest = min(4 - 2 * least - uneven, 2)
    kept = max(word % 5, lowest)
    return min(kept, 4 - lowest) if least and word // 5 % 2 else kept


def _keep_open(fives: list[int], name: str, least: int) -> None:
    """Raise a figure told as 0 where four conseillers would then have a compte rendu each: it is told as 5.

    A figure that can be no more than it is at least is a 4, or a 9 …, so that this rounds it too.
    """
    fives[CELL_INDEX[name]] += not may_be_more(fives[CELL_INDEX[name]], least)


def _draw_words(secret: bytes, where: tuple[str, date], attempt: int) -> tuple[int, ...]:
    """Draw the chances of all figures of a département and month, in the order of CELLS."""
    departement, month = where
    name = f"{departement} {month.isoformat()} {attempt}".encode()
    return _WORDS.unpack(shake_256(secret + name).digest(_WORDS.size))


class Secret(SQLModel, table=True):
    """The secret that roundings derive from, in the only row of its table."""

    __tablename__ = "stats_secret"

    id: int = Field(default=1, primary_key=True, sa_column_kwargs={"autoincrement": False})
    secret: bytes = Field(sa_type=LargeBinary)


async def read_secret(db: AsyncSession) -> bytes:
    """Read the secret: 32 bytes."""
    return (await db.exec(select(col(Secret.secret)))).one()
