"""How texts are made alike before they are compared: no case, no accents, no apostrophes, no hyphens."""

import re
import unicodedata

_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l"})
_JOINERS = re.compile(r"[\s'’‘ʼ`´‐‑‒–—−\-]+")


def _without_marks(text: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))


def fold(text: str) -> str:
    """Return the text in lower case, without accents or ligatures, its words separated by single spaces.

    Apostrophes and hyphens of every kind separate words; other signs (/ + , . digits) stay.
    """
    if not text.isascii():
        # Twice, because some letters only show their mark once lowered.
        text = _without_marks(_without_marks(text).casefold())
    return _JOINERS.sub(" ", text.lower().translate(_LIGATURES)).strip()
