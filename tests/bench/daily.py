"""Measures (w) and (x): the message of the day for many while receipts come, and the import of as many people."""

import asyncio
import csv
import itertools
import re
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

from bot.clock import utc_now
from bot.replies import Button, RunCommand
from bot.work import make_work
from commands.rappels.day import TellDay
from config.time import PARIS
from storage.database import Database
from storage.people import Person, Role
from storage.rappels import LAST_HOUR, DailyChoice, DailyNews, Rhythm
from storage.work import WorkSort
from tests.bench.children import COOP_BOT, bot, free_port, run, settings
from tests.bench.client import Chatter
from tests.bench.figures import Figure, ms
from tests.bench.plan import Plan
from tests.bench.store import Stores
from tests.bench.stub import Stub
from tests.bench.submissions import today

HOUR_S, RECEIPT_S = 3600.0, 1.0
EVERYBODY = 4000
"""Conseillers numériques: fewer are told, and the time is multiplied."""
USUAL_CALLS = "10"
"""Calls a second of long work where the operator set nothing (COOP_WORK_CALLS)."""
TOLD, RECEIPT = "La formation de mardi est complète.", "enregistré"
AT_ONCE = 500
PATIENCE_S = 1800


async def measure(plan: Plan, chatter: Chatter, stores: Stores, folder: Path) -> Figure:
    """Measure the time from the common hour of all people until Mattermost has everybody’s message, at the bot’s usual
    speed."""
    database = Database(stores.bot)
    try:
        await _fill(database, plan.told)
        async with bot(chatter.stub.url, stores.bot, folder, COOP_WORK_CALLS=USUAL_CALLS) as tested:
            chatter.url = tested.url
            bodies = await chatter.dialogs(plan.receipts * 2, today())
            chatter.stub.posts.clear()
            alone = [await _receipt(chatter, body, n) for n, body in enumerate(bodies[: plan.receipts], 1)]
            took, among = await _tell(database, plan.told, chatter, bodies[plan.receipts :])
    finally:
        await database.close()
    everybody = took * EVERYBODY / plan.told
    met = everybody <= HOUR_S and max(among) <= RECEIPT_S
    whole = f"{took:.0f} s" if plan.told == EVERYBODY else f"{took:.0f} s ({everybody:.0f} s pour {EVERYBODY})"
    shown = f"{whole} ; {len(among)} reçus entre-temps : {ms(median(among))}, {ms(max(among))} au plus"
    what = f"(w) {plan.told} messages du jour, {USUAL_CALLS} appels/s, {stores.name}"
    return Figure(what, shown, f"reçu seul : {ms(median(alone))}", "≤ 1 h pour 4 000, reçus ≤ 1 s", met)


async def _receipt(chatter: Chatter, body: bytes, number: int) -> float:
    """Measure the seconds until Mattermost has the receipt of the ``number``-th compte rendu."""
    begun = time.perf_counter()
    if not await chatter.sends(body):
        raise RuntimeError("a compte rendu was refused")
    await chatter.stub.until(lambda: _count(chatter.stub, RECEIPT) >= number, PATIENCE_S)
    return time.perf_counter() - begun


async def _tell(
    database: Database, count: int, chatter: Chatter, bodies: Sequence[bytes]
) -> tuple[float, Sequence[float]]:
    """Measure the seconds until everybody has their message, and those of each receipt meanwhile, evenly spread."""
    async with database.transaction() as db:
        due = TellDay(zone=PARIS.key, hour=LAST_HOUR, day=utc_now().astimezone(PARIS).date())
        db.add(make_work(WorkSort.STEPS, due, "", utc_now(), told=False))
    begun, before = time.perf_counter(), _count(chatter.stub, RECEIPT)
    among: list[float] = []
    waiting = itertools.chain(bodies)
    while _count(chatter.stub, TOLD) < count:
        if time.perf_counter() - begun > PATIENCE_S:
            raise RuntimeError(f"{count - _count(chatter.stub, TOLD)} of {count} were not told in time")
        if (body := next(waiting, None)) is not None:
            among.append(await _receipt(chatter, body, before + len(among) + 1))
        await asyncio.sleep(count / 200)
    return time.perf_counter() - begun, among


def _count(stub: Stub, words: str) -> int:
    """Count the posts that contain some words."""
    return sum(words in str(post) for post in stub.posts.values())


async def _fill(database: Database, count: int) -> None:
    """Store so many people, each with a piece of news and a choice by which it is due today in the last hour."""
    now, leads = utc_now(), Button("Voir", RunCommand(line="agenda")).word()
    for start in range(0, count, AT_ONCE):
        idents = [f"s9{n:024d}" for n in range(start, min(count, start + AT_ONCE))]
        async with database.transaction() as db:
            place: dict[str, Any] = {"role": Role.CONSEILLER, "departements": ["69"], "since": now}
            db.add_all(Person(id=ident, username=f"lue-{ident}", **place) for ident in idents)
            db.add_all(DailyChoice(person_id=ident, hour=LAST_HOUR, rhythm=Rhythm.DAILY) for ident in idents)
            news: dict[str, Any] = {
                "text": TOLD,
                "label": leads.label,
                "name": leads.name,
                "data": leads.data,
                "at": now,
            }
            db.add_all(DailyNews(person_id=ident, **news) for ident in idents)


async def measure_import(plan: Plan, chatter: Chatter, stores: Stores, folder: Path) -> Figure:
    """Measure `coop-bot import people` of as many people, each of whom has an account, and receipts meanwhile."""
    file = folder / f"people-{stores.name}.csv"
    _write_people(file, plan.conseillers)
    async with bot(chatter.stub.url, stores.bot, folder) as tested:
        chatter.url = tested.url
        bodies = await chatter.dialogs(plan.receipts, today())
        chatter.stub.posts.clear()
        begun = time.perf_counter()
        environment = settings(chatter.stub.url, stores.bot, folder, free_port())
        done = asyncio.create_task(run(["-c", COOP_BOT, "import", "people", str(file)], environment))
        among = []
        for number, body in enumerate(bodies, 1):
            among.append(await _receipt(chatter, body, number))
            if done.done():
                break
        ended = await done
        took = time.perf_counter() - begun
    added = int((re.search(r"(\d+) personnes? inscrite", re.sub(r"[\u202f\xa0]", "", ended.out)) or [0, 0])[1])
    if ended.code or added != plan.conseillers:
        raise RuntimeError(f"the import took {added} of {plan.conseillers}: {ended.errors[-2000:]}")
    shown = f"{took:.1f} s ; {len(among)} reçus entre-temps : {ms(median(among))}, {ms(max(among))} au plus"
    return Figure(f"(x) import de {added} personnes, {stores.name}", shown, "", "reçus ≤ 1 s", max(among) <= RECEIPT_S)


def _write_people(path: Path, count: int) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(("username", "prenom", "nom", "role", "departement", "structure"))
        for n in range(count):
            out.writerow((f"personne{n}", f"Prénom{n}", f"Nom{n}", "conseiller", "69", "Maison de quartier"))
