"""A digest as a PDF: tagged, composed from templates/reports/actus.typ."""

from typing import Any

from bot.papers.glyphs import drawable
from bot.papers.typeset import compose
from bot.texts import typeset
from commands.actus.sheet import Chapter, Sheet


def write(sheet: Sheet) -> bytes:
    """The file; to be made in a thread."""
    told = {
        "heading": _words(sheet.heading),
        "day": _words(sheet.day),
        "edito": [[_words(line) for line in part.split("\n")] for part in sheet.edito.split("\n\n") if part],
        "chapters": [_chapter(chapter) for chapter in sheet.chapters],
    }
    return compose("actus", told, sheet.on)


def file_name(sheet: Sheet) -> str:
    """« actus_n42_27-11-2026.pdf »."""
    return f"actus_n{sheet.number}_{sheet.on:%d-%m-%Y}.pdf"


def _chapter(chapter: Chapter) -> dict[str, Any]:
    pieces = [
        {
            "title": _words(piece.title) or "Sans titre",
            "url": piece.url,
            "lines": [_words(line) for line in piece.text.split("\n") if line.strip()],
            "credit": _words(piece.credit),
        }
        for piece in chapter.pieces
    ]
    return {"title": _words(chapter.title), "pieces": pieces}


def _words(text: str) -> str:
    return typeset(drawable(text))
