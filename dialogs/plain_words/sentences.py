"""A sentence in words: as typed, and as it is compared, its abbreviations written out and its slips mended."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

from config import tables
from config.text import fold
from config.words import find_nearest

READ_MAX = 1000
"""Characters that are looked at: who tells a longer story has said what it is about by then."""
MENDED_MIN = 5
"""Letters of a word that may be mistyped; a shorter one is too much like others."""
LONG = 8
"""Letters from which two slips are forgiven."""
_WORD = re.compile(r"[^\W_]+|\?")


@dataclass(frozen=True, slots=True)
class Word:
    """A word: where it stands in the text, and how it is compared; « rdv » is one word, « mdp » is three."""

    start: int
    end: int
    folded: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """A text and its words. ``plain`` has them between single spaces, ``places`` where each begins in it."""

    text: str
    words: Sequence[Word]
    plain: str
    places: Sequence[int]

    def typed(self, first: int, end: int) -> str:
        """Some words as they were typed, with what stands between them."""
        if first >= end:
            return ""
        return " ".join(self.text[self.words[first].start : self.words[end - 1].end].split())


def read_sentence(text: str, mend: Callable[[str], str] = lambda word: word) -> Sentence:
    """Read a text; ``mend`` says what a word is meant to be."""
    text = text[:READ_MAX]
    found = [(m, fold(m[0])) for m in _WORD.finditer(text)]
    words = tuple(Word(m.start(), m.end(), _read_abbreviations().get(word) or mend(word)) for m, word in found)
    places, at = [], 1
    for word in words:
        places.append(at)
        at += len(word.folded) + 1
    return Sentence(text, words, f" {' '.join(word.folded for word in words)} ", tuple(places))


@cache
def _read_abbreviations() -> dict[str, str]:
    return {row["abrege"]: row["mots"] for row in tables.read("plain_abbreviations.tsv")}


@dataclass(frozen=True, slots=True)
class Spelling:
    """Words that are known, by their first letters: people mistype the middle and the end of a word."""

    known: frozenset[str]
    by_letter: dict[str, list[str]]
    stems: tuple[str, ...]

    @classmethod
    def of(cls, words: Sequence[str], stems: tuple[str, ...] = ()) -> "Spelling":
        """Know these words; short ones are never what a mistyped one is meant to be."""
        known, by_letter = frozenset(words), dict[str, list[str]]()
        for word in sorted(known):
            if len(word) >= MENDED_MIN and word.isalpha():
                by_letter.setdefault(word[0], []).append(word)
        return cls(known, by_letter, stems)

    def mend(self, word: str) -> str:
        """What a word is meant to be: itself where it is known, or like none."""
        if len(word) < MENDED_MIN or word in self.known or not word.isalpha() or word.startswith(self.stems):
            return word
        near, _ = find_nearest(word, self.by_letter.get(word[0], ()), 2 if len(word) >= LONG else 1, limit=1)
        return near[0] if near else word
