"""SQLite files with all tables, made once and copied: a migration takes longer than most tests."""

from collections.abc import AsyncIterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from storage import schema
from storage.database import Database


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    """A fresh file of the test’s own."""
    database = Database(await migrated(tmp_path))
    yield database
    await database.close()


async def migrated(folder: Path) -> str:
    """The address of a fresh file in that folder."""
    file = folder / "coop.db"
    made = _made()
    if not made:
        await schema.upgrade(f"sqlite:///{file}")
        made.append(file.read_bytes())
    file.write_bytes(made[0])
    return f"sqlite:///{file}"


@cache
def _made() -> list[bytes]:
    """Where the first file is kept."""
    return []


class Away:
    """Stands in for a step of the database that is away; counts how often that was found out."""

    def __init__(self) -> None:
        self.tries = 0

    async def __call__(self, *_: Any) -> None:
        self.tries += 1
        raise OSError("the database is away")
