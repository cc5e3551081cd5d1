"""A line that says how far a long run is, on a terminal or in a log; a short run shows none."""

import time
from typing import TextIO

PATIENCE = 2.0
"""Seconds before the first line."""
EVERY = 10.0
"""Seconds between lines where they add up; on a terminal one line is rewritten each second."""


class Progress:
    """Call ``at`` as often as you like, and ``end`` once."""

    def __init__(self, out: TextIO, unit: str) -> None:
        self._out = out
        self._unit = unit
        self._rewrites = out.isatty()
        self._next = time.monotonic() + PATIENCE
        self._shown = False

    def at(self, count: int) -> None:
        """So many are done."""
        now = time.monotonic()
        if now < self._next:
            return
        self._next = now + (1.0 if self._rewrites else EVERY)
        self._shown = True
        print(f"{count:,} {self._unit}…".replace(",", "\u202f"), file=self._out, end=self._end, flush=True)

    def end(self) -> None:
        """Leave the terminal’s line clean."""
        if self._shown and self._rewrites:
            print("\r\033[K", file=self._out, end="", flush=True)

    @property
    def _end(self) -> str:
        return "\033[K\r" if self._rewrites else "\n"
