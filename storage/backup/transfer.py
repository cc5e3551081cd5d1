"""A database written down as it is at one instant, and put back into an empty one of either kind, all or nothing."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, delete, insert, inspect, literal, select, text
from sqlalchemy import table as named

from storage import schema
from storage.backup.encryption import Identity, open_backup
from storage.backup.erasures import redo_erasures
from storage.backup.file import BackupError, BackupReader, BackupWriter, Content
from storage.backup.tables import as_line, count_rows, decoder, go_on_after, is_numbered, read_numbers, reflect_tables
from storage.database import Database, place
from storage.people.erasures import Erasure

ROWS_PER_PAGE = 500
"""Rows in memory at a time."""
_SNAPSHOT = ("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY", "SET LOCAL statement_timeout = 0")

OnRows = Callable[[int, int], None]
"""Told how many rows are done, of how many."""


async def save(database_url: str, writer: BackupWriter, now: datetime, on_rows: OnRows) -> Content:
    """Write everything; all of it is as it was at one instant. Raises BackupError for what is no database of ours."""
    database = Database(database_url)
    try:
        async with database.transaction(writes=False) as db:
            for statement in () if database.is_sqlite else _SNAPSHOT:
                await db.execute(text(statement))
            connection = await db.connection()
            content = await connection.run_sync(_save, database_url, now, writer, on_rows)
    finally:
        await database.close()
    return content


def _save(connection: Connection, database_url: str, now: datetime, writer: BackupWriter, on_rows: OnRows) -> Content:
    step = schema.step_of(connection)
    if step is None:
        which = place(database_url)
        raise BackupError(f"La base de données {which} (COOP_DATABASE_URL) est vide : il n’y a rien à sauvegarder.")
    there = reflect_tables(connection, step)
    content = Content(
        step=step,
        made_at=now,
        columns={table.name: tuple(column.name for column in table.columns) for table in there},
        counts={table.name: count_rows(connection, table) for table in there},
        numbers=read_numbers(connection, there),
    )
    writer.lines([as_line(content.header())])
    done = 0
    for table in there:
        for lines in _read_pages(connection, table):
            writer.lines(lines)
            done += len(lines)
            on_rows(done, content.total)
    writer.end()
    return content


def _read_pages(connection: Connection, table: Table) -> Iterator[list[str]]:
    query = select(table).order_by(*table.primary_key.columns)
    with connection.execute(query, execution_options={"yield_per": ROWS_PER_PAGE}) as found:
        for page in found.partitions():
            yield [as_line(list(row)) for row in page]


@dataclass(frozen=True, slots=True)
class Restoration:
    """What was in the file, and the step to which its tables were brought."""

    content: Content
    step: str


def check_backup(path: Path, identities: Sequence[Identity] = ()) -> Content:
    """Read a file whole, and return what it holds; raises BackupError where it is not what was written."""
    reader = BackupReader(path, open_backup(path, identities))
    try:
        for table in reader.content.columns:
            for _ in reader.rows(table):
                pass
        reader.end()
    finally:
        reader.close()
    return reader.content


def read_content(path: Path, identities: Sequence[Identity] = ()) -> Content:
    """Read what a file says of itself at its begin. Raises BackupError."""
    reader = BackupReader(path, open_backup(path, identities))
    reader.close()
    return reader.content


async def restore(
    database_url: str,
    path: Path,
    on_rows: OnRows,
    identities: Sequence[Identity] = (),
    erased: Sequence[Erasure] = (),
) -> Restoration:
    """Fill an empty database from a file, and note whom the bot has to erase once more; raises BackupError, and changes
    nothing, where either is not fit for it. ``identities`` open a file that is encrypted."""
    content = check_backup(path, identities)

    def work(connection: Connection) -> None:
        _must_be_empty(connection, database_url)
        schema.start_over(connection, content.step)
        _fill(connection, BackupReader(path, open_backup(path, identities)), path, on_rows)
        schema.finish(connection)
        redo_erasures(connection, erased)

    await schema.in_transaction(database_url, work)
    return Restoration(content, schema.head())


def _must_be_empty(connection: Connection, database_url: str) -> None:
    """Raise BackupError for a database that is not empty: it may have tables, and what they are made with, since the
    bot makes them when it starts."""
    step = schema.step_of(connection)
    schema.check_known(database_url, step)
    made = {schema.VERSION_TABLE: 1, **(schema.tables_at(step) if step else {})}
    for name in inspect(connection).get_table_names():
        rows = select(literal(1)).select_from(named(name)).limit(made.get(name, 0) + 1)
        if len(connection.execute(rows).all()) > made.get(name, 0):
            raise BackupError(
                f"La base de données {place(database_url)} (COOP_DATABASE_URL) n’est pas vide (table « {name} ») : "
                "une sauvegarde se restaure dans une base neuve, donnez-en une autre."
            )


def _fill(connection: Connection, reader: BackupReader, path: Path, on_rows: OnRows) -> None:
    try:
        content = reader.content
        there = {table.name: table for table in reflect_tables(connection, content.step)}
        _must_agree(content, there, path)
        for table in reversed(there.values()):
            connection.execute(delete(table))  # what the steps themselves wrote
        done = 0
        for name in content.columns:
            for page in _row_pages(reader, there[name]):
                connection.execute(insert(there[name]), page)
                done += len(page)
                on_rows(done, content.total)
            if is_numbered(connection, there[name]):
                go_on_after(connection, there[name], content.numbers.get(name, 0))
        reader.end()
    finally:
        reader.close()


def _must_agree(content: Content, there: dict[str, Table], path: Path) -> None:
    columns = {name: {column.name for column in table.columns} for name, table in there.items()}
    if columns != {name: set(names) for name, names in content.columns.items()}:
        raise BackupError(
            f"La sauvegarde « {path} » n’a pas les tables de l’étape {content.step} : elle vient d’un autre programme."
        )


def _row_pages(reader: BackupReader, table: Table) -> Iterator[list[dict[str, Any]]]:
    names = reader.content.columns[table.name]
    decoders = [decoder(table.columns[name].type) for name in names]
    page: list[dict[str, Any]] = []
    for row in reader.rows(table.name):
        decoded = [decode(v) if decode and v is not None else v for decode, v in zip(decoders, row, strict=True)]
        page.append(dict(zip(names, decoded, strict=True)))
        if len(page) == ROWS_PER_PAGE:
            yield page
            page = []
    if page:
        yield page
