"""Tickets as lines to be read in a terminal, one after the other: columns are as wide as most need."""

from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import TextIO
from zoneinfo import ZoneInfo

from bot.french.words import NBSP, plural
from storage.hotline.rows import Line
from storage.hotline.states import State, Urgency

PARIS = ZoneInfo("Europe/Paris")
HEADINGS = ("n°", "file", "état", "urgence", "ouvert", "auteur", "agent", "sujet")
_WIDTHS = (5, 16, 24, 15, 16, 20, 20, 0)


async def as_table(found: AsyncIterator[Line], names: Mapping[str, str], told: TextIO) -> None:
    """Write them, then how many they are; ``names`` are those of the queues, by code."""
    count = 0
    async for line in found:
        if not count:
            told.write(_row(HEADINGS))
        count += 1
        told.write(_row(_cells(line, names)))
    counted = plural(count, "demande d’aide", "demandes d’aide").replace(NBSP, " ")
    told.write(f"{counted}. Heures de Paris.\n" if count else "Aucune demande d’aide.\n")


def _cells(line: Line, names: Mapping[str, str]) -> tuple[str, ...]:
    opened = datetime.fromisoformat(line["ouvert"]).astimezone(PARIS)
    what = (names.get(line["file"], line["file"]), State(line["etat"]).label, Urgency(line["urgence"]).label)
    who = (f"@{line['auteur']}", f"@{line['agent']}" if line["agent"] else "—")
    return str(line["id"]), *what, f"{opened:%d/%m/%Y %H:%M}", *who, line["sujet"]


def _row(cells: tuple[str, ...]) -> str:
    """No sign of anybody’s words does anything in a terminal."""
    shown = ("".join(c if c.isprintable() else "\ufffd" for c in cell) for cell in cells)
    return "  ".join(cell.ljust(width) for cell, width in zip(shown, _WIDTHS, strict=True)).rstrip() + "\n"
