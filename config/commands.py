"""The commands that people may type, as a table, for code that reads sentences and does not know the features."""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from config import tables

TABLE = "commands.tsv"
COLUMNS = ("command", "seeks", "tells", "words")

SEPARATOR = "|"
"""What stands between the words of a command."""


class Command(NamedTuple):
    """A command by its name; where it ``seeks``, the words after it are searched for, where it ``tells``, they are the
    person’s own words; ``words`` are those that mean something of their own behind it."""

    name: str
    seeks: bool
    tells: bool
    words: Collection[str] = ()


def read_commands() -> Sequence[Command]:
    """Read all commands, in the order in which « /aide » lists them."""
    return [_read_row(row) for row in tables.read(TABLE)]


def _read_row(row: Mapping[str, str]) -> Command:
    words = tuple(filter(None, row["words"].split(SEPARATOR)))
    return Command(row["command"], bool(row["seeks"]), bool(row["tells"]), words)
