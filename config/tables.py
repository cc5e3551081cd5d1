"""Reading of the tables in this folder: tab-separated, « # » comments, then a line of column names."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Generic, TypeVar

Row = TypeVar("Row")


def read(name: str, package: str = "config") -> list[dict[str, str]]:
    """Read a table of this folder, or another package’s: its rows, as mappings by column name."""
    lines = (files(package) / name).read_text("utf-8").splitlines()
    columns, *rows = [line.split("\t") for line in lines if not line.startswith("#")]
    return [dict(zip(columns, row, strict=True)) for row in rows]


def read_titles(kind: str) -> Mapping[str, str]:
    """Read what operators read instead of the stored names of jobs, or files, by name."""
    return {row["name"]: row["title"] for row in read("titles.tsv") if row["kind"] == kind}


BEGINNING = 4
"""Signs of a key by which a packed table is looked up: a few lines begin with each four."""


class PackedTable:
    """The lines of a sorted table of two columns, kept as one text: a fifth of what a mapping of strings takes."""

    def __init__(self, lines: str) -> None:
        """Take lines that are sorted by their first column, each with its end."""
        self._text = f"\n{lines}"
        self._parts: dict[str, tuple[int, int]] = {}
        at = 0
        for line in lines.splitlines():
            beginning, start, at = line.partition("\t")[0][:BEGINNING], at, at + len(line) + 1
            first, _ = self._parts.get(beginning, (start, start))
            self._parts[beginning] = (first, at)

    @property
    def lines(self) -> str:
        """What it was made of."""
        return self._text[1:]

    def find(self, key: str) -> str:
        """Return what stands beside a key, "" where it is not there."""
        first, end = self._parts.get(key[:BEGINNING], (0, 0))
        at = self._text.find(f"\n{key}\t", first, end)
        return self._text[at + len(key) + 2 : self._text.index("\n", at + 1)] if at >= 0 else ""


class TableError(ValueError):
    """Raised for a table that cannot be used; the text, in French, names the line."""


@dataclass(frozen=True)
class ReplaceableTable(Generic[Row]):
    """A table that an operator may replace by a file of their own.

    ``add`` puts the cells of one line into what was read before it, and raises ValueError, in French, where they
    cannot be used. The sentences are about the first line, about another one, and about no line at all ("" where a
    table may be empty).
    """

    name: str
    columns: tuple[str, ...]
    add: Callable[[dict[str, Row], list[str]], None]
    wrong_columns: str = "la première ligne nomme les colonnes, séparées par des tabulations : {}"
    wrong_line: str = "ligne {} : {}"
    empty: str = ""

    def read(self, path: Path | None = None) -> Mapping[str, Row]:
        """Return the rows by key, in their order: of the table here, or of an operator’s file.

        Raises TableError, and OSError for a file that cannot be read.
        """
        return _read_theirs(self, path, path.stat().st_mtime_ns) if path else _read_ours(self)

    def parse(self, text: str) -> dict[str, Row]:
        """Return the rows by key. Raises TableError."""
        lines = [(n, line) for n, line in enumerate(text.splitlines(), 1) if line.strip() and line[0] != "#"]
        if not lines or tuple(lines[0][1].split("\t")) != self.columns:
            raise TableError(self.wrong_columns.format(", ".join(self.columns)))
        found: dict[str, Row] = {}
        for number, line in lines[1:]:
            try:
                self.add(found, [cell.strip() for cell in line.split("\t")])
            except ValueError as problem:
                raise TableError(self.wrong_line.format(number, problem)) from None
        if not found and self.empty:
            raise TableError(self.empty)
        return found


@lru_cache(8)
def _read_theirs(table: ReplaceableTable[Row], path: Path, _: int) -> Mapping[str, Row]:
    """Read an operator’s file, again where it was changed."""
    return table.parse(path.read_text("utf-8"))


@cache
def _read_ours(table: ReplaceableTable[Row]) -> Mapping[str, Row]:
    return table.parse((files("config") / table.name).read_text("utf-8"))
