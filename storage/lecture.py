"""What the operator’s programs may read: reports in the order of their last change, and sums of selected reports."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from config.territories import NATION
from storage.cra.months import CRA, MEASURE_SUMS
from storage.cra.queries import Position, ReportListing, read_page
from storage.cra.report import Activite, Cra
from storage.database import execute
from storage.stats import Figures, read_exact_figures


@dataclass(frozen=True, slots=True)
class Since:
    """A lower bound of when reports were filed, or last changed; both bounds are included."""

    created: datetime | None = None
    modified: datetime | None = None

    def select(self) -> list[ColumnElement[bool]]:
        """Make the conditions in SQL on a report."""
        told = ((col(Cra.created_at), self.created), (col(Cra.modified_at), self.modified))
        return [column >= at for column, at in told if at is not None]


async def list_changed(db: AsyncSession, since: Since, beyond: Position | None, size: int) -> ReportListing:
    """List a page of everybody’s reports, deleted ones too, last changed first: the first page, or the one beyond a
    position."""
    query = select(Cra).where(*since.select())
    return await read_page(db, query, (col(Cra.modified_at), col(Cra.id)), beyond, size)


async def count_changed(db: AsyncSession, since: Since) -> int:
    """Count the reports on all pages together."""
    return (await db.exec(select(func.count()).select_from(Cra).where(*since.select()))).one()


@dataclass(frozen=True, slots=True)
class Counted:
    """A selection of reports to be counted: of days [start, end[, and where given, of some activities, authors,
    communes (INSEE codes) and départements where they took place; an empty collection selects none at all."""

    start: date
    end: date
    activites: Collection[Activite] | None = None
    authors: Collection[str] | None = None
    communes: Collection[str] | None = None
    departements: Collection[str] | None = None

    @property
    def is_whole(self) -> bool:
        """Tell whether only the days are restricted."""
        return all(each is None for each in (self.activites, self.authors, self.communes, self.departements))

    def select(self) -> list[ColumnElement[bool]]:
        """Make the conditions in SQL on a report."""
        told = (
            (CRA.c.activite, self.activites),
            (CRA.c.author_id, self.authors),
            (CRA.c.commune, self.communes),
            (CRA.c.departement, self.departements),
        )
        within = [column.in_(sorted(values)) for column, values in told if values is not None]
        return [CRA.c.deleted_at.is_(None), CRA.c.date >= self.start, CRA.c.date < self.end, *within]


async def read_counted(db: AsyncSession, counted: Counted) -> Figures:
    """Read the exact sums of the selected reports; whole months without other conditions come from the summary."""
    if counted.is_whole:
        return await read_exact_figures(db, NATION, counted.start, counted.end)
    sums = (await execute(db, select(*MEASURE_SUMS.values()).where(*counted.select()))).mappings().one()
    return Figures.of(dict(sums), {})


async def count_persons_by_day(db: AsyncSession, counted: Counted) -> dict[date, int]:
    """Count the persons accompanied on each day; days without any are left out."""
    persons = select(CRA.c.date, func.sum(CRA.c.participants)).where(*counted.select()).group_by(CRA.c.date)
    found: list[Any] = list(await execute(db, persons))
    return {day: int(many) for day, many in found}
