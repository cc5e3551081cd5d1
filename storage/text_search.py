"""Short texts found by words in memory: by whole words, their beginnings, slips, or the theme that they speak of.

Scores are of 100, as those of ressources and annuaire are, so that all that is found can stand in one order.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

from config.themes import find_theme
from config.words import make_theme_word
from storage.ressources.query import singularise, split_words, stem
from storage.search import PREFIX_MIN, Vocabulary, count_slips_allowed

QUERY_MAX = 100
"""Characters of a query that are read."""
TERMS_MAX = 8
REMEMBERED = 10_000
"""Texts whose tokens are kept at hand."""
BEGINS, SLIP, RELATIVE, OF_THEME = 0.85, 0.15, 0.9, 0.8
"""What the beginning of a word is worth, what each wrong letter costs, and what a word of the same stem or theme is
worth."""
TITLE, TITLE_SHARED = 60, 40
"""What each word of a title weighs, and what they share."""
FORGIVEN_FROM = 3
"""Words of a query from which one that is not found is forgiven."""
_STEM = "="
"""What stands before a stem among tokens: nobody can type it."""

Entry = Mapping[str, int]
"""The tokens that find a text, each with what it weighs (100 at most)."""


def weigh_texts(*texts: tuple[str, int]) -> dict[str, int]:
    """Weigh the words of texts, each with what its words weigh; of a word in several the heaviest counts."""
    entry: dict[str, int] = {}
    for text, weight in texts:
        for token in _read_tokens(text):
            entry[token] = max(weight, entry.get(token, 0))
    return entry


def weigh_title(title: str) -> dict[str, int]:
    """Weigh the words of what something is called: the fewer they are, the more each tells."""
    return weigh_texts((title, TITLE + TITLE_SHARED // max(1, len(split_words(title)))))


@lru_cache(REMEMBERED)
def _read_tokens(text: str) -> tuple[str, ...]:
    """Read the words of a text, without plural marks, and their stems."""
    words = split_words(text)
    return tuple(dict.fromkeys(token for word in words for token in (singularise(word), _STEM + stem(word))))


def read_terms(query: str) -> list[str]:
    """Read the words of a query that say something."""
    return [singularise(word) for word in split_words(query[:QUERY_MAX])][:TERMS_MAX]


def rank_entries(query: str, entries: Sequence[Entry]) -> list[tuple[int, int]]:
    """Rank the entries that a query finds: the place of each and its score, the best first, as good ones in order.

    Each word must find an entry; of three or more one is forgiven. Without words nothing is found.
    """
    terms = read_terms(query)
    if not terms:
        return []
    vocabulary = Vocabulary(token for entry in entries for token in entry if token[0].isalnum())
    sought = [_list_meanings(term, vocabulary) for term in terms]
    needed = len(terms) - (len(terms) >= FORGIVEN_FROM)
    found = ((place, _score(entry, sought, needed)) for place, entry in enumerate(entries))
    return sorted(((place, score) for place, score in found if score), key=lambda hit: (-hit[1], hit[0]))


def _score(entry: Entry, sought: Iterable[Mapping[str, float]], needed: int) -> int:
    """Score an entry by what the words find there; 0 where too few find something."""
    each = [max((entry[t] * worth for t, worth in meant.items() if t in entry), default=0.0) for meant in sought]
    return max(1, round(sum(each) / len(each))) if sum(score > 0 for score in each) >= needed else 0


def _list_meanings(term: str, vocabulary: Vocabulary) -> Mapping[str, float]:
    """List the tokens that a word may mean, with what each is worth; slips are for a word that nothing begins with."""
    meant = dict(_list_related(term))
    meant |= dict.fromkeys(vocabulary.begin_with(term), BEGINS) if len(term) >= PREFIX_MIN else {}
    if term.isalpha() and not any(word[0].isalnum() for word in meant):
        slips = vocabulary.find_nearest(term, count_slips_allowed(term), REMEMBERED)
        meant |= dict.fromkeys(slips[0], 1 - SLIP * slips[1])
    return meant | {term: 1.0}


def _list_related(term: str) -> Iterator[tuple[str, float]]:
    yield _STEM + stem(term), RELATIVE
    if theme := find_theme(term):
        yield make_theme_word(theme.code), OF_THEME
