"""How a text names a commune: by postcode, name, both, or INSEE code; the choices where several fit."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

from storage.communes.table import Commune, by_code, key, table

MOST_CHOICES = 12
MOST_SUGGESTIONS = 5
_LONGEST_TEXT = 120
# Likeness of names, out of 100: worth suggesting, and worth suggesting before the names that begin as typed.
_LEAST_LIKENESS, _GREAT_LIKENESS = 75, 90

_CODE = re.compile(r"[(\[]?\b([0-9][0-9AaBb][0-9]{3})\b[)\]]?")
_SPACED_POSTCODE = re.compile(r"^\s*([0-9]{2})\s([0-9]{3})\b")
_DEPARTEMENT = re.compile(r"^(.+) (2a|2b|[0-9]{2,3})$")


@dataclass(frozen=True, slots=True)
class Place:
    """A commune and the postcode to keep with it ("" where the commune has none)."""

    commune: Commune
    code_postal: str

    @property
    def label(self) -> str:
        """What to show, and what `find` reads back as exactly this place."""
        return label(self.commune, self.code_postal)


@dataclass(frozen=True, slots=True)
class Match:
    """What a text names: one `place`; or several `choices` (and `more` unlisted); or none, with `suggestions`."""

    place: Place | None = None
    choices: tuple[Place, ...] = ()
    more: int = 0
    suggestions: tuple[Place, ...] = ()


def label(commune: Commune, code_postal: str) -> str:
    """Return « 69120 Vaulx-en-Velin », or « Archipel des Crozet (98413) » for a commune without postcode."""
    return f"{code_postal} {commune.nom}" if code_postal else f"{commune.nom} ({commune.code})"


def find(text: str, near: Sequence[str] = ()) -> Match:
    """Find the commune that a text names: postcode, name, both in any order, or INSEE code.

    Former communes and « Lyon 3e » lead to today's commune, « Saint-Denis 974 » to the one of that département.
    The start of a name is never taken for the name. Choices and suggestions come from the départements `near`
    first, then by population.
    """
    found = find_exactly(text, near)
    if found.place or found.choices:
        return found
    name, codes = _parts(text)
    return Match(suggestions=_suggestions(name, codes, near))


def find_exactly(text: str, near: Sequence[str] = ()) -> Match:
    """Find as `find` does, without the search for suggestions, a thousand times slower than this one."""
    name, codes = _parts(text)
    places = _rank(_by_name(name, codes) if name else _by_code(codes), near)
    if len(places) == 1:
        return Match(place=places[0])
    return Match(choices=tuple(places[:MOST_CHOICES]), more=max(0, len(places) - MOST_CHOICES))


def _parts(text: str) -> tuple[str, list[str]]:
    """Tell the name, reduced by `key`, from the codes."""
    text = _SPACED_POSTCODE.sub(r"\1\2", text[:_LONGEST_TEXT])
    return key(_CODE.sub(" ", text)), [code.upper() for code in _CODE.findall(text)]


def _unique(places: Iterable[Place]) -> list[Place]:
    """Keep the first place of each commune."""
    unique: dict[str, Place] = {}
    for place in places:
        unique.setdefault(place.commune.code, place)
    return list(unique.values())


def _rank(places: Iterable[Place], near: Sequence[str]) -> list[Place]:
    """Sort by nearness then population, one place per commune."""
    return sorted(
        _unique(places),
        key=lambda place: (place.commune.departement not in near, -place.commune.population, place.commune.code),
    )


def _place(code: str, codes_postaux: Iterable[str] = ()) -> Place:
    """Return the commune with the first wanted postcode that is its own, else with its first one."""
    commune = by_code(code)
    assert commune, code  # the indexes only hold codes of the table
    own = [postcode for postcode in codes_postaux if postcode in commune.codes_postaux]
    return Place(commune, (own or [*commune.codes_postaux, ""])[0])


def _by_code(codes: Sequence[str]) -> Iterator[Place]:
    """Yield the communes of one postcode, else the one of an INSEE code, of today or of an arrondissement.

    Codes of former communes do not count: nobody types them, and they would swallow mistyped postcodes.
    """
    if len(codes) != 1:
        return
    communes, code = table(), codes[0]
    if code in communes.by_postcode:
        yield from (_place(insee, codes) for insee in communes.by_postcode[code].split())
    elif code in communes.lines:
        yield _place(code)
    elif code in communes.former and not communes.former[code].endswith("\t"):
        yield _former(code)


def _former(code: str) -> Place:
    _, _, today, code_postal = table().former[code].split("\t")
    return _place(today, [code_postal])


def _by_name(name: str, codes: Sequence[str]) -> list[Place]:
    """Return the communes of this name that agree with all codes; former names serve where no other agrees."""
    communes = table()
    today = (_place(code, codes) for code in communes.by_name.get(name, "").split())
    former = (_former(code) for code in communes.by_former_name.get(name, "").split())
    for places in (today, former):
        if agreeing := [agreed for place in places if (agreed := _agree(place, codes))]:
            return agreeing
    return _by_name_in_departement(name) if not codes else []


def _agree(place: Place, codes: Sequence[str]) -> Place | None:
    """Return the place with the typed postcode, or None where a code is neither its postcode nor its INSEE code."""
    commune = place.commune
    if any(code not in commune.codes_postaux and code != commune.code for code in codes):
        return None
    return _place(commune.code, [*codes, place.code_postal])


def _by_name_in_departement(name: str) -> list[Place]:
    match = _DEPARTEMENT.match(name)
    if not match:
        return []
    places = _by_name(match[1], ())
    return [place for place in places if place.commune.departement == match[2].upper()]


def _suggestions(name: str, codes: Sequence[str], near: Sequence[str]) -> tuple[Place, ...]:
    """Return what may have been meant, the likeliest first, each group by nearness then population."""
    groups = _like_name(name, codes) if name else _like_code(codes)
    return tuple(_unique(place for group in groups for place in _rank(group, near))[:MOST_SUGGESTIONS])


def _like_name(name: str, codes: Sequence[str]) -> Iterator[Iterator[Place]]:
    """Yield the places of a typed postcode whose name resembles, then the name elsewhere, then names like it."""
    communes = table()
    here = (_place(code, codes) for cp in codes for code in communes.by_postcode.get(cp, "").split())
    yield (place for place in here if fuzz.WRatio(name, key(place.commune.nom)) >= _LEAST_LIKENESS)
    yield (place for place in _by_name(name, ()) if codes)
    yield _all_by_name(other for other in communes.by_name if other.startswith(name + " "))
    names = extract(name, communes.by_name.keys(), scorer=fuzz.ratio, score_cutoff=_LEAST_LIKENESS, limit=10)
    yield from (_all_by_name([other]) for other, likeness, _ in names if likeness >= _GREAT_LIKENESS)
    yield _all_by_name(other for other in communes.by_name if len(name) > 2 and other.startswith(name))
    yield from (_all_by_name([other]) for other, _, _ in names)


def _all_by_name(names: Iterable[str]) -> Iterator[Place]:
    return (_place(code) for name in names for code in table().by_name[name].split())


def _like_code(codes: Sequence[str]) -> Iterator[Iterator[Place]]:
    """Yield the communes of the postcodes one digit away."""
    by_postcode = table().by_postcode
    near_codes = [
        cp for code in codes for cp, _, _ in extract(code, by_postcode.keys(), scorer=OSA.distance, score_cutoff=1)
    ]
    yield (_place(code, [cp]) for cp in near_codes for code in by_postcode[cp].split())
