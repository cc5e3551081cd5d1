"""Measure (a): « /cra » → dialog opened → answered, against the bare handler."""

import json
import os
from collections.abc import Sequence
from pathlib import Path

from tests.bench.children import Child, bot, free_port, program
from tests.bench.client import Chatter
from tests.bench.figures import Figure, ms
from tests.bench.load import Run, closed, middle, open_loop
from tests.bench.plan import Plan
from tests.bench.stub import PEOPLE

RATES = (100, 300)


async def measure(plan: Plan, chatter: Chatter, folder: Path) -> list[Figure]:
    """Measure the throughput of 10 at once, and the 99th percentile at steady rates."""
    async with bot(chatter.stub.url, f"sqlite:///{folder}/opening.db", folder) as tested:
        chatter.url = tested.url
        await closed(chatter.opens, PEOPLE, 1)
        opening = folder / "dialog.json"
        opening.write_text(json.dumps(chatter.stub.dialog))
        port = free_port()
        arguments = ["-m", "tests.bench.commands_by_hand", str(port), chatter.stub.url, str(opening)]
        async with program(arguments, port, "/readyz", {}) as bare:
            _pin(tested, bare)
            return await _compare(plan, chatter, tested, bare)


async def _compare(plan: Plan, chatter: Chatter, tested: Child, bare: Child) -> list[Figure]:
    figures = [_throughput(*await _rounds(plan, chatter, tested, bare, None))]
    for rate in RATES:
        figures.append(_tail(rate, *await _rounds(plan, chatter, tested, bare, rate)))
    return figures


async def _rounds(
    plan: Plan, chatter: Chatter, tested: Child, bare: Child, rate: int | None
) -> tuple[Sequence[Run], Sequence[Run]]:
    """Run bot and yardstick in turn, so that what slows the machine slows both."""
    runs: dict[str, list[Run]] = {tested.url: [], bare.url: []}
    for _ in range(plan.rounds):
        for url, kept in runs.items():
            chatter.url = url
            chatter.stub.forget()
            if rate is None:
                kept.append(await closed(chatter.opens, plan.commands))
            else:
                kept.append(await open_loop(chatter.opens, rate, int(rate * plan.open_seconds)))
    return runs[tested.url], runs[bare.url]


def _throughput(mine: Sequence[Run], theirs: Sequence[Run]) -> Figure:
    rates = middle([r.rate for r in mine]), middle([r.rate for r in theirs])
    ratio = rates[0] / rates[1]
    failed = sum(r.failed for r in mine)
    measured = f"{rates[0]:.0f}/s = {ratio:.2f}" + (f", {failed} échecs" if failed else "")
    return Figure("(a) /cra, 10 à la fois", measured, f"{rates[1]:.0f}/s", "≥ 0,55", ratio >= 0.55 and not failed)


def _tail(rate: int, mine: Sequence[Run], theirs: Sequence[Run]) -> Figure:
    tails = middle([r.quantile(0.99) for r in mine]), middle([r.quantile(0.99) for r in theirs])
    ratio = tails[0] / tails[1]
    failed = sum(r.failed for r in mine)
    measured = f"{ms(tails[0])} = ×{ratio:.2f}" + (f", {failed} échecs" if failed else "")
    return Figure(f"(a) /cra à {rate}/s, p99", measured, ms(tails[1]), "≤ ×3", ratio <= 3 and not failed)


def _pin(*children: Child) -> None:
    """Put the programs on one core, this process on the other."""
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) > 1:
        for child in children:
            child.pin(cores[1])
        os.sched_setaffinity(0, {cores[0]})
