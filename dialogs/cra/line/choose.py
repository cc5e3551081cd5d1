"""The likeliest reading of a whole line: the cheapest way to cut it into readings, small words and unread ones."""

from collections.abc import Iterator
from dataclasses import dataclass

from bot.forms import Clues
from config.themes import key
from dialogs.cra.line.readers import LONGEST, NAME, READERS, Reading, Span, read_comma_theme
from dialogs.cra.line.tokens import Typed
from dialogs.cra.line.words import SMALL

SMALL_COST, UNREAD_COST, CUT_COST = 0.01, 10.0, 0.2
# Articles never begin or end a usual word: « mail le 12 » is a theme and a date.
_EDGES = frozenset(["de", "d", "du", "des", "le", "la", "les", "l", "un", "une", "et", "ou"])


@dataclass(frozen=True, slots=True)
class Piece:
    """Some tokens and their reading; None for what means nothing."""

    first: int
    end: int
    reading: Reading | None


@dataclass(frozen=True, slots=True)
class _Way:
    """The cheapest way to read a line from some token on."""

    cost: float
    piece: Piece | None
    small: bool = False


def choose(typed: Typed, clues: Clues) -> list[Piece]:
    """Cut the line into pieces, the small words left out."""
    ways = [_Way(0.0, None)] * (len(typed.tokens) + 1)
    for first in reversed(range(len(typed.tokens))):
        ways[first] = min(_ways(typed, first, ways, clues), key=lambda way: way.cost)
    return list(_follow(ways))


def _follow(ways: list[_Way]) -> Iterator[Piece]:
    first = 0
    while piece := ways[first].piece:
        if not ways[first].small:
            yield piece
        first = piece.end


def _ways(typed: Typed, first: int, ways: list[_Way], clues: Clues) -> Iterator[_Way]:
    alone = Piece(first, first + 1, None)
    small = typed.tokens[first].word in SMALL
    yield _Way((SMALL_COST if small else UNREAD_COST) + _after(typed, first + 1, ways), alone, small)
    for end in range(min(first + LONGEST, len(typed.tokens)), first, -1):
        for reading in _readings(typed, first, end, clues):
            yield _Way(reading.cost + _after(typed, end, ways), Piece(first, end, reading))


def _after(typed: Typed, end: int, ways: list[_Way]) -> float:
    """What the rest costs, and the cut between words that were typed as one."""
    return ways[end].cost + (CUT_COST if typed.tokens[end - 1].glued else 0.0)


def _readings(typed: Typed, first: int, end: int, clues: Clues) -> Iterator[Reading]:
    words = typed.words(first, end)
    span = Span(typed.slice(first, end), words, key(words), end - first)
    if any(token.parted for token in typed.tokens[first : end - 1]):
        if found := read_comma_theme(span, clues):
            yield found
        return
    edged = typed.tokens[first].word in _EDGES or typed.tokens[end - 1].word in _EDGES
    torn = typed.hyphenated(first - 1) or typed.hyphenated(end - 1)
    for reader, most, edges in READERS:
        if span.count > most or (edged and not edges) or not (found := reader(span, clues)):
            continue
        # « Vaux-en-Velin » does not name Vaux.
        if not (torn and found.cost == NAME):
            yield found
