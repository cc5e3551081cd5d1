"""The database: one engine to write, one to read, the column types both share, and long tables read a page at a
time."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, Dialect, make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel, col
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import engines, statements
from storage.round_trips import RoundTrips
from storage.statements import make_sessions

CONSTRAINT_NAMES = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
SQLModel.metadata.naming_convention = CONSTRAINT_NAMES
# pydantic builds the validators of a table when they are first used, not for all tables at each start.
SQLModel.model_config["defer_build"] = True

DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg", "postgres": "postgresql+asyncpg"}
_WRITES, _AT_END, _FOLDER = "writes", "at end", "folder"
"""The keys in a session’s ``info``: whether it writes, what runs at its end, the folder of indexes."""
_OPEN: ContextVar[tuple[AsyncSession, ...]] = ContextVar("sessions_open", default=())
"""The sessions that the task at work is in the middle of."""
_IS_DETACHED: ContextVar[bool] = ContextVar("detached", default=False)
"""Whether somebody who is in a transaction may wait for the current task."""
_RESERVED: ContextVar[bool] = ContextVar("reserved", default=False)
"""Whether the task at work has connections that requests don’t take."""
INSERT: dict[str, Callable[[Any], Any]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


class UtcTime(TypeDecorator[datetime]):
    """An instant: refused without a zone, stored and given back in UTC (SQLite forgets zones)."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value and (value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC))


class Labelled(StrEnum):
    """An enumeration whose members carry the label people read."""

    label: str

    def __new__(cls, value: str, label: str = "") -> "Labelled":
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member


E = TypeVar("E", bound=StrEnum)
Query = TypeVar("Query", bound=sa.GenerativeSelect)
Row = TypeVar("Row")


