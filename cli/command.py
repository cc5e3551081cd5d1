"""How the operator’s commands are declared: what each is called and is for, its arguments, what of the database it
touches.

A declaration imports nothing of what runs: « --help » and the demo’s supervisor start at once.
"""

from argparse import Namespace
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING

from cli.arguments import Parser

if TYPE_CHECKING:
    from config.settings import Settings


class Touches(Enum):
    """What a command does to the configured database."""

    NOTHING = "nothing"
    READS = "reads"
    WRITES = "writes"


@dataclass(frozen=True, slots=True)
class Call:
    """A command as it was typed. ``clock`` says what time it is."""

    options: Namespace
    clock: Callable[[], datetime]

    @property
    def settings(self) -> "Settings":
        """The settings of the environment and the env file; raises OperatorError where they can’t be."""
        from cli.opening import settings_of

        return settings_of(self.options)


Run = Callable[[Call], int]
"""Does it, and returns what the process exits with: 0 done, 1 refused in words, 2 badly written."""


@dataclass(frozen=True, slots=True)
class Command:
    """A command; a name of two words is the second of the first: « import cra »."""

    name: str
    run: Run
    help: str
    touches: Touches
    arguments: Callable[[Parser], None]


class Tool:
    """The commands of one room: ``tool = Tool()``, then decorate what runs."""

    def __init__(self) -> None:
        self.commands: list[Command] = []

    def command(
        self,
        name: str,
        *,
        help: str,
        touches: Touches = Touches.NOTHING,
        arguments: Callable[[Parser], None] = lambda _: None,
    ) -> Callable[[Run], Run]:
        """``coop-bot name``; ``arguments`` adds them to its parser."""

        def register(run: Run) -> Run:
            self.commands.append(Command(name, run, help, touches, arguments))
            return run

        return register
