"""An edito: what its editor wrote in Markdown, read once, then written again for each format: it calls nobody."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import groupby

from markdown_it import MarkdownIt
from markdown_it.token import Token

from bot.texts import BREAK, Markdown, escape
from commands.actus.sheet import addresses

_EMOJI = re.compile(rf":{BREAK}(?=[\w+-]+:)")
_STYLES = {"strong": "bold", "em": "italic", "s": "struck"}
_SIGNS = {"bold": "**", "italic": "*", "struck": "~~"}
_WEB = re.compile(r"https?://[^\s<>\"\\`]+")


@dataclass(frozen=True, slots=True)
class Span:
    """Some of its words: how they stand out, and where they lead."""

    text: str
    styles: tuple[str, ...] = ()
    url: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, or a point of a list: ``mark`` is what stands before it (« - », « 1. », « > » or nothing), ``depth``
    how many lists it is in."""

    lines: tuple[tuple[Span, ...], ...]
    mark: str = ""
    depth: int = 0

    @property
    def text(self) -> str:
        """Its words alone."""
        return "\n".join("".join(span.text for span in line) for line in self.lines)


@cache
def _reader() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False}).enable("strikethrough")


def read(text: str) -> Sequence[Block]:
    """What an edito says; images are their descriptions, titles bold words, tables and tags the signs they are."""
    return list(_blocks(_reader().parse(text)))


def _blocks(tokens: Sequence[Token]) -> Iterator[Block]:
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
                yield Block(_lines(token.children or [], styles), mark or (">" if quoted else ""), len(lists))
                mark = ""
            case "fence" | "code_block":
                lines = token.content.strip("\n").split("\n")
                yield Block(tuple((Span(line),) for line in lines), ">" if quoted else "", len(lists))


def _lines(tokens: Sequence[Token], styles: tuple[str, ...]) -> tuple[tuple[Span, ...], ...]:
    lines: list[list[Span]] = [[]]
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
        elif token.content:
            lines[-1] += _spans(Span(token.content, styles, url))
    return tuple(map(tuple, lines))


def _spans(span: Span) -> Sequence[Span]:
    """Words as they are, or in pieces where addresses stand among them."""
    if span.url:
        return [span]
    return [replace(span, text=words, url=words if leads else "") for words, leads in addresses(span.text)]


def post(text: str) -> Iterator[Markdown]:
    """Its paragraphs and lists as Markdown of a post."""
    blocks = groupby(read(text), key=lambda block: object() if not block.depth else "list")
    yield from (Markdown("\n".join(map(_marked, group))) for _, group in blocks)


def _marked(block: Block) -> str:
    indent = "    " * (block.depth - 1)
    lines = ["".join(map(_signed, line)) for line in block.lines]
    if block.mark == ">":
        return "\n".join(f"> {line}" for line in lines)
    lead, under = (f"{block.mark} ", "  ") if block.mark else ("", "")
    return indent + lead + f"\n{indent}{under}".join(lines)


def _signed(span: Span) -> str:
    words = _EMOJI.sub(":", escape(span.text))
    if span.url == span.text:
        words = f"<{span.url}>"
    elif span.url:
        words = f"[{words}](<{span.url}>)"
    around = "".join(_SIGNS[style] for style in dict.fromkeys(span.styles))
    return f"{around}{words}{around[::-1]}" if words.strip() else words


def plain(text: str) -> str:
    """Its words, line by line; an address that words lead to is said after them."""
    return "\n".join("\n".join("".join(map(_said, line)) for line in _lined(block)) for block in read(text))


def _lined(block: Block) -> Sequence[Sequence[Span]]:
    first, *rest = block.lines
    return [(Span(f"{block.mark} "), *first), *rest] if block.mark not in {"", ">"} else block.lines


def _said(span: Span) -> str:
    return f"{span.text} ({span.url})" if span.url not in {"", span.text} else span.text
