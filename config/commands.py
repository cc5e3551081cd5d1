"""The commands that people may type, known without their features: for who only reads what sentences mean."""

from collections.abc import Sequence
from typing import NamedTuple

from config import tables

TABLE = "commands.tsv"
COLUMNS = ("command", "seeks", "tells")


class Command(NamedTuple):
    """A command by its name; what follows it is looked for where it ``seeks``, and words of one’s own where it
    ``tells``."""

    name: str
    seeks: bool
    tells: bool


def read_commands() -> Sequence[Command]:
    """Read all commands, in the order in which « /aide » lists them."""
    return [Command(row["command"], bool(row["seeks"]), bool(row["tells"])) for row in tables.read(TABLE)]
