"""Queries and changes of reports, and the commune that each author used last. No function here commits."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.communes import get_commune, make_label
from storage.cra.months import MonthKey, add_rows, recount_months
from storage.cra.report import Cra, CraRow, PracticeCra, Report, Source, columns
from storage.cra.search import AuthorSheet, ReportSearch
from storage.database import INSERT
from storage.people import Person
from storage.statements import DirectStatement


class LastCommune(SQLModel, table=True):
    """The commune (INSEE code) that an author used last, with the postcode that was said; "" where it has none."""

    __tablename__ = "cra_last_commune"

    author_id: str = Field(primary_key=True, foreign_key="person.id", max_length=26)
    commune: str = Field(max_length=5)
    code_postal: str = Field(max_length=5)


_LAST_COMMUNE: sa.Table = LastCommune.__table__  # type: ignore[attr-defined]  # SQLModel does not declare it


def _note_statement(kind: str) -> sa.ClauseElement:
    """Make the statement that notes the last commune, and writes nothing where it is the same."""
    insert = INSERT[kind](_LAST_COMMUNE).values({c.name: sa.bindparam(c.name) for c in _LAST_COMMUNE.c})
    new = {name: insert.excluded[name] for name in ("commune", "code_postal")}
    changed = sa.or_(*(_LAST_COMMUNE.c[name] != value for name, value in new.items()))
    statement: sa.ClauseElement = insert.on_conflict_do_update(index_elements=["author_id"], set_=new, where=changed)
    return statement


_NOTE = DirectStatement({kind: _note_statement(kind) for kind in INSERT})


async def note_last_commune(db: AsyncSession, author_id: str, report: Report) -> None:
    """Note that a person of the register used the commune of a report."""
    row = {"author_id": author_id, "commune": report.commune, "code_postal": report.code_postal}
    await _NOTE.write_last(db, row)


async def read_last_commune(db: AsyncSession, author_id: str) -> str:
    """Read the commune that an author used last, as people write it: « 69120 Vaulx-en-Velin »; "" for none."""
    found = (await db.exec(select(LastCommune).where(LastCommune.author_id == author_id))).first()
    commune = get_commune(found.commune) if found else None
    return make_label(commune, found.code_postal) if found and commune else ""


RESTORE_FOR = timedelta(days=30)
"""How long a deleted report can be brought back."""

TABLE: sa.Table = Cra.__table__  # type: ignore[attr-defined]  # SQLModel does not declare it
PRACTICE_TABLE: sa.Table = PracticeCra.__table__  # type: ignore[attr-defined]


_LAST_NUMBERS = sa.table("sqlite_sequence", sa.column("name"), sa.column("seq", sa.Integer))
"""The table in which SQLite keeps the last number of each other table."""


def _reserve_statement(kind: str, table: sa.Table) -> sa.ClauseElement:
    """Make the statement that returns the next number of a table, and the number that a one-time key filed before, if
    it did."""
    filed = select(table.c.id).where(table.c.key == sa.bindparam("key")).scalar_subquery()
    if kind == "postgresql":
        following: sa.ColumnElement[int] = sa.Sequence(f"{table.name}_id_seq").next_value()
    else:  # whoever writes is alone until the transaction ends
        last = select(_LAST_NUMBERS.c.seq).where(_LAST_NUMBERS.c.name == table.name)
        following = sa.func.coalesce(last.scalar_subquery(), 0) + 1
    return select(following.label("following"), filed.label("filed"))


def _insert_statement(kind: str, table: sa.Table) -> sa.ClauseElement:
    values: dict[str, Any] = {c.name: sa.bindparam(c.name) for c in table.c if c.name != "deleted_at"}
    statement: sa.ClauseElement = INSERT[kind](table).values(values)
    return statement


_NOT_COUNTED = {*("id", "structure", "commune", "code_postal", "departement", "source", "key", "version")} | {
    *("created_at", "modified_at", "deleted_at")
}


def _count_statement(kind: str) -> sa.ClauseElement:
    """Make the statement that adds one report, whose values are parameters, to the row of its month."""
    told = [c for c in TABLE.c if c.name not in _NOT_COUNTED]
    report = select(*(sa.bindparam(c.name, type_=c.type).label(c.name) for c in told))
    statement: sa.ClauseElement = add_rows(kind, report.subquery())
    return statement


_RESERVE, _INSERT = (
    {table: DirectStatement({kind: make(kind, table) for kind in INSERT}) for table in (TABLE, PRACTICE_TABLE)}
    for make in (_reserve_statement, _insert_statement)
)
_COUNT = DirectStatement({kind: _count_statement(kind) for kind in INSERT})


@dataclass(frozen=True, slots=True)
class Filing:
    """How a report came in: by which one-time key, from which source, when; for ``practice`` it counts in no figure."""

    key: str
    source: Source
    at: datetime
    practice: bool = False


@dataclass(frozen=True, slots=True)
class FilingResult:
    """The result of filing: the report’s number, and whether it is new (or the same key had filed it before)."""

    number: int
    is_new: bool


async def file_report(db: AsyncSession, author: Person, report: Report, how: Filing) -> FilingResult:
    """Store a report once: the same key gives the first one’s number. Where the same key files another one at this very
    moment, the transaction fails at its end (``TakenMeanwhileError``), and finds that one when it is run again."""
    table = PRACTICE_TABLE if how.practice else TABLE
    (found,) = await _RESERVE[table].find_shared(db, {"key": how.key})
    if found["filed"] is not None:
        return FilingResult(found["filed"], is_new=False)
    row = columns(report) | {
        "id": found["following"],
        "author_id": author.id,
        "structure": author.structure,
        "departement_structure": author.departement,
        "source": how.source,
        "key": how.key,
        "version": 1,
        "created_at": how.at,
        "modified_at": how.at,
    }
    await _INSERT[table].write_last(db, row)
    if not how.practice:
        await _COUNT.write_last(db, row)
    return FilingResult(row["id"], is_new=True)


async def find_own(db: AsyncSession, author_id: str, number: int, table: type[CraRow] = Cra) -> CraRow | None:
    """Find an author’s report by its number, deleted or not; None for anybody else’s."""
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
    changed: sa.CursorResult[Any] = await db.execute(  # type: ignore[assignment]  # an UPDATE gives a cursor
        sa.update(table).where(unchanged).values(**values, version=table.version + 1, modified_at=at)
    )
    if changed.rowcount != 1:
        return False
    if isinstance(cra, Cra):
        await recount_months(db, [MonthKey.of(cra.author_id, day, cra.departement_structure) for day in days])
    return True


@dataclass(frozen=True, slots=True)
class ReportListing:
    """A page of reports, newest first; ``more`` tells whether others follow in the direction of reading."""

    reports: Sequence[CraRow]
    more: bool


@dataclass(frozen=True, slots=True)
class Position:
    """A report in a list, by when it was (what the list is ordered by) and its number: a page continues after it with
    older ones, or back to ``newer`` ones."""

    at: date | datetime
    number: int
    newer: bool = False

    def select(self, at: Any, number: Any) -> sa.ColumnElement[bool]:
        """Make the condition in SQL on these columns that selects the reports beyond this position."""
        if self.newer:
            return sa.or_(at > self.at, sa.and_(at == self.at, number > self.number))
        return sa.or_(at < self.at, sa.and_(at == self.at, number < self.number))


async def read_page(
    db: AsyncSession, query: Any, by: tuple[Any, Any], beyond: Position | None, size: int
) -> ReportListing:
    """Read a page of a list of reports, the latest ``by`` two columns first: the first page, or the one ``beyond`` a
    report, without repeating or skipping ties."""
    if beyond:
        query = query.where(beyond.select(*by))
    back = beyond is not None and beyond.newer
    order = [each.asc() if back else each.desc() for each in by]
    rows = (await db.exec(query.order_by(*order).limit(size + 1))).all()
    return ReportListing(rows[:size][::-1] if back else rows[:size], len(rows) > size)


async def list_page(
    db: AsyncSession, sheet: AuthorSheet, wanted: ReportSearch, beyond: Position | None = None, *, size: int = 10
) -> ReportListing:
    """List a page of the author’s reports that match a search, newest first."""
    query, table = select(sheet.table).where(*wanted.select(sheet)), sheet.table
    return await read_page(db, query, (col(table.date), col(table.id)), beyond, size)


async def list_deleted(db: AsyncSession, sheet: AuthorSheet, since: datetime, limit: int = 10) -> Sequence[CraRow]:
    """List the author’s reports that were deleted since a moment, the last deleted first."""
    table = sheet.table
    query = select(table).where(table.author_id == sheet.author_id, col(table.deleted_at) >= since)
    return (await db.exec(query.order_by(col(table.deleted_at).desc(), col(table.id).desc()).limit(limit))).all()


async def count_reports(db: AsyncSession, sheet: AuthorSheet, wanted: ReportSearch) -> int:
    """Count the author’s reports that match a search."""
    return (await db.exec(select(sa.func.count()).select_from(sheet.table).where(*wanted.select(sheet)))).one()


async def list_days_filed(db: AsyncSession, author_id: str, since: date) -> set[date]:
    """List the days since a date on which the author has a report."""
    mine = (Cra.author_id == author_id, col(Cra.deleted_at).is_(None), Cra.date >= since)
    return set((await db.exec(select(col(Cra.date)).where(*mine).distinct())).all())


async def find_authors(db: AsyncSession, ids: Collection[str]) -> set[str]:
    """Find which of these people, a few thousand at most, have a report."""
    theirs = (col(Cra.author_id).in_(ids), col(Cra.deleted_at).is_(None))
    return set((await db.exec(select(col(Cra.author_id)).where(*theirs).distinct())).all()) if ids else set()


async def find_filed_numbers(db: AsyncSession, keys: Sequence[str], table: type[CraRow] = Cra) -> dict[str, int]:
    """Find the numbers of the reports that these one-time keys filed."""
    rows = (await db.exec(select(table.key, table.id).where(col(table.key).in_(keys)))).all() if keys else ()
    return {key: number for key, number in rows if number is not None}


async def find_begun(db: AsyncSession, key: str) -> Sequence[int]:
    """Find the numbers of the reports, for practice or not, that a one-time key filed, or those of its parts, which
    begin with it."""
    filed = [select(col(table.id)).where(col(table.key).between(key, f"{key}z")) for table in (Cra, PracticeCra)]
    return sorted((await db.execute(sa.union_all(*filed))).scalars())


async def find_filed_keys(db: AsyncSession, keys: Sequence[str]) -> set[str]:
    """Find which of these one-time keys filed a report already, for practice or not."""
    if not keys:
        return set()
    filed = [select(col(table.key)).where(col(table.key).in_(keys)) for table in (Cra, PracticeCra)]
    return set((await db.execute(sa.union_all(*filed))).scalars())
