"""The vocabulary of the first schema: one function for each kind of column, and the tables made of them."""

from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    false,
    text,
)

SCHEMA = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_N_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)
"""All tables of the first schema, and how their keys and indexes are named where nothing else is said."""
NO = false()
"""What a flag has where nothing else is said.

Some columns have such a default though the bot always gives a value: they came later than the rows of their table.
"""


def table(name: str, *parts: Any, **options: Any) -> None:
    """Add a table to the schema."""
    Table(name, SCHEMA, *parts, **options)


def ident(name: str, **options: Any) -> Column[Any]:
    """An id of Mattermost’s (of a person, a channel, a post), or one that the bot makes in their likeness."""
    return _column(name, String(26), **options)


def code(name: str, **options: Any) -> Column[Any]:
    """A short word that the code knows: a state, a role, a kind."""
    return _column(name, String(16), **options)


def words(name: str, length: int, **options: Any) -> Column[Any]:
    """A text of at most that many characters."""
    return _column(name, String(length), **options)


def prose(name: str, **options: Any) -> Column[Any]:
    """A text of any length."""
    return _column(name, Text, **options)


def serial(name: str) -> Column[Any]:
    """The key of a table whose rows the database numbers."""
    return _column(name, Integer, primary_key=True)


def number(name: str, **options: Any) -> Column[Any]:
    """A whole number, which the database never makes up."""
    return _column(name, Integer, autoincrement=False, **options)


def small(name: str, **options: Any) -> Column[Any]:
    """A whole number below 32,768."""
    return _column(name, SmallInteger, **options)


def big(name: str) -> Column[Any]:
    """An instant as Mattermost tells it, in milliseconds."""
    return _column(name, BigInteger)


def flag(name: str, **options: Any) -> Column[Any]:
    """Yes or no."""
    return _column(name, Boolean, **options)


def instant(name: str, **options: Any) -> Column[Any]:
    """A moment, in UTC."""
    return _column(name, DateTime(timezone=True), **options)


def day(name: str, **options: Any) -> Column[Any]:
    """A date."""
    return _column(name, Date, **options)


def data(name: str, **options: Any) -> Column[Any]:
    """Values of several kinds, as JSON."""
    return _column(name, JSON, **options)


def sealed(name: str) -> Column[Any]:
    """Bytes that only the bot can read."""
    return _column(name, LargeBinary)


def partial(name: str, *columns: str, where: str) -> Index:
    """An index of those rows only for which a condition holds."""
    condition = text(where)
    return Index(name, *columns, sqlite_where=condition, postgresql_where=condition)


def _column(name: str, kind: Any, *, references: str = "", nullable: bool = False, **options: Any) -> Column[Any]:
    """A column, which is never empty unless that is said."""
    to = [ForeignKey(references)] if references else []
    return Column(name, kind, *to, nullable=nullable, **options)
