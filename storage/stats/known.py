"""What everybody knows of the figures of one département and month beside what is told of them: sums, and habits.

Figures are here in the order of CELLS and in fives, as they are told; times in fives of quarter hours. A figure told
as T fives lies between 5 T − 4 and 5 T + 4. Who puts such bounds together must find no figure: the checks here ask
that of what is told, never of what was counted.
"""

from collections.abc import Callable, Sequence
from operator import mul

from storage.cra.measures import CANAL_NAMES, DUREE_NAMES, MINUTES, THEME_BITS
from storage.cra.table import AGES, STATUTS, SUITES
from storage.cra.values import DUREES as LENGTHS
from storage.cra.values import PARTICIPANTS_MAX

QUARTER = 15
"""Durations are whole quarters of an hour."""
STEPS_APART = 2
"""How many fives a total and its codes may be apart."""
LONGEST_QUARTERS = max(LENGTHS) // QUARTER
SHORTEST, LONGEST_OF_EACH = (1, 3, 4, 8), (2, 3, 7, LONGEST_QUARTERS)
"""The least and the most of each class of durations, in quarters of an hour."""

TOTAL_CELLS = ("accompagnements", "personnes", "poursuivis", "temps")
KIND_CELLS = ("ateliers", "individuels", "ponctuelles", "participants")
LEAST = dict.fromkeys(("accompagnements", "personnes", "temps"), 1) | dict.fromkeys(("poursuivis", *KIND_CELLS[:3]), 0)
"""What each conseiller who is counted has at least, as everybody knows, of the figures that others follow from."""
GROUPS: tuple[tuple[str, ...], ...] = (
    *(tuple(MINUTES.values()), KIND_CELLS, tuple(CANAL_NAMES.values()), tuple(DUREE_NAMES.values())),
    *(tuple(AGES.values()), tuple(STATUTS.values()), ("nouveaux", "recurrents"), tuple(SUITES.values())),
)
"""Codes that add up to totals, drawn together, in the order in which they are drawn."""
CELLS = (*TOTAL_CELLS, *(name for group in GROUPS for name in group), *THEME_BITS.values())
"""All that is told of a département and month."""
TIMES = frozenset(("temps", *MINUTES.values()))
STEPS = {name: 5 * QUARTER if name in TIMES else 5 for name in CELLS}
"""What each figure is told in multiples of, in the same order."""
SUMS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("temps", GROUPS[0]),
    *(("accompagnements", group) for group in (KIND_CELLS[:3], GROUPS[2], GROUPS[3])),
    *(("personnes", group) for group in (KIND_CELLS[1:], GROUPS[4], GROUPS[5], GROUPS[6])),
    ("poursuivis", GROUPS[7]),
)
"""What adds up to what."""

CELL_INDEX = {name: place for place, name in enumerate(CELLS)}
Fives = Sequence[int]
Check = Callable[[Fives, int], bool]
"""Whether what is told will do, where there were at least so many comptes rendus."""


def span(group: Sequence[str]) -> slice:
    """Where the codes of a group are, side by side."""
    return slice(CELL_INDEX[group[0]], CELL_INDEX[group[-1]] + 1)


_REPORTS, _PERSONS, _TIME = CELL_INDEX["accompagnements"], CELL_INDEX["personnes"], CELL_INDEX["temps"]
_MINUTES, _KINDS, _LENGTHS = span(GROUPS[0]), span(KIND_CELLS), span(GROUPS[3])


def checks(group: Sequence[str]) -> tuple[Check, ...]:
    """What has to hold of a group of codes."""
    found = [_adds_up(CELL_INDEX[total], span(parts)) for total, parts in SUMS if set(parts) <= set(group)]
    more: dict[tuple[str, ...], Check] = {KIND_CELLS: _kinds, GROUPS[3]: _lengths}
    return (*found, *(check for codes, check in more.items() if codes == tuple(group)))


