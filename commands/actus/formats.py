"""The formats of a digest: posts, plain text, a web page and a PDF, all drawn from an edito that is parsed once."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from itertools import groupby
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from bot.french import group, plural
from bot.papers import page
from bot.papers.compositor import NotComposedError
from bot.papers.typeset import compose_pdf, replace_shortcodes, to_drawable
from bot.plain_text import shorten
from bot.replies import POST_MAX
from bot.texts import BREAK, Markdown, escape, typeset
from commands.actus.editions import Chapter, DigestPiece, DigestSheet, split_addresses
from config import libraries
from config.text import cut
from storage.actus.items import NewsSection

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

_EMOJI = re.compile(rf":{BREAK}(?=[\w+-]+:)")
_STYLES = {"strong": "bold", "em": "italic", "s": "struck"}
_SIGNS = {"bold": "**", "italic": "*", "struck": "~~"}
_WEB = re.compile(r"https?://[^\s<>\"\\`]+")


@dataclass(frozen=True, slots=True)
class EditoSpan:
    """A run of text in an edito, with its emphasis and the address it links to."""

    text: str
    styles: tuple[str, ...] = ()
    url: str = ""


@dataclass(frozen=True, slots=True)
class EditoBlock:
    """A paragraph or list item of an edito. ``mark`` stands before it (« - », « 1. », « > » or nothing); ``depth`` is
    the number of lists around it."""

    lines: tuple[tuple[EditoSpan, ...], ...]
    mark: str = ""
    depth: int = 0

    @property
    def text(self) -> str:
        """The words of the block alone."""
        return "\n".join("".join(span.text for span in line) for line in self.lines)


@cache
def _make_reader() -> "MarkdownIt":
    return libraries.markdown_it.MarkdownIt("commonmark", {"html": False}).enable("strikethrough")


def read_edito(text: str) -> Sequence[EditoBlock]:
    """Parse an edito. Images become their descriptions, titles become bold text, tables and HTML tags stay the
    characters they are."""
    return list(_read_blocks(_make_reader().parse(text)))


def _read_blocks(tokens: Sequence["Token"]) -> Iterator[EditoBlock]:
    lists: list[str] = []
    mark, quoted, is_title = "", 0, False
    for token in tokens:
        match token.type:
            case "bullet_list_open" | "ordered_list_open":
                lists.append("-" if token.type == "bullet_list_open" else "1.")
            case "bullet_list_close" | "ordered_list_close":
                lists.pop()
            case "list_item_open":
                mark = f"{token.info}." if lists[-1] == "1." else "-"
            case "blockquote_open" | "blockquote_close":
                quoted += 1 if token.nesting > 0 else -1
            case "heading_open" | "heading_close":
                is_title = token.nesting > 0
            case "inline":
                styles = ("bold",) if is_title else ()
                yield EditoBlock(_read_lines(token.children or [], styles), mark or (">" if quoted else ""), len(lists))
                mark = ""
            case "fence" | "code_block":
                lines = token.content.strip("\n").split("\n")
                yield EditoBlock(tuple((EditoSpan(line),) for line in lines), ">" if quoted else "", len(lists))


def _read_lines(tokens: Sequence["Token"], styles: tuple[str, ...]) -> tuple[tuple[EditoSpan, ...], ...]:
    lines: list[list[EditoSpan]] = [[]]
    url = ""
    for token in tokens:
        name, _, end = token.type.rpartition("_")
        if token.type in {"softbreak", "hardbreak"}:
            lines.append([])
        elif name in _STYLES:
            style = _STYLES[name]
            styles = (*styles, style) if end == "open" else tuple(one for one in styles if one != style)
        elif name == "link":
            address = str(token.attrGet("href") or "")
            url = address if end == "open" and _WEB.fullmatch(address) and "@" not in address else ""
        elif token.content and url:
            lines[-1].append(EditoSpan(token.content, styles, url))
        elif token.content:
            pieces = split_addresses(token.content)
            lines[-1] += [EditoSpan(words, styles, words if leads else "") for words, leads in pieces]
    return tuple(map(tuple, lines))


def draw_edito(text: str) -> Iterator[Markdown]:
    """Draw the paragraphs and lists of an edito as Markdown of a post."""
    blocks = groupby(read_edito(text), key=lambda block: object() if not block.depth else "list")
    yield from (Markdown("\n".join(map(_draw_block, run))) for _, run in blocks)


def _draw_block(block: EditoBlock) -> str:
    indent = "    " * (block.depth - 1)
    lines = ["".join(map(_draw_span, line)) for line in block.lines]
    if block.mark == ">":
        return "\n".join(f"> {line}" for line in lines)
    lead, under = (f"{block.mark} ", "  ") if block.mark else ("", "")
    return indent + lead + f"\n{indent}{under}".join(lines)


def _draw_span(span: EditoSpan) -> str:
    words = _EMOJI.sub(":", escape(span.text))
    if span.url == span.text:
        words = f"<{span.url}>"
    elif span.url:
        words = f"[{words}](<{span.url}>)"
    around = "".join(_SIGNS[style] for style in dict.fromkeys(span.styles))
    return f"{around}{words}{around[::-1]}" if words.strip() else words


def write_edito(text: str) -> str:
    """Write an edito as lines of plain text; the address of a link follows its text."""
    return "\n".join(map(_write_block, read_edito(text)))


def _write_block(block: EditoBlock) -> str:
    mark = "" if block.mark in {"", ">"} else f"{block.mark} "
    return mark + "\n".join("".join(map(_write_span, line)) for line in block.lines)


def _write_span(span: EditoSpan) -> str:
    return f"{span.text} ({span.url})" if span.url not in {"", span.text} else span.text


MARGIN = 300
"""The characters of a post that are kept free for headings."""
PROPOSE = "Une idée pour la prochaine fois ? `/actus proposer`"


def draw_posts(sheet: DigestSheet) -> Sequence[Markdown]:
    """Draw the posts that a digest makes, in order."""
    pages = _fill_pages(_draw_blocks(sheet), POST_MAX - MARGIN)
    count = len(pages)
    return [Markdown(typeset(_draw_page(sheet, body, at, count))) for at, body in enumerate(pages, 1)]


def _draw_page(sheet: DigestSheet, body: str, at: int, count: int) -> str:
    more = f" (suite, {at} sur {count})" if at > 1 else f" (1 sur {count})" if count > 1 else ""
    return f"### {escape(sheet.heading)}{more}\n\n{body}"


def _draw_blocks(sheet: DigestSheet) -> Iterator[tuple[str, str]]:
    """Draw the blocks that are never split, each with the heading of its part, which appears once in a post."""
    yield sheet.day, ""
    for text in draw_edito(sheet.edito):
        yield text, ""
    for chapter in sheet.chapters:
        for piece in chapter.pieces:
            yield _draw_item(piece), f"#### {escape(chapter.title)}"
    yield f"---\n{PROPOSE}", ""


def _draw_item(piece: DigestPiece) -> str:
    title = escape(piece.title)
    lines = [f"- **[{title}](<{piece.url}>)**" if piece.url else f"- **{title}**"]
    lines += [f"  {escape(line.strip())}" for line in piece.text.split("\n") if line.strip()]
    return "\n".join([*lines, *([f"  *{escape(piece.credit)}*"] if piece.credit else [])])


def _fill_pages(blocks: Iterable[tuple[str, str]], most: int) -> Sequence[str]:
    """Fill as many pages as it takes. Items of one part follow each other as one list under its heading; a part that
    goes on in the next page is named again there."""
    pages: list[str] = []
    page, part = "", ""
    for text, heading in blocks:
        goes_on = heading != "" and heading == part
        added = f"\n{text}" if goes_on else f"\n\n{heading}\n\n{text}" if heading else f"\n\n{text}"
        if page and len(page) + len(added) > most:
            pages.append(page.strip())
            page, added = "", f"\n\n{heading} (suite)\n\n{text}" if goes_on else added
        page += added
        part = heading
    return [*pages, page.strip()]


TOP_MAX = 4
"""How many top entries stand apart on the first page; the others follow in the columns."""
TEXTS = (320, 140)
"""The most characters of a text: where there is room, and where there is less."""
TITLES = (160, 130, 90)
"""The most characters of a title, by how much room there is."""
CREDITS, SHORTS = (120, 40, 18), (34, 34, 22)
"""The most characters of a credit and of an address, by how much room there is."""
EDITO_LINES, EDITO_MAX = 22, 1600
"""The most lines and characters of an edito, so that the top entries fit on the first page beside it."""
_POINTER = re.compile(r"\s?(?:/agenda [0-9]+ : en savoir plus, y venir\.|Le détail : /stats\.)")
"""The hints about commands in the bot’s own texts, which are left out on paper."""
_COMMAND = re.compile(r"(?<![^\s(«“\"'’])/([a-z]{2,}(?:-[a-z]+)*)(?=[\s.,;:!?)»”\"'’]|$)")
_PERMALINK = re.compile(r"/pl/[a-z0-9]{26}$")
NO_ROOM = "La place manque ici : pour la suite ({}), rendez-vous dans Mattermost."
_SITE = re.compile(r"https?://(?:www\.)?")


def write_pdf(sheet: DigestSheet, look: page.Brand) -> bytes:
    """Make the file, in a thread. A logo that cannot be drawn is left out."""
    told = describe_sheet(sheet, look)
    try:
        return compose_pdf("actus", told, sheet.on)
    except NotComposedError:
        if told["logo"] is None:
            raise
        return compose_pdf("actus", told | {"logo": None}, sheet.on)


def name_pdf(sheet: DigestSheet) -> str:
    """Name the file: « actus_n42_27-11-2026.pdf »."""
    return f"actus_n{sheet.number}_{sheet.on:%d-%m-%Y}.pdf"


def describe_sheet(sheet: DigestSheet, look: page.Brand) -> dict[str, Any]:
    """Describe a digest as its template reads it."""
    chapters = {chapter.section: chapter for chapter in sheet.chapters}
    top, drawn = chapters.pop(NewsSection.TOP, None), None
    if sheet.figures and (figures := chapters.pop(NewsSection.FIGURES, None)):
        drawn = {"chapter": _describe_chapter(figures), "picture": _describe_picture(sheet.figures)}
    columns = list(chapters.values())
    if top and (rest := top.pieces[TOP_MAX:]):
        columns.insert(0, replace(top, title=f"{top.title} (suite)", pieces=rest))
    return {
        "heading": _typeset(sheet.heading),
        "name": _typeset(sheet.name),
        "number": str(sheet.number),
        "day": _typeset(sheet.day),
        "colours": list(look.colours),
        "logo": _describe_logo(look),
        "home": _describe_home(look.home),
        "edito": [_describe_block(block) for block in _cut_edito(read_edito(sheet.edito))],
        "top": _describe_chapter(replace(top, pieces=top.pieces[:TOP_MAX])) if top else None,
        "chapters": [_describe_chapter(chapter) for chapter in columns],
        "figures": drawn,
        "left": NO_ROOM,
    }


def _describe_logo(look: page.Brand) -> dict[str, Any] | None:
    if look.logo is None:
        return None
    drawn = look.logo.content.decode() if look.logo.form == "svg" else list(look.logo.content)
    return {"format": look.logo.form, "bytes": drawn}


def _describe_home(address: str) -> dict[str, str] | None:
    code = page.draw_qr_code(address) if address else None
    return {"url": address, "short": _typeset(_SITE.sub("", address)), "svg": code.svg} if code else None


def _describe_chapter(chapter: Chapter) -> dict[str, Any]:
    pieces = [_describe_piece(piece) for piece in chapter.pieces]
    return {"key": chapter.section.value, "title": _typeset(chapter.title), "pieces": pieces}


def _describe_piece(piece: DigestPiece) -> dict[str, Any]:
    text = strip_commands(" ".join(piece.text.split()))
    code = page.draw_qr_code(piece.url) if piece.url else None
    alt = f"Code QR vers {shorten_url(piece.url, SHORTS[0])}"
    return {
        "titles": [_typeset(shorten(strip_commands(piece.title), most)) or "Sans titre" for most in TITLES],
        "texts": [*(_typeset(shorten(text, most)) for most in TEXTS), ""],
        "credits": [_typeset(shorten(piece.credit, most)) for most in CREDITS],
        "url": piece.url,
        "shorts": [_typeset(shorten_url(piece.url, most)) for most in SHORTS],
        "code": {"svg": code.svg, "size": code.size, "alt": alt} if code else None,
    }


def shorten_url(url: str, most: int) -> str:
    """Shorten an address for reading: without scheme or query, and no longer than a line."""
    if _PERMALINK.search(url):
        return "dans Mattermost"
    path = _SITE.sub("", url).partition("?")[0].partition("#")[0].rstrip("/")
    return cut(path, most)


def strip_commands(text: str) -> str:
    """Remove what cannot be typed on paper: the bot’s own hints go, and names of commands in people’s text become plain
    words."""
    return _COMMAND.sub(r"« \1 »", _POINTER.sub("", text)).strip()


def _cut_edito(blocks: Sequence[EditoBlock]) -> Sequence[EditoBlock]:
    """Cut an edito to the room there is; « … » marks the cut."""
    kept: list[EditoBlock] = []
    lines = size = 0
    for block in blocks:
        lines += max(len(block.lines), len(block.text) // 110 + 1)
        size += len(block.text)
        if kept and (lines > EDITO_LINES or size > EDITO_MAX):
            return [*kept, EditoBlock(((EditoSpan("… (la suite est dans Mattermost)", ("italic",)),),))]
        kept.append(EditoBlock(block.lines[:EDITO_LINES], block.mark, block.depth))
    return kept


def _describe_block(block: EditoBlock) -> dict[str, Any]:
    lines = [[_describe_span(span) for span in line] for line in block.lines]
    return {"mark": block.mark, "depth": max(block.depth, 1), "lines": lines}


def _describe_span(span: EditoSpan) -> dict[str, Any]:
    lead, tail = (" " if span.text[:1].isspace() else ""), (" " if span.text[-1:].isspace() else "")
    words = f"{lead}{_typeset(strip_commands(span.text))}{tail}" if span.text.strip() else " "
    return {"text": words, "styles": list(span.styles), "url": span.url}


def _describe_picture(figures: Mapping[str, Any]) -> dict[str, Any]:
    """Describe the monthly figures for the template: totals, earlier months, and the most frequent subjects."""
    totals = [{"label": label, "said": group(value)} for label, value in figures["totals"]]
    months = [{"label": label, "value": n, "said": group(n)} for label, n in figures["mois"]]
    themes = [{"label": _typeset(label), "value": n, "said": group(n)} for label, n in figures["themes"]]
    more = " (* en cours)" if any("*" in line["label"] for line in months) else ""
    said = [f"{line['label']} : {line['said']}" for line in (*totals, *months, *themes)]
    return {
        "totals": totals,
        "months": {"title": f"Accompagnements, mois par mois{more}", "lines": months},
        "themes": {"title": "Ce qui a été le plus demandé", "lines": themes},
        "spoken": f"{'. '.join(said)}.",
    }


def _typeset(text: str) -> str:
    return typeset(to_drawable(replace_shortcodes(text)))


def write_text(sheet: DigestSheet) -> str:
    """Write a digest line by line, for screen readers: no drawings, and each part says how many entries it has."""
    return typeset("\n".join(_write_lines(sheet))).strip() + "\n"


def _write_lines(sheet: DigestSheet) -> Iterator[str]:
    yield from (sheet.heading, sheet.day)
    if sheet.edito:
        yield from ("", *write_edito(sheet.edito).split("\n"))
    for at, chapter in enumerate(sheet.chapters, 1):
        yield from ("", f"Partie {at} : {chapter.title} ({plural(len(chapter.pieces), 'élément')})")
        for piece in chapter.pieces:
            yield from ("", *_write_item(piece))


def _write_item(piece: DigestPiece) -> Iterator[str]:
    yield f"{piece.rank}. {piece.title}"
    yield from (line.strip() for line in piece.text.split("\n") if line.strip())
    if piece.credit:
        yield piece.credit
    if piece.url:
        yield f"Lien : {piece.url}"


def write_page(sheet: DigestSheet) -> str:
    """Write a complete web page, with headings and lists, without scripts or remote content."""
    return _load_template().render(sheet=sheet, edito=read_edito(sheet.edito), heading=typeset(sheet.heading))


@cache
def _load_template() -> Template:
    loader = FileSystemLoader(str(files("templates")))
    html = Environment(loader=loader, undefined=StrictUndefined, autoescape=True, trim_blocks=True, lstrip_blocks=True)
    html.filters |= {"typeset": typeset}
    return html.get_template("actus.html.j2")
