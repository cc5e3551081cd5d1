"""Reading a file of comptes rendus line by line, JSON or CSV told by its first character; memory stays flat."""

import csv
import json
from collections.abc import Iterator
from typing import BinaryIO

from cli.errors import OperatorError
from storage.cra.reading import NEEDED, PLACE_COLUMNS, RowError
from storage.cra.rows import CSV_COLUMNS, LINE_COLUMNS, Row, from_cells

LINE_BYTES_MAX = 1_000_000
"""Bytes of a line; nothing that describes one compte rendu is near it."""
_DELIMITERS = ";,\t"

Numbered = tuple[int, Row | RowError]
"""A line by its number in the file (the first is 1), or why it can’t be read."""


class Lines:
    """The lines of a file, once; ``ignored`` are the columns met that mean nothing here."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.ignored: set[str] = set()

    def __iter__(self) -> Iterator[Numbered]:
        texts = _texts(self._stream)
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
        delimiter = max(_DELIMITERS, key=first.count)
        header = _header(first, delimiter)
        self._ignore(set(header) - set(CSV_COLUMNS) - {""})
        cells = csv.reader((text for _, text in texts), delimiter=delimiter)
        while True:
            start = number + cells.line_num + 1
            try:
                found = next(cells)
            except StopIteration:
                return
            except csv.Error:
                yield start, RowError("les guillemets ou la longueur d’une cellule empêchent de lire la ligne")
                continue
            if any(cell.strip() for cell in found):
                yield start, _line(header, found)

    def _ignore(self, columns: set[str]) -> None:
        if len(self.ignored) < 20:
            self.ignored |= columns


def _line(header: list[str], cells: list[str]) -> Row | RowError:
    extra = cells[len(header) :]
    if len(cells) < len(header) or any(cell.strip() for cell in extra):
        return RowError(f"{len(cells)} cellules pour {len(header)} colonnes")
    return from_cells(dict(zip(header, cells, strict=False)))


def _header(text: str, delimiter: str) -> list[str]:
    try:
        header = [cell.strip() for cell in next(csv.reader([text], delimiter=delimiter))]
    except csv.Error:
        header = []
    missing = [name for name in NEEDED if name not in header]
    if not set(PLACE_COLUMNS) & set(header):
        missing.append(PLACE_COLUMNS[0])
    if missing:
        raise OperatorError(
            f"La première ligne doit nommer les colonnes ; il manque : {', '.join(missing)} (voir docs/wire.md)."
        )
    return header


def _texts(stream: BinaryIO) -> Iterator[tuple[int, str]]:
    """Lines with their numbers; what is not UTF-8 becomes U+FFFD, which no value may hold."""
    number = 0
    while data := stream.readline(LINE_BYTES_MAX + 1):
        number += 1
        if number == 1:
            data = _without_mark(data)
        if len(data) > LINE_BYTES_MAX:
            while (more := stream.readline(LINE_BYTES_MAX)) and not more.endswith(b"\n"):
                pass
        yield number, data.decode("utf-8", "replace")


def _without_mark(data: bytes) -> bytes:
    if data.startswith((b"PK\x03\x04", b"\xff\xfe", b"\xfe\xff", b"\xd0\xcf")):
        raise OperatorError("Ce fichier n’est pas du texte UTF-8 : enregistrez-le en « CSV UTF-8 », ou en JSONL.")
    return data.removeprefix(b"\xef\xbb\xbf")
