"""Numbers that check themselves: social security (NIR), bank accounts (IBAN) and bank cards."""

import re
from collections.abc import Iterator, Mapping, Sequence

from config.text import follows_luhn

_BY_LENGTH = {
    15: "no",
    16: "be",
    18: "dk fi fo gl nl sd fk",
    19: "mk si",
    20: "at ba ee kz lt lu xk mn",
    21: "ch hr li lv",
    22: "bg bh cr de gb ge ie me rs va",
    23: "ae gi il iq om tl so",
    24: "ad cz dz es md pk ro sa se sk tn vg",
    25: "ao cv gw mz pt st",
    26: "ir is tr",
    27: "bi cf cg cm dj fr ga gq gr it km mc mg mr sm td",
    28: "al az bf bj by ci cy do gt hn hu lb ma ml ne ni pl sn sv tg",
    29: "br eg ps qa ua",
    30: "jo kw mu ye",
    31: "mt sc",
    32: "lc",
    33: "ru",
}
IBAN_LENGTHS: Mapping[str, int] = {land: length for length, lands in _BY_LENGTH.items() for land in lands.split()}

_ISSUERS = {
    "4": (13, 16, 19),
    "51 52 53 54 55": (16,),
    " ".join(str(n) for n in range(2221, 2721)): (16,),
    "34 37": (15,),
    "36 38 39 300 301 302 303 304 305": (14,),
    "6011 64 65": (16, 17, 18, 19),
    " ".join(str(n) for n in range(3528, 3590)): (16, 17, 18, 19),
    "62": (16, 17, 18, 19),
    "5018 5020 5038 5893 6304 6759 6761 6762 6763": tuple(range(13, 20)),
}
CARDS: Sequence[tuple[tuple[str, ...], tuple[int, ...]]] = [
    (tuple(begins.split()), lengths) for begins, lengths in _ISSUERS.items()
]
"""What numbers begin with, and how long they then are."""

Span = tuple[int, int]

_LONG = re.compile(r"\d(?:[ ab.\-/_()]{0,8}\d){8}")


def has_long_number(text: str) -> bool:
    """Return whether a text has nine digits together, perhaps with the separators of numbers."""
    return bool(_LONG.search(text))


_GAP = r"[ .\-_]{0,3}"
_REST = "".join(_GAP + sign for sign in (r"\d", r"\d", r"\d", r"\d", r"\d", r"[\dab]", *([r"\d"] * 6)))
_NIR = re.compile(
    rf"[1-478](?<![^\W_][1-478])(?=({_REST})(?:((?:{_GAP}|[ ,(/]{{1,3}}(?:cl[ée] ?:? ?)?)\d{_GAP}\d)(?![^\W_]))?)"
)
_BEFORE = re.compile(r"\d[ .\-_]{0,3}\Z")
_AFTER = re.compile(r"[ .\-_]{0,3}[^\W_]")
_SECU = re.compile(r"s[ée]cu(?:rit[ée])?\b|\bnir\b|\bn°? ?ss\b|immatricul|vitale|assur[ée]e?s? social|\binsee\b")
_CONTEXT = 60
"""Characters before a number among which something says what it is."""
_NOT_SOCIAL = re.compile(r"[^\dab]+")


def find_nir(text: str) -> Iterator[Span]:
    """Find social security numbers: thirteen signs and their key, or without the key if a word before says so."""
    for found in _NIR.finditer(text):
        body, key = found[0] + found[1], found[2]
        start = found.start()
        if key and _is_nir(body, int(re.sub(r"\D", "", key))):
            yield start, start + len(body) + len(key)
        elif not key and _is_nir(body) and _is_told_as_nir(text, start, start + len(body)):
            yield start, start + len(body)


def _is_told_as_nir(text: str, start: int, end: int) -> bool:
    if _AFTER.match(text, end) or _BEFORE.search(text[max(0, start - 4) : start]):
        return False
    return bool(_SECU.search(text[max(0, start - _CONTEXT) : start]))


def _is_nir(body: str, key: int | None = None) -> bool:
    """Check the fields of a number (sex, year, month, département, commune, order), and its key: 97 minus the rest
    modulo 97."""
    signs = _NOT_SOCIAL.sub("", body)
    month, place = int(signs[3:5]), signs[5:7]
    if not (1 <= month <= 12 or 20 <= month <= 42 or month >= 50) or place == "00" or signs[10:] == "000":
        return False
    if not place.isdigit() and place not in {"2a", "2b"}:
        return False
    number = int(signs[:5] + {"2a": "19", "2b": "18"}.get(place, place) + signs[7:])
    return key is None or key == 97 - number % 97


