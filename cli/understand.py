"""« coop-bot understand »: what the bot makes of sentences, one a line, without doing any of it."""

from collections.abc import Collection, Coroutine, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.command_lines import CommandIndex
from cli.command import Call
from cli.terminal import count, make_printable, make_table, write
from cli.texts import Text, open_file, read_lines
from cli.usage import load
from config.commands import read_commands
from config.time import PARIS
from dialogs.plain_words import Reading, understand

Understood = tuple[int, Reading]
"""A reading by the number of its line; the first is 1."""


@dataclass(frozen=True)
class Speaker:
    """Whose sentences they are: what day it is there, and the commands that are open (all of them where None)."""

    today: date
    allowed: Collection[str] | None = None


def understand_file(call: Call, file: str, username: str | None, as_json: bool) -> int | Coroutine[Any, Any, int]:
    """Write what each line of a file is taken for; lines without a word are left out, but counted. The bot and its
    database are asked for only where it is said whose they are."""
    if username is None:
        return tell(Speaker(call.clock().astimezone(PARIS).date()), file, as_json=as_json)
    asked: Coroutine[Any, Any, int] = load("cli.speakers:tell_as")(call, username, file, as_json=as_json)
    return asked


def tell(speaker: Speaker, file: str, *, as_json: bool) -> int:
    """Write it as it is understood of somebody."""
    with open_file(file) as stream:
        readings = list(_read_all(read_lines(stream), speaker))
    table = make_table(HEADINGS, [_as_row(*one) for one in readings], f"{count(len(readings), 'phrase')}.")
    write([_as_object(*one) for one in readings], table, as_json=as_json)
    return 0


def _read_all(lines: Iterator[Text], speaker: Speaker) -> Iterator[Understood]:
    commands = CommandIndex.know(read_commands())
    for number, sentence in lines:
        if sentence.strip():
            yield number, understand(sentence, speaker.today, commands, speaker.allowed)


def _as_object(number: int, reading: Reading) -> dict[str, object]:
    """Describe a reading as docs/wire.md does."""
    return {"line": number, "intention": reading.intention.value, "commande": reading.line, "sure": reading.is_done}


HEADINGS = ("ligne", "intention", "sûr", "commande")


def _as_row(number: int, reading: Reading) -> tuple[str, ...]:
    is_sure = "oui" if reading.is_done else "non"
    return str(number), reading.intention.value, is_sure, make_printable(reading.line) or "—"
