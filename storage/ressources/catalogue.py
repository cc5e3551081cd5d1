"""The ressourcerie as it stands now: found by a query (the index is brought up to date first), or listed by page."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.ressources.feedback import Mark, ResourceMark
from storage.ressources.index import Index, make_entry
from storage.ressources.query import Query, read_query
from storage.ressources.resources import (
    Resource,
    ResourceState,
    ShownResource,
    is_writing,
    iterate_news,
    list_shown,
    read_stamp,
)

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
