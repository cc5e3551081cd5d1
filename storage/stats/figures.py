"""The figures of « Mes statistiques »: what they count, and the percentages made of them (docs/domaine.md §3.1)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from enum import StrEnum
from typing import Any, Self, TypeVar

from storage.cra.measures import CANAL_NAMES, DUREE_NAMES, MINUTES, THEME_BITS
from storage.cra.table import AGES, STATUTS, SUITES
from storage.cra.values import Activite, Age, Canal, Duree, Statut, Suite

K = TypeVar("K")


class Percent(StrEnum):
    """How shares become whole numbers: « juste » adds up to 100, « coop » truncates as the old platform did."""

    JUSTE = "juste"
    COOP = "coop"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What some comptes rendus add up to; figures of disjoint sets add with ``+``.

    ``accompagnements``, ``ateliers``, ``individuels``, ``ponctuelles``, ``themes``, ``canaux``, ``durees`` and
    ``mois`` (by first day of month) count CRAs; ``participants`` persons in workshops; ``recurrents``, ``suites``,
    ``ages`` and ``statuts`` persons; ``minutes`` the time passed, by kind of activity. Every code is a key.
    ``totals`` are those that were rounded apart from what they are made of.
    """

    accompagnements: int = 0
    ateliers: int = 0
    participants: int = 0
    individuels: int = 0
    ponctuelles: int = 0
    recurrents: int = 0
    minutes: Mapping[Activite, int] = field(default_factory=lambda: dict.fromkeys(MINUTES, 0))
    suites: Mapping[Suite, int] = field(default_factory=lambda: dict.fromkeys(SUITES, 0))
    themes: Mapping[str, int] = field(default_factory=lambda: dict.fromkeys(THEME_BITS, 0))
    canaux: Mapping[Canal, int] = field(default_factory=lambda: dict.fromkeys(CANAL_NAMES, 0))
    durees: Mapping[Duree, int] = field(default_factory=lambda: dict.fromkeys(DUREE_NAMES, 0))
    ages: Mapping[Age, int] = field(default_factory=lambda: dict.fromkeys(AGES, 0))
    statuts: Mapping[Statut, int] = field(default_factory=lambda: dict.fromkeys(STATUTS, 0))
    mois: Mapping[date, int] = field(default_factory=dict)
    totals: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, measures: Mapping[str, Any], mois: Mapping[date, int], totals: Mapping[str, int] | None = None) -> Self:
        """The figures of measures by their names (storage.cra.measures)."""
        found: dict[str, Any] = {name: int(measures[name]) for name in _PLAIN}
        found |= {name: {code: int(measures[m]) for code, m in codes.items()} for name, codes in _BY_CODE.items()}
        return cls(**found, mois=dict(mois), totals=dict(totals or {}))

    @property
    def personnes(self) -> int:
        """Persons accompanied: participants of workshops, and one for each other CRA."""
        return self._total("personnes", self.participants + self.individuels + self.ponctuelles)

    @property
    def nouveaux(self) -> int:
        """Persons accompanied who had not been before."""
        return self._total("nouveaux", self.personnes - self.recurrents)

    @property
    def poursuivis(self) -> int:
        """Persons whose accompaniment goes on."""
        return self._total("poursuivis", sum(self.suites.values()))

    @property
    def temps(self) -> int:
        """Minutes passed, whatever the activity."""
        return self._total("temps", sum(self.minutes.values()))

    def _total(self, name: str, added_up: int) -> int:
        return self.totals.get(name, added_up)

    def __add__(self, other: "Figures") -> "Figures":
        sums: dict[str, Any] = {}
        for name in (f.name for f in fields(self)):
            mine, theirs = getattr(self, name), getattr(other, name)
            sums[name] = mine + theirs if isinstance(mine, int) else _add_counts(mine, theirs)
        return Figures(**sums)


_PLAIN = ("accompagnements", "ateliers", "participants", "individuels", "ponctuelles", "recurrents")
_BY_CODE: Mapping[str, Mapping[Any, str]] = {
    "minutes": MINUTES,
    "suites": SUITES,
    "themes": THEME_BITS,
    "canaux": CANAL_NAMES,
    "durees": DUREE_NAMES,
    "ages": AGES,
    "statuts": STATUTS,
}


def _add_counts(mine: Mapping[K, int], theirs: Mapping[K, int]) -> dict[K, int]:
    return {code: mine.get(code, 0) + theirs.get(code, 0) for code in sorted({*mine, *theirs}, key=_rank([*mine]))}


def _rank(known: Sequence[Any]) -> Any:
    """Codes keep their order; months, which one side may lack, go by date."""
    return lambda code: (0, code) if isinstance(code, date) else (1, known.index(code))


def share(part: int, whole: int, percent: Percent) -> int:
    """A whole number of percent, 0 of nothing; half a percent is rounded up, « coop » truncates."""
    if whole <= 0:
        return 0
    return part * 100 // whole if percent is Percent.COOP else (part * 200 + whole) // (2 * whole)


def shares(parts: Mapping[K, int], whole: int, percent: Percent) -> dict[K, int]:
    """Whole percents of each part: of ``whole`` truncated for « coop », else of their sum, adding up to 100.

    The largest remainders are rounded up; between equal ones the larger part, then the first, wins.
    """
    if percent is Percent.COOP:
        return {code: share(part, whole, percent) for code, part in parts.items()}
    total = sum(parts.values())
    if not total:
        return dict.fromkeys(parts, 0)
    floors = {code: part * 100 // total for code, part in parts.items()}
    by_remainder = sorted(parts, key=lambda code: (-(parts[code] * 100 % total), -parts[code]))
    raised = set(by_remainder[: 100 - sum(floors.values())])
    return {code: floor + (code in raised) for code, floor in floors.items()}