_LETTERS = [
    rf"(?<={before}[a-z]{{2}}{gap}\d)" for gap in ("", r"[ .\-]", r"[ .\-]{2}") for before in (r"(?<![^\W_])", "iban")
]
_CHECK = re.compile(rf"\d(?:{'|'.join(_LETTERS)})[ .\-]{{0,2}}\d")
"""Two figures after the two letters of a country."""
_COUNTRY = re.compile(r"(?:(?<=iban)|(?<![^\W_]))([a-z]{2})[ .\-]{0,2}\Z")
_SIGN = re.compile(r"[ .\-]{0,3}([a-z0-9])")


def find_iban(text: str) -> Iterator[Span]:
    """Find IBANs: as long as their country wants, and 1 modulo 97."""
    for check in _CHECK.finditer(text):
        country = _COUNTRY.search(text, max(0, check.start() - 4), check.start())
        start, length = (country.start(), IBAN_LENGTHS.get(country[1], 0)) if country else (0, 0)
        end = _signs_end(text, start, length)
        if end and _is_iban(re.sub(r"[ .\-]+", "", text[start:end])):
            yield start, end


def _signs_end(text: str, start: int, count: int) -> int:
    """Return where that many letters and digits end, if no other follows; else 0."""
    end = start
    for _ in range(count):
        sign = _SIGN.match(text, end)
        if not sign:
            return 0
        end = sign.end()
    return 0 if text[end : end + 1].isalnum() else end


def _is_iban(signs: str) -> bool:
    return int("".join(str(int(sign, 36)) for sign in signs[4:] + signs[:4])) % 97 == 1


_RUN = re.compile(r"\d(?<![^\W_]\d)(?=(?:[ .\-]{0,3}\d){12})\d{0,18}(?:[ .\-]{1,3}\d{1,19})*(?![^\W_])")
_GROUP = re.compile(r"\d+")
_LONGEST = 19
_OTHERS = re.compile(r"sire[tn]|commande|facture|r[ée]f|colis|suivi|contrat|ticket|dossier")


def find_cards(text: str) -> Iterator[Span]:
    """Find bank card numbers: 13 to 19 digits of a known network that satisfy the Luhn formula."""
    for run in _RUN.finditer(text):
        groups = [found.span() for found in _GROUP.finditer(text, *run.span())]
        done = 0
        for first, (start, _) in enumerate(groups):
            if start < done:
                continue
            end = _card_end(text, groups[first : first + _LONGEST], run.span())
            if end:
                yield start, end
                done = end


def _card_end(text: str, groups: list[Span], run: Span) -> int:
    """Return where the card number ends that begins with the first of these groups; 0 if there is none."""
    digits, sizes, start = "", [], groups[0][0]
    for begin, end in groups:
        digits += text[begin:end]
        sizes.append(end - begin)
        if len(digits) > _LONGEST:
            return 0
        if len(digits) >= 13 and _is_card(digits, tuple(sizes), alone=(start, end) == run):
            return end if len(sizes) > 1 or _is_told_as_card(text, start, len(digits)) else 0
    return 0


def _is_told_as_card(text: str, start: int, length: int) -> bool:
    """Return whether nothing says that an ungrouped number is something else; 14 digits, as in a SIRET, must be called
    a card’s."""
    before = text[max(0, start - _CONTEXT) : start]
    return "carte" in before or (length != 14 and not _OTHERS.search(before))


def _is_card(digits: str, sizes: tuple[int, ...], *, alone: bool) -> bool:
    """Return whether digits are a card number: of a known network, with its length, groups and check digit."""
    if len(set(digits)) == 1 or not any(digits.startswith(p) and len(digits) in lengths for p, lengths in CARDS):
        return False
    usual = sizes[:-1] == (4,) * (len(sizes) - 1) or sizes in {(4, 6, 5), (4, 6, 4)}
    # A SIRET follows the formula, too, in groups of its own.
    even = len(set(sizes)) == 1 and alone
    return (usual or even) and follows_luhn(digits)