class Code(TypeDecorator[E]):
    """A member of an enumeration, stored as its value (SQLAlchemy’s own Enum would store the Python name)."""

    impl = sa.String
    cache_ok = True

    def __init__(self, members: type[E], length: int = 16) -> None:
        super().__init__(length)
        self.members = members

    def process_bind_param(self, value: E | None, dialect: Dialect) -> str | None:
        return None if value is None else str(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> E | None:
        return None if value is None else self.members(value)


def async_url(database_url: str) -> URL:
    """Return the address with the asynchronous driver of its kind.

    One of PostgreSQL may name several servers, as its own programs take it (« postgresql://u@a,b:5433/coop »): where it
    does not say otherwise, the one that takes writes is meant. Raises ValueError, with a French sentence, for any other
    kind of database.
    """
    url = _with_servers(make_url(_SERVERS.sub(_servers_apart, database_url, count=1)))
    kind = url.get_backend_name()
    if kind not in DRIVERS:
        raise ValueError(f"base de données inconnue : {kind} (sqlite ou postgresql)")
    return url.set(drivername=DRIVERS[kind])


_SERVERS = re.compile(r"^(postgres(?:ql)?://(?:[^/?@]*@)?)([^/?@]+,[^/?@]+)(/[^?]*)?(\?.*)?$")


def _servers_apart(found: re.Match[str]) -> str:
    """Return a database address in the form that SQLAlchemy takes: each server a « host » parameter of its own."""
    begin, servers, database, asked = found.groups(default="")
    hosts = "&".join(f"host={server if ':' in server else f'{server}:5432'}" for server in servers.split(","))
    return f"{begin}{database or '/'}?{hosts}{asked.replace('?', '&', 1)}"


def _with_servers(url: URL) -> URL:
    """Return the address such that, of several servers, the one that accepts writes is used: after a failover it is
    another."""
    if isinstance(url.query.get("host"), tuple) and "target_session_attrs" not in url.query:
        return url.update_query_dict({"target_session_attrs": "primary"})
    return url


def place(database_url: str) -> str:
    """Return a name of the database that may be shown: the file, or server and database; never credentials."""
    url = async_url(database_url)
    if url.get_backend_name() == "sqlite":
        return str(Path(url.database or "").absolute())
    hosts = url.normalized_query.get("host") or (f"{url.host or 'localhost'}:{url.port or 5432}",)
    return f"{', '.join(hosts)}/{url.database or ''}"


class Numbered(SQLModel):
    """A row with a number of its own as primary key."""

    id: int | None = Field(default=None, primary_key=True)

    @property
    def number(self) -> int:
        """The number that people call the row by; only rows not stored yet have none."""
        assert self.id is not None
        return self.id


class Database:
    """Access to the database: ``write`` sessions wait for one another on SQLite, ``read`` sessions do not."""

    def __init__(self, database_url: str, *, keeps: bool = True, folder: Path | None = None) -> None:
        """Open the database. Where ``keeps`` is false, each transaction is rolled back as it ends (a rehearsal);
        ``folder`` keeps indexes between two starts (storage/search.py)."""
        self._keeps = keeps
        self.url = async_url(database_url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._writer = engines.sqlite(self.url, writes=True) if self.is_sqlite else engines.postgres(self.url)
        self._reader = engines.sqlite(self.url, writes=False) if self.is_sqlite else self._writer
        counts = () if self.is_sqlite else (engines.RESERVED, engines.NESTED)
        self._beside = [engines.postgres(self.url, count) for count in counts]
        for each in () if self.is_sqlite else (self._writer, *self._beside):
            statements.write_at_end(each)
        is_shared = self.is_sqlite and engines.SHARED_SYNC in engines.WRITING
        self._log = engines.LogSync(self.url.database or "") if is_shared else None
        reading = {_WRITES: False, _FOLDER: folder, statements.TRIPS: self._make_trips()}
        writing = reading | {_WRITES: True, statements.LOG: self._log}
        self.write, self.read = make_sessions(self._writer, writing), make_sessions(self._reader, reading)
        self._reserved, self._nested = [
            {True: make_sessions(each, writing), False: make_sessions(each, reading)} for each in self._beside
        ] or ({True: self.write, False: self.read},) * 2
        self._closing: set[asyncio.Task[None]] = set()
        """Sessions that give back their connection though their user was cancelled."""

    @property
    def engine(self) -> AsyncEngine:
        """The engine that writes; on SQLite, what it committed outside sessions is on the disk once it is closed."""
        return self._writer

    @property
    def reader(self) -> AsyncEngine:
        """The engine that reads; the writing one on PostgreSQL."""
        return self._reader

    @property
    def engines(self) -> Collection[AsyncEngine]:
        """All engines, each once."""
        return {self._writer, self._reader, *self._beside, *self._apart}

    def _make_trips(self) -> RoundTrips | None:
        """Make the round trips that transactions share; None for a file, which is not asked over a network."""
        settings = {"lock_timeout": str(engines.SHARED_LOCK_MS)}
        self._apart = [] if self.is_sqlite else [engines.postgres(self.url, engines.SHARED, **settings)]
        return RoundTrips(self._apart[0]) if self._apart else None

    @asynccontextmanager
    async def transaction(
        self, *, writes: bool = True, first: Callable[[sa.Connection], None] | None = None
    ) -> AsyncIterator[AsyncSession]:
        """Open a session that commits when the block ends without error. No transaction begins before the first
        statement, so that a block without statements costs nothing; ``first`` is called when it begins."""
        session = self._choose(writes)()
        if first:
            session.info.pop(statements.TRIPS)  # a transaction of its own, which begins with that
            sa.event.listen(session.sync_session, "after_begin", lambda *begun: first(begun[-1]))
        around = _OPEN.get()
        _OPEN.set((*around, session))
        try:
            yield session
            for step in session.info.pop(_AT_END, ()):
                await step(session)
            if session.in_transaction() or statements.has_waiting(session):
                await (session.commit() if self._keeps else self._take_back(session))
        except BaseException:
            await self._give_back(session)
            raise
        finally:
            _OPEN.set(around)

    def _choose(self, writes: bool) -> async_sessionmaker[AsyncSession]:
        """Choose the sessions to use, by whether the transaction writes."""
        if _IS_DETACHED.get() or any(session.in_transaction() for session in _OPEN.get()):
            return self._nested[writes]
        if _RESERVED.get():
            return self._reserved[writes]
        return self.write if writes else self.read

    async def answers(self) -> bool:
        """Tell whether the database can be read at this moment."""
        try:
            async with self.transaction(writes=False) as db:
                await db.execute(sa.text("SELECT 1"))
        except (SQLAlchemyError, OSError, TimeoutError):
            return False
        return True

    async def moment(self) -> datetime | None:
        """Return the time of the database’s machine; None where it is this machine."""
        if self.is_sqlite:
            return None
        async with self.transaction(writes=False) as db:
            said: datetime = (await db.execute(sa.text("SELECT clock_timestamp()"))).scalar_one()
        return said

    async def _take_back(self, session: AsyncSession) -> None:
        """Roll back a session, while its objects keep their values."""
        session.expunge_all()
        await session.rollback()

    async def _give_back(self, session: AsyncSession) -> None:
        """Close a session even if its user is cancelled: a driver cancelled in the middle would lose its connection."""
        closing = asyncio.ensure_future(session.close())
        self._closing.add(closing)
        closing.add_done_callback(self._closing.discard)
        await asyncio.shield(closing)

    async def close(self) -> None:
        """Close every connection (an open one keeps the process alive)."""
        await asyncio.gather(*self._closing, return_exceptions=True)
        wrote: Any = self._writer.pool
        try:
            if self._log and wrote.checkedin():
                await self._log.reach()
        finally:
            if self._log:
                await self._log.close()
            for each in self.engines:
                await each.dispose()
            await engines.wait_for_threads()


def before_commit(db: AsyncSession, step: Callable[[AsyncSession], Awaitable[object]]) -> None:
    """Run a step right before the commit: for one that locks a row for which all other writers wait."""
    db.info.setdefault(_AT_END, []).append(step)


def is_writing(db: AsyncSession) -> bool:
    """Tell whether a transaction that may write has begun: on SQLite every other writer waits for its end."""
    return bool(db.info[_WRITES]) and (db.in_transaction() or statements.has_waiting(db))


async def release(db: AsyncSession) -> None:
    """Give back the connection of a session that only reads; its next statement begins a new transaction.

    Raises RuntimeError in the middle of a transaction that writes, which would be lost.
    """
    if is_writing(db):
        raise RuntimeError("a transaction that writes can't be let go of")
    await db.close()


@contextmanager
def reserved() -> Iterator[None]:
    """Give the block, and tasks begun in it, connections that requests do not use: accepted work goes on, however many
    people ask at once. (On SQLite nothing changes.)"""
    around = _RESERVED.set(True)
    try:
        yield
    finally:
        _RESERVED.reset(around)


@contextmanager
def detached() -> Iterator[None]:
    """Keep the tasks begun in the block, which outlive it, out of the caller’s transactions."""
    around, is_detached = _OPEN.set(()), _IS_DETACHED.set(True)
    try:
        yield
    finally:
        _OPEN.reset(around)
        _IS_DETACHED.reset(is_detached)


async def release_connections() -> None:
    """Hold no connection from now on: for whoever is about to wait for somebody else, over the network.

    Raises RuntimeError in the middle of a transaction that writes: all other writers would wait along.
    """
    for session in _OPEN.get():
        if session.in_transaction():
            await release(session)


def find_folder(db: AsyncSession) -> Path | None:
    """Find the folder where indexes of what a session reads are kept between two starts; None where there is none."""
    folder: Path | None = db.info.get(_FOLDER)
    return folder


def dialect(db: AsyncSession) -> str:
    """Return the kind of database: sqlite or postgresql."""
    return db.get_bind().dialect.name


def insertion(db: AsyncSession, table: type[SQLModel] | sa.Table) -> Any:
    """Make an INSERT that supports ON CONFLICT, in the dialect of the session’s database."""
    return INSERT[dialect(db)](table)


def locking(query: Query, of: Any = None) -> Query:
    """Make a query lock the rows that it finds (those of a table ``of`` several), and read them as they are now: nobody
    else changes them until the transaction ends."""
    selected: Any = query
    locked: Query = selected.with_for_update(of=of).execution_options(populate_existing=True)
    return locked


async def store(db: AsyncSession, row: Row) -> Row:
    """Store a row; a new one has its number then."""
    db.add(row)
    await db.flush()
    return row


async def insert_new(db: AsyncSession, table: type[SQLModel], row: Mapping[str, Any]) -> bool:
    """Store a row unless one with its key exists; return whether it was stored."""
    added = insertion(db, table).values(row).on_conflict_do_nothing().returning(*sa.inspect(table).primary_key)
    return (await db.execute(added)).first() is not None


async def upsert(
    db: AsyncSession,
    table: type[SQLModel],
    rows: Sequence[Mapping[str, Any]],
    changed: Collection[str] = (),
    where: sa.ColumnElement[bool] | None = None,
) -> None:
    """Store rows; where a row with the key exists, overwrite its columns ``changed`` (by default all but the key) if
    ``where`` holds."""
    if rows:
        key = [column.name for column in sa.inspect(table).primary_key]
        statement = insertion(db, table).values(rows)
        new = {name: statement.excluded[name] for name in changed or rows[0] if name not in key}
        await db.execute(statement.on_conflict_do_update(index_elements=key, set_=new, where=where))


async def change(db: AsyncSession, row: SQLModel, **values: Any) -> None:
    """Change columns of a row, in the table and in the object, which need not be read again."""
    table = type(row)
    here = [col(getattr(table, key.name)) == getattr(row, key.name) for key in sa.inspect(table).primary_key]
    await db.execute(sa.update(table).where(*here).values(values).execution_options(synchronize_session=False))
    for name, value in values.items():
        set_committed_value(row, name, value)


async def execute(db: AsyncSession, statement: sa.Executable, values: Any = None) -> sa.CursorResult[Any]:
    """Execute a prepared statement without the session’s own work on it: for the paths of every request."""
    return await (await db.connection()).execute(statement, values)


ROWS_PER_PAGE = 500


async def iterate_pages(
    read: Callable[[Any], Awaitable[Sequence[Row]]], query: Any, *key: Any, size: int | None = None
) -> AsyncIterator[Sequence[Row]]:
    """Yield the rows of a query in pages, ordered by ``key``, columns that identify a row; ``read`` runs the query of
    one page."""
    size = size or ROWS_PER_PAGE
    query = query.order_by(*key).limit(size)
    page = await read(query)
    while page:
        last = sa.tuple_(*(sa.literal(_value(page[-1], column.key), column.type) for column in key))
        yield page
        if len(page) < size:
            return
        page = await read(query.where(sa.tuple_(*key) > last))


def _value(row: Any, name: str) -> Any:
    return row[name] if isinstance(row, Mapping) else getattr(row, name)


def read_models(db: AsyncSession) -> Callable[[Any], Awaitable[Sequence[Any]]]:
    """Yield pages of objects, which stay in the session until the caller expunges them."""

    async def read(query: Any) -> Sequence[Any]:
        found: Sequence[Any] = (await db.exec(query)).all()
        return found

    return read


def read_mappings(db: AsyncSession) -> Callable[[Any], Awaitable[Sequence[sa.RowMapping]]]:
    """Read pages of mappings by column."""

    async def read(query: Any) -> Sequence[sa.RowMapping]:
        return (await execute(db, query)).mappings().all()

    return read


def read_mappings_apart(database: Database) -> Callable[[Any], Awaitable[Sequence[sa.RowMapping]]]:
    """Read pages of mappings in a transaction each: none holds a connection while its rows are written somewhere."""

    async def read(query: Any) -> Sequence[sa.RowMapping]:
        async with database.transaction(writes=False) as db:
            return (await execute(db, query)).mappings().all()

    return read
