"""Statements given to the driver itself: in the session’s transaction, with its values, and with its errors."""

import asyncio
import subprocess
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import bindparam, func, insert, or_, text
from sqlalchemy import select as sql_select
from sqlalchemy.exc import DBAPIError
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import outbox
from storage.claims import Claim
from storage.database import Database, detached, reserved
from storage.engines import CONNECTIONS
from storage.outbox import Outgoing, TargetKind
from storage.statements import Asked, DirectStatement, find_together, make_row
from tests.bench.children import ROOT
from tests.support.databases import database

__all__ = ["database"]


KINDS = ("sqlite", "postgresql")
CLAIMS: Any = Claim.__table__  # type: ignore[attr-defined]
BEFORE = DirectStatement(
    dict.fromkeys(KINDS, sql_select(CLAIMS).where(CLAIMS.c.period < bindparam("period")).order_by(CLAIMS.c.period))
)
NAMED = DirectStatement(dict.fromkeys(KINDS, sql_select(CLAIMS.c.period).where(CLAIMS.c.scope == bindparam("scope"))))
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
ADD = DirectStatement(
    dict.fromkeys(("sqlite", "postgresql"), insert(Claim).values({n: bindparam(n) for n in Claim.model_fields}))
)


def row(period: str) -> dict[str, object]:
    """A claim."""
    return {"scope": "direct", "period": period, "at": NOON}


async def periods(database: Database) -> list[str]:
    """What is stored."""
    async with database.transaction(writes=False) as db:
        return list((await db.exec(select(Claim.period).order_by(Claim.period))).all())


async def fails(database: Database) -> None:
    """Write twice, then fail; nothing was asked of the session before."""
    async with database.transaction() as db:
        await ADD.run(db, row("1"))
        await ADD.run(db, row("2"))
        raise RuntimeError


async def test_it_is_part_of_the_transaction(database: Database) -> None:
    with pytest.raises(RuntimeError):
        await fails(database)
    assert await periods(database) == []
    async with database.transaction() as db:
        await ADD.run(db, row("1"))
    assert await periods(database) == ["1"]


async def test_values_are_stored_as_the_session_would(database: Database) -> None:
    """Instants of any zone, codes, JSON, nothing."""
    late = NOON.astimezone(timezone(timedelta(hours=4)))
    message = Outgoing(
        id="m", where=TargetKind.CHANNEL, target="c", content={"é": [1, None]}, created_at=late, topic=None
    )
    async with database.transaction() as db:
        await outbox.add(db, [message])
    async with database.transaction(writes=False) as db:
        found = (await db.exec(select(Outgoing))).one()
    assert found.model_dump() == message.model_dump()


async def test_errors_are_those_of_the_session(database: Database) -> None:
    async with database.transaction() as db:
        await ADD.run(db, row("1"))
    with pytest.raises(DBAPIError):
        async with database.transaction() as db:
            await ADD.run(db, row("1"))
    with pytest.raises((ValueError, DBAPIError), match="zone"):
        async with database.transaction() as db:
            await ADD.run(db, row("2") | {"at": NOON.replace(tzinfo=None)})
    assert await periods(database) == ["1"]


async def cut_off(database: Database, hand: Database) -> None:
    """Write through a connection that somebody cuts in the middle of the transaction."""
    async with database.transaction() as db:
        mine = (await db.execute(text("SELECT pg_backend_pid()"))).scalar()
        async with hand.transaction() as cutting:
            await cutting.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": mine})
        await ADD.run(db, row("1"))


async def test_a_connection_lost_in_the_middle_is_replaced(postgres_url: str) -> None:
    """More often than there are connections: none may be lost with it."""
    database, hand = Database(postgres_url), Database(postgres_url)
    for _ in range(CONNECTIONS + 1):
        with pytest.raises(DBAPIError):
            await cut_off(database, hand)
    assert await database.answers()
    assert await periods(database) == []
    await database.close()
    await hand.close()


async def test_the_connections_to_postgresql_are_kept(postgres_url: str) -> None:
    database = Database(postgres_url)

    async def one(everybody: asyncio.Barrier) -> int:
        async with database.transaction() as db:
            pid = (await db.execute(text("SELECT pg_backend_pid()"))).scalar()
            await everybody.wait()
            assert isinstance(pid, int)
            return pid

    async def pids() -> set[int]:
        everybody = asyncio.Barrier(CONNECTIONS)
        return set(await asyncio.gather(*(one(everybody) for _ in range(CONNECTIONS))))

    assert await pids() == await pids()
    await database.close()


async def test_what_the_bot_does_by_itself_waits_for_no_request(postgres_url: str) -> None:
    """Everybody asks at once, and nobody is answered yet: what was accepted goes out all the same."""
    database, done = Database(postgres_url), asyncio.Event()
    everybody = asyncio.Barrier(CONNECTIONS + 1)

    async def ask() -> None:
        async with database.transaction() as db:
            await db.execute(text("SELECT 1"))
            await everybody.wait()
            await done.wait()

    asking = [asyncio.create_task(ask()) for _ in range(CONNECTIONS)]
    await everybody.wait()
    with reserved():
        assert await database.answers()
    done.set()
    await asyncio.gather(*asking)
    await database.close()


