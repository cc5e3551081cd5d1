"""Unwanted words in a text: whole words, whatever their capitals and accents, and written in some simple other ways."""

import re
from collections.abc import Iterator
from functools import lru_cache

from config.folding import fold

_LOOKS_LIKE = str.maketrans("013457@$!|", "oieastasil")
_OTHERS = re.compile(r"[^a-z ]+")
_TWICE = re.compile(r"([a-z])\1+")
_SPELT = re.compile(r"(?<![a-z])[a-z](?: [a-z])+(?![a-z])")
"""Letters one by one: « c a s i n o »."""


def has_word(text: str, words: tuple[str, ...]) -> bool:
    """Whether one of the words, or phrases, is in the text."""
    single, phrases = _bones_of(words)
    if not single and not phrases:
        return False
    return any(
        not single.isdisjoint(told.split()) or any(phrase in told for phrase in phrases) for told in _tellings(text)
    )


def _tellings(text: str) -> Iterator[str]:
    """The text as it is, with signs inside of words left out, and with words that were spelt put together."""
    folded = fold(text).translate(_LOOKS_LIKE)
    apart = _bare(_OTHERS.sub(" ", folded))
    yield apart
    yield _bare(_OTHERS.sub("", folded))
    if _SPELT.search(apart):
        yield _bare(_SPELT.sub(lambda found: found[0].replace(" ", ""), apart))


def _bare(text: str) -> str:
    """Each letter once, a space around each word."""
    once = _TWICE.sub(r"\1", text)
    return f" {' '.join(once.split())} "


@lru_cache(64)
def _bones_of(words: tuple[str, ...]) -> tuple[frozenset[str], tuple[str, ...]]:
    """Single words, and phrases, as they are looked for."""
    bones = [_bare(_OTHERS.sub(" ", fold(word).translate(_LOOKS_LIKE))) for word in words]
    single = frozenset(bone.strip() for bone in bones if len(bone.split()) == 1)
    return single, tuple(bone for bone in bones if len(bone.split()) > 1)
