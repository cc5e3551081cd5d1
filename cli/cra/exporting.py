"""« coop-bot export cra »: comptes rendus as lines on a stream, one at a time."""

import csv
import json
from collections.abc import Callable
from typing import TextIO

from cli.progress import ProgressBar
from storage.cra.bulk import ExportFilter, export_rows
from storage.cra.rows import CSV_COLUMNS, Row, cells
from storage.database import Database

BYTE_ORDER_MARK = "\ufeff"
"""Without it, spreadsheets take UTF-8 for something else."""


def writer(out: TextIO, kind: str) -> Callable[[Row], None]:
    """What writes one line in a format, « jsonl » or « csv »; the CSV’s first line is written at once."""
    if kind == "jsonl":
        return lambda row: print(json.dumps(row, ensure_ascii=False), file=out)
    out.write(BYTE_ORDER_MARK)
    table = csv.writer(out, delimiter=";")
    table.writerow(CSV_COLUMNS)

    def write(row: Row) -> None:
        table.writerow(cells(row))

    return write


async def export(database: Database, wanted: ExportFilter, write: Callable[[Row], None], progress: ProgressBar) -> int:
    """Write everything wanted, and say how much it was."""
    count = 0
    async for row in export_rows(database, wanted):
        write(row)
        count += 1
        progress.at(count)
    progress.end()
    return count
