"""Measure (g): a team read in pages, and brought into a channel: calls, time, and the memory it takes."""

import json
from dataclasses import dataclass
from statistics import median

from tests.bench.children import run
from tests.bench.figures import Figure, ms
from tests.bench.plan import Plan
from tests.bench.stub import Stub

MOST_MB = 2.0
"""A page takes less; more, and what was read is kept."""


@dataclass(frozen=True, slots=True)
class Taken:
    """The result of one run: requests, seconds, and MB allocated at most."""

    calls: int
    seconds: float
    peak: float

    def __str__(self) -> str:
        return f"{self.calls} appels, {ms(self.seconds)}, {self.peak:.1f} Mo"


async def measure(plan: Plan, stub: Stub) -> list[Figure]:
    """Measure the bot beside a bare loop, by turns."""
    stub.crowd = plan.members
    read = [(await _run(stub, "bot", "read"), await _run(stub, "bare", "read")) for _ in range(plan.rounds)]
    bot, bare = (_middle([pair[side] for pair in read]) for side in (0, 1))
    many, alone = await _run(stub, "bot", "add"), await _run(stub, "bare", "add")
    pages = plan.members // 200 + 1
    return [
        Figure(
            f"(g) {plan.members} membres de l’équipe lus par pages",
            str(bot),
            str(bare),
            f"une page par appel, ≤ {MOST_MB:.0f} Mo",
            bot.calls <= pages and bot.peak <= MOST_MB,
        ),
        Figure(
            f"(g) {plan.members} personnes ajoutées à un canal",
            str(many),
            str(alone),
            "50 par appel",
            many.calls <= -(-plan.members // 50),
        ),
    ]


async def _run(stub: Stub, who: str, what: str) -> Taken:
    command = ("-m", "tests.bench.reader", stub.url, who, what, str(stub.crowd))
    before = stub.requests
    ended = await run(command, {})
    if ended.code:
        raise RuntimeError(f"{command} failed: {ended.errors[-2000:]}")
    told = json.loads(ended.out)
    # It works twice; before, there are the first page and, for the bot, the team’s name.
    calls = stub.requests - before - (2 if who == "bot" else 1)
    return Taken(calls // 2, told["seconds"], told["peak"])


def _middle(runs: list[Taken]) -> Taken:
    calls, seconds, peaks = ([getattr(run, name) for run in runs] for name in ("calls", "seconds", "peak"))
    return Taken(int(median(calls)), median(seconds), median(peaks))
