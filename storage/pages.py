"""Long tables, read a page at a time: memory stays flat, and each page begins after the last key of the one before."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import RowMapping, literal, tuple_
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.database import Database, execute

ROWS_PER_PAGE = 500
Row = TypeVar("Row")


async def iterate_pages(
    read: Callable[[Any], Awaitable[Sequence[Row]]], query: Any, *key: Any, size: int | None = None
) -> AsyncIterator[Sequence[Row]]:
    """Yield the rows of a query by ``key``, columns that tell each from all others; ``read`` runs the query of one
    page."""
    size = size or ROWS_PER_PAGE
    query = query.order_by(*key).limit(size)
    page = await read(query)
    while page:
        last = tuple_(*(literal(_value(page[-1], column.key), column.type) for column in key))
        yield page
        if len(page) < size:
            return
        page = await read(query.where(tuple_(*key) > last))


def _value(row: Any, name: str) -> Any:
    return row[name] if isinstance(row, Mapping) else getattr(row, name)


def read_models(db: AsyncSession) -> Callable[[Any], Awaitable[Sequence[Any]]]:
    """Read pages of objects, which stay in the session until the caller takes them out."""

    async def read(query: Any) -> Sequence[Any]:
        found: Sequence[Any] = (await db.exec(query)).all()
        return found

    return read


def read_mappings(db: AsyncSession) -> Callable[[Any], Awaitable[Sequence[RowMapping]]]:
    """Read pages of mappings by column."""

    async def read(query: Any) -> Sequence[RowMapping]:
        return (await execute(db, query)).mappings().all()

    return read


def read_mappings_apart(database: Database) -> Callable[[Any], Awaitable[Sequence[RowMapping]]]:
    """Read pages of mappings in a transaction each: none holds a connection while its rows are written somewhere."""

    async def read(query: Any) -> Sequence[RowMapping]:
        async with database.transaction(writes=False) as db:
            return (await execute(db, query)).mappings().all()

    return read
