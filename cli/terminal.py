"""What is shown in a terminal while a command runs: rows as columns, and a line that says how far a long run is."""

import time
from collections.abc import Iterator, Sequence
from typing import TextIO

from bot.french.words import group, noun


def align(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """A line for each row, every column as wide as its widest cell."""
    widths = [max(map(len, cells)) for cells in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


QUIET_FOR = 2.0
"""Seconds before the first line."""
BETWEEN_LINES = 10.0
"""Seconds between lines where they add up; on a terminal one line is rewritten each second."""
BAR_WIDTH = 30


class ProgressBar:
    """Call ``at`` as often as you like, and ``end`` once.

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
        """So many are done."""
        now = time.monotonic()
        if now < self._next:
            return
        self._next = now + (1.0 if self._rewrites else BETWEEN_LINES)
        self._shown = True
        line = f"{group(count, least=1_000)} {noun(count, *self._units)}"
        line = self._bar(line, count, now - self._begun) if self._total else f"{line}…"
        print(line, file=self._out, end=self._end, flush=True)

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
