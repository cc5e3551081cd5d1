"""The lists of the ressourcerie (what a resource is, about what, for whom), and words that mean the same thing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from config.folding import fold
from config.tables import read


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a list: ``code`` is stored, ``libelle`` shown, ``mots`` mean it."""

    code: str
    libelle: str
    mots: tuple[str, ...]


def _load(liste: str) -> Mapping[str, Choice]:
    rows = (row for row in read("ressources.tsv") if row["liste"] == liste)
    return {row["code"]: Choice(row["code"], row["libelle"], tuple(row["mots"].split(", "))) for row in rows}


CATEGORIES = _load("categorie")
KINDS = _load("type")
LEVELS = _load("niveau")
PUBLICS = _load("public")
LISTS: Mapping[str, Mapping[str, Choice]] = {
    "categorie": CATEGORIES,
    "type": KINDS,
    "niveau": LEVELS,
    "public": PUBLICS,
}
"""Each list, under the name that a column of an import and a filter of a search have for it."""


def choice_of(liste: str, text: str) -> Choice | None:
    """The one of a list that a code, a label or a usual word means; case, accents and hyphens do not matter."""
    return _vocabulary(liste).get(fold(text))


@cache
def _vocabulary(liste: str) -> Mapping[str, Choice]:
    return {
        fold(text): choice
        for choice in reversed(list(LISTS[liste].values()))
        for text in (*choice.mots, choice.libelle, choice.code)
    }


@cache
def synonyms() -> Sequence[tuple[str, ...]]:
    """The groups of words and phrases that say the same thing."""
    return [tuple(row["mots"].split(", ")) for row in read("synonymes.tsv")]
