"""What each conseiller did each month for each département: a table derived from the comptes rendus.

It is for territories: a nation’s year is then 48,000 short rows, not millions (docs/architecture.md §6). It is per
conseiller, not only per département, because masking must know how many conseillers are behind a figure, and because
each writer then has rows of his own.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import (
    BindParameter,
    Column,
    Date,
    Executable,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    bindparam,
    cast,
    delete,
    func,
    select,
    text,
)
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.cra.measures import CRA, NAMES, TOTALS
from storage.database import INSERT, dialect, execute

CRA_MONTH = Table(
    "cra_month",
    SQLModel.metadata,
    Column("author_id", String(26), ForeignKey("person.id"), primary_key=True),
    Column("month", Date, primary_key=True),
    Column("departement", String(3), primary_key=True),
    *(Column(name, Integer, nullable=False) for name in NAMES),
    Index(None, "departement", "month"),
    sqlite_with_rowid=False,
)
"""``month`` is its first day; ``departement`` the structure’s when the CRA was filed, "" where there was none."""

KEYS = ("author_id", "month", "departement")
_DEPARTEMENT = func.coalesce(CRA.c.departement_structure, "")
_COUNTED = CRA.c.deleted_at.is_(None)
# Writers of one conseiller’s figures wait here for one another: what one of them counts, the other has committed.
LOCK = func.pg_advisory_xact_lock(func.hashtext(CRA.c.author_id))
"""The same, as a column of what an INSERT into ``cra`` returns."""
_LOCK = text("SELECT pg_advisory_xact_lock(hashtext(id)) FROM unnest(CAST(:ids AS text[])) AS id")


@dataclass(frozen=True, slots=True, order=True)
class Key:
    """Which row of the table; ``of`` gives the one that a compte rendu counts in."""

    author_id: str
    month: date
    departement: str

    @classmethod
    def of(cls, author_id: str, day: date, departement_structure: str | None) -> "Key":
        """The row that a compte rendu of that author, day and structure counts in."""
        return cls(author_id, day.replace(day=1), departement_structure or "")


def _counted_again(kind: str) -> Executable:
    author: BindParameter[str] = bindparam("author", type_=String)
    month, departement = bindparam("of", type_=Date), bindparam("where", type_=String)
    rows = select(
        cast(author, String).label("author_id"),
        month.label("month"),
        departement.label("departement"),
        *TOTALS.values(),
    ).where(
        CRA.c.author_id == author,
        CRA.c.date >= month,
        CRA.c.date < bindparam("end", type_=Date),
        departement == _DEPARTEMENT,
        _COUNTED,
    )
    statement = INSERT[kind](CRA_MONTH).from_select([*KEYS, *NAMES], rows)
    new = {name: statement.excluded[name] for name in NAMES}
    again: Executable = statement.on_conflict_do_update(index_elements=KEYS, set_=new)
    return again


_AGAIN = {kind: _counted_again(kind) for kind in INSERT}


async def refresh(db: AsyncSession, keys: Iterable[Key], *, locked: bool = False) -> None:
    """Count these rows again, in the transaction that changed what they count; ``locked`` when it holds LOCK."""
    wanted = sorted(set(keys))
    if not wanted:
        return
    if dialect(db) == "postgresql" and not locked:
        await execute(db, _LOCK, {"ids": sorted({key.author_id for key in wanted})})
    rows = [
        {"author": key.author_id, "of": key.month, "end": _next(key.month), "where": key.departement} for key in wanted
    ]
    await execute(db, _AGAIN[dialect(db)], rows if len(rows) > 1 else rows[0])


async def rebuild(db: AsyncSession) -> None:
    """Count everything again."""
    await execute(db, delete(CRA_MONTH))
    await execute(db, everything(dialect(db)))


def everything(kind: str) -> Executable:
    """The statement that fills the empty table."""
    month = month_of(kind)
    rows = (
        select(CRA.c.author_id, month, _DEPARTEMENT, *TOTALS.values())
        .where(_COUNTED)
        .group_by(CRA.c.author_id, month, _DEPARTEMENT)
    )
    counted: Executable = INSERT[kind](CRA_MONTH).from_select([*KEYS, *NAMES], rows)
    return counted


def month_of(kind: str) -> Any:
    """The first day of a compte rendu’s month, in SQL."""
    if kind == "sqlite":
        return func.date(CRA.c.date, text("'start of month'"), type_=Date)
    return cast(func.date_trunc(text("'month'"), CRA.c.date), Date)


def _next(month: date) -> date:
    return (month + timedelta(days=31)).replace(day=1)
