"""The ressourcerie as it stands now: what is new is read, the index is asked, and what it found is fetched."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlmodel.ext.asyncio.session import AsyncSession

from storage.ressources.entries import entry_of
from storage.ressources.index import Index
from storage.ressources.query import Query, read_query
from storage.ressources.resource import Shown, State, is_written, news, shown, stamp

PAGE = 10
INDEXED_AT_ONCE = 50
"""Resources indexed before others have their turn: the first time there may be thousands."""
MEMORIES_MAX = 4


@dataclass(frozen=True, slots=True)
class Hit:
    """A resource that was found, and how well (of 100)."""

    resource: Shown
    score: int


@dataclass(frozen=True, slots=True)
class Found:
    """A page of what was found, of ``total``; ``query`` is how the words were understood, ``tokens`` by which stems and
    meanings they were found."""

    hits: Sequence[Hit]
    total: int
    query: Query
    tokens: frozenset[str] = frozenset()


@dataclass(slots=True)
class _Memory:
    """The index of a database, and the number of the last writing that is in it (-1: none was read)."""

    index: Index = field(default_factory=Index)
    seen: int = -1
    reading: asyncio.Lock = field(default_factory=asyncio.Lock)


_memories: dict[str, _Memory] = {}
"""By database: a process has one, but for tests."""


async def search(db: AsyncSession, text: str, *, limit: int = PAGE, offset: int = 0) -> Found:
    """What is published and found by a query as it was typed, the best first."""
    query = read_query(text)
    memory = _memory(str(db.get_bind().engine.url))
    found, number = await _ask(db, memory, query, slice(offset, offset + limit))
    if number != memory.seen:
        memory = await _brought_up(db, memory, number)
        found, _ = await _ask(db, memory, query, slice(offset, offset + limit))
    return found


async def warm_up(db: AsyncSession) -> None:
    """Read what is there, so that no first search waits for it."""
    await search(db, "", limit=1)


async def _ask(db: AsyncSession, memory: _Memory, query: Query, page: slice) -> tuple[Found, int]:
    """What an index finds, and the number of the last writing: what was read before that has to be read again."""
    ranking = memory.index.search(query, page.stop)
    scores = dict(ranking.best[page])
    resources, number = await shown(db, list(scores)) if scores else ([], await stamp(db))
    hits = [Hit(one, scores[one.id]) for one in resources]
    return Found(hits, ranking.total, query, ranking.tokens), number


async def _brought_up(db: AsyncSession, memory: _Memory, number: int) -> _Memory:
    """The index with all that was written since.

    What this very transaction wrote may still be taken back: it is found in an index that is not kept.
    """
    if is_written(db):
        memory = _Memory()
    async with memory.reading:
        await _read(db, memory, number)
    return memory


def _memory(address: str) -> _Memory:
    while address not in _memories and len(_memories) >= MEMORIES_MAX:
        del _memories[next(iter(_memories))]
    return _memories.setdefault(address, _Memory())


async def _read(db: AsyncSession, memory: _Memory, number: int) -> None:
    """Bring an index up to a number; one that knows more than the database is of another, and made anew."""
    if number < memory.seen:
        memory.index, memory.seen = Index(), -1
    if number == memory.seen:
        return
    index = Index() if memory.seen < 0 else memory.index
    async for page in news(db, memory.seen):
        for count, (resource, state) in enumerate(page, 1):
            if state is State.PUBLISHED:
                index.put(*entry_of(resource))
            else:
                index.drop(resource.id)
            if count % INDEXED_AT_ONCE == 0:
                await asyncio.sleep(0)
    memory.index, memory.seen = index, number
