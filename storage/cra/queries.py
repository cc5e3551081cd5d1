"""What is asked of the comptes rendus, and what changes them; none of it commits."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ClauseElement, CursorResult, Table, bindparam, func, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.cra.months import MonthKey, add_rows, refresh
from storage.cra.table import Cra, columns
from storage.cra.values import Report, Source
from storage.database import INSERT, dialect
from storage.direct import DirectStatement
from storage.people import Person

RESTORE_FOR = timedelta(days=30)
"""How long a deleted report can be brought back."""

TABLE: Table = Cra.__table__  # type: ignore[attr-defined]  # SQLModel does not declare it
_LATER = {"id", "deleted_at"}
"""What a report gets from the database, or afterwards."""


def _once(kind: str) -> ClauseElement:
    """The statement that stores a report and gives its number; for a key already there it does and gives nothing.

    On PostgreSQL it adds to the month’s row too; SQLite has no INSERT inside another statement.
    """
    values: dict[str, Any] = {c.name: bindparam(c.name) for c in TABLE.c if c.name not in _LATER}
    insert = INSERT[kind](TABLE).values(values).on_conflict_do_nothing(index_elements=["key"])
    if kind == "sqlite":
        alone: ClauseElement = insert.returning(TABLE.c.id)
        return alone
    new = insert.returning(TABLE).cte("new")
    return select(new.c.id).add_cte(add_rows(kind, new).cte("added"))


_ONCE = DirectStatement({kind: _once(kind) for kind in INSERT})
_ADD = DirectStatement({"sqlite": add_rows("sqlite", TABLE, TABLE.c.id == bindparam("number"))})


@dataclass(frozen=True, slots=True)
class Filing:
    """How a report came in: under which one-time key, from where, when."""

    key: str
    source: Source
    at: datetime


@dataclass(frozen=True, slots=True)
class FilingResult:
    """The report’s number, and whether it is new (or the same key had filed it before)."""

    number: int
    is_new: bool


async def file(db: AsyncSession, author: Person, report: Report, how: Filing) -> FilingResult:
    """Store a report once: the same key gives the first one’s number."""
    row = columns(report) | {
        "author_id": author.id,
        "structure": author.structure,
        "departement_structure": author.departement,
        "source": how.source,
        "key": how.key,
        "version": 1,
        "created_at": how.at,
        "modified_at": how.at,
    }
    number = await _ONCE.run(db, row)
    if number is None:
        first = await db.execute(select(Cra.id).where(Cra.key == how.key))
        return FilingResult(first.scalar_one() or 0, is_new=False)
    if dialect(db) == "sqlite":
        await _ADD.run(db, {"number": number})
    return FilingResult(number, is_new=True)


async def own(db: AsyncSession, author_id: str, number: int) -> Cra | None:
    """The author’s report of that number, deleted ones too; None for anybody else’s."""
    return (await db.exec(select(Cra).where(Cra.id == number, Cra.author_id == author_id))).first()


async def revise(db: AsyncSession, cra: Cra, report: Report, at: datetime) -> bool:
    """Change what a report says, unless it changed since ``cra`` was read."""
    return await _change(db, cra, at, **columns(report))


async def delete(db: AsyncSession, cra: Cra, at: datetime) -> bool:
    """Take a report out of lists and figures; it can be restored for 30 days."""
    return await _change(db, cra, at, deleted_at=at)


async def restore(db: AsyncSession, cra: Cra, at: datetime) -> bool:
    """Bring a deleted report back."""
    return await _change(db, cra, at, deleted_at=None)


async def _change(db: AsyncSession, cra: Cra, at: datetime, **values: Any) -> bool:
    # Before: the UPDATE also changes the row that this session holds.
    days = {cra.date, values.get("date", cra.date)}
    unchanged = (col(Cra.id) == cra.id) & (col(Cra.version) == cra.version)
    changed: CursorResult[Any] = await db.execute(  # type: ignore[assignment]  # an UPDATE gives a cursor
        update(Cra).where(unchanged).values(**values, version=Cra.version + 1, modified_at=at)
    )
    if changed.rowcount != 1:
        return False
    await refresh(db, [MonthKey.of(cra.author_id, day, cra.departement_structure) for day in days])
    return True


@dataclass(frozen=True, slots=True)
class Listing:
    """Some reports, newest first; ``more`` when older ones follow."""

    reports: Sequence[Cra]
    more: bool


async def page(  # noqa: PLR0913  (whose, between which dates, after which)
    db: AsyncSession,
    author_id: str,
    start: date,
    end: date,
    *,
    after: tuple[date, int] | None = None,
    size: int = 10,
) -> Listing:
    """The author’s reports of [start, end[, newest first, those after (date, number): ties never repeat or skip."""
    query = select(Cra).where(
        Cra.author_id == author_id, col(Cra.deleted_at).is_(None), Cra.date >= start, Cra.date < end
    )
    if after:
        day, number = after
        query = query.where((col(Cra.date) < day) | ((col(Cra.date) == day) & (col(Cra.id) < number)))
    rows = (await db.exec(query.order_by(col(Cra.date).desc(), col(Cra.id).desc()).limit(size + 1))).all()
    return Listing(rows[:size], len(rows) > size)


async def count(db: AsyncSession, author_id: str, start: date, end: date) -> int:
    """How many reports the author has in [start, end[."""
    mine = (Cra.author_id == author_id, col(Cra.deleted_at).is_(None), Cra.date >= start, Cra.date < end)
    return (await db.exec(select(func.count()).select_from(Cra).where(*mine))).one()


async def days_filed(db: AsyncSession, author_id: str, since: date) -> set[date]:
    """The days, from one on, of which the author has a report."""
    mine = (Cra.author_id == author_id, col(Cra.deleted_at).is_(None), Cra.date >= since)
    return set((await db.exec(select(col(Cra.date)).where(*mine).distinct())).all())


async def authors(db: AsyncSession, ids: Collection[str]) -> set[str]:
    """Those of a few thousand people at most who have a report."""
    theirs = (col(Cra.author_id).in_(ids), col(Cra.deleted_at).is_(None))
    return set((await db.exec(select(col(Cra.author_id)).where(*theirs).distinct())).all()) if ids else set()


async def keys_filed(db: AsyncSession, keys: Sequence[str]) -> set[str]:
    """Which of these one-time keys already filed a report."""
    return set((await db.exec(select(Cra.key).where(col(Cra.key).in_(keys)))).all()) if keys else set()
