"""Labelled sentences, and how many of them are read right."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from bot.command_lines import CommandIndex
from commands import FEATURES
from config.text import fold
from dialogs.plain_words import Reading, understand
from dialogs.plain_words.frames import read_frame

DATA = Path(__file__).parent.parent / "data"
TODAY = date(2026, 11, 28)
COMMANDS = CommandIndex.of(trigger for feature in FEATURES for trigger in feature.commands)
_SMALL = read_frame("petits")


@dataclass(frozen=True)
class Labelled:
    """A sentence, with what it wants and the command line that stands for it."""

    sentence: str
    intention: str
    line: str


@dataclass(frozen=True)
class Score:
    """Shares of the sentences: intention right, command right to the letter and in its words, sure, and sure of an
    intention or a command that is wrong."""

    intention: float
    command: float
    words: float
    sure: float
    sure_of_wrong_intention: float
    sure_of_wrong_command: float


def read_labelled(name: str) -> list[Labelled]:
    """The sentences of a set; what stands for one may be a command that is to come, and is none until then."""
    lines = (DATA / name).read_text("utf-8").splitlines()
    rows = [line.split("\t") for line in [line for line in lines if not line.startswith("#")][1:]]
    return [Labelled(sentence, intention, line if COMMANDS.call(line) else "") for sentence, intention, line in rows]


def read(sentence: str) -> Reading:
    """What a sentence is taken for, on the day of the sets."""
    return understand(sentence, TODAY, COMMANDS)


def score(labelled: Sequence[Labelled]) -> Score:
    """How many of the sentences are read right."""
    pairs = [(one, read(one.sentence)) for one in labelled]
    right = [(read.intention == one.intention, _is_same(one, read), read.sure) for one, read in pairs]
    return Score(
        _share(intention for intention, _, _ in right),
        _share(intention and line for intention, line, _ in right),
        _share(read.intention == one.intention and _words(read.line) == _words(one.line) for one, read in pairs),
        _share(sure for _, _, sure in right),
        _share(sure and not intention for intention, _, sure in right),
        _share(sure and not (intention and line) for intention, line, sure in right),
    )


def _is_same(one: Labelled, read: Reading) -> bool:
    return " ".join(read.line.casefold().split()) == " ".join(one.line.casefold().split())


def _words(line: str) -> list[str]:
    """The words of a line that say something, however they are written."""
    return [word for word in fold(line).replace("’", " ").split() if word not in _SMALL]


def _share(right: Iterable[bool]) -> float:
    found = list(right)
    return sum(found) / len(found)
