"""What the tests reach of the product: slipcover counts lines and branches, and forgets each that was seen.

A tracer, which looks at every line each time, costs as much again as the test that it follows.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PRODUCT = ("bot", "cli", "commands", "dialogs", "storage")
NOT_SEEN = "storage/migrations/*"
"""Alembic loads these by their path, past the one who counts; tests/test_migrations.py looks at what they did."""


@dataclass(frozen=True, slots=True)
class Reached:
    """How much of the product, in per cent of its lines and branches; and, by file, what nothing reached."""

    percent: float
    missing: Sequence[tuple[str, float, str]]

    def __str__(self) -> str:
        lines = [f"{percent:5.1f} %  {name}  {places}" for name, percent, places in self.missing]
        return "\n".join([*lines, f"Mesuré : {self.percent:.2f} % des lignes et des branches."])


def measuring(noted: Path, product: Sequence[str] = PRODUCT) -> list[str]:
    """What Python begins with, before « -m pytest », so that it notes in that file what is reached."""
    of = ("--source", ",".join(product), "--omit", NOT_SEEN)
    return ["-m", "slipcover", "--branch", *of, "--json", "--out", str(noted)]


def reached(noted: Path) -> Reached:
    """What was noted there."""
    told: dict[str, Any] = json.loads(noted.read_text("utf-8"))
    missing = [
        (name, file["summary"]["percent_covered"], _places(file))
        for name, file in sorted(told["files"].items())
        if file["summary"]["percent_covered"] < 100
    ]
    return Reached(told["summary"]["percent_covered"], missing)


def _places(file: dict[str, Any]) -> str:
    """« 12, 40→42 »: lines, and ways from one to another (0 is the end)."""
    ways = [f"{start}→{end}" for start, end in file.get("missing_branches", ())]
    return ", ".join([*map(str, file["missing_lines"]), *ways])
