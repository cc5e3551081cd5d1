"""« coop-bot data »: the copy of somebody’s data."""

import asyncio
import os
import tempfile
from datetime import datetime
from pathlib import Path

from cli.command import Call
from cli.environment import begin_reading, open_up_to_date
from cli.errors import OperatorError
from cli.faults import place_fault
from cli.people.register import find
from cli.terminal import count
from commands import donnees
from storage.database import Database
from storage.people import Person


async def data(call: Call, username: str, output: Path, force: bool) -> None:
    """Write the ZIP of somebody’s data."""
    settings, now = call.settings, call.clock()
    _must_be_free(output, force=force)
    async with open_up_to_date(settings) as database:
        person, _ = await find(database, settings, username, now)
        try:
            lines = await _write(database, person, now, output, force=force)
        except OSError as error:
            raise OperatorError(place_fault(error, output)) from error
    print(f"Données de {person.username} écrites : {output} ({count(lines, 'ligne')}).")


async def _write(database: Database, person: Person, now: datetime, path: Path, *, force: bool) -> int:
    """Write the ZIP beside its destination, then move it there; return its number of rows."""
    with tempfile.TemporaryDirectory(prefix=f".{path.name}.", dir=path.parent) as folder:
        made = Path(folder) / "copie.zip"
        async with begin_reading(database) as db:
            count = await donnees.write_archive(db, person, now, made, asyncio.to_thread)
        made.chmod(0o600)
        _must_be_free(path, force=force)
        made.replace(path)
    return count


def _must_be_free(path: Path, *, force: bool) -> None:
    if path.is_dir() or (os.path.lexists(path) and not force):
        raise OperatorError(f"« {path} » existe déjà : donnez un autre nom, déplacez ce qui s’y trouve, ou --force.")
