"""Imports of files line by line: good lines are stored in batches, bad ones explained.

CSV in UTF-8 with or without a byte order mark; semicolons, commas or tabs; columns in any order; constant memory.
"""

import asyncio
import csv
import json
import os
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any, BinaryIO, ClassVar, Generic, TypeVar

from pydantic import BaseModel
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.french import plural
from cli.environment import open_database, open_up_to_date
from cli.errors import OperatorError
from cli.terminal import ProgressBar, count, make_printable
from cli.texts import LINE_BYTES_MAX, Text, open_file, read_texts
from config.settings import Settings
from config.text import unguard
from storage import schema
from storage.cra import files
from storage.cra.files import BadLineError
from storage.database import Database

IGNORED_MAX = 20
"""The most unknown columns that are reported."""
_DELIMITERS = ";,\t"


Cells = Mapping[str, str]
"""The cells of a line, by column."""
CellReader = Callable[[str], Any]
"""Reads a cell, without blanks around it nor the apostrophe that guards it. Raises ValueError."""


def read_if_filled(reader: CellReader, empty: object = None) -> CellReader:
    """Make a reader that reads an empty cell as ``empty``."""
    return lambda text: reader(text) if text else empty


def read_columns(line: Cells, readers: Mapping[str, CellReader]) -> tuple[dict[str, Any], list[str]]:
    """Parse the columns of a line, and return the values and the faults of those that are wrong."""
    values, faults = dict[str, Any](), list[str]()
    for name, reader in readers.items():
        try:
            values[name] = reader(files.read_text(" ".join(unguard(line.get(name, "")).split())) or "")
        except ValueError as fault:
            faults.append(f"{name} : {fault}")
    return values, faults


def refuse_faults(faults: Sequence[str]) -> None:
    """Raise BadLineError with all faults of a line, if there are any."""
    if faults:
        raise BadLineError(" ; ".join(fault.rstrip(".") for fault in faults))


class Table:
    """The lines of a CSV, read once, each with its number and its cells or its error.

    ``columns`` are the known ones; of each group in ``needed`` at least one must be there. ``ignored`` (unknown) and
    ``missing`` columns are known once reading has begun.
    """

    def __init__(self, stream: BinaryIO, columns: Sequence[str], needed: Sequence[Collection[str]]) -> None:
        self._stream = stream
        self._columns = columns
        self._needed = needed
        self.ignored: set[str] = set()
        self.missing: list[str] = []

    def __iter__(self) -> Iterator[tuple[int, Cells | BadLineError]]:
        lines = read_texts(self._stream)
        number, first = next(((n, text) for n, text in lines if text.strip()), (0, ""))
        delimiter = find_delimiter(first)
        header = [name.lower() for name in read_header(first, delimiter)]
        self._note(header)
        yield from read_cells(number, lines, header, delimiter)

    def _note(self, header: Sequence[str]) -> None:
        if missing := [" ou ".join(names) for names in self._needed if not set(header) & set(names)]:
            named = f"{', '.join(self._columns)} ; il manque : {', '.join(missing)}"
            raise OperatorError(f"La première ligne doit nommer les colonnes : {named} (voir docs/wire.md).")
        if twice := {name for name in self._columns if header.count(name) > 1}:
            raise OperatorError(f"La première ligne nomme deux fois : {', '.join(sorted(twice))}.")
        self.ignored |= set(sorted(set(header) - set(self._columns) - {""})[:IGNORED_MAX])
        self.missing = [name for name in self._columns if name not in header]


@contextmanager
def open_table(name: str, columns: Sequence[str], needed: Sequence[Collection[str]]) -> Iterator[Table]:
    """Open a file, or « - » for the standard input; unknown columns are printed at the end."""
    with open_file(name) as stream:
        table = Table(stream, columns, needed)
        yield table
    tell_ignored(table.ignored)


def tell_ignored(columns: Collection[str]) -> None:
    """Print which columns of a file are unknown, if there are any."""
    if columns:
        print(f"Colonnes inconnues, ignorées : {', '.join(sorted(columns))}.", file=sys.stderr)


def find_delimiter(header: str) -> str:
    """Return the delimiter of a header."""
    return max(_DELIMITERS, key=header.count)


def read_header(text: str, delimiter: str) -> list[str]:
    """Return the names of the columns; empty for a line that has none."""
    try:
        return [cell.strip() for cell in next(csv.reader([text], delimiter=delimiter))]
    except csv.Error:
        return []


def _by_column(header: list[str], cells: list[str]) -> Cells | BadLineError:
    """Return cells by the names of their columns, unless there is another number of cells, or a NUL in one."""
    if any("\0" in cell for cell in cells):
        return BadLineError("des caractères invisibles sont à retirer")  # PostgreSQL keeps no NUL, nor looks for one
    extra = cells[len(header) :]
    if len(cells) < len(header) or any(cell.strip() for cell in extra):
        return BadLineError(f"{plural(len(cells), 'cellule')} pour {plural(len(header), 'colonne')}")
    return dict(zip(header, cells, strict=False))


def read_cells(
    number: int, texts: Iterator[Text], header: list[str], delimiter: str
) -> Iterator[tuple[int, Cells | BadLineError]]:
    """Yield the non-empty lines after the header, which is line ``number``."""
    cells = csv.reader((text for _, text in texts), delimiter=delimiter)
    while True:
        start = number + cells.line_num + 1
        try:
            found = next(cells)
        except StopIteration:
            return
        except csv.Error:
            yield start, BadLineError("les guillemets ou la longueur d’une cellule empêchent de lire la ligne")
            continue
        if any(cell.strip() for cell in found):
            yield start, _by_column(header, found)


