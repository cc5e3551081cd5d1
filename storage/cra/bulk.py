"""Comptes rendus many at once: pages for an export, batches for an import; no function here commits."""

import hashlib
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from sqlalchemy import RowMapping, Table, func, select, text
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.cra.files import ReportEntry, Row, make_line
from storage.cra.months import MonthKey, recount_months
from storage.cra.report import Cra, columns
from storage.cra.tags import FullListError, find_any_tag, has_tag, list_names, tag_report
from storage.database import Database, insertion, iterate_pages, read_mappings_apart
from storage.people import Person

_CRA: Table = Cra.__table__  # type: ignore[attr-defined]
_PERSON: Table = Person.__table__  # type: ignore[attr-defined]
# Below this many numbers PostgreSQL’s sequence walks, which is safe beside other writers; above, it jumps.
_WALK = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportFilter:
    """What an export holds: the days from ``start`` to ``end``, both included, of which authors, with which ``tag``,
    and whether deleted ones too."""

    start: date | None = None
    end: date | None = None
    username: str | None = None
    tag: str = ""
    deleted: bool = False


async def export_rows(database: Database, wanted: ExportFilter) -> AsyncIterator[Row]:
    """Yield lines by number, read a page at a time: memory stays flat, and no page holds a connection while it is
    written."""
    query = select(*_CRA.c, _PERSON.c.username).join(_PERSON, _PERSON.c.id == _CRA.c.author_id)
    if wanted.start:
        query = query.where(_CRA.c.date >= wanted.start)
    if wanted.end:
        query = query.where(_CRA.c.date <= wanted.end)
    if wanted.username:
        query = query.where(_PERSON.c.username == wanted.username)
    if wanted.tag:
        query = query.where(has_tag(_CRA.c.id, wanted.tag))
    if not wanted.deleted:
        query = query.where(_CRA.c.deleted_at.is_(None))
    is_tagging = await are_there_tags(database)
    async for page in iterate_pages(read_mappings_apart(database), query, _CRA.c.id):
        tags = await _read_tags(database, page) if is_tagging else {}
        for found in page:
            yield make_line({**found, "tags": tags.get(found["id"], ())})


async def are_there_tags(database: Database) -> bool:
    """Tell whether there is any tag at all."""
    async with database.transaction(writes=False) as db:
        return bool(await find_any_tag(db))


async def _read_tags(database: Database, page: Sequence[RowMapping]) -> Mapping[int, Sequence[str]]:
    async with database.transaction(writes=False) as db:
        return await list_names(db, [row["id"] for row in page])


@dataclass(frozen=True)
class IncomingLine:
    """A line of a file, by its ``number`` there, whose author is known; ``rank`` tells apart lines that are the same to
    the letter (``said``)."""

    number: int
    line: Row
    entry: ReportEntry
    author: Person
    said: str = ""
    rank: int = 0

    @cached_property
    def key(self) -> str:
        """A key that is the same whenever the same line of the same file is read, in either format."""
        entry, author = self.entry, self.author.id
        if entry.was_exported:
            return _digest_key(author, entry.numero, entry.cree)
        return _digest_key(author, self.rank, self.said)


def describe_line(entry: ReportEntry) -> str:
    """Write everything that a line says as one text, to compare lines."""
    said = columns(entry.report) | {
        name: getattr(entry, name)
        for name in ("auteur", "numero", "structure", "departement_structure", "source", "cree", "modifie", "supprime")
    }
    if entry.etiquettes:
        said["etiquettes"] = entry.etiquettes
    return repr(sorted((name, str(value)) for name, value in said.items()))


