"""What lists of resources hold, page by page: what is found, the latest, one’s own, those kept at hand."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from bot.context import Context
from commands.ressources.buttons import Listing, Page
from storage.ressources import listing, search
from storage.ressources.query import Query
from storage.ressources.resource import Resource, Shown

PAGE = 5
"""Cards on one page."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """A page of ``total`` resources; ``query`` and ``tokens`` are those of a search."""

    at: Page
    resources: Sequence[Shown | Resource]
    total: int
    query: Query | None = None
    tokens: frozenset[str] = frozenset()

    @property
    def pages(self) -> int:
        """How many there are."""
        return max(1, -(-self.total // PAGE))


async def read(ctx: Context, at: Page) -> Shelf:
    """The page, as it is now; of a list that grew shorter, its last one."""
    shelf = await _READERS[at.of](ctx, at)
    if shelf.resources or not shelf.total:
        return shelf
    return await _READERS[at.of](ctx, at.model_copy(update={"page": shelf.pages}))


def _offset(at: Page) -> int:
    return (max(at.page, 1) - 1) * PAGE


async def _found(ctx: Context, at: Page) -> Shelf:
    found = await search(ctx.db, at.text, limit=PAGE, offset=_offset(at))
    return Shelf(at, [hit.resource for hit in found.hits], found.total, found.query, found.tokens)


async def _latest(ctx: Context, at: Page) -> Shelf:
    return Shelf(at, *await listing.latest(ctx.db, PAGE, _offset(at)))


async def _favourites(ctx: Context, at: Page) -> Shelf:
    return Shelf(at, *await listing.favourites(ctx.db, ctx.user.id, PAGE, _offset(at)))


async def _own(ctx: Context, at: Page) -> Shelf:
    return Shelf(at, *await listing.own(ctx.db, ctx.user.id, PAGE, _offset(at)))


_READERS: Mapping[Listing, Callable[[Context, Page], Awaitable[Shelf]]] = {
    Listing.FOUND: _found,
    Listing.LATEST: _latest,
    Listing.FAVOURITES: _favourites,
    Listing.OWN: _own,
}
