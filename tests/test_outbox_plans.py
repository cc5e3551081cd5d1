"""However much waits, the outbox finds the next thing to do by an index and sorts nothing; what is done is counted."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import bindparam, event, text, update
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.outbox import LEASE
from bot.work import make_work
from storage import outbox, work
from storage.database import Database, UtcTime
from storage.outbox import Outgoing, queue
from storage.outbox.queue import QueueShare
from storage.work import Work, WorkSort, WorkTurn
from tests.support.databases import database
from tests.support.outbox import make_message, read_clock
from tests.support.work import Export

__all__ = ["database"]

pytestmark = pytest.mark.postgres_too


MANY = 20_000
Query = Callable[[AsyncSession], Awaitable[Any]]

FILL = {
    "sqlite": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :many) ",
    "postgresql": "WITH n(i) AS (SELECT * FROM generate_series(1, :many)) ",
}
ROWS = """
INSERT INTO outgoing (id, "where", target, content, topic, created_at, attempts, not_before, delivered_at, post_id)
SELECT 'n' || i, 'person', 'p' || (i % 500), '{}',
  CASE WHEN i % 2 = 0 THEN 'cra:' || i END, :now, 0,
  CASE WHEN i % 10 = 0 THEN :due END, CASE WHEN i % 10 > 1 THEN :now END, CASE WHEN i % 10 > 1 THEN 'post' || i END
FROM n
"""
WORKS = """
INSERT INTO work (id, sort, name, data, person, state, done, created_at, updated_at, not_before, attempts)
SELECT 'n' || i, CASE WHEN i % 20 = 0 THEN 'work' ELSE 'file' END, 'essai.Export', '{}', 'p' || (i % 500),
  CASE WHEN i % 10 = 0 THEN 'waiting' ELSE 'done' END, 0, :now, :now, CASE WHEN i % 10 = 0 THEN :due END, 0
