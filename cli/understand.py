"""« coop-bot understand »: what the bot makes of sentences, one a line, without doing any of it."""

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from bot.command_lines import CommandIndex
from cli.annuaire import find_viewer
from cli.checks import choose_features
from cli.command import Call
from cli.environment import begin_reading, open_up_to_date
from cli.terminal import align, count, make_printable
from cli.texts import Text, open_file, read_lines
from commands import FEATURES
from config.time import PARIS
from dialogs.plain_words import Reading, understand

Understood = tuple[int, Reading]
"""A reading by the number of its line; the first is 1."""


@dataclass(frozen=True)
class Speaker:
    """Whose sentences they are: what day it is there, and the commands that are open (all of them where None)."""

    today: date
    allowed: Collection[str] | None = None


async def understand_file(call: Call, file: str, username: str | None, as_json: bool) -> int:
    """Write what each line of a file is taken for; lines without a word are left out, but counted."""
    speaker = await _find_speaker(call, username) if username is not None else Speaker(_today(call))
    with open_file(file) as stream:
        readings = list(_read_all(read_lines(stream), speaker))
    print(json.dumps([_as_object(*one) for one in readings], ensure_ascii=False) if as_json else _in_words(readings))
    return 0


def _today(call: Call) -> date:
    return call.clock().astimezone(PARIS).date()


async def _find_speaker(call: Call, username: str) -> Speaker:
    """Somebody of the register, by their role. Raises OperatorError for a name that nobody has."""
    async with open_up_to_date(call.settings) as database, begin_reading(database) as db:
        person = await find_viewer(db, username)
    on = choose_features(FEATURES, call.settings)
    allowed = {trigger.key[1] for feature in on for trigger in feature.commands if person.may(trigger.roles)}
    return Speaker(person.today(call.clock()), allowed)


def _read_all(lines: Iterator[Text], speaker: Speaker) -> Iterator[Understood]:
    commands = CommandIndex.of(trigger for feature in FEATURES for trigger in feature.commands)
    for number, sentence in lines:
        if sentence.strip():
            yield number, understand(sentence, speaker.today, commands, speaker.allowed)


def _as_object(number: int, reading: Reading) -> dict[str, object]:
    """A reading as docs/wire.md describes it."""
    return {"line": number, "intention": reading.intention.value, "commande": reading.line, "sure": reading.sure}


def _in_words(readings: Sequence[Understood]) -> str:
    """A table to be read."""
    rows = [("ligne", "intention", "sûr", "commande")]
    rows += [
        (str(number), reading.intention.value, "oui" if reading.sure else "non", make_printable(reading.line) or "—")
        for number, reading in readings
    ]
    return "\n".join([*(align(rows) if readings else ()), f"{count(len(readings), 'phrase')}."])
