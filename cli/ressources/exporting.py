"""« coop-bot export resources »: published resources as lines on a stream, as an import takes them."""

import csv
import json
from collections.abc import Callable, Mapping
from typing import TextIO

from cli.progress import ProgressBar
from cli.ressources.lines import COLUMNS, THEMES_JOINED_BY
from config.formulas import guard
from storage.database import Database
from storage.ressources.resource import Resource, State, pages

BYTE_ORDER_MARK = "\ufeff"
"""Without it, spreadsheets take UTF-8 for something else."""

Said = Mapping[str, str | list[str]]


def writer(out: TextIO, kind: str) -> Callable[[Said], None]:
    """What writes one line in a format, « jsonl » or « csv »; the CSV’s first line is written at once."""
    if kind == "jsonl":
        return lambda said: print(json.dumps(said, ensure_ascii=False), file=out)
    out.write(BYTE_ORDER_MARK)
    table = csv.writer(out, delimiter=";")
    table.writerow(COLUMNS)
    return lambda said: table.writerow([_cell(said[name]) for name in COLUMNS])


async def export(database: Database, write: Callable[[Said], None], progress: ProgressBar) -> int:
    """Write everything that is published, and say how much it was."""
    count = 0
    async with database.transaction(writes=False) as db:
        async for page in pages(db, State.PUBLISHED):
            for resource in page:
                write(_said(resource))
            count += len(page)
            progress.at(count)
    progress.end()
    return count


def _said(resource: Resource) -> Said:
    told: dict[str, str | list[str]] = {"themes": list(resource.theme_codes), "date": resource.date.isoformat()}
    return {name: told[name] if name in told else str(getattr(resource, name)) for name in COLUMNS}


def _cell(value: str | list[str]) -> str:
    return guard(value if isinstance(value, str) else THEMES_JOINED_BY.join(value))
