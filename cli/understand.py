"""« coop-bot understand »: prints how the bot understands sentences, one a line, without doing anything."""

from collections.abc import Collection, Coroutine, Iterator, Sequence
from dataclasses import dataclass, replace
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
    """The speaker: the day where they are, and the commands they may use (None: all)."""

    today: date
    allowed: Collection[str] | None = None
    departements: Sequence[str] = ()


def understand_file(call: Call, file: str, username: str | None, as_json: bool) -> int | Coroutine[Any, Any, int]:
    """Print how each line of a file is understood; empty lines are only counted. The bot’s modules and database are
    loaded only if a user name is given."""
    if username is None:
        return tell(Speaker(call.clock().astimezone(PARIS).date()), file, as_json=as_json)
    asked: Coroutine[Any, Any, int] = load("cli.speakers:tell_as")(call, username, file, as_json=as_json)
    return asked


def tell(speaker: Speaker, file: str, *, as_json: bool) -> int:
    """Print how each line is understood for a speaker."""
    with open_file(file) as stream:
        readings = list(_read_all(read_lines(stream), speaker))
    table = make_table(HEADINGS, [_as_row(*one) for one in readings], f"{count(len(readings), 'phrase')}.")
    write([_as_object(*one) for one in readings], table, as_json=as_json)
    return 0


def _read_all(lines: Iterator[Text], speaker: Speaker) -> Iterator[Understood]:
    commands = CommandIndex.know(read_commands())
    for number, sentence in lines:
        if sentence.strip():
            reading = understand(sentence, speaker.today, commands, speaker.allowed)
            yield number, reading if sentence.lstrip().startswith("/") else shorten(reading, speaker, commands)


def shorten(reading: Reading, speaker: Speaker, commands: CommandIndex) -> Reading:
    """Write the line of a report or an appointment in one way, with what is read of it; in the chat it keeps all words,
    as the preview names those that are not understood."""
    way = _SHORT_FORMS.get(commands.find(reading.line)[0]) if " " in reading.line else None
    if way is None:
        return reading
    return replace(reading, line=load(way)(reading.line, speaker.today, speaker.departements))


_SHORT_FORMS = {
    "cra": "dialogs.cra.line.short_form:shorten_command",
    "cra coordination": "dialogs.cra.coordination_short_form:shorten_command",
    "rdv": "dialogs.rdv.short_form:arrange_command",
}
"""The functions that write a command’s line in its shortest form, by command."""


def _as_object(number: int, reading: Reading) -> dict[str, object]:
    """Describe a reading as in docs/wire.md."""
    return {"line": number, "intention": reading.intention.value, "commande": reading.line, "sure": reading.is_done}


HEADINGS = ("ligne", "intention", "sûr", "commande")


def _as_row(number: int, reading: Reading) -> tuple[str, ...]:
    is_sure = "oui" if reading.is_done else "non"
    return str(number), reading.intention.value, is_sure, make_printable(reading.line) or "—"
