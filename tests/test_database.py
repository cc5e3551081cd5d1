"""Both databases as the bot uses them: writers wait their turn, readers don’t write, lost connections come back."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, StatementError
from sqlmodel import SQLModel, col, select, update

import commands  # noqa: F401
from storage.claims import Claim
from storage.database import Database, async_url, place
from storage.engines import CONNECTIONS, STATEMENTS_KEPT
from tests.support.databases import create_sqlite, database, list_models
from tests.support.house import wait_until

__all__ = ["database"]

pytestmark = pytest.mark.postgres_too


NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


async def fails(database: Database) -> None:
    """Write something, then fail."""
    async with database.transaction() as db:
        db.add(Claim(scope="gone", period="1", at=NOON))
        await db.flush()
        raise RuntimeError


async def test_no_update_is_lost_among_many(database: Database) -> None:
    async with database.transaction() as db:
        db.add(Claim(scope="n", period="0", at=NOON))

    async def add_one() -> None:
        async with database.transaction() as db:
            row = (await db.exec(select(Claim).where(Claim.scope == "n").with_for_update())).one()
            await asyncio.sleep(0)
            await db.exec(update(Claim).where(col(Claim.scope) == "n").values(period=str(int(row.period) + 1)))

    await asyncio.gather(*(add_one() for _ in range(20)))
    async with database.transaction(writes=False) as db:
        assert (await db.exec(select(Claim.period))).one() == "20"


async def test_of_the_statements_of_long_ago_nothing_is_kept(database: Database) -> None:
    """Each is 35 kB, and every command there is has some."""
    engine = database.reader.sync_engine
    for number in range(2 * STATEMENTS_KEPT):
        async with database.transaction(writes=False) as db:
            await db.exec(select(Claim.scope.label(f"scope_{number}")).limit(1))  # type: ignore[attr-defined]
    assert len(engine._compiled_cache) <= 1.5 * STATEMENTS_KEPT  # type: ignore[arg-type] # noqa: SLF001


async def test_a_failed_transaction_leaves_nothing(database: Database) -> None:
    with pytest.raises(RuntimeError):
        await fails(database)
    async with database.transaction(writes=False) as db:
        assert (await db.exec(select(Claim))).all() == []


async def test_connections_to_postgresql_are_kept(database: Database) -> None:
    """Opening one costs more than ten statements: a crowd finds again those of the crowd before."""
    if database.is_sqlite:
        pytest.skip("SQLite has one writer")

    async def who() -> int:
        async with database.transaction() as db:
            return int((await db.execute(text("SELECT pg_backend_pid(), pg_sleep(0.05)"))).scalar_one())

    first = {*await asyncio.gather(*(who() for _ in range(30)))}
    assert len(first) == CONNECTIONS
    assert {*await asyncio.gather(*(who() for _ in range(30)))} == first
    assert len({await who() for _ in range(CONNECTIONS)}) == 1, "one after the other, the same has all they prepare"


async def test_instants_come_back_in_utc_and_need_a_zone(database: Database) -> None:
    async with database.transaction() as db:
        db.add(Claim(scope="at", period="1", at=NOON))
    async with database.transaction(writes=False) as db:
        assert (await db.exec(select(Claim.at))).one() == NOON
    with pytest.raises((ValueError, StatementError), match="zone"):
        async with database.transaction() as db:
            db.add(Claim(scope="naive", period="1", at=NOON.replace(tzinfo=None)))


async def test_on_sqlite_a_reader_writes_nothing(tmp_path: Path) -> None:
    database = Database(await create_sqlite(tmp_path))
    with pytest.raises(DBAPIError, match="readonly"):
        async with database.transaction(writes=False) as db:
            await db.execute(text("DELETE FROM claim"))
    await database.close()


async def test_a_connection_that_the_server_closed_is_replaced(postgres_url: str) -> None:
    database = Database(postgres_url)
    async with database.transaction() as db:
        mine = (await db.execute(text("SELECT pg_backend_pid()"))).scalar()
        driver: Any = (await (await db.connection()).get_raw_connection()).driver_connection
    other = Database(postgres_url)
    async with other.transaction() as db:
        await db.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": mine})
    await wait_until(driver.is_closed)
    assert await database.answers()
    await database.close()
    await other.close()


async def test_a_database_that_is_away_does_not_answer(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/no/such/folder/coop.db")
    assert not await database.answers()
    await database.close()


def test_only_two_kinds_of_database_are_known() -> None:
    assert async_url("postgres://u:p@h/b").drivername == "postgresql+asyncpg"
    with pytest.raises(ValueError, match="base de données inconnue"):
        async_url("mysql://h/b")


@pytest.mark.parametrize(
    ("address", "servers"),
    [
        ("postgresql://u:p@a,b:5433/coop", ("a:5432", "b:5433")),
        ("postgresql://u@/coop?host=a:1&host=b:2", ("a:1", "b:2")),
        ("postgres://u@a:1,b:2,c:3/coop?ssl=require", ("a:1", "b:2", "c:3")),
    ],
)
def test_several_servers_are_the_one_that_takes_writes(address: str, servers: tuple[str, ...]) -> None:
    url = async_url(address)
    assert (url.query["host"], url.query["target_session_attrs"], url.database) == (servers, "primary", "coop")
    assert place(address) == f"{', '.join(servers)}/coop"
    standby = async_url(f"{address}{'&' if '?' in address else '?'}target_session_attrs=any")
    assert standby.query["target_session_attrs"] == "any"


@pytest.mark.parametrize("address", ["postgresql://u@h/coop", "postgresql://u@/coop?host=/run/postgresql"])
def test_one_server_alone_is_not_asked_whether_it_takes_writes(address: str) -> None:
    assert "target_session_attrs" not in async_url(address).query


TABLES = [model for model in list_models() if model.model_config.get("table")]


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.__name__)
def test_empty_defaults_are_a_row_s_own_and_made_by_nothing_slow(table: type[SQLModel]) -> None:
    """Of a factory pydantic reads the signature at each row; a default it copies."""
    fields = table.model_fields.values()
    assert not [field for field in fields if field.default_factory is not None]
    for field in fields:
        if isinstance(field.default, (list, dict)):
            assert field.get_default() == field.default
            assert field.get_default() is not field.default


def test_the_tables_are_found() -> None:
    assert {"Person", "Cra", "Outgoing", "Work"} <= {table.__name__ for table in TABLES}
