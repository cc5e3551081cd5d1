"""What is asked of the comptes rendus for statistics; periods are half-open intervals of activity dates."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import reduce
from operator import add
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Executable,
    Select,
    case,
    cast,
    distinct,
    func,
    literal_column,
    select,
    union_all,
)
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.cra.measures import CRA, EACH, NAMES, TOTALS
from storage.cra.months import CRA_MONTH, month_of
from storage.cra.table import SUITES
from storage.database import dialect, execute
from storage.stats.figures import Figures

PAGE = 500
_COUNTED = CRA.c.deleted_at.is_(None)


@dataclass(frozen=True, slots=True)
class Territory:
    """Départements by their codes; ``departements`` None is the nation, where CRAs of no département count too."""

    departements: tuple[str, ...] | None


NATION = Territory(None)


@dataclass(frozen=True, slots=True)
class Crowd:
    """The figures of a territory, and behind each measure (storage.cra.measures) how many conseillers there are.

    ``conseillers`` are those with at least one CRA in the period. ``behind`` has « personnes », « nouveaux »,
    « poursuivis » and « temps » too.
    """

    figures: Figures
    conseillers: int
    behind: Mapping[str, int]


async def own(db: AsyncSession, author_id: str, start: date, end: date) -> Figures:
    """What one conseiller did in [start, end[."""
    mine = _mine(author_id, start, end)
    totals = (await execute(db, select(*TOTALS.values()).where(*mine))).mappings().one()
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
        query = select(CRA).where(*_mine(author_id, start, end), later).order_by(CRA.c.date, CRA.c.id).limit(PAGE)
        rows: list[Mapping[str, Any]] = [dict(row) for row in (await execute(db, query)).mappings()]
        if rows:
            yield rows
            day, number = rows[-1]["date"], rows[-1]["id"]
        if len(rows) < PAGE:
            return


async def crowd(db: AsyncSession, territory: Territory, start: date, end: date) -> Crowd:
    """What the conseillers of a territory did in [start, end[."""
    row = (await execute(db, _summed(_by_author(territory, start, end)))).mappings().one()
    return _crowd(dict(row), await months(db, territory, start, end))


async def crowds(db: AsyncSession, start: date, end: date) -> dict[str, Crowd]:
    """The same for every département that has CRAs in [start, end[, by code; "" for those without; no ``mois``."""
    by_author = _by_author(NATION, start, end, by_departement=True)
    found = await execute(db, _summed(by_author, by_author.c.departement))
    return {row["departement"]: _crowd(dict(row), {}) for row in found.mappings() if row["accompagnements"]}


async def monthly(db: AsyncSession, start: date, end: date) -> dict[tuple[str, date], tuple[int, int]]:
    """How many CRAs each département has in each of these whole months, and how many conseillers made them."""
    c = CRA_MONTH.c
    sums = cast(func.sum(c.accompagnements), BigInteger), func.count()
    inside = [*_in_months(NATION, start, end), c.accompagnements > 0]
    query = select(c.departement, c.month, *sums).where(*inside).group_by(c.departement, c.month)
    found: list[Any] = list(await execute(db, query))
    return {(code, month): (n, conseillers) for code, month, n, conseillers in found}


async def nomads(db: AsyncSession, start: date, end: date) -> list[tuple[str, str, Figures]]:
    """Who has CRAs in several départements in these whole months: by author, département and month."""
    c, inside = CRA_MONTH.c, [*_in_months(NATION, start, end), CRA_MONTH.c.accompagnements > 0]
    several = select(c.author_id).where(*inside).group_by(c.author_id).having(func.count(distinct(c.departement)) > 1)
    found = await execute(db, select(CRA_MONTH).where(*inside, c.author_id.in_(several)))
    return [
        (row["author_id"], row["departement"], Figures.of(dict(row), {row["month"]: row["accompagnements"]}))
        for row in found.mappings()
    ]


async def months(db: AsyncSession, territory: Territory, start: date, end: date) -> dict[date, int]:
    """How many CRAs a territory has in each month of [start, end[ that has some, by its first day."""
    kind = dialect(db)
    first, last = _whole_months(start, end)
    parts = [
        select(CRA_MONTH.c.month, CRA_MONTH.c.accompagnements.label("n")).where(*_in_months(territory, first, last)),
        *(
            select(month_of(kind).label("month"), EACH["accompagnements"].label("n")).where(*days)
            for days in _edges(territory, start, end)
        ),
    ]
    every = union_all(*parts).subquery()
    counted = select(every.c.month, cast(func.sum(every.c.n), BigInteger)).group_by(every.c.month)
    return {month: n for month, n in (await _counts(db, counted.order_by(every.c.month))).items() if n}


async def _counts(db: AsyncSession, query: Executable) -> dict[Any, int]:
    found: list[Any] = list(await execute(db, query))
    return dict(found)


def _mine(author_id: str, start: date, end: date) -> tuple[ColumnElement[bool], ...]:
    return CRA.c.author_id == author_id, CRA.c.date >= start, CRA.c.date < end, _COUNTED


def _whole_months(start: date, end: date) -> tuple[date, date]:
    """The months that [start, end[ holds whole, as an interval of first days; empty (or backwards) when none."""
    first = start if start.day == 1 else (start.replace(day=1) + timedelta(days=31)).replace(day=1)
    return first, max(first, end.replace(day=1)) if first <= end else first


def _in_months(territory: Territory, first: date, last: date) -> list[ColumnElement[bool]]:
    where = [CRA_MONTH.c.month >= first, CRA_MONTH.c.month < last]
    if territory.departements is not None:
        where.append(CRA_MONTH.c.departement.in_(territory.departements))
    return where


def _edges(territory: Territory, start: date, end: date) -> list[list[ColumnElement[bool]]]:
    """The days of [start, end[ before and after its whole months, as conditions on comptes rendus."""
    first, last = _whole_months(start, end)
    spans = [(start, end)] if first >= end else [(start, first), (last, end)]
    return [[*_days(a, b), *_there(territory)] for a, b in spans if a < b]


def _days(start: date, end: date) -> list[ColumnElement[bool]]:
    return [CRA.c.date >= start, CRA.c.date < end, _COUNTED]


def _there(territory: Territory) -> list[ColumnElement[bool]]:
    return [] if territory.departements is None else [CRA.c.departement_structure.in_(territory.departements)]


def _by_author(territory: Territory, start: date, end: date, *, by_departement: bool = False) -> Any:
    """One row a conseiller (and département): whole months from the summary, other days from the CRAs."""
    first, last = _whole_months(start, end)
    names = ["author_id", "departement"] if by_departement else ["author_id"]
    columns = [CRA_MONTH.c[name] for name in (*names, *NAMES)]
    parts: list[Select[Any]] = [select(*columns).where(*_in_months(territory, first, last))]
    mine = {"author_id": CRA.c.author_id, "departement": func.coalesce(CRA.c.departement_structure, "")}
    each = [*(mine[name].label(name) for name in names), *(value.label(name) for name, value in EACH.items())]
    parts += [select(*each).where(*days) for days in _edges(territory, start, end)]
    every = (union_all(*parts) if len(parts) > 1 else parts[0]).subquery()
    keys, sums = [every.c[name] for name in names], [func.sum(every.c[name]).label(name) for name in NAMES]
    return select(*keys, *sums).group_by(*keys).subquery()


def _summed(by_author: Any, *keys: ColumnElement[Any]) -> Executable:
    """The sums of rows one a conseiller, and behind each how many conseillers."""
    each = {name: by_author.c[name] for name in NAMES} | _derived(by_author.c)
    sums = [cast(func.coalesce(func.sum(by_author.c[name]), 0), BigInteger).label(name) for name in NAMES]
    behind = [func.count(case((value > 0, 1))).label(f"behind_{name}") for name, value in each.items()]
    return select(*keys, *sums, *behind).group_by(*keys)


def _derived(c: Any) -> dict[str, Any]:
    """What is said of measures but is none; who has reports has persons and time."""
    personnes = c.participants + c.individuels + c.ponctuelles
    poursuivis = reduce(add, (c[name] for name in SUITES.values()))
    nouveaux = personnes - c.recurrents
    return {"personnes": personnes, "nouveaux": nouveaux, "poursuivis": poursuivis, "temps": c.accompagnements}


def _crowd(row: Mapping[str, Any], mois: Mapping[date, int]) -> Crowd:
    behind = {name.removeprefix("behind_"): int(n) for name, n in row.items() if name.startswith("behind_")}
    return Crowd(Figures.of(row, mois), behind["accompagnements"], behind)
