"""What is in the demo’s ressourcerie (fiches.tsv), written by its people some days ago."""

import sys
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from importlib.resources import files

from cli.progress import ProgressBar
from cli.ressources.importing import Import
from cli.ressources.lines import Numbered
from storage.database import Database


async def fill(database: Database, now: datetime) -> int:
    """Put the resources there, as « import resources » does; say how many."""
    outcome = await Import(database, now, _fail).run(_lines(now.date()), ProgressBar(sys.stderr, "fiche"))
    return outcome.added


def _lines(today: date) -> Iterator[Numbered]:
    text = files("cli.demo").joinpath("fiches.tsv").read_text("utf-8")
    columns, *rows = [line.split("\t") for line in text.splitlines() if not line.startswith("#")]
    for number, row in enumerate(rows, 1):
        line = dict(zip(columns, row, strict=True))
        written = today - timedelta(days=int(line.pop("jours")))
        yield number, line | {"date": written.isoformat()}


def _fail(number: int, reason: str) -> None:
    raise ValueError(f"fiches.tsv, {number}: {reason}")
