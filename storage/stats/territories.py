"""What is told of départements, régions and the nation: sums of figures rounded once by département and month.
Nothing finer than one département’s month is ever told, and nothing larger is rounded again: whatever somebody asks
for and subtracts is a sum of the same rounded figures (storage.stats.privacy), read of the summary
(storage.cra.months): sums by département and month, and who was active.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import reduce
from hashlib import blake2b
from itertools import repeat
from operator import add
from typing import Any

import sqlalchemy as sa
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from config.territories import NATION, Territory
from storage.cra.months import CRA, CRA_MONTH, MEASURE_NAMES, MEASURE_SUMS, MINUTES, month_of
from storage.cra.report import SUITES
from storage.cra.tags import is_tagged
from storage.database import dialect, execute
from storage.people import Person
from storage.stats import Figures, privacy, select_counted

_M, _PERSON = CRA_MONTH.c, col(Person.id)
_WHERE = sa.func.coalesce(CRA.c.departement_structure, "")


@dataclass(frozen=True, slots=True)
class MonthSpan:
    """Whole months [start, end[, of which only the days before ``until`` count."""

    start: date
    end: date
    until: date

    @property
    def closed(self) -> date:
        """The end of the months that count as a whole."""
        return min(self.end, self.until.replace(day=1))

    @property
    def is_open(self) -> bool:
        """Tell whether only the first days of the last month count."""
        return self.start <= self.until.replace(day=1) < min(self.end, self.until)


@dataclass(frozen=True, slots=True)
class SharedTag:
    """A tag shared by départements of a territory: its number in each that has it."""

    numbers: Mapping[str, int]

    def select(self, territory: Territory, span: MonthSpan) -> list[sa.ColumnElement[bool]]:
        """Make the conditions for reports of these days, not deleted, that have the tag of the département in which
        they count."""
        counted = select_counted(territory, span.start, min(span.end, span.until))
        own = sa.case(self.numbers, value=CRA.c.departement_structure, else_=0)
        return [*counted, CRA.c.departement_structure.in_(self.numbers), is_tagged(CRA.c.id, own)]


async def count_tagged_months(
    db: AsyncSession, territory: Territory, span: MonthSpan, tag: SharedTag
) -> list[privacy.MonthCount]:
    """Count every département in every month, of the reports with a tag alone."""
    month = month_of(dialect(db)).label("month")
    rows = sa.select(CRA.c.author_id, _WHERE.label("departement"), month, *MEASURE_SUMS.values())
    tagged = rows.where(*tag.select(territory, span))
    each = tagged.group_by(CRA.c.author_id, _WHERE, sa.literal_column("month")).subquery()
    told = _select_told({name: each.c[name] for name in MEASURE_NAMES})
    where = each.c.departement, each.c.month
    query = sa.select(*where, sa.func.count(), *told).group_by(*where)
    return _make_counts(await execute(db, query))


async def count_tagging_conseillers(db: AsyncSession, territory: Territory, span: MonthSpan, tag: SharedTag) -> int:
    """Count the conseillers who have a report with a tag in a territory."""
    query = sa.select(sa.func.count(sa.distinct(CRA.c.author_id))).where(*tag.select(territory, span))
    return int((await execute(db, query)).scalar_one())


async def count_months(db: AsyncSession, territory: Territory, span: MonthSpan) -> list[privacy.MonthCount]:
    """Count every département of a territory in every month, in one statement, so that a report filed meanwhile is in
    all figures or in none."""
    keys = (_M.departement, _M.month)
    active = sa.func.count(sa.case((_M.accompagnements > 0, 1)))
    whole = sa.select(*keys, active, *_select_told({name: _M[name] for name in MEASURE_NAMES}))
    parts = [whole.where(_M.month >= span.start, _M.month < span.closed, *_select_there(territory)).group_by(*keys)]
    if span.is_open:
        late = _select_late(territory, span)
        left = {name: _M[name] - sa.func.coalesce(late.c[name], 0) for name in MEASURE_NAMES}
        active = sa.func.count(sa.case((left["accompagnements"] > 0, 1)))
        begun = sa.select(*keys, active, *_select_told(left)).select_from(CRA_MONTH.outerjoin(late, _is_same_row(late)))
        this = (_M.month == span.closed, *_select_there(territory))
        parts.append(begun.where(*this).group_by(*keys))
    return _make_counts(await execute(db, sa.union_all(*parts) if len(parts) > 1 else parts[0]))


def _make_counts(found: Iterable[Any]) -> list[privacy.MonthCount]:
    rest = len(privacy.LEAST)
    return [privacy.MonthCount(code, month, who, sums[:rest], sums[rest:]) for code, month, who, *sums in found]


async def count_conseillers(db: AsyncSession, territory: Territory, span: MonthSpan) -> int:
    """Count the conseillers who have a compte rendu in a territory, each once, even if they worked in several
    départements."""
    if territory == NATION:
        return int((await execute(db, _select_everywhere(span))).scalar_one())
    active = _select_active(territory, span)
    return int((await execute(db, sa.select(sa.func.count(sa.distinct(active.c.author_id))))).scalar_one())


async def count_conseillers_of_each(db: AsyncSession, span: MonthSpan) -> dict[str, int]:
    """Count the conseillers of every département who have a compte rendu there."""
    where, who = (active := _select_active(NATION, span)).c.departement, active.c.author_id
    found: list[Any] = list(await execute(db, sa.select(where, sa.func.count(sa.distinct(who))).group_by(where)))
    return dict(found)


def _select_everywhere(span: MonthSpan) -> sa.Select[Any]:
    """Count the conseillers of the nation, in a third of the time: people are looked up by their months, and left at
    the first."""
    worked = _M.month >= span.start, _M.month < span.closed, _M.accompagnements > 0
    active: sa.ColumnElement[bool] = sa.exists().where(_M.author_id == _PERSON, *worked)
    if span.is_open:
        days = select_counted(NATION, span.closed, span.until)
        active = sa.or_(active, sa.exists().where(CRA.c.author_id == _PERSON, *days))
    return sa.select(sa.func.count()).select_from(Person).where(active)


def _select_active(territory: Territory, span: MonthSpan) -> sa.Subquery:
    """Select the conseillers active in each département, by whole months and by the days of the open one."""
    whole = sa.select(_M.author_id, _M.departement).where(_M.month >= span.start, _M.month < span.closed)
    whole = whole.where(_M.accompagnements > 0, *_select_there(territory))
    if not span.is_open:
        return whole.subquery()
    days = sa.select(CRA.c.author_id, _WHERE).where(*select_counted(territory, span.closed, span.until))
    return sa.union_all(whole, days).subquery()


def _select_late(territory: Territory, span: MonthSpan) -> sa.Subquery:
    """Select the comptes rendus of the open month that do not count yet, by conseiller and département: a week at
    most."""
    after = (span.closed + timedelta(days=31)).replace(day=1)
    late = sa.select(CRA.c.author_id, _WHERE.label("departement"), *MEASURE_SUMS.values())
    return late.where(*select_counted(territory, span.until, after)).group_by(CRA.c.author_id, _WHERE).subquery()


def _is_same_row(late: sa.Subquery) -> sa.ColumnElement[bool]:
    return sa.and_(late.c.author_id == _M.author_id, late.c.departement == _M.departement)


def _select_there(territory: Territory) -> list[sa.ColumnElement[bool]]:
    return [] if territory.departements is None else [_M.departement.in_(territory.departements)]


def _select_told(each: Mapping[str, sa.ColumnElement[Any]]) -> list[sa.ColumnElement[Any]]:
    """Select how uneven the rows are (storage.stats.privacy), and the sums of CELLS, from each row’s measures."""
    one = list_cells(each)
    uneven = [_unevenness(one[privacy.CELL_INDEX[name]] % 5, least) for name, least in privacy.LEAST.items()]
    return [*uneven, *list_cells({name: sa.func.sum(value) for name, value in each.items()})]


def _unevenness(rest: sa.ColumnElement[int], least: int) -> sa.ColumnElement[int]:
    return sa.func.sum(sa.case((rest > 1, 2 - least), (rest == 1, 1 - least), else_=0))


def list_cells(sums: Mapping[str, Any]) -> list[sa.ColumnElement[Any]]:
    """List CELLS, of sums of the measures."""
    derived = dict(sums)
    derived["personnes"] = sums["participants"] + sums["individuels"] + sums["ponctuelles"]
    derived["nouveaux"] = derived["personnes"] - sums["recurrents"]
    derived["poursuivis"] = reduce(add, (sums[name] for name in SUITES.values()))
    derived["temps"] = reduce(add, (sums[name] for name in MINUTES.values()))
    return [
        sa.cast(derived[name] // privacy.QUARTER if name in privacy.TIMES else derived[name], sa.BigInteger)
        for name in privacy.CELLS
    ]


def find_told_until(today: date) -> date:
    """Find the first day that is not included yet: the month in progress is told up to its last completed Sunday.

    Otherwise, asking before and after a compte rendu of the day would reveal what it says.
    """
    return max(today - timedelta(days=today.weekday()), today.replace(day=1))


@dataclass(frozen=True, slots=True)
class RoundedFigures:
    """The rounded figures of some départements, by month (its first day): numbers in the order of CELLS, in units of
    five."""

    rows: Mapping[tuple[str, date], Sequence[int]]

    def measures(self, start: date, end: date, departement: str | None = None) -> dict[str, int]:
        """Add up the rounded figures of the whole months [start, end[, of one département or of all, by the names of
        CELLS."""
        rows = (row for (code, month), row in self.rows.items() if start <= month < end and departement in (None, code))
        sums = [sum(column) for column in zip(*rows, strict=True)] or repeat(0)
        return {name: five * step for (name, step), five in zip(privacy.STEPS.items(), sums, strict=False)}

    def figures(self, start: date, end: date) -> Figures:
        """Add up the rounded figures of the whole months [start, end[, of all these départements."""
        measures, mois = self.measures(start, end), Counter[date]()
        for (_, month), row in sorted(self.rows.items()):
            if start <= month < end:
                mois[month] += row[privacy.CELL_INDEX["accompagnements"]] * privacy.STEPS["accompagnements"]
        return Figures.of(measures, mois, {name: measures[name] for name in (*privacy.TOTAL_CELLS, "nouveaux")})


@dataclass(frozen=True, slots=True)
class CountedFigures:
    """The exact figures of a territory, which must be rounded before they are told."""

    secret: bytes
    counted: Sequence[privacy.MonthCount]
    tag: SharedTag | None = None

    def round(self) -> RoundedFigures:
        """Round the counts to what may be told; it takes 20 µs for each département and month."""
        return RoundedFigures(
            {(c.departement, c.month): privacy.round_counts(self._find_secret(c.departement), c) for c in self.counted}
        )

    def _find_secret(self, departement: str) -> bytes:
        """Return the secret from which roundings derive; for reports with a tag, it includes the tag’s permanent
        number, so that renaming the tag, or deleting and restoring it, reveals nothing new."""
        if self.tag is None:
            return self.secret
        return blake2b(f"tag {self.tag.numbers[departement]}".encode(), key=self.secret, digest_size=32).digest()


async def read_figures(
    db: AsyncSession, territory: Territory, span: MonthSpan, tag: SharedTag | None = None
) -> CountedFigures:
    """Read what is needed to tell the figures of a territory; where a ``tag`` is given, of the reports with it
    alone."""
    counted = await (count_tagged_months(db, territory, span, tag) if tag else count_months(db, territory, span))
    return CountedFigures(await privacy.read_secret(db), counted, tag)
