"""The directory in memory: which words find whom, and how well."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

from config.themes import key, vocabulary
from storage.annuaire.entries import ROLE_WORDS, Entry, theme_word, words
from storage.annuaire.sight import sees
from storage.communes import find_exactly
from storage.people import Person

QUERY_MAX = 100
"""Characters of a query that are read."""
TERMS_MAX = 8
PREFIX_MIN = 3
"""Letters from which the beginning of a word stands for it."""
BEGINS, SLIP = 0.85, 0.15
"""What the beginning of a word is worth, and what each wrong letter costs."""
LIKE_MIN = 60
"""How alike, of 100, what is proposed in place of a word must be."""
SUGGESTED_MAX = 3

Scores = dict[int, float]
"""How well entries are found, by their place in the index."""


@dataclass(frozen=True, slots=True)
class Hit:
    """An entry that was found, and how well (of 100)."""

    entry: Entry
    score: int


class Index:
    """Entries, and where each word leads."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self.entries = entries
        self.leads: dict[str, list[tuple[int, int, str, bool]]] = defaultdict(list)
        for place, entry in enumerate(entries):
            for text, weight, field in entry.words:
                self.leads[text].append((place, weight, field, not field or field in entry.open_fields))

    @cached_property
    def vocabulary(self) -> list[str]:
        """All words of letters."""
        return [word for word in self.leads if word.isalpha()]

    def search(self, viewer: Person, query: str) -> list[Hit]:
        """All that somebody may find by these words, the best first; each word must find it.

        What is as good comes from one’s own département first. Without words everything is found, from there first.
        """
        terms = read_terms(query)
        found = self._all(viewer) if not terms else self._by_terms(viewer, terms)
        here = frozenset(viewer.departements)
        hits = [Hit(self.entries[place], round(score)) for place, score in found.items()]
        return sorted(hits, key=lambda hit: _rank(hit, here))

    def skilled(self, viewer: Person, query: str) -> list[Hit]:
        """Those who said that they can do this, and that they can be asked; never who asks."""
        terms = read_terms(query)
        found = self._by_terms(viewer, terms, "skills") if terms else {}
        hits = [Hit(self.entries[place], round(score)) for place, score in found.items()]
        return [hit for hit in hits if (p := hit.entry.person) and p.helps and p.id not in {"", viewer.id}]

    def suggest(self, viewer: Person, query: str) -> list[str]:
        """Other queries, near to one that finds nothing, which do find something."""
        terms = read_terms(query)
        proposed = [*_around(query), *self._respelt(viewer, terms), *(terms if len(terms) > 1 else ())]
        worth = (other for other in dict.fromkeys(proposed) if self._by_terms(viewer, read_terms(other)))
        return [other for _, other in zip(range(SUGGESTED_MAX), worth, strict=False)]

    def _all(self, viewer: Person) -> Scores:
        here = frozenset(viewer.departements)
        return {place: 50.0 if here.isdisjoint(e.departements) else 100.0 for place, e in enumerate(self.entries)}

    def _by_terms(self, viewer: Person, terms: Sequence[str], only: str = "") -> Scores:
        """Those whom each word finds, or all of them as a theme; ``only`` by what one field says."""
        phrase = vocabulary().get(key(" ".join(terms))) if len(terms) > 1 else None
        by_theme = self._follow(viewer, {theme_word(phrase.code): 1.0}, only) if phrase else {}
        each = [self._follow(viewer, dict(self._spellings(term)), only) for term in terms]
        both = set(each[0]).intersection(*each[1:])
        found = {place: sum(scores[place] for scores in each) / len(each) for place in both}
        return by_theme | found

    def _spellings(self, term: str) -> Iterator[tuple[str, float]]:
        """The words that a term may mean, and what each is worth; the last one of a word counts.

        A role is meant literally: « ordinateur » is two letters away from « coordinateur ».
        """
        if term.isalpha() and term not in ROLE_WORDS:
            allowed = 0 if len(term) <= PREFIX_MIN else 1 if len(term) < 8 else 2
            near = extract(term, self.vocabulary, scorer=OSA.distance, score_cutoff=allowed, limit=None)
            yield from ((word, 1 - SLIP * slips) for word, slips, _ in near)
            if len(term) >= PREFIX_MIN:
                yield from ((word, BEGINS) for word in self.vocabulary if word.startswith(term))
        theme = vocabulary().get(key(term))
        if theme is not None:
            yield theme_word(theme.code), 1.0
        yield term, 1.0

    def _follow(self, viewer: Person, worths: Mapping[str, float], only: str = "") -> Scores:
        """Where words lead, as far as this person may see what says so."""
        found: Scores = {}
        for word, worth in worths.items():
            for place, weight, field, is_open in self.leads.get(word, ()):
                score = weight * worth
                if score <= found.get(place, 0.0) or (only and field != only):
                    continue
                if is_open or self._shows(viewer, place, field):
                    found[place] = score
        return found

    def _shows(self, viewer: Person, place: int, field: str) -> bool:
        person = self.entries[place].person
        return person is None or sees(viewer, person, field)

    def _is_seen(self, viewer: Person, word: str) -> bool:
        """Whether something that this person may see says that word."""
        return any(is_open or self._shows(viewer, place, field) for place, _, field, is_open in self.leads[word])

    def _respelt(self, viewer: Person, terms: Sequence[str]) -> Iterator[str]:
        """The query with one of its words, which finds nobody, replaced by one that is like it."""
        for number, term in enumerate(terms):
            if self._by_terms(viewer, [term]):
                continue
            near = extract(term, self.vocabulary, scorer=fuzz.ratio, score_cutoff=LIKE_MIN, limit=None)
            seen = (word for word, _, _ in near if self._is_seen(viewer, word))
            for word in islice(seen, SUGGESTED_MAX):
                yield " ".join((*terms[:number], word, *terms[number + 1 :]))


def read_terms(query: str) -> list[str]:
    """The words of a query; « 1 » is the Ain’s « 01 »."""
    found = words(query[:QUERY_MAX])[:TERMS_MAX]
    return [term.zfill(2) if term.isdecimal() else term for term in found]


def _around(query: str) -> Iterator[str]:
    """The département of a commune where nobody is."""
    found = find_exactly(query[:QUERY_MAX])
    for place in (found.place, *found.choices):
        if place is not None:
            yield place.commune.departement.lower()


def _rank(hit: Hit, here: frozenset[str]) -> tuple[int, bool, tuple[bool, str, str]]:
    return -hit.score, hit.entry.departements.isdisjoint(here), hit.entry.order
