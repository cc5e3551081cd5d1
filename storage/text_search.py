"""Short texts found by words in memory: by whole words and their relatives, by beginnings, or with slips.

Scores are of 100, as those of ressources and annuaire are, so that all that is found can stand in one order.
"""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Generic, TypeVar

from sqlmodel.ext.asyncio.session import AsyncSession

from config.themes import find_theme
from storage.ressources.query import drop_complaints, singularise, split_words, stem
from storage.search import PREFIX_MIN, InvertedIndex, Vocabulary, count_slips_allowed

QUERY_MAX = 100
"""The most characters of a query that are read."""
TERMS_MAX = 8
REMEMBERED = 20_000
"""How many words’ tokens are cached."""
BEGINS, SLIP, RELATIVE = 0.85, 0.15, 0.9
"""The factors for a match with a word’s beginning and with its stem; each wrong letter takes off the one between."""
TITLE, TITLE_SHARED = 60, 40
"""The weight of each word of a title, and the weight that all of them share."""
FORGIVEN_FROM = 3
"""The number of words of a query from which one may be missing in a text."""
NEAR_MAX = 24
"""The most words that a misspelt one may mean."""
_STEM = "="
"""The prefix of stems among tokens, which nobody can type."""

Entry = Mapping[str, int]
"""The tokens that find a text, with their weights (100 at most)."""
Ranked = list[tuple[int, int]]
"""The places of texts with their scores, best first."""
Row = TypeVar("Row")


def weigh_texts(*texts: tuple[str, int]) -> dict[str, int]:
    """Weigh the words of texts, each text with its weight; a word in several texts has the greatest."""
    entry: dict[str, int] = {}
    for text, weight in sorted(texts, key=lambda pair: pair[1]):
        entry |= dict.fromkeys((token for word in split_words(text) for token in _make_tokens(word)), weight)
    return entry


def weigh_title(title: str) -> dict[str, int]:
    """Weigh the words of a title: the fewer there are, the more each weighs."""
    return weigh_texts((title, TITLE + TITLE_SHARED // max(1, len(split_words(title)))))


@lru_cache(REMEMBERED)
def _make_tokens(word: str) -> tuple[str, str]:
    """Make the tokens of a word: itself without its plural mark, and its stem."""
    return singularise(word), _STEM + stem(word)


def read_terms(query: str) -> list[str]:
    """Read the meaningful words of a query."""
    return [singularise(word) for word in split_words(drop_complaints(query[:QUERY_MAX]))][:TERMS_MAX]


class TextIndex:
    """An index of texts by their places, and the tokens that lead there."""

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        self._tokens, self._words, self._size = InvertedIndex(), Vocabulary(), 0
        for entry in entries:
            self.add(entry)

    def add(self, entry: Entry) -> None:
        """Add a text, at the next place."""
        for token, weight in entry.items():
            self._tokens.add(token, self._size, weight)
        self._words.add(token for token in entry if token[0] != _STEM)
        self._size += 1

    def rank(self, query: str) -> Ranked:
        """Rank the texts that a query finds; equal scores keep the order of their places.

        A text must match every word, but one where there are three or more. Without words nothing is found.
        """
        each = [self._score(self._list_meanings(term)) for term in read_terms(query)]
        needed = len(each) - (len(each) >= FORGIVEN_FROM)
        found = ((place, [scores.get(place, 0.0) for scores in each]) for place in set[int]().union(*each))
        scores = [
            (place, max(1, round(sum(said) / len(said)))) for place, said in found if sum(map(bool, said)) >= needed
        ]
        return sorted(scores, key=lambda hit: (-hit[1], hit[0]))

    def _score(self, meant: Mapping[str, float]) -> dict[int, float]:
        """Score the places to which tokens lead by the token that weighs most there."""
        scores: dict[int, float] = {}
        for place, score in self._tokens.follow(meant):
            scores[place] = max(score, scores.get(place, 0.0))
        return scores

    def _list_meanings(self, term: str) -> Mapping[str, float]:
        """List the tokens that a word may mean, with the worth of each.

        A word that stands in some text, or means a theme, is not taken as the beginning of others: « caf » is not «
        café ».
        """
        meant = {term: 1.0} | ({_STEM + stem(term): RELATIVE} if len(term) > PREFIX_MIN else {})
        if term in self._tokens or find_theme(term):
            return meant
        begun = self._words.begin_with(term) if len(term) >= PREFIX_MIN else ()
        near, slips = ([], 0) if begun or not term.isalpha() else self._find_slips(term)
        return dict.fromkeys(begun, BEGINS) | dict.fromkeys(near, 1 - SLIP * slips) | meant

    def _find_slips(self, term: str) -> tuple[list[str], int]:
        return self._words.find_nearest(term, count_slips_allowed(term), NEAR_MAX)


def rank_entries(query: str, entries: Iterable[Entry]) -> Ranked:
    """Rank a few entries by how well a query finds them."""
    return TextIndex(entries).rank(query)


AT_ONCE = 50
"""How many texts are indexed before the event loop gets a turn."""
MEMORIES_MAX = 4


@dataclass(slots=True)
class Indexed(Generic[Row]):
    """What is told of each text, by its place, with the index of the texts and the ``stamp`` of what was read."""

    stamp: Hashable = None
    rows: list[Row] = field(default_factory=list)
    index: TextIndex = field(default_factory=TextIndex)


class TextMemory(Generic[Row]):
    """The texts of a table that everybody searches: read and indexed again when the table’s ``stamp`` changed."""

    def __init__(self, read: Callable[[AsyncSession], Awaitable[Iterable[tuple[Row, Entry]]]]) -> None:
        """Prepare an empty memory; ``read`` returns what is told of each text, and its tokens."""
        self._read = read
        self._known: dict[str, Indexed[Row]] = {}
        """By database: a process has one, but for tests."""

    async def bring_up_to_date(self, db: AsyncSession, stamp: Hashable) -> Indexed[Row]:
        """Return the texts with their index, read again where ``stamp`` is new."""
        address = str(db.get_bind().engine.url)
        if address in self._known and self._known[address].stamp == stamp:
            return self._known[address]
        new = Indexed[Row](stamp)
        for row, entry in await self._read(db):
            new.rows.append(row)
            new.index.add(entry)
            if len(new.rows) % AT_ONCE == 0:
                await asyncio.sleep(0)
        while address not in self._known and len(self._known) >= MEMORIES_MAX:
            del self._known[next(iter(self._known))]
        self._known[address] = new
        return new
