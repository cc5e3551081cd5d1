"""The lines of a description in which stands what was looked for, in bold."""

from collections import Counter, deque
from collections.abc import Iterator, Sequence, Set

from bot.texts import Markdown, escape
from config.folding import fold, normalize
from storage.ressources.words import places

WIDTH = 170
"""Characters: two lines on a wide screen, four on a phone."""
LEAD = 40
"""How many of them may stand before the first word found."""
Span = tuple[int, int]


def snippet(text: str, found: Set[str]) -> Markdown:
    """The part of a text that says most of what these tokens find, else its beginning; "" where there is no text."""
    flat = normalize("NFC", " ".join(text.split()))
    spans = list(_joined(flat, places(flat, found)))
    begin, end = _cut(flat, _best(flat, spans))
    shown = [span for span in spans if begin <= span[0] and span[1] <= end]
    return Markdown(f"{'… ' if begin else ''}{_marked(flat, begin, end, shown)}{' …' if end < len(flat) else ''}")


def bold(text: str, found: Set[str]) -> Markdown:
    """All of a text, the words found in bold."""
    flat = normalize("NFC", " ".join(text.split()))
    return _marked(flat, 0, len(flat), list(_joined(flat, places(flat, found))))


def _joined(text: str, spans: Sequence[Span]) -> Iterator[Span]:
    """The same, with those in one that share letters, or have only a space between them."""
    last: Span | None = None
    for begin, end in spans:
        if last and not text[last[1] : begin].strip():
            last = (last[0], max(last[1], end))
            continue
        if last:
            yield last
        last = (begin, end)
    if last:
        yield last


def _best(text: str, spans: Sequence[Span]) -> int:
    """Where most different words begin that fit together."""
    within, said = deque[Span](), Counter[str]()
    best, most = 0, 0
    for span in spans:
        within.append(span)
        said[_word(text, span)] += 1
        while within[0] is not span and span[1] - within[0][0] > WIDTH - LEAD:
            word = _word(text, within.popleft())
            said[word] -= 1
            if not said[word]:
                del said[word]
        if len(said) > most:
            best, most = within[0][0], len(said)
    return best


def _word(text: str, span: Span) -> str:
    return fold(text[span[0] : span[1]])


def _cut(text: str, at: int) -> Span:
    """What is shown around there, between words where there are any."""
    begin = max(0, min(at - LEAD, len(text) - WIDTH))
    begin = _after_space(text, begin) if begin > LEAD else 0
    end = begin + WIDTH
    if end >= len(text):
        return begin, len(text)
    space = text.rfind(" ", end - LEAD, end + 1)
    return begin, space if space > 0 else end


def _after_space(text: str, at: int) -> int:
    """Where the word begins in which that is; there, where it is too long."""
    space = text.rfind(" ", at - LEAD, at + 1)
    return space + 1 if space >= 0 else at


def _marked(text: str, begin: int, end: int, spans: Sequence[Span]) -> Markdown:
    pieces, at = list[str](), begin
    for first, last in spans:
        pieces += [escape(text[at:first]), f"**{escape(text[first:last])}**"]
        at = last
    return Markdown("".join([*pieces, escape(text[at:end])]))
