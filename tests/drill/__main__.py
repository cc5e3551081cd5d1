"""`python -m tests.drill [--short] [--soak SECONDS] [--load PART]`: a bad Monday, and a table of what it did.

Three replicas on PostgreSQL with a standby, behind the balancer of deploy/, beside an embedded Mattermost; all of them
on loopback, for as long as the plan says. Exit code 0 where every goal is kept, 1 where one is missed, 2 where this
machine lacks something.
"""

import argparse
import asyncio
import re
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path

import aiohttp

from bot.events import TEAM
from tests.bench.children import free_port, use_forks
from tests.bench.figures import Figure, table
from tests.bench.helpdesk import listens
from tests.bench.store import Stores
from tests.drill import cluster, stage
from tests.drill.blows import Blows
from tests.drill.checker import Patience, wait_for_none
from tests.drill.measures import Measures
from tests.drill.monday import WAIT, Monday
from tests.drill.place import Place, environment, prepared, write_bulk
from tests.drill.plan import FULL, SHORT, DrillPlan
from tests.drill.report import figures
from tests.drill.results import Standing, judge_all, receipts
from tests.drill.stage import HeldLink, Stage

LEFT = "SELECT count(*) FROM outgoing WHERE not_before IS NOT NULL AND not_before < now() + interval '5 minutes'"
WHICH = """
SELECT "where", target, crowd, attempts, fault, not_before - now(), now() - created_at, topic, left(content::text, 200)
FROM outgoing WHERE not_before IS NOT NULL ORDER BY not_before LIMIT 10
"""
WORKING = "SELECT count(*) FROM work WHERE not_before IS NOT NULL AND not_before < now() + interval '5 minutes'"


async def drill(plan: DrillPlan, folder: Path) -> list[Figure]:
    """Prepare, let Monday happen, wait until nothing is left to be done, stop all, and judge."""
    async with AsyncExitStack() as stack:
        there, place, session = await _set(stack, plan, folder)
        monday = Monday(plan, place, session, there.entrance)
        blows = Blows(plan, there, _own(place, there))
        measures = Measures(there)
        watching = asyncio.create_task(measures.watch())
        _say("lundi commence")
        await _happen(monday, blows)
        begun = time.perf_counter()
        left = await _settle(plan, there, session)
        _say(f"tout est parti en {time.perf_counter() - begun:.1f} s" if not left else f"il reste {left} envois")
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching
        for each in there.replicas:
            await each.stop()
        await there.mattermost.stop()
        standing = Standing.read(folder / "mattermost.db", place.site.bot_id)
        verdicts = await judge_all(monday, standing, there.pair.serving)
        return figures(plan, monday, blows, measures, verdicts, receipts(standing), left=left)


@asynccontextmanager
async def _session() -> AsyncIterator[aiohttp.ClientSession]:
    """Give a session that opens as many connections as people want."""
    connector, jar = aiohttp.TCPConnector(limit=0), aiohttp.DummyCookieJar()
    async with aiohttp.ClientSession(connector=connector, cookie_jar=jar, timeout=WAIT) as session:
        yield session


async def _set(stack: AsyncExitStack, plan: DrillPlan, folder: Path) -> tuple[Stage, Place, aiohttp.ClientSession]:
    _say("les bases, Mattermost et son monde")
    pair = await stack.enter_async_context(cluster.cluster())
    await pair.first.asks(f"CREATE DATABASE {cluster.NAME}")
    bulk = folder / "bulk.jsonl"
    write_bulk(bulk, plan)
    mattermost, port = stage.server(folder, bulk), free_port()
    stack.callback(mattermost.kill)
    await mattermost.start()
    session = await stack.enter_async_context(_session())
    entrance = f"http://127.0.0.1:{port}"
    place = await stack.enter_async_context(prepared(plan, pair, session, mattermost.url, entrance))
    _say("la base de secours et les répliques")
    await cluster.accompany(pair)
    link = HeldLink(pair, folder)
    link.open()
    stack.callback(link.close)
    there = Stage(folder, pair, mattermost, entrance, link)
    own = _own(place, there)
    for number in (1, 2, 3):
        url = pair.url(*link.ports) if number == 2 else pair.url()
        there.replicas.append(stage.replica(number, folder, own | {"COOP_DATABASE_URL": url}))
        stack.callback(there.replicas[-1].kill)
        await there.replicas[-1].start()
    await stack.enter_async_context(stage.balancer(port, there.replicas))
    await listens(Stores("PostgreSQL", pair.url(), "", 0), place.desk.room)
    await listens(Stores("PostgreSQL", pair.url(), "", 0), TEAM)
    return there, place, session


