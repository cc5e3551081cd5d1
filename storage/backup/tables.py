"""Tables as a database has them at this moment, whatever its step, and their values as JSON."""

import base64
import json
import warnings
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BindParameter,
    ColumnElement,
    Connection,
    Date,
    DateTime,
    LargeBinary,
    MetaData,
    Table,
    TableClause,
    Text,
    cast,
    func,
    select,
    text,
    type_coerce,
)
from sqlalchemy.exc import SAWarning
from sqlalchemy.types import TypeEngine, UserDefinedType

from storage import schema

Decoder = Callable[[Any], Any]


class _PostgresqlJson(UserDefinedType[str]):
    """JSON as the text that PostgreSQL keeps: NULL and « null » stay what each is. SQLite’s is a text anyway."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "JSON"

    def bind_expression(self, bindvalue: BindParameter[str]) -> ColumnElement[str]:
        return cast(type_coerce(bindvalue, Text), self)

    def column_expression(self, colexpr: ColumnElement[Any]) -> ColumnElement[str]:
        return cast(colexpr, Text)


def reflect_tables(connection: Connection, step: str) -> Sequence[Table]:
    """Read the tables of a step as this database has them, those first that others refer to."""
    metadata = MetaData()
    with warnings.catch_warnings():
        # Indexes of a kind that can’t be read back: none is needed here.
        warnings.simplefilter("ignore", SAWarning)
        metadata.reflect(connection, only=sorted(schema.tables_at(step)))
    for table in metadata.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, JSON):
                column.type = Text() if connection.dialect.name == "sqlite" else _PostgresqlJson()
    return metadata.sorted_tables


def count_rows(connection: Connection, table: TableClause) -> int:
    """Count the rows of a table."""
    return connection.execute(select(func.count()).select_from(table)).scalar_one()


def encode(value: Any) -> str:
    """Write a value that JSON has no word for."""
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
    """Return what makes a column’s value of its JSON; None where it is one already."""
    if isinstance(kind, DateTime):
        return datetime.fromisoformat
    if isinstance(kind, Date):
        return date.fromisoformat
    return base64.b64decode if isinstance(kind, LargeBinary) else None


def read_numbers(connection: Connection, of: Sequence[Table]) -> Mapping[str, int]:
    """Read the last number given in each table whose rows are numbered."""
    if connection.dialect.name == "sqlite":
        if not _has_sequences(connection):
            return {}
        names = {table.name for table in of}
        given = connection.execute(text("SELECT name, seq FROM sqlite_sequence")).all()
        return {name: number for name, number in given if name in names}
    found: dict[str, int] = {}
    for table in of:
        if sequence := _sequence(connection, table):
            statement = text(f"SELECT last_value FROM {sequence} WHERE is_called")  # noqa: S608  (PostgreSQL’s own name)
            last = connection.execute(statement).scalar()
            found |= {table.name: last} if last is not None else {}
    return found


def go_on_after(connection: Connection, table: Table, number: int) -> None:
    """Give the next row of a table a number after this one, and after those it has."""
    (key,) = table.primary_key.columns
    number = max(number, connection.execute(select(func.max(key))).scalar() or 0)
    if not number:
        return
    if connection.dialect.name == "postgresql":
        sequence = _sequence(connection, table)
        connection.execute(text("SELECT setval(:sequence, :number)"), {"sequence": sequence, "number": number})
        return
    values = {"name": table.name, "number": number}
    connection.execute(text("DELETE FROM sqlite_sequence WHERE name = :name"), values)
    connection.execute(text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :number)"), values)


def is_numbered(connection: Connection, table: Table) -> bool:
    """Return whether the database numbers the rows of a table, and never gives a number twice."""
    if connection.dialect.name == "postgresql":
        return _sequence(connection, table) is not None
    made = connection.execute(text("SELECT sql FROM sqlite_master WHERE name = :name"), {"name": table.name}).scalar()
    return "AUTOINCREMENT" in (made or "").upper()


def _sequence(connection: Connection, table: Table) -> str | None:
    keys = list(table.primary_key.columns)
    if len(keys) != 1:
        return None
    statement = text("SELECT pg_get_serial_sequence(:name, :key)")
    values = {"name": f'"{table.name}"', "key": keys[0].name}
    found: str | None = connection.execute(statement, values).scalar()
    return found


def _has_sequences(connection: Connection) -> bool:
    return bool(connection.execute(text("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_sequence'")).scalar())
