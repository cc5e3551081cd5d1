"""What several transactions send together: each has its own answer, its own error, and waits for nobody’s lock."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Connection, bindparam, insert, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine

from storage.claims import Claim, claim_first
from storage.database import Database
from storage.engines import TakenMeanwhileError
from storage.round_trips import RoundTrips, Values
from storage.statements import DirectStatement
from tests.support.databases import PostgresServer

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
KINDS = ("sqlite", "postgresql")
TABLE: Any = Claim.__table__  # type: ignore[attr-defined]
ADD = DirectStatement(dict.fromkeys(KINDS, insert(Claim).values({n: bindparam(n) for n in Claim.model_fields})))
FIND = DirectStatement(
    dict.fromkeys(KINDS, select(TABLE.c.scope, TABLE.c.period).where(TABLE.c.period == bindparam("period")))
)
MANY = 20


@pytest.fixture
async def url(postgres: PostgresServer) -> AsyncIterator[str]:
    async with postgres.database() as url:
        yield url


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
    database = Database(url)
    yield database
    await database.close()


@pytest.fixture
def batches(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many went together, each time."""
    sizes: list[int] = []
    for name in ("_read_all", "_write_all"):
        unwatched = getattr(RoundTrips, name)

        async def watched(trips: RoundTrips, text: str, asked: Sequence[Values], do: Any = unwatched) -> Any:
            sizes.append(len(asked))
            return await do(trips, text, asked)

        monkeypatch.setattr(RoundTrips, name, watched)
    return sizes


async def write(database: Database, period: str) -> None:
    """Write in a transaction that does nothing else."""
    async with database.transaction() as db:
        await ADD.write_last(db, {"scope": "together", "period": period, "at": NOON})


async def find(database: Database, period: str) -> list[dict[str, Any]]:
    async with database.transaction() as db:
        return await FIND.find_shared(db, {"period": period})


async def test_those_who_come_meanwhile_go_together_and_each_has_its_answer(
    database: Database, batches: list[int]
) -> None:
    await asyncio.gather(*(write(database, str(n)) for n in range(MANY)))
    assert batches == [MANY]
    found = await asyncio.gather(*(find(database, str(n)) for n in range(MANY + 1)))
    assert batches == [MANY, MANY + 1]
    assert found == [[{"scope": "together", "period": str(n)}] for n in range(MANY)] + [[]]


async def test_one_that_is_refused_is_refused_alone(database: Database) -> None:
    await write(database, "1")
    done = await asyncio.gather(*(write(database, str(n)) for n in range(MANY)), return_exceptions=True)
    assert [n for n, one in enumerate(done) if one is not None] == [1]
    assert isinstance(done[1], TakenMeanwhileError)
    assert all(await asyncio.gather(*(find(database, str(n)) for n in range(MANY))))


async def test_nobody_waits_for_a_row_that_another_of_them_waits_for(database: Database) -> None:
    async with database.transaction() as db:
        await ADD.run(db, {"scope": "together", "period": "1", "at": NOON})
        waiting = [asyncio.create_task(write(database, str(n))) for n in range(4)]
        await asyncio.wait([task for n, task in enumerate(waiting) if n != 1])
        assert not waiting[1].done()
    with pytest.raises(TakenMeanwhileError):
        await waiting[1]


async def test_what_fails_or_is_rolled_back_is_not_written(database: Database, url: str) -> None:
    with pytest.raises(RuntimeError):
        await write_and_fail(database)
    async with database.transaction() as db:
        await ADD.write_last(db, {"scope": "together", "period": "2", "at": NOON})
        await db.rollback()
    rehearsal = Database(url, keeps=False)
    await write(rehearsal, "3")
    await rehearsal.close()
    assert [await find(database, str(n)) for n in (1, 2, 3)] == [[], [], []]


async def write_and_fail(database: Database) -> None:
    async with database.transaction() as db:
        await ADD.write_last(db, {"scope": "together", "period": "1", "at": NOON})
        raise RuntimeError


async def test_what_is_still_to_be_written_is_seen_by_what_asks(database: Database) -> None:
    async with database.transaction() as db:
        await ADD.write_last(db, {"scope": "together", "period": "1", "at": NOON})
        assert await FIND.find_shared(db, {"period": "1"})
        await ADD.write_last(db, {"scope": "together", "period": "2", "at": NOON})
        assert (await db.execute(text("SELECT count(*) FROM claim"))).scalar() == 2


async def test_one_statement_twice_in_a_transaction_writes_both_rows(database: Database) -> None:
    async with database.transaction() as db:
        for period in ("1", "2"):
            await ADD.write_last(db, {"scope": "together", "period": period, "at": NOON})
    assert all([await find(database, period) for period in ("1", "2")])


async def test_a_transaction_that_begins_with_a_claim_shares_nothing(database: Database, batches: list[int]) -> None:
    first = claim_first("job", "1", NOON)
    begun: list[Connection] = []

    def begin(connection: Connection) -> None:
        begun.append(connection)
        first(connection)

    async with database.transaction(first=begin) as db:
        await ADD.write_last(db, {"scope": "together", "period": "1", "at": NOON})
    assert begun
    assert not batches


async def test_what_may_have_been_written_is_not_written_again() -> None:
    """A server that refuses has written nothing; one that is lost in the middle may have."""

    class LostDriver:
        async def executemany(self, *_: object) -> None:
            raise ConnectionResetError

    class LostTrips(RoundTrips):
        @asynccontextmanager
        async def _connection(self, text: str) -> AsyncIterator[Any]:
            yield LostDriver()

    with pytest.raises(ConnectionResetError):
        await LostTrips(create_async_engine("postgresql+asyncpg://")).write("INSERT", ())


async def _read_and_write_nothing_good(database: Database) -> None:
    async with database.transaction() as db:
        await db.exec(select(TABLE.c.scope))  # type: ignore[call-overload]
        await ADD.write_last(db, {"scope": None, "period": "p", "at": NOON})


async def test_a_write_that_fails_at_the_commit_leaves_a_connection_that_answers(database: Database) -> None:
    """A transaction that has read something has a connection of its own, and gives it to the next one."""
    for _ in range(3):
        with pytest.raises(DBAPIError):
            await _read_and_write_nothing_good(database)
        async with database.transaction() as db:
            assert (await db.exec(select(TABLE.c.period))).all() == []  # type: ignore[call-overload]
