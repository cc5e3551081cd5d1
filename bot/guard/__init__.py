"""The guard of personal data: what of a text tells who somebody is or opens their accounts, found and masked.

Words:
    Detection, DataKind: what of a text is personal data, and of which sort (`find`, `mask`, `name_kinds`).
    PlainText: a text as it is searched, each character of which knows where it stands in the original.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.french.words import join
from bot.guard.identity import find_addresses, find_birth_dates, find_phones
from bot.guard.numbers import find_cards, find_iban, find_nir, has_long_number
from bot.guard.passwords import find_passwords
from bot.guard.plain_text import PlainText, read_plain_text


class DataKind(StrEnum):
    """A kind of personal data, in the order in which kinds win where two share characters."""

    NIR = "nir"
    IBAN = "iban"
    CARTE = "carte"
    MOT_DE_PASSE = "mot_de_passe"
    COURRIEL = "courriel"
    NAISSANCE = "naissance"
    TELEPHONE = "telephone"

    @property
    def label(self) -> str:
        """Name the kind as people do."""
        return _LABELS[self]


_LABELS = {
    DataKind.NIR: "numéro de sécurité sociale",
    DataKind.IBAN: "IBAN",
    DataKind.CARTE: "numéro de carte bancaire",
    DataKind.MOT_DE_PASSE: "mot de passe",
    DataKind.COURRIEL: "adresse électronique",
    DataKind.NAISSANCE: "date de naissance",
    DataKind.TELEPHONE: "numéro de téléphone",
}


@dataclass(frozen=True, slots=True)
class Detection:
    """A piece of personal data: from one character of the text to before another."""

    kind: DataKind
    start: int
    end: int


MASK = "▮▮▮"
_FINDERS: Mapping[DataKind, Callable[[str], Iterable[tuple[int, int]]]] = {
    DataKind.NIR: find_nir,
    DataKind.IBAN: find_iban,
    DataKind.CARTE: find_cards,
    DataKind.COURRIEL: find_addresses,
    DataKind.NAISSANCE: find_birth_dates,
    DataKind.TELEPHONE: find_phones,
}
_LONG_NUMBERS = frozenset({DataKind.NIR, DataKind.CARTE, DataKind.TELEPHONE})
"""What has nine figures at least."""
KINDS = tuple(DataKind)
_RANK: Mapping[str, int] = {kind: at for at, kind in enumerate(KINDS)}
_FEMININE = frozenset({DataKind.COURRIEL, DataKind.NAISSANCE})


def find(text: str, kinds: Collection[str] = KINDS) -> Sequence[Detection]:
    """Find personal data of these kinds in a text, in order and without overlaps.

    Kinds that win over these are searched for too, so the result for a kind does not depend on which others are asked
    for.
    """
    plain = read_plain_text(text)
    taken: list[Detection] = []
    asked = KINDS[: 1 + max(map(_RANK.__getitem__, kinds), default=-1)]
    for found in sorted(_find_all(plain, asked), key=lambda found: (found.start, _RANK[found.kind], -found.end)):
        if not taken or found.start >= taken[-1].end:
            taken.append(found)
        elif _RANK[found.kind] < _RANK[taken[-1].kind]:
            taken[-1] = found
    return [found for found in taken if found.kind in kinds]


def _find_all(plain: PlainText, kinds: Iterable[DataKind]) -> Iterator[Detection]:
    has_long = has_long_number(plain.text)
    for kind in kinds:
        if kind is DataKind.MOT_DE_PASSE:
            spans: Iterable[tuple[int, int]] = find_passwords(plain)
        else:
            spans = _FINDERS[kind](plain.text) if has_long or kind not in _LONG_NUMBERS else ()
        for span in spans:
            yield Detection(kind, *plain.span(*span))


def mask(text: str, found: Iterable[Detection] | None = None) -> str:
    """Replace what was found (by default everything) by bars that name what they hide."""
    pieces, at = [], 0
    for one in sorted(find(text) if found is None else found, key=lambda one: one.start):
        pieces += [text[at : one.start], f"{MASK} ({one.kind.label})"]
        at = one.end
    return "".join([*pieces, text[at:]])


def name_kinds(found: Iterable[Detection]) -> str:
    """Return what was found, each kind once: « un numéro de téléphone et une adresse électronique »; "" for nothing."""
    kinds = dict.fromkeys(one.kind for one in found)
    return join([f"{'une' if kind in _FEMININE else 'un'} {kind.label}" for kind in kinds])


_BEFORE, _AFTER = 60, 40
"""Characters on each side of a number in which a name is looked for."""
_CIVIL = re.compile(r"\b(?:M\.|Mr|Mme|Mlle|Monsieur|Madame|Mademoiselle|Dr|Docteur)\.?\s{1,3}[A-ZÀ-Þ]")
_FULL_NAME = re.compile(r"\b[A-ZÀ-Þ][\w’'-]{1,40}\s{1,3}[A-ZÀ-Þ][\w’'-]{1,40}")
_INITIAL_AND_NAME = re.compile(r"\b[A-ZÀ-Þ]\.\s?[A-ZÀ-Þ][\w’'-]{2,40}")
_NAMED = re.compile(r"\b(?:M\.|Mr|Mme|Mlle|Monsieur|Madame|Mademoiselle|Dr|Docteur)\.?\s{1,3}[A-ZÀ-Þ][\w’'-]{1,40}")
_MOBILE = re.compile(r"(?:00|\+)?(?:33)?0?[67]")


def names_somebody(text: str) -> bool:
    """Return whether a few words likely contain a person’s name: « Mme Martin », « Sophie Martin », « S. Martin »; not
    mere initials."""
    return any(pattern.search(text) for pattern in (_NAMED, _FULL_NAME, _INITIAL_AND_NAME))


def names_owner(text: str) -> bool:
    """Return whether a number has a person’s name beside it: « Mme Martin » with any number, « Sophie Martin » with a
    mobile one (two capitalised words can be a service: « Solidarité Numérique, 01 70 77 23 72 »)."""
    for found in find(text):
        if found.kind is not DataKind.TELEPHONE:
            continue
        around = f"{text[max(0, found.start - _BEFORE) : found.start]}\n{text[found.end : found.end + _AFTER]}"
        is_mobile = _MOBILE.match(re.sub(r"[^\d+]", "", text[found.start : found.end]))
        if _CIVIL.search(around) or (is_mobile and _FULL_NAME.search(around)):
            return True
    return False
