"""Functions on texts: fold, quote, guard against formulas, verify check digits, compare by words."""

import re
import unicodedata
from collections.abc import Collection
from functools import lru_cache
from typing import Literal

from config import libraries

_LIGATURES = {"œ": "oe", "æ": "ae", "ø": "o", "ł": "l"}
# The blocks of combining marks; a class in C is ten times faster than asking about each character.
_MARKS = re.compile("[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+")
_JOINERS = re.compile(r"[\s'’‘ʼ`´‐‑‒–—−\-]+")
_PIECE = 500
"""Characters normalized at once: putting a run of marks in order takes the square of its length."""
_FOREIGN = re.compile(rf"[^\x00-\x7f]{{1,{_PIECE}}}")


def mention(name: str) -> str:
    """Write the pattern of a name with « @ », as Mattermost takes it for a mention."""
    return rf"(?<![\w@.+-])@{re.escape(name)}(?![\w-])"


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
    for sign, plain in (_USUAL_ASCII if text.isascii() else _USUAL).items():
        if sign in text:  # a look for each of them takes less than one look at each letter
            text = text.replace(sign, plain)
    if not text.isascii():
        text = _FOREIGN.sub(lambda found: _fold_foreign(found[0]), text)
    return " ".join(text.lower().split())


@lru_cache(1024)
def _fold_foreign(text: str) -> str:
    """Fold a run of non-ASCII characters: in French a letter or a sign or two, always the same."""
    # Twice, because some letters only show their mark once lowered.
    text = _without_marks(_without_marks(text).casefold())
    for ligature, letters in _LIGATURES.items():
        text = text.replace(ligature, letters)
    return _JOINERS.sub(" ", text)


_USUAL_ASCII = {"'": " ", "`": " ", "-": " "}
_USUAL = {**_USUAL_ASCII, **{sign: _fold_foreign(sign) for sign in "éèêàâçîïôùûœÉÈÀÇ’–…\u00a0\u202f"}}
"""What folding makes of the frequent characters of French besides the letters of ASCII."""


def make_plain(text: str) -> str:
    """Return a text without accents or capitals, of the same length; apostrophes become spaces."""
    return "".join(_fold_sign(sign) for sign in text)


@lru_cache(1024)
def _fold_sign(sign: str) -> str:
    if sign in "'’‘`´":
        return " "
    folded = fold(sign)
    return folded if len(folded) == 1 else sign.lower()[:1] if sign.strip() else " "


def quote(text: str, most: int = 40) -> str:
    """Quote somebody’s words inside a sentence that is shown as Markdown or as plain text: letters, figures and
    harmless signs (a colon only between blanks or before one: no link, emoji or emoticon), shortened to ``most``
    characters."""
    kept = " ".join(re.sub(r"[^\w\s’'+/,%€°?:-]|:(?!\s)|_|(?<!\d)[.](?!\d)", " ", text).split()).rstrip(" :")
    return cut(kept, most)


def cut(text: str, most: int) -> str:
    """Cut a text to ``most`` characters, of which the last is then « … »."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def follows_luhn(digits: str) -> bool:
    """Tell whether the last digit is the check digit of the others by Luhn’s formula."""
    doubled = (int(digit) * (1 + n % 2) for n, digit in enumerate(reversed(digits)))
    return sum(number - 9 if number > 9 else number for number in doubled) % 10 == 0


# A spreadsheet takes a cell that begins so for a formula, also after blanks, also in full-width signs.
_FORMULA = re.compile(r"\A'*\s*[=+\-@|%\t\r＝＋－＠]")


def guard(cell: str) -> str:
    """Put an apostrophe before a cell that a spreadsheet would run as a formula."""
    return f"'{cell}" if _FORMULA.match(cell) else cell


def unguard(cell: str) -> str:
    """Remove the apostrophe that ``guard`` puts."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def take_word(text: str) -> tuple[str, str]:
    """Split a line into its first word and the rest."""
    word, _, rest = text.strip().partition(" ")
    return word, rest.strip()


def split_words(text: str) -> list[str]:
    """Split a text into its folded words and numbers, without signs."""
    return re.findall(r"[a-z0-9]+", fold(text))


def find_near(word: str, known: Collection[str], slips: int, limit: int | None = None) -> list[tuple[str, int]]:
    """Find the known words within so many slips, the nearest first, each with its number of slips.

    `known` is no mapping. A slip is a letter that is wrong, missing or too many, or two that changed places.
    """
    return [
        (other, far)
        for other, far, _ in libraries.fuzz_process.extract(
            word, known, scorer=libraries.OSA.distance, score_cutoff=slips, limit=limit
        )
    ]


def find_nearest(word: str, known: Collection[str], slips: int, limit: int | None = None) -> tuple[list[str], int]:
    """Find the known words with the fewest slips from a word, and that number of slips; none and 0 where none is near
    enough."""
    near = find_near(word, known, slips, limit)
    least = near[0][1] if near else 0
    return [other for other, far in near if far == least], least


def make_theme_word(code: str) -> str:
    """Make the word that stands for a theme in an index; nobody can type it."""
    return f"#{code}"
