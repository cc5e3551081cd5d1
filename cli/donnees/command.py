"""« coop-bot data »: the copy of somebody’s data, written whole for its owner alone, or not at all."""

import asyncio
import os
import tempfile
from argparse import Namespace
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from bot.french.words import NBSP, plural
from cli.errors import OperatorError
from cli.opening import begin_reading, open_up_to_date
from cli.people.finding import find
from cli.places import place_fault
from commands.donnees import archive
from config.settings import Settings
from storage.database import Database
from storage.people import Person


async def copy(settings: Settings, options: Namespace, now: datetime) -> int:
    """Write the ZIP."""
    path: Path = options.output
    _must_be_free(path, force=options.force)
    async with open_up_to_date(settings) as database:
        person, _ = await find(database, settings, options.username.strip().removeprefix("@").lower(), now)
        try:
            count = await _write(database, person, now, path, force=options.force)
        except OSError as error:
            raise OperatorError(place_fault(error, path)) from error
    print(f"Données de {person.username} écrites : {path} ({plural(count, 'ligne').replace(NBSP, ' ')}).")
    return 0


async def _write(database: Database, person: Person, now: datetime, path: Path, *, force: bool) -> int:
    """The ZIP, beside its place first; how many rows it has."""
    with tempfile.TemporaryDirectory(prefix=f".{path.name}.", dir=path.parent) as folder:
        made = Path(folder) / "copie.zip"
        async with begin_reading(database) as db:
            count = await archive.write(db, person, now, made, _compute)
        made.chmod(0o600)
        _must_be_free(path, force=force)
        made.replace(path)
    return count


async def _compute(work: Callable[[], None]) -> None:
    await asyncio.to_thread(work)


def _must_be_free(path: Path, *, force: bool) -> None:
    if path.is_dir() or (os.path.lexists(path) and not force):
        raise OperatorError(f"« {path} » existe déjà : donnez un autre nom, déplacez ce qui s’y trouve, ou --force.")
