"""A text as the finders read it: small plain letters and figures, each of which knows where it stands in the text."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

_SIGNS = {
    **dict.fromkeys(
        "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000\t", " "
    ),
    **dict.fromkeys("’‘ʼ´`＇", "'"),
    **dict.fromkeys("‐‑‒–—−﹣－·", "-"),
    **dict.fromkeys("“”„«»", '"'),
    **dict.fromkeys("\r\u2028\u2029\u0085\v\f", "\n"),
}
_ONE_FOR_ONE = str.maketrans(_SIGNS)
_USUAL = re.compile(r"[\t\n\r -~\u00a0«»·À-ÖØ-öø-ÿœŒ\u2009‐-—‘’“”„…\u202f€→]*")
"""What French is written with: each sign becomes one sign, so that nothing moves."""
_INVISIBLE = frozenset({"Cf", "Cc", "Me"})


@dataclass(frozen=True, slots=True)
class PlainText:
    """``text`` is what is searched, ``cased`` the same with its capitals; ``places``, where each character stands in
    the original, is empty where nothing moved."""

    text: str
    cased: str
    places: Sequence[int]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """From where to before which character of the original."""
        if not self.places:
            return start, end
        return self.places[start], self.places[end - 1] + 1


def read_plain_text(text: str) -> PlainText:
    """The text without what is not seen, full-width and foreign figures as ours."""
    if _USUAL.fullmatch(text):
        cased = text.translate(_ONE_FOR_ONE)
        return PlainText(cased.lower(), cased, ())
    letters: list[str] = []
    places: list[int] = []
    for at, sign in enumerate(text):
        for letter in _plainly(sign):
            if unicodedata.combining(letter):
                _join(letters, letter)
            else:
                letters.append(letter)
                places.append(at)
    cased = "".join(letters)
    return PlainText("".join(map(_lower, letters)), cased, places)


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
    """A mark belongs to the letter before it, as « e » and an accent are « é »; what fits none is dropped."""
    if letters:
        joined = unicodedata.normalize("NFC", letters[-1] + mark)
        letters[-1] = joined if len(joined) == 1 else letters[-1]


def _lower(letter: str) -> str:
    small = letter.lower()
    return small if len(small) == 1 else letter
