"""Figures for spreadsheets: French CSV, and workbooks written with constant memory."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from bot.papers.page import FigurePage, FigureSection
from config import libraries
from config.text import guard

Cell = str | int | float | None


def write_csv_page(page: FigurePage, path: Path) -> None:
    """Write a page as a file (docs/domaine.md §3.4)."""
    write_csv(path, list_csv_lines(page))


def write_csv(path: Path, lines: Iterable[Iterable[Cell]]) -> None:
    """Write rows as CSV: texts are guarded against formulas, numbers have a decimal comma, None is empty."""
    with path.open("w", encoding="utf-8-sig", errors="replace", newline="") as file:
        csv.writer(file, delimiter=";", lineterminator="\r\n").writerows(
            [_cell(cell) for cell in line] for line in lines
        )


def list_csv_lines(page: FigurePage) -> Iterator[Iterable[Cell]]:
    """Return the rows of a page’s CSV: a row with its name and days, then all sections one below the other."""
    whose = f"Statistiques {page.name}" if page.name else page.title
    yield [" ".join(filter(None, (whose, page.place, page.days)))]
    for section in page.sheets:
        yield []
        yield from _csv_section(section)
    if page.notes:
        yield []
        yield from ([note] for note in page.notes)


def _csv_section(section: FigureSection) -> Iterator[Iterable[Cell]]:
    shares = any(line.percent is not None for line in section.lines)
    yield [section.heading, value_heading(section), *(["pourcentage"] if shares else [])]
    for line in section.lines:
        value = round(line.value / 60, 2) if section.unit == "minutes" else line.value
        yield [line.label, value, *([line.percent] if shares else [])]


def value_heading(section: FigureSection) -> str:
    """Return the heading of a section’s values."""
    return {"minutes": "heures", "": "nombre"}.get(section.unit, section.unit)


def _cell(cell: Cell) -> str:
    if isinstance(cell, str):
        return guard(cell)
    if isinstance(cell, float):
        return f"{cell:.2f}".rstrip("0").rstrip(".").replace(".", ",")
    return "" if cell is None else str(cell)


# A file does not say when it was made: the same rows give the same bytes.
_MADE = datetime(2020, 1, 1, tzinfo=UTC)


class CellFormats:
    """The formats of cells."""

    def __init__(self, book: Any) -> None:
        self.title = book.add_format({"bold": True, "font_size": 14})
        self.head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        self.number = book.add_format({"num_format": "#,##0"})
        self.percent = book.add_format({"num_format": "0 %"})
        self.duration = book.add_format({"num_format": '[h]" h "mm'})
        self.date = book.add_format({"num_format": "dd/mm/yyyy", "align": "left"})
        self.moment = book.add_format({"num_format": "dd/mm/yyyy hh:mm", "align": "left"})

    def of(self, kind: str) -> Any:
        """Return the format of a kind of column; None for texts."""
        return getattr(self, kind, None)


@contextmanager
def open_book(path: Path, title: str) -> Iterator[Any]:
    """Open a workbook with constant memory, written at the end of the block. Raises OSError."""
    book = begin_book(path, title)
    try:
        yield book
    finally:
        finish_book(book)


def begin_book(path: Path, title: str) -> Any:
    """Begin a workbook whose rows go to disk as they come, and whose texts never become formulas or links."""
    asked = {
        "constant_memory": True,
        "tmpdir": str(path.parent),
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    book = libraries.xlsxwriter.Workbook(str(path), asked)
    book.set_properties({"title": title, "created": _MADE})
    return book


def print_wide(sheet: Any) -> None:
    """Print a wide sheet in landscape, fitted to one page’s width, with its head on each page."""
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)


def finish_book(book: Any) -> None:
    """Write a workbook. Raises OSError where that cannot be."""
    try:
        book.close()
    except libraries.xlsxwriter.exceptions.FileCreateError as error:
        raise OSError(str(error)) from error


def write_cells(sheet: Any, row: int, told: Sequence[Any], formats: Sequence[Any]) -> None:
    """Write a row, each cell by its type; nothing for None."""
    for column, (value, form) in enumerate(zip(told, formats, strict=True)):
        if isinstance(value, str):
            sheet.write_string(row, column, value, form)
        elif isinstance(value, date):
            sheet.write_datetime(row, column, value, form)
        elif value is not None:
            sheet.write_number(row, column, value, form)


def write_table(path: Path, title: str, lines: Sequence[Sequence[Cell]], widths: Sequence[int]) -> None:
    """Write a workbook of one sheet with a frozen head and a row for each line; ``widths`` are in characters."""
    with open_book(path, title) as book:
        sheet, formats = book.add_worksheet(title), CellFormats(book)
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        sheet.freeze_panes(1, 0)
        print_wide(sheet)
        for row, line in enumerate(lines):
            write_cells(sheet, row, line, [formats.head if not row else None] * len(line))


def write_both(stem: Path, title: str, lines: Sequence[Sequence[Cell]], widths: Sequence[int]) -> list[Path]:
    """Write rows as CSV and as a workbook, under the same name, and return both files."""
    files = [stem.with_name(f"{stem.name}{ending}") for ending in (".csv", ".xlsx")]
    write_csv(files[0], lines)
    write_table(files[1], title, lines, widths)
    return files


def write_sheet(sheet: Any, page: FigurePage, formats: CellFormats) -> None:
    """Write the sections of a page one below the other, like the CSV."""
    sheet.set_column(0, 0, 62)
    sheet.set_column(1, 2, 18)
    sheet.freeze_panes(1, 0)
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    rows: list[tuple[list[Any], list[Any]]] = [([page.title], [formats.title])]
    about = [("Nom", page.name), ("Structure", page.structure), ("Lieu", page.place), ("Période", page.period)]
    rows += [([what, said], [None, None]) for what, said in about if said]
    rows += [(["Du", page.start], [None, formats.date]), (["Au", page.last], [None, formats.date])]
    for section in page.sheets:
        rows += [([], []), *_sheet_section(section, formats)]
    rows += [([], []), *(([note], [None]) for note in page.notes)]
    for place, (told, looks) in enumerate(rows):
        write_cells(sheet, place, told, looks)


def _sheet_section(section: FigureSection, formats: CellFormats) -> Iterator[tuple[list[Any], list[Any]]]:
    shares = any(line.percent is not None for line in section.lines)
    head = [section.heading, value_heading(section), *(["%"] if shares else [])]
    yield head, [formats.head] * len(head)
    timed = section.unit == "minutes"
    looks = [None, formats.duration if timed else formats.number, formats.percent]
    for line in section.lines:
        # Excel counts time in days.
        value = line.value / 1440 if timed else line.value
        yield [line.label, value, None if line.percent is None else line.percent / 100], looks
