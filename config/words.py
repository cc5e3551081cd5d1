"""Texts compared by their words: split, and the known ones that are nearest to one that is mistyped."""

import re
from collections.abc import Collection

from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

from config.text import fold


def split_words(text: str) -> list[str]:
    """Split a text into its folded words and numbers, without signs."""
    return re.findall(r"[a-z0-9]+", fold(text))


def find_near(word: str, known: Collection[str], slips: int, limit: int | None = None) -> list[tuple[str, int]]:
    """Find the known words within so many slips, the nearest first, each with how many it has.

    `known` is no mapping. A slip is a letter that is wrong, missing or too many, or two that changed places.
    """
    return [
        (other, far) for other, far, _ in extract(word, known, scorer=OSA.distance, score_cutoff=slips, limit=limit)
    ]


def find_nearest(word: str, known: Collection[str], slips: int, limit: int | None = None) -> tuple[list[str], int]:
    """Find those of them with the fewest slips, and how many these are; no word and 0 where none is near."""
    near = find_near(word, known, slips, limit)
    least = near[0][1] if near else 0
    return [other for other, far in near if far == least], least


def make_theme_word(code: str) -> str:
    """Make the word that finds what is of a theme in an index; nobody can type it."""
    return f"#{code}"
