"""Long lists a piece at a time, so that memory holds no more than the piece in hand."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import TypeVar

T = TypeVar("T")

PAGE_ROWS = 200
"""Rows of a page: what servers give at most, silently (docs/mattermost.md §9.1)."""


async def pages(ask: Callable[[Mapping[str, int]], Awaitable[Sequence[T]]]) -> AsyncIterator[Sequence[T]]:
    """Every page that ``ask`` gives for its ``page`` and ``per_page``; the first that is not full is the last."""
    number = 0
    while rows := await ask({"page": number, "per_page": PAGE_ROWS}):
        yield rows
        if len(rows) < PAGE_ROWS:
            return
        number += 1


def batches(ids: Iterable[str], size: int) -> Iterator[list[str]]:
    """The ids, so many at a time."""
    left = iter(ids)
    while batch := list(islice(left, size)):
        yield batch
