"""Measures (y, z): a hundred bookings a second on one page, and the free moments of a month, beside bare SQL.

Who books is a process of its own (``python -m tests.bench.bookings``): what stands in for Mattermost costs it nothing.
"""

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from urllib.parse import urlencode

import aiohttp
from sqlalchemy import text
from sqlmodel import col, select

from bot.clock import utc_now
from bot.french.periods import Period
from dialogs.rdv.slots import list_free
from storage import people
from storage.database import Database, store
from storage.rdv.appointments import Rdv
from storage.rdv.bookings import Booking, BookingSeal, WeeklyRange, open_page
from tests.bench.children import SECRETS, bot, free_port, program, settled
from tests.bench.client import FORM, Chatter
from tests.bench.figures import Figure, ms
from tests.bench.load import Run, open_loop
from tests.bench.plan import Plan
from tests.bench.store import Stores
from tests.bench.stub import user_id

RATE, SEATS, MOMENTS, MORE, WARM = 100, 4, 60, 30, 10
"""Bookings a second; seats of a meeting, meetings, and how many ask beyond the last seat; asked before those that
count. A page takes 300 bookings a day."""
P99_S, MONTH_S = 0.3, 0.02
OWNER = user_id(0)
ROUNDS = 40


async def measure(plan: Plan, chatter: Chatter, stores: Stores, folder: Path) -> Figure:
    """Measure the bookings of more people than there are seats, each at an address of their own, at a steady pace."""
    key, moments = await _open(stores)
    count = min(len(moments) * SEATS, plan.voters) + MORE
    async with bot(chatter.stub.url, stores.bot, folder) as tested:
        await settled(tested)
        begun = tested.processor
        mine = await _book(f"{tested.url}/rendez-vous/{key}", moments, count)
        each = (tested.processor - begun) / count
    taken, seats, oversold = await _count(stores)
    port = free_port()
    arguments = ["-m", "tests.bench.bookings_by_hand", str(port), stores.raw(stores.hand)]
    async with program(arguments, port, "/readyz", {}) as bare:
        theirs = await _book(f"{bare.url}/rendez-vous/{key}", moments, count)
    whole = not oversold and taken == seats == mine.done + WARM
    measured = f"p99 {ms(mine.quantile(0.99))}, {mine.done} réservés, {mine.failed} trop tard, {oversold} de trop"
    measured += f", {ms(each)} de processeur chacune"
    what = f"(y) {RATE} réservations par seconde sur une page, {stores.name}"
    goal = f"aucune de trop, p99 ≤ {P99_S * 1000:.0f} ms"
    return Figure(what, measured, f"p99 {ms(theirs.quantile(0.99))}", goal, whole and mine.quantile(0.99) <= P99_S)


async def _open(stores: Stores) -> tuple[str, Sequence[str]]:
    """Open a page with seats for some of the people; return its key and its moments."""
    database, now = Database(stores.bot), utc_now()
    async with database.transaction() as db:
        for day in range(7):
            hours = WeeklyRange(user_id=OWNER, weekday=day, start=480, end=1200, length=15, seats=SEATS, ahead=10)
            await store(db, hours)
        key = await open_page(db, OWNER, BookingSeal([SECRETS["COOP_SECRET"]]), now)
        owner = await people.get(db, OWNER)
        days = Period(now.date() + timedelta(days=2), now.date() + timedelta(days=10))
        free = await list_free(db, owner, now, days) if owner else []
    await database.close()
    return key, [f"{slot.start:%Y-%m-%dT%H:%M:%SZ}" for slot in free[:MOMENTS]]


