"""« coop-bot tickets » and « export tickets »: tickets are read page by page, and printed once all were read."""

import sys
from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import TextIO

from cli.command import Call
from cli.environment import open_up_to_date
from cli.errors import OperatorError
from cli.terminal import ProgressBar, begin_csv, count, make_printable, open_json_list, open_whole
from config import hotline
from config.hotline import Queue
from config.settings import Settings
from config.tables import TableError
from config.text import fold
from config.time import PARIS
from storage.hotline import TicketState, Urgency, figures
from storage.hotline.figures import CSV_COLUMNS, Line, TicketSelection


async def tickets(call: Call, state: str | None, queue: str | None, as_json: bool) -> None:
    """Print tickets, for people or programs."""
    settings = call.settings
    chosen, names = choose(settings, state, queue), {code: each.name for code, each in queues(settings).items()}
    with open_whole() as told:
        async with open_up_to_date(settings) as database:
            found = figures.read_ticket_lines(database, chosen)
            await (_as_json(found, told) if as_json else as_table(found, names, told))


async def export_tickets(call: Call, state: str | None, queue: str | None, output: str) -> None:
    """Write tickets as CSV to the standard output or to a file, which is replaced."""
    chosen = choose(call.settings, state, queue)
    with open_whole(output) as told:
        async with open_up_to_date(call.settings) as database:
            await _as_csv(figures.read_ticket_lines(database, chosen, CSV_COLUMNS), told)


async def _as_json(found: AsyncIterator[Line], told: TextIO) -> None:
    with open_json_list(told) as add:
        async for line in found:
            add(line)


async def _as_csv(found: AsyncIterator[Line], told: TextIO) -> None:
    write = begin_csv(told, CSV_COLUMNS)
    async for line in ProgressBar(sys.stderr, "demande").follow(found):
        write(figures.make_ticket_cells(line))


_SHORT = {"en attente": TicketState.EN_ATTENTE}
"""Other names of states, folded."""


def choose(settings: Settings, state: str | None, queue: str | None) -> TicketSelection:
    """Return the selection of the options. Raises OperatorError for an unknown state or queue."""
    states = [_state(state)] if state is not None else []
    return TicketSelection(states, _queue(settings, queue) if queue is not None else "")


def queues(settings: Settings) -> Mapping[str, Queue]:
    """Read the configured queues. Raises OperatorError if their table is unusable."""
    try:
        return hotline.read(settings.hotline)
    except TableError as problem:
        raise OperatorError(f"COOP_HOTLINE : {problem}.", code=2) from None


def _state(text: str) -> TicketState:
    names = _SHORT | {_folded(name): state for state in TicketState for name in (state.value, state.label)}
    if found := names.get(_folded(text)):
        return found
    known = ", ".join(state.label for state in TicketState)
    raise OperatorError(f"--state : « {text} » n’est pas un état d’une demande. Il y a : {known}.", code=2)


def _queue(settings: Settings, text: str) -> str:
    known = queues(settings)
    names = {_folded(name): code for code, queue in known.items() for name in (code, queue.name)}
    if found := names.get(_folded(text)):
        return found
    told = ", ".join(f"{code} ({queue.name})" for code, queue in known.items())
    raise OperatorError(f"--queue : « {text} » n’est pas une file de la hotline. Il y a : {told}.", code=2)


def _folded(text: str) -> str:
    return fold(text.replace("_", " "))


HEADINGS = ("n°", "file", "état", "urgence", "ouvert", "auteur", "agent", "sujet")
_WIDTHS = (5, 16, 24, 15, 16, 20, 20, 0)


async def as_table(found: AsyncIterator[Line], names: Mapping[str, str], told: TextIO) -> None:
    """Print tickets and their number; ``names`` are those of the queues, by code."""
    done = 0
    async for line in found:
        if not done:
            told.write(_row(HEADINGS))
        done += 1
        told.write(_row(_cells(line, names)))
    counted = count(done, "demande d’aide", "demandes d’aide")
    told.write(f"{counted}. Heures de Paris.\n" if done else "Aucune demande d’aide.\n")


def _cells(line: Line, names: Mapping[str, str]) -> tuple[str, ...]:
    opened = datetime.fromisoformat(line["ouvert"]).astimezone(PARIS)
    what = (names.get(line["file"], line["file"]), TicketState(line["etat"]).label, Urgency(line["urgence"]).label)
    who = (f"@{line['auteur']}", f"@{line['agent']}" if line["agent"] else "—")
    return str(line["id"]), *what, f"{opened:%d/%m/%Y %H:%M}", *who, line["sujet"]


def _row(cells: tuple[str, ...]) -> str:
    shown = map(make_printable, cells)
    return "  ".join(cell.ljust(width) for cell, width in zip(shown, _WIDTHS, strict=True)).rstrip() + "\n"
