"""What a command writes: counts, JSON, rows as columns, files that are whole or nothing, and how far a long run is."""

import csv
import json
import sys
import time
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from shutil import copyfileobj
from tempfile import TemporaryFile
from typing import TextIO, TypeVar, cast

from bot.french import NBSP, group, noun, plural
from storage.private_files import make_private_file

T = TypeVar("T")
BYTE_ORDER_MARK = "\ufeff"
"""Without it, spreadsheets take UTF-8 for something else."""


def count(number: int, one: str, many: str | None = None) -> str:
    """Say a count, with a plain space: « 3 lignes »."""
    return plural(number, one, many).replace(NBSP, " ")


def make_printable(text: str) -> str:
    """Make a text printable: no sign of it does anything in a terminal."""
    return "".join(c if c.isprintable() else "\ufffd" for c in text)


def open_standard_output() -> TextIO:
    """Open the standard output as a file in UTF-8, whose lines end as they are written."""
    cast("TextIOWrapper", sys.stdout).reconfigure(encoding="utf-8", newline="")
    return sys.stdout


def begin_csv(out: TextIO, columns: Iterable[object]) -> Callable[[Iterable[object]], object]:
    """Write the names of the columns, and return what writes each row."""
    out.write(BYTE_ORDER_MARK)
    table = csv.writer(out, delimiter=";")
    table.writerow(columns)
    return table.writerow


@contextmanager
def open_whole(output: str = "") -> Iterator[TextIO]:
    """Open a file to write in, that is handed over once all of it is there, and nothing of it before: to the standard
    output as it is, or in UTF-8 where that is called « - », or to a file of that name, which is replaced, and private
    if it is new."""
    with TemporaryFile("w+", encoding="utf-8", errors="replace", newline="") as told:
        yield told
        told.seek(0)
        if output in {"", "-"}:
            copyfileobj(told, open_standard_output() if output else sys.stdout)
            return
        make_private_file(Path(output))
        with Path(output).open("w", encoding="utf-8", newline="") as file:
            copyfileobj(told, file)
    print(f"Écrit : {output}")


def write(found: object, lines: Iterable[str], *, as_json: bool) -> None:
    """Write what a command found, as JSON on one line for a program, or as lines to be read."""
    print(json.dumps(found, ensure_ascii=False) if as_json else "\n".join(lines))


@contextmanager
def open_json_list(out: TextIO) -> Iterator[Callable[[object], None]]:
    """Open a JSON list on one line, to which what is given is called with one value after the other."""
    before = "["

    def add(value: object) -> None:
        nonlocal before
        out.write(before + json.dumps(value, ensure_ascii=False))
        before = ", "

    yield add
    out.write("[]\n" if before == "[" else "]\n")


def open_lines(
    out: TextIO, kind: str, columns: Sequence[str], cells: Callable[[T], Iterable[object]]
) -> Callable[[T], object]:
    """Return what writes each row on a line: as a JSON object (« jsonl »), or as the ``cells`` of a CSV, of which the
    line that names the columns is written at once."""
    if kind == "jsonl":
        return lambda row: print(json.dumps(row, ensure_ascii=False), file=out)
    write_cells = begin_csv(out, columns)
    return lambda row: write_cells(cells(row))


def make_table(head: Sequence[str], rows: Sequence[Sequence[str]], last: str) -> Iterator[str]:
    """Make the lines of a table: rows under their headings, where there are any, and a last line that sums up."""
    if rows:
        yield from align([head, *rows])
    yield last


def align(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield a line for each row, every column as wide as its widest cell."""
    widths = [max(map(len, cells)) for cells in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


QUIET_FOR = 2.0
"""Seconds before the first line."""
BETWEEN_LINES = 10.0
"""Seconds between lines where they add up; on a terminal one line is rewritten each second."""
BAR_WIDTH = 30


class ProgressBar:
    """Shows how far a long run is: call ``at`` as often as you like, and ``end`` once.

    ``one`` is what is counted, in the singular; ``many`` its plural where that is not made by an s to each word.
    Where the ``total`` is known, a bar shows the share done and the time left; ``done`` were so before this run.
    """

    def __init__(
        self, out: TextIO, one: str, total: int | None = None, done: int = 0, *, many: str | None = None
    ) -> None:
        self._out = out
        self._units = one, many
        self._total = total
        self._done = done
        self._rewrites = out.isatty()
        self._begun = time.monotonic()
        self._next = self._begun + QUIET_FOR
        self._shown = False

    def at(self, count: int) -> None:
        """Note that so many are done."""
        now = time.monotonic()
        if now < self._next:
            return
        self._next = now + (1.0 if self._rewrites else BETWEEN_LINES)
        self._shown = True
        line = f"{group(count)} {noun(count, *self._units)}"
        line = self._bar(line, count, now - self._begun) if self._total else f"{line}…"
        print(line, file=self._out, end=self._end, flush=True)

    async def follow(self, found: AsyncIterable[T]) -> AsyncIterator[T]:
        """Yield what is found, counted one by one."""
        done = 0
        async for one in found:
            yield one
            done += 1
            self.at(done)
        self.end()

    def _bar(self, line: str, count: int, elapsed: float) -> str:
        share = min(1.0, count / (self._total or count))
        full = round(share * BAR_WIDTH)
        left = ""
        if count > self._done and self._total:
            seconds = elapsed / (count - self._done) * max(0, self._total - count)
            left = f", encore {_say(seconds)}"
        return f"[{'█' * full}{'·' * (BAR_WIDTH - full)}] {share:.0%} : {line}{left}".replace("%", "\u00a0%")

    def end(self) -> None:
        """Leave the terminal’s line clean."""
        if self._shown and self._rewrites:
            print("\r\033[K", file=self._out, end="", flush=True)

    @property
    def _end(self) -> str:
        return "\033[K\r" if self._rewrites else "\n"


def _say(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"
