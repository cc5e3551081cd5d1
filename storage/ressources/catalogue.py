"""The ressourcerie in memory: which words find which resources, and how well, all in whole numbers; found by a query as
it stands now (the index is brought up to date first), or listed by page."""

import asyncio
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from heapq import nsmallest
from math import log2
from sys import intern
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import func, or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from config.ressources import LISTS
from config.text import make_theme_word
from config.themes import THEMES, from_bits
from storage.ressources.feedback import Mark, ResourceMark
from storage.ressources.query import (
    ANYTHING,
    OF_THEME,
    PDF,
    SAME,
    SYNONYM,
    ChosenCode,
    Filters,
    Group,
    Query,
    Tag,
    list_meanings,
    make_tokens,
    read_query,
    singularise,
    split_words,
    stem,
)
from storage.ressources.resources import (
    Resource,
    ResourceState,
    ShownResource,
    is_writing,
    iterate_news,
    list_shown,
    read_stamp,
)
from storage.search import PREFIX_MIN, InvertedIndex, Vocabulary, count_slips_allowed

TITLE, TITLE_SHARED = 60, 60
"""What a word of a title weighs, and what all of them share."""
FIRST, AGAIN, MOST = 24, 6, 42
"""What a word of a description weighs, what each repetition adds, and the most that it comes to."""
LABELS = {"categorie": 18, "type": 15, "niveau": 12, "public": 12}
THEME, AUTHOR = 15, 20


@dataclass(frozen=True, slots=True, eq=False)
class IndexEntry:
    """A published resource, without its texts: ``tokens`` find it, ``day`` is a number that grows with its date."""

    number: int
    day: int
    themes: int
    choices: frozenset[ChosenCode]
    tokens: tuple[str, ...]

    def passes(self, filters: Filters) -> bool:
        """Whether it is as these demand."""
        since = filters.since is None or self.day >= filters.since.toordinal()
        return since and filters.choices <= self.choices and all(self._bears(tag) for tag in filters.tags)

    def _bears(self, tag: Tag) -> bool:
        # Many themes are no category, and many resources have none: that makes them no match.
        return bool(self.themes & tag.bit) or bool(tag.categorie and ("categorie", tag.categorie) in self.choices)