async def _book(address: str, moments: Sequence[str], count: int) -> Run:
    """Book from another process."""
    asked = json.dumps([address, list(moments), count]).encode()
    command = (sys.executable, "-m", "tests.bench.bookings")
    child = await asyncio.create_subprocess_exec(
        *command, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    told, _ = await child.communicate(asked)
    return Run(*json.loads(told))


async def book(session: aiohttp.ClientSession, address: str, moments: Sequence[str], count: int) -> Run:
    """Book at a steady pace, after a few that do not count."""

    async def send(number: int) -> bool:
        fields = {"creneau": moments[number % len(moments)], "prenom": "Ali", "contact": f"a{number}@exemple.fr"}
        body = urlencode(fields | {"consentement": "oui", "jeton": f"jeton-{number}"}).encode()
        headers = FORM | {"X-Forwarded-For": f"198.51.{number // 250}.{number % 250}"}
        async with session.post(address, data=body, headers=headers, allow_redirects=False) as seen:
            await seen.read()
            return seen.status == 303

    for number in range(WARM):
        await send(number)
    return await open_loop(lambda n: send(WARM + n), RATE, count - WARM)


async def _count(stores: Stores) -> tuple[int, int, int]:
    """Count the bookings, the seats taken, and those taken beyond what a meeting has."""
    database = Database(stores.bot)
    async with database.transaction(writes=False) as db:
        pairs = (await db.exec(select(Booking, Rdv).where(col(Rdv.id) == col(Booking.rdv)))).all()
    await database.close()
    meetings = {rdv.number: rdv for _, rdv in pairs}.values()
    return (
        len(pairs),
        sum(rdv.seats_taken for rdv in meetings),
        sum(max(0, one.seats_taken - SEATS) for one in meetings),
    )


async def measure_month(_: Plan, __: Chatter, stores: Stores, ___: Path) -> Figure:
    """Measure the computation of the free moments of a month of a conseiller who has ten ranges and a hundred
    meetings."""
    database, now = Database(stores.bot), utc_now()
    await _fill_month(database, now)
    days = Period(now.date(), now.date() + timedelta(days=31))

    async def ask() -> int:
        async with database.transaction(writes=False) as db:
            owner = await people.get(db, OWNER)
            return len(await list_free(db, owner, now, days)) if owner else 0

    async def read() -> int:
        async with database.transaction(writes=False) as db:
            names = ("rdv_range", "rdv", "absence")
            return sum([len((await db.execute(text(f"SELECT * FROM {name}"))).all()) for name in names])

    found, begun = await ask(), time.process_time()
    mine = await _time(ask)
    processor, theirs = (time.process_time() - begun) / ROUNDS, await _time(read)
    await database.close()
    measured = f"{ms(median(mine))}, {ms(max(mine))} au plus, {ms(processor)} de processeur, {found} moments"
    what = f"(z) moments libres d’un mois, {stores.name}"
    goal = f"≤ {MONTH_S * 1000:.0f} ms"
    return Figure(what, measured, f"lecture seule {ms(median(theirs))}", goal, found > 0 and median(mine) <= MONTH_S)


async def _fill_month(database: Database, now: datetime) -> None:
    midnight = datetime.combine(now.date(), datetime.min.time(), UTC)
    async with database.transaction() as db:
        for number in range(10):
            start, end = 510 + number // 5 * 300, 720 + number // 5 * 330
            hours = WeeklyRange(user_id=OWNER, weekday=number % 5, start=start, end=end, length=30, pause=5, ahead=60)
            await store(db, hours)
        for number in range(100):
            begun = midnight + timedelta(days=number % 30, hours=8 + number // 30 * 2)
            over = begun + timedelta(minutes=30)
            await store(db, Rdv(user_id=OWNER, starts_at=begun, ends_at=over, created_at=now, changed_at=now))


async def _time(act: Callable[[], Awaitable[object]]) -> list[float]:
    taken = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        await act()
        taken.append(time.perf_counter() - begun)
    return taken


async def main() -> None:
    """Book as standard input asks, and write the run."""
    address, moments, count = json.loads(sys.stdin.read())
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar()) as session:
        run = await book(session, address, moments, count)
    print(json.dumps([run.done, run.failed, run.seconds, list(run.latencies)]))


if __name__ == "__main__":
    asyncio.run(main())
