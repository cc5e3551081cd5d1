"""Measure (c): start, memory, and how much memory grows."""

from pathlib import Path

from tests.bench.children import bot
from tests.bench.client import Chatter
from tests.bench.figures import Figure
from tests.bench.history import coop_bot
from tests.bench.load import closed, middle
from tests.bench.plan import Plan
from tests.bench.submissions import today

START_S, RESIDENT_MB, GROWTH_MB, COMMAND_S = 0.8, 90, 5, 0.3
COMMANDS = (("guard", "README.md"), ("api", "list"), ("journal", "verify"), ("people",))
"""What an operator types: a text is read, rows are listed."""


async def measure(plan: Plan, chatter: Chatter, folder: Path) -> list[Figure]:
    """Measure several starts on one database; the last process then works."""
    database = f"sqlite:///{folder}/footprint.db"
    start = middle([await _start(chatter, database, folder) for _ in range(plan.starts)])
    async with bot(chatter.stub.url, database, folder) as tested:
        chatter.url = tested.url
        await closed(chatter.opens, plan.warm_commands)
        early = tested.resident
        await closed(chatter.opens, plan.all_commands - plan.warm_commands)
        growth = tested.resident - early
        bodies = await chatter.dialogs(plan.all_reports, today())
        await closed(lambda n: chatter.sends(bodies[n]), plan.all_reports)
        resident = tested.resident
    work = f"{plan.all_commands} commandes et {plan.all_reports} CRA"
    return [
        Figure("(c) démarrage jusqu’à /readyz", f"{start:.2f} s", "", "≤ 0,8 s", start <= START_S),
        Figure(f"(c) mémoire après {work}", f"{resident:.0f} Mo", "", "≤ 90 Mo", resident <= RESIDENT_MB),
        Figure(
            f"(c) croissance de {plan.warm_commands} à {plan.all_commands} commandes",
            f"{growth:.1f} Mo",
            f"{early:.0f} Mo",
            "≤ 5 Mo",
            growth <= GROWTH_MB,
        ),
        *[await _command(plan, database, words) for words in COMMANDS],
    ]


async def _command(plan: Plan, database: str, words: tuple[str, ...]) -> Figure:
    took = middle([(await coop_bot(database, *words)).seconds for _ in range(plan.starts)])
    return Figure(f"(c) coop-bot {' '.join(words)}", f"{took:.2f} s", "", "≤ 0,3 s", took <= COMMAND_S)


async def _start(chatter: Chatter, database: str, folder: Path) -> float:
    async with bot(chatter.stub.url, database, folder) as started:
        return started.started_in