def make_entry(resource: ShownResource) -> tuple[IndexEntry, Sequence[int], Collection[str]]:
    """Make the entry of a stored resource, what each of its tokens weighs, and the words that stand in it."""
    said = split_words(resource.description)
    weights: dict[str, int] = {}
    for token in make_tokens(said):
        weights[token] = min(MOST, weights.get(token, FIRST - AGAIN) + AGAIN)
    for text, weight in _list_fields(resource):
        found = split_words(text)
        said += found
        for token in dict.fromkeys(make_tokens(found)):
            weights[token] = weights.get(token, 0) + weight
    weights |= {make_theme_word(code): THEME for code in from_bits(resource.themes)}
    for token, weight in weights.items():
        # Whoever looks for a word finds what means the same at less, never at more.
        weights[token] = max([weight, *(weights.get(m, 0) * SYNONYM // SAME for m in list_meanings(token))])
    number, day, tokens = resource.id, resource.date.toordinal(), tuple(map(intern, weights))
    entry = IndexEntry(number, day, resource.themes, _list_choices(resource), tokens)
    return entry, list(weights.values()), {intern(singularise(word)) for word in said}


def _list_fields(resource: ShownResource) -> Iterator[tuple[str, int]]:
    """Yield the texts of which each word counts once, and what it weighs in each."""
    yield resource.titre, TITLE + TITLE_SHARED // max(1, len(split_words(resource.titre)))
    for liste, weight in LABELS.items():
        if choice := LISTS[liste].get(getattr(resource, liste)):
            yield choice.libelle, weight
    yield from ((THEMES[code].court, THEME) for code in from_bits(resource.themes))
    yield resource.auteur, AUTHOR


def _list_choices(resource: ShownResource) -> frozenset[ChosenCode]:
    choices = [(liste, getattr(resource, liste)) for liste in LISTS]
    is_pdf = urlsplit(resource.url).path.lower().endswith(".pdf")
    return _share(frozenset([*choices, ("type", PDF), ("type", "document")] if is_pdf else choices))


@cache
def _share(choices: frozenset[ChosenCode]) -> frozenset[ChosenCode]:
    """Return the same object for all resources of the same kind."""
    return choices


PREFIX = 60
"""What the beginning of a word is worth."""
ONE_SLIP, TWO_SLIPS = 70, 45
"""What a word with so many wrong letters is worth."""
EXPANSIONS_MAX = 24
USUAL = 50
"""A word that is in fewer than one resource of so many tells no more than one that is in these."""
ENOUGH = 10
"""Where so many say all that is asked, others are not found."""
FEW = 5
"""Where fewer are found, what is of the same theme is shown after them."""
COVERED_MIN = 30
"""What a resource says at least of what is asked, each word weighed by how telling it is, in hundredths."""
FULL = 120
"""What the only word of a title weighs: found by all its words, a resource scores 100."""

Scores = dict[int, int]
"""How well resources are found, by their place."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """How many are found, and the best: the number of each, and how well it is found (of 100); ``tokens`` find them."""

    total: int
    best: Sequence[tuple[int, int]]
    tokens: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _WeighedGroup:
    """A group as it is looked for: tokens with their worth, and how telling it is."""

    worths: Mapping[str, int]
    telling: int


class Index:
    """Published resources by their places, and the tokens that lead there."""

    def __init__(self) -> None:
        self._places: list[IndexEntry | None] = []
        self._free: list[int] = []
        self._by_number: dict[int, int] = {}
        self._tokens = InvertedIndex()
        self._words = Vocabulary()
        """All that were ever read: one of which no token is left leads nowhere."""

    def __len__(self) -> int:
        return len(self._by_number)

    def put(self, entry: IndexEntry, weights: Sequence[int], words: Collection[str]) -> None:
        """Add a resource, in place of what was known of it; each of its tokens has a weight."""
        self.drop(entry.number)
        place = self._free.pop() if self._free else len(self._places)
        if place == len(self._places):
            self._places.append(None)
        self._places[place] = entry
        self._by_number[entry.number] = place
        for token, weight in zip(entry.tokens, weights, strict=True):
            self._tokens.add(token, place, weight)
        self._words.add(words)

    def drop(self, number: int) -> None:
        """Forget a resource, if it is there."""
        place = self._by_number.pop(number, None)
        entry = None if place is None else self._places[place]
        if place is None or entry is None:
            return
        for token in entry.tokens:
            self._tokens.drop(token, place)
        self._places[place] = None
        self._free.append(place)

    def search(self, query: Query, most: int) -> Ranking:
        """Rank the best of what is found, so many at most; of what is as good, the newest first.

        Where little is found, what is of the same theme comes after it.
        """
        found = self._rank(query, most)
        if not found.total and query.wider is not None:
            return self.search(query.wider, most)
        return found if found.total >= FEW else self._rank(query, most, is_wide=True)

    def _rank(self, query: Query, most: int, *, is_wide: bool = False) -> Ranking:
        sought = [self._seek(group, group is query.groups[-1], is_wide) for group in query.groups]
        scores = self._scores(sought, query.filters) if sought else self._all(query.filters)
        full = FULL * max(1, sum(one.telling for one in sought)) if len(sought) > 1 else FULL
        last = sorted(scores.values(), reverse=True)[:most][-1:] or [0]
        near = ((score, self._places[place]) for place, score in scores.items() if score >= last[0])
        best = nsmallest(most, [(-score, -entry.day, entry.number) for score, entry in near if entry])
        ranked = [(number, max(1, min(100, -score * 100 // full))) for score, _, number in best]
        return Ranking(len(scores), ranked, frozenset().union(*(one.worths for one in sought)))

    def _all(self, filters: Filters) -> Scores:
        return self._passing(dict.fromkeys(self._by_number.values(), FULL), filters)

    def _passing(self, scores: Scores, filters: Filters) -> Scores:
        if filters is ANYTHING:
            return scores
        return {place: s for place, s in scores.items() if (e := self._places[place]) and e.passes(filters)}

    def _scores(self, sought: Sequence[_WeighedGroup], filters: Filters) -> Scores:
        """Score the places that are found, each word of several weighed by how telling it is."""
        found = [self._passing(self._follow(one.worths), filters) for one in sought]
        if len(found) == 1:
            return found[0]
        by_all = set(found[0]).intersection(*found[1:])
        if len(by_all) >= ENOUGH:
            told = [(each, one.telling) for each, one in zip(found, sought, strict=True)]
            return {place: sum(each[place] * telling for each, telling in told) for place in by_all}
        return _score_partial(found, sought)

    def _follow(self, worths: Mapping[str, int]) -> Scores:
        """Score what these tokens say of each place; what is worth more is said last, and counts."""
        return {place: score // 100 for place, score in self._tokens.follow(worths)}

    def _seek(self, group: Group, is_last: bool, is_wide: bool) -> _WeighedGroup:
        exact = {token: worth for token, worth in group.worths.items() if token in self._tokens}
        more = self._begun(group.said) if is_last or not exact else {}
        if group.theme in self._tokens and (is_wide or not exact):
            more = {**more, group.theme: OF_THEME}
        more = more or ({} if exact else self._mistyped(group.said))
        known = exact or more
        most = max((self._count(token) for token in known), default=0)
        telling = int(100 * log2(1 + len(self) / (most + max(1, len(self)) / USUAL)))
        return _WeighedGroup({**more, **exact}, telling if known else telling // 2)

    def _begun(self, word: str) -> dict[str, int]:
        """Find the tokens of the words that begin so."""
        words = self._words.begin_with(word) if len(word) >= PREFIX_MIN else ()
        return dict.fromkeys(self._list_most_used(words), PREFIX)

    def _mistyped(self, word: str) -> dict[str, int]:
        """Find the tokens of the words nearest to one that nobody wrote."""
        slips = count_slips_allowed(word)
        if not (slips and word.isalpha()):
            return {}
        near, least = self._words.find_nearest(singularise(word), slips, EXPANSIONS_MAX)
        return dict.fromkeys(self._list_most_used(near), ONE_SLIP if least == 1 else TWO_SLIPS)

    def _list_most_used(self, words: Sequence[str]) -> Sequence[str]:
        """List the tokens of some words, those first that lead to most places."""
        known = {token for token in map(stem, words) if token in self._tokens}
        return sorted(known, key=lambda token: (-self._count(token), token))[:EXPANSIONS_MAX]

    def _count(self, token: str) -> int:
        return len(self._tokens.list_places(token))


def _score_partial(found: Sequence[Scores], sought: Sequence[_WeighedGroup]) -> Scores:
    """Score the places of which most of what is asked is said; a part counts for less than its share."""
    rest = total = max(1, sum(one.telling for one in sought))
    scores, covered = Scores(), Scores()
    for each, one in sorted(zip(found, sought, strict=True), key=lambda both: -both[1].telling):
        # What only words say that are left, and tell too little, is not found anyway.
        places = each if rest * 100 >= total * COVERED_MIN else each.keys() & scores.keys()
        for place in places:
            scores[place] = scores.get(place, 0) + each[place] * one.telling
            covered[place] = covered.get(place, 0) + one.telling
        rest -= one.telling
    kept = (place for place, telling in covered.items() if telling * 100 >= total * COVERED_MIN)
    return {place: scores[place] * covered[place] // total for place in kept}


PAGE = 10
INDEXED_AT_ONCE = 50
"""Resources indexed before others have their turn: the first time there may be thousands."""
MEMORIES_MAX = 4


@dataclass(frozen=True, slots=True)
class Hit:
    """A resource that was found, and how well (of 100)."""

    resource: ShownResource
    score: int


@dataclass(frozen=True, slots=True)
class SearchPage:
    """A page of what was found, of ``total``; ``query`` is how the words were understood, ``tokens`` by which stems and
    meanings they were found."""

    hits: Sequence[Hit]
    total: int
    query: Query
    tokens: frozenset[str] = frozenset()


@dataclass(slots=True)
class _IndexMemory:
    """The index of a database, and the number of the last writing that is in it (-1: none was read)."""

    index: Index = field(default_factory=Index)
    seen: int = -1
    reading: asyncio.Lock = field(default_factory=asyncio.Lock)


_memories: dict[str, _IndexMemory] = {}
"""By database: a process has one, but for tests."""


async def search(db: AsyncSession, text: str, *, limit: int = PAGE, offset: int = 0) -> SearchPage:
    """Find what is published by a query as it was typed, the best first."""
    query = read_query(text)
    memory = _find_memory(str(db.get_bind().engine.url))
    found, number = await _ask_index(db, memory, query, slice(offset, offset + limit))
    if number != memory.seen:
        memory = await _bring_up_to_date(db, memory, number)
        found, _ = await _ask_index(db, memory, query, slice(offset, offset + limit))
    return found


async def warm_up(db: AsyncSession) -> None:
    """Read what is there, so that no first search waits for it."""
    await search(db, "", limit=1)


async def _ask_index(db: AsyncSession, memory: _IndexMemory, query: Query, page: slice) -> tuple[SearchPage, int]:
    """Ask an index, and the number of the last writing: what was read before that has to be read again."""
    ranking = memory.index.search(query, page.stop)
    scores = dict(ranking.best[page])
    resources, number = await list_shown(db, list(scores)) if scores else ([], await read_stamp(db))
    hits = [Hit(one, scores[one.id]) for one in resources]
    return SearchPage(hits, ranking.total, query, ranking.tokens), number


async def _bring_up_to_date(db: AsyncSession, memory: _IndexMemory, number: int) -> _IndexMemory:
    """Bring the index up to date with all that was written since.

    What this very transaction wrote may still be taken back: it is found in an index that is not kept.
    """
    if is_writing(db):
        memory = _IndexMemory()
    async with memory.reading:
        await _read_news(db, memory, number)
    return memory


def _find_memory(address: str) -> _IndexMemory:
    while address not in _memories and len(_memories) >= MEMORIES_MAX:
        del _memories[next(iter(_memories))]
    return _memories.setdefault(address, _IndexMemory())


async def _read_news(db: AsyncSession, memory: _IndexMemory, number: int) -> None:
    """Bring an index up to a number; one that knows more than the database is of another, and made anew."""
    if number < memory.seen:
        memory.index, memory.seen = Index(), -1
    if number == memory.seen:
        return
    index = Index() if memory.seen < 0 else memory.index
    async for page in iterate_news(db, memory.seen):
        for count, (resource, state) in enumerate(page, 1):
            if state is ResourceState.PUBLISHED:
                index.put(*make_entry(resource))
            else:
                index.drop(resource.id)
            if count % INDEXED_AT_ONCE == 0:
                await asyncio.sleep(0)
    memory.index, memory.seen = index, number


Listed = tuple[Sequence[Resource], int]
"""A page of a list, and how many are in all of it."""

_PUBLISHED = Resource.state == ResourceState.PUBLISHED


async def list_latest(db: AsyncSession, limit: int, offset: int = 0) -> Listed:
    """List the newest first, by their date: an import brings many of different age at once."""
    order = (col(Resource.date).desc(), col(Resource.published_at).desc().nulls_last(), col(Resource.id).desc())
    return await _page(db, select(Resource).where(_PUBLISHED).order_by(*order), limit, offset)


async def list_own(db: AsyncSession, user_id: str, limit: int, offset: int = 0) -> Listed:
    """List all that somebody proposed or wrote, in whatever state, the newest first."""
    mine = or_(col(Resource.deposited_by) == user_id, col(Resource.auteur_id) == user_id)
    return await _page(db, select(Resource).where(mine).order_by(col(Resource.id).desc()), limit, offset)


async def list_favourites(db: AsyncSession, user_id: str, limit: int, offset: int = 0) -> Listed:
    """List what somebody keeps at hand, what was withdrawn since too, the last marked first."""
    kept = select(Resource).join(ResourceMark, col(ResourceMark.resource) == col(Resource.id))
    kept = kept.where(ResourceMark.user_id == user_id, ResourceMark.mark == Mark.FAVOURITE)
    order = (col(ResourceMark.at).desc(), col(ResourceMark.resource).desc())
    return await _page(db, kept.order_by(*order), limit, offset)


async def count_by_category(db: AsyncSession) -> Mapping[str, int]:
    """Count the published ones of each category ("": of none)."""
    counted = select(Resource.categorie, func.count()).where(_PUBLISHED).group_by(col(Resource.categorie))
    return dict((await db.exec(counted)).all())


async def _page(db: AsyncSession, wanted: Any, limit: int, offset: int) -> Listed:
    count = select(func.count()).select_from(wanted.order_by(None).subquery())
    total = (await db.exec(count)).one()
    return (await db.exec(wanted.limit(limit).offset(offset))).all() if total > offset else [], total
