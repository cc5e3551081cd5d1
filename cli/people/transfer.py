"""« import people », « import structures » and « export people » with a real database and the standard streams."""

import csv
import os
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TextIO, cast

from cli.opening import check_channels, open_chat, open_database, open_up_to_date
from cli.people.employers import StructuresImport
from cli.people.importing import Import
from cli.people.lines import COLUMNS, NAMED_BY, STRUCTURE_COLUMNS, write_cells
from cli.people.matching import Accounts
from cli.people.memberships import Memberships
from cli.politeness import POLITENESS
from cli.progress import ProgressBar
from cli.sending import Pen
from cli.tables import Table, open_table
from commands.membres.feature import feature
from config.settings import Settings
from storage import migrate, people
from storage.canaux import allowances, planned
from storage.canaux.belonging import Rules
from storage.database import Database
from storage.people import awaited

BYTE_ORDER_MARK = "\ufeff"
"""Without it, spreadsheets take UTF-8 for something else."""


async def import_people(settings: Settings, name: str, clock: Callable[[], datetime]) -> int:
    """Take people in; 1 when a line was refused, 0 otherwise."""
    os.nice(POLITENESS)
    await migrate.prepare(settings.database_url)
    async with open_database(settings) as database, open_chat(settings) as chat:
        accounts, memberships = Accounts(chat), await _memberships(settings, database)
        pen = Pen(settings, clock, feature.name)
        work = Import(database, accounts, clock, _complain, timedelta(days=settings.move_grace), memberships, pen)
        with open_table(name, COLUMNS, [NAMED_BY]) as table:
            outcome = await work.run(table, _progress())
    _tell_missing(table)
    if accounts.is_silent:
        print("Mattermost n’a pas répondu : qui n’est pas au registre attend son compte.", file=sys.stderr)
    print(outcome)
    if memberships.count:
        print(memberships)
    return 1 if outcome.refused else 0


async def import_structures(settings: Settings, name: str) -> int:
    """Take employers in; 1 when a line was refused, 0 otherwise."""
    os.nice(POLITENESS)
    await migrate.prepare(settings.database_url)
    async with open_database(settings) as database:
        with open_table(name, STRUCTURE_COLUMNS, [{"siret"}]) as table:
            outcome = await StructuresImport(database, _complain).run(table, _progress())
    _tell_missing(table)
    print(outcome)
    return 1 if outcome.refused else 0


async def export_people(settings: Settings) -> int:
    """Write the register on the standard output, then who is waited for."""
    cast("TextIO", sys.stdout).reconfigure(encoding="utf-8", newline="")  # type: ignore[attr-defined]
    async with open_up_to_date(settings) as database:
        await write_people(database, sys.stdout)
    return 0


async def write_people(database: Database, out: TextIO) -> None:
    """Everybody as CSV, by user name; the lines that wait for an account last."""
    out.write(BYTE_ORDER_MARK)
    table = csv.writer(out, delimiter=";")
    table.writerow(COLUMNS)
    async with database.transaction(writes=False) as db:
        async for page in people.pages(db):
            table.writerows(map(write_cells, page))
        table.writerows(map(write_cells, await awaited.every(db)))


async def _memberships(settings: Settings, database: Database) -> Memberships:
    check_channels(settings)
    async with database.transaction(writes=False) as db:
        return Memberships(await planned(db, settings), Rules(await allowances(db)))


def _tell_missing(table: Table) -> None:
    if table.missing:
        print(f"Colonnes absentes, laissées comme elles sont : {', '.join(table.missing)}.", file=sys.stderr)


def _progress() -> ProgressBar:
    return ProgressBar(sys.stderr, "ligne lue")


def _complain(number: int, reason: str) -> None:
    print(f"ligne {number} : {reason}", file=sys.stderr)
