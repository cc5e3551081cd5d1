"""What the demo’s database begins with: the register, some years of comptes rendus, events, resources, and a poll."""

import random
import sys
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from importlib.resources import files

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.work import make_work
from cli.demo.cast import Actor, everybody
from cli.demo_data import history as storing
from cli.demo_data.rows import Conseiller, HistoryPlan
from cli.ressources.imports import Import
from cli.ressources.lines import Numbered
from cli.terminal import ProgressBar
from commands.sondage.cards import Broadcast
from config.time import PARIS
from storage import agenda, canaux, people, targets, work
from storage import sondage as polls
from storage.agenda import AgendaEvent, EventState, add_event
from storage.communes import get_commune
from storage.database import Database
from storage.people import Person, Role
from storage.sondage import Poll, PollState
from storage.work import WorkSort

SEED = 0
A_DAY = 0.8
"""Comptes rendus a day and conseiller, all days counted: five or six a week."""


async def fill(database: Database, ids: Mapping[str, str], now: datetime) -> int:
    """Write the register and the history, from last year’s beginning to yesterday; say how many reports there are."""
    last = now.date() - timedelta(days=1)
    start = date(last.year - 1, 1, 1)
    crowd = [_conseiller(actor, ids[actor.username]) for actor in everybody() if actor.files_reports]
    wanted = HistoryPlan(round(A_DAY * len(crowd) * (last - start).days), SEED, start, last)
    async with database.transaction() as db:
        for actor in everybody():
            await people.register_person(db, register(actor, ids[actor.username], now - timedelta(days=500)))
    async with database.engine.connect() as connection:
        async for _ in storing.fill(connection, wanted, crowd):
            pass
    return wanted.count


def register(actor: Actor, user_id: str, since: datetime) -> Person:
    """The actor’s line in the register."""
    return Person(
        id=user_id,
        username=actor.username,
        role=Role(actor.role),
        prenom=actor.first_name,
        nom=actor.last_name,
        email=actor.email,
        code_commune=actor.communes[0] if actor.communes else None,
        structure=actor.structure,
        departements=[actor.departement] if actor.departement else [],
        timezone=actor.timezone,
        since=since,
    )


def _conseiller(actor: Actor, user_id: str) -> Conseiller:
    places = tuple(place for place in map(get_commune, actor.communes) if place)
    dice = random.Random(actor.username)  # noqa: S311  (a story, not a secret)
    departement = actor.departement or places[0].departement
    return Conseiller(user_id, actor.username, departement, actor.structure, places, dice.uniform(0.7, 1.4))


WEEKEND = (5, 6)


async def fill_agenda(database: Database, ids: Mapping[str, str], now: datetime) -> int:
    """Write the events, and who comes; say how many there are."""
    webinar = _event(now, _day(now, 8, 14), ids["agathe"], "Webinaire : les impôts en ligne, ce qui change")
    webinar.details, webinar.url = "Les nouveaux écrans, puis vos questions.", "https://visio.exemple.fr/impots"
    meeting = _event(now, _day(now, 4, 9), ids["agathe"], "Rencontre des conseillers du Rhône")
    meeting.place, meeting.departement = "Médiathèque de Vaulx-en-Velin", "69"
    coffee = _event(now, _day(now, 12, 10), ids["juliette"], "Café numérique des seniors", EventState.PROPOSED)
    coffee.details, coffee.place = (
        "Qui veut venir aider ? On apporte les tablettes.",
        "Maison de quartier, Villeurbanne",
    )
    coffee.departement = "69"
    async with database.transaction() as db:
        for event in (webinar, meeting, coffee):
            await add_event(db, event)
        await agenda.add_attendance(db, meeting, ids["juliette"], now)
    return 3


def _event(
    now: datetime, start: datetime, author_id: str, title: str, state: EventState = EventState.PUBLISHED
) -> AgendaEvent:
    """Proposed yesterday; it takes two hours."""
    yesterday = now - timedelta(days=1)
    return AgendaEvent(
        title=title,
        starts_at=start,
        ends_at=start + timedelta(hours=2),
        zone=PARIS.key,
        author_id=author_id,
        state=state,
        proposed_at=yesterday,
        changed_at=yesterday,
        published_at=yesterday if state is EventState.PUBLISHED else None,
    )


def _day(now: datetime, days: int, hour: int) -> datetime:
    """That hour of a day of the week, in so many days or just after."""
    found = (now + timedelta(days=days)).astimezone(PARIS)
    start = found.replace(hour=hour, minute=0, second=0, microsecond=0)
    while start.weekday() in WEEKEND:
        start += timedelta(days=1)
    return start


async def fill_shelf(database: Database, now: datetime) -> int:
    """Put the resources there, as « import resources » does; say how many."""
    outcome = await Import(database, now, _fail).run(_lines(now.date()), ProgressBar(sys.stderr, "fiche"))
    return outcome.added


def _lines(today: date) -> Iterator[Numbered]:
    text = files("cli.demo").joinpath("fiches.tsv").read_text("utf-8")
    columns, *rows = [line.split("\t") for line in text.splitlines() if not line.startswith("#")]
    for number, row in enumerate(rows, 1):
        line = dict(zip(columns, row, strict=True))
        written = today - timedelta(days=int(line.pop("jours")))
        yield number, line | {"date": written.isoformat()}


def _fail(number: int, reason: str) -> None:
    raise ValueError(f"fiches.tsv, {number}: {reason}")


KEY = "general"
"""The key, in the table, of the channel where everybody is."""
AUTHOR = "agathe"
TITLE = "Général"
QUESTION = "Quels outils vous manquent ?"
OPTIONS = ["Visioconférence", "Agenda partagé", "Espace de fichiers", "Prise de rendez-vous", "Rien de tout cela"]
LASTS = timedelta(days=14)


async def ask_poll(db: AsyncSession, now: datetime) -> int:
    """Write it down, and that it is to be asked: the bot does so when it starts. Say its number."""
    author = await people.by_username(db, AUTHOR)
    if author is None:
        raise ValueError(f"nobody is called {AUTHOR}")
    poll = Poll(
        key="demo",
        by=author.id,
        question=QUESTION,
        options=OPTIONS,
        several=True,
        targets=[targets.NATIONAL],
        channels={(await canaux.find_channel_ids(db))[KEY]: TITLE},
        public=True,
        invited=await targets.count_reached(db, [targets.NATIONAL], now.date()),
        state=PollState.OPEN,
        created_at=now,
        opened_at=now,
        ends_at=now + LASTS,
    )
    number = await polls.add_poll(db, poll)
    if number is None:
        raise ValueError("the demo’s poll is there already")
    await work.add(db, [make_work(WorkSort.STEPS, Broadcast(poll=number), "", now, told=False)])
    return number
