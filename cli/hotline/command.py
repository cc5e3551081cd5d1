"""« coop-bot tickets » and « export tickets »: read page by page, and handed over once all of it was read."""

import csv
import json
import shutil
import sys
from argparse import Namespace
from collections.abc import AsyncIterator
from pathlib import Path
from tempfile import TemporaryFile
from typing import TextIO, cast

from cli.hotline.choosing import choose, queues
from cli.hotline.table import as_table
from cli.opening import open_up_to_date
from cli.progress import ProgressBar
from config.settings import Settings
from storage.hotline import rows
from storage.hotline.rows import CSV_COLUMNS, Line

BYTE_ORDER_MARK = "\ufeff"
"""Without it, spreadsheets take UTF-8 for something else."""


async def show(settings: Settings, options: Namespace) -> int:
    """Write them on the standard output, to be read or for a program."""
    chosen, names = choose(settings, options), {code: queue.name for code, queue in queues(settings).items()}
    with TemporaryFile("w+", encoding="utf-8", newline="") as told:
        async with open_up_to_date(settings) as database:
            found = rows.lines(database, chosen)
            await (_as_json(found, told) if options.json else as_table(found, names, told))
        told.seek(0)
        shutil.copyfileobj(told, sys.stdout)
    return 0


async def export(settings: Settings, options: Namespace) -> int:
    """Write them as CSV, on the standard output or into a file, which is replaced."""
    chosen = choose(settings, options)
    with TemporaryFile("w+", encoding="utf-8", newline="") as told:
        async with open_up_to_date(settings) as database:
            await _as_csv(rows.lines(database, chosen, CSV_COLUMNS), told)
        told.seek(0)
        _hand_over(told, options.output)
    return 0


async def _as_json(found: AsyncIterator[Line], told: TextIO) -> None:
    between = "["
    async for line in found:
        told.write(f"{between}{json.dumps(line, ensure_ascii=False)}")
        between = ", "
    told.write("[]\n" if between == "[" else "]\n")


async def _as_csv(found: AsyncIterator[Line], told: TextIO) -> None:
    told.write(BYTE_ORDER_MARK)
    table, progress, count = csv.writer(told, delimiter=";"), ProgressBar(sys.stderr, "demande"), 0
    table.writerow(CSV_COLUMNS)
    async for line in found:
        table.writerow(rows.cells(line))
        count += 1
        progress.at(count)
    progress.end()


def _hand_over(told: TextIO, output: str) -> None:
    if output == "-":
        cast("TextIO", sys.stdout).reconfigure(encoding="utf-8", newline="")  # type: ignore[attr-defined]
        shutil.copyfileobj(told, sys.stdout)
        return
    with Path(output).open("w", encoding="utf-8", newline="") as file:
        shutil.copyfileobj(told, file)
    print(f"Écrit : {output}")
