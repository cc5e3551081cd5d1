"""A digest as a PDF: tagged, two pages at most, composed from templates/reports/actus.typ."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from bot.papers import codes, shortcodes
from bot.papers.brand import Brand
from bot.papers.glyphs import drawable
from bot.papers.page import group
from bot.papers.typeset import compose
from bot.quoting import shorten
from bot.texts import typeset
from commands.actus import edito
from commands.actus.edito import Block
from commands.actus.sheet import Chapter, Piece, Sheet
from storage.actus.items import Section

TOP_MAX = 4
"""How much of what is on top stands apart; the rest follows in the columns."""
TEXTS = (320, 140)
"""Characters of a text: where there is room, and where there is less; where there is none, none."""
TITLES = (160, 130, 90)
"""Characters of a title, likewise."""
CREDITS, SHORTS = (120, 40, 18), (34, 34, 22)
"""Characters of a credit, and of an address."""
EDITO_LINES, EDITO_MAX = 22, 1600
"""As much of an edito as stands on the first page beside what is on top."""
_POINTER = re.compile(r"\s?(?:/agenda [0-9]+ : en savoir plus, y venir\.|Le détail : /stats\.)")
"""What the bot says of its own commands: nobody types on paper."""
_COMMAND = re.compile(r"(?<![^\s(«“\"'’])/([a-z]{2,}(?:-[a-z]+)*)(?=[\s.,;:!?)»”\"'’]|$)")
_PERMALINK = re.compile(r"/pl/[a-z0-9]{26}$")
LEFT = "La place manque ici : pour la suite ({}), rendez-vous dans Mattermost."
_SITE = re.compile(r"https?://(?:www\.)?")


def write(sheet: Sheet, look: Brand) -> bytes:
    """The file; to be made in a thread. A logo that cannot be drawn is left out."""
    told = tell(sheet, look)
    try:
        return compose("actus", told, sheet.on)
    except RuntimeError:
        if told["logo"] is None:
            raise
        return compose("actus", told | {"logo": None}, sheet.on)


def file_name(sheet: Sheet) -> str:
    """« actus_n42_27-11-2026.pdf »."""
    return f"actus_n{sheet.number}_{sheet.on:%d-%m-%Y}.pdf"


def tell(sheet: Sheet, look: Brand) -> dict[str, Any]:
    """A digest as its template reads it."""
    top = [chapter for chapter in sheet.chapters if chapter.section is Section.TOP]
    return {
        "heading": _words(sheet.heading),
        "name": _words(sheet.name),
        "number": str(sheet.number),
        "day": _words(sheet.day),
        "colours": list(look.colours),
        "logo": _logo(look),
        "home": _home(look.home),
        "edito": [_block(block) for block in _fitting(edito.read(sheet.edito))],
        "top": {"title": _words(top[0].title), "pieces": _pieces(top[0].pieces[:TOP_MAX])} if top else None,
        "chapters": [_chapter(chapter) for chapter in sheet.chapters if _flows(chapter, sheet)],
        "figures": _figures(sheet),
        "left": LEFT,
    }


def _logo(look: Brand) -> dict[str, Any] | None:
    if look.logo is None:
        return None
    drawn = look.logo.content.decode() if look.logo.form == "svg" else list(look.logo.content)
    return {"format": look.logo.form, "bytes": drawn}


def _home(address: str) -> dict[str, str] | None:
    code = codes.draw(address) if address else None
    return {"url": address, "short": _words(_SITE.sub("", address)), "svg": code.svg} if code else None


def _flows(chapter: Chapter, sheet: Sheet) -> bool:
    """Whether a part has something that stands in the columns."""
    if chapter.section is Section.TOP:
        return len(chapter.pieces) > TOP_MAX
    return chapter.section is not Section.FIGURES or sheet.figures is None


def _chapter(chapter: Chapter) -> dict[str, Any]:
    is_top = chapter.section is Section.TOP
    title = f"{chapter.title} (suite)" if is_top else chapter.title
    pieces = chapter.pieces[TOP_MAX if is_top else 0 :]
    return {"key": chapter.section.value, "title": _words(title), "pieces": _pieces(pieces)}


def _figures(sheet: Sheet) -> dict[str, Any] | None:
    found = next((chapter for chapter in sheet.chapters if chapter.section is Section.FIGURES), None)
    if found is None or sheet.figures is None:
        return None
    return {"chapter": _chapter(found), "picture": _picture(sheet.figures)}


def _pieces(pieces: Sequence[Piece]) -> list[dict[str, Any]]:
    return [_piece(piece) for piece in pieces]


def _piece(piece: Piece) -> dict[str, Any]:
    text = off_screen(" ".join(piece.text.split()))
    code = codes.draw(piece.url) if piece.url else None
    return {
        "titles": [_words(shorten(off_screen(piece.title), most)) or "Sans titre" for most in TITLES],
        "texts": [*(_words(shorten(text, most)) for most in TEXTS), ""],
        "credits": [_words(shorten(piece.credit, most)) for most in CREDITS],
        "url": piece.url,
        "shorts": [_words(short(piece.url, most)) for most in SHORTS],
        "code": {"svg": code.svg, "size": code.size, "alt": f"Code QR vers {short(piece.url, SHORTS[0])}"}
        if code
        else None,
    }


def short(url: str, most: int) -> str:
    """An address as one reads it: no scheme, nothing after a question mark, no longer than a line."""
    if _PERMALINK.search(url):
        return "dans Mattermost"
    path = _SITE.sub("", url).partition("?")[0].partition("#")[0].rstrip("/")
    return path if len(path) <= most else f"{path[: most - 1]}…"


def off_screen(text: str) -> str:
    """Words for a paper, on which no command can be typed: the bot’s own hints are left out, the names of commands
    among somebody’s words are words."""
    return _COMMAND.sub(r"« \1 »", _POINTER.sub("", text)).strip()


def _fitting(blocks: Sequence[Block]) -> Sequence[Block]:
    """As much of an edito as there is room for; « … » says that there is more."""
    kept: list[Block] = []
    lines = size = 0
    for block in blocks:
        lines += max(len(block.lines), len(block.text) // 110 + 1)
        size += len(block.text)
        if kept and (lines > EDITO_LINES or size > EDITO_MAX):
            return [*kept, Block(((edito.Span("… (la suite est dans Mattermost)", ("italic",)),),))]
        kept.append(Block(block.lines[:EDITO_LINES], block.mark, block.depth))
    return kept


def _block(block: Block) -> dict[str, Any]:
    lines = [[_span(span) for span in line] for line in block.lines]
    return {"mark": block.mark, "depth": max(block.depth, 1), "lines": lines}


def _span(span: edito.Span) -> dict[str, Any]:
    lead, tail = (" " if span.text[:1].isspace() else ""), (" " if span.text[-1:].isspace() else "")
    words = f"{lead}{_words(off_screen(span.text))}{tail}" if span.text.strip() else " "
    return {"text": words, "styles": list(span.styles), "url": span.url}


def _picture(figures: Mapping[str, Any]) -> dict[str, Any]:
    """The figures of its month: totals, the months before, what people were helped with most."""
    totals = [{"label": label, "said": group(value)} for label, value in figures["totals"]]
    months = [{"label": label, "value": n, "said": group(n)} for label, n in figures["mois"]]
    themes = [{"label": _words(label), "value": n, "said": group(n)} for label, n in figures["themes"]]
    more = " (* en cours)" if any("*" in line["label"] for line in months) else ""
    said = [f"{line['label']} : {line['said']}" for line in (*totals, *months, *themes)]
    return {
        "totals": totals,
        "months": {"title": f"Accompagnements, mois par mois{more}", "lines": months},
        "themes": {"title": "Ce qui a été le plus demandé", "lines": themes},
        "spoken": f"{'. '.join(said)}.",
    }


def _words(text: str) -> str:
    return typeset(drawable(shortcodes.draw(text)))
