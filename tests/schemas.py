"""What a database says of its own schema, as text that can be read and kept; and a version with one step more.

``schema_*.sql`` and ``installation_*`` in ``tests/data`` were written by the last code that still had the 36 steps by
which the first schema grew: what its migrations left, and what an installation of invented people was, as a dump of
SQLite and as a file of « coop-bot backup ».
"""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from storage import schema

DATA = Path(__file__).parent / "data"
FIRST = "0036"
"""The step of the first schema."""
LATER = f"{int(schema.head()) + 1:04}"
"""The step after the newest."""
ADDED = "added"
"""The column that the later step adds to claims."""
_LATER = f'''"""A step for tests: claims have a column more."""

import sqlalchemy as sa
from alembic import op

revision = "{LATER}"
down_revision = "{schema.head()}"


def upgrade() -> None:
    """Add it."""
    op.add_column("claim", sa.Column("{ADDED}", sa.String(16), nullable=False, server_default=""))


def downgrade() -> None:
    """Drop it."""
    op.drop_column("claim", "{ADDED}")
'''
_SEPARATOR = re.compile(r", (?![^()]*\))")
"""A comma between two definitions, not one within parentheses."""

_SQLITE = """
    SELECT sql FROM sqlite_master
    WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' AND tbl_name <> 'alembic_version'
    ORDER BY tbl_name, type = 'table' DESC, name
"""
_COLUMNS = """
    SELECT c.relname, format('    %I %s%s%s', a.attname, format_type(a.atttypid, a.atttypmod),
                             CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END,
                             ' DEFAULT ' || pg_get_expr(d.adbin, d.adrelid))
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
    LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND a.attnum > 0 AND NOT a.attisdropped
    ORDER BY c.relname, a.attnum
"""
# What is never NULL is a constraint of its own from PostgreSQL 18 on; its column says so already.
_CONSTRAINTS = """
    SELECT c.relname, format('    CONSTRAINT %I %s', k.conname, pg_get_constraintdef(k.oid))
    FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
    WHERE c.relnamespace = 'public'::regnamespace AND k.contype <> 'n'
    ORDER BY c.relname, k.conname
"""
_INDEXES = """
    SELECT tablename, replace(indexdef, 'public.', '') FROM pg_indexes
    WHERE schemaname = 'public' AND indexname NOT IN (SELECT conname FROM pg_constraint)
    ORDER BY tablename, indexname
"""
_TRIGGERS = """
    SELECT c.relname, pg_get_triggerdef(t.oid) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
    WHERE NOT t.tgisinternal
    ORDER BY c.relname, t.tgname
"""
_SEQUENCES = """
    SELECT sequencename, format('CREATE SEQUENCE %I %s %s %s', sequencename, data_type, start_value, increment_by)
    FROM pg_sequences WHERE schemaname = 'public' ORDER BY sequencename
"""


def recorded(step: str, kind: str) -> str:
    """The schema that was written down of a step."""
    return (DATA / f"schema_{step}_{kind}.sql").read_text("utf-8")


def described(connection: Connection) -> str:
    """The schema of a database: its tables by name, each with its columns, constraints, indexes and triggers."""
    lines = _of_sqlite(connection) if connection.dialect.name == "sqlite" else _of_postgresql(connection)
    return "\n".join(lines) + "\n"


def _of_sqlite(connection: Connection) -> Iterator[str]:
    """As SQLite keeps it, a line for each definition."""
    for (statement,) in connection.execute(text(_SQLITE)):
        flat = " ".join(statement.split()).replace(" )", ")")
        if not flat.startswith("CREATE TABLE"):
            yield f"{flat};"
            continue
        head, _, rest = flat.partition(" (")
        body, _, end = rest.rpartition(")")
        yield f"\n{head} (\n    " + _SEPARATOR.sub(",\n    ", body.strip()) + f"\n){end};"


def _of_postgresql(connection: Connection) -> Iterator[str]:
    """As its catalogues tell it."""
    parts = {
        query: [tuple(row) for row in connection.execute(text(query)) if row[0] != "alembic_version"]
        for query in (_COLUMNS, _CONSTRAINTS, _INDEXES, _TRIGGERS, _SEQUENCES)
    }
    for table in sorted({name for name, _ in parts[_COLUMNS]}):
        of_it = {query: [line for name, line in lines if name == table] for query, lines in parts.items()}
        inside = ",\n".join((*of_it[_COLUMNS], *of_it[_CONSTRAINTS]))
        yield f"\nCREATE TABLE {table} (\n{inside}\n);"
        yield from (f"{line};" for line in (*of_it[_INDEXES], *of_it[_TRIGGERS]))
    yield ""
    yield from (f"{line};" for _, line in parts[_SEQUENCES])


@contextmanager
def one_step_later(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Be the version after this one."""
    migrations = folder / "migrations"
    shutil.copytree(DATA.parent.parent / "storage" / "migrations", migrations)
    (migrations / "versions" / f"v{LATER}_step_of_tests.py").write_text(_LATER, "utf-8")
    with monkeypatch.context() as patch:
        patch.setattr(schema, "MIGRATIONS", migrations)
        _forget()
        try:
            yield
        finally:
            patch.undo()
            _forget()


def _forget() -> None:
    schema.steps.cache_clear()
    schema.tables_at.cache_clear()
