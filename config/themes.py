"""The themes of a CRA: codes, labels, usual words, and their storage as bits."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from config.tables import read
from config.text import find_nearest, split_words

# Words too small to carry a theme; « en » is not among them: « en emploi » is a statut.
_SMALL = {"de", "d", "du", "des", "le", "la", "les", "l", "un", "une"}
# Other words one slip away from a theme's, as `key` gives them; then communes and parts of their names.
_NOT_TYPOS = {
    *("collegue", "scolarise", "scolarisee"),
    *(
        "barque",
        "benque",
        "cantin",
        "carlat",
        "carsac",
        "carsan",
        "castine",
        "chantagret",
        "clapier",
        "claviere",
    ),
    *(
        "commercy",
        "illoud",
        "mabile",
        "novion",
        "parenti",
        "parenty",
        "paroche",
        "priche",
        "rangen",
        "viremont",
    ),
}
# Below six letters a slip makes another word (santé, Santes; panne, Cannes); from ten, two slips are safe.
_SHORTEST_WITH_TYPO, _SHORTEST_WITH_TWO = 6, 10
_LONGEST_TEXT = 120
_LONGEST_NAME = 4
"""The most words of a theme’s name that are looked for in a text."""


@dataclass(frozen=True)
class Theme:
    """A theme: `bit` is its place in a stored bitmask and in the form, `mots` are words that mean it, `liste` those of
    them shown beside its name in a list, where clients search for what is typed; `mediation` are the codes under which
    La Coop de la médiation numérique took it over (coop-mediation-numerique, migrate-cras-v1)."""

    code: str
    libelle: str
    court: str
    mots: tuple[str, ...]
    liste: str
    mediation: tuple[str, ...]
    bit: int

    @property
    def option(self) -> str:
        """The text of a list’s option: « Envoyer, recevoir, gérer ses courriels · mail, e-mail, messagerie »."""
        return f"{self.libelle} · {self.liste}"


def _load() -> dict[str, Theme]:
    lists = ("mots", "mediation")
    found = {}
    for bit, row in enumerate(read("themes.tsv")):
        read_lists: dict[str, Any] = {name: tuple(filter(None, row[name].split(", "))) for name in lists}
        found[row["code"]] = Theme(**(row | read_lists), bit=bit)
    return found


THEMES: dict[str, Theme] = _load()


def key(text: str) -> str:
    """Reduce a text to the form in which themes are compared: folded words without signs, small words and plural
    marks."""
    words = (word for word in split_words(text) if word not in _SMALL)
    return " ".join(word.removesuffix("s") if len(word) > 3 else word for word in words)


@cache
def vocabulary() -> dict[str, Theme]:
    """Return every text that means a theme, reduced by `key`: codes, labels, short labels and usual words."""
    return {
        key(text): theme for theme in THEMES.values() for text in (theme.code, theme.libelle, theme.court, *theme.mots)
    }


def find_theme(text: str) -> Theme | None:
    """Find the theme that a text means by one of its own words, spelled correctly."""
    return vocabulary().get(key(text))


def theme_of(text: str) -> Theme | None:
    """Find the theme that a code, a label or a usual word means; None where none does, or two do equally well.

    Case, accents, plurals and small words do not matter; a slip or two in a long word are forgiven.
    """
    wanted = key(text[:_LONGEST_TEXT])
    return vocabulary().get(wanted) or _guess(wanted)


def themes_in(text: str) -> int:
    """Return the bitmask of the themes that a text names, by their own words, rightly written."""
    words = key(text).split()
    runs = (" ".join(words[at : at + length]) for at in range(len(words)) for length in range(1, _LONGEST_NAME + 1))
    return bits(theme.code for run in runs if (theme := vocabulary().get(run)))


def _guess(wanted: str) -> Theme | None:
    """Find the only theme with a word within a slip or two, with the same first letter; « f » sounds as « ph »."""
    if len(wanted) < _SHORTEST_WITH_TYPO or wanted in _NOT_TYPOS:
        return None
    allowed = 2 if len(wanted) >= _SHORTEST_WITH_TWO else 1
    sounding = _list_sounding(wanted[0])
    near, _ = find_nearest(wanted.replace("ph", "f"), list(sounding), allowed)
    best = {sounding[word] for word in near}
    return THEMES[best.pop()] if len(best) == 1 else None


@cache
def _list_sounding(letter: str) -> Mapping[str, str]:
    """The codes of themes by their words with that first letter, in which a slip may be."""
    return {
        word.replace("ph", "f"): theme.code
        for word, theme in vocabulary().items()
        if word[0] == letter and len(word) >= _SHORTEST_WITH_TYPO
    }


def bits(codes: Iterable[str]) -> int:
    """Return the bitmask of some codes. Raises KeyError for an unknown one."""
    return sum({1 << THEMES[code].bit for code in codes})


def from_bits(mask: int) -> tuple[str, ...]:
    """Return the codes of a bitmask in the order of the table; ValueError if it holds an unknown bit."""
    if mask >> len(THEMES):
        raise ValueError(f"no theme has a bit of {mask}")
    return tuple(theme.code for theme in THEMES.values() if mask >> theme.bit & 1)
