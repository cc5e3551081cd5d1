"""What is asked of the comptes rendus for statistics; periods are half-open intervals of activity dates."""

from collections.abc import AsyncIterator, Mapping
from datetime import date, timedelta
from functools import reduce
from operator import add
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Executable, cast, func, literal_column, select, union_all
from sqlmodel.ext.asyncio.session import AsyncSession

from config.territories import Territory
from storage.cra.measures import CRA, MEASURE_NAMES, MEASURE_SUMS
from storage.cra.months import CRA_MONTH, month_of
from storage.database import dialect, execute
from storage.stats.figures import Figures

ROWS_PER_PAGE = 500
_COUNTED = CRA.c.deleted_at.is_(None)


async def own(db: AsyncSession, author_id: str, start: date, end: date) -> Figures:
    """What one conseiller did in [start, end[."""
    mine = _mine(author_id, start, end)
    totals = (await execute(db, select(*MEASURE_SUMS.values()).where(*mine))).mappings().one()
    return Figures.of(dict(totals), await own_months(db, author_id, start, end))


async def own_months(db: AsyncSession, author_id: str, start: date, end: date) -> dict[date, int]:
    """How many CRAs one conseiller has in each month of [start, end[ that has some, by its first day."""
    month = month_of(dialect(db)).label("month")
    counted = select(month, func.count()).where(*_mine(author_id, start, end)).group_by(literal_column("month"))
    return await _counts(db, counted.order_by(literal_column("month")))


async def own_communes(db: AsyncSession, author_id: str, start: date, end: date) -> dict[str, int]:
    """How many CRAs one conseiller has in each commune (INSEE code), the most frequent first."""
    counted = select(CRA.c.commune, func.count()).where(*_mine(author_id, start, end)).group_by(CRA.c.commune)
    return await _counts(db, counted.order_by(func.count().desc(), CRA.c.commune))


async def own_rows(db: AsyncSession, author_id: str, start: date, end: date) -> AsyncIterator[list[Mapping[str, Any]]]:
    """One’s CRAs of [start, end[ as mappings of the table’s columns, oldest first, a page at a time."""
    day, number = start, 0
    while True:
        later = (CRA.c.date > day) | ((CRA.c.date == day) & (CRA.c.id > number))
        query = (
            select(CRA).where(*_mine(author_id, start, end), later).order_by(CRA.c.date, CRA.c.id).limit(ROWS_PER_PAGE)
        )
        rows: list[Mapping[str, Any]] = [dict(row) for row in (await execute(db, query)).mappings()]
        if rows:
            yield rows
            day, number = rows[-1]["date"], rows[-1]["id"]
        if len(rows) < ROWS_PER_PAGE:
            return


async def of_territory(db: AsyncSession, territory: Territory, start: date, end: date) -> Figures:
    """What was done in a territory in [start, end[, exactly: for its operator alone, others are told less
    (storage.stats.territories). Whole months come from the summary, other days from the comptes rendus."""
    first, last = _whole_months(start, end)
    within = [CRA_MONTH.c.month >= first, CRA_MONTH.c.month < last]
    if territory.departements is not None:
        within.append(CRA_MONTH.c.departement.in_(territory.departements))
    sums = [cast(func.sum(CRA_MONTH.c[name]), BigInteger).label(name) for name in MEASURE_NAMES]
    parts = [select(CRA_MONTH.c.month, *sums).where(*within).group_by(CRA_MONTH.c.month)]
    month = month_of(dialect(db)).label("month")
    for a, b in _edges(start, end):
        days = select(month, *MEASURE_SUMS.values()).where(*counted_in(territory, a, b))
        parts.append(days.group_by(literal_column("month")))
    found = (await execute(db, union_all(*parts))).mappings()
    each = [Figures.of(dict(row), {row["month"]: row["accompagnements"]}) for row in found if row["accompagnements"]]
    return reduce(add, each, Figures())


def counted_in(territory: Territory, start: date, end: date) -> list[ColumnElement[bool]]:
    """The comptes rendus of a territory in [start, end[ that count, as conditions."""
    where = [CRA.c.date >= start, CRA.c.date < end, _COUNTED]
    if territory.departements is not None:
        where.append(CRA.c.departement_structure.in_(territory.departements))
    return where


async def _counts(db: AsyncSession, query: Executable) -> dict[Any, int]:
    found: list[Any] = list(await execute(db, query))
    return dict(found)


def _mine(author_id: str, start: date, end: date) -> tuple[ColumnElement[bool], ...]:
    return CRA.c.author_id == author_id, CRA.c.date >= start, CRA.c.date < end, _COUNTED


def _whole_months(start: date, end: date) -> tuple[date, date]:
    """The months that [start, end[ holds whole, as an interval of first days; empty (or backwards) when none."""
    first = start if start.day == 1 else (start.replace(day=1) + timedelta(days=31)).replace(day=1)
    return first, max(first, end.replace(day=1)) if first <= end else first


def _edges(start: date, end: date) -> list[tuple[date, date]]:
    """The days of [start, end[ before and after its whole months."""
    first, last = _whole_months(start, end)
    spans = [(start, end)] if first >= end else [(start, first), (last, end)]
    return [(a, b) for a, b in spans if a < b]
