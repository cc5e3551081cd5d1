"""The département or région that a sentence names."""

from dataclasses import dataclass
from functools import cache

from bot.french import MONTH_NUMBERS
from config.territories import DEPARTEMENTS, REGION_NAMES
from config.text import split_words
from dialogs.plain_words.frames import read_frame
from dialogs.plain_words.sentences import Sentence

NAME_MAX = 6
"""Words of the longest name."""
_SHORT_NAMES = {
    "paca": "Provence-Alpes-Côte d’Azur",
    "idf": "Île-de-France",
    "aura": "Auvergne-Rhône-Alpes",
    "bfc": "Bourgogne-Franche-Comté",
}


@dataclass(frozen=True, slots=True)
class SaidPlace:
    """A territory: « departement » or « region », how it was called, and which words do so."""

    kind: str
    name: str
    span: range


def find_place(sentence: Sentence) -> SaidPlace | None:
    """Find the territory that is named, the longest name first: one that is called so rather than another one, « une
    collègue du Cantal…, les chiffres du département de la Lozère »."""
    words = [word.folded for word in sentence.words]
    firsts = [index for index, word in enumerate(words) if word.partition(" ")[0] in _read_first_words()]
    firsts.sort(key=lambda index: _KINDS.isdisjoint(words[max(index - CALLED_WITHIN, 0) : index]))
    for size in range(NAME_MAX, 0, -1):
        for first in (each for each in firsts if each + size <= len(words)):
            known = _read_names().get(" ".join(words[first : first + size]))
            if known and not _is_meeting(sentence.typed(first, first + size), words[first + size : first + size + 1]):
                is_region = (
                    "region" in words[max(first - CALLED_WITHIN, 0) : first] and known[1] in REGION_NAMES.values()
                )
                return SaidPlace("region" if is_region else known[0], known[1], range(first, first + size))
    return _find_code(sentence, words)


_KINDS = frozenset({"departement", "region"})
CALLED_WITHIN = 3
"""Words before a territory within which its kind is said: « le département de la Lozère »."""


def _is_meeting(typed: str, following: list[str]) -> bool:
    """Whether « la réunion » is where colleagues meet, and not the island."""
    return typed in ("la réunion", "la reunion") and not _OF_MEETINGS.isdisjoint(following)


_OF_MEETINGS = frozenset({"de", "d", "du", "des", "avec", "que", "qui", "a", "prevue", "annuelle", "mensuelle"})
"""Words that follow a meeting."""


def _find_code(sentence: Sentence, words: list[str]) -> SaidPlace | None:
    """Find the code of a département behind a word that may announce one; « le 12 octobre » has none."""
    for index, word in enumerate(words[1:], 1):
        is_announced = words[index - 1] in read_frame("avant_code")
        is_announced = is_announced and words[max(index - 2, 0) : index] != ["semaine", "du"]
        is_named = words[index - 1] in ("departement", "departements")
        is_announced = is_announced and words[index - 2 : index] != ["semaine", "du"]
        if word in _CODES and is_announced and (is_named or not _is_counted(word, words[index + 1 : index + 3])):
            return SaidPlace("departement", sentence.typed(index, index + 1), range(index, index + 1))
    return None


_CODES = frozenset(map(str.lower, DEPARTEMENTS))


def _is_counted(number: str, after: list[str]) -> bool:
    """Whether a number counts days, months or people, or belongs to a date."""
    is_day = number.isdigit() and int(number) <= LAST_DAY
    is_singular = after[:1] == ["mois"] and after[1:2] != ["derniers"]
    if is_singular or (after[:1] == ["au"] and not is_day):
        return False
    return (
        bool(after)
        and (after[0].isdigit() or after[0] in read_frame("apres_nombre"))
        and (is_day or after[0] not in MONTH_NUMBERS)
    )


LAST_DAY = 31


def name_place(name: str) -> str:
    """The name of a territory as it is written; any other stays as it is."""
    words = " ".join(split_words(name))
    known = _read_names().get(words.removeprefix("des ")) or _read_bare_names().get(words)
    return known[1] if known else name


@cache
def _read_bare_names() -> dict[str, tuple[str, str]]:
    """The names of territories without their small words, of which what is sought is left: « corse sud »."""
    small = read_frame("entre")
    return {" ".join(w for w in name.split() if w not in small): known for name, known in _read_names().items()}


@cache
def _read_first_words() -> frozenset[str]:
    return frozenset(name.partition(" ")[0] for name in _read_names())


@cache
def _read_names() -> dict[str, tuple[str, str]]:
    """What each territory is called, of which kind it is, and its name as it is written; a name of both is a
    département’s."""
    regions = {" ".join(split_words(name)): ("region", name) for name in (*REGION_NAMES.values(), *_SHORT_NAMES)}
    names = {" ".join(split_words(place.nom)): ("departement", place.nom) for place in DEPARTEMENTS.values()}
    return regions | names
