"""A digest as posts: Markdown with headings, split between its items where it is longer than a post may be."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.texts import Markdown, escape, typeset
from commands.actus import edito
from commands.actus.sheet import Chapter, Piece, Sheet

POST_MAX = 16_383
"""Characters of a post, on every version (docs/mattermost.md §5.4)."""
MARGIN = 300
"""Characters left to the heading of a part that goes on."""
PROPOSE = "Une idée pour la prochaine fois ? `/actus proposer`"


@dataclass(frozen=True, slots=True)
class _Block:
    """What is not split; ``lead`` is the heading of its part of the digest, said once in a post."""

    text: str
    lead: str = ""


def posts(sheet: Sheet, most: int = POST_MAX) -> Sequence[Markdown]:
    """The posts that it makes, in order."""
    pages = _fill(list(_blocks(sheet)), most - MARGIN)
    count = len(pages)
    return [Markdown(typeset(_page(sheet, body, at, count))) for at, body in enumerate(pages, 1)]


def _page(sheet: Sheet, body: str, at: int, count: int) -> str:
    more = f" (suite, {at} sur {count})" if at > 1 else f" (1 sur {count})" if count > 1 else ""
    return f"### {escape(sheet.heading)}{more}\n\n{body}"


def _blocks(sheet: Sheet) -> Iterator[_Block]:
    yield _Block(sheet.day)
    yield from map(_Block, edito.post(sheet.edito))
    for chapter in sheet.chapters:
        for piece in chapter.pieces:
            yield _Block(_item(piece), _lead(chapter))
    yield _Block(f"---\n{PROPOSE}")


def _lead(chapter: Chapter) -> str:
    return f"#### {escape(chapter.title)}"


def _item(piece: Piece) -> str:
    title = escape(piece.title)
    lines = [f"- **[{title}](<{piece.url}>)**" if piece.url else f"- **{title}**"]
    lines += [f"  {escape(line.strip())}" for line in piece.text.split("\n") if line.strip()]
    return "\n".join([*lines, *([f"  *{escape(piece.credit)}*"] if piece.credit else [])])


def _fill(blocks: Sequence[_Block], most: int) -> Sequence[str]:
    """As many pages as it takes; a part that goes on in the next one is named again there."""
    pages: list[str] = []
    page, lead = "", ""
    for block in blocks:
        added = _added(block, lead)
        if page and len(page) + len(added) > most:
            pages.append(page.strip())
            page, added = "", _added(block, "", goes_on=bool(block.lead) and block.lead == lead)
        page += added
        lead = block.lead
    return [*pages, page.strip()]


def _added(block: _Block, lead: str, *, goes_on: bool = False) -> str:
    """A block with its heading where that is not said yet; items of one part follow each other as one list."""
    if not block.lead:
        return f"\n\n{block.text}"
    if block.lead == lead:
        return f"\n{block.text}"
    return f"\n\n{block.lead}{' (suite)' if goes_on else ''}\n\n{block.text}"
