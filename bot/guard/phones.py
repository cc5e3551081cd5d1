"""French telephone numbers, overseas included; those of services (08, four figures) belong to nobody."""

import re
from collections.abc import Iterator
from itertools import pairwise

Span = tuple[int, int]

_GAP = r"[ .\-/_]{0,3}"
_COUNTRY = r"(?:\+|00)[ .\-]?(?:33|590|594|596|262|508|687|689|681)"
_PREFIX = re.compile(rf"(?:(?:{_COUNTRY}|33(?= ?[67])){_GAP}(?:\(0\){_GAP})?|0)(?=[ .\-/_]{{0,3}}\d)")
_START = re.compile(r"\+ ?\d|0|33(?= ?[67])")
_DIGIT = re.compile(rf"{_GAP}(\d)")
_GROUPS = {
    *((9,), (1, 2, 2, 2, 2), (3, 2, 2, 2), (1, 8), (3, 3, 3), (1, 4, 4), (2, 2, 2, 3), (3, 6), (1, 2, 3, 3)),
    *((1, 3, 3, 2), (2, 3, 4), (3, 4, 2), (2, 3, 2, 2), (1,) * 9),
}
"""Of how many figures the groups after the zero or the country are."""
_PAIR = re.compile(r"[ .\-]{1,2}\d\d(?!\d)")
_PAIRED = re.compile(r"(?:[ .\-/_]{1,3}\d\d){3}$")
_GOES_ON = re.compile(r"[ .\-/]\d{2}")
_GLUED = re.compile(r"(?:[^\W_]|\d(?:[ .\-/]{1,2}|,)|[^\W_][-_/.])\Z")
_CALL = re.compile(r"\bt[ée]l|\bportable|\bport\.|\bmobile|\bfixe\b|phone|\bgsm\b|appel|joindre|\bsms\b")
_CALLED = re.compile(r"(?:\bt[ée]l|t[ée]l[ée]phone|portable|port|mobile|fixe|phone|gsm)[\s.:\-/]{0,3}\Z")
_CODE = re.compile(
    r"\b(?:r[ée]f(?:[ée]rence)?s?|dossier|ticket|commande|facture|contrat|client|colis|suivi|allocataire|s[ée]rie|"
    r"compteur|pdl|demande|adh[ée]rent|siren|siret|licence|identifiant|inventaire|devis|code|incident|bon|lot)\b"
    r"[^\d,;.]{0,20}$"
)
_COLLECTIVITIES = {"508": 6, "687": 6, "689": 8, "681": 6}
"""Where numbers are shorter than nine figures."""


def find_phones(text: str) -> Iterator[Span]:
    """« 06 12 34 56 78 », « +33 6 12 34 56 78 », « 0692 12 34 56 », « +687 12 34 56 »."""
    done = 0
    for start in _START.finditer(text):
        at = start.start()
        if at < done:
            continue
        end = _number_end(text, at)
        if end and not _is_other(text, at, end, follows=at - done <= 3 and done > 0):
            yield at, end
            done = end


def _number_end(text: str, at: int) -> int:
    prefix = _PREFIX.match(text, at)
    if not prefix:
        return 0
    code = re.sub(r"\D", "", prefix[0].replace("(0)", "")).removeprefix("00")
    if (length := _COLLECTIVITIES.get(code)) is not None:
        return _signs(text, prefix.end(), length)[1]
    end = _grouped(text, prefix.end(), joined=code == "0")
    # « +33 06… » has a zero too many, as many write it.
    return end or (_number_end(text, prefix.end()) if code == "33" and text[prefix.end()] == "0" else 0)


def _grouped(text: str, at: int, *, joined: bool) -> int:
    """Where nine figures end that begin as a number of somebody does, grouped as numbers are; 0 otherwise."""
    places, end = _signs(text, at, 9)
    if not end or text[places[0]] in "08":
        return 0
    sizes = [1]
    for before, place in pairwise(places):
        sizes = [*sizes[:-1], sizes[-1] + 1] if place == before + 1 else [*sizes, 1]
    split = joined and places[0] != at
    slashes = text.count("/", at, end)
    mixed = slashes and slashes != len(sizes) - (0 if split else 1)
    return 0 if tuple(sizes) not in _GROUPS or mixed else end


def _signs(text: str, at: int, count: int) -> tuple[list[int], int]:
    """Where so many figures stand, and where they end; 0 where there are fewer, or more right after."""
    places: list[int] = []
    for _ in range(count):
        digit = _DIGIT.match(text, at)
        if not digit:
            return [], 0
        places.append(digit.start(1))
        at = digit.end()
    return places, 0 if text[at : at + 1].isdigit() else at


def _is_other(text: str, start: int, end: int, *, follows: bool) -> bool:
    """Part of something longer, or what somebody says to be a reference."""
    before = text[max(0, start - 40) : start]
    if text[end : end + 1].isalpha():
        return True
    if _CALLED.search(before) or follows:
        return False
    number = text[start:end]
    if _GLUED.search(before):
        return True
    if _PAIRED.search(number):
        return _is_list(text, start, end)
    return bool(_GOES_ON.match(text, end) or (_CODE.search(before) and not _CALL.search(before)))


def _is_list(text: str, start: int, end: int) -> bool:
    """Whether pairs of figures rise on and on, as weeks or drawn numbers do."""
    more = _PAIR.match(text, end)
    pairs = re.findall(r"\d\d", text[start : more.end()]) if more else []
    return len(pairs) > 5 and pairs == sorted(set(pairs))
