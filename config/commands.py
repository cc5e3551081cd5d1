"""The commands that people may type, as a table, for code that reads sentences and does not know the features."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from config import tables

TABLE = "commands.tsv"
COLUMNS = ("command", "seeks", "tells")


class Command(NamedTuple):
    """A command by its name; where it ``seeks``, the words after it are searched for, where it ``tells``, they are the
    person’s own words; ``words`` are those that mean something of their own behind it."""

    name: str
    seeks: bool
    tells: bool
    words: Collection[str] = ()


def read_commands() -> Sequence[Command]:
    """Read all commands, in the order in which « /aide » lists them."""
    return [Command(row["command"], bool(row["seeks"]), bool(row["tells"])) for row in tables.read(TABLE)]
