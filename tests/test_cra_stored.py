"""How a report is stored: all of it or nothing, once, and its month before the commune used last."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import select

from storage import outbox
from storage.cra import Cra, Source, queries
from storage.cra.queries import Filing, LastCommune
from storage.database import Database
from storage.engines import TakenMeanwhileError
from storage.outbox import Outgoing, TargetKind
from tests.support.cra import NOON, make_conseiller, make_report, register_all
from tests.support.databases import database
from tests.support.stats import is_summary_right, read_summary

__all__ = ["database"]

pytestmark = pytest.mark.postgres_too

JULIETTE = make_conseiller("juliette")


async def register(database: Database) -> None:
    """Have the author in the register."""
    async with database.transaction() as db:
        await register_all(db, JULIETTE)


async def file(database: Database, key: str, message: str) -> int:
    """File a report with its receipt, as the dispatcher does it: in one transaction, tried again where another was
    faster."""
    try:
        async with database.transaction() as db:
            filed = await queries.file_report(db, JULIETTE, make_report(), Filing(key, Source.DIALOG, NOON))
            if filed.is_new:
                await queries.note_last_commune(db, JULIETTE.id, make_report())
                said: dict[str, Any] = {"id": message, "where": TargetKind.PERSON, "target": JULIETTE.id, "content": {}}
                await outbox.add(db, [Outgoing(**said, created_at=NOON)])
            return filed.number
    except TakenMeanwhileError:
        async with database.transaction() as db:
            if not await queries.find_filed_keys(db, [key]):
                raise
        return await file(database, key, message)


async def stored(database: Database) -> tuple[list[int], list[str], list[str]]:
    """The reports, the communes used last and the receipts that are stored."""
    async with database.transaction(writes=False) as db:
        reports = (await db.exec(select(Cra.id).order_by(Cra.id))).all()  # type: ignore[arg-type]
        communes = (await db.exec(select(LastCommune.commune))).all()
        receipts = (await db.exec(select(Outgoing.id).order_by(Outgoing.id))).all()
    return [number or 0 for number in reports], list(communes), list(receipts)


async def test_a_report_is_stored_whole_or_not_at_all(database: Database) -> None:
    await register(database)
    first = await file(database, "a", "m1")
    with pytest.raises(Exception, match=r"(?i)unique"):
        await file(database, "b", "m1")
    assert await stored(database) == ([first], ["69256"], ["m1"])
    assert [row[3] for row in await read_summary(database)] == [1]


async def test_two_sendings_at_once_are_one_report(database: Database) -> None:
    await register(database)
    numbers = await asyncio.gather(*(file(database, "a", f"m{n}") for n in range(6)), file(database, "b", "n"))
    reports, communes, receipts = await stored(database)
    assert len({*numbers[:6]}) == 1
    assert {*reports} == {*numbers}
    assert (len(reports), len(communes), len(receipts)) == (2, 1, 2)
    assert await is_summary_right(database)


async def test_the_month_is_taken_before_the_commune(database: Database) -> None:
    """In the order of all others, so that nobody waits for each other."""
    if database.is_sqlite:
        pytest.skip("SQLite has one writer")
    await register(database)
    await file(database, "a", "m1")
    async with database.transaction() as db:
        await db.execute(text("UPDATE cra_last_commune SET commune = '01001'"))
        other = asyncio.create_task(file(database, "b", "m2"))
        async with asyncio.timeout(30):
            # Not at once: what is written with others’ gives up first, and waits by itself.
            while await can_take_month(database):  # noqa: ASYNC110  (what is waited for has no event)
                await asyncio.sleep(0.02)
    await other
    assert (await stored(database))[1] == ["69256"]


async def can_take_month(database: Database) -> bool:
    """Lock the rows of months for a moment; whether nobody else has."""
    try:
        async with database.transaction() as db:
            await db.execute(text("SELECT FROM cra_month FOR UPDATE NOWAIT"))
    except DBAPIError as problem:
        return "lock" not in str(problem)
    return True
