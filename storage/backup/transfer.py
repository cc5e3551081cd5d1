"""The content of a database as it is at one instant, saved and restored into an empty one of either kind, all or
nothing: its tables, whatever its step, their values as JSON, and who was erased. (An older backup that is restored
still has their data: they are erased once more.)"""

import base64
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import SchemaItem
from sqlalchemy.types import TypeEngine, UserDefinedType
from sqlmodel import col

from storage import schema
from storage.backup.file import BackupError, BackupReader, BackupWriter, Content, Identity, open_backup
from storage.database import Database, place
from storage.people.transitions import Erasure

Decoder = Callable[[Any], Any]


class _PostgresqlJson(UserDefinedType[str]):
    """JSON as the text that PostgreSQL keeps: SQL’s NULL and JSON’s « null » stay distinct. (SQLite stores JSON as text
    anyway.)"""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "JSON"

    def bind_expression(self, bindvalue: sa.BindParameter[str]) -> sa.ColumnElement[str]:
        return sa.cast(sa.type_coerce(bindvalue, sa.Text), self)

    def column_expression(self, colexpr: sa.ColumnElement[Any]) -> sa.ColumnElement[str]:
        return sa.cast(colexpr, sa.Text)


def reflect_tables(connection: sa.Connection, step: str) -> Sequence[sa.Table]:
    """Read the tables of a step from the database, in the order in which foreign keys need them: their columns and
    keys alone. To reflect their indexes and constraints, too, takes three times as long as all else of a small
    backup."""
    there, names, metadata = sa.inspect(connection), sorted(schema.tables_at(step)), sa.MetaData()
    keys = there.get_multi_pk_constraint(filter_names=names)
    foreign = there.get_multi_foreign_keys(filter_names=names)
    for at, columns in there.get_multi_columns(filter_names=names).items():
        parts: list[SchemaItem] = [sa.Column(column["name"], _kept_as(column["type"])) for column in columns]
        parts += [sa.PrimaryKeyConstraint(*keys[at]["constrained_columns"])]
        parts += [
            sa.ForeignKeyConstraint(
                key["constrained_columns"], [f"{key['referred_table']}.{name}" for name in key["referred_columns"]]
            )
            for key in foreign[at]
        ]
        sa.Table(at[1], metadata, *parts)
    return metadata.sorted_tables


def _kept_as(kind: TypeEngine[Any]) -> TypeEngine[Any]:
    """Return the type by which the values of a column are read and written: JSON as it is kept."""
    if not isinstance(kind, sa.JSON):
        return kind
    return sa.Text() if isinstance(kind, sqlite.JSON) else _PostgresqlJson()


def count_rows(connection: sa.Connection, table: sa.TableClause) -> int:
    """Count the rows of a table."""
    return connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()


def encode(value: Any) -> str:
    """Encode a value for which JSON has no type of its own."""
    if isinstance(value, datetime):
        # SQLite forgets zones; all instants are in UTC.
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    raise TypeError(f"no way to write a {type(value).__name__}")


as_line = json.JSONEncoder(default=encode, ensure_ascii=False, separators=(",", ":")).encode


def decoder(kind: TypeEngine[Any]) -> Decoder | None:
    """Return the function that makes a column’s value from its JSON; None where none is needed."""
    if isinstance(kind, sa.DateTime):
        return datetime.fromisoformat
    if isinstance(kind, sa.Date):
        return date.fromisoformat
    return base64.b64decode if isinstance(kind, sa.LargeBinary) else None


def read_numbers(connection: sa.Connection, of: Sequence[sa.Table]) -> Mapping[str, int]:
    """Read the last number given in each table that numbers its rows."""
    if connection.dialect.name == "sqlite":
        if not _has_sequences(connection):
            return {}
        names = {table.name for table in of}
        given = connection.execute(sa.text("SELECT name, seq FROM sqlite_sequence")).all()
        return {name: number for name, number in given if name in names}
    found: dict[str, int] = {}
    for table in of:
        if sequence := _sequence(connection, table):
            statement = sa.text(f"SELECT last_value FROM {sequence} WHERE is_called")  # noqa: S608  (PostgreSQL’s own name)
            last = connection.execute(statement).scalar()
            found |= {table.name: last} if last is not None else {}
    return found


