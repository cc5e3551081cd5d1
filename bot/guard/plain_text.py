"""A text as the finders read it: folded letters and digits, each with its place in the original text."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

_SIGNS = {
    **dict.fromkeys(
        "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000\t", " "
    ),
    **dict.fromkeys("’‘ʼ´`＇", "'"),
    **dict.fromkeys("‐‑‒–—−﹣－·", "-"),
    **dict.fromkeys("“”„«»", '"'),
    **dict.fromkeys("\r\u2028\u2029\u0085\v\f", "\n"),
}
_USUAL = r"\t\n\r -~\u00a0«»·À-ÖØ-öø-ÿœŒ\u2009‐-—‘’“”„\u202f€→☀-➿\ufe0f\U0001f300-\U0001faff"
"""What French is written with, pictographs too: each sign becomes one sign, so that nothing moves."""
_UNUSUAL = re.compile(rf"[^{_USUAL}…]")
_UNUSUAL_RUN = re.compile(rf"[^{_USUAL}]+")
_INVISIBLE = frozenset({"Cf", "Cc", "Me"})


@cache
def read_words(name: str) -> frozenset[str]:
    """Read one of the lists of words of this folder, whose comments begin with « # »."""
    lines = (files("bot.guard") / name).read_text("utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


@dataclass(frozen=True, slots=True)
class PlainText:
    """``text`` is the folded text, ``cased`` the same with capitals; ``places`` holds the original position of each
    character, empty if none moved."""

    text: str
    cased: str
    places: Sequence[int]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the original range of a range of the folded text."""
        if not self.places:
            return start, end
        return self.places[start], self.places[end - 1] + 1


def read_plain_text(text: str) -> PlainText:
    """Read a text without invisible characters, with full-width and foreign digits as ASCII ones."""
    if not _UNUSUAL.search(text):
        cased = _read_usual(text)
        return PlainText(cased.lower(), cased, ())
    small, capital, places, done = list[str](), list[str](), list[int](), 0
    for run in _UNUSUAL_RUN.finditer(text):
        start, end = max(done, run.start() - 1), run.end()  # with the letter before, to which marks belong
        before = _read_usual(text[done:start])
        letters, stand = _read_unusual(text[start:end])
        small += [before.lower(), *map(_lower, letters)]
        capital += [before, *letters]
        places += [*range(done, start), *(start + at for at in stand)]
        done = end
    usual = _read_usual(text[done:])
    return PlainText("".join([*small, usual.lower()]), "".join([*capital, usual]), [*places, *range(done, len(text))])


def _read_usual(text: str) -> str:
    for sign, plain in _SIGNS.items():
        if sign in text:  # a look for each of them takes less than one look at each letter
            text = text.replace(sign, plain)
    return text


def _read_unusual(text: str) -> tuple[list[str], list[int]]:
    """Return the visible letters and their original positions."""
    letters: list[str] = []
    places: list[int] = []
    for at, sign in enumerate(text):
        for letter in _plainly(sign):
            if unicodedata.combining(letter):
                _join(letters, letter)
            else:
                letters.append(letter)
                places.append(at)
    return letters, places


def _plainly(sign: str) -> str:
    if sign in _SIGNS:
        return _SIGNS[sign]
    if sign.isascii():
        return sign if sign.isprintable() or sign == "\n" else ""
    category = unicodedata.category(sign)
    if category in _INVISIBLE:
        return ""
    if category == "Nd":
        return str(unicodedata.digit(sign))
    found = unicodedata.normalize("NFKC", sign)
    return "".join(_SIGNS.get(letter, letter) for letter in found)


def _join(letters: list[str], mark: str) -> None:
    """Combine a mark with the letter before it, as an accent with « e »; drop one that does not fit."""
    if letters:
        joined = unicodedata.normalize("NFC", letters[-1] + mark)
        letters[-1] = joined if len(joined) == 1 else letters[-1]


def _lower(letter: str) -> str:
    small = letter.lower()
    return small if len(small) == 1 else letter


def begin_word(*patterns: str) -> str:
    """Join patterns that begin a word, each with a plain letter first, so that the search skips all other characters
    instead of testing a word boundary at each."""
    rests: dict[str, list[str]] = {}
    for pattern in patterns:
        rests.setdefault(pattern[0], []).append(pattern[1:])
    words = [rf"{first}(?<!\w{first})(?:{'|'.join(rest)})" for first, rest in rests.items()]
    return f"(?:{'|'.join(words)})"
