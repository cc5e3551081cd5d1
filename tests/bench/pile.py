"""Measure (b), at its end: taking the next messages of the outbox out of very many, beside taking them out of few."""

import secrets
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from sqlalchemy import delete, insert, text

from bot.clock import utc_now
from bot.outbox import LEASE
from storage.database import Database
from storage.outbox import Outgoing, TargetKind, queue
from tests.bench.figures import Figure, ms
from tests.bench.plan import Plan
from tests.bench.store import Stores

TAKEN = 100
TAKES = 20
TOGETHER = 5000
AT_MOST_S = 0.02


async def measure(plan: Plan, stores: Stores) -> Figure:
    """Measure one look for due messages while very many are due: on SQLite the event loop waits as long."""
    database = Database(stores.bot)
    among_few, among_many = [await _filled_and_taken(database, count) for count in (TAKEN, plan.pile)]
    await database.close()
    what = f"(b) prendre {TAKEN} messages parmi {plan.pile}, {stores.name}"
    goal = f"≤ {AT_MOST_S * 1000:.0f} ms"
    return Figure(what, ms(among_many), f"parmi {TAKEN} : {ms(among_few)}", goal, among_many <= AT_MOST_S)


async def _filled_and_taken(database: Database, count: int) -> float:
    """Measure the seconds with that many rows in the table and no others."""
    async with database.engine.begin() as connection:
        await connection.execute(delete(Outgoing))
        for start in range(0, count, TOGETHER):
            await connection.execute(insert(Outgoing), _rows(range(start, min(count, start + TOGETHER))))
        await connection.execute(text("ANALYZE"))
    return median([await _taken(database) for _ in range(TAKES)])


def _rows(numbers: range) -> Sequence[dict[str, Any]]:
    since = utc_now() - timedelta(hours=1)
    return [_message(f"w{number:025d}", since + timedelta(microseconds=number)).model_dump() for number in numbers]


def _message(target: str, created: datetime) -> Outgoing:
    content = {"message": "Bonjour", "props": {}}
    ways: dict[str, Any] = {"where": TargetKind.PERSON, "target": target, "content": content}
    return Outgoing(id=secrets.token_hex(13), created_at=created, not_before=created, **ways)


async def _taken(database: Database) -> float:
    """Measure one look, rolled back."""
    now = utc_now()
    async with database.write() as db:
        begun = time.perf_counter()
        taken = await queue.take(db, now, now + LEASE, TAKEN)
        took = time.perf_counter() - begun
        await db.rollback()
    if len(taken) != TAKEN:
        raise RuntimeError(f"{len(taken)} messages were taken")
    return took
