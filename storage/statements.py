"""Sessions, each one transaction, and statements that are compiled once for each kind of database, then given to the
driver itself.

SQLAlchemy binds, wraps and reads anew each time a statement is executed, which takes as long as the statement, and on
PostgreSQL each BEGIN and COMMIT is a way to the server and back: what is on the way of every report does without.
"""

import re
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Generic, TypeVar

from sqlalchemy import ClauseElement, Connection, Select, UpdateBase, event
from sqlalchemy.dialects.postgresql import asyncpg
from sqlalchemy.dialects.sqlite import aiosqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker
from sqlalchemy.ext.asyncio import AsyncSession as AlchemySession
from sqlalchemy.orm import class_mapper
from sqlmodel import Session, SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.engines import wrap_problem

T = TypeVar("T")
M = TypeVar("M", bound=SQLModel)
_DIALECTS: Mapping[str, Dialect] = {
    "sqlite": aiosqlite.dialect(),
    "postgresql": asyncpg.dialect(),  # type: ignore[no-untyped-call]
}


_ASK: Mapping[str, Callable[[Any, str, Sequence[Any]], Awaitable[Sequence[Any]]]] = {
    "sqlite": lambda driver, text, values: driver.execute_fetchall(text, values),
    "postgresql": lambda driver, text, values: driver.fetch(text, *values),
}

_LAST = "written last"
"""The key under which a connection keeps the statements that are still to be executed; a session, until it has one."""
TRIPS = "round trips"
"""The key under which a session has the round trips that it shares with others (PostgreSQL)."""


class _Compiled:
    """A compiled statement: its text, how values become what the driver takes, and how the driver’s results become
    values."""

    def __init__(self, statement: ClauseElement, spoken: Dialect) -> None:
        compiled: Any = statement.compile(dialect=spoken)
        self.text: str = compiled.string
        binds = [compiled.binds[name] for name in compiled.positiontup]
        self._constants = {bind.key: bind.value for bind in binds if not bind.required}
        self._named = [(bind.key, bind.type.dialect_impl(spoken).bind_processor(spoken)) for bind in binds]
        columns = statement.exported_columns if isinstance(statement, Select | UpdateBase) else ()
        self._columns = [(c.name, c.type.dialect_impl(spoken).result_processor(spoken, None)) for c in columns]

    def bound(self, values: Mapping[str, Any]) -> tuple[Any, ...]:
        known = {**self._constants, **values}
        return tuple([process(known[name]) if process else known[name] for name, process in self._named])

    def read(self, row: Sequence[Any]) -> dict[str, Any]:
        pairs = zip(self._columns, row, strict=True)
        return {name: process(value) if process else value for (name, process), value in pairs}


