"""Measure (t): fifty cases a minute while receipts are asked for, beside receipts alone: a rule finds every other
message, people report the rest with « /signaler »."""

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from bot.clock import utc_now
from storage import canaux, moderation, people
from storage.database import Database
from storage.moderation import Rule, RuleMode, cases
from storage.people import Person, Role
from tests.bench.children import bot
from tests.bench.client import Chatter
from tests.bench.figures import Figure, ms
from tests.bench.plan import Plan
from tests.bench.store import Stores
from tests.bench.stub import PEOPLE, user_id, username
from tests.bench.submissions import today

A_MINUTE = 50
LATER_MAX = 0.1
"""Seconds by which they may delay a receipt."""
PATIENCE_S = 60
PLACE, ROOM = "r" * 26, "m" * 26
WORD = "casino"
REPORTERS = 10_001
"""The number of the first command that reports: nobody reports what they said themselves."""


async def measure(plan: Plan, chatter: Chatter, stores: Stores, folder: Path) -> Figure:
    """Measure receipts spread over the same time, without and with cases beside them."""
    await _tuned(stores)
    chatter.stub.forget()
    wanted = max(3, int(A_MINUTE * plan.reported_seconds / 60))
    async with bot(chatter.stub.url, stores.bot, folder) as tested:
        chatter.url = tested.url
        bodies = await chatter.dialogs(plan.receipts * 2, today())
        alone = await _receipts(chatter, bodies[: plan.receipts], plan.reported_seconds)
        told = asyncio.create_task(_told(chatter, wanted, plan.reported_seconds))
        among = await _receipts(chatter, bodies[plan.receipts :], plan.reported_seconds)
        await told
        opened = await _opened(stores, wanted)
    shown = f"{ms(median(among))}, au plus {ms(max(among))}, {opened} cas"
    what = f"(t) reçu pendant {A_MINUTE} cas par minute, {stores.name}"
    met = opened == wanted and median(among) - median(alone) <= LATER_MAX
    return Figure(what, shown, f"seul : {ms(median(alone))}, au plus {ms(max(alone))}", "≤ 100 ms de plus", met)


async def _receipts(chatter: Chatter, bodies: Sequence[bytes], seconds: float) -> Sequence[float]:
    """Measure the seconds from each submission to its receipt."""
    taken = []
    for body in bodies:
        count, begun = _direct(chatter), time.perf_counter()
        if not await chatter.sends(body):
            raise RuntimeError("a compte rendu was refused")
        await chatter.stub.until(lambda before=count: _direct(chatter) > before, PATIENCE_S)  # type: ignore[misc]
        taken.append(time.perf_counter() - begun)
        await asyncio.sleep(max(0.0, seconds / len(bodies) - taken[-1]))
    return taken


def _direct(chatter: Chatter) -> int:
    """Count the posts that are not for the room."""
    return sum(post["channel_id"] != ROOM for post in chatter.stub.posts.values())


async def _told(chatter: Chatter, count: int, seconds: float) -> None:
    for number in range(count):
        found_by_rule = number % 2 == 0
        post_id = await chatter.stub.say(
            PLACE, number % PEOPLE, f"{WORD if found_by_rule else 'Une pique'}, n° {number}"
        )
        if not found_by_rule and not await chatter.reports(REPORTERS + number, post_id):
            raise RuntimeError("a report was refused")
        await asyncio.sleep(seconds / count)


async def _opened(stores: Stores, wanted: int) -> int:
    """Wait until there are as many cases as wanted, or no more are coming; return their number."""
    database, until = Database(stores.bot), time.perf_counter() + PATIENCE_S
    found = 0
    while found < wanted and time.perf_counter() < until:
        await asyncio.sleep(0.2)
        async with database.transaction(writes=False) as db:
            found = len(await cases.list_in_states(db))
    await database.close()
    return found


async def _tuned(stores: Stores) -> None:
    """Store a channel, a room, the people who talk, and the rule."""
    database, now = Database(stores.bot), utc_now()
    async with database.transaction() as db:
        await people.register_people(db, [_person(number) for number in range(PEOPLE)])
        await canaux.remember_channel(db, "ressourcerie", PLACE, now)
        await canaux.remember_channel(db, "moderation", ROOM, now)
        settings = {"count": 0, "seconds": 0, "items": [WORD]}
        await moderation.save(db, Rule(name="mots", mode=RuleMode.PROPOSE, settings=settings, changed_at=now))
    await database.close()


def _person(number: int) -> Person:
    return Person(
        id=user_id(number), username=username(number), role=Role.CONSEILLER, since=utc_now(), departements=["69"]
    )
