"""Statistics as a workbook: a sheet of figures, and a sheet of comptes rendus fed piece by piece in flat memory."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Self

from commands.stats.papers.csv import heading
from commands.stats.papers.labels import export_sections
from commands.stats.papers.page import Page
from commands.stats.papers.raw import SHEET_COLUMNS, values
from commands.stats.sections import Section

# What a sheet holds in any spreadsheet, its head apart.
ROWS = 1_048_575
# A file does not say when it was made: the same rows give the same bytes.
_MADE = datetime(2020, 1, 1, tzinfo=UTC)


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
        self._book = _begin_book(path, page.title)
        self._formats = _Formats(self._book)
        _figures(self._book.add_worksheet("Statistiques"), page, self._formats)
        self._sheet = self._begin() if raw else None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """Write the file; OSError if it cannot be."""
        self._end()
        _write(self._book)

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


class _Formats:
    """How cells look."""

    def __init__(self, book: Any) -> None:
        self.title = book.add_format({"bold": True, "font_size": 14})
        self.head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        self.number = book.add_format({"num_format": "#,##0"})
        self.percent = book.add_format({"num_format": "0 %"})
        self.duration = book.add_format({"num_format": '[h]" h "mm'})
        self.date = book.add_format({"num_format": "dd/mm/yyyy", "align": "left"})
        self.moment = book.add_format({"num_format": "dd/mm/yyyy hh:mm", "align": "left"})

    def of(self, kind: str) -> Any:
        """The format of a kind of column; texts have none."""
        return getattr(self, kind, None)


@contextmanager
def open_book(path: Path, title: str) -> Iterator[Any]:
    """A workbook in flat memory, written when it is left; OSError if it cannot be."""
    book = _begin_book(path, title)
    try:
        yield book
    finally:
        _write(book)


def _begin_book(path: Path, title: str) -> Any:
    """A workbook whose rows go to disk beside it as they come, and where a text is never a formula or a link."""
    import xlsxwriter

    asked = {
        "constant_memory": True,
        "tmpdir": str(path.parent),
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    book = xlsxwriter.Workbook(str(path), asked)
    book.set_properties({"title": title, "created": _MADE})
    return book


def _write(book: Any) -> None:
    from xlsxwriter.exceptions import FileCreateError

    try:
        book.close()
    except FileCreateError as error:
        raise OSError(str(error)) from error


def cells(sheet: Any, row: int, told: Sequence[Any], formats: Sequence[Any]) -> None:
    """Write a row, each cell as what it is; nothing for None."""
    for column, (value, form) in enumerate(zip(told, formats, strict=True)):
        if isinstance(value, str):
            sheet.write_string(row, column, value, form)
        elif isinstance(value, date):
            sheet.write_datetime(row, column, value, form)
        elif value is not None:
            sheet.write_number(row, column, value, form)


def _figures(sheet: Any, page: Page, formats: _Formats) -> None:
    """The sheet of figures, one section below the other, like the CSV."""
    sheet.set_column(0, 0, 62)
    sheet.set_column(1, 2, 18)
    sheet.freeze_panes(1, 0)
    rows: list[tuple[list[Any], list[Any]]] = [([page.title], [formats.title])]
    about = [("Nom", page.name), ("Structure", page.structure), ("Lieu", page.place), ("Période", page.period)]
    rows += [([what, said], [None, None]) for what, said in about if said]
    rows += [(["Du", page.start], [None, formats.date]), (["Au", page.last], [None, formats.date])]
    for section in export_sections(page):
        rows += [([], []), *_section(section, formats)]
    rows += [([], []), *(([note], [None]) for note in page.notes)]
    for place, (told, looks) in enumerate(rows):
        cells(sheet, place, told, looks)


def _section(section: Section, formats: _Formats) -> Iterator[tuple[list[Any], list[Any]]]:
    shares = any(line.percent is not None for line in section.lines)
    head = [section.title, heading(section), *(["%"] if shares else [])]
    yield head, [formats.head] * len(head)
    timed = section.unit == "minutes"
    looks = [None, formats.duration if timed else formats.number, formats.percent]
    for line in section.lines:
        # Excel counts time in days.
        value = line.value / 1440 if timed else line.value
        yield [line.label, value, None if line.percent is None else line.percent / 100], looks
