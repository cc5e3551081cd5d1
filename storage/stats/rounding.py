"""How the figures of one département and month are told: each rounded once, at random, to a multiple of 5.

The cell-key method of census offices. A figure n is told as the multiple of 5 below or above it, above with a chance
of (n mod 5) / 5, so that it is right on average; the chance follows from a secret and from the figure’s name, so that
asking again tells nothing more. Written otherwise: n plus an offset from 0 to 4 that nobody knows, rounded down.
Whoever watches a figure change, and knows every change, learns n plus its offset at best.

The codes of a group (ages, lieux …) are drawn again until they add up to nearly their total as told. Offsets drawn
again are from 1 to 3: with the first they lie among four neighbours, so that a figure seen under several still has two
values. A draw is refused for what is told by it and what everybody knows, never for what was counted, so that a
refusal tells nothing that the figures do not.
"""

from collections.abc import Sequence
from datetime import date
from hashlib import shake_256
from struct import Struct

from storage.stats.known import CELLS, GROUPS, PLACE, checks, is_open, known_by, span

ATTEMPTS = 64
"""Draws of a group. Each but the first is refused for hardly any counts, all of them never."""
# 65,536 is a multiple of 5, and of 3, but for one: nobody could notice.
_WORDS = Struct(f"<{len(CELLS)}H")
_GROUPS = tuple((span(group), checks(group), known_by(group)) for group in GROUPS)


def round_counts(secret: bytes, where: tuple[str, date], counts: Sequence[int], conseillers: int) -> list[int]:
    """What is told of a département and month (its first day), in fives and in the order of CELLS.

    ``counts`` are in the order of CELLS too, and times in quarter hours; how many ``conseillers`` there were
    everybody knows.
    """
    fives = [(n + word % 5) // 5 for n, word in zip(counts, _words(secret, where, 0), strict=True)]
    _keep_open(fives, "temps", conseillers)
    least = conseillers
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


def _keep_open(fives: list[int], name: str, least: int) -> None:
    """Four conseillers and a figure told as 0 would be a compte rendu each: it is told as 5.

    A figure that can be no more than it is at least is a 4, or a 9 …, so that this rounds it too.
    """
    fives[PLACE[name]] += not is_open(fives[PLACE[name]], least)


def _words(secret: bytes, where: tuple[str, date], attempt: int) -> tuple[int, ...]:
    """The chances of all figures of a département and month, in the order of CELLS."""
    departement, month = where
    name = f"{departement} {month.isoformat()} {attempt}".encode()
    return _WORDS.unpack(shake_256(secret + name).digest(_WORDS.size))
