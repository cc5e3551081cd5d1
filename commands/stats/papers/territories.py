"""A table of territories, one row each, as CSV and as a workbook."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.papers.csv import Cell, write
from bot.papers.xlsx import cells, open_book

_WIDTHS = (8, 30)


@dataclass(frozen=True, slots=True)
class TerritoryRow:
    """A territory and its values."""

    code: str
    nom: str
    values: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class TerritoryTable:
    """Territories side by side; ``columns`` names the values, after the code and the name."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[TerritoryRow, ...]
    notes: tuple[str, ...] = ()

    @property
    def head(self) -> tuple[str, ...]:
        """The names of all columns."""
        return ("Code", "Nom", *self.columns)


def table_csv(table: TerritoryTable, path: Path) -> None:
    """The head, then a row each, then the notes: other programs find the columns in the first line."""
    write(path, _lines(table))


def _lines(table: TerritoryTable) -> Iterator[Sequence[Cell]]:
    yield list(table.head)
    for row in table.rows:
        yield [row.code, row.nom, *row.values]
    if table.notes:
        yield []
        yield from ([note] for note in table.notes)


def table_xlsx(table: TerritoryTable, path: Path) -> None:
    """The same as a sheet with a frozen head and a filter; the notes are on a sheet of their own."""
    with open_book(path, table.title) as book:
        head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        number = book.add_format({"num_format": "#,##0"})
        sheet = book.add_worksheet("Territoires")
        for column in range(len(table.head)):
            sheet.set_column(column, column, _WIDTHS[column] if column < len(_WIDTHS) else 15)
        cells(sheet, 0, list(table.head), [head] * len(table.head))
        formats: list[Any] = [None, None, *[number] * len(table.columns)]
        for place, row in enumerate(table.rows, 1):
            cells(sheet, place, [row.code, row.nom, *row.values], formats)
        sheet.freeze_panes(1, 2)
        sheet.autofilter(0, 0, max(len(table.rows), 1), len(table.head) - 1)
        _write_notes(book, table)


def _write_notes(book: Any, table: TerritoryTable) -> None:
    sheet = book.add_worksheet("À lire")
    sheet.set_column(0, 0, 100, book.add_format({"text_wrap": True}))
    for place, note in enumerate((table.title, *table.notes)):
        sheet.write_string(place, 0, note)
