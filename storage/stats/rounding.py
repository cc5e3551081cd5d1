"""How the figures of one département and month are told: each rounded once, at random, to a multiple of 5.

The cell-key method of census offices. A figure n is told as the multiple of 5 below or above it, above with a chance
of (n mod 5) / 5, so that it is right on average; the chance follows from a secret and from the figure’s name, so that
asking again tells nothing more. Written otherwise: n plus an offset from 0 to 4 that nobody knows, rounded down.
Whoever watches a figure change, and knows every change, learns n plus its offset at best.

Where everybody knows what a figure is at least, that would be too much: with an offset of 0 and one compte rendu of
each conseiller it is that. The offset is the less often small the fewer conseillers have more than a multiple of 5 (and
one), so that whoever files for herself and asks each time finds no figure: all that she sees can be with others’
figures, too. (tests/test_stats_insider.py looks through all cases, and says what is left.)

The codes of a group (ages, lieux …) are drawn again until they add up to nearly their total as told. Offsets drawn
again are from 1 to 3: with the first they lie among four neighbours, so that a figure seen under several still has two
values. A draw is refused for what is told by it and what everybody knows, never for what was counted, so that a
refusal tells nothing that the figures do not. It costs a little: where next to nothing was done, classes of durations
are told too low by 0.3 of a compte rendu on average.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import shake_256
from struct import Struct

from storage.stats.known import CELL_INDEX, CELLS, GROUPS, LEAST, checks, is_open, known_by, span

ATTEMPTS = 64
"""Draws of a group. Each but the first is refused for hardly any counts, all of them never."""
# 65,536 is a multiple of 5, and of 3, but for one: nobody could notice.
_WORDS = Struct(f"<{len(CELLS)}H")
_LEAST = tuple((CELL_INDEX[name], each) for name, each in LEAST.items())
_GROUPS = tuple((span(group), checks(group), known_by(group)) for group in GROUPS)


@dataclass(frozen=True, slots=True)
class MonthCount:
    """What was counted of a département ("" for none) in a month (its first day), and of how many conseillers."""

    departement: str
    month: date
    conseillers: int
    """Everybody knows how many."""
    uneven: Sequence[int]
    """The sum of what conseillers have, of each of LEAST, above a multiple of 5 and that least, of 2 at most."""
    counts: Sequence[int]
    """In the order of CELLS; times in quarter hours."""


def round_counts(secret: bytes, month: MonthCount) -> list[int]:
    """What is told of a département and month, in fives and in the order of CELLS."""
    where, counts = (month.departement, month.month), month.counts
    words = _words(secret, where, 0)
    offsets = [word % 5 for word in words]
    for (place, each), uneven in zip(_LEAST, month.uneven, strict=True):
        offsets[place] = offset(words[place], each, uneven)
    fives = [(n + more) // 5 for n, more in zip(counts, offsets, strict=True)]
    least = month.conseillers
    _keep_open(fives, "temps", least)
    for part, wanted, known in _GROUPS:
        attempt = 0
        while not all(check(fives, least) for check in wanted) and (attempt := attempt + 1) < ATTEMPTS:
            words = _words(secret, where, attempt)[part]
            fives[part] = [(n + 1 + word % 3) // 5 for n, word in zip(counts[part], words, strict=True)]
        if known:
            least = max(least, known(fives))
            _keep_open(fives, "accompagnements", least)
            _keep_open(fives, "personnes", least)
    return fives


def offset(word: int, least: int, uneven: int) -> int:
    """The offset of a figure of which each conseiller has so many (0 or 1) at least.

    Half of those that would round up more often than down are kept from above, too.
    """
    lowest = min(4 - 2 * least - uneven, 2)
    kept = max(word % 5, lowest)
    return min(kept, 4 - lowest) if least and word // 5 % 2 else kept


def _keep_open(fives: list[int], name: str, least: int) -> None:
    """Four conseillers and a figure told as 0 would be a compte rendu each: it is told as 5.

    A figure that can be no more than it is at least is a 4, or a 9 …, so that this rounds it too.
    """
    fives[CELL_INDEX[name]] += not is_open(fives[CELL_INDEX[name]], least)


def _words(secret: bytes, where: tuple[str, date], attempt: int) -> tuple[int, ...]:
    """The chances of all figures of a département and month, in the order of CELLS."""
    departement, month = where
    name = f"{departement} {month.isoformat()} {attempt}".encode()
    return _WORDS.unpack(shake_256(secret + name).digest(_WORDS.size))
