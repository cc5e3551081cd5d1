"""Whole numbers that are written in letters, with or without hyphens, in French, Swiss and Belgian words."""

import re
from collections.abc import Collection

from config.text import fold

# Signs that fold() would turn into a space: a number that begins with one is negative.
MINUS = ("-", "‐", "‑", "–", "−")

_UNITS = (
    *("zero", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf"),
    *("dix", "onze", "douze", "treize", "quatorze", "quinze", "seize", "dix-sept", "dix-huit", "dix-neuf"),
)
_TENS = {20: "vingt", 30: "trente", 40: "quarante", 50: "cinquante", 60: "soixante", 80: "quatre-vingt"}


def _spell(n: int) -> str:
    """Spell a number from 0 to 99, with hyphens, the way schools teach it."""
    if n < 20:
        return _UNITS[n]
    ten = max(value for value in _TENS if value <= n)
    rest = n - ten
    if rest == 0:
        return _TENS[ten]
    link = " et " if rest in (1, 11) and ten != 80 else "-"
    return _TENS[ten] + link + _UNITS[rest]


def _number_words() -> dict[str, int]:
    words = {fold(_spell(n)): n for n in range(100)}
    feminine = {re.sub(r"\bun$", "une", word): n for word, n in words.items()}
    return words | feminine | _spell_elsewhere() | {"quatre vingts": 80, "cent": 100}


def _spell_elsewhere() -> dict[str, int]:
    """The numbers of Belgium and Switzerland: « septante et un », « huitante », « nonante-neuf »."""
    tens = {"septante": 70, "huitante": 80, "octante": 80, "nonante": 90}
    units = {fold(_spell(rest)): rest for rest in range(2, 10)} | {"et un": 1, "et une": 1, "un": 1, "une": 1}
    return tens | {f"{ten} {unit}": n + rest for ten, n in tens.items() for unit, rest in units.items()}


_NUMBERS = _number_words()


def _match_any(words: Collection[str]) -> str:
    """Match any of the words, the longest first, so that « vingt et un » is not read as « vingt »."""
    return f"(?:{'|'.join(sorted(words, key=lambda word: (-len(word), word)))})"


_SPELLED = re.compile(rf"\b{_match_any(_NUMBERS)}\b")
NUMBER_WORDS = frozenset(" ".join(_NUMBERS).split()) - {"zero", "un", "une", "et"} | {"cents"}
"""The words that numbers are made of; « un » is mostly an article."""
ANY_NUMBER_WORD = _match_any(NUMBER_WORDS | {"un", "une"})
"""An expression for one word of a number."""
ANY_NUMBER = _match_any(_NUMBERS.keys() - {"zero", "cent"}).replace(" ", "[ -]")
"""An expression for a number from 1 to 99 in letters."""


def digits(text: str) -> str:
    """Fold the text and write its number words (zéro … cent) in digits: « deux heures » → « 2 heures »."""
    return _SPELLED.sub(lambda match: str(_NUMBERS[match[0]]), fold(text))


def read_number(text: str) -> int | None:
    """Read a whole number from 0 to 9999, in digits or in letters up to cent; None for anything else."""
    if text.strip().startswith(MINUS):
        return None
    found = digits(text)
    return int(found) if re.fullmatch(r"[0-9]{1,4}", found) else None


def read_count(text: str) -> int:
    """Read a number in letters of any size: « cent douze » is 112, « deux mille vingt-cinq » 2025; 0 where none is."""
    thousands = below = 0
    for number in map(int, re.findall(r"\d+", digits(fold(text).replace("cents", "cent").replace("mille", "1000")))):
        if number == 1000:
            thousands, below = max(below, 1) * 1000, 0
        else:
            below = max(below, 1) * number if number == 100 else below + number
    return thousands + below
