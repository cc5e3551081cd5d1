"""`python -m tests.bench [--quick] [a … z]`: measure those parts, or all, side by side, and print the table."""

import argparse
import asyncio
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Collection
from pathlib import Path

import aiohttp

from tests.bench import (
    announcements,
    arrivals,
    backlog,
    bookings,
    burst,
    cases,
    channels,
    chores,
    clicks,
    commands,
    crowd,
    daily,
    directory,
    footprint,
    imports,
    layers,
    news,
    page,
    pile,
    plain_words,
    polls,
    resources,
    restarts,
    rules,
    statistics,
    store,
    submissions,
    subscribers,
)
from tests.bench.children import use_forks
from tests.bench.client import Chatter
from tests.bench.figures import Figure, table
from tests.bench.plan import QUICK, Plan
from tests.bench.stub import Stub
from tests.bench.team import team

PARTS = tuple("abcdefghijklmnopqrstuvwxyz")
ON_EACH_DATABASE = {
    "i": backlog.measure,
    "j": restarts.measure,
    "k": directory.measure,
    "m": announcements.measure,
    "n": clicks.measure,
    "o": resources.measure,
    "p": polls.measure,
    "q": news.measure,
    "r": subscribers.measure,
    "t": cases.measure,
    "u": chores.measure,
    "w": daily.measure,
    "x": daily.measure_import,
    "y": bookings.measure,
    "z": bookings.measure_month,
}


async def figures(plan: Plan, parts: Collection[str]) -> AsyncIterator[Figure]:
    """Yield each figure as soon as it is measured."""
    stub = Stub()
    await stub.start()
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar()) as session:
        chatter = Chatter(session, stub)
        with tempfile.TemporaryDirectory(prefix="coop-bench-") as name:
            async for figure in _measured(plan, parts, chatter, Path(name)):
                yield figure
    if "g" in parts:
        for figure in await crowd.measure(plan, stub):
            yield figure
    await stub.stop()
    if "s" in parts:
        yield rules.measure(plan)
    if "v" in parts:
        for figure in plain_words.measure(plan):
            yield figure
    if "e" in parts:
        for figure in await page.measure(plan):
            yield figure
    if "l" in parts:
        with tempfile.TemporaryDirectory(prefix="coop-bench-") as name:
            async with team(Path(name), plan.members) as crowd_of:
                for figure in await channels.measure(crowd_of):
                    yield figure
                yield await arrivals.measure(plan, crowd_of)
    if "f" in parts:
        with tempfile.TemporaryDirectory(prefix="coop-bench-") as name:
            async for figure in statistics.measure(plan, Path(name)):
                yield figure


async def _measured(plan: Plan, parts: Collection[str], chatter: Chatter, folder: Path) -> AsyncIterator[Figure]:
    cores = os.sched_getaffinity(0)
    if "a" in parts:
        for figure in await commands.measure(plan, chatter, folder):
            yield figure
        os.sched_setaffinity(0, cores)
    if "h" in parts:
        for figure in await burst.measure(plan, chatter, folder):
            yield figure
    if "c" in parts:
        for figure in await footprint.measure(plan, chatter, folder):
            yield figure
    async for figure in _on_databases(plan, parts, chatter, folder):
        yield figure


async def _on_databases(plan: Plan, parts: Collection[str], chatter: Chatter, folder: Path) -> AsyncIterator[Figure]:
    if "b" in parts:
        async for figure in _filed(plan, chatter, await store.sqlite(folder, "filing"), folder):
            yield figure
    if "d" in parts:
        yield await imports.measure(plan, chatter, await store.sqlite(folder, "importing"), folder)
    for part in ON_EACH_DATABASE.keys() & parts:
        yield await ON_EACH_DATABASE[part](plan, chatter, await store.sqlite(folder, part), folder)
    if not plan.postgres or not {"b", "d", *ON_EACH_DATABASE} & {*parts}:
        return
    async with store.postgresql() as server:
        if server is None:
            print("PostgreSQL : pas de binaires sur cette machine, non mesuré.", file=sys.stderr)
            return
        if "b" in parts:
            async with store.databases(server) as stores:
                async for figure in _filed(plan, chatter, stores, folder):
                    yield figure
        if "d" in parts:
            async with store.databases(server) as stores:
                yield await imports.measure(plan, chatter, stores, folder)
        for part in ON_EACH_DATABASE.keys() & parts:
            async with store.databases(server) as stores:
                yield await ON_EACH_DATABASE[part](plan, chatter, stores, folder)


async def _filed(plan: Plan, chatter: Chatter, stores: store.Stores, folder: Path) -> AsyncIterator[Figure]:
    for figure in await submissions.measure(plan, chatter, stores, folder):
        yield figure
    for figure in await layers.measure(plan, stores):
        yield figure
    yield await pile.measure(plan, stores)


async def run(plan: Plan, parts: Collection[str]) -> list[Figure]:
    """Measure all figures; print each to stderr when it is measured."""
    known = []
    async for figure in figures(plan, parts):
        print(f"{figure.what} : {figure.measured}", file=sys.stderr, flush=True)
        known.append(figure)
    return known


def main() -> None:
    """Print the table; what was not met is said there, and is no failure of the bench."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="Mesures, côte à côte.")
    parser.add_argument("--quick", action="store_true", help="un aperçu de quelques secondes, sans valeur de mesure")
    parser.add_argument("parts", nargs="*", metavar="PARTIE", help=f"parmi {' '.join(PARTS)} ; toutes par défaut")
    asked = parser.parse_args()
    if asked.quick:
        use_forks()
    begun = time.perf_counter()
    known = asyncio.run(run(QUICK if asked.quick else Plan(), asked.parts or PARTS))
    rounds = QUICK.rounds if asked.quick else Plan().rounds
    print(f"\n{table(sorted(known, key=lambda f: f.what[:3]))}")
    print(f"\nMédianes de {rounds} tours, bot et témoin tour à tour ; {time.perf_counter() - begun:.0f} s en tout.")


if __name__ == "__main__":
    main()
