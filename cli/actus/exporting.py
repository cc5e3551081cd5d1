"""« coop-bot export digest »: a number of the news as Markdown, a web page, plain text or a PDF."""

import sys
from argparse import Namespace
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from bot.papers import brand
from cli.actus import desk as desks
from cli.errors import OperatorError
from cli.opening import open_up_to_date
from commands.actus import paper, plain, words
from commands.actus.posts import posts
from commands.actus.sheet import Sheet
from config.settings import Settings


async def export(settings: Settings, options: Namespace, clock: Callable[[], datetime]) -> int:
    """Write it on the standard output, or into a file."""
    if options.format == "pdf" and not options.output and sys.stdout.isatty():
        raise OperatorError("Un PDF ne se lit pas dans un terminal : indiquez --output FICHIER.", code=2)
    async with open_up_to_date(settings) as database, desks.standing(database, settings, clock, options.number) as desk:
        await desks.every(desk)
        sheet = await words.sheet_of(desk, await desks.found(desk, options.number))
    made = _made(sheet, options.format, settings)
    _hand_over(made, options.output)
    return 0


def _hand_over(made: bytes, output: str | None) -> None:
    if output:
        Path(output).write_bytes(made)
    else:
        sys.stdout.flush()
        sys.stdout.buffer.write(made)


def _made(sheet: Sheet, form: str, settings: Settings) -> bytes:
    match form:
        case "pdf":
            return paper.write(sheet, brand.of(settings))
        case "html":
            return plain.page(sheet).encode()
        case "txt":
            return plain.text(sheet).encode()
        case _:
            return ("\n\n".join(posts(sheet)) + "\n").encode()
