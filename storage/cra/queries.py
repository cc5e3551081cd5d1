"""What is asked of the reports and what changes them, and the commune that each author used last; none commits."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ClauseElement, ColumnElement, CursorResult, Table, bindparam, func, or_, union_all, update
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.communes import get_commune, make_label
from storage.cra.months import MonthKey, add_rows, recount_months
from storage.cra.practice import PracticeCra
from storage.cra.report import Cra, CraRow, Report, Source, columns
from storage.cra.search import ReportSearch, Sheet
from storage.database import INSERT, DirectStatement, dialect
from storage.people import Person


class LastCommune(SQLModel, table=True):
    """A commune (INSEE code) with the postcode that was said; "" for one that has none."""

    __tablename__ = "cra_last_commune"

    author_id: str = Field(primary_key=True, foreign_key="person.id", max_length=26)
    commune: str = Field(max_length=5)
    code_postal: str = Field(max_length=5)


_LAST_COMMUNE: Table = LastCommune.__table__  # type: ignore[attr-defined]  # SQLModel does not declare it


def _note_statement(kind: str) -> ClauseElement:
    """Make one statement, which writes nothing where nothing changed."""
    insert = INSERT[kind](_LAST_COMMUNE).values({c.name: bindparam(c.name) for c in _LAST_COMMUNE.c})
    new = {name: insert.excluded[name] for name in ("commune", "code_postal")}
    changed = or_(*(_LAST_COMMUNE.c[name] != value for name, value in new.items()))
    statement: ClauseElement = insert.on_conflict_do_update(index_elements=["author_id"], set_=new, where=changed)
    return statement


_NOTE = DirectStatement({kind: _note_statement(kind) for kind in INSERT})


async def note_last_commune(db: AsyncSession, author_id: str, report: Report) -> None:
    """Note that somebody of the register used the report’s commune."""
    row = {"author_id": author_id, "commune": report.commune, "code_postal": report.code_postal}
    await _NOTE.run(db, row)


async def read_last_commune(db: AsyncSession, author_id: str) -> str:
    """Read the commune used last as people write it, « 69120 Vaulx-en-Velin »; empty when nothing is known."""
    found = (await db.exec(select(LastCommune).where(LastCommune.author_id == author_id))).first()
    commune = get_commune(found.commune) if found else None
    return make_label(commune, found.code_postal) if found and commune else ""


RESTORE_FOR = timedelta(days=30)
"""How long a deleted report can be brought back."""

TABLE: Table = Cra.__table__  # type: ignore[attr-defined]  # SQLModel does not declare it
PRACTICE_TABLE: Table = PracticeCra.__table__  # type: ignore[attr-defined]
_LATER_COLUMNS = {"id", "deleted_at"}
"""What a report gets from the database, or afterwards."""


def _insert_statement(kind: str, table: Table = TABLE) -> ClauseElement:
    """Make the statement that stores a report and gives its number; for a key already there it does and gives nothing.

    On PostgreSQL it adds to the month’s row too; SQLite has no INSERT inside another statement, and practice has no
    months.
    """
    values: dict[str, Any] = {c.name: bindparam(c.name) for c in table.c if c.name not in _LATER_COLUMNS}
    insert = INSERT[kind](table).values(values).on_conflict_do_nothing(index_elements=["key"])
    if kind == "sqlite" or table is not TABLE:
        alone: ClauseElement = insert.returning(table.c.id)
        return alone
    new = insert.returning(table).cte("new")
    return select(new.c.id).add_cte(add_rows(kind, new).cte("added"))


_INSERT = DirectStatement({kind: _insert_statement(kind) for kind in INSERT})
_PRACTISE = DirectStatement({kind: _insert_statement(kind, PRACTICE_TABLE) for kind in INSERT})
_ADD = DirectStatement({"sqlite": add_rows("sqlite", TABLE, TABLE.c.id == bindparam("number"))})


@dataclass(frozen=True, slots=True)
class Filing:
    """How a report came in: under which one-time key, from where, when; for ``practice`` it counts in no figure."""

    key: str
    source: Source
    at: datetime
    practice: bool = False


@dataclass(frozen=True, slots=True)
class FilingResult:
    """The report’s number, and whether it is new (or the same key had filed it before)."""

    number: int
    is_new: bool


async def file_report(db: AsyncSession, author: Person, report: Report, how: Filing) -> FilingResult:
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
    number = await (_PRACTISE if how.practice else _INSERT).run(db, row)
    if number is None:
        table = PracticeCra if how.practice else Cra
        first = await db.execute(select(col(table.id)).where(table.key == how.key))
        return FilingResult(first.scalar_one() or 0, is_new=False)
    if dialect(db) == "sqlite" and not how.practice:
        await _ADD.run(db, {"number": number})
    return FilingResult(number, is_new=True)


async def find_own(db: AsyncSession, author_id: str, number: int, table: type[CraRow] = Cra) -> CraRow | None:
    """Find the author’s report of that number, deleted ones too; None for anybody else’s."""
    return (await db.exec(select(table).where(table.id == number, table.author_id == author_id))).first()


async def revise_report(db: AsyncSession, cra: CraRow, report: Report, at: datetime) -> bool:
    """Change what a report says, unless it changed since ``cra`` was read."""
    return await _change(db, cra, at, **columns(report))


async def delete_report(db: AsyncSession, cra: CraRow, at: datetime) -> bool:
    """Take a report out of lists and figures; it can be restored for 30 days."""
    return await _change(db, cra, at, deleted_at=at)


async def restore_report(db: AsyncSession, cra: CraRow, at: datetime) -> bool:
    """Bring a deleted report back."""
    return await _change(db, cra, at, deleted_at=None)


async def _change(db: AsyncSession, cra: CraRow, at: datetime, **values: Any) -> bool:
    # Before: the UPDATE also changes the row that this session holds.
    days = {cra.date, values.get("date", cra.date)}
    table = type(cra)
    unchanged = (col(table.id) == cra.id) & (col(table.version) == cra.version)
    changed: CursorResult[Any] = await db.execute(  # type: ignore[assignment]  # an UPDATE gives a cursor
        update(table).where(unchanged).values(**values, version=table.version + 1, modified_at=at)
    )
    if changed.rowcount != 1:
        return False
    if isinstance(cra, Cra):
        await recount_months(db, [MonthKey.of(cra.author_id, day, cra.departement_structure) for day in days])
    return True


@dataclass(frozen=True, slots=True)
class Listing:
    """Some reports, newest first; ``more`` when others follow in the direction in which they were read."""

    reports: Sequence[CraRow]
    more: bool


@dataclass(frozen=True, slots=True)
class Position:
    """A report in a list, beyond which a page goes on with older ones, or back to ``newer`` ones."""

    day: date
    number: int
    newer: bool = False

    def select(self, table: type[CraRow]) -> ColumnElement[bool]:
        """Return what holds of the reports beyond, in SQL."""
        day, number = col(table.date), col(table.id)
        if self.newer:
            return (day > self.day) | ((day == self.day) & (number > self.number))
        return (day < self.day) | ((day == self.day) & (number < self.number))


async def list_page(
    db: AsyncSession, sheet: Sheet, wanted: ReportSearch, beyond: Position | None = None, *, size: int = 10
) -> Listing:
    """List the author’s reports that are looked for, newest first: the first ones, or those ``beyond`` a report, older
    or newer: ties never repeat or skip."""
    table = sheet.table
    query = select(table).where(*wanted.select(sheet))
    if beyond:
        query = query.where(beyond.select(table))
    back = beyond is not None and beyond.newer
    order = [each if back else each.desc() for each in (col(table.date), col(table.id))]
    rows = (await db.exec(query.order_by(*order).limit(size + 1))).all()
    return Listing(rows[:size][::-1] if back else rows[:size], len(rows) > size)


async def count_reports(db: AsyncSession, sheet: Sheet, wanted: ReportSearch) -> int:
    """Count the author’s reports that are looked for."""
    return (await db.exec(select(func.count()).select_from(sheet.table).where(*wanted.select(sheet)))).one()


async def list_days_filed(db: AsyncSession, author_id: str, since: date) -> set[date]:
    """List the days, from one on, of which the author has a report."""
    mine = (Cra.author_id == author_id, col(Cra.deleted_at).is_(None), Cra.date >= since)
    return set((await db.exec(select(col(Cra.date)).where(*mine).distinct())).all())


async def find_authors(db: AsyncSession, ids: Collection[str]) -> set[str]:
    """Find those, of a few thousand people at most, who have a report."""
    theirs = (col(Cra.author_id).in_(ids), col(Cra.deleted_at).is_(None))
    return set((await db.exec(select(col(Cra.author_id)).where(*theirs).distinct())).all()) if ids else set()


async def find_filed_numbers(db: AsyncSession, keys: Sequence[str], table: type[CraRow] = Cra) -> dict[str, int]:
    """Find the numbers of the reports that these one-time keys filed."""
    rows = (await db.exec(select(table.key, table.id).where(col(table.key).in_(keys)))).all() if keys else ()
    return {key: number for key, number in rows if number is not None}


async def find_filed_keys(db: AsyncSession, keys: Sequence[str]) -> set[str]:
    """Find which of these one-time keys already filed a report, for practice or not."""
    if not keys:
        return set()
    filed = [select(col(table.key)).where(col(table.key).in_(keys)) for table in (Cra, PracticeCra)]
    return set((await db.execute(union_all(*filed))).scalars())
