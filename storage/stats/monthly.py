"""What is read of the summary (storage.cra.months) to tell of territories: sums by département and month, and who."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import reduce
from operator import add
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    Subquery,
    and_,
    case,
    cast,
    distinct,
    exists,
    func,
    or_,
    select,
    union_all,
)
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from config.territories import NATION, Territory
from storage.cra.measures import CRA, MEASURE_NAMES, MEASURE_SUMS, MINUTES
from storage.cra.months import CRA_MONTH
from storage.cra.table import SUITES
from storage.database import execute
from storage.people import Person
from storage.stats.known import CELL_INDEX, CELLS, LEAST, QUARTER, TIMES
from storage.stats.queries import counted_in
from storage.stats.rounding import MonthCount

_M, _PERSON = CRA_MONTH.c, col(Person.id)
_WHERE = func.coalesce(CRA.c.departement_structure, "")


@dataclass(frozen=True, slots=True)
class MonthSpan:
    """Whole months [start, end[, of which only the days before ``until`` count."""

    start: date
    end: date
    until: date

    @property
    def closed(self) -> date:
        """The end of the months that count whole."""
        return min(self.end, self.until.replace(day=1))

    @property
    def is_open(self) -> bool:
        """Whether of its last month only the first days count."""
        return self.start <= self.until.replace(day=1) < min(self.end, self.until)


async def count_months(db: AsyncSession, territory: Territory, span: MonthSpan) -> list[MonthCount]:
    """Every département of a territory in every month; one statement, so that reports filed meanwhile are in all or in
    no part of it."""
    keys = (_M.departement, _M.month)
    active = func.count(case((_M.accompagnements > 0, 1)))
    whole = select(*keys, active, *_told_from({name: _M[name] for name in MEASURE_NAMES}))
    parts = [whole.where(_M.month >= span.start, _M.month < span.closed, *_there(territory)).group_by(*keys)]
    if span.is_open:
        late = _late(territory, span)
        left = {name: _M[name] - func.coalesce(late.c[name], 0) for name in MEASURE_NAMES}
        active = func.count(case((left["accompagnements"] > 0, 1)))
        begun = select(*keys, active, *_told_from(left)).select_from(CRA_MONTH.outerjoin(late, _same(late)))
        this = (_M.month == span.closed, *_there(territory))
        parts.append(begun.where(*this).group_by(*keys))
    found: list[Any] = list(await execute(db, union_all(*parts) if len(parts) > 1 else parts[0]))
    rest = len(LEAST)
    return [MonthCount(code, month, who, sums[:rest], sums[rest:]) for code, month, who, *sums in found]


async def conseillers(db: AsyncSession, territory: Territory, span: MonthSpan) -> int:
    """How many conseillers have a compte rendu there; who worked in several départements is one."""
    if territory == NATION:
        return int((await execute(db, _everywhere(span))).scalar_one())
    active = _active(territory, span)
    return int((await execute(db, select(func.count(distinct(active.c.author_id))))).scalar_one())


async def conseillers_of_each(db: AsyncSession, territory: Territory, span: MonthSpan) -> dict[str, int]:
    """The same for every département."""
    where, who = (active := _active(territory, span)).c.departement, active.c.author_id
    found: list[Any] = list(await execute(db, select(where, func.count(distinct(who))).group_by(where)))
    return dict(found)


def _everywhere(span: MonthSpan) -> Select[Any]:
    """The same of the nation, in a third of the time: people looked up by their months, and left at the first."""
    worked = _M.month >= span.start, _M.month < span.closed, _M.accompagnements > 0
    active: ColumnElement[bool] = exists().where(_M.author_id == _PERSON, *worked)
    if span.is_open:
        days = counted_in(NATION, span.closed, span.until)
        active = or_(active, exists().where(CRA.c.author_id == _PERSON, *days))
    return select(func.count()).select_from(Person).where(active)


def _active(territory: Territory, span: MonthSpan) -> Subquery:
    """Who worked in which département, by whole months and by the days of the open one."""
    whole = select(_M.author_id, _M.departement).where(_M.month >= span.start, _M.month < span.closed)
    whole = whole.where(_M.accompagnements > 0, *_there(territory))
    if not span.is_open:
        return whole.subquery()
    days = select(CRA.c.author_id, _WHERE).where(*counted_in(territory, span.closed, span.until))
    return union_all(whole, days).subquery()


def _late(territory: Territory, span: MonthSpan) -> Subquery:
    """What of the open month does not count yet, by conseiller and département: a week at most."""
    after = (span.closed + timedelta(days=31)).replace(day=1)
    late = select(CRA.c.author_id, _WHERE.label("departement"), *MEASURE_SUMS.values())
    return late.where(*counted_in(territory, span.until, after)).group_by(CRA.c.author_id, _WHERE).subquery()


def _same(late: Subquery) -> ColumnElement[bool]:
    return and_(late.c.author_id == _M.author_id, late.c.departement == _M.departement)


def _there(territory: Territory) -> list[ColumnElement[bool]]:
    return [] if territory.departements is None else [_M.departement.in_(territory.departements)]


def _told_from(each: Mapping[str, ColumnElement[Any]]) -> list[ColumnElement[Any]]:
    """How uneven the rows are (storage.stats.rounding), and the sums of CELLS, of what each row has of the measures."""
    one = cells_of(each)
    uneven = [_unevenness(one[CELL_INDEX[name]] % 5, least) for name, least in LEAST.items()]
    return [*uneven, *cells_of({name: func.sum(value) for name, value in each.items()})]


def _unevenness(rest: ColumnElement[int], least: int) -> ColumnElement[int]:
    return func.sum(case((rest > 1, 2 - least), (rest == 1, 1 - least), else_=0))


def cells_of(sums: Mapping[str, Any]) -> list[ColumnElement[Any]]:
    """CELLS, of sums of the measures."""
    derived = dict(sums)
    derived["personnes"] = sums["participants"] + sums["individuels"] + sums["ponctuelles"]
    derived["nouveaux"] = derived["personnes"] - sums["recurrents"]
    derived["poursuivis"] = reduce(add, (sums[name] for name in SUITES.values()))
    derived["temps"] = reduce(add, (sums[name] for name in MINUTES.values()))
    return [cast(derived[name] // QUARTER if name in TIMES else derived[name], BigInteger) for name in CELLS]