def known_by(group: Sequence[str]) -> Callable[[Fives], int] | None:
    """How many comptes rendus there were at least, as a group tells once it is drawn; None where it is told already.

    None is longer than a day, and a total is nearly what its codes add up to.
    """
    return {GROUPS[0]: _by_time, KIND_CELLS: _by_kinds}.get(tuple(group))


def is_open(five: int, least: int) -> bool:
    """Whether a figure may be more than it is at least."""
    return 5 * five + 4 > least


def _adds_up(total: int, parts: slice) -> Check:
    """They add up to nearly their total, and may be more than there are comptes rendus."""
    spare = 4 * (parts.stop - parts.start)
    if total not in (_REPORTS, _PERSONS):
        return lambda fives, _: -STEPS_APART <= sum(fives[parts]) - fives[total] <= STEPS_APART
    return lambda fives, least: (
        -STEPS_APART <= (told := sum(fives[parts])) - fives[total] <= STEPS_APART and 5 * told + spare > least
    )


def _by_time(fives: Fives) -> int:
    return max(_days(fives[_TIME]), sum(map(_days, fives[_MINUTES])))


def _by_kinds(fives: Fives) -> int:
    return max(_low(fives[_REPORTS]), sum(_least_of_kinds(fives)))


def _kinds(fives: Fives, _: int) -> bool:
    """There may be more of each than what its minutes and participants ask for, and more persons than theirs."""
    least = _least_of_kinds(fives)
    *counts, persons = fives[_KINDS]
    together = max(least[0], _low(persons)) + least[1] + least[2]
    return all(map(is_open, counts, least)) and is_open(fives[_PERSONS], together)


def _least_of_kinds(fives: Fives) -> list[int]:
    """How many comptes rendus of each kind there were at least."""
    *counts, persons = fives[_KINDS]
    least = list(map(max, map(_low, counts), map(_days, fives[_MINUTES])))
    least[0] = max(least[0], _divide(_low(persons), PARTICIPANTS_MAX))
    return least


def _lengths(fives: Fives, least: int) -> bool:
    """There is time for one more of the longest class that is told of (« 2 h et plus » in 3 h is one), in all and in
    the time of each kind, and there may be more comptes rendus than it takes to fill the time."""
    lows = list(map(_low, fives[_LENGTHS]))
    left = max(0, _low(fives[_TIME]) - sum(map(mul, lows, LONGEST_OF_EACH)))
    others = max(0, least - sum(lows))
    taken = sum(map(mul, lows, SHORTEST)) + others
    longer = max(length for low, length in zip((1, *lows), (0, *SHORTEST), strict=True) if low)
    time = min(5 * fives[_TIME] + 4, sum(5 * five + 4 for five in fives[_MINUTES]))
    spare = 4 * (longer > 1)  # so much less may be known of the time to who files and asks each time
    enough = taken + longer - min(others, 1) <= time - spare
    return enough and _fit_apart(fives, lows) and is_open(fives[_REPORTS], sum(lows) + _divide(left, LONGEST_QUARTERS))


def _fit_apart(fives: Fives, lows: Sequence[int]) -> bool:
    """Whether one more of each class that is told of fits, with all that last longer: none is of two kinds, and in
    1 h 45 of one and 3 h of another there is one « 2 h et plus » at most."""
    times = [5 * five + 4 for five in fives[_MINUTES]]
    fitting = (sum(time // shortest for time in times) for shortest in SHORTEST)
    return all(most > sum(lows[place:]) for place, most in enumerate(fitting) if lows[place])


def _low(five: int) -> int:
    """What a figure is at least."""
    return 5 * five - 4 if five else 0


def _days(five: int) -> int:
    """How many comptes rendus a time asks for, of a day each."""
    return _divide(_low(five), LONGEST_QUARTERS)


def _divide(number: int, by: int) -> int:
    """Rounded up."""
    return -(-number // by)