async def test_who_asks_in_the_middle_of_a_transaction_waits_for_nobody_who_does(postgres_url: str) -> None:
    """All connections are held by those who then want to know something else, themselves or by a common question."""
    database = Database(postgres_url)
    everybody = asyncio.Barrier(CONNECTIONS)

    async def handle() -> bool:
        async with database.transaction() as db:
            await db.execute(text("SELECT 1"))
            await everybody.wait()
            with detached():
                common = asyncio.create_task(database.answers())
            return await database.answers() and await common

    assert await asyncio.gather(*(handle() for _ in range(CONNECTIONS))) == [True] * CONNECTIONS
    await database.close()


async def count_trips(database: Database, work: Callable[[AsyncSession], Awaitable[None]]) -> int:
    """How many statements the server of PostgreSQL is told in a transaction, BEGIN and COMMIT included."""
    told: list[str] = []
    async with database.transaction() as db:
        driver: Any = (await (await db.connection()).get_raw_connection()).driver_connection
        with driver.query_logger(lambda record: told.append(record.query)):
            await work(db)
            await db.commit()
            await asyncio.sleep(0)  # the driver tells of each in the next turn of the loop
    return len(told)


async def test_what_is_written_last_is_there_before_the_next_statement(database: Database) -> None:
    async with database.transaction() as db:
        await ADD.write_last(db, row("1"))
        await ADD.write_last(db, row("2"))
        assert (await db.exec(select(func.count()).select_from(Claim))).one() == 2
        await ADD.write_last(db, row("3"))
    assert await periods(database) == ["1", "2", "3"]


async def test_what_is_written_last_is_undone_with_the_rest(database: Database) -> None:
    async with database.transaction() as db:
        await ADD.write_last(db, row("1"))
        await db.rollback()
        await ADD.write_last(db, row("2"))
    with pytest.raises(RuntimeError):
        await fails_last(database)
    with pytest.raises(DBAPIError):
        await write_again(database)
    assert await periods(database) == ["2"]
    async with database.transaction(writes=False) as db:
        assert not (await db.exec(select(Outgoing))).all()


async def write_again(database: Database) -> None:
    """Write a message, and what is there already."""
    async with database.transaction() as db:
        await outbox.add(db, [make_message()])
        await ADD.write_last(db, row("2"))


async def fails_last(database: Database) -> None:
    """Write, then fail before the end."""
    async with database.transaction() as db:
        await ADD.write_last(db, row("3"))
        raise RuntimeError


def make_message() -> Outgoing:
    """A message to a channel."""
    return Outgoing(id="m", where=TargetKind.CHANNEL, target="c", content={}, created_at=NOON)


async def test_what_is_written_last_goes_in_one_way(postgres_url: str) -> None:
    database = Database(postgres_url)

    async def write(db: AsyncSession) -> None:
        await ADD.write_last(db, row("1"))
        await outbox.add(db, [make_message()])

    assert await count_trips(database, write) == 1
    assert await periods(database) == ["1"]
    await database.close()


def ask_claims(period: str, scope: str) -> tuple[Asked[Claim], Asked[dict[str, Any]]]:
    """Ask for the claims before a period, and for the periods of a scope."""
    return Asked(BEFORE, {"period": period}, Claim), Asked(NAMED, {"scope": scope}, dict)


async def test_what_is_asked_together_is_what_each_finds_by_itself(database: Database) -> None:
    """In its order, with its types, and with what the transaction has written so far."""
    async with database.transaction() as db:
        for period in ("2", "1", "3"):
            await ADD.write_last(db, row(period))
        claims, nothing = await find_together(db, *ask_claims("3", "other"))
        assert [claim.model_dump() for claim in claims] == [row("1"), row("2")]
        assert nothing == []
        nothing, periods = await find_together(db, *ask_claims("1", "direct"))
        assert nothing == []
        assert sorted(found["period"] for found in periods) == ["1", "2", "3"]


@pytest.mark.postgres_too
async def test_a_value_that_a_question_has_twice_is_given_once(database: Database) -> None:
    either = or_(CLAIMS.c.scope == bindparam("said"), CLAIMS.c.period == bindparam("said"))
    twice = Asked(DirectStatement(dict.fromkeys(KINDS, sql_select(CLAIMS).where(either))), {"said": "1"}, Claim)
    async with database.transaction() as db:
        await ADD.run(db, row("1"))
        (claim,), (period,) = await find_together(db, twice, ask_claims("", "direct")[1])
    assert (claim.period, period) == ("1", {"period": "1"})


async def test_what_is_asked_together_goes_in_one_way(postgres_url: str) -> None:
    database = Database(postgres_url)

    async def ask(db: AsyncSession) -> None:
        await find_together(db, *ask_claims("3", "direct"))

    await count_trips(database, ask)  # (a connection learns the first time what an array of rows is)
    assert await count_trips(database, ask) == 1
    await database.close()


async def test_a_row_is_made_as_its_constructor_makes_it(database: Database) -> None:
    made = make_row(Claim, **row("1"))
    assert made == Claim(scope="direct", period="1", at=NOON)
    made.period = "2"
    async with database.transaction() as db:
        db.add(made)
    assert await periods(database) == ["2"]


def test_a_row_may_be_the_first_object_of_a_program() -> None:
    """As where « coop-bot data » is given somebody whom Mattermost was asked for."""
    words = "from storage.people import Person\nfrom storage.statements import make_row\n"
    words += "print(make_row(Person, username='juliette').username)"
    done = subprocess.run([sys.executable, "-c", words], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("juliette\n", "")
