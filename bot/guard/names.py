"""A person’s full name in small letters, « jean dupont », in the few words of a label.

It is a first name that is common in France beside a family name that is common, or beside a word that is none of what
labels are about; not where a place stands before it (« lycée jean moulin »). A first name alone is none.
"""

import re
from collections.abc import Callable, Sequence
from itertools import pairwise

from bot.guard.plain_text import read_words
from config.text import fold
from config.themes import find_theme

_WORD = re.compile(r"[^\W\d_]+(?:[’'-][^\W\d_]+)*")
_DOUBLE = frozenset(("jean", "marie", "anne", "louis", "paul", "pierre"))
"""What begins a double first name: « marie claude » has no family name."""
_PARTICLES = frozenset(
    ("le", "la", "el", "al", "de", "da", "du", "di", "dos", "ben", "bel", "bou", "van", "von", "abou", "ait")
)
_COMMON_END = re.compile(
    r"(?:tion|sion|ment|age|ance|ence|ite|isme|iste|ique|eur|euse|trice|ure|ude|aire|able|ible|ogie|eux|elle|ette)s?$"
)
"""How everyday words end, and family names seldom."""
SHORTEST = 5
"""Letters of a family name that is in no list."""


def find_name(text: str, is_town: Callable[[str], bool]) -> str | None:
    """Find the first full name in a few words, whatever its letters; its initials, « J. D. », or None. ``is_town`` says
    whether some words, in small letters and without accents, are those of a town."""
    found = [(fold(match[0]), match.start(), match.end()) for match in _WORD.finditer(text)]
    words = [word for word, _, _ in found]
    for at in range(len(found) - 1):
        last = at + (2 if found[at + 1][0] in _PARTICLES and at + 2 < len(found) else 1)
        if not _are_together(text, found[at : last + 1]) or _is_place(words, at, last, is_town):
            continue
        if _is_name(words[at], words[last], is_town):
            return f"{found[at][0][0].upper()}. {found[last][0][0].upper()}."
    return None


def _are_together(text: str, found: Sequence[tuple[str, int, int]]) -> bool:
    return all(text[end:start].isspace() for (_, _, end), (_, start, _) in pairwise(found))


def _is_place(words: Sequence[str], at: int, last: int, is_town: Callable[[str], bool]) -> bool:
    """Whether a place stands before the first of these words, or begins with the last of them."""
    ahead = (" ".join(words[last:end]) for end in range(last + 2, min(last + 5, len(words) + 1)))
    known = read_words("place_words.txt")
    return not known.isdisjoint(words[max(0, at - 3) : last + 1]) or any(map(is_town, ahead))


def _is_name(one: str, other: str, is_town: Callable[[str], bool]) -> bool:
    """Whether two words that stand side by side are a first name and a family name, in either order."""
    names, families = read_words("first_names.txt"), read_words("last_names.txt")
    first = one.partition(" ")[0]
    if f"{one}-{other}" in read_words("famous_names.txt"):
        return False
    if first not in names:
        return one in families and other in names
    if other in families:
        return first not in _DOUBLE or " " in one or other not in names
    return len(other) >= SHORTEST and other not in names and not is_town(other) and _means_nothing(other)


def _means_nothing(word: str) -> bool:
    """Whether a word is none of what labels are about."""
    is_known = word in read_words("label_words.txt") or _COMMON_END.search(word) or find_theme(word) is not None
    return not is_known
