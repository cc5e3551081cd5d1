"""A resource as the index knows it: what finds it, how well, and what filters ask of it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache
from sys import intern
from urllib.parse import urlsplit

from config.ressources import LISTS
from config.themes import THEMES, from_bits
from storage.ressources.query import PDF, Filters, Tag
from storage.ressources.resource import Shown
from storage.ressources.words import SAME, SYNONYM, meanings, singular, theme_token, tokens, words

TITLE, TITLE_SHARED = 60, 60
"""What a word of a title weighs, and what all of them share."""
FIRST, AGAIN, MOST = 24, 6, 42
"""What a word of a description weighs, what each repetition adds, and the most that it comes to."""
LABELS = {"categorie": 18, "type": 15, "niveau": 12, "public": 12}
THEME, AUTHOR = 15, 20


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """A published resource, without its texts; ``day`` is a number that grows with its date.

    ``tokens`` find it.
    """

    number: int
    day: int
    themes: int
    choices: tuple[str, ...]
    tokens: tuple[str, ...]

    def passes(self, filters: Filters, verdicts: dict[tuple[str, ...], bool]) -> bool:
        """Whether it is as these demand; ``verdicts`` remembers which choices are."""
        chosen = verdicts.get(self.choices)
        if chosen is None:
            chosen = verdicts[self.choices] = self._is_chosen(filters)
        since = filters.since is None or self.day >= filters.since.toordinal()
        return chosen and since and all(self._bears(tag) for tag in filters.tags)

    def _bears(self, tag: Tag) -> bool:
        return bool(self.themes & tag.bit) or _choice("categorie", tag.categorie) in self.choices

    def _is_chosen(self, filters: Filters) -> bool:
        wanted = all(_choice(liste, code) in self.choices for liste, code in filters.choices)
        return wanted and (not filters.kinds or any(_choice("type", kind) in self.choices for kind in filters.kinds))


def entry_of(resource: Shown) -> tuple[Entry, Sequence[int], Collection[str]]:
    """A stored resource, what each of its tokens weighs, and the words that stand in it."""
    weights: dict[str, int] = {}
    said = [*_title(resource.titre, weights), *_description(resource.description, weights)]
    for liste, weight in LABELS.items():
        choice = LISTS[liste].get(getattr(resource, liste))
        said += _label(choice.libelle, weight, weights) if choice else []
    for code in from_bits(resource.themes):
        said += _label(THEMES[code].court, THEME, weights)
        _add({theme_token(code): THEME}, weights)
    said += _label(resource.auteur, AUTHOR, weights)
    for token, weight in weights.items():
        # Whoever looks for a word finds what means the same at less, never at more.
        weights[token] = max([weight, *(weights.get(m, 0) * SYNONYM // SAME for m in meanings(token))])
    number, day = resource.id, resource.date.toordinal()
    entry = Entry(number, day, resource.themes, _choices(resource), tuple(weights))
    return entry, list(weights.values()), {intern(singular(word)) for word in said}


def _title(text: str, weights: dict[str, int]) -> list[str]:
    found = words(text)
    weight = TITLE + TITLE_SHARED // max(1, len(found))
    _add(dict.fromkeys(tokens(found), weight), weights)
    return found


def _description(text: str, weights: dict[str, int]) -> list[str]:
    found = words(text)
    told: dict[str, int] = {}
    for token in tokens(found):
        told[token] = min(MOST, told.get(token, FIRST - AGAIN) + AGAIN)
    _add(told, weights)
    return found


def _label(text: str, weight: int, weights: dict[str, int]) -> list[str]:
    found = words(text)
    _add(dict.fromkeys(tokens(found), weight), weights)
    return found


def _add(told: dict[str, int], weights: dict[str, int]) -> None:
    for token, weight in told.items():
        weights[intern(token)] = weights.get(token, 0) + weight


def _choices(resource: Shown) -> tuple[str, ...]:
    codes = tuple(getattr(resource, liste) for liste in LISTS)
    return _chosen(codes, urlsplit(resource.url).path.lower().endswith(".pdf"))


@cache
def _chosen(codes: tuple[str, ...], is_pdf: bool) -> tuple[str, ...]:
    """The same object for all that are of the same kind."""
    found = [_choice(liste, code) for liste, code in zip(LISTS, codes, strict=True)]
    return (*found, _choice("type", PDF), _choice("type", "document")) if is_pdf else tuple(found)


def _choice(liste: str, code: str) -> str:
    return f"{liste}:{code}"
