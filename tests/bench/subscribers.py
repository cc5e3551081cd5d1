"""Measure (r): everybody's own digest is built and written down, beside a bare loop, and receipts meanwhile."""

import asyncio
import itertools
import secrets
import time
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy import func
from sqlmodel import col, delete, select

from bot.calendar import find_holiday
from bot.clock import utc_now
from bot.work import make_work
from commands.actus.subscriptions import TellSubscribers
from config.themes import THEMES
from config.time import PARIS
from storage.actus.digests import Digest, DigestEntry, DigestState
from storage.actus.items import Item, ItemKind, NewsSection
from storage.actus.subscriptions import NewsSubscription
from storage.cra import Activite, Canal, Cra, Source
from storage.database import Database, insertion
from storage.outbox import Outgoing, TargetKind
from storage.people import Person, Role
from storage.work import WorkSort
from tests.bench.children import bot
from tests.bench.client import Chatter
from tests.bench.figures import Figure, ms
from tests.bench.plan import Plan
from tests.bench.store import Stores
from tests.bench.submissions import today

GOAL_S, RECEIPT_S = 60.0, 1.0
REPORTS, THINGS = 10, 60
AT_ONCE = 500
PATIENCE_S = 120


async def measure(plan: Plan, chatter: Chatter, stores: Stores, folder: Path) -> Figure:
    """Measure from the hour at which all digests are due until everybody’s is in the outbox, or has nothing new."""
    what = f"(r) {plan.conseillers} actus personnelles, {stores.name}"
    if find_holiday(utc_now().astimezone(PARIS).date()):
        return Figure(what, "jour férié : rien ne part", "", "≤ 60 s, reçus ≤ 1 s")
    database = Database(stores.bot)
    try:
        await _fill(database, plan.conseillers)
        bare = await _bare(database, plan.conseillers)
        async with bot(chatter.stub.url, stores.bot, folder) as tested:
            chatter.url = tested.url
            bodies = await chatter.dialogs(plan.receipts * 2, today())
            alone = [await _receipt(chatter, body) for body in bodies[: plan.receipts]]
            took, among = await _built(database, plan.conseillers, chatter, bodies[plan.receipts :])
    finally:
        await database.close()
    met = took <= GOAL_S and max(among) <= RECEIPT_S
    shown = f"{took:.1f} s ; CRA accepté entre-temps : {ms(median(among))}, {ms(max(among))} au plus"
    yardstick = f"lire et écrire autant : {bare:.1f} s ; CRA seul : {ms(median(alone))}"
    return Figure(what, shown, yardstick, "≤ 60 s, reçus ≤ 1 s", met)


async def _receipt(chatter: Chatter, body: bytes) -> float:
    begun = time.perf_counter()
    if not await chatter.sends(body):
        raise RuntimeError("a compte rendu was refused")
    return time.perf_counter() - begun


async def _built(
    database: Database, count: int, chatter: Chatter, bodies: Sequence[bytes]
) -> tuple[float, Sequence[float]]:
    """Measure the seconds until all digests are built, and those of each compte rendu sent meanwhile, one after the
    other."""
    async with database.transaction() as db:
        db.add(make_work(WorkSort.STEPS, TellSubscribers(zone=PARIS.key), "", utc_now(), told=False))
    begun = time.perf_counter()
    among = []
    waiting = itertools.chain(bodies)
    while await _left(database):
        if time.perf_counter() - begun > PATIENCE_S:
            raise RuntimeError(f"{await _left(database)} of {count} digests were not built in time")
        if (body := next(waiting, None)) is not None:
            among.append(await _receipt(chatter, body))
        await asyncio.sleep(0.05)
    took = time.perf_counter() - begun
    return took, among or [await _receipt(chatter, body) for body in waiting]


async def _left(database: Database) -> int:
    async with database.transaction(writes=False) as db:
        waits = select(func.count()).select_from(NewsSubscription).where(col(NewsSubscription.sent_at).is_(None))
        return (await db.exec(waits)).one()


async def _bare(database: Database, count: int) -> float:
    """Read what each person filed, and write as many rows as messages, without choices or words."""
    begun = time.perf_counter()
    for start in range(0, count, AT_ONCE):
        ids = [_ident(n) for n in range(start, min(count, start + AT_ONCE))]
        async with database.transaction() as db:
            (await db.exec(select(Cra.author_id, Cra.themes).where(col(Cra.author_id).in_(ids)))).all()
            rows = [_message(ident) for ident in ids]
            await db.execute(insertion(db, Outgoing).values(rows))
    async with database.transaction() as db:
        await db.execute(delete(Outgoing))
    return time.perf_counter() - begun


def _message(ident: str) -> dict[str, Any]:
    now = utc_now()
    return {
        "id": secrets.token_hex(13),
        "where": TargetKind.PERSON,
        "target": ident,
        "content": {"message": "x" * 1500, "props": {}},
        "created_at": now,
        "attempts": 0,
        "not_before": None,
        "crowd": True,
    }


def _ident(number: int) -> str:
    return f"s{number:025d}"


async def _fill(database: Database, count: int) -> None:
    """Store so many people with what they filed and their subscription, due now, and what came out since."""
    now = utc_now()
    for start in range(0, count, AT_ONCE):
        numbers = range(start, min(count, start + AT_ONCE))
        async with database.transaction() as db:
            db.add_all(
                Person(id=_ident(n), username=f"abonne{n}", role=Role.CONSEILLER, departements=["69"], since=now)
                for n in numbers
            )
            db.add_all(
                NewsSubscription(
                    user_id=_ident(n),
                    weekday=now.astimezone(PARIS).weekday(),
                    hour=0,
                    begun_at=now - timedelta(days=30),
                )
                for n in numbers
            )
            await db.flush()
            db.add_all(report for n in numbers for report in _reports(n, now))
    async with database.transaction() as db:
        db.add(_digest(now))
        for number in range(1, THINGS + 1):
            db.add(_item(number, now))
            db.add(_entry(number))


def _reports(author: int, now: datetime) -> Iterator[Cra]:
    for n in range(REPORTS):
        yield Cra(
            author_id=_ident(author),
            date=now.date() - timedelta(days=n),
            canal=Canal.DISTANCE,
            commune="69256",
            code_postal="69120",
            departement="69",
            activite=Activite.INDIVIDUEL,
            participants=1,
            themes=1 << (author * 7 + n) % len(THEMES),
            minutes=60,
            source=Source.IMPORT,
            key=f"bench:{author}:{n}",
            created_at=now,
            modified_at=now,
        )


def _digest(now: datetime) -> Digest:
    long_ago = now - timedelta(days=7)
    return Digest(
        number=1,
        edition="vendredi",
        day=now.date(),
        first_day=now.date(),
        at=now,
        state=DigestState.PUBLISHED,
        since=long_ago,
        until=now,
        published_at=now - timedelta(hours=1),
        created_at=long_ago,
    )


def _item(number: int, now: datetime) -> Item:
    return Item(
        id=number,
        key=f"bench:{number}",
        kind=ItemKind.FEED,
        section=NewsSection.PRESS,
        title=f"Titre {number}",
        text="Des mots qui disent de quoi il s’agit. " * 5,
        url=f"https://exemple.fr/{number}",
        themes=1 << number % len(THEMES),
        found_at=now,
    )


def _entry(number: int) -> DigestEntry:
    text = "Des mots qui disent de quoi il s’agit. " * 5
    return DigestEntry(
        digest=1,
        item=number,
        section=NewsSection.PRESS,
        title=f"Titre {number}",
        text=text,
        url=f"https://exemple.fr/{number}",
    )