def _digest_key(*parts: object) -> str:
    return "import:" + hashlib.sha256("\n".join(map(str, parts)).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class AddResult:
    """The result of storing lines: those that are stored now, and those ``elsewhere`` whose number another compte rendu
    has, which are not stored yet."""

    added: Sequence[IncomingLine] = ()
    elsewhere: Sequence[IncomingLine] = ()


async def add_lines(db: AsyncSession, batch: Sequence[IncomingLine], now: datetime) -> AddResult:
    """Store the lines that are not stored yet, under their own numbers, or under new ones where they have none.

    A line with number, author and birth of a stored compte rendu is that one, whatever has become of it since.
    """
    # Work without the database comes before the first statement, from which on SQLite other writers wait.
    rows = {i.key: _make_row(i, now) for i in batch}
    taken = await _find_numbers_taken(db, [i.entry.numero for i in batch if i.entry.numero])
    filed = await _find_keys_filed(db, list(rows))
    new = {i.key: i for i in batch if i.key not in filed and not _is_stored(i, taken)}
    numbered = {key: i for key, i in new.items() if i.entry.numero}
    free = [rows[key] | {"id": i.entry.numero} for key, i in numbered.items() if i.entry.numero not in taken]
    await _reserve_numbers(db, max((row["id"] for row in free), default=0))
    await _insert(db, free)
    # A number may also have been taken this very moment, or be twice in the batch.
    kept = await _find_keys_filed(db, list(numbered)) if numbered else set()
    others = [rows[key] for key in new if key not in numbered]
    await _insert(db, others)
    await _count_in_months(db, [*free, *others])
    elsewhere = [i for key, i in numbered.items() if key not in kept]
    return AddResult([i for key, i in new.items() if key not in numbered or key in kept], elsewhere)


async def renumber_lines(db: AsyncSession, batch: Sequence[IncomingLine], now: datetime) -> Sequence[IncomingLine]:
    """Store the lines that are not stored yet under new numbers, and return them.

    Call this once every line of the file that can keep its number is stored, so that no new number takes one of theirs.
    """
    rows = {i.key: _make_row(i, now) for i in batch}
    filed = await _find_keys_filed(db, list(rows))
    new = {i.key: i for i in batch if i.key not in filed}
    await _insert(db, [rows[key] for key in new])
    await _count_in_months(db, [rows[key] for key in new])
    return list(new.values())


async def tag_lines(db: AsyncSession, added: Sequence[IncomingLine], now: datetime) -> Sequence[IncomingLine]:
    """Tag lines that were just stored; return those left without tags because their author has as many as one person
    may have."""
    tagged = {i.key: i for i in added if i.entry.etiquettes}
    if not tagged:
        return ()
    keys = select(_CRA.c.key, _CRA.c.id).where(_CRA.c.key.in_(tagged))
    full = list[IncomingLine]()
    for key, number in await (await db.connection()).execute(keys):
        incoming = tagged[key]
        try:
            await tag_report(db, incoming.author, number, incoming.entry.etiquettes, now)
        except FullListError:
            full.append(incoming)
    return full


def _is_stored(incoming: IncomingLine, taken: Mapping[int, tuple[str, datetime]]) -> bool:
    entry = incoming.entry
    return entry.was_exported and taken.get(entry.numero or 0) == (incoming.author.id, entry.cree)


async def _find_numbers_taken(db: AsyncSession, numbers: Sequence[int]) -> dict[int, tuple[str, datetime]]:
    if not numbers:
        return {}
    query = select(_CRA.c.id, _CRA.c.author_id, _CRA.c.created_at).where(_CRA.c.id.in_(numbers))
    rows = await (await db.connection()).execute(query)
    return {number: (author, born) for number, author, born in rows}


async def _find_keys_filed(db: AsyncSession, keys: Sequence[str]) -> set[str]:
    rows = await (await db.connection()).execute(select(_CRA.c.key).where(_CRA.c.key.in_(keys)))
    return set(rows.scalars())


async def _insert(db: AsyncSession, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        await (await db.connection()).execute(insertion(db, Cra).on_conflict_do_nothing(), rows)


async def _count_in_months(db: AsyncSession, rows: Sequence[dict[str, Any]]) -> None:
    """Count the months of rows again: once a transaction, as it locks the months in their order."""
    await recount_months(db, [MonthKey.of(row["author_id"], row["date"], row["departement_structure"]) for row in rows])


def _make_row(incoming: IncomingLine, now: datetime) -> dict[str, Any]:
    entry, author = incoming.entry, incoming.author
    born = entry.cree or now
    structure, departement = entry.structure, entry.departement_structure
    if not entry.tells_structure:
        structure, departement = structure or author.structure, departement or author.departement
    return columns(entry.report) | {
        "author_id": author.id,
        "structure": structure,
        "departement_structure": departement,
        "source": entry.source,
        "key": incoming.key,
        "version": 1,
        "created_at": born,
        "modified_at": entry.modifie or born,
        "deleted_at": entry.supprime,
    }


async def _reserve_numbers(db: AsyncSession, number: int) -> None:
    """Make sure that PostgreSQL gives no number up to this one to new rows (SQLite does so by itself)."""
    if not number or db.get_bind().dialect.name != "postgresql":
        return
    connection = await db.connection()
    given = text("SELECT CASE WHEN is_called THEN last_value ELSE last_value - 1 END FROM cra_id_seq")
    last = (await connection.execute(given)).scalar_one()
    if number - last > _WALK:
        await connection.execute(select(func.setval("cra_id_seq", number)))
    elif number > last:
        walk = text("SELECT count(nextval('cra_id_seq')) FROM generate_series(1, :steps)")
        await connection.execute(walk, {"steps": number - last})
