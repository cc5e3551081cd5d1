"""Measure (d): commands at 100/s while an import of CRAs runs on the same database."""

import asyncio
import json
import time
from datetime import date, timedelta
from pathlib import Path

from tests.bench.children import COOP_BOT, Ended, bot, free_port, run, settings
from tests.bench.client import Chatter
from tests.bench.figures import Figure, ms
from tests.bench.load import closed, open_loop
from tests.bench.plan import Plan
from tests.bench.store import Stores
from tests.bench.stub import PEOPLE, username

RATE, TAIL_S = 100, 0.25
LONGEST_S = 120


async def measure(plan: Plan, chatter: Chatter, stores: Stores, folder: Path) -> Figure:
    """Measure commands of which half open a dialog, half read the database (« /cra liste »); one round, as it is
    long."""
    rows = folder / "rows.jsonl"
    write_rows(rows, plan.imported)
    async with bot(chatter.stub.url, stores.bot, folder) as tested:
        chatter.url = tested.url
        await closed(chatter.opens, PEOPLE)
        environment = settings(chatter.stub.url, stores.bot, folder, free_port())
        begun = time.perf_counter()
        importing = asyncio.create_task(run(["-c", COOP_BOT, "import", "cra", str(rows)], environment))
        latencies, failed = await _commands(chatter, importing)
        done = await importing
        took = time.perf_counter() - begun
    if done.code:
        raise RuntimeError(f"the import failed: {done.errors[-2000:]}")
    tail = sorted(latencies)[int(len(latencies) * 0.99)]
    measured = f"{ms(tail)} ({len(latencies)} commandes)" + (f", {failed} échecs" if failed else "")
    what = f"(d) {RATE} commandes/s, import de {plan.imported} CRA, {stores.name}, p99"
    return Figure(what, measured, f"import {took:.0f} s", "≤ 250 ms", tail <= TAIL_S and not failed)


async def _commands(chatter: Chatter, importing: asyncio.Task[Ended]) -> tuple[list[float], int]:
    """Send commands, second after second, until the import ends."""
    latencies: list[float] = []
    failed = second = 0
    while not importing.done() and second < LONGEST_S:
        first = second * RATE
        sent = await open_loop(lambda n, f=first: chatter.types(f + n, "" if n % 2 else "liste"), RATE, RATE)  # type: ignore[misc]
        latencies += sent.latencies
        failed += sent.failed
        second += 1
    return latencies, failed


def write_rows(path: Path, count: int) -> None:
    """Write so many CRAs as docs/wire.md describes them, no two alike."""
    first = date(2024, 1, 1)
    with path.open("w", encoding="utf-8") as file:
        for number in range(count):
            file.write(json.dumps(_row(number, first + timedelta(days=number % 600)), ensure_ascii=False) + "\n")


def _row(number: int, day: date) -> dict[str, object]:
    people = number % 12 + 1
    return {
        "numero": number + 1_000_000,
        "auteur": username(number % PEOPLE),
        "date": day.isoformat(),
        "canal": "rattachement",
        "code_commune": "69256",
        "commune": "Vaulx-en-Velin",
        "code_postal": "69120",
        "departement": "69",
        "structure": "Maison de quartier",
        "departement_structure": "69",
        "activite": "collectif",
        "participants": people,
        "recurrents": None,
        "ages": {"35-60": people},
        "statuts": {"retraite": people},
        "themes": ["internet", "courriel"],
        "minutes": 90,
        "suite": {},
        "source": "dialog",
        "cree": f"{day.isoformat()}T10:00:00Z",
        "modifie": f"{day.isoformat()}T10:00:00Z",
        "supprime": None,
    }
