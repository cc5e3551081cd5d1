"""« import cra » and « export cra » with a real database, a real Mattermost and the standard streams."""

import os
import sys
from argparse import Namespace
from collections.abc import Callable
from datetime import datetime
from typing import TextIO, cast

from cli.cra.authors import Authors
from cli.cra.exporting import export, writer
from cli.cra.importing import Import
from cli.cra.lines import Lines
from cli.opening import open_chat, open_database, open_file, open_up_to_date
from cli.politeness import POLITENESS
from cli.progress import ProgressBar
from config.settings import Settings
from storage import migrate, people
from storage.cra.bulk import ExportFilter
from storage.database import Database


async def import_cra(settings: Settings, name: str, clock: Callable[[], datetime]) -> int:
    """Take a file in; 1 when a line was refused, 0 otherwise."""
    os.nice(POLITENESS)
    await migrate.prepare(settings.database_url)
    async with open_database(settings) as database, open_chat(settings) as chat:
        with open_file(name) as stream:
            lines = Lines(stream)
            work = Import(database, Authors(database, chat, clock), clock, _complain)
            outcome = await work.run(lines, ProgressBar(sys.stderr, "ligne lue"))
    if lines.ignored:
        print(f"Colonnes inconnues, ignorées : {', '.join(sorted(lines.ignored))}.", file=sys.stderr)
    print(outcome if outcome.added or outcome.refused else f"{outcome} Rien à changer.")
    return 1 if outcome.refused else 0


async def export_cra(settings: Settings, options: Namespace) -> int:
    """Write what is asked for on the standard output."""
    username = options.user.removeprefix("@").lower() if options.user else None
    wanted = ExportFilter(start=options.start, end=options.end, username=username, deleted=options.deleted)
    cast("TextIO", sys.stdout).reconfigure(encoding="utf-8", newline="")  # type: ignore[attr-defined]
    async with open_up_to_date(settings) as database:
        if username and not await _is_known(database, username):
            print(f"Personne ne s’appelle « {username} » dans le registre.", file=sys.stderr)
        await export(database, wanted, writer(sys.stdout, options.format), ProgressBar(sys.stderr, "compte rendu"))
    return 0


async def _is_known(database: Database, username: str) -> bool:
    async with database.transaction(writes=False) as db:
        return await people.by_username(db, username) is not None


def _complain(number: int, reason: str) -> None:
    print(f"ligne {number} : {reason}", file=sys.stderr)
