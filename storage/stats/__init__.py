"""The figures of « Mes statistiques », of one conseiller or of a territory, always derived from the comptes rendus:
what they count (docs/domaine.md §3.1), their percentages, and their queries."""

from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, timedelta
from enum import StrEnum
from functools import reduce
from operator import add
from typing import Any, NamedTuple, Self, TypeVar

import sqlalchemy as sa
from sqlmodel.ext.asyncio.session import AsyncSession

from config.territories import Territory
from storage.cra.months import (
    CANAL_NAMES,
    CRA,
    CRA_MONTH,
    DUREE_NAMES,
    MEASURE_NAMES,
    MEASURE_SUMS,
    MINUTES,
    THEME_BITS,
    list_measures,
    month_of,
    next_month,
)
from storage.cra.queries import PRACTICE_TABLE
from storage.cra.report import AGES, STATUTS, SUITES, Activite, Age, Canal, Duree, Statut, Suite
from storage.cra.tags import has_tag, list_names
from storage.database import dialect, execute, iterate_pages, read_mappings

K = TypeVar("K")


class Percent(StrEnum):
    """How shares are rounded to whole numbers: « juste » adds up to 100, « coop » truncates as the old platform did."""

    JUSTE = "juste"
    COOP = "coop"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The figures of some comptes rendus; figures of disjoint sets add with ``+``.

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
        """Make the figures from measures by name (storage.cra.months)."""
        found: dict[str, Any] = {name: int(measures[name]) for name in _PLAIN}
        found |= {name: {code: int(measures[m]) for code, m in codes.items()} for name, codes in _BY_CODE.items()}
        return cls(**found, mois=dict(mois), totals=dict(totals or {}))

    @property
    def personnes(self) -> int:
        """The number of persons accompanied: participants of workshops, and one for each other CRA."""
        return self._total("personnes", self.participants + self.individuels + self.ponctuelles)

    @property
    def nouveaux(self) -> int:
        """The number of persons accompanied for the first time."""
        return self._total("nouveaux", self.personnes - self.recurrents)

    @property
    def poursuivis(self) -> int:
        """The number of persons whose accompaniment goes on."""
        return self._total("poursuivis", sum(self.suites.values()))

    @property
    def temps(self) -> int:
        """The minutes passed, whatever the activity."""
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
    """Return a sort key that keeps codes in their order; months, which one side may lack, are sorted by date."""
    return lambda code: (0, code) if isinstance(code, date) else (1, known.index(code))


def share(part: int, whole: int, percent: Percent) -> int:
    """Return a whole number of percent, 0 of nothing; half a percent is rounded up, « coop » truncates."""
    if whole <= 0:
        return 0
    return part * 100 // whole if percent is Percent.COOP else (part * 200 + whole) // (2 * whole)


