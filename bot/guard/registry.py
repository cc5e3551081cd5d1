"""What banks agree on: how long an IBAN is in each country, and how the cards of each network begin.

Of the lists: the IBAN registry of SWIFT (ISO 13616), with the African countries of the same usage; the ranges of
issuers (ISO/IEC 7812).
"""

from collections.abc import Mapping, Sequence

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
