"""The ressourcerie in memory: which words find which resources, and how well; all in whole numbers."""

import hashlib
import sys
from array import array
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from heapq import nsmallest
from itertools import accumulate, chain
from math import log2
from operator import mul
from pathlib import Path
from sys import intern
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from config import libraries
from config import text as config_text
from config.ressources import LISTS, synonyms
from config.text import make_theme_word
from config.themes import THEMES, from_bits
from storage import search
from storage.ressources import query
from storage.ressources.resources import ShownResource
from storage.search import PREFIX_MIN, IndexFile, InvertedIndex, Vocabulary, count_slips_allowed

TITLE, TITLE_SHARED = 60, 60
"""The weight of each word of a title, and the weight that all of them share."""
FIRST, AGAIN, MOST = 24, 6, 42
"""The weight of a word of a description, what each repetition adds, and the most."""
LABELS = {"categorie": 18, "type": 15, "niveau": 12, "public": 12}
THEME, AUTHOR = 15, 20


class IndexEntry(NamedTuple):
    """A published resource without its texts: ``day`` grows with its date, ``revision`` is the number of the writing
    that it was read from."""

    number: int
    day: int
    themes: int
    choices: frozenset[query.ChosenCode]
    revision: int

    def passes(self, filters: query.Filters) -> bool:
        """Tell whether the resource passes the filters."""
        since = filters.since is None or self.day >= filters.since.toordinal()
        return since and filters.choices <= self.choices and all(self._bears(tag) for tag in filters.tags)

    def _bears(self, tag: query.QueryTag) -> bool:
        # Many themes have no category, as many resources do: two empty ones are no match.
        return bool(self.themes & tag.bit) or bool(tag.categorie and ("categorie", tag.categorie) in self.choices)


Weights = Mapping[str, int]
"""The tokens that find a resource, with their weights."""


