"""Figures as CSV for spreadsheets in French: semicolons, a BOM, CRLF, and no cell that runs as a formula."""

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path

from bot.papers.page import Page
from bot.papers.sections import Section
from config.formulas import guard

Cell = str | int | float | None


def write_page(page: Page, path: Path) -> None:
    """A page as a file (docs/domaine.md §3.4)."""
    write(path, lines(page))


def write(path: Path, lines: Iterable[Iterable[Cell]]) -> None:
    """Cells as a file: texts guarded, numbers with a decimal comma, nothing for None."""
    with path.open("w", encoding="utf-8-sig", errors="replace", newline="") as file:
        csv.writer(file, delimiter=";", lineterminator="\r\n").writerows(
            [_cell(cell) for cell in line] for line in lines
        )


def lines(page: Page) -> Iterator[Iterable[Cell]]:
    """All sections of a page, one below the other, under a line that says whose and when."""
    whose = f"Statistiques {page.name}" if page.name else page.title
    yield [" ".join(filter(None, (whose, page.place, page.days)))]
    for section in page.sheets:
        yield []
        yield from _section(section)
    if page.notes:
        yield []
        yield from ([note] for note in page.notes)


def _section(section: Section) -> Iterator[Iterable[Cell]]:
    shares = any(line.percent is not None for line in section.lines)
    yield [section.title, heading(section), *(["pourcentage"] if shares else [])]
    for line in section.lines:
        value = hours(line.value) if section.unit == "minutes" else line.value
        yield [line.label, value, *([line.percent] if shares else [])]


def heading(section: Section) -> str:
    """What a column of values counts."""
    return {"minutes": "heures", "": "nombre"}.get(section.unit, section.unit)


def hours(minutes: int) -> float:
    """Minutes as hours, to the hundredth."""
    return round(minutes / 60, 2)


def _cell(cell: Cell) -> str:
    if isinstance(cell, str):
        return guard(cell)
    if isinstance(cell, float):
        return f"{cell:.2f}".rstrip("0").rstrip(".").replace(".", ",")
    return "" if cell is None else str(cell)
