"""Long work while the processes that do it are killed, again and again: each step is done once, and none is lost."""

from contextlib import AbstractAsyncContextManager

import pytest

from bot.clock import utc_now
from bot.work import make_work
from storage import work
from storage.database import Database
from storage.work import WorkSort, WorkState
from tests.bench.children import Child
from tests.support.databases import UNSETTLED
from tests.support.house import wait_for
from tests.support.work import COUNTER, LEASE, Count, WorkerWorkplace, both_databases, room, worker_workplace

__all__ = ["room", "worker_workplace"]


pytestmark = [both_databases, pytest.mark.slow]
STEPS, KILLS = 60, 3


def counting(worker_workplace: WorkerWorkplace) -> AbstractAsyncContextManager[Child]:
    """A replica in a process of its own, once it is ready; killed at the end if nobody did."""
    return worker_workplace.process(["-c", COUNTER], **{LEASE: "1.5"})


async def done(database: Database) -> int:
    async with database.transaction(writes=False) as db:
        (row,) = await work.list_latest(db)
    return row.done


async def kill_in_the_middle(database: Database, replica: Child) -> None:
    """As soon as it came some steps further."""
    before = await done(database)

    async def came_on() -> bool:
        return await done(database) >= min(before + 5, STEPS - 1)

    await wait_for(came_on)
    replica.process.kill()
    replica.process.wait()


@pytest.mark.timeout(180)
async def test_killed_and_resumed_each_step_is_done_once(worker_workplace: WorkerWorkplace) -> None:
    """On PostgreSQL by the other replica, on SQLite by the next process."""
    salon = await worker_workplace.salon()
    database = Database(worker_workplace.url)
    async with database.transaction() as db:
        await work.add(db, [make_work(WorkSort.STEPS, Count(steps=STEPS, channel=salon), "", utc_now(), told=False)])
    try:
        for _ in range(KILLS):
            async with counting(worker_workplace) as replica:
                if worker_workplace.is_sqlite:
                    await kill_in_the_middle(database, replica)
                    continue
                async with counting(worker_workplace) as other:
                    await kill_in_the_middle(database, replica)
                    await kill_in_the_middle(database, other)
        async with counting(worker_workplace):
            await wait_for(lambda: is_over(database))
            async with database.transaction(writes=False) as db:
                (row,) = await work.list_latest(db)
    finally:
        await database.close()
    assert (row.state, row.done, row.total) == (WorkState.DONE, STEPS, STEPS)
    assert sorted(p.message for p in await worker_workplace.said(salon)) == sorted(f"pas {n}" for n in range(STEPS))


async def is_over(database: Database) -> bool:
    async with database.transaction(writes=False) as db:
        return not await db.scalar(UNSETTLED)
