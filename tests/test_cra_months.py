"""The summary by conseiller and month: equal to the comptes rendus whoever writes at the same time, and whatever."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from datetime import date
from itertools import count

import pytest
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.cra import Report, Source, bulk, queries
from storage.cra.files import ReportEntry
from storage.cra.queries import Filing
from storage.database import Database
from storage.engines import TakenMeanwhileError
from tests.support.cra import NOON, make_conseiller, make_report, register_all, store_reports
from tests.support.databases import database
from tests.support.stats import is_summary_right, read_summary

__all__ = ["database"]

pytestmark = pytest.mark.postgres_too


JULIETTE = make_conseiller("juliette")
NOVEMBER, DECEMBER = date(2026, 11, 3), date(2026, 12, 3)
MAIL = ("courriel",)
_lines = count()

Act = Callable[[AsyncSession, int], Awaitable[object]]
"""What somebody does about a report of Juliette’s, or without one."""


async def filed(db: AsyncSession, _: int) -> None:
    await store_reports(db, JULIETTE, make_report(date=NOVEMBER, themes=MAIL))


async def filed_first_of_its_month(db: AsyncSession, _: int) -> None:
    await store_reports(db, JULIETTE, make_report(date=DECEMBER, themes=MAIL))


async def revised(db: AsyncSession, number: int) -> None:
    await _revise(db, number, make_report(date=NOVEMBER, participants=3))


async def moved_to_another_month(db: AsyncSession, number: int) -> None:
    await _revise(db, number, make_report(date=DECEMBER))


async def deleted_or_restored(db: AsyncSession, number: int) -> None:
    cra = await queries.find_own(db, JULIETTE.id, number)
    assert cra
    await (queries.restore_report if cra.deleted_at else queries.delete_report)(db, cra, NOON)


async def imported(db: AsyncSession, _: int) -> None:
    lines = [
        ReportEntry(auteur=JULIETTE.username, report=make_report(date=day, themes=MAIL)) for day in (DECEMBER, NOVEMBER)
    ]
    batch = [bulk.IncomingLine(0, {}, line, JULIETTE, said=f"line {next(_lines)}") for line in lines]
    await bulk.add_lines(db, batch, NOON)


async def _revise(db: AsyncSession, number: int, said: Report) -> None:
    cra = await queries.find_own(db, JULIETTE.id, number)
    assert cra
    await queries.revise_report(db, cra, said, NOON)


ACTS: tuple[Act, ...] = (
    filed,
    filed_first_of_its_month,
    revised,
    moved_to_another_month,
    deleted_or_restored,
    imported,
)


async def some(database: Database, many: int = 2) -> list[int]:
    """So many reports of Juliette’s November, a month that is hers."""
    async with database.transaction() as db:
        await register_all(db, JULIETTE)
        return await store_reports(db, JULIETTE, *(make_report(date=NOVEMBER) for _ in range(many)))


@pytest.mark.replicas
@pytest.mark.parametrize("second", ACTS)
@pytest.mark.parametrize("first", ACTS)
async def test_the_second_begins_before_the_first_has_committed(database: Database, first: Act, second: Act) -> None:
    mine, yours = await some(database)

    async def meanwhile() -> None:
        async with database.transaction() as db:
            await second(db, yours)

    async with database.transaction() as db:
        await first(db, mine)
        other = asyncio.create_task(meanwhile())
        # Time to come as far as it can: on a busy machine it comes less far, and proves less.
        await asyncio.wait([other], timeout=0.1)
    await other
    assert await is_summary_right(database)


async def test_many_at_once_lose_nothing(database: Database) -> None:
    numbers, dice = await some(database, 6), random.Random(8)

    async def act() -> None:
        for _ in range(6):
            async with database.transaction() as db:
                await dice.choice(ACTS)(db, dice.choice(numbers))
                await asyncio.sleep(dice.random() / 100)

    await asyncio.gather(*(act() for _ in range(8)))
    assert await read_summary(database)
    assert await is_summary_right(database)


async def test_a_second_sending_adds_nothing(database: Database) -> None:
    await some(database)

    async def send(key: str) -> queries.FilingResult:
        how = Filing(key, Source.DIALOG, NOON)
        try:
            async with database.transaction() as db:
                return await queries.file_report(db, JULIETTE, make_report(date=DECEMBER), how)
        except TakenMeanwhileError:  # as the dispatcher does
            return await send(key)

    answers = [await send("a"), await send("a"), *await asyncio.gather(*(send("b") for _ in range(6)))]
    assert [a.is_new for a in answers[:2]] == [True, False]
    assert sum(a.is_new for a in answers[2:]) == 1
    assert len({a.number for a in answers[:2]}) == len({a.number for a in answers[2:]}) == 1
    assert {row[1]: row[3] for row in await read_summary(database)} == {date(2026, 11, 1): 2, date(2026, 12, 1): 2}
    assert await is_summary_right(database)
