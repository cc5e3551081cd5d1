"""The lists of the ressourcerie (what a resource is, about what, for whom), and the tools that it begins with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from config.tables import read
from config.text import fold


@dataclass(frozen=True, slots=True)
class ListedChoice:
    """An entry of a list: ``code`` is stored, ``libelle`` shown, ``mots`` are words that mean it."""

    code: str
    libelle: str
    mots: tuple[str, ...]


def _load(liste: str) -> Mapping[str, ListedChoice]:
    rows = (row for row in read("ressources.tsv") if row["liste"] == liste)
    return {row["code"]: ListedChoice(row["code"], row["libelle"], tuple(row["mots"].split(", "))) for row in rows}


CATEGORIES = _load("categorie")
KINDS = _load("type")
LEVELS = _load("niveau")
PUBLICS = _load("public")
LISTS: Mapping[str, Mapping[str, ListedChoice]] = {
    "categorie": CATEGORIES,
    "type": KINDS,
    "niveau": LEVELS,
    "public": PUBLICS,
}
"""Each list, under the name that a column of an import and a filter of a search have for it."""


def choice_of(liste: str, text: str) -> ListedChoice | None:
    """Find the entry of a list that a code, a label or a usual word means, whatever the case, accents and hyphens."""
    return _vocabulary(liste).get(fold(text))


@cache
def _vocabulary(liste: str) -> Mapping[str, ListedChoice]:
    return {
        fold(text): choice
        for choice in reversed(list(LISTS[liste].values()))
        for text in (*choice.mots, choice.libelle, choice.code)
    }


@cache
def synonyms() -> Sequence[tuple[str, ...]]:
    """Return the groups of words and phrases that mean the same."""
    return [tuple(row["mots"].split(", ")) for row in read("synonymes.tsv")]


NAME = "Bibliothèque d’outils"
ABOUT = "Les outils et tutoriels de tous les jours. L’équipe d’animation choisit ce qui y est."
AUTHOR = "équipe d’animation"


@dataclass(frozen=True, slots=True)
class LibraryTool:
    """A tool that the ressourcerie begins with; ``type`` is a code of config.ressources, ``themes`` are codes of
    config.themes."""

    code: str
    titre: str
    description: str
    url: str
    type: str
    themes: tuple[str, ...]


TOOLS: Sequence[LibraryTool] = tuple(
    LibraryTool(themes=tuple(filter(None, row.pop("themes").split("|"))), **row) for row in read("outils.tsv")
)
