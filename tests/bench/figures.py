"""What was measured, and the table of it."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """A measure beside its yardstick; ``met`` is None where nothing is demanded."""

    what: str
    measured: str
    yardstick: str
    goal: str
    met: bool | None = None


def table(figures: Sequence[Figure]) -> str:
    """Format all figures as a table, a line for each."""
    verdicts = {True: "tenu", False: "MANQUÉ", None: ""}
    rows = [("Mesure", "Bot", "Témoin", "But", "")]
    rows += [(f.what, f.measured, f.yardstick, f.goal, verdicts[f.met]) for f in figures]
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([lines[0], "─" * len(lines[0]), *lines[1:]])


def ms(seconds: float) -> str:
    """Format seconds as milliseconds."""
    return f"{seconds * 1000:.1f} ms"
