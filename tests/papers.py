"""What the tests of papers make and read: hostile words, stored comptes rendus, cells, tags and sizes."""

import csv
import resource
import struct
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from openpyxl import load_workbook

from commands.stats import papers
from commands.stats.sections import Presentation
from storage.cra.report import AGES, STATUTS, SUITES, Activite, Canal, Source
from storage.stats import Figures
from tests.golden import page

EMPTY = Presentation(Figures())
NOTHING = "Il n’y a aucune statistique pour le moment."
HOSTILE = (
    '=HYPERLINK("http://x.fr";"ici")',
    '#panic("x") #import "@preview/x:0.1.0"',
    "$ x $ *gras* _ita_ `c` <a> @b \\",
    "\u202egauche\u202c à\u200e\u2066droite\u2069\u0000",
    "日本 العربية 😀",
    "Très longue structure " * 10,
    "X" * 200,
    "@SUM(1)\tcmd|' /C calc'!A0\r\n+1",
)
DANGEROUS = set("=+-@|%\t\r＝＋－＠")


def size(picture: Path) -> tuple[int, int]:
    """Width and height of a PNG, from its head."""
    width, height = struct.unpack(">II", picture.read_bytes()[16:24])
    return width, height


def tagged(tag: Any) -> Iterator[Any]:
    """Every tag of a PDF’s structure."""
    below = tag.get("/K", [])
    for child in below if isinstance(below, list) else [below]:
        found = child.get_object()
        if isinstance(found, dict) and "/S" in found:
            yield found
            yield from tagged(found)


def read_csv(path: Path) -> list[list[str]]:
    """The cells of a CSV."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file, delimiter=";"))


def is_harmless(path: Path) -> bool:
    """Whether no cell of a CSV begins as a formula does."""
    firsts = {cell.lstrip(" \n")[:1] for line in read_csv(path) for cell in line}
    return not firsts & DANGEROUS


def every_cell(path: Path) -> Iterator[Any]:
    """The cells of a workbook that hold something."""
    for sheet in load_workbook(path):
        yield from (cell for row in sheet.iter_rows() for cell in row if cell.value is not None)


def cra(number: int, **changes: Any) -> dict[str, Any]:
    """A workshop as the table of comptes rendus holds it."""
    counts = dict.fromkeys([*AGES.values(), *STATUTS.values(), *SUITES.values()], 0)
    stored = {
        "id": number,
        "date": date(2026, 11, 24),
        "canal": Canal.RATTACHEMENT,
        "commune": "69256",
        "code_postal": "69120",
        "activite": Activite.COLLECTIF,
        "participants": 8,
        "recurrents": 2,
        "themes": 0b110,
        "minutes": 90,
        "source": Source.DIALOG,
        "created_at": datetime(2026, 11, 24, 17, 0, tzinfo=UTC),
    }
    return counts | stored | {"age_plus_60": 8, "statut_retraite": 8, "suite_atelier": 3} | changes


def grown(folder: str) -> tuple[int, int]:
    """The most memory that this process took after a workbook of 500 rows, and after one of 20,000."""
    most = []
    for pages in (1, 40):
        papers.write_workbook(
            page(), ([cra(n) for n in range(500)] for _ in range(pages)), Path(folder) / f"{pages}.xlsx"
        )
        most.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
    return most[0], most[1]


def naive(moment: str) -> datetime:
    """A moment as a spreadsheet knows it, without a zone."""
    return datetime.fromisoformat(moment)
