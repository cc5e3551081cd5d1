"""How the commune of a compte rendu is read: one place of the official table, or the choices to copy."""

from collections.abc import Sequence

from bot.forms import Clues
from bot.texts import quote
from storage.communes import Match, Place, find

LISTED = 8


def read_place(text: str, clues: Clues) -> Place:
    """The place that a postcode, a name or both mean. Raises ValueError with the choices to copy."""
    return settle(text, find(text, clues.user.departements))


def settle(text: str, found: Match) -> Place:
    """The place found for a text. Raises ValueError as `read_place` does."""
    if found.place:
        return found.place
    if found.choices:
        more = len(found.choices) + found.more - LISTED
        rest = f" (et {more} autres : ajoutez le code postal)" if more > 0 else ""
        raise ValueError(f"Plusieurs communes correspondent : copiez celle qui convient. {_list(found.choices)}{rest}.")
    if len(found.suggestions) == 1:
        raise ValueError(f"Commune introuvable. Si c’est {_list(found.suggestions)}, copiez ces mots.")
    if found.suggestions:
        raise ValueError(f"Commune introuvable. Si c’est l’une de celles-ci, copiez-la : {_list(found.suggestions)}.")
    raise ValueError(f"Aucune commune ne correspond à « {quote(text)} » : écrivez son code postal ou son nom.")


def _list(places: Sequence[Place]) -> str:
    return " · ".join(p.label for p in places[:LISTED])