class DirectStatement:
    """A statement that is compiled once for each kind of database; its values are given by name."""

    def __init__(self, kinds: Mapping[str, ClauseElement]) -> None:
        self._statements = kinds
        self._compiled: dict[str, _Compiled] = {}

    def speak(self, kind: str) -> _Compiled:
        """Return the statement compiled for a kind of database, compiling it the first time."""
        if kind not in self._compiled:
            self._compiled[kind] = _Compiled(self._statements[kind], _DIALECTS[kind])
        return self._compiled[kind]

    async def run(self, db: AsyncSession, values: Mapping[str, Any]) -> Any:
        """Execute the statement in the session’s transaction; return the first value of its first row, None where there
        is none."""
        compiled = self.speak(_kind(db))
        rows = await _ask(_kind(db), await _driver(db), compiled.text, compiled.bound(values))
        return rows[0][0] if rows else None

    async def find(self, db: AsyncSession, values: Mapping[str, Any], *, begins: bool = False) -> list[dict[str, Any]]:
        """Return the rows of a SELECT, or those that a statement returns, by the names of its columns.

        No transaction is begun for it on PostgreSQL, where each statement sees what is committed, in one or not,
        unless it ``begins`` one: what it locks or writes is to stand until the end.
        """
        compiled = self.speak(_kind(db))
        rows = await _ask(_kind(db), await _driver(db, begins=begins), compiled.text, compiled.bound(values))
        return [compiled.read(row) for row in rows]

    async def find_shared(self, db: AsyncSession, values: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Return the rows of a SELECT, as ``find`` does; where no transaction has begun, it is sent together with what
        others ask at this moment."""
        trips = db.info.get(TRIPS)
        if trips is None or db.in_transaction() or has_waiting(db):
            return await self.find(db, values)
        compiled = self.speak("postgresql")
        return [compiled.read(row) for row in await trips.read(compiled.text, compiled.bound(values))]

    async def write_last(self, db: AsyncSession, values: Mapping[str, Any]) -> None:
        """Execute a statement without results before whatever the session’s transaction executes next, and at its end
        at the latest.

        On PostgreSQL consecutive such statements are sent as one, in order; where a transaction does nothing else, that
        one statement is its BEGIN and COMMIT, too: a single round trip, shared with others that end at this moment.
        """
        if _kind(db) == "sqlite":  # its statements need no round trip
            await self.run(db, values)
            return
        bound = self.speak("postgresql").bound(values)
        if not db.in_transaction() and TRIPS not in db.info:
            await db.connection()
        if self in _last(db).get(_LAST, ()):  # one statement may change a row once only
            await _driver(db)
        _last(db).setdefault(_LAST, {})[self] = bound


def make_row(model: type[M], **values: Any) -> M:
    """Make the object of a row from the values of all its columns, as SQLAlchemy makes those that it reads: the
    constructor takes ten times as long."""
    # Not from the class itself: a program’s first object may come before SQLAlchemy has looked at the tables.
    made: M = class_mapper(model).class_manager.new_instance()
    made.__dict__.update(values)
    return made


@dataclass(frozen=True, slots=True)
class Asked(Generic[T]):
    """A SELECT with its values, and what each of its rows is made into: to be asked together with others."""

    statement: DirectStatement
    values: Mapping[str, Any]
    make: Callable[..., T]


async def find_together(db: AsyncSession, *asked: Asked[Any]) -> Sequence[list[Any]]:
    """Return what the rows of several SELECTs are made into, all read now; to PostgreSQL that is one round trip."""
    if _kind(db) == "sqlite":
        return [[one.make(**row) for row in await one.statement.find(db, one.values)] for one in asked]
    compiled = [one.statement.speak("postgresql") for one in asked]
    values = [value for one, each in zip(asked, compiled, strict=True) for value in each.bound(one.values)]
    text = _gather(*(one.statement for one in asked))
    (found,) = await _ask("postgresql", await _driver(db, begins=False), text, values)
    both = zip(asked, compiled, found, strict=True)
    return [[one.make(**each.read(row)) for row in rows] for one, each, rows in both]


def has_waiting(db: AsyncSession) -> bool:
    """Tell whether a session that has begun no transaction has something to write last."""
    return _LAST in db.info


def forget(db: AsyncSession) -> None:
    """Forget what such a session was to write last."""
    db.info.pop(_LAST, None)


def hand_over(session: Session, connection: Connection) -> None:
    """Let the connection of a transaction that begins have what was to be written last."""
    if waiting := session.info.pop(_LAST, None):
        connection.info[_LAST] = waiting


async def write_together(db: AsyncSession) -> bool:
    """Write and commit what a session was to write last, where it did nothing else, together with what others write;
    False where it is to be committed by itself."""
    if not has_waiting(db):
        return False
    waiting = db.info[_LAST]
    if await db.info[TRIPS].write(_join(*waiting), tuple(value for bound in waiting.values() for value in bound)):
        forget(db)
        return True
    await db.connection()
    return False


def write_at_end(engine: AsyncEngine) -> None:
    """Make an engine of PostgreSQL send the delayed statements before everything else it is told."""
    event.listen(engine.sync_engine, "before_cursor_execute", lambda connection, *_: _begin_and_write(connection))
    event.listen(engine.sync_engine, "commit", _write_or_roll_back)
    event.listen(engine.sync_engine, "rollback", _forget)


def _forget(connection: Connection) -> None:
    if not connection.invalidated:  # an invalidated connection has no info left
        connection.info.pop(_LAST, None)


def _begin_and_write(connection: Connection) -> None:
    if _LAST in connection.info:
        adapted: Any = connection.connection.dbapi_connection
        adapted.run_async(lambda _: _begin(adapted))
        _write(connection)


def _write(connection: Connection) -> None:
    waiting = connection.info.pop(_LAST, None)
    adapted: Any = connection.connection.dbapi_connection
    if waiting:
        adapted.run_async(lambda driver: _write_waiting(driver, waiting))


def _write_or_roll_back(connection: Connection) -> None:
    """Write what was delayed until the commit. Where that fails, SQLAlchemy holds the transaction for ended, and would
    give its connection, which refuses everything, to the next one."""
    adapted: Any = connection.connection.dbapi_connection
    try:
        _write(connection)
    except BaseException:
        adapted.rollback()
        raise


async def _begin(adapted: Any) -> None:
    """Begin a transaction, as SQLAlchemy does with the first statement that it executes itself, unless it has begun.
    Raises DBAPIError."""
    if adapted.driver_connection.is_in_transaction():
        return
    try:
        await adapted._start_transaction()  # noqa: SLF001  (no public way begins without a statement)
    except Exception as problem:
        raise wrap_problem("BEGIN", problem) from problem


async def _write_waiting(driver: Any, waiting: Mapping[DirectStatement, tuple[Any, ...]]) -> None:
    values = [value for bound in waiting.values() for value in bound]
    await _ask("postgresql", driver, _join(*waiting), values)


@cache
def _join(*statements: DirectStatement) -> str:
    """Join several statements into one that runs them in order: the row counts come in that order."""
    parts = [f"s{number} AS ({text} RETURNING 1)" for number, text in enumerate(_renumber(statements))]
    counted = ", ".join(f"(SELECT count(*) FROM s{number})" for number in range(len(parts)))  # noqa: S608 (a number)
    return f"WITH {', '.join(parts)} SELECT {counted}"


@cache
def _gather(*statements: DirectStatement) -> str:
    """Make one SELECT of several: an array of rows of each."""
    arrays = (f"ARRAY(SELECT ROW(s.*) FROM ({text}) AS s)" for text in _renumber(statements))  # noqa: S608
    return f"SELECT {', '.join(arrays)}"


def _renumber(statements: Sequence[DirectStatement]) -> Iterator[str]:
    """Yield the texts of statements whose values are to be given one after the other."""
    given = 0
    for statement in statements:
        text = statement.speak("postgresql").text
        yield re.sub(r"\$(\d+)", lambda found, before=given: f"${int(found[1]) + before}", text)  # type: ignore[misc]
        given += max((int(each) for each in re.findall(r"\$(\d+)", text)), default=0)


async def _ask(kind: str, driver: Any, text: str, values: Sequence[Any]) -> Sequence[Any]:
    """Give a statement to the driver. Raises DBAPIError."""
    try:
        return await _ASK[kind](driver, text, values)
    except Exception as problem:
        raise wrap_problem(text, problem) from problem


async def _driver(db: AsyncSession, *, begins: bool = True) -> Any:
    """Return the driver’s own connection, in the session’s transaction; what was to be written last is written."""
    if not db.in_transaction():
        await db.connection()
    adapted: Any = db.sync_session.connection().connection.dbapi_connection
    driver, waiting = adapted.driver_connection, _info(db).pop(_LAST, None)
    if _kind(db) == "postgresql" and (begins or waiting):
        await _begin(adapted)
    if waiting:
        await _write_waiting(driver, waiting)
    return driver


def _info(db: AsyncSession) -> dict[Any, Any]:
    return db.sync_session.connection().info


def _last(db: AsyncSession) -> dict[Any, Any]:
    """Return where a session keeps what is to be written last."""
    return _info(db) if db.in_transaction() else db.info


def _kind(db: AsyncSession) -> str:
    return db.get_bind().dialect.name


LOG = "log"
"""The key in a session’s ``info`` for the log that is brought to the disk (SQLite)."""


class _Session(Session):
    """The session that does the work of a ``DatabaseSession``: a class of its own, to which an event belongs."""


event.listen(_Session, "after_begin", lambda session, _, connection: hand_over(session, connection))


class DatabaseSession(AsyncSession):
    """A session that does not warn about statements other than plain SELECTs, as SQLModel’s does."""

    sync_session_class = _Session
    execute = AlchemySession.execute  # type: ignore[assignment,unused-ignore]

    async def commit(self) -> None:
        """Commit, and return once it is on the disk; the connection is given back before, for other writers."""
        if await write_together(self):
            return
        await super().commit()
        if log := self.info.get(LOG):
            await log.reach()

    async def rollback(self) -> None:
        """Roll back; what was still to be written last is forgotten."""
        forget(self)
        await super().rollback()


def make_sessions(engine: AsyncEngine, info: dict[str, Any]) -> async_sessionmaker[AsyncSession]:
    """Make the factory of an engine’s sessions, each with ``info`` as its ``info``."""
    return async_sessionmaker(engine, class_=DatabaseSession, expire_on_commit=False, autoflush=False, info=info)