FROM n
"""


@pytest.fixture
async def full(database: Database) -> Database:
    """Of ten messages one waits, one was given up, the others are delivered; of ten pieces of work one waits."""
    kind = "sqlite" if database.is_sqlite else "postgresql"
    instants = (bindparam("now", read_clock(), UtcTime), bindparam("due", read_clock() - timedelta(seconds=1), UtcTime))
    async with database.engine.begin() as connection:
        if not database.is_sqlite:
            await connection.execute(text("SET LOCAL statement_timeout = 0"))  # however busy the machine is
        for rows in (ROWS, WORKS):
            await connection.execute(text(FILL[kind] + rows).bindparams(*instants, many=MANY))
    async with database.engine.begin() as connection:
        await connection.execute(text("ANALYZE"))
    return database


@contextmanager
def statements(database: Database) -> Iterator[list[tuple[str, Any]]]:
    """What is asked of the database, as it is asked."""
    asked: list[tuple[str, Any]] = []

    def note(_: Any, __: Any, statement: str, parameters: Any, *___: Any) -> None:
        asked.append((statement, parameters))

    event.listen(database.engine.sync_engine, "before_cursor_execute", note)
    yield asked
    event.remove(database.engine.sync_engine, "before_cursor_execute", note)


async def plans(database: Database, query: Query) -> str:
    """How the database goes about the reading statements of a query."""
    with statements(database) as asked:
        async with database.transaction() as db:
            await query(db)
    explain = "EXPLAIN QUERY PLAN " if database.is_sqlite else "EXPLAIN "
    lines: list[str] = []
    async with database.engine.connect() as connection:
        for statement, parameters in asked:
            if statement.startswith(("SELECT", "DELETE")):
                rows = await connection.exec_driver_sql(explain + statement, parameters)
                lines += [str(row[-1]) for row in rows]
    return "\n".join(lines)


async def take(db: AsyncSession) -> None:
    assert len(await queue.take(db, read_clock(), read_clock() + timedelta(seconds=20), 100)) == 100


async def take_some(db: AsyncSession) -> None:
    assert (
        len(
            await queue.take(
                db, read_clock(), read_clock() + timedelta(seconds=20), 100, QueueShare(but_of=["p1", "p2"])
            )
        )
        == 100
    )


async def take_of_crowd(db: AsyncSession) -> None:
    assert await queue.take(db, read_clock(), read_clock() + timedelta(seconds=20), 100, QueueShare(crowd=True)) == []


async def look(db: AsyncSession) -> None:
    assert await queue.next_due(db, read_clock())
    assert await queue.next_due(db, read_clock(), QueueShare(but_of=["p1"])), "the same, by a way that is heard here"


async def take_order(db: AsyncSession) -> None:
    assert await work.take(
        db, read_clock(), read_clock() + timedelta(seconds=20), "moi", WorkTurn(WorkSort.FILE, ["p1"], ["p100"])
    )


def order() -> Work:
    """Of somebody who has others."""
    return make_work(WorkSort.FILE, Export(), "p100", read_clock(), told=True)


async def take_steps(db: AsyncSession) -> None:
    assert await work.take(
        db, read_clock(), read_clock() + timedelta(seconds=20), "moi", WorkTurn(WorkSort.STEPS, ["p1"], ["p100"])
    )


FOUND: dict[str, tuple[Query, str]] = {
    "take": (take, "ix_outgoing_waiting"),
    "take but of some": (take_some, "ix_outgoing_waiting"),
    "take of a crowd": (take_of_crowd, "ix_outgoing_waiting"),
    "look": (look, "ix_outgoing_waiting"),
    "earliest": (queue.find_earliest, "ix_outgoing_waiting"),
    "posts about": (lambda db: outbox.find_posts_about(db, "cra:2"), "ix_outgoing_topic"),
    "crowd": (lambda db: queue.crowd_waiting(db, read_clock(), 50), "ix_outgoing_waiting"),
    "order": (take_order, "ix_work_waiting"),
    "next order": (lambda db: work.next_due(db, WorkTurn(WorkSort.FILE, ["p1"])), "ix_work_waiting"),
    "orders of one": (lambda db: work.count_waiting(db, "p100", WorkSort.FILE), "ix_work_waiting"),
    "turn": (lambda db: work.has_its_turn(db, order()), "ix_work_waiting"),
    "steps": (take_steps, "ix_work_waiting"),
    "forget work": (lambda db: work.forget(db, read_clock() - timedelta(days=90)), "ix_work_over"),
    "acts": (lambda db: queue.waiting_acts(db, "p100"), "ix_outgoing_acts"),
    "news": (lambda db: outbox.list_news(db, 50), "ix_outgoing_news"),
    "forget": (lambda db: outbox.forget(db, read_clock() - timedelta(days=90)), "ix_outgoing_passing"),
}


@pytest.mark.parametrize("name", FOUND)
async def test_an_index_finds_it(name: str, full: Database) -> None:
    query, index = FOUND[name]
    plan = await plans(full, query)
    assert index in plan
    assert "Seq Scan" not in plan
    scans = [line for line in plan.splitlines() if line.startswith("SCAN") and "CONSTANT" not in line]
    assert not [line for line in scans if "INDEX" not in line], plan
    if name not in {"order", "steps", "posts about", "acts"}:  # few of one person, channel or topic
        assert "Sort" not in plan
        assert "TEMP B-TREE" not in plan


async def test_what_waits_and_was_given_up_is_counted_by_the_database(full: Database) -> None:
    plan = await plans(full, outbox.count_by_state)
    assert "Seq Scan" not in plan
    assert not [line for line in plan.splitlines() if "SCAN" in line and "INDEX" not in line and "CONSTANT" not in line]
    async with full.transaction(writes=False) as db:
        assert await outbox.count_by_state(db) == {"waiting": MANY // 10, "given_up": MANY // 10}


async def test_many_that_are_not_due_do_not_hide_the_one_that_is(full: Database) -> None:
    """Leased or put off, and older: they are passed by in the index itself."""
    async with full.transaction() as db:
        later = update(Outgoing).where(col(Outgoing.not_before).is_not(None)).values(not_before=read_clock() + LEASE)
        await db.execute(later)
        await outbox.add(db, [make_message("due", not_before=read_clock())])
    plan = await plans(full, lambda db: queue.take(db, read_clock(), read_clock(), 100))
    assert "ix_outgoing_waiting" in plan
    until = read_clock() + timedelta(seconds=20)
    async with full.transaction() as db:
        ((found, _),) = await queue.take(db, read_clock(), until, 100)
    assert found.content["message"] == "due"
    async with full.transaction() as db:
        assert await queue.lease(db, found, until + LEASE), "who took it knows its lease"
