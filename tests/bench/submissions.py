"""Measure (b): CRAs accepted, against hand-written SQL; and one receipt each, whatever happens to the server."""

import asyncio
import re
from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path

from tests.bench.children import Child, bot, free_port, program
from tests.bench.client import Chatter
from tests.bench.figures import Figure, ms
from tests.bench.load import Run, closed, middle, open_loop
from tests.bench.plan import Plan
from tests.bench.store import Stores
from tests.bench.stub import PEOPLE

RATE = 100
PATIENCE_S = 120
STRANGERS_AT_LEAST = 0.8
"""Of the rate of registered people: they are settled at their first compte rendu."""


async def measure(plan: Plan, chatter: Chatter, stores: Stores, folder: Path) -> list[Figure]:
    """Measure the throughput of 10 at once, the 99th percentile at 100/s, and receipts over an outage."""
    async with AsyncExitStack() as stack:
        tested = await stack.enter_async_context(bot(chatter.stub.url, stores.bot, folder))
        chatter.url = tested.url
        await _file(chatter, PEOPLE)
        port = free_port()
        arguments = [
            "-m",
            "tests.bench.submissions_by_hand",
            str(port),
            stores.raw(stores.bot),
            stores.raw(stores.hand),
        ]
        hand = await stack.enter_async_context(program(arguments, port, "/readyz", {}))
        figures = [await _throughput(plan, chatter, stores, tested, hand)]
        chatter.url = tested.url
        figures.append(await _strangers(plan, chatter, stores))
        return [*figures, await _tail(plan, chatter, stores), await _outage(plan, chatter, stores)]


def today() -> str:
    """Return a day that is present or past everywhere in France."""
    return datetime.now(UTC).date().isoformat()


async def _file(chatter: Chatter, count: int, rate: int | None = None) -> Run:
    """Send so many submissions, 10 at once or at a rate; end when all receipts have arrived."""
    bodies = await chatter.dialogs(count, today())
    chatter.stub.forget()

    async def send(number: int) -> bool:
        return await chatter.sends(bodies[number])

    run = await (open_loop(send, rate, count) if rate else closed(send, count))
    await chatter.stub.until_posts(run.done, PATIENCE_S)
    return run


async def _throughput(plan: Plan, chatter: Chatter, stores: Stores, tested: Child, hand: Child) -> Figure:
    mine: list[Run] = []
    theirs: list[Run] = []
    for _ in range(plan.rounds):
        chatter.url = tested.url
        mine.append(await _file(chatter, plan.submissions))
        bodies = await chatter.dialogs(plan.submissions, today())
        chatter.url = hand.url
        theirs.append(await closed(lambda n, b=bodies: chatter.sends(b[n]), plan.submissions))  # type: ignore[misc]
    rates = middle([r.rate for r in mine]), middle([r.rate for r in theirs])
    ratio, failed = rates[0] / rates[1], sum(r.failed for r in mine)
    measured = f"{rates[0]:.0f}/s = {ratio:.2f}" + (f", {failed} échecs" if failed else "")
    goal = f"≥ {stores.goal:.1f}".replace(".", ",")
    met = ratio >= stores.goal and not failed
    return Figure(f"(b) CRA acceptés, {stores.name}, 10 à la fois", measured, f"{rates[1]:.0f}/s", goal, met)


async def _strangers(plan: Plan, chatter: Chatter, stores: Stores) -> Figure:
    """Measure people whom the register does not know, new ones each round, beside those whom it does."""
    known: list[Run] = []
    unknown: list[Run] = []
    for turn in range(plan.rounds):
        known.append(await _file(chatter, plan.submissions))
        chatter.first = PEOPLE * (turn + 1)
        unknown.append(await _file(chatter, plan.submissions))
        chatter.first = 0
    rates = middle([r.rate for r in unknown]), middle([r.rate for r in known])
    ratio, failed = rates[0] / rates[1], sum(r.failed for r in unknown)
    measured = f"{rates[0]:.0f}/s = {ratio:.2f}" + (f", {failed} échecs" if failed else "")
    what = f"(b) CRA d’inconnus du registre, {stores.name}, 10 à la fois"
    return Figure(what, measured, f"connus : {rates[1]:.0f}/s", "≥ 0,8", ratio >= STRANGERS_AT_LEAST and not failed)


async def _tail(plan: Plan, chatter: Chatter, stores: Stores) -> Figure:
    runs = [await _file(chatter, int(RATE * plan.open_seconds), RATE) for _ in range(plan.rounds)]
    tail, failed = middle([r.quantile(0.99) for r in runs]), sum(r.failed for r in runs)
    measured = ms(tail) + (f", {failed} échecs" if failed else "")
    return Figure(f"(b) CRA à {RATE}/s, {stores.name}, p99", measured, "", "≤ 50 ms", tail <= 0.05 and not failed)


async def _outage(plan: Plan, chatter: Chatter, stores: Stores) -> Figure:
    """Measure an outage: the server goes away a tenth into the run and comes back before or after its end."""
    count = int(plan.away_rate * plan.away_seconds * 1.2)
    bodies = await chatter.dialogs(count, today())
    chatter.stub.forget()

    async def leave() -> None:
        await asyncio.sleep(plan.away_seconds * 0.1)
        await chatter.stub.go_away(plan.away_seconds)

    run, _ = await asyncio.gather(open_loop(lambda n: chatter.sends(bodies[n]), plan.away_rate, count), leave())
    await chatter.stub.until_posts(run.done, PATIENCE_S)
    await asyncio.sleep(1)
    receipts = _numbers(chatter)
    once = len(receipts) == len(set(receipts)) == run.done == count
    measured = f"{len(receipts)} reçus pour {run.done} CRA, p99 {ms(run.quantile(0.99))}"
    what = f"(b) reçus, serveur absent {plan.away_seconds:g} s, {stores.name}"
    return Figure(what, measured, f"{count} envoyés", "un chacun", once)


def _numbers(chatter: Chatter) -> Sequence[str]:
    """Return the numbers of the CRAs of which there are receipts."""
    found = (re.search(r"n°\s*(\d+)", post["message"]) for post in chatter.stub.posts.values())
    return [match[1] for match in found if match]
