"""What each conseiller did each month for each département: a table of measures, derived from the reports.
It is for territories: a nation’s year is then 48,000 short rows, not millions (docs/measures.md). It is per
conseiller, not only per département, because it is told how many of them there are, and because each writer then has
rows of his own. Each measure is a sum over rows, so that sums of disjoint sets add.
A new report is **added** to its row, by the statement that stores it (``add_rows``). Whatever else happens to some
(changes, deletions, restores, imports) **counts** their rows **again** (``recount_months``). The row is the lock
between the two: who adds holds it from then to the end of the transaction, and who counts takes it in a statement
of its own before the one that counts. So what was added before is committed and counted, and what comes after is
added to the count.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from config.territories import DEPARTEMENTS
from config.themes import THEMES
from storage.cra.report import AGES, STATUTS, SUITES, Activite, Canal, Cra, Duree
from storage.database import INSERT, dialect, execute

CRA: sa.Table = Cra.__table__  # type: ignore[attr-defined]  # SQLModel does not declare it


MINUTES = {a: f"minutes_{a.value}" for a in Activite}
CANAL_NAMES = {c: f"canal_{c.value}" for c in Canal}
DUREE_NAMES = {d: f"duree_{d.name.lower()}" for d in Duree}
THEME_BITS = {theme.code: f"theme_{theme.bit}" for theme in THEMES.values()}
"""The measure of each value."""


def _sql(value: int | str) -> sa.ColumnElement[Any]:
    """Write a constant as SQL: as parameters, a hundred of them would be sent with every compte rendu."""
    written, kind = (f"'{value}'", sa.String) if isinstance(value, str) else (str(value), sa.Integer)
    return sa.literal_column(written, kind)


_NONE, _ONE = _sql(0), _sql(1)


def _when(condition: sa.ColumnElement[bool], value: sa.ColumnElement[Any] = _ONE) -> sa.ColumnElement[int]:
    return sa.case((condition, value), else_=_NONE)


def _is_in_class(duree: Duree, minutes: sa.ColumnElement[int]) -> sa.ColumnElement[bool]:
    return {
        Duree.JUSQU_A_30: minutes <= _sql(30),
        Duree.DE_30_A_60: (minutes > _sql(30)) & (minutes < _sql(60)),
        Duree.DE_60_A_120: (minutes >= _sql(60)) & (minutes < _sql(120)),
        Duree.DES_120: minutes >= _sql(120),
    }[duree]


def list_measures(cra: Any) -> Mapping[str, sa.ColumnElement[Any]]:
    """Return, for each measure of the table, the expression of what one compte rendu adds to it; ``cra`` are the
    columns of a row, of the table or of an INSERT."""
    activite = {a: cra.activite == _sql(a.value) for a in Activite}
    counted: dict[str, sa.ColumnElement[Any]] = {
        "accompagnements": _ONE,
        "ateliers": _when(activite[Activite.COLLECTIF]),
        "participants": _when(activite[Activite.COLLECTIF], cra.participants),
        "individuels": _when(activite[Activite.INDIVIDUEL]),
        "ponctuelles": _when(activite[Activite.PONCTUEL]),
        "recurrents": sa.func.coalesce(cra.recurrents, _NONE),
    }
    counted |= {name: _when(activite[a], cra.minutes) for a, name in MINUTES.items()}
    counted |= {name: _when(cra.canal == _sql(canal.value)) for canal, name in CANAL_NAMES.items()}
    counted |= {name: _when(_is_in_class(duree, cra.minutes)) for duree, name in DUREE_NAMES.items()}
    counted |= {name: cra[name] for columns in (AGES, STATUTS, SUITES) for name in columns.values()}
    # A bit is read by a mask: « themes >> 18 » would need PostgreSQL and SQLite to agree on a shift’s type.
    masks = {THEME_BITS[theme.code]: _sql(1 << theme.bit) for theme in THEMES.values()}
    return counted | {name: _when(cra.themes.op("&")(mask) != _NONE) for name, mask in masks.items()}


MEASURES = list_measures(CRA.c)
MEASURE_NAMES = tuple(MEASURES)
MEASURE_SUMS: Mapping[str, sa.ColumnElement[int]] = {
    name: sa.cast(sa.func.coalesce(sa.func.sum(each), 0), sa.BigInteger).label(name) for name, each in MEASURES.items()
}
"""The sum of each measure over a set of rows; 0 where it is empty."""

CRA_MONTH = sa.Table(
    "cra_month",
    SQLModel.metadata,
    sa.Column("author_id", sa.String(26), sa.ForeignKey("person.id"), nullable=False),
    sa.Column("month", sa.Date, nullable=False),
    sa.Column("departement", sa.String(3), nullable=False),
    *(sa.Column(name, sa.Integer, nullable=False) for name in MEASURE_NAMES),
    # The order that SQLite keeps them in: territories are read by département and month.
    sa.PrimaryKeyConstraint("departement", "month", "author_id"),
    sa.Index(None, "author_id", "month"),
    sqlite_with_rowid=False,
)
"""``month`` is its first day; ``departement`` the structure’s when the CRA was filed, "" where there was none."""

MONTH_KEYS = ("author_id", "month", "departement")
_COUNTED = CRA.c.deleted_at.is_(None)


@dataclass(frozen=True, slots=True, order=True)
class MonthKey:
    """The key of a row of the table; ``of`` makes that in which a compte rendu counts."""

    author_id: str
    month: date
    departement: str

    @classmethod
    def of(cls, author_id: str, day: date, departement_structure: str | None) -> "MonthKey":
        """Return the key of the row in which a compte rendu of an author, day and structure counts."""
        return cls(author_id, day.replace(day=1), departement_structure or "")


def month_of(kind: str, cra: sa.FromClause = CRA) -> Any:
    """Return the first day of a compte rendu’s month, in SQL."""
    if kind == "sqlite":
        return sa.func.date(cra.c.date, sa.text("'start of month'"), type_=sa.Date)
    return sa.cast(sa.func.date_trunc(sa.text("'month'"), cra.c.date), sa.Date)


def list_keys(kind: str, cra: sa.FromClause = CRA) -> tuple[sa.ColumnElement[Any], ...]:
    """List the columns, in SQL, of the key in which a compte rendu counts."""
    return cra.c.author_id, month_of(kind, cra), _departement_of(cra)


def _departement_of(cra: sa.FromClause) -> sa.ColumnElement[str]:
    return sa.func.coalesce(cra.c.departement_structure, "")


def add_rows(kind: str, cra: sa.FromClause) -> Any:
    """Make the statement that adds the comptes rendus of ``cra`` to their rows."""
    # SQLite needs a WHERE to tell what follows from a join’s condition.
    rows = sa.select(*list_keys(kind, cra), *list_measures(cra.c).values()).where(sa.true())
    return add_sums(kind, rows)


def add_sums(kind: str, rows: sa.Select[Any]) -> Any:
    """Make the statement that adds rows, each with key and measures, to those of the same keys."""
    return _upsert(kind, rows, lambda there, new: there + new)


def _upsert(kind: str, rows: sa.Select[Any], becomes: Callable[[Any, Any], Any]) -> Any:
    """Make the statement that stores rows; in an existing row each measure ``becomes`` a function of the old value and
    the new one."""
    insert = INSERT[kind](CRA_MONTH).from_select([*MONTH_KEYS, *MEASURE_NAMES], rows)
    values = {name: becomes(CRA_MONTH.c[name], insert.excluded[name]) for name in MEASURE_NAMES}
    return insert.on_conflict_do_update(index_elements=MONTH_KEYS, set_=values)


def _lock() -> sa.Executable:
    """Lock a row, created empty where it is missing: others who add to it or recount it wait until the transaction
    ends."""
    nothing: dict[str, Any] = dict.fromkeys(MEASURE_NAMES, sa.literal_column("0"))
    insert = INSERT["postgresql"](CRA_MONTH).values({name: sa.bindparam(name) for name in MONTH_KEYS} | nothing)
    lock: sa.Executable = insert.on_conflict_do_update(index_elements=MONTH_KEYS, set_={"month": insert.excluded.month})
    return lock


def _count_again(kind: str) -> sa.Executable:
    author: sa.BindParameter[str] = sa.bindparam("author_id", type_=sa.String)
    month, departement = sa.bindparam("month", type_=sa.Date), sa.bindparam("departement", type_=sa.String)
    inside = (CRA.c.author_id == author, CRA.c.date >= month, CRA.c.date < sa.bindparam("end", type_=sa.Date))
    rows: Any = sa.select(sa.cast(author, sa.String), month, departement, *MEASURE_SUMS.values())
    counted = rows.where(*inside, departement == _departement_of(CRA), _COUNTED)
    again: sa.Executable = _upsert(kind, counted, lambda _, new: new)
    return again


_LOCK = _lock()
_AGAIN = {kind: _count_again(kind) for kind in INSERT}


async def measure_month(db: AsyncSession, month: date) -> tuple[int, int]:
    """Count the reports of the month that begins then, and who filed some. Département by département, as the table
    lies: its other months are not read."""
    there = (CRA_MONTH.c.departement.in_(["", *DEPARTEMENTS]), CRA_MONTH.c.month == month)
    measured = sa.select(
        sa.func.coalesce(sa.func.sum(CRA_MONTH.c.accompagnements), 0), sa.func.count(CRA_MONTH.c.author_id.distinct())
    )
    counted = (await execute(db, measured.where(*there, CRA_MONTH.c.accompagnements > 0))).one()
    reports, authors = map(int, counted)
    return reports, authors


async def recount_months(db: AsyncSession, keys: Iterable[MonthKey]) -> None:
    """Recount these rows from the comptes rendus, in the same transaction that changed these."""
    # In one order for everybody, so that no two ever wait for each other.
    wanted = [asdict(key) | {"end": next_month(key.month)} for key in sorted(set(keys))]
    if not wanted:
        return
    if dialect(db) == "postgresql":  # SQLite has one writer at a time
        await execute(db, _LOCK, wanted)
    await execute(db, _AGAIN[dialect(db)], wanted)


def next_month(month: date) -> date:
    """Return the first day of the month after the one that begins then."""
    return (month + timedelta(days=31)).replace(day=1)
