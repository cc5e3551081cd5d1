"""Whom a backup knows as erased: an older one that is restored still has their data, and they are erased once more."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, delete, insert
from sqlmodel import col

from storage.backup.encryption import Identity, open_backup
from storage.backup.file import BackupReader
from storage.people.erasures import Erasure

TABLE = str(Erasure.__tablename__)
_INSTANTS = ("asked_at", "due_at", "cancelled_at", "done_at")


def read_erasures(path: Path, restored: datetime, identities: Sequence[Identity] = ()) -> Sequence[Erasure]:
    """Read the erasures of a backup, as they are to stand beside data of the instant ``restored``: what was done since
    is to be done again, what was cancelled or waits stays so. Raises BackupError."""
    reader = BackupReader(path, open_backup(path, identities))
    try:
        found = {name: list(_read(reader, name, restored)) for name in reader.content.columns}
        reader.end()
    finally:
        reader.close()
    return found.get(TABLE, [])


def _read(reader: BackupReader, table: str, restored: datetime) -> Iterator[Erasure]:
    """Read on past a table, and return what it has of erasures."""
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


def redo_erasures(connection: Connection, erasures: Sequence[Erasure]) -> None:
    """Put these in place of those of the same people."""
    for one in erasures:
        connection.execute(delete(Erasure).where(col(Erasure.user_id) == one.user_id))
        connection.execute(insert(Erasure).values(**one.model_dump()))