def go_on_after(connection: sa.Connection, table: sa.Table, number: int) -> None:
    """Set the next number of a table, after this one and after all that it has."""
    (key,) = table.primary_key.columns
    number = max(number, connection.execute(sa.select(sa.func.max(key))).scalar() or 0)
    if not number:
        return
    if connection.dialect.name == "postgresql":
        sequence = _sequence(connection, table)
        connection.execute(sa.text("SELECT setval(:sequence, :number)"), {"sequence": sequence, "number": number})
        return
    values = {"name": table.name, "number": number}
    connection.execute(sa.text("DELETE FROM sqlite_sequence WHERE name = :name"), values)
    connection.execute(sa.text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :number)"), values)


def is_numbered(connection: sa.Connection, table: sa.Table) -> bool:
    """Return whether the database numbers the rows of a table, and never gives a number twice."""
    if connection.dialect.name == "postgresql":
        return _sequence(connection, table) is not None
    query = sa.text("SELECT sql FROM sqlite_master WHERE name = :name")
    return "AUTOINCREMENT" in (connection.execute(query, {"name": table.name}).scalar() or "").upper()


def _sequence(connection: sa.Connection, table: sa.Table) -> str | None:
    keys = list(table.primary_key.columns)
    if len(keys) != 1:
        return None
    statement = sa.text("SELECT pg_get_serial_sequence(:name, :key)")
    values = {"name": f'"{table.name}"', "key": keys[0].name}
    found: str | None = connection.execute(statement, values).scalar()
    return found


def _has_sequences(connection: sa.Connection) -> bool:
    return bool(connection.execute(sa.text("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_sequence'")).scalar())


TABLE = str(Erasure.__tablename__)
_INSTANTS = ("asked_at", "due_at", "cancelled_at", "done_at")


def read_erasures(path: Path, restored: datetime, identities: Sequence[Identity] = ()) -> Sequence[Erasure]:
    """Read the erasures of a backup as they should be beside data of the instant ``restored``: those done since are to
    be done again, cancelled or waiting ones stay as they are. Raises BackupError."""
    with closing(BackupReader(path, open_backup(path, identities))) as reader:
        found = {name: list(_read(reader, name, restored)) for name in reader.content.columns}
        reader.end()
    return found.get(TABLE, [])


def _read(reader: BackupReader, table: str, restored: datetime) -> Iterator[Erasure]:
    """Read on past a table, and return its erasures."""
    names = reader.content.columns[table]
    for row in reader.rows(table):
        if table == TABLE:
            yield _redo(dict(zip(names, row, strict=True)), restored)


def _redo(row: dict[str, Any], restored: datetime) -> Erasure:
    row |= {name: datetime.fromisoformat(row[name]) for name in _INSTANTS if row[name]}
    begun = row["step"] and not row["done_at"]
    if begun or (row["done_at"] and row["done_at"] > restored):
        # Not asleep: the restored tables, which are older, would say that somebody woke up.
        row |= {"done_at": None, "step": 0, "pseudonym": "", "asleep": False}
    return Erasure(**row)


def redo_erasures(connection: sa.Connection, erasures: Sequence[Erasure]) -> None:
    """Store these erasures in place of others of the same people."""
    for one in erasures:
        connection.execute(sa.delete(Erasure).where(col(Erasure.user_id) == one.user_id))
        connection.execute(sa.insert(Erasure).values(**one.model_dump()))


ROWS_PER_PAGE = 500
"""How many rows are in memory at a time."""
_SNAPSHOT = ("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY", "SET LOCAL statement_timeout = 0")

OnRows = Callable[[int, int], None]
"""A function that is told how many rows are done, of how many."""