def parse_object(text: str) -> dict[str, Any] | BadLineError:
    """Parse a line as a JSON object."""
    if len(text) > LINE_BYTES_MAX:
        return BadLineError("la ligne est trop longue")
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return BadLineError("ce n’est pas un objet JSON complet")
    return found if isinstance(found, dict) else BadLineError("ce n’est pas un objet JSON")


T = TypeVar("T")
Complain = Callable[[int, str], None]
"""Reports the fault of a line: takes the line’s number and a French sentence."""


SAID_MAX = 500
"""The most characters printed about one line: a cell may have a million."""


def _shorten(said: str) -> str:
    shown = make_printable(said[:SAID_MAX])
    return shown if len(said) <= SAID_MAX else f"{shown}…"


def complain(number: int, reason: str) -> None:
    """Print the fault of a line; control characters quoted from it are harmless in a terminal."""
    print(f"ligne {number} : {_shorten(reason)}", file=sys.stderr)


def announce(number: int, said: str) -> None:
    """Print what a line would change."""
    print(f"ligne {number} : {_shorten(said)}")


REHEARSED = "Essai : rien n’a été écrit."
_NEWS = {
    "added": "à ajouter",
    "changed": "à changer",
    "withdrawn": "à retirer",
    "waiting": "à garder en attendant un compte",
}
"""What a rehearsal prints about a line, by its fate; nothing about one that changes nothing."""


@dataclass(slots=True)
class LineCounts:
    """The counts of an import: lines that were new, changed something, changed nothing, and were refused. A rehearsal
    also ``announces`` each line that would change something."""

    added: int = 0
    changed: int = 0
    same: int = 0
    refused: int = 0
    announces: Complain | None = None

    def note(self, number: int, fate: str, about: str, columns: Iterable[str] = ()) -> None:
        """Count a line under its ``fate``; ``about`` names its subject, ``columns`` what it changes."""
        setattr(self, fate, getattr(self, fate) + 1)
        if self.announces and fate in _NEWS:
            of = f" ({', '.join(columns)})" if columns else ""
            self.announces(number, f"{_NEWS[fate]}, {about}{of}")


def sum_up(*counted: tuple[int, str], is_news: object) -> str:
    """Return the counts as a sentence: « 2 ajoutés, 1 refusé. »"""
    told = ", ".join(count(number, word) for number, word in counted)
    return f"{told}." if is_news else f"{told}. Rien à changer."


def list_differing(before: BaseModel, after: BaseModel, among: Iterable[str]) -> list[str]:
    """Return which of these fields differ between two rows."""
    return [name for name in among if getattr(before, name) != getattr(after, name)]


Counted = TypeVar("Counted", bound=LineCounts)


class LineImport(ABC, Generic[T, Counted]):
    """An import that parses lines and stores batches. ``outcome`` grows meanwhile."""

    at_once: ClassVar[int] = 200
    """Lines a transaction: on SQLite the bot’s own writers wait while one lasts."""
    complain: Complain
    outcome: Counted

    @abstractmethod
    def read(self, number: int, line: Cells) -> T:
        """Read the value of a line. Raises BadLineError."""

    @abstractmethod
    async def store(self, batch: Sequence[tuple[int, T]]) -> None:
        """Store a batch of values with their line numbers, in one transaction."""

    def refuse(self, number: int, fault: BadLineError) -> None:
        """Count a refused line, and print why."""
        self.outcome.refused += 1
        self.complain(number, str(fault))

    async def run(self, lines: Iterable[tuple[int, Cells | BadLineError]], progress: ProgressBar) -> Counted:
        """Import every line."""
        batch: list[tuple[int, T]] = []
        for done, (number, line) in enumerate(lines, 1):
            try:
                if isinstance(line, BadLineError):
                    raise line
                batch.append((number, self.read(number, line)))
            except BadLineError as fault:
                self.refuse(number, fault)
            if len(batch) >= self.at_once:
                await self.store(batch)
                batch = []
            progress.at(done)
        if batch:
            await self.store(batch)
        progress.end()
        return self.outcome


def show_progress() -> ProgressBar:
    """Show how many lines are read."""
    return ProgressBar(sys.stderr, "ligne lue")


POLITENESS = 10
"""The « nice » value of an import, so that it gives way to the bot on the same machine."""


@asynccontextmanager
async def open_to_import(settings: Settings, *, dry_run: bool = False) -> AsyncIterator[Database]:
    """Open the configured database, migrated, for an import that gives way to the bot; for a rehearsal, unchanged.
    Raises OperatorError if it then is not of this version."""
    os.nice(POLITENESS)
    if not dry_run:
        await schema.prepare(settings.database_url)
    async with (open_up_to_date if dry_run else open_database)(settings, keeps=not dry_run) as database:
        yield database
    if dry_run:
        print(REHEARSED, file=sys.stderr)


BETWEEN_BATCHES = 0.005
"""The fewest seconds for which the database is left to others after each transaction."""


@asynccontextmanager
async def take_turn(database: Database) -> AsyncIterator[AsyncSession]:
    """Open a transaction, then leave the database to others for the same time."""
    start = time.monotonic()
    async with database.transaction() as db:
        yield db
    await asyncio.sleep(max(BETWEEN_BATCHES, time.monotonic() - start))
