"""The journal: entries follow one another, whatever is changed from outside is found, and retention says itself."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from storage import claims, journal
from storage.database import Database, before_commit, dialect
from storage.journal import BOT, AuditAct, ChainFault, JournalEntry
from tests.support.databases import database

__all__ = ["database"]

pytestmark = pytest.mark.postgres_too


NOW = datetime(2026, 11, 20, 9, 30, 12, 345678, tzinfo=UTC)
COLUMNS = {
    "at": "2026-11-19 09:30:12.345678+00:00",
    "actor_id": "x" * 26,
    "actor": "personne",
    "act": "moderation.masquer",
    "object": "personne:y",
    "target_id": "z" * 26,
    "target": "paul",
    "reason": "autre",
    "before": '{"a": 2}',
    "after": "{}",
    "previous": "0" * 64,
    "hash": "0" * 64,
}


def entry(**values: Any) -> JournalEntry:
    """Somebody warned somebody."""
    usual: dict[str, Any] = {
        "at": NOW,
        "actor_id": "a" * 26,
        "actor": "agathe",
        "act": AuditAct.WARN,
        "object": "personne:julien",
    }
    more = {"target_id": "j" * 26, "target": "julien", "reason": "« injures » répétées", "before": {"a": 1}}
    return JournalEntry(**usual | more | {"after": {"jusqu": "2026-11-21", "n": [1, None, "é"]}} | values)


async def write(database: Database, count: int, **values: Any) -> None:
    """That many, each in a transaction of its own."""
    for _ in range(count):
        async with database.transaction() as db:
            await journal.add(db, entry(**values))


async def verified(database: Database) -> tuple[int, ChainFault | None]:
    async with database.transaction(writes=False) as db:
        return await journal.verify(db)


async def fault_of(database: Database) -> int | None:
    """The number that is found fault with."""
    _, fault = await verified(database)
    return fault.number if fault else None


async def tamper(database: Database, statement: str, **values: Any) -> None:
    """What somebody does who has the database in hand."""
    async with database.transaction() as db:
        if dialect(db) == "postgresql":
            for name in ("before", "after"):
                statement = statement.replace(f"{name} = :value", f"{name} = CAST(:value AS json)")
            statement = statement.replace(" at = :value", " at = CAST(CAST(:value AS text) AS timestamptz)")
        await db.execute(text(statement), values)


async def test_entries_follow_one_another_and_read_as_they_were_written(database: Database) -> None:
    assert await verified(database) == (0, None)
    await write(database, 3)
    await write(database, 1, reason="r" * 2000, object="o" * 200, before={3: 1, "quand": NOW}, actor=BOT, actor_id="")
    assert await verified(database) == (4, None)
    async with database.transaction(writes=False) as db:
        first, last = await journal.get(db, 1), await journal.get(db, 4)
        found = [one.id async for one in journal.list_between(db, NOW, NOW + timedelta(seconds=1), "agathe")]
        mine = [one.id for one in await journal.list_about(db, "j" * 26, limit=2, before=4)]
    assert first
    assert last
    assert (first.previous, first.at, first.label, first.after["n"]) == ("", NOW, "avertissement", [1, None, "é"])
    assert (len(last.reason), len(last.object), last.before) == (1000, 80, {"3": 1, "quand": str(NOW)})
    assert (found, mine) == ([1, 2, 3], [3, 2])


async def test_an_entry_and_its_act_come_together_or_not_at_all(database: Database) -> None:
    await write(database, 1)
    with pytest.raises(RuntimeError):
        await _fail(database)
    await asyncio.gather(*(write(database, 5) for _ in range(4)))
    assert await verified(database) == (21, None)


async def _fail(database: Database) -> None:
    async with database.transaction() as db:
        await journal.add(db, entry())
        raise RuntimeError


@pytest.mark.parametrize("column", COLUMNS)
async def test_each_column_that_is_changed_from_outside_is_found(database: Database, column: str) -> None:
    await write(database, 3)
    value = COLUMNS[column]
    await tamper(database, f"UPDATE journal SET {column} = :value WHERE id = 2", value=value)
    assert await fault_of(database) == 2


INSERT = (
    "INSERT INTO journal SELECT {id}, at, actor_id, actor, act, object, target_id, target, reason, before, after, "
    "previous, hash FROM journal WHERE id = {of}"
)


@pytest.mark.parametrize(
    ("statements", "number"),
    [
        (["DELETE FROM journal WHERE id = 1"], 2),
        (["DELETE FROM journal WHERE id <= 3"], 4),
        (["DELETE FROM journal WHERE id = 3"], 3),
        (["DELETE FROM journal WHERE id = 5"], 5),
        (["DELETE FROM journal"], 5),
        (["UPDATE journal SET id = id + 100 WHERE id IN (2, 3)", "UPDATE journal SET id = 2 WHERE id = 103",
          "UPDATE journal SET id = 3 WHERE id = 102"], 2),
        ([INSERT.format(id=0, of=1)], 0),
        ([INSERT.format(id=6, of=5)], 6),
        (["UPDATE journal_head SET last = 4"], 5),
        (["DELETE FROM journal_head"], 1),
    ],
)  # fmt: skip
async def test_what_is_taken_out_put_in_or_swapped_is_found(
    database: Database, statements: list[str], number: int
) -> None:
    await write(database, 5)
    assert await fault_of(database) is None
    for statement in statements:
        await tamper(database, statement)
    assert await fault_of(database) == number


async def test_retention_says_itself_and_what_is_left_still_verifies(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "PAGE", 20)  # several pages are left
    await write(database, 4, at=NOW - timedelta(days=900))
    await write(database, 3, at=NOW - timedelta(days=10))
    for later, gone, left in ((0, 4, 4), (1, 0, 4), (20, 4, 1), (40, 1, 1)):
        now = NOW + timedelta(days=later)
        async with database.transaction() as db:
            assert await journal.forget_before(db, now - timedelta(days=19), now) == gone, later
        assert await verified(database) == (left, None)
    await write(database, 45)
    assert await verified(database) == (46, None)
    await tamper(database, "DELETE FROM journal WHERE act = 'journal.conservation'")
    assert await fault_of(database) is not None


async def test_the_journal_is_held_last_so_that_nobody_waits_in_a_circle(database: Database) -> None:
    """Some note first and then hold a row, others hold it first: each comes to its end, and is noted."""

    async def act(place: int) -> None:
        async with database.transaction() as db:
            if place % 2:
                before_commit(db, lambda session: journal.add(session, entry()))
            await claims.hold(db, "journal", str(place // 2 % 2), NOW)
            await asyncio.sleep(0)
            await claims.hold(db, "journal", "shared", NOW)
            if not place % 2:
                before_commit(db, lambda session: journal.add(session, entry()))

    async with asyncio.timeout(30):
        await asyncio.gather(*(act(place) for place in range(12)))
    assert await verified(database) == (12, None)
    with pytest.raises(RuntimeError):
        await _fail_after_noting(database)
    assert await verified(database) == (12, None)


async def _fail_after_noting(database: Database) -> None:
    async with database.transaction() as db:
        before_commit(db, lambda session: journal.add(session, entry()))
        raise RuntimeError
