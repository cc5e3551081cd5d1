"""What holds of the figures of any comptes rendus, beyond their sums: everybody knows it, so changes respect it."""

from collections.abc import Callable, Iterable, Mapping
from itertools import repeat

from storage.cra.measures import DUREES
from storage.cra.values import DUREES as MINUTES_OF_ONE
from storage.cra.values import PARTICIPANTS_MAX, Duree
from storage.stats.masks.cells import QUARTER, THEME, TIMES

Row = Mapping[str, int]
Rule = Callable[[Row], bool]

LONGEST = max(MINUTES_OF_ONE)
_BETWEEN = {
    Duree.JUSQU_A_30: (QUARTER, 30),
    Duree.DE_30_A_60: (45, 45),
    Duree.DE_60_A_120: (60, 105),
    Duree.DES_120: (120, LONGEST),
}


def _fits_durees(row: Row) -> bool:
    low = sum(row[DUREES[d]] * least for d, (least, _) in _BETWEEN.items())
    return low <= row["temps"] <= sum(row[DUREES[d]] * most for d, (_, most) in _BETWEEN.items())


def _minutes_of(minutes: str, count: str) -> Rule:
    return lambda row: row[count] * QUARTER <= row[minutes] <= row[count] * LONGEST


def _at_most(part: str, whole: str) -> Rule:
    return lambda row: row[part] <= row[whole]


_RULES: tuple[tuple[frozenset[str], Rule], ...] = (
    (frozenset(("participants", "ateliers")), lambda r: r["ateliers"] <= r["participants"]),
    (frozenset(("participants", "ateliers")), lambda r: r["participants"] <= r["ateliers"] * PARTICIPANTS_MAX),
    (frozenset(("poursuivis", "personnes")), _at_most("poursuivis", "personnes")),
    (frozenset(("conseillers", "accompagnements")), _at_most("conseillers", "accompagnements")),
    *((frozenset((theme, "accompagnements")), _at_most(theme, "accompagnements")) for theme in THEME),
    (frozenset((*THEME, "accompagnements")), lambda r: sum(map(r.__getitem__, THEME)) >= r["accompagnements"]),
    *((frozenset(pair), _minutes_of(*pair)) for pair in TIMES.items()),
    (frozenset((*DUREES.values(), "temps")), _fits_durees),
)


def respected(row: Row, change: Mapping[str, int], times: int) -> bool:
    """Whether a row stays one that comptes rendus could make when it changes so many times over."""
    other = {**row, **{name: row[name] + by * times for name, by in change.items()}}
    touched = frozenset(change)
    # A rule that the row itself breaks tells nobody anything.
    return all(rule(other) or not rule(row) for names, rule in _RULES if not names.isdisjoint(touched))


def all_respected(rows: Iterable[Row], changes: Iterable[Mapping[str, int]], times: int) -> bool:
    """The same of several rows."""
    return all(map(respected, rows, changes, repeat(times)))
