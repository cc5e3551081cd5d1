"""A typed line in tokens: its words as compared, and where each was typed."""

import re
from dataclasses import dataclass

from bot.french.words import digits
from config.folding import fold
from config.themes import key
from dialogs.cra.line.words import SMALL

READ_MAX = 600
TOKENS_MAX = 80
"""Characters and tokens that are read; a compte rendu takes some 80 and 15."""

# What keyboards write by themselves, sign for sign: dashes, apostrophes, spaces that do not break.
_PLAIN = {
    **dict.fromkeys(map(ord, "‐‑‒–—―−"), "-"),
    **dict.fromkeys(map(ord, "’‘ʼ`´′"), "'"),
    **dict.fromkeys(map(ord, "\u00a0\u202f\u2009\u2007\t\r\n\v\f\u2028\u2029\0"), " "),
    **dict.fromkeys(map(ord, "，、；"), ","),
}
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\ufe00-\ufe0f\ud800-\udfff]")

_SIGN = r"(?:(?<![^\s,;(“”«\"*_])(?:[+<>]\s?|-)(?=\d{1,3}(?:\s?ans?)?(?!\w))|[+-]\s?(?=de\s\d))?"
_LETTERS = r"[^\s!-/:-@\[-`{-~«»“”„…·•‧–¡¿§°]+"
_INCLUSIVE = r"(?:\(e\)|[·.•‧/-]e(?!\w))(?:[·.•‧/-]?s(?!\w))?|[·.•‧]es(?!\w)|\(s\)"
_TOKEN = re.compile(rf"{_SIGN}(?P<word>{_LETTERS})(?:{_INCLUSIVE}|(?<=\d)\+(?!\w))?", re.IGNORECASE)
# A comma parts what it separates, but for « 1,5 h ».
_PARTING = re.compile(r"[,;|•]")
_DECIMAL = re.compile(r"\d,\d{1,2}\s?h", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Token:
    """One word: where it is in the text, how it is compared, and how it holds to the next one.

    ``key`` is the word as themes are compared, ``numbered`` whether it is a number or holds one, in figures or
    letters; ``parted`` by a comma, ``glued`` without any space.
    """

    start: int
    end: int
    word: str
    key: str
    numbered: bool
    parted: bool
    glued: bool

    @property
    def strange(self) -> bool:
        """Whether it has no letter or figure that French is written in."""
        return not self.key and self.word not in SMALL


@dataclass(frozen=True, slots=True)
class TypedLine:
    """A line: as typed, the same with plain signs (position by position), its tokens, and what was too much."""

    text: str
    plain: str
    tokens: tuple[Token, ...]
    rest: str

    def words(self, first: int, end: int) -> str:
        """Some tokens as they are compared."""
        return " ".join(t.word for t in self.tokens[first:end])

    def key(self, first: int, end: int) -> str:
        """Some tokens as themes are compared."""
        return " ".join(t.key for t in self.tokens[first:end] if t.key)

    def slice(self, first: int, end: int) -> str:
        """Some tokens with what stands between them, in plain signs, and the bracket or the sign of minutes that
        closes them."""
        start, stop = self.tokens[first].start, self.tokens[end - 1].end
        text, closing = self.plain[start:stop], self.plain[stop : stop + 1]
        minutes = closing == "'" and text[-1].isdigit() and not self.plain[stop + 1 : stop + 2].isalnum()
        return text + closing if minutes or (closing == ")" and "(" in text) else text

    def hyphenate(self, index: int) -> bool:
        """Whether a hyphen holds a token to the next."""
        if not 0 <= index < len(self.tokens) or not self.tokens[index].glued:
            return False
        end = self.tokens[index].end
        return self.plain[end : end + 1] == "-"

    def as_typed(self, first: int, end: int) -> str:
        """Some tokens as they were typed."""
        return " ".join(self.text[self.tokens[first].start : self.tokens[end - 1].end].split())


def split(text: str) -> TypedLine:
    """Split a line; what is beyond READ_MAX or TOKENS_MAX is left as the rest."""
    shown = _INVISIBLE.sub("", text[: 4 * READ_MAX])
    plain = shown[:READ_MAX].translate(_PLAIN)
    found = list(_TOKEN.finditer(plain))
    end = found[TOKENS_MAX].start() if len(found) > TOKENS_MAX else len(plain)
    stops = [match.start() for match in found[1:]] + [end]
    tokens = tuple(_token(plain, match, stop) for match, stop in zip(found[:TOKENS_MAX], stops, strict=False))
    return TypedLine(shown[:end], plain[:end], tokens, (shown[end:] or text[4 * READ_MAX :]).strip())


def _token(plain: str, match: re.Match[str], stop: int) -> Token:
    gap = plain[match.end() : stop]
    decimal = gap == "," and _DECIMAL.match(plain, match.end() - 1)
    parted = bool(_PARTING.search(gap)) and not decimal
    glued = " " not in gap and not parted and stop < len(plain)
    word = fold(match["word"])
    numbered = any(sign.isdigit() for sign in digits(word))
    return Token(match.start(), match.end(), word, key(word), numbered, parted, glued)
