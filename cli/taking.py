"""How the lines of a file are taken in: read one by one, stored so many at once; what is wrong with one is told."""

from collections.abc import Callable, Iterable, Sequence
from typing import Protocol, TypeVar

from cli.progress import ProgressBar
from cli.tables import BadLineError, Cells

T = TypeVar("T")
Complain = Callable[[int, str], None]
"""Takes the number of a line and what is wrong with it, in French."""


class Taker(Protocol[T]):
    """What an import makes of its lines."""

    def read(self, number: int, line: Cells) -> T:
        """The line as a value. Raises BadLineError for one that can’t be taken."""

    async def store(self, batch: Sequence[tuple[int, T]]) -> None:
        """Write these values, each with the number of its line, in one transaction."""

    def refuse(self, number: int, fault: BadLineError) -> None:
        """Count a line that can’t be taken, and say why."""


async def take_in(
    taker: Taker[T], lines: Iterable[tuple[int, Cells | BadLineError]], at_once: int, progress: ProgressBar
) -> None:
    """Take every line, so many in a transaction: on SQLite the bot’s own writers wait while one lasts."""
    batch: list[tuple[int, T]] = []
    for count, (number, line) in enumerate(lines, 1):
        try:
            if isinstance(line, BadLineError):
                raise line
            batch.append((number, taker.read(number, line)))
        except BadLineError as fault:
            taker.refuse(number, fault)
        if len(batch) >= at_once:
            await taker.store(batch)
            batch = []
        progress.at(count)
    if batch:
        await taker.store(batch)
    progress.end()
