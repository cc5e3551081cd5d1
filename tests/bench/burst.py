"""Measure (h): « /cra » while thousands of events come that do not concern the bot, beside the same without them."""

import asyncio
import os
from pathlib import Path

from tests.bench.children import bot
from tests.bench.client import Chatter
from tests.bench.figures import Figure, ms
from tests.bench.load import Run, closed, middle, open_loop
from tests.bench.plan import Plan
from tests.bench.stub import PEOPLE

RATE = 100
NOTICED_S = 0.02
"""What nobody notices, in the slowest of a hundred."""


async def measure(plan: Plan, chatter: Chatter, folder: Path) -> list[Figure]:
    """Measure with and without events, by turns; the bot is on a core of its own."""
    async with bot(chatter.stub.url, f"sqlite:///{folder}/burst.db", folder) as tested:
        chatter.url = tested.url
        await closed(chatter.opens, PEOPLE, 1)
        cores = sorted(os.sched_getaffinity(0))
        tested.pin(cores[-1])
        os.sched_setaffinity(0, {cores[0]})
        greetings = chatter.stub.greetings
        pairs = [(await _run(plan, chatter, 0), await _run(plan, chatter, plan.burst)) for _ in range(plan.rounds)]
        os.sched_setaffinity(0, cores)
        return [_figure(plan, pairs, chatter.stub.greetings - greetings)]


async def _run(plan: Plan, chatter: Chatter, events: int) -> Run:
    """Run a steady stream of commands, and in its first half so many events: 5000 a second, as fast as a server sends
    them."""
    chatter.stub.forget()
    burst = asyncio.create_task(chatter.stub.tell(events, 2 * plan.burst / plan.open_seconds))
    run = await open_loop(chatter.opens, RATE, int(RATE * plan.open_seconds))
    await burst
    return run


def _figure(plan: Plan, pairs: list[tuple[Run, Run]], cuts: int) -> Figure:
    quiet, loud = ([pair[side] for pair in pairs] for side in (0, 1))
    tails = middle([r.quantile(0.99) for r in quiet]), middle([r.quantile(0.99) for r in loud])
    halves = middle([r.quantile(0.5) for r in quiet]), middle([r.quantile(0.5) for r in loud])
    failed = sum(r.failed for r in loud)
    measured = f"{ms(halves[1])}, p99 {ms(tails[1])}" + (f", {failed} échecs" if failed else "")
    return Figure(
        f"(h) /cra à {RATE}/s pendant {plan.burst} événements",
        measured + (f", {cuts} coupures" if cuts else ""),
        f"sans : {ms(halves[0])}, p99 {ms(tails[0])}",
        "p99 ≤ +20 ms",
        tails[1] - tails[0] <= NOTICED_S and not failed and not cuts,
    )