def shares(parts: Mapping[K, int], whole: int, percent: Percent) -> dict[K, int]:
    """Return whole percents of each part: of ``whole`` truncated for « coop », else of their sum, adding up to 100.

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


def even_shares(parts: Mapping[K, int]) -> tuple[dict[K, int], bool]:
    """Compute whole percents in which equal parts are equal; also return whether they add up to 100.

    Equal parts are rounded up together, those of the largest remainders that make 100, and no part above a larger one.
    Where none do, as with three thirds, each is rounded by itself: those percents are about right.
    """
    total, counted = sum(parts.values()), Counter(parts.values())
    if not total:
        return dict.fromkeys(parts, 0), True
    told = {part: part * 100 // total for part in counted}
    raised = _choose_raised(counted, 100 - sum(told[part] * many for part, many in counted.items()))
    even = {part: floor + (part in (raised or ())) for part, floor in told.items()}
    if raised is None or sorted(even.values()) != [even[part] for part in sorted(even)]:
        even = {part: share(part, total, Percent.JUSTE) for part in told}
    return {code: even[part] for code, part in parts.items()}, sum(even[p] * n for p, n in counted.items()) == 100


def _choose_raised(counted: Mapping[int, int], left: int) -> frozenset[int] | None:
    """Choose the parts to be rounded up, equal ones together, so that the sum is 100; None where no choice does."""
    total = sum(part * many for part, many in counted.items())
    gains = {part: part * 100 % total * many for part, many in counted.items() if part * 100 % total}
    reached = {0: frozenset[int]()}
    for part in gains:
        for taken, chosen in sorted(reached.items(), reverse=True):
            more, longer = taken + counted[part], chosen | {part}
            known = sum(map(gains.__getitem__, reached[more])) if more in reached else -1
            if more <= left and sum(map(gains.__getitem__, longer)) > known:
                reached[more] = longer
    return reached.get(left)


class DayFigures(NamedTuple):
    """The number of CRAs filed for a day, and of persons in them."""

    reports: int
    persons: int


_COUNTED = CRA.c.deleted_at.is_(None)


async def read_own(db: AsyncSession, author_id: str, start: date, end: date, tag: str = "") -> Figures:
    """Read the figures of one conseiller in [start, end[; where ``tag`` is given, of the CRAs with that tag alone."""
    mine = _select_own(author_id, start, end, tag)
    totals = (await execute(db, sa.select(*MEASURE_SUMS.values()).where(*mine))).mappings().one()
    return Figures.of(dict(totals), await count_own_months(db, author_id, start, end, tag))


async def read_practice(db: AsyncSession, author_id: str, start: date, end: date) -> Figures:
    """Read the figures of somebody’s practice sheet in [start, end[, which count nowhere else; without months."""
    cra = PRACTICE_TABLE.c
    mine = (cra.author_id == author_id, cra.date >= start, cra.date < end, cra.deleted_at.is_(None))
    sums = [sa.func.coalesce(sa.func.sum(each), 0).label(name) for name, each in list_measures(cra).items()]
    return Figures.of(dict((await execute(db, sa.select(*sums).where(*mine))).mappings().one()), {})


async def count_own_months(db: AsyncSession, author_id: str, start: date, end: date, tag: str = "") -> dict[date, int]:
    """Count the CRAs of one conseiller in each month of [start, end[, by its first day; months without any are left
    out."""
    month = month_of(dialect(db)).label("month")
    mine = _select_own(author_id, start, end, tag)
    counted = sa.select(month, sa.func.count()).where(*mine).group_by(sa.literal_column("month"))
    return await _read_counts(db, counted.order_by(sa.literal_column("month")))


async def read_own_days(db: AsyncSession, author_id: str, start: date, end: date) -> dict[date, DayFigures]:
    """Read the numbers of one conseiller for each day of [start, end[; days without any are left out."""
    persons = {name: MEASURE_SUMS[name] for name in ("participants", "individuels", "ponctuelles")}
    counted: Any = sa.select(CRA.c.date, sa.func.count().label("reports"), *persons.values())
    rows = await execute(db, counted.where(*_select_own(author_id, start, end)).group_by(CRA.c.date))
    return {row["date"]: DayFigures(row["reports"], sum(int(row[name]) for name in persons)) for row in rows.mappings()}


async def count_own_communes(db: AsyncSession, author_id: str, start: date, end: date, tag: str = "") -> dict[str, int]:
    """Count the CRAs of one conseiller in each commune (INSEE code), the most frequent first."""
    mine = _select_own(author_id, start, end, tag)
    counted = sa.select(CRA.c.commune, sa.func.count()).where(*mine).group_by(CRA.c.commune)
    return await _read_counts(db, counted.order_by(sa.func.count().desc(), CRA.c.commune))


async def iterate_own_rows(
    db: AsyncSession, author_id: str, start: date, end: date, tag: str = ""
) -> AsyncIterator[list[Mapping[str, Any]]]:
    """Yield the CRAs of one conseiller in [start, end[, oldest first, a page at a time: mappings of the table’s columns
    and of ``tags``, the names of their tags."""
    query = sa.select(CRA).where(*_select_own(author_id, start, end, tag))
    async for rows in iterate_pages(read_mappings(db), query, CRA.c.date, CRA.c.id):
        tags = await list_names(db, [row["id"] for row in rows])
        yield [{**row, "tags": tags.get(row["id"], ())} for row in rows]


async def read_exact_figures(db: AsyncSession, territory: Territory, start: date, end: date) -> Figures:
    """Read the exact figures of a territory in [start, end[: for the operator alone, as others are told rounded ones
    (storage.stats.territories). Whole months come from the summary, other days from the comptes rendus."""
    plan = _plan_reading(start, end)
    months = [CRA_MONTH.c.month >= plan.first, CRA_MONTH.c.month < plan.last]
    if territory.departements is not None:
        months.append(CRA_MONTH.c.departement.in_(territory.departements))
    sums = [sa.cast(sa.func.sum(CRA_MONTH.c[name]), sa.BigInteger).label(name) for name in MEASURE_NAMES]
    parts: list[Any] = [sa.select(_ONCE, CRA_MONTH.c.month, *sums).where(*months).group_by(CRA_MONTH.c.month)]
    for span in plan.days:
        times: sa.ColumnElement[int] = sa.literal_column(str(span.times)).label("times")
        days = sa.select(times, sa.literal(span.start.replace(day=1), sa.Date), *MEASURE_SUMS.values())
        parts.append(days.where(*select_counted(territory, span.start, span.end)))
    found: dict[date, Counter[str]] = defaultdict(Counter)
    rows: list[Any] = list(await execute(db, sa.union_all(*parts)))
    for sign, day, *counted in rows:
        for name, value in zip(MEASURE_NAMES, counted, strict=True):
            found[day][name] += sign * value
    told = [(day, row) for day, row in sorted(found.items()) if row["accompagnements"]]
    return reduce(add, (Figures.of(row, {day: row["accompagnements"]}) for day, row in told), Figures())


def select_counted(territory: Territory, start: date, end: date) -> list[sa.ColumnElement[bool]]:
    """Make the conditions for the comptes rendus of a territory in [start, end[ that count."""
    where = [CRA.c.date >= start, CRA.c.date < end, _COUNTED]
    if territory.departements is not None:
        where.append(CRA.c.departement_structure.in_(territory.departements))
    return where


async def _read_counts(db: AsyncSession, query: sa.Executable) -> dict[Any, int]:
    found: list[Any] = list(await execute(db, query))
    return dict(found)


def _select_own(author_id: str, start: date, end: date, tag: str = "") -> tuple[sa.ColumnElement[bool], ...]:
    mine = (CRA.c.author_id == author_id, CRA.c.date >= start, CRA.c.date < end, _COUNTED)
    return (*mine, has_tag(CRA.c.id, tag)) if tag else mine


class _Days(NamedTuple):
    """The days [start, end[ of a month, whose comptes rendus are added (1) or subtracted (-1)."""

    times: int
    start: date
    end: date


class _Reading(NamedTuple):
    """A plan of reading: months [first, last[ from the summary, corrected by ``days`` that it lacks or has too many."""

    first: date
    last: date
    days: Sequence[_Days]


_ONCE: sa.ColumnElement[int] = sa.literal_column("1").label("times")


def _plan_reading(start: date, end: date) -> _Reading:
    """Plan how [start, end[ is read: of the months at its ends the days wanted, or all but the others, whichever are
    fewer, since each compte rendu that is read by itself costs as much as a row of the summary for a whole month."""
    if start >= end:
        return _Reading(start, start, ())
    first, last = start.replace(day=1), (end - timedelta(days=1)).replace(day=1)
    before, after = _Days(-1, first, start), _Days(-1, end, next_month(last))
    if first == last:
        return _take_month(_Days(1, start, end), (before, after), first)
    head = _take_month(_Days(1, start, next_month(first)), (before,), first)
    tail = _take_month(_Days(1, last, end), (after,), last)
    from_, to = head.first if head.last > head.first else next_month(first), tail.last
    return _Reading(from_, to, (*head.days, *tail.days))


def _take_month(wanted: _Days, others: Sequence[_Days], month: date) -> _Reading:
    others = [days for days in others if days.start < days.end]
    if sum((days.end - days.start).days for days in others) < (wanted.end - wanted.start).days:
        return _Reading(month, next_month(month), others)
    return _Reading(month, month, (wanted,))
