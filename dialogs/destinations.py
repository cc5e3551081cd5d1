"""Fields shared by the windows of what goes to many people: to whom, and when."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Annotated

from bot.errors import UserError
from bot.forms import Clues, Form, Many, ReadText
from bot.french import is_past_moment, read_moment, write_moment
from config.canaux import home_of
from config.text import split_words
from config.time import MOMENT
from storage import targets
from storage.people import Person

MINE, ALL_MINE = "miens", "Tous mes départements"
"""The targets that depend on the person who chooses them."""
WHEN = "Écrivez le jour et l’heure comme demain 9h, lundi 14h30 ou 24/11 9h{or_else}."


def _read_target(word: str) -> str | None:
    """Read a target that is not in the table of channels (those are offered as choices)."""
    try:
        return MINE if word.strip().lower() == MINE else targets.read_target(word, {})
    except ValueError:
        return None


PLACES = Many(
    options={**targets.list_territories(), MINE: "Mes départements", **targets.list_roles()},
    singular="destinataire",
    noun="destinataire",
    reader=_read_target,
    more_label="Et aussi",
    more_help="Des départements, régions, hubs ou thèmes, séparés par des virgules : 69, Bretagne.",
)
Places = Annotated[tuple[str, ...], PLACES]


def moment(or_else: str = "") -> ReadText:
    """Make a field for a future moment; ``or_else`` ends the sentence about unreadable texts."""

    def read(text: str, clues: Clues) -> datetime:
        found = read_moment(text, clues.today, clues.user.zone, clues.now)
        if found is None and is_past_moment(text, clues.today, clues.user.zone):
            raise ValueError("Ce jour est passé : donnez-en un à venir.")
        if found is None:
            raise ValueError(WHEN.format(or_else=or_else))
        return found

    return ReadText(read, show=write_moment, placeholder="demain 9h, lundi 14h30, 24/11 9h…")


def meant(chosen: Iterable[str], mine: Iterable[str]) -> list[str]:
    """Return the targets that were chosen, each once; « Mes départements » stands for all of ``mine``."""
    own = list(mine)
    return list(dict.fromkeys(code for place in chosen for code in (own if place == MINE else [place])))


def read_places(form: Form, chosen: Iterable[str], clues: Clues) -> list[str]:
    """Read the targets chosen in a window. Raises UserError under their field for somebody who chose their own
    départements and has none."""
    wanted = meant(chosen, clues.user.departements)
    if not wanted:
        fault = "Le registre ne vous donne pas de département : choisissez-en un."
        raise UserError(fields={find_places_element(form, clues): fault})
    return wanted


def list_own(person: Person) -> dict[str, str]:
    """List somebody’s départements that have a channel, by code; where there are several, also all of them as one
    choice."""
    found = {code: targets.say_target(code, {}) for code in person.departements if home_of(code)}
    return {MINE: ALL_MINE, **found} if len(found) > 1 else found


def find_places_element(form: Form, clues: Clues) -> str:
    """Find the element of a window that asks for places, or for one place where only one can be chosen."""
    return form.element_of("places" if "places" in type(form).model_fields else "place", clues)


_BEFORE_PLACE = frozenset({"dans", "au", "aux", "a", "pour", "en", "sur", "canal", "canaux", "departement", "region"})
_AROUND_PLACE = _BEFORE_PLACE | {"le", "la", "les", "l", "du", "de", "des", "d", "et", "tous", "toutes", "tout"}
_NO_PLACES = frozenset({"reunion", "la reunion"})
"""What is rather held than a place."""
_PLACE_WORDS = 4
_HEAD_WORDS = 60
"""The most words of a head that are looked at: each is looked up in the territories, and nobody names more places."""


def read_head(head: str) -> tuple[str, list[str]] | None:
    """Read when and where something is to be said, « demain 9h dans le 69 »: the words of the moment ("" for none), and
    the targets; None where it says anything else."""
    found = MOMENT.search(head)
    words = split_words(head.replace(found[0], " ", 1) if found else head)
    if len(words) > _HEAD_WORDS or (words and words[0] not in _BEFORE_PLACE):
        return None
    places: list[str] = []
    at = 0
    while at < len(words):
        runs = range(min(len(words), at + _PLACE_WORDS), at, -1)
        end, place = next(((end, place) for end in runs if (place := _find_place(words[at:end]))), (at + 1, ""))
        if not place and words[at] not in _AROUND_PLACE:
            return None
        places += [place] if place else []
        at = end
    return (found[0].strip() if found else "", places) if found or places else None


def _find_place(words: Sequence[str]) -> str:
    said = " ".join(words)
    if said in _AROUND_PLACE or said in _NO_PLACES:
        return ""
    for text in (said, f"{targets.ROLE}:{said.removesuffix('s')}"):
        try:
            return targets.read_target(text, {})
        except ValueError:
            continue
    return ""
