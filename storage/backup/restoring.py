"""Putting a backup into an empty database of either kind, all or nothing, at the step of this version."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, delete, insert, inspect, literal, select
from sqlalchemy import table as named

from storage import migrate
from storage.backup.file import BackupError, Content, Reader, check
from storage.backup.saving import ROWS_PER_PAGE, OnRows
from storage.backup.tables import decoder, go_on_after, is_numbered, tables
from storage.database import place


@dataclass(frozen=True, slots=True)
class Restoration:
    """What was in the file, and the step to which its tables were brought."""

    content: Content
    step: str


async def restore(database_url: str, path: Path, on_rows: OnRows) -> Restoration:
    """Fill an empty database from a file; raises BackupError, and changes nothing, where either is not fit for it."""
    content = check(path)

    def work(connection: Connection) -> None:
        _must_be_empty(connection, database_url)
        migrate.start_over(connection, content.step)
        _fill(connection, path, on_rows)
        migrate.finish(connection)

    await migrate.in_transaction(database_url, work)
    return Restoration(content, migrate.head())


def _must_be_empty(connection: Connection, database_url: str) -> None:
    """An empty database may have tables, and what they are made with: the bot makes them when it starts."""
    step = migrate.step_of(connection)
    migrate.check_known(database_url, step)
    made = {migrate.VERSION_TABLE: 1, **(migrate.tables_at(step) if step else {})}
    for name in inspect(connection).get_table_names():
        rows = select(literal(1)).select_from(named(name)).limit(made.get(name, 0) + 1)
        if len(connection.execute(rows).all()) > made.get(name, 0):
            raise BackupError(
                f"La base de données {place(database_url)} (COOP_DATABASE_URL) n’est pas vide (table « {name} ») : "
                "une sauvegarde se restaure dans une base neuve, donnez-en une autre."
            )


def _fill(connection: Connection, path: Path, on_rows: OnRows) -> None:
    reader = Reader(path)
    try:
        content = reader.content
        there = {table.name: table for table in tables(connection, content.step)}
        _must_agree(content, there, path)
        for table in reversed(there.values()):
            connection.execute(delete(table))  # what the steps themselves wrote
        done = 0
        for name in content.columns:
            for page in _pages(reader, there[name]):
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


def _pages(reader: Reader, table: Table) -> Iterator[list[dict[str, Any]]]:
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
