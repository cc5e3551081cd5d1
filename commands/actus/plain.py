"""A digest as plain text, read line by line, and as a web page of its own."""

from collections.abc import Iterator
from functools import cache
from importlib.resources import files

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from bot.french.words import plural
from bot.texts import typeset
from commands.actus import edito
from commands.actus.sheet import Chapter, Piece, Sheet


def text(sheet: Sheet) -> str:
    """Line by line, as a screen reader says it: nothing is drawn, each part says how much it has."""
    return typeset("\n".join(_lines(sheet))).strip() + "\n"


def _lines(sheet: Sheet) -> Iterator[str]:
    yield from (sheet.heading, sheet.day)
    if sheet.edito:
        yield from ("", *edito.plain(sheet.edito).split("\n"))
    for at, chapter in enumerate(sheet.chapters, 1):
        yield from ("", f"Partie {at} : {chapter.title} ({_count(chapter)})")
        for piece in chapter.pieces:
            yield from ("", *_item(piece))


def _count(chapter: Chapter) -> str:
    return plural(len(chapter.pieces), "élément")


def _item(piece: Piece) -> Iterator[str]:
    yield f"{piece.rank}. {piece.title}"
    yield from (line.strip() for line in piece.text.split("\n") if line.strip())
    if piece.credit:
        yield piece.credit
    if piece.url:
        yield f"Lien : {piece.url}"


def page(sheet: Sheet) -> str:
    """A whole page: headings, lists, no script, nothing fetched from elsewhere."""
    return _template().render(sheet=sheet, edito=edito.read(sheet.edito), heading=typeset(sheet.heading))


@cache
def _template() -> Template:
    folder = FileSystemLoader(str(files("templates")))
    environment = Environment(
        loader=folder, undefined=StrictUndefined, autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"typeset": typeset}
    return environment.get_template("actus.html.j2")
