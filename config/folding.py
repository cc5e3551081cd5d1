"""How texts are made alike before they are compared (no case, accents, apostrophes, hyphens), and said back."""

import re
import unicodedata
from typing import Literal

_LIGATURES = {"œ": "oe", "æ": "ae", "ø": "o", "ł": "l"}
# The blocks of combining marks; a class in C is ten times faster than asking about each character.
_MARKS = re.compile("[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+")
_JOINERS = re.compile(r"[\s'’‘ʼ`´‐‑‒–—−\-]+")
_PIECE = 500
"""Characters normalized at once: putting a run of marks in order takes the square of its length."""


def normalize(form: Literal["NFC", "NFKD"], text: str) -> str:
    """Return the text in a normal form of Unicode, in a time that grows no faster than the text."""
    pieces = (text[at : at + _PIECE] for at in range(0, len(text), _PIECE))
    return "".join(unicodedata.normalize(form, piece) for piece in pieces)


def _without_marks(text: str) -> str:
    return _MARKS.sub("", normalize("NFKD", text))


def fold(text: str) -> str:
    """Return the text in lower case, without accents or ligatures, its words separated by single spaces.

    Apostrophes and hyphens of every kind separate words; other signs (/ + , . digits) stay.
    """
    if not text.isascii():
        # Twice, because some letters only show their mark once lowered.
        text = _without_marks(_without_marks(text).casefold())
        for ligature, letters in _LIGATURES.items():  # replace() is far quicker than translate() on long texts
            text = text.replace(ligature, letters)
    return _JOINERS.sub(" ", text.lower()).strip()


def quote(text: str, most: int = 40) -> str:
    """Somebody’s words inside a sentence that may be shown as Markdown or as plain text: letters, figures and
    harmless signs, shortened."""
    kept = " ".join(re.sub(r"[^\w\s’'+/,%€°-]|_|(?<!\d)[.](?!\d)", " ", text).split())
    return kept if len(kept) <= most else f"{kept[: most - 1]}…"
