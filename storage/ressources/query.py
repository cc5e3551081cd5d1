"""What somebody looks for: words, and filters among them (« #cnil pdf », « emploi niveau:debutant depuis:2025 »)."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, partial

from config.folding import fold
from config.ressources import KINDS, choice_of
from config.themes import theme_of
from storage.ressources.words import Group, groups, words

QUERY_MAX = 200
"""Characters of a query that are read."""
GROUPS_MAX = 8
PDF = "pdf"
_FILTER = re.compile(
    r"\b(cat[ée]gorie|type|niveau|public|depuis|th[èe]me)\s?:\s?(\"[^\"]{1,60}\"|«[^»]{1,60}»|[^\s\"«]{1,60})",
    re.IGNORECASE,
)
_TAG = re.compile(r"#([\w’'-]{1,60})")
_SINCE = re.compile(r"(\d{4})(?:-(\d{1,2}))?(?:-(\d{1,2}))?")
_VAGUE = {"lien", "liens", "outil", "outils", "logiciel", "site", "video", "videos", "document", "documents"}
"""Names of kinds that say as often what a resource is about: among other words they are words."""


@dataclass(frozen=True, slots=True)
class Tag:
    """A theme, by its bit, or a category: one of both is enough."""

    bit: int
    categorie: str


@dataclass(frozen=True, slots=True)
class Filters:
    """What must be so; each list is empty where nothing is asked. ``choices`` are codes by their list."""

    tags: tuple[Tag, ...] = ()
    kinds: frozenset[str] = frozenset()
    choices: tuple[tuple[str, str], ...] = ()
    since: date | None = None


ANYTHING = Filters()


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked: ``groups`` of words, ``filters``; ``unknown`` filters, as typed, mean nothing and do nothing.

    ``wider`` is the same with the names of kinds as mere words: where nothing of that kind is found.
    """

    groups: tuple[Group, ...] = ()
    filters: Filters = ANYTHING
    unknown: tuple[str, ...] = ()
    wider: "Query | None" = None


def read_query(text: str) -> Query:
    """A query as it was typed."""
    reading = _Reading()
    rest = _FILTER.sub(reading.filter, text[:QUERY_MAX])
    rest = _TAG.sub(reading.tag, rest)
    found = words(rest)
    filters = Filters(tuple(reading.tags), frozenset(), tuple(reading.choices), reading.since)
    filters = ANYTHING if filters == ANYTHING else filters
    literal = Query(tuple(groups(found)[:GROUPS_MAX]), filters, tuple(reading.unknown))
    kind, others = _take_kind(found)
    if kind is None:
        return literal
    narrow = replace(filters, kinds=frozenset({kind}))
    return Query(tuple(groups(others)[:GROUPS_MAX]), narrow, literal.unknown, literal if others else None)


class _Reading:
    """The filters, as they are met."""

    def __init__(self) -> None:
        self.tags: list[Tag] = []
        self.choices: list[tuple[str, str]] = []
        self.since: date | None = None
        self.unknown: list[str] = []

    def filter(self, found: "re.Match[str]") -> str:
        """« name:value »; nothing of it is a word."""
        name, value = fold(found[1]), found[2].strip('"«» \u00a0\u202f')
        readers: Mapping[str, Callable[[str], bool]] = {"depuis": self._since, "theme": self._theme}
        reader = readers.get(name, partial(self._choice, name))
        if not reader(value):
            self.unknown.append(f"{name}:{value}")
        return " "

    def tag(self, found: "re.Match[str]") -> str:
        """« #word »: a theme or a category, else a word."""
        return " " if self._theme(found[1].replace("_", " ")) else f" {found[1]} "

    def _theme(self, value: str) -> bool:
        theme, categorie = theme_of(value), choice_of("categorie", value)
        if theme or categorie:
            self.tags.append(Tag(1 << theme.bit if theme else 0, categorie.code if categorie else ""))
        return bool(theme or categorie)

    def _choice(self, liste: str, value: str) -> bool:
        choice = choice_of(liste, value)
        if choice:
            self.choices.append((liste, choice.code))
        elif liste == "type" and fold(value) == PDF:
            self.choices.append((liste, PDF))
        return bool(choice) or (liste, PDF) in self.choices

    def _since(self, value: str) -> bool:
        self.since = read_since(value) or self.since
        return read_since(value) is not None


def read_since(text: str) -> date | None:
    """« 2025 », « 2025-03 », « 2025-03-15 » as the first day meant."""
    found = _SINCE.fullmatch(text)
    try:
        return date(*(int(part or 1) for part in found.groups())) if found else None
    except ValueError:
        return None


def _take_kind(found: Sequence[str]) -> tuple[str | None, Sequence[str]]:
    """The first words that name a kind without doubt, and the others; any name of one where there are no others."""
    for at in range(len(found)):
        for n in (3, 2, 1):
            name = " ".join(found[at : at + n])
            kind = _kind_names().get(name)
            others = [*found[:at], *found[at + n :]]
            if kind and len(found) >= at + n and (name not in _VAGUE or not others):
                return kind, others
    return None, found


@cache
def _kind_names() -> Mapping[str, str]:
    """Kinds by what they are called."""
    said = ((" ".join(words(text)), code) for code, kind in KINDS.items() for text in (*kind.mots, kind.libelle))
    return {name: code for name, code in said if name} | {PDF: PDF}
