"""« coop-bot export cra » and « export coordination »: activity reports written to files, with constant memory."""

import sys
from collections.abc import Callable
from datetime import date
from typing import TextIO

from cli.command import Call
from cli.environment import open_up_to_date
from cli.people.lookup import find_person
from cli.terminal import ProgressBar, begin_csv, open_lines, open_standard_output
from storage.cra import bulk, files
from storage.cra.coordination import COORDINATION_COLUMNS, export_lines
from storage.database import Database


async def export_cra(
    call: Call, start: date | None, end: date | None, user: str | None, tag: str | None, kind: str, deleted: bool
) -> None:
    """Write the selected reports to the standard output. Raises OperatorError for somebody who is not known."""
    wanted = bulk.ExportFilter(
        start=start, end=end, username=user or None, tag=(tag or "").removeprefix("#"), deleted=deleted
    )
    async with open_up_to_date(call.settings) as database:
        if user:
            await check_known(database, user)
        write = writer(open_standard_output(), kind, tags=await bulk.are_there_tags(database))
        await export(database, wanted, write, ProgressBar(sys.stderr, "compte rendu"))


async def export_coordination(call: Call, start: date | None, end: date | None) -> None:
    """Write the reports of coordinateurs to the standard output as CSV, a page at a time."""
    async with open_up_to_date(call.settings) as database:
        write = begin_csv(open_standard_output(), COORDINATION_COLUMNS)
        async for cells in export_lines(database, start, end):
            write(cells)


async def check_known(database: Database, username: str) -> None:
    """Raise OperatorError for a user name that the register does not know: an empty file would hide the slip."""
    async with database.transaction(writes=False) as db:
        await find_person(db, username)


def writer(out: TextIO, kind: str, *, tags: bool = False) -> Callable[[files.Row], object]:
    """Return the function that writes a report as « jsonl » or « csv »; a CSV has a column of ``tags`` if there are
    any."""
    columns = (*files.CSV_COLUMNS, files.TAGS) if tags else files.CSV_COLUMNS
    return open_lines(out, kind, columns, lambda row: files.format_cells(row)[: len(columns)])


async def export(
    database: Database, wanted: bulk.ExportFilter, write: Callable[[files.Row], object], progress: ProgressBar
) -> None:
    """Write each selected report."""
    async for row in progress.follow(bulk.export_rows(database, wanted)):
        write(row)
