"""Measure (i): a receipt while a crowd’s messages wait, beside a receipt alone, on a server that takes its time."""

import secrets
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from statistics import median

from bot.clock import utc_now
from bot.outbox import LEASE
from storage import outbox
from storage.database import Database
from storage.outbox import Outgoing, TargetKind
from tests.bench.children import bot
from tests.bench.client import Chatter
from tests.bench.figures import Figure, ms
from tests.bench.plan import Plan
from tests.bench.store import Stores
from tests.bench.submissions import today

LAG = 0.3
"""Seconds after which the slow server takes a post."""
LATER_MAX = 1.0
"""Seconds by which a crowd may delay a receipt."""
PATIENCE_S = 60
TOGETHER = 500
TO_MANY = "À toutes et à tous"


async def measure(plan: Plan, chatter: Chatter, stores: Stores, folder: Path) -> Figure:
    """Measure so many receipts, one after the other, without and with so many messages before them in the table."""
    async with _slowly(chatter):
        alone = await _receipts(plan, chatter, stores, folder)
        await _fill(stores, plan.crowd)
        among = await _receipts(plan, chatter, stores, folder)
        waiting = plan.crowd - _to_many(chatter)
    met = max(among) - median(alone) <= LATER_MAX and waiting > 0
    shown = f"{ms(median(among))}, au plus {ms(max(among))} ({waiting} attendent encore)"
    what = f"(i) reçu pendant que {plan.crowd} messages attendent, {stores.name}"
    return Figure(what, shown, f"seul : {ms(median(alone))}", "≤ 1 s de plus", met)


@asynccontextmanager
async def _slowly(chatter: Chatter) -> AsyncIterator[None]:
    chatter.stub.lag = LAG
    yield
    chatter.stub.lag = 0.0


async def _receipts(plan: Plan, chatter: Chatter, stores: Stores, folder: Path) -> Sequence[float]:
    """Measure the seconds from each submission to the post of its receipt; the bot begins with what is in its table."""
    chatter.stub.forget()
    async with bot(chatter.stub.url, stores.bot, folder) as tested:
        chatter.url = tested.url
        bodies = await chatter.dialogs(plan.receipts, today())
        return [await _receipt(chatter, number, body) for number, body in enumerate(bodies, start=1)]


async def _receipt(chatter: Chatter, number: int, body: bytes) -> float:
    begun = time.perf_counter()
    if not await chatter.sends(body):
        raise RuntimeError("a compte rendu was refused")
    await chatter.stub.until(lambda: len(chatter.stub.posts) - _to_many(chatter) >= number, PATIENCE_S)
    return time.perf_counter() - begun


def _to_many(chatter: Chatter) -> int:
    return sum(post["message"] == TO_MANY for post in chatter.stub.posts.values())


async def _fill(stores: Stores, count: int) -> None:
    """Write down what a job would have sent to so many."""
    database = Database(stores.bot)
    for start in range(0, count, TOGETHER):
        async with database.transaction() as db:
            await outbox.add(db, [_message(n) for n in range(start, min(count, start + TOGETHER))])
    await database.close()


def _message(number: int) -> Outgoing:
    created = utc_now() + timedelta(microseconds=number)
    return Outgoing(
        id=secrets.token_hex(13),
        where=TargetKind.PERSON,
        target=f"w{number:025d}",
        content={"message": TO_MANY, "props": {}},
        created_at=created,
        not_before=created - LEASE,
        crowd=True,
    )
