"""The likeliest reading of a whole line: the cheapest way to cut it into readings, small words and unread ones."""

from collections.abc import Iterator
from dataclasses import dataclass

from bot.forms import Clues
from dialogs.cra.line.readers import NAME, WAYS, WORDS_MAX, Reading, Span, read_comma_theme
from dialogs.cra.line.tokens import TypedLine
from dialogs.cra.line.words import SMALL

SMALL_COST, UNREAD_COST, CUT_COST = 0.01, 10.0, 0.2
_LINKS = ("et", "ou")


@dataclass(frozen=True, slots=True)
class Piece:
    """Some tokens and their reading; None for what means nothing."""

    first: int
    end: int
    reading: Reading | None


@dataclass(frozen=True, slots=True)
class _Best:
    """The cheapest way to read a line from some token on."""

    cost: float
    piece: Piece | None
    small: bool = False


def choose(typed: TypedLine, clues: Clues) -> list[Piece]:
    """Cut the line into pieces, the small words left out."""
    best = [_Best(0.0, None)] * (len(typed.tokens) + 1)
    for first in reversed(range(len(typed.tokens))):
        best[first] = min(_candidates(typed, first, best, clues), key=lambda one: one.cost)
    return list(_follow(best))


def _follow(best: list[_Best]) -> Iterator[Piece]:
    first = 0
    while piece := best[first].piece:
        if not best[first].small:
            yield piece
        first = piece.end


def _candidates(typed: TypedLine, first: int, best: list[_Best], clues: Clues) -> Iterator[_Best]:
    alone = Piece(first, first + 1, None)
    small = typed.tokens[first].word in SMALL
    yield _Best((SMALL_COST if small else UNREAD_COST) + _after(typed, first + 1, best), alone, small)
    for end in range(min(first + WORDS_MAX, len(typed.tokens)), first, -1):
        for reading in _readings(typed, first, end, clues):
            yield _Best(reading.cost + _after(typed, end, best), Piece(first, end, reading))


def _after(typed: TypedLine, end: int, best: list[_Best]) -> float:
    """What the rest costs, and the cut between words that were typed as one."""
    return best[end].cost + (CUT_COST if typed.tokens[end - 1].glued else 0.0)


def _readings(typed: TypedLine, first: int, end: int, clues: Clues) -> Iterator[Reading]:
    tokens = typed.tokens[first:end]
    if any(token.strange for token in tokens) or _torn_number(typed, first) or _torn_number(typed, end):
        return
    numbered = any(token.numbered for token in tokens)
    span = Span(typed.slice(first, end), typed.words(first, end), typed.key(first, end), end - first, numbered)
    if any(token.parted for token in tokens[:-1]):
        if found := read_comma_theme(span, clues):
            yield found
        return
    # Articles never begin or end a usual word: « mail le 12 » is a theme and a date.
    edged = not (tokens[0].key and tokens[-1].key) or tokens[0].word in _LINKS or tokens[-1].word in _LINKS
    torn = typed.hyphenate(first - 1) or typed.hyphenate(end - 1)
    for way in WAYS:
        # « Vaux-en-Velin » does not name Vaux.
        if way.fits(span, edged) and (found := way.read(span, clues)) and not (torn and found.cost == NAME):
            yield found


def _torn_number(typed: TypedLine, index: int) -> bool:
    """Whether « 10-20 » would be cut before this token: neither number says what both do."""
    return typed.hyphenate(index - 1) and all(t.word.isdigit() for t in typed.tokens[index - 1 : index + 1])
