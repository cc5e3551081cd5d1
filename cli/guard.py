"""« coop-bot guard »: finds personal data in a text, line by line, and prints it once the whole text was read."""

from collections.abc import Iterator
from typing import TextIO

from bot.french import plural
from bot.guard import Detection, find
from cli.command import Call
from cli.terminal import open_json_list, open_whole
from cli.texts import open_file, read_lines


def guard(_: Call, file: str, as_json: bool) -> None:
    """Print where a text contains personal data. Raises OperatorError, and prints nothing, if it cannot be read to its
    end."""
    with open_file(file) as stream, open_whole() as told:
        found = ((number, one) for number, line in read_lines(stream) for one in find(line))
        (_as_json if as_json else _in_words)(found, told)


def _as_json(found: Iterator[tuple[int, Detection]], told: TextIO) -> None:
    with open_json_list(told) as add:
        for number, one in found:
            add({"line": number, "kind": one.kind, "start": one.start, "end": one.end})


def _in_words(found: Iterator[tuple[int, Detection]], told: TextIO) -> None:
    """Print the position of each finding, with characters counted from one, but not the data itself."""
    count = 0
    for number, one in found:
        count += 1
        told.write(f"Ligne {number}, caractères {one.start + 1} à {one.end} : {one.kind.label}.\n")
    counted = plural(count, "donnée personnelle", "données personnelles") if count else "Aucune donnée personnelle"
    told.write(f"{counted}.\n")
