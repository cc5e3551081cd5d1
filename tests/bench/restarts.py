"""Measure (j): long work whose processes are killed again and again, beside the same work left alone."""

import secrets
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import delete

from bot.clock import utc_now
from bot.work import make_work
from storage import work
from storage.claims import Claim
from storage.database import Database
from storage.work import Work, WorkSort
from tests.bench.children import Child, free_port, program, settings
from tests.bench.client import Chatter
from tests.bench.figures import Figure
from tests.bench.plan import Plan
from tests.bench.store import Stores
from tests.support.databases import UNSETTLED
from tests.support.house import wait_for
from tests.support.work import COUNTER, LEASE, Count

PATIENCE_S = 120
LEASE_S = "3"
"""A replica that was killed keeps its lease so long, not twenty seconds: of those nothing is learned but to wait."""


@dataclass(frozen=True, slots=True)
class Ran:
    """What the channel has at the end."""

    twice: int
    missing: int
    seconds: float


async def measure(plan: Plan, chatter: Chatter, stores: Stores, folder: Path) -> Figure:
    """Measure so many steps, each of which writes a row and a message; on PostgreSQL by two replicas."""
    alone = await _run(plan, chatter, stores, folder, kills=0)
    killed = await _run(plan, chatter, stores, folder, kills=plan.kills)
    met = not (killed.twice or killed.missing or alone.twice or alone.missing)
    shown = f"{killed.twice} étape faite deux fois, {killed.missing} perdue, {killed.seconds:.1f} s"
    what = f"(j) travail de {plan.steps} étapes, tué {plan.kills} fois, {stores.name}"
    return Figure(what, shown, f"laissé en paix : {alone.seconds:.1f} s", "0 deux fois, 0 perdue", met)


async def _run(plan: Plan, chatter: Chatter, stores: Stores, folder: Path, kills: int) -> Ran:
    channel, database = secrets.token_hex(13), Database(stores.bot)
    async with database.transaction() as db:
        for of_the_run_before in (Work, Claim):
            await db.execute(delete(of_the_run_before))
        begun = make_work(WorkSort.STEPS, Count(steps=plan.steps, channel=channel), "", utc_now(), told=False)
        await work.add(db, [begun])
    chatter.stub.forget()
    started = time.perf_counter()
    try:
        for n in range(kills):
            async with _replicas(chatter, stores, folder) as children:
                await _until(database, (n + 1) * plan.steps // (kills + 1))
                children[n % len(children)].process.kill()
        async with _replicas(chatter, stores, folder):
            await wait_for(lambda: _is_over(database), PATIENCE_S)
        seconds = time.perf_counter() - started
    finally:
        await database.close()
    said = Counter(p["message"].removesuffix(" encore") for p in chatter.stub.posts.values())
    steps = [said[f"pas {n}"] for n in range(plan.steps)]
    return Ran(sum(count > 1 for count in steps), steps.count(0), seconds)


@asynccontextmanager
async def _replicas(chatter: Chatter, stores: Stores, folder: Path) -> AsyncIterator[list[Child]]:
    async with AsyncExitStack() as stack:
        count = 1 if stores.bot.startswith("sqlite") else 2
        yield [await stack.enter_async_context(_replica(chatter, stores, folder)) for _ in range(count)]


@asynccontextmanager
async def _replica(chatter: Chatter, stores: Stores, folder: Path) -> AsyncIterator[Child]:
    port = free_port()
    own = folder / secrets.token_hex(4)
    own.mkdir()
    environment = settings(chatter.stub.url, stores.bot, own, port) | {LEASE: LEASE_S}
    async with program(["-c", COUNTER], port, "/readyz", environment) as child:
        yield child


async def _until(database: Database, step: int) -> None:
    async def is_there() -> bool:
        async with database.transaction(writes=False) as db:
            return any(row.done >= step for row in await work.list_latest(db))

    await wait_for(is_there, PATIENCE_S)


async def _is_over(database: Database) -> bool:
    async with database.transaction(writes=False) as db:
        return not await db.scalar(UNSETTLED)
