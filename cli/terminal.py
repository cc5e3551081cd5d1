"""Output of commands: counts, JSON, tables, files that are written whole or not at all, and progress."""

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
    """Write a count, with a normal space: « 3 lignes »."""
    return plural(number, one, many).replace(NBSP, " ")


def make_printable(text: str) -> str:
    """Replace control characters, so that a text does nothing in a terminal."""
    return "".join(c if c.isprintable() else "\ufffd" for c in text)


def open_standard_output() -> TextIO:
    """Open the standard output as UTF-8, with line ends unchanged."""
    cast("TextIOWrapper", sys.stdout).reconfigure(encoding="utf-8", newline="")
    return sys.stdout


def begin_csv(out: TextIO, columns: Iterable[object]) -> Callable[[Iterable[object]], object]:
    """Write the header of a CSV, and return the function that writes a row."""
    out.write(BYTE_ORDER_MARK)
    table = csv.writer(out, delimiter=";")
    table.writerow(columns)
    return table.writerow


@contextmanager
def open_whole(output: str = "") -> Iterator[TextIO]:
    """Open an output that is written completely or not at all: « - » for the standard output (as UTF-8), or a file,
    which is replaced, and private if new."""
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
    """Print a result, as JSON on one line or as lines to read."""
    print(json.dumps(found, ensure_ascii=False) if as_json else "\n".join(lines))


@contextmanager
def open_json_list(out: TextIO) -> Iterator[Callable[[object], None]]:
    """Write a JSON list on one line; yield the function that adds a value."""
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
    """Return the function that writes rows as JSON objects (« jsonl ») or as the ``cells`` of a CSV, whose header is
    written at once."""
    if kind == "jsonl":
        return lambda row: print(json.dumps(row, ensure_ascii=False), file=out)
    write_cells = begin_csv(out, columns)
    return lambda row: write_cells(cells(row))


def make_table(head: Sequence[str], rows: Sequence[Sequence[str]], last: str) -> Iterator[str]:
    """Yield the lines of a table with its head, if it has rows, and a last line that sums up."""
    if rows:
        yield from align([head, *rows])
    yield last


def list_lines(lines: Sequence[T], say: Callable[[T], str], one: str, none: str, *, beside: str = "") -> Iterator[str]:
    """Yield a line for each thing, and a last one with their number (in a word for ``one``), or « none »."""
    yield from (make_printable(say(line)) for line in lines)
    yield f"{count(len(lines), one)}.{beside}" if lines else none


def align(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield the rows as lines, with columns as wide as their widest cell."""
    widths = [max(map(len, cells)) for cells in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


QUIET_FOR = 2.0
"""The seconds before the first line of progress."""
BETWEEN_LINES = 10.0
"""The seconds between lines of progress in a file; on a terminal one line is rewritten each second."""
BAR_WIDTH = 30


class ProgressBar:
    """Shows the progress of a long run: call ``at`` as often as you like, and ``end`` once.

    ``one`` is the singular of what is counted, ``many`` its irregular plural. If the ``total`` is known, it shows a bar
    and the time left; ``done`` were done before this run.
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
        """Show that so many are done."""
        now = time.monotonic()
        if now < self._next:
            return
        self._next = now + (1.0 if self._rewrites else BETWEEN_LINES)
        self._shown = True
        line = f"{group(count)} {noun(count, *self._units)}"
        line = self._bar(line, count, now - self._begun) if self._total else f"{line}…"
        print(line, file=self._out, end=self._end, flush=True)

    async def follow(self, found: AsyncIterable[T]) -> AsyncIterator[T]:
        """Yield items, and count them."""
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
        """Clear the progress from the terminal."""
        if self._shown and self._rewrites:
            print("\r\033[K", file=self._out, end="", flush=True)

    @property
    def _end(self) -> str:
        return "\033[K\r" if self._rewrites else "\n"


def _say(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"
