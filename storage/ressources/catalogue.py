"""The ressourcerie as it stands now: found by a query (the index is brought up to date first), or listed by page."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from math import inf
from pathlib import Path
from time import monotonic
from typing import Any

from sqlalchemy import func, or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.database import detached, find_folder
from storage.ressources.feedback import Mark, ResourceMark
from storage.ressources.index import Index, describe_making, make_entry
from storage.ressources.query import Query, read_query
from storage.ressources.resources import (
    Resource,
    ResourceState,
    ShownResource,
    is_writing,
    iterate_news,
    list_shown,
    list_written_since,
    read_stamp,
    sum_up,
)
from storage.search import locate_index, read_index, write_index

PAGE = 10
TURN = 0.01
"""After so many seconds of indexing the event loop gets a turn."""
PATIENCE = 2.0
"""The most seconds that somebody waits for the index: Mattermost gives a command three."""
SAVED_AGAIN_AFTER = 600.0
"""The seconds after which a changed index is saved again."""
FILE = "ressources"
"""The name of the index’s file."""
MEMORIES_MAX = 4


@dataclass(frozen=True, slots=True)
class ResourceHit:
    """A resource that was found, with its score (of 100)."""

    resource: ShownResource
    score: int


@dataclass(frozen=True, slots=True)
class SearchPage:
    """A page of results, of ``total``; ``query`` is how the words were understood, ``tokens`` the stems and meanings
    that found something."""

    hits: Sequence[ResourceHit]
    total: int
    query: Query
    tokens: frozenset[str] = frozenset()


class IndexNotReadyError(Exception):
    """Raised where the resources are being read for the first time, which takes longer than a search may wait."""


@dataclass(slots=True)
class _IndexMemory:
    """The index of a database, and the number of the last writing that is in it (-1: nothing was read).

    During an update, ``until`` is the number up to which it goes, ``last`` the last resource read; a search whose time
    is over leaves the rest to the next one.
    """

    index: Index = field(default_factory=Index)
    seen: int = -1
    until: int = -1
    last: int = 0
    saved: float = -inf
    """When the file was last written or read, by the monotonic clock."""
    reading: asyncio.Lock = field(default_factory=asyncio.Lock)


_memories: dict[str, _IndexMemory] = {}
"""The index in memory, by database: a process has one, except in tests."""
_savings: set[asyncio.Task[None]] = set()


async def search(
    db: AsyncSession, text: str, *, limit: int = PAGE, offset: int = 0, patience: float | None = PATIENCE
) -> SearchPage:
    """Find the published resources that match a query, the best first.

    What was written since the last search is read before; where that takes longer than the ``patience``, in seconds
    (None: as long as it takes), what was known is searched. Raises IndexNotReadyError where nothing was.
    """
    query, page = read_query(text), slice(offset, offset + limit)
    memory = _find_memory(_get_address(db))
    found, number = await _ask_index(db, memory, query, page)
    if number != memory.seen:
        memory = await _bring_up_to_date(db, memory, number, _Patience(patience))
        found, _ = await _ask_index(db, memory, query, page)
        _save_in_a_while(db, memory)
    return found


async def warm_up(db: AsyncSession) -> None:
    """Build the index, so that no first search waits for it, and write it to its file for the next start."""
    memory, number = _find_memory(_get_address(db)), await read_stamp(db)
    if number != memory.seen:
        await _bring_up_to_date(db, memory, number, _Patience(None))
        await _save(find_folder(db), _get_address(db), memory)


def forget_indexes() -> None:
    """Forget all indexes in memory, as a process that has just started."""
    _memories.clear()


def _get_address(db: AsyncSession) -> str:
    return str(db.get_bind().engine.url)


async def _ask_index(db: AsyncSession, memory: _IndexMemory, query: Query, page: slice) -> tuple[SearchPage, int]:
    """Ask an index, and the number of the last writing: what was read before that has to be read again."""
    ranking = memory.index.search(query, page.stop)
    scores = dict(ranking.best[page])
    resources, number = await list_shown(db, list(scores)) if scores else ([], await read_stamp(db))
    hits = [ResourceHit(one, scores[one.id]) for one in resources]
    return SearchPage(hits, ranking.total, query, ranking.tokens), number


class _Patience:
    """How long a search may wait, and when other tasks get their turn meanwhile."""

    def __init__(self, seconds: float | None) -> None:
        self._end = inf if seconds is None else monotonic() + seconds
        self._turn = monotonic() + TURN

    @property
    def left(self) -> float | None:
        """How many seconds are left; None where there is no limit."""
        return None if self._end == inf else max(0.0, self._end - monotonic())

    async def let_others(self) -> bool:
        """Let other tasks run, if it is time; return whether time is left."""
        if monotonic() > self._turn:
            await asyncio.sleep(0)
            self._turn = monotonic() + TURN
        return monotonic() < self._end


async def _bring_up_to_date(db: AsyncSession, memory: _IndexMemory, number: int, patience: _Patience) -> _IndexMemory:
    """Update the index with all that was written since.

    What this very transaction wrote may still be taken back: it is found in an index that is not kept.
    """
    if is_writing(db):
        memory = _IndexMemory()
    is_done = False
    with suppress(TimeoutError):
        async with asyncio.timeout(patience.left):
            await memory.reading.acquire()
        try:
            await _read_file(db, memory)
            is_done = await _read_news(db, memory, number, patience)
        finally:
            memory.reading.release()
    if not is_done and memory.seen < 0:
        raise IndexNotReadyError
    return memory


def _find_memory(address: str) -> _IndexMemory:
    while address not in _memories and len(_memories) >= MEMORIES_MAX:
        del _memories[next(iter(_memories))]
    return _memories.setdefault(address, _IndexMemory())


async def _read_file(db: AsyncSession, memory: _IndexMemory) -> None:
    """Load the index from its file where nothing was read yet, if the file matches the database."""
    folder = find_folder(db)
    if memory.seen >= 0 or memory.until >= 0 or folder is None:
        return
    found = await asyncio.to_thread(_open_file, locate_index(folder, FILE, _get_address(db)))
    if found is None:
        return
    index, seen = found
    written = frozenset(await list_written_since(db, seen))
    if index.sum_up(written) == await sum_up(db, seen):
        memory.index, memory.seen, memory.saved = index, seen, monotonic()


def _open_file(path: Path) -> tuple[Index, int] | None:
    file = read_index(path)
    return (Index(file), file.said["seen"]) if file and file.said["made"] == describe_making() else None


async def _read_news(db: AsyncSession, memory: _IndexMemory, number: int, patience: _Patience) -> bool:
    """Bring an index up to a number; one that knows more than the database is of another, and made anew.

    Returns whether that was done: where there was no patience for it, the next who comes goes on.
    """
    if number < memory.seen:
        memory.index, memory.seen, memory.until = Index(), -1, -1
    if number == memory.seen:
        return True
    if memory.until < 0:
        memory.until, memory.last = number, 0
    async for page in iterate_news(db, memory.seen, memory.last):
        for resource, state, revision in page:
            if state is ResourceState.PUBLISHED:
                memory.index.put(*make_entry(resource, revision))
            else:
                memory.index.drop(resource.id)
            memory.last = resource.id
            if not await patience.let_others():
                return False
    memory.seen, memory.until = memory.until, -1
    return memory.seen == number or await _read_news(db, memory, number, patience)


def _save_in_a_while(db: AsyncSession, memory: _IndexMemory) -> None:
    """Write the index file again, in the background, if it was not for a while: erased words must not stay in it for
    long."""
    if memory.seen >= 0 and memory.saved + SAVED_AGAIN_AFTER < monotonic() and not is_writing(db):
        memory.saved = monotonic()
        with detached():
            saving = asyncio.create_task(_save(find_folder(db), _get_address(db), memory))
        _savings.add(saving)
        saving.add_done_callback(_savings.discard)


async def _save(folder: Path | None, address: str, memory: _IndexMemory) -> None:
    """Write the index to its file. (Where that fails, the next start reads the resources themselves.)"""
    if folder is None:
        return
    async with memory.reading:
        memory.saved = monotonic()
        with suppress(OSError):
            await asyncio.to_thread(_write_file, locate_index(folder, FILE, address), memory.index, memory.seen)


def _write_file(path: Path, index: Index, seen: int) -> None:
    said, parts = index.pack()
    write_index(path, {**said, "made": describe_making(), "seen": seen}, parts)


Listed = tuple[Sequence[Resource], int]
"""A page of a list, and the length of the whole list."""

_PUBLISHED = Resource.state == ResourceState.PUBLISHED


async def list_latest(db: AsyncSession, limit: int, offset: int = 0) -> Listed:
    """List the newest resources first, by their date: an import brings resources of different ages at once."""
    order = (col(Resource.date).desc(), col(Resource.published_at).desc().nulls_last(), col(Resource.id).desc())
    return await _page(db, select(Resource).where(_PUBLISHED).order_by(*order), limit, offset)


async def list_own(db: AsyncSession, user_id: str, limit: int, offset: int = 0) -> Listed:
    """List all that somebody proposed or wrote, in any state, the newest first."""
    mine = or_(col(Resource.deposited_by) == user_id, col(Resource.auteur_id) == user_id)
    return await _page(db, select(Resource).where(mine).order_by(col(Resource.id).desc()), limit, offset)


async def list_favourites(db: AsyncSession, user_id: str, limit: int, offset: int = 0) -> Listed:
    """List the resources that somebody keeps at hand, withdrawn ones too, the last marked first."""
    kept = select(Resource).join(ResourceMark, col(ResourceMark.resource) == col(Resource.id))
    kept = kept.where(ResourceMark.user_id == user_id, ResourceMark.mark == Mark.FAVOURITE)
    order = (col(ResourceMark.at).desc(), col(ResourceMark.resource).desc())
    return await _page(db, kept.order_by(*order), limit, offset)


async def count_by_category(db: AsyncSession) -> Mapping[str, int]:
    """Count the published resources of each category ("": none)."""
    counted = select(Resource.categorie, func.count()).where(_PUBLISHED).group_by(col(Resource.categorie))
    return dict((await db.exec(counted)).all())


async def _page(db: AsyncSession, wanted: Any, limit: int, offset: int) -> Listed:
    count = select(func.count()).select_from(wanted.order_by(None).subquery())
    total = (await db.exec(count)).one()
    return (await db.exec(wanted.limit(limit).offset(offset))).all() if total > offset else [], total
