"""Reading a CSV of the operator’s line by line: its header, its cells by column; memory stays flat."""

import csv
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import BinaryIO

from cli.errors import OperatorError
from storage.cra.rows import unguard

DELIMITERS = ";,\t"
CELL_MAX = 2_000
"""Characters of a cell; what a register or a directory holds is far shorter."""

Line = tuple[int, dict[str, str] | None]
"""A line by its number in the file (the first is 1), its cells by column; None where it cannot be read."""


class CsvFile:
    """The lines of a file, once; ``ignored`` are the columns that mean nothing here."""

    def __init__(self, stream: BinaryIO, columns: Sequence[str], needed: Sequence[str]) -> None:
        # (What is not UTF-8 becomes U+FFFD, and its line cannot be read.)
        text = TextIOWrapper(stream, encoding="utf-8-sig", errors="replace", newline="")
        first = text.readline(100_000)
        self._delimiter = max(DELIMITERS, key=first.count)
        self._text = text
        self.header = [cell.strip().lower() for cell in next(csv.reader([first], delimiter=self._delimiter), [])]
        if missing := [name for name in needed if name not in self.header]:
            raise OperatorError(
                f"La première ligne doit nommer les colonnes ; il manque : {', '.join(missing)} (voir docs/wire.md)."
            )
        if twice := {name for name in self.header if name in columns and self.header.count(name) > 1}:
            raise OperatorError(f"La première ligne nomme deux fois une colonne : {', '.join(sorted(twice))}.")
        self.ignored = set(self.header) - set(columns) - {""}

    @classmethod
    @contextmanager
    def open(cls, name: str, columns: Sequence[str], *, needed: Sequence[str]) -> Iterator["CsvFile"]:
        """The file of that name, or the standard input for « - »; raises OperatorError where there is none."""
        if name == "-":
            yield cls(sys.stdin.buffer, columns, needed)
            return
        if not Path(name).is_file():
            raise OperatorError(f"Le fichier {name} n’existe pas.")
        with Path(name).open("rb") as stream:
            yield cls(stream, columns, needed)

    def __iter__(self) -> Iterator[Line]:
        reader = csv.reader(self._text, delimiter=self._delimiter)
        while True:
            number = reader.line_num + 2
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error:
                yield number, None
                continue
            if any(cell.strip() for cell in cells):
                yield number, self._line(cells)

    def _line(self, cells: Sequence[str]) -> dict[str, str] | None:
        extra = cells[len(self.header) :]
        if len(cells) < len(self.header) or any(cell.strip() for cell in extra):
            return None
        if any(len(cell) > CELL_MAX or "\ufffd" in cell or "\0" in cell for cell in cells):
            return None
        return {name: unguard(cell).strip() for name, cell in zip(self.header, cells, strict=False)}
