"""Where people meet who book, read from the few words that a conseiller gave their hours."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from config.text import fold
from storage.communes import CommunePlace, find_place_exactly
from storage.cra.report import Canal
from storage.people import Person
from storage.rdv import Place, PlaceKind

_KINDS = {"visio": PlaceKind.VISIO, "telephone": PlaceKind.PHONE, "domicile": PlaceKind.HOME}
_OWN = ("rattachement", "structure", "bureau")
"""Words by which a conseiller names where they work."""
_TOWNS = (re.compile(r"\b([0-9]{5}) ([^,0-9]{1,60})(?:,|$)"), re.compile(r"([^,0-9]{1,60}), ?([0-9]{5})(?:,|$)"))
"""« 69500 Bron » and « Bron, 69500 », as addresses end."""
_OF = re.compile(r"(?:^|\s)(?:à|de|du|des|en|au|aux)\s+|(?:^|\s)d[’']", re.IGNORECASE)
"""What stands before the commune in « Mairie de Bron »."""


def read_place(words: str, owner: Person) -> Mapping[str, Any]:
    """Read the words of a range of hours as columns of a rdv: how people meet, the commune where the words name one,
    and what a report of it says. A place that is not where its owner works is another one."""
    kind = find_kind(words)
    town = _find_own_town(words, owner)
    here = {"commune": town.commune.code, "code_postal": town.code_postal} if town else {}
    elsewhere = kind is PlaceKind.PLACE and not _is_own(words, owner.structure or "")
    return Place(kind=kind, words=words, **here).columns | {"canal": Canal.AUTRE if elsewhere else kind.canal}


def find_kind(words: str) -> PlaceKind:
    """Find how people meet, by the words of the place."""
    plain = fold(words)
    return next((kind for word, kind in _KINDS.items() if word in plain), PlaceKind.PLACE)


def find_town(place: str) -> CommunePlace | None:
    """Find the commune that an address names with its postcode."""
    for pattern in _TOWNS:
        if found := pattern.search(place):
            return find_place_exactly(" ".join(part.strip() for part in found.groups())).place
    return None


def _is_own(words: str, structure: str) -> bool:
    plain, own = fold(words).strip(), fold(structure).strip()
    return not plain or any(word in plain for word in _OWN) or (bool(own) and (plain in own or own in plain))


def _find_own_town(words: str, owner: Person) -> CommunePlace | None:
    """Find the commune of a place by its postcode, or by a name that is one of the owner’s départements: elsewhere
    « Les Halles » may be any market."""
    if found := find_town(words):
        return found
    near = tuple(owner.departements)
    for name in _list_names(words) if near else ():
        match = find_place_exactly(name, near)
        here = [one for one in (match.place, *match.choices) if one and one.commune.departement in near]
        if len(here) == 1:
            return here[0]
    return None


def _list_names(words: str) -> Iterator[str]:
    """List what may be the name of a commune, the last words first: all of a part, then what follows « de » or
    « à »."""
    for part in reversed([part.strip() for part in re.split(r"[,;()–]", words) if part.strip()]):
        yield part
        yield from (part[found.end() :] for found in _OF.finditer(part) if part[found.end() :])
