"""The cells of the table that is masked: their names, the groups that add up, and which the rule itself masks."""

from collections.abc import Mapping
from dataclasses import dataclass

from storage.cra.measures import CANAUX, DUREES, MINUTES, THEME_BITS
from storage.cra.table import AGES, STATUTS, SUITES
from storage.cra.values import Activite

PERSONS, CONSEILLERS = 5, 3
"""Fewer are not told of."""

COUNTS = {Activite.COLLECTIF: "ateliers", Activite.INDIVIDUEL: "individuels", Activite.PONCTUEL: "ponctuelles"}
CANAL, DUREE, THEME = tuple(CANAUX.values()), tuple(DUREES.values()), tuple(THEME_BITS.values())
AGE, STATUT, SUITE = tuple(AGES.values()), tuple(STATUTS.values()), tuple(SUITES.values())
VENUS = ("nouveaux", "recurrents")
TIMES = {MINUTES[activite]: count for activite, count in COUNTS.items()} | {"temps": "accompagnements"}
"""Minutes, and the cell that counts the comptes rendus they come from."""

TOTALS = ("accompagnements", "personnes", "conseillers", "temps", "poursuivis", *COUNTS.values(), "participants")
QUARTER = 15
"""Durations are counted in quarters of an hour."""


@dataclass(frozen=True, slots=True)
class Area:
    """One territory: its cells (measures of storage.cra.measures, « personnes », « nouveaux », « poursuivis »,
    « temps », « conseillers », and « mois_… » by month), how many conseillers are behind each, and the territory
    that it is added up in (None: the nation).
    """

    cells: Mapping[str, int]
    behind: Mapping[str, int]
    inside: str | None


def months(area: Area) -> tuple[str, ...]:
    """The names of the cells of months."""
    return tuple(sorted(name for name in area.cells if name.startswith("mois_")))


def primary(area: Area) -> set[str]:
    """The cells that the rule itself masks."""
    return {name for name, n in area.cells.items() if n > 0 and (_few(area, name) or _by_few(area, name))}


def wanted(area: Area, name: str) -> int:
    """By how much a cell that the rule masks should be able to differ: to leave the small ones, or by a tenth."""
    n = area.cells[name]
    if name in TIMES:
        return max(QUARTER, min(n // 10, 10 * QUARTER) // QUARTER * QUARTER)
    return max(least(name) - n, min(n // 10, 10), 1)


def least(name: str) -> int:
    """What a cell must count to be shown."""
    return CONSEILLERS if name == "conseillers" else 0 if name in TIMES else PERSONS


def _few(area: Area, name: str) -> bool:
    counting = TIMES.get(name, name)
    return area.cells[counting] < least(counting)


def _by_few(area: Area, name: str) -> bool:
    return name != "conseillers" and area.behind[name] < CONSEILLERS
