"""Writing a database down as it is at one instant, while others go on writing in it."""

from collections.abc import Callable, Iterator
from datetime import datetime

from sqlalchemy import Connection, Table, select, text

from storage import migrate
from storage.backup.file import BackupError, Content, Writer
from storage.backup.tables import as_line, count, numbers, tables
from storage.database import Database, place

ROWS_PER_PAGE = 500
"""Rows in memory at a time."""
_SNAPSHOT = ("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY", "SET LOCAL statement_timeout = 0")

OnRows = Callable[[int, int], None]
"""Told how many rows are done, of how many."""


async def save(database_url: str, writer: Writer, now: datetime, on_rows: OnRows) -> Content:
    """Write everything; all of it is as it was at one instant. Raises BackupError for what is no database of ours."""
    database = Database(database_url)
    try:
        async with database.transaction(writes=False) as db:
            for statement in () if database.is_sqlite else _SNAPSHOT:
                await db.execute(text(statement))
            connection = await db.connection()
            content = await connection.run_sync(_content, database_url, now)
            await connection.run_sync(_write, content, writer, on_rows)
    finally:
        await database.close()
    return content


def _content(connection: Connection, database_url: str, now: datetime) -> Content:
    step = migrate.step_of(connection)
    if step is None:
        which = place(database_url)
        raise BackupError(f"La base de données {which} (COOP_DATABASE_URL) est vide : il n’y a rien à sauvegarder.")
    there = tables(connection, step)
    return Content(
        step=step,
        made_at=now,
        columns={table.name: tuple(column.name for column in table.columns) for table in there},
        counts={table.name: count(connection, table) for table in there},
        numbers=numbers(connection, there),
    )


def _write(connection: Connection, content: Content, writer: Writer, on_rows: OnRows) -> None:
    writer.line(as_line(content.header()))
    done = 0
    for table in tables(connection, content.step):
        for lines in _pages(connection, table):
            writer.lines(lines)
            done += len(lines)
            on_rows(done, content.total)
    writer.end()


def _pages(connection: Connection, table: Table) -> Iterator[list[str]]:
    query = select(table).order_by(*table.primary_key.columns)
    with connection.execute(query, execution_options={"yield_per": ROWS_PER_PAGE}) as found:
        for page in found.partitions():
            yield [as_line(list(row)) for row in page]