async def save(database_url: str, writer: BackupWriter, now: datetime, on_rows: OnRows) -> Content:
    """Write the whole database as it is at one instant. Raises BackupError for a database that is not the bot’s."""
    database = Database(database_url)
    try:
        async with database.transaction(writes=False) as db:
            for statement in () if database.is_sqlite else _SNAPSHOT:
                await db.execute(sa.text(statement))
            connection = await db.connection()
            content = await connection.run_sync(_save, database_url, now, writer, on_rows)
    finally:
        await database.close()
    return content


def _save(connection: sa.Connection, url: str, now: datetime, writer: BackupWriter, on_rows: OnRows) -> Content:
    step = schema.step_of(connection)
    if step is None:
        which = place(url)
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


def _read_pages(connection: sa.Connection, table: sa.Table) -> Iterator[list[str]]:
    query = sa.select(table).order_by(*table.primary_key.columns)
    with connection.execute(query, execution_options={"yield_per": ROWS_PER_PAGE}) as found:
        for page in found.partitions():
            yield [as_line(list(row)) for row in page]


@dataclass(frozen=True, slots=True)
class Restoration:
    """The result of a restoration: what the file held, and the migration step to which its tables were brought."""

    content: Content
    step: str


def check_backup(path: Path, identities: Sequence[Identity] = ()) -> Content:
    """Read a whole backup, and return its header. Raises BackupError where it is damaged."""
    with closing(BackupReader(path, open_backup(path, identities))) as reader:
        for table in reader.content.columns:
            for _ in reader.rows(table):
                pass
        reader.end()
    return reader.content


def read_content(path: Path, identities: Sequence[Identity] = ()) -> Content:
    """Read the header of a backup. Raises BackupError."""
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
    """Fill an empty database from a backup, and note whom the bot has to erase once more. Raises BackupError, and
    changes nothing, where the database or the file is not fit for it. ``identities`` open an encrypted file."""
    content = check_backup(path, identities)

    def work(connection: sa.Connection) -> None:
        _must_be_empty(connection, database_url)
        schema.start_over(connection, content.step)
        _fill(connection, BackupReader(path, open_backup(path, identities)), path, on_rows)
        schema.finish(connection)
        redo_erasures(connection, erased)

    await schema.in_transaction(database_url, work)
    return Restoration(content, schema.head())


def _must_be_empty(connection: sa.Connection, database_url: str) -> None:
    """Raise BackupError for a database that is not empty; it may have tables with their first rows, which the bot makes
    when it starts."""
    step = schema.step_of(connection)
    schema.check_known(database_url, step)
    made = {schema.VERSION_TABLE: 1, **(schema.tables_at(step) if step else {})}
    for name in sa.inspect(connection).get_table_names():
        rows = sa.select(sa.literal(1)).select_from(sa.table(name)).limit(made.get(name, 0) + 1)
        if len(connection.execute(rows).all()) > made.get(name, 0):
            raise BackupError(
                f"La base de données {place(database_url)} (COOP_DATABASE_URL) n’est pas vide (table « {name} ») : "
                "une sauvegarde se restaure dans une base neuve, donnez-en une autre."
            )


def _fill(connection: sa.Connection, reader: BackupReader, path: Path, on_rows: OnRows) -> None:
    try:
        content = reader.content
        there = {table.name: table for table in reflect_tables(connection, content.step)}
        _must_agree(content, there, path)
        for table in reversed(there.values()):
            connection.execute(sa.delete(table))  # what the steps themselves wrote
        done = 0
        for name in content.columns:
            for page in _row_pages(reader, there[name]):
                connection.execute(sa.insert(there[name]), page)
                done += len(page)
                on_rows(done, content.total)
            if is_numbered(connection, there[name]):
                go_on_after(connection, there[name], content.numbers.get(name, 0))
        reader.end()
    finally:
        reader.close()


def _must_agree(content: Content, there: dict[str, sa.Table], path: Path) -> None:
    columns = {name: {column.name for column in table.columns} for name, table in there.items()}
    if columns != {name: set(names) for name, names in content.columns.items()}:
        raise BackupError(
            f"La sauvegarde « {path} » n’a pas les tables de l’étape {content.step} : elle vient d’un autre programme."
        )


def _row_pages(reader: BackupReader, table: sa.Table) -> Iterator[list[dict[str, Any]]]:
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
