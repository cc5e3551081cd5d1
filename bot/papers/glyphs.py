"""Anybody’s words made fit to be drawn with the fonts of templates/fonts."""

import re
from functools import cache
from importlib.resources import files
from unicodedata import category

from config.folding import normalize

_UNKNOWN = "\ufffd"
_MAY_BREAK = "\u200b"
_REPLACED: dict[int, str | None] = {
    # What only changes how the pictograph before it looks: the hue of a skin, a key around a figure.
    **dict.fromkeys((0x20E3, 0xFE0E, 0xFE0F, *range(0x1F3FB, 0x1F400))),
    # Flags are two letters each: « FR ».
    **{0x1F1E6 + n: chr(ord("A") + n) for n in range(26)},
}
# Longer words have no place to break in a column: they get some.
_LONG_WORD = re.compile(r"\S{24,}")


def drawable(text: str) -> str:
    """The text on one line, in letters the fonts have; marks that would turn or hide text are taken out."""
    plain = normalize("NFC", text).translate(_REPLACED)
    kept = (c for c in " ".join(plain.split(" ")) if category(c) not in ("Cf", "Cs"))
    line = re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+", " ", "".join(kept)).strip()
    known = "".join(c if ord(c) in draw() else _UNKNOWN for c in line)
    return _LONG_WORD.sub(lambda word: _MAY_BREAK.join(re.findall(r".{1,12}", word[0])), known)


@cache
def draw() -> frozenset[int]:
    """The code points of the fonts, from the lists they were made with: « U+0020-007E,U+00A0-017F… »."""
    lists = [(files("templates") / "fonts" / name).read_text("ascii") for name in ("unicodes.txt", "emoji.txt")]
    ranges = ",".join(lists).replace("U+", "").split(",")
    bounds = ([int(bound, 16) for bound in span.split("-")] for span in ranges)
    return frozenset(code for low, *high in bounds for code in range(low, (high[0] if high else low) + 1))
