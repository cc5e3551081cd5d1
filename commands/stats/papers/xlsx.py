"""Statistics as a workbook: a sheet of figures, and a sheet of comptes rendus fed piece by piece in flat memory."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from bot.papers import Page
from bot.papers.xlsx import Formats, begin_book, cells, finish, write_page
from commands.stats.papers.raw import SHEET_COLUMNS, values

# What a sheet holds in any spreadsheet, its head apart.
ROWS = 1_048_575


def workbook(page: Page, pages: Iterable[Sequence[Mapping[str, Any]]] | None, path: Path) -> int:
    """A workbook at ``path``: the figures of ``page``, and the rows of ``pages`` (columns of the table of comptes
    rendus, some at a time); None when there are none to show. Returns how many rows."""
    with Workbook(page, path, raw=pages is not None) as book:
        for rows in pages or ():
            book.add(rows)
    return book.rows


class Workbook:
    """The same piece by piece, for rows that come from elsewhere; one thread at a time.

    The file is there once it is closed; what it is made of lies beside it until then.
    """

    def __init__(self, page: Page, path: Path, *, raw: bool = True) -> None:
        """Begin with the figures of ``page``; without ``raw`` there is no sheet for rows."""
        self.rows = 0
        self._zone = page.zone
        self._book = begin_book(path, page.title)
        self._formats = Formats(self._book)
        write_page(self._book.add_worksheet("Statistiques"), page, self._formats)
        self._sheet = self._begin() if raw else None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """Write the file; OSError if it cannot be."""
        self._end()
        finish(self._book)

    def add(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Write some more rows."""
        formats = [self._formats.of(column.kind) for column in SHEET_COLUMNS]
        for row in rows:
            if self.rows and self.rows % ROWS == 0:
                self._end()
                self._sheet = self._begin()
            cells(self._sheet, self.rows % ROWS + 1, values(row, self._zone), formats)
            self.rows += 1

    def _begin(self) -> Any:
        """A sheet for rows: columns have their widths and the head stands still before the first row is written."""
        number = self.rows // ROWS + 1
        sheet = self._book.add_worksheet("CRA" if number == 1 else f"CRA {number}")
        for place, column in enumerate(SHEET_COLUMNS):
            sheet.set_column(place, place, column.width)
        sheet.freeze_panes(1, 1)
        cells(sheet, 0, [column.title for column in SHEET_COLUMNS], [self._formats.head] * len(SHEET_COLUMNS))
        return sheet

    def _end(self) -> None:
        if self._sheet is not None:
            written = self.rows - (self.rows - 1) // ROWS * ROWS if self.rows else 0
            self._sheet.autofilter(0, 0, max(written, 1), len(SHEET_COLUMNS) - 1)
