"""« coop-bot guard »: a text is read line by line, and where it holds personal data told once all of it was read."""

import json
from collections.abc import Iterator
from typing import BinaryIO, TextIO

from bot.french.words import plural
from bot.guard import Detection, find
from cli.command import Call
from cli.environment import open_file
from cli.errors import OperatorError
from cli.tables import LINE_BYTES_MAX, Text
from cli.terminal import open_whole

_MARK = b"\xef\xbb\xbf"


def guard(_: Call, file: str, as_json: bool) -> int:
    """Tell where a text holds personal data."""
    look(file, as_json=as_json)
    return 0


def look(name: str, *, as_json: bool) -> None:
    """Tell what is in the file; nothing where it can’t be read to its end. Raises OperatorError then."""
    with open_file(name) as stream, open_whole() as told:
        found = ((number, one) for number, line in read_lines(stream) for one in find(line))
        (_as_json if as_json else _in_words)(found, told)


def read_lines(stream: BinaryIO) -> Iterator[Text]:
    """Lines by their number, without their ends. Raises OperatorError for what is no text in UTF-8."""
    number = 0
    while data := stream.readline(LINE_BYTES_MAX + 1):
        number += 1
        if len(data) > LINE_BYTES_MAX:
            raise OperatorError(f"Ligne {number} : elle a plus d’un million d’octets. Coupez-la en plusieurs.")
        try:
            line = (data.removeprefix(_MARK) if number == 1 else data).decode("utf-8")
        except UnicodeDecodeError:
            raise OperatorError(
                f"Ligne {number} : ce n’est pas du texte UTF-8. Enregistrez le fichier ainsi."
            ) from None
        yield number, line.removesuffix("\n").removesuffix("\r")


def _as_json(found: Iterator[tuple[int, Detection]], told: TextIO) -> None:
    between = "["
    for number, one in found:
        row = {"line": number, "kind": one.kind, "start": one.start, "end": one.end}
        told.write(f"{between}{json.dumps(row)}")
        between = ", "
    told.write("[]\n" if between == "[" else "]\n")


def _in_words(found: Iterator[tuple[int, Detection]], told: TextIO) -> None:
    """Counted from one, as people count; what it is stays where it is."""
    count = 0
    for number, one in found:
        count += 1
        told.write(f"Ligne {number}, caractères {one.start + 1} à {one.end} : {one.kind.label}.\n")
    none = "Aucune donnée personnelle."
    told.write(f"{plural(count, 'donnée personnelle', 'données personnelles')}.\n" if count else f"{none}\n")
