"""Reading a file of comptes rendus line by line, JSON or CSV told by its first character; memory stays flat."""

import json
from collections.abc import Iterator
from typing import BinaryIO

from cli.errors import OperatorError
from cli.tables import (
    IGNORED_MAX,
    LINE_BYTES_MAX,
    BadLineError,
    by_column,
    find_delimiter,
    read_cells,
    read_header,
    read_texts,
)
from storage.cra.reading import NEEDED, PLACE_COLUMNS, RowError
from storage.cra.rows import CSV_COLUMNS, LINE_COLUMNS, Row, from_cells

Numbered = tuple[int, Row | RowError]
"""A line by its number in the file (the first is 1), or why it can’t be read."""


class Lines:
    """The lines of a file, once; ``ignored`` are the columns met that mean nothing here."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.ignored: set[str] = set()

    def __iter__(self) -> Iterator[Numbered]:
        texts = read_texts(self._stream)
        number, first = next(((n, text) for n, text in texts if text.strip()), (0, ""))
        if not first:
            return
        if first.startswith("["):
            raise OperatorError("Ce fichier est un tableau JSON : mettez un objet par ligne (JSONL), ou un CSV.")
        if first.startswith("{"):
            yield from self._json(number, first, texts)
        else:
            yield from self._csv(number, first, texts)

    def _json(self, number: int, first: str, texts: Iterator[tuple[int, str]]) -> Iterator[Numbered]:
        yield number, self._object(first)
        for n, text in texts:
            if text.strip():
                yield n, self._object(text)

    def _object(self, text: str) -> Row | RowError:
        if len(text) > LINE_BYTES_MAX:
            return RowError("la ligne est trop longue")
        try:
            found = json.loads(text)
        except (ValueError, RecursionError):
            return RowError("ce n’est pas un objet JSON complet")
        if not isinstance(found, dict):
            return RowError("ce n’est pas un objet JSON")
        self._ignore(found.keys() - set(LINE_COLUMNS))
        return found

    def _csv(self, number: int, first: str, texts: Iterator[tuple[int, str]]) -> Iterator[Numbered]:
        delimiter = find_delimiter(first)
        header = _header(first, delimiter)
        self._ignore(set(header) - set(CSV_COLUMNS) - {""})
        for start, found in read_cells(number, texts, delimiter):
            yield start, _line(header, found)

    def _ignore(self, columns: set[str]) -> None:
        if len(self.ignored) < IGNORED_MAX:
            self.ignored |= columns


def _line(header: list[str], cells: list[str] | BadLineError) -> Row | RowError:
    if isinstance(cells, BadLineError):
        return RowError(str(cells))
    try:
        return from_cells(by_column(header, cells))
    except BadLineError as fault:
        return RowError(str(fault))


def _header(text: str, delimiter: str) -> list[str]:
    header = read_header(text, delimiter)
    missing = [name for name in NEEDED if name not in header]
    if not set(PLACE_COLUMNS) & set(header):
        missing.append(PLACE_COLUMNS[0])
    if missing:
        raise OperatorError(
            f"La première ligne doit nommer les colonnes ; il manque : {', '.join(missing)} (voir docs/wire.md)."
        )
    return header