def _own(place: Place, there: Stage) -> dict[str, str]:
    return environment(place.settings) | {"COOP_DATABASE_URL": there.pair.url()}


async def _happen(monday: Monday, blows: Blows) -> None:
    """Run all that people do, until the time is over and the last blow has been felt."""
    over = asyncio.Event()
    acting = asyncio.create_task(monday.run(over))
    begun = time.perf_counter()
    await blows.strike()
    await asyncio.sleep(max(0.0, monday.plan.seconds - (time.perf_counter() - begun)))
    over.set()
    _say("les derniers attendent leur réponse")
    await acting


async def _settle(plan: DrillPlan, there: Stage, session: aiohttp.ClientSession) -> int:
    """Wait until nothing in the tables is due soon, and all events are handled; return how much still waits, if that
    takes too long."""
    left = await wait_for_none(lambda: _count_left(there, session), Patience(plan.settle_s))
    for row in await there.pair.serving.asks(WHICH, cluster.NAME) if left else ():
        _say(f"attend encore : {row}")
    return left


async def _count_left(there: Stage, session: aiohttp.ClientSession) -> int:
    """Count what is to be sent or done soon, and the events that the replicas have not handled yet."""
    tables: list[int] = [(await there.pair.serving.asks(each, cluster.NAME))[0][0] for each in (LEFT, WORKING)]
    return sum(tables) + sum([await _count_events(each.url, session) for each in there.replicas])


async def _count_events(replica: str, session: aiohttp.ClientSession) -> int:
    """Count the events that a replica has not handled yet; one that does not say it in time has some."""
    try:
        async with session.get(f"{replica}/metrics") as reply:
            found = re.search(r"^coop_events_waiting (\S+)$", await reply.text(), re.MULTILINE)
    except (TimeoutError, aiohttp.ClientError):
        found = None
    return int(float(found[1])) if found else 1


def _say(text: str) -> None:
    print(f"… {text}", file=sys.stderr, flush=True)


def missing() -> str:
    """Say what this machine lacks for a drill; "" where it has everything."""
    return cluster.fault() or stage.fault()


def find_folder_fault(folder: Path) -> str:
    """Make the folder of a drill, and say why it cannot be had there; "" where it can. What another left would be taken
    for part of this one."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        is_empty = not any(folder.iterdir())
    except OSError as problem:
        return f"Le dossier « {folder} » ne convient pas : {problem.strerror}."
    return "" if is_empty else f"Le dossier « {folder} » n’est pas vide : donnez-en un autre, ou videz-le."


def main() -> int:
    """Print the table; the exit code is 0 where every goal is kept."""
    parser = argparse.ArgumentParser(prog="python -m tests.drill", description=__doc__)
    parser.add_argument("--short", action="store_true", help="peu de monde, deux minutes")
    parser.add_argument("--forked", action="store_true", help="répliques parties sans relire leur code : départ faussé")
    parser.add_argument("--soak", type=float, metavar="SECONDES", help="sans coup, si longtemps, au tiers de la charge")
    parser.add_argument("--load", type=float, default=1.0, metavar="PART", help="part des débits prévus (0.3)")
    parser.add_argument("--blows", default="", metavar="NOMS", help="ces coups seulement : kill1,failover")
    parser.add_argument(
        "--folder", type=Path, metavar="DOSSIER", help="dossier vide, pour les journaux et ce que Mattermost a"
    )
    options = parser.parse_args()
    if lacks := missing():
        print(f"L’exercice demande {lacks}, que cette machine n’a pas.", file=sys.stderr)
        return 2
    if options.folder and (fault := find_folder_fault(options.folder)):
        print(fault, file=sys.stderr)
        return 2
    if options.forked:
        use_forks()
    plan = (SHORT if options.short else FULL).at(options.load)
    if options.soak:
        plan = plan.at(1 / 3).soak(options.soak)
    if options.blows:
        plan = replace(plan, blows=tuple(options.blows.split(",")))
    with tempfile.TemporaryDirectory(prefix="coop-drill-") as folder:
        found = asyncio.run(drill(plan, options.folder or Path(folder)))
    print(table(found))
    return int(any(figure.met is False for figure in found))


if __name__ == "__main__":
    sys.exit(main())
