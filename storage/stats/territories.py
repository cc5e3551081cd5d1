"""The figures of all départements, régions and the nation in some whole months, with what of them is masked."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import reduce
from operator import add
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from config.departements import DEPARTEMENTS
from storage.cra.measures import CANAUX, DUREES, MINUTES, THEME_BITS
from storage.cra.table import AGES, STATUTS, SUITES
from storage.stats.figures import Figures
from storage.stats.masks import Area, hidden
from storage.stats.queries import Crowd, crowds, monthly, nomads

REGIONS = {code: d.code_region for code, d in DEPARTEMENTS.items() if d.code_region}
"""The région of each département that has one."""

NATIONAL = "national"

Months = Mapping[date, tuple[int, int]]
"""CRAs by month, and how many conseillers made them."""

Gathered = Mapping[str, tuple[Crowd, Months]]
"""The figures of territories, by key."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A territory’s figures, how many conseillers made them, and the names of what of it is masked (``cells``)."""

    figures: Figures
    conseillers: int
    hidden: frozenset[str]

    def count(self, name: str) -> int | None:
        """A cell by its name, None when it is masked."""
        return None if name in self.hidden else cells(self.figures, self.conseillers)[name]

    @property
    def mois(self) -> dict[date, int | None]:
        """CRAs by month, None when masked."""
        return {m: self.count(month_name(m)) for m in self.figures.mois}


def departement(code: str) -> str:
    """The key of a département in the table; of the CRAs of no département with ""."""
    return f"departement {code}"


def region(code: str) -> str:
    """The key of a région in the table."""
    return f"region {code}"


def month_name(month: date) -> str:
    """The name of a month’s cell."""
    return f"mois_{month:%Y-%m}"


async def gathered(db: AsyncSession, start: date, end: date) -> dict[str, tuple[Crowd, Months]]:
    """All territories that have CRAs in these whole months, by key, to be ``masked`` before anybody is told."""
    leaves = dict[str, tuple[Crowd, Months]]()
    by_month = await monthly(db, start, end)
    for code, crowd in (await crowds(db, start, end)).items():
        leaves[code] = crowd, {m: n for (where, m), n in by_month.items() if where == code}
    inside: dict[str, set[str]] = {NATIONAL: {*leaves}} if leaves else {}
    for code in leaves.keys() & REGIONS.keys():
        inside.setdefault(region(REGIONS[code]), set()).add(code)
    again = await nomads(db, start, end)
    found = {departement(code): leaf for code, leaf in leaves.items()}
    return found | {key: _together([leaves[c] for c in codes], _twice(again, codes)) for key, codes in inside.items()}


def _together(parts: Sequence[tuple[Crowd, Months]], twice: Counter[str]) -> tuple[Crowd, Months]:
    """Départements added up; conseillers who are behind a figure of several of them (``twice``) are one each."""
    behind, months = Counter[str](), Counter[date]()
    for crowd, by_month in parts:
        behind.update({**crowd.behind, **{month_name(m): who for m, (_, who) in by_month.items()}})
        months.update({m: n for m, (n, _) in by_month.items()})
    behind.subtract(twice)
    figures = reduce(add, (crowd.figures for crowd, _ in parts))
    return Crowd(figures, behind["accompagnements"], behind), {m: (n, behind[month_name(m)]) for m, n in months.items()}


def _twice(nomads: Iterable[tuple[str, str, Figures]], codes: Collection[str]) -> Counter[str]:
    """How many times too often conseillers are counted behind each cell where these départements are added up."""
    done: dict[tuple[str, str], Figures] = {}
    for author, code, figures in nomads:
        if code in codes:
            done[author, code] = done.get((author, code), Figures()) + figures
    behind = Counter((author, name) for (author, _), f in done.items() for name, n in cells(f, 1).items() if n > 0)
    over = Counter[str]()
    for (_, name), n in behind.items():
        over[name] += n - 1
    return over


def masked(found: Gathered) -> dict[str, Shown]:
    """What may be told of these territories, by key; a second’s work where the nation did next to nothing."""
    if not found:
        return {}
    months = dict.fromkeys(sorted({m for _, by_month in found.values() for m in by_month}), (0, 0))
    filled = {key: (crowd, {**months, **by_month}) for key, (crowd, by_month) in found.items()}
    masks = hidden({key: area(key, crowd, by_month) for key, (crowd, by_month) in filled.items()})
    return {
        key: Shown(replace(crowd.figures, mois={m: n for m, (n, _) in by_month.items()}), crowd.conseillers, masks[key])
        for key, (crowd, by_month) in filled.items()
    }


def area(key: str, crowd: Crowd, months: Months) -> Area:
    """A territory as a part of the table that is masked."""
    figures = replace(crowd.figures, mois={m: n for m, (n, _) in months.items()})
    behind = {**crowd.behind, **{month_name(m): conseillers for m, (_, conseillers) in months.items()}}
    return Area(cells(figures, crowd.conseillers), behind, _inside(key))


def cells(f: Figures, conseillers: int) -> dict[str, int]:
    """All that is told of a territory, by name: measures, what is derived of them, and months."""
    plain = ("accompagnements", "ateliers", "participants", "individuels", "ponctuelles", "recurrents")
    derived = ("personnes", "nouveaux", "poursuivis", "temps")
    counts: dict[str, int] = {name: getattr(f, name) for name in (*plain, *derived)} | {"conseillers": conseillers}
    groups: tuple[tuple[Mapping[Any, int], Mapping[Any, str]], ...] = (
        *((f.minutes, MINUTES), (f.suites, SUITES), (f.themes, THEME_BITS), (f.canaux, CANAUX)),
        *((f.durees, DUREES), (f.ages, AGES), (f.statuts, STATUTS)),
    )
    counts |= {names[code]: n for group, names in groups for code, n in group.items()}
    return counts | {month_name(m): n for m, n in f.mois.items()}


def _inside(key: str) -> str | None:
    """The territory that one is added up in."""
    kind, _, code = key.partition(" ")
    if kind == "departement" and code in REGIONS:
        return region(REGIONS[code])
    return None if key == NATIONAL else NATIONAL