def make_entry(resource: ShownResource, revision: int = 0) -> tuple[IndexEntry, Weights, Collection[str]]:
    """Make the entry of a stored resource, the tokens that find it, and the words that it contains."""
    said = query.split_words(resource.description)
    weights: dict[str, int] = {}
    for token in query.make_tokens(said):
        weights[token] = min(MOST, weights.get(token, FIRST - AGAIN) + AGAIN)
    for text, weight in _list_fields(resource):
        found = query.split_words(text)
        said += found
        for token in dict.fromkeys(query.make_tokens(found)):
            weights[token] = weights.get(token, 0) + weight
    weights |= {make_theme_word(code): THEME for code in from_bits(resource.themes)}
    for token in weights:
        if meanings := query.list_meanings(token):
            # A synonym scores less than the word itself, never more.
            weights[token] = max([weights[token], *(weights.get(m, 0) * query.SYNONYM // query.SAME for m in meanings)])
    day = resource.date.toordinal()
    entry = IndexEntry(resource.id, day, resource.themes, _list_choices(resource), revision)
    return entry, weights, {query.singularise(word) for word in said}


def _list_fields(resource: ShownResource) -> Iterator[tuple[str, int]]:
    """Yield the texts of a resource, each with the weight of its words; a word counts once in a text."""
    yield resource.titre, TITLE + TITLE_SHARED // max(1, len(query.split_words(resource.titre)))
    for liste, weight in LABELS.items():
        if choice := LISTS[liste].get(getattr(resource, liste)):
            yield choice.libelle, weight
    yield from ((THEMES[code].court, THEME) for code in from_bits(resource.themes))
    yield resource.auteur, AUTHOR


def _list_choices(resource: ShownResource) -> frozenset[query.ChosenCode]:
    choices = [(liste, getattr(resource, liste)) for liste in LISTS]
    is_pdf = urlsplit(resource.url).path.lower().endswith(".pdf")
    return _share(frozenset([*choices, ("type", query.PDF), ("type", "document")] if is_pdf else choices))


@cache
def _share(choices: frozenset[query.ChosenCode]) -> frozenset[query.ChosenCode]:
    """Return one shared object for all resources of the same kind, to save memory."""
    return choices


@cache
def describe_making() -> str:
    """Describe the code and tables that make entries, so that entries of another version are made anew."""
    code = (Path(module.__file__ or "").read_bytes() for module in (query, search, config_text, sys.modules[__name__]))
    tables = repr((synonyms(), LISTS, THEMES, libraries.snowball.version()))
    return hashlib.sha256(b"".join((*code, tables.encode()))).hexdigest()


PREFIX = 60
"""The percentage of its weight that a match with a word’s beginning counts."""
ONE_SLIP, TWO_SLIPS = 70, 45
"""The percentage of its weight that a match with one or two wrong letters counts."""
EXPANSIONS_MAX = 24
USUAL = 50
"""A word that is in fewer than one resource of so many tells no more than one that is in these."""
ENOUGH = 10
"""The number of resources with all that is asked, from which others are not found."""
FEW = 5
"""The number of resources below which others of the same theme are shown after them."""
COVERED_MIN = 30
"""The least share of a query, in hundredths, that a resource must match, each word weighed by how rare it is."""
FULL = 120
"""What the only word of a title weighs: found by all its words, a resource scores 100."""

Scores = dict[int, int]
"""The scores of resources, by their place."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """How many resources were found, and the best of them: number and score (of 100); ``tokens`` are what found
    them."""

    total: int
    best: Sequence[tuple[int, int]]
    tokens: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _WeighedGroup:
    """A group of a query with its tokens and their worth, weighed by how rare it is."""

    worths: Mapping[str, int]
    telling: int


class PackedEntries:
    """Resources as they lie in a file: a column for each attribute, one after the other."""

    def __init__(self, file: IndexFile, tokens: Sequence[str]) -> None:
        self.numbers, self._tokens = file.numbers("numbers", "q"), tokens
        self._revisions, self._themes = file.numbers("revisions", "q"), file.numbers("themes", "Q")
        self._days, self._kinds = file.numbers("days", "I"), file.numbers("kinds", "I")
        self._starts, self._held = file.numbers("held_starts", "I"), file.numbers("held", "I")
        self._choices = [
            _share(frozenset((liste, code) for liste, code in choices)) for choices in file.said["choices"]
        ]

    def list_writings(self) -> dict[int, int]:
        """List the numbers of the last writing of each resource, in the order of the resources."""
        return dict(zip(self.numbers, self._revisions, strict=True))

    def read_entry(self, place: int) -> IndexEntry:
        """Read the entry of the resource at a place."""
        choices = self._choices[self._kinds[place]]
        return IndexEntry(self.numbers[place], self._days[place], self._themes[place], choices, self._revisions[place])

    def list_tokens(self, place: int) -> Sequence[str]:
        """List the tokens that find the resource at a place."""
        return [self._tokens[number] for number in self._held[self._starts[place] : self._starts[place + 1]]]


def _pack_entries(entries: Sequence[IndexEntry]) -> tuple[Mapping[str, Any], "dict[str, array[int]]"]:
    """Make the columns of resources that ``PackedEntries`` reads, and their description."""
    kinds = {choices: number for number, choices in enumerate(dict.fromkeys(one.choices for one in entries))}
    columns = {
        "numbers": array("q", (one.number for one in entries)),
        "revisions": array("q", (one.revision for one in entries)),
        "themes": array("Q", (one.themes for one in entries)),
        "days": array("I", (one.day for one in entries)),
        "kinds": array("I", (kinds[one.choices] for one in entries)),
    }
    return {"choices": [sorted(choices) for choices in kinds]}, columns


class Index:
    """An index of published resources: tokens lead to places; those of a file too, if there is one."""

    def __init__(self, file: IndexFile | None = None) -> None:
        self._tokens = InvertedIndex(file)
        self._packed = PackedEntries(file, file.text("tokens")) if file else None
        numbers = self._packed.numbers if self._packed else ()
        self._places: list[IndexEntry | None] = [None] * len(numbers)
        """The places of resources by number; those of the file are read when first needed."""
        self._held: dict[int, Sequence[str]] = {}
        """The tokens of each place that was not loaded from the file."""
        self._free: list[int] = []
        self._by_number = dict(zip(numbers, range(len(numbers)), strict=True))
        self._words = Vocabulary(file.text("words") if file else ())
        """All words that were ever read; a word without tokens leads nowhere."""

    def __len__(self) -> int:
        return len(self._by_number)

    def put(self, entry: IndexEntry, weights: Weights, words: Collection[str]) -> None:
        """Add a resource, in place of its former entry."""
        self.drop(entry.number)
        place = self._free.pop() if self._free else len(self._places)
        if place == len(self._places):
            self._places.append(None)
        self._places[place] = entry
        self._by_number[entry.number] = place
        self._held[place] = tuple(map(intern, weights))
        for token, weight in weights.items():
            self._tokens.add(token, place, weight)
        self._words.add(words)

    def drop(self, number: int) -> None:
        """Remove a resource from the index, if it is there."""
        place = self._by_number.pop(number, None)
        if place is None:
            return
        for token in self._list_tokens(place):
            self._tokens.drop(token, place)
        self._places[place] = None
        self._held[place] = ()
        self._free.append(place)

    def _list_tokens(self, place: int) -> Sequence[str]:
        held = self._held.get(place)
        return self._packed.list_tokens(place) if held is None and self._packed else held or ()

    def _get(self, place: int) -> IndexEntry:
        """Get the resource at a place."""
        entry = self._places[place]
        if entry is None:
            assert self._packed, place
            entry = self._places[place] = self._packed.read_entry(place)
        return entry

    def sum_up(self, without: Collection[int] = ()) -> tuple[int, int, int]:
        """Sum up the writings that came from the file, except those of some resources, as ``resources.sum_up`` does."""
        written = self._packed.list_writings() if self._packed else {}
        for number in without:
            written.pop(number, None)
        return len(written), sum(written), sum(map(mul, written, written.values()))

    def pack(self) -> tuple[Mapping[str, Any], Mapping[str, bytes]]:
        """Pack the index for a file: a description, and its parts by name.

        Another thread may search meanwhile, but must not change the index.
        """
        places = dict(zip(self._by_number.values(), range(len(self)), strict=True))
        tokens, parts = self._tokens.pack(places.__getitem__)
        number_of = {token: number for number, token in enumerate(tokens)}
        held = [array("I", map(number_of.__getitem__, self._list_tokens(place))) for place in places]
        words = "\n".join(word for word in self._words if query.stem(word) in number_of).encode()
        said, columns = _pack_entries([self._get(place) for place in places])
        columns |= {
            "held_starts": array("I", accumulate(map(len, held), initial=0)),
            "held": array("I", chain.from_iterable(held)),
        }
        return said, {**parts, "words": words, **{name: column.tobytes() for name, column in columns.items()}}

    def search(self, query: query.Query, most: int) -> Ranking:
        """Rank the best of the resources found, so many at most; among equal scores, the newest first.

        Where little is found, what is of the same theme comes after it.
        """
        found = self._rank(query, most)
        if not found.total and query.wider is not None:
            return self.search(query.wider, most)
        return found if found.total >= FEW else self._rank(query, most, is_wide=True)

    def _rank(self, query: query.Query, most: int, *, is_wide: bool = False) -> Ranking:
        sought = [self._seek(group, group is query.groups[-1], is_wide) for group in query.groups]
        scores = self._scores(sought, query.filters) if sought else self._all(query.filters)
        full = FULL * max(1, sum(one.telling for one in sought)) if len(sought) > 1 else FULL
        last = sorted(scores.values(), reverse=True)[:most][-1:] or [0]
        near = ((score, self._get(place)) for place, score in scores.items() if score >= last[0])
        best = nsmallest(most, [(-score, -entry.day, entry.number) for score, entry in near])
        ranked = [(number, max(1, min(100, -score * 100 // full))) for score, _, number in best]
        return Ranking(len(scores), ranked, frozenset().union(*(one.worths for one in sought)))

    def _all(self, filters: query.Filters) -> Scores:
        return self._passing(dict.fromkeys(self._by_number.values(), FULL), filters)

    def _passing(self, scores: Scores, filters: query.Filters) -> Scores:
        if filters is query.ANYTHING:
            return scores
        return {place: score for place, score in scores.items() if self._get(place).passes(filters)}

    def _scores(self, sought: Sequence[_WeighedGroup], filters: query.Filters) -> Scores:
        """Score the places found for all words, each word weighed by how rare it is."""
        found = [self._passing(self._follow(one.worths), filters) for one in sought]
        if len(found) == 1:
            return found[0]
        by_all = set(found[0]).intersection(*found[1:])
        if len(by_all) >= ENOUGH:
            told = [(each, one.telling) for each, one in zip(found, sought, strict=True)]
            return {place: sum(each[place] * telling for each, telling in told) for place in by_all}
        return _score_partial(found, sought)

    def _follow(self, worths: Mapping[str, int]) -> Scores:
        """Score the places that these tokens lead to; tokens of greater worth come last and override."""
        return {place: score // 100 for place, score in self._tokens.follow(worths)}

    def _seek(self, group: query.QueryGroup, is_last: bool, is_wide: bool) -> _WeighedGroup:
        exact = {token: worth for token, worth in group.worths.items() if token in self._tokens}
        more = self._begun(group.said) if is_last or not exact else {}
        if group.theme in self._tokens and (is_wide or not exact):
            more = {**more, group.theme: query.OF_THEME}
        more = more or ({} if exact else self._mistyped(group.said))
        known = exact or more
        most = max((self._count(token) for token in known), default=0)
        telling = int(100 * log2(1 + len(self) / (most + max(1, len(self)) / USUAL)))
        return _WeighedGroup({**more, **exact}, telling if known else telling // 2)

    def _begun(self, word: str) -> dict[str, int]:
        """Find the tokens of the known words that begin as a word does."""
        words = self._words.begin_with(word) if len(word) >= PREFIX_MIN else ()
        return dict.fromkeys(self._list_most_used(words), PREFIX)

    def _mistyped(self, word: str) -> dict[str, int]:
        """Find the tokens of the known words closest to a word that no resource contains."""
        slips = count_slips_allowed(word)
        if not (slips and word.isalpha()):
            return {}
        near, least = self._words.find_nearest(query.singularise(word), slips, EXPANSIONS_MAX)
        return dict.fromkeys(self._list_most_used(near), ONE_SLIP if least == 1 else TWO_SLIPS)

    def _list_most_used(self, words: Sequence[str]) -> Sequence[str]:
        """List the tokens of some words, first those that lead to most places."""
        known = {token for token in map(query.stem, words) if token in self._tokens}
        return sorted(known, key=lambda token: (-self._count(token), token))[:EXPANSIONS_MAX]

    def _count(self, token: str) -> int:
        return len(self._tokens.list_places(token))


def _score_partial(found: Sequence[Scores], sought: Sequence[_WeighedGroup]) -> Scores:
    """Score the places that match most of a query’s words; they score less than the share that they match."""
    rest = total = max(1, sum(one.telling for one in sought))
    scores, covered = Scores(), Scores()
    for each, one in sorted(zip(found, sought, strict=True), key=lambda both: -both[1].telling):
        # A place that only the remaining words match stays below COVERED_MIN: it need not be scored.
        places = each if rest * 100 >= total * COVERED_MIN else each.keys() & scores.keys()
        for place in places:
            scores[place] = scores.get(place, 0) + each[place] * one.telling
            covered[place] = covered.get(place, 0) + one.telling
        rest -= one.telling
    kept = (place for place, telling in covered.items() if telling * 100 >= total * COVERED_MIN)
    return {place: scores[place] * covered[place] // total for place in kept}
