"""Statements on the way of every report: compiled once for each kind of database, then given to the driver itself.

SQLAlchemy binds, wraps and reads anew each time a statement is executed, which takes as long as the statement.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import ClauseElement, select
from sqlalchemy.dialects.postgresql import asyncpg
from sqlalchemy.dialects.sqlite import aiosqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.database import dialect, execute

_DIALECTS: Mapping[str, Dialect] = {
    "sqlite": aiosqlite.dialect(),
    "postgresql": asyncpg.dialect(),  # type: ignore[no-untyped-call]
}


_ASK: Mapping[str, Callable[[Any, str, Sequence[Any]], Awaitable[Sequence[Any]]]] = {
    "sqlite": lambda driver, text, values: driver.execute_fetchall(text, values),
    "postgresql": lambda driver, text, values: driver.fetch(text, *values),
}


class _Compiled:
    """The text of a statement, and how the values of its parameters become what the driver takes."""

    def __init__(self, statement: ClauseElement, spoken: Dialect) -> None:
        compiled: Any = statement.compile(dialect=spoken)
        self.text: str = compiled.string
        binds = [compiled.binds[name] for name in compiled.positiontup]
        self._constants = {bind.key: bind.value for bind in binds if not bind.required}
        self._named = [(bind.key, bind.type.dialect_impl(spoken).bind_processor(spoken)) for bind in binds]

    def bound(self, values: Mapping[str, Any]) -> tuple[Any, ...]:
        known = {**self._constants, **values}
        return tuple([process(known[name]) if process else known[name] for name, process in self._named])


class DirectStatement:
    """One statement, as it is said to each kind of database; its values are given by name."""

    def __init__(self, kinds: Mapping[str, ClauseElement]) -> None:
        self._kinds = {kind: _Compiled(statement, _DIALECTS[kind]) for kind, statement in kinds.items()}

    async def run(self, db: AsyncSession, values: Mapping[str, Any]) -> Any:
        """Run it in the session’s transaction; return the first value of its first row, None where there is none."""
        kind, driver = dialect(db), await _driver(db)
        compiled = self._kinds[kind]
        try:
            rows = await _ASK[kind](driver, compiled.text, compiled.bound(values))
        except Exception as problem:
            raise DBAPIError(compiled.text, None, problem) from problem
        return rows[0][0] if rows else None


async def _driver(db: AsyncSession) -> Any:
    """Return the driver’s own connection, in the session’s transaction."""
    if not db.in_transaction():
        await db.connection()
    driver: Any = db.sync_session.connection().connection.driver_connection
    if dialect(db) == "postgresql" and not driver.is_in_transaction():
        # SQLAlchemy begins with the first statement it executes itself.
        await execute(db, select(1))
    return driver
