"""SQLite files with all tables, made once and copied: a migration takes longer than most tests."""

from functools import cache
from pathlib import Path

from storage import migrate


async def migrated(folder: Path) -> str:
    """The address of a fresh file in that folder."""
    file = folder / "coop.db"
    made = _made()
    if not made:
        await migrate.upgrade(f"sqlite:///{file}")
        made.append(file.read_bytes())
    file.write_bytes(made[0])
    return f"sqlite:///{file}"


@cache
def _made() -> list[bytes]:
    """Where the first file is kept."""
    return []
