"""A commune as a field of forms: its postcode or its name; for a text of several meanings it says what little to type
for each."""

from collections.abc import Sequence
from typing import Annotated

from bot.forms import Clues, ReadText
from bot.texts import quote
from storage.communes import CommunePlace, find_begun_place, find_meant_places, find_place, shorten_label

LISTED = 6
"""Communes that a refused field names, at most."""


def read_place(text: str, clues: Clues) -> CommunePlace:
    """Read the place that a postcode, a name or both mean. Raises ValueError, which says what to type for each place
    that may be meant."""
    near = clues.user.departements
    found = find_place(text, near)
    place = found.place or find_begun_place(text)
    meant = [other for named in (place, *found.choices)[:2] if named for other in find_meant_places(text, named, near)]
    if place and not meant:
        return place
    if choices := list(dict.fromkeys([*meant, *([place] if place else found.choices)])):
        more = len(choices) + found.more - LISTED
        others = f"{more} {'autres' if more > 1 else 'autre'}"
        rest = f" (et {others} : ajoutez le code postal)" if more > 0 else ""
        raise ValueError(f"Plusieurs communes correspondent. Écrivez {_list_places(choices)}{rest}.")
    if len(found.suggestions) == 1:
        likely = found.suggestions[0]
        raise ValueError(f"Commune introuvable. Si c’est {likely.commune.nom}, écrivez « {shorten_label(likely)} ».")
    if found.suggestions:
        raise ValueError(f"Commune introuvable. Écrivez {_list_places(found.suggestions)}.")
    raise ValueError(f"Aucune commune ne correspond à « {quote(text)} » : écrivez son code postal ou son nom.")


def _list_places(places: Sequence[CommunePlace]) -> str:
    return " · ".join(f"« {shorten_label(place)} » pour {place.commune.nom}" for place in places[:LISTED])


COMMUNE_FIELD = ReadText(
    read_place,
    show=lambda place: place.label,
    placeholder="69120, ou Vaulx-en-Velin",
    missing_text="Indiquez la commune : son code postal ou son nom.",
)
CommuneIfAny = Annotated[CommunePlace | None, COMMUNE_FIELD]
