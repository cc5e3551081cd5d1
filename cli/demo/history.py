"""The initial data of the demo: the register, reports of some years, events, resources, and a poll."""

import random
import sys
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.work import make_work
from cli.annuaire import read_contact
from cli.demo.cast import DemoPerson, everybody
from cli.demo_data import history as storing
from cli.demo_data.rows import Conseiller, HistoryPlan
from cli.ressources.imports import ResourcesImport
from cli.ressources.lines import Numbered
from cli.terminal import ProgressBar
from commands.actus.drafts import PublishDigest, complete_draft
from commands.actus.harvest import harvest_tables
from commands.sondage.cards import SendPoll
from config import tables
from config.settings import Settings
from config.themes import THEMES
from config.time import PARIS
from storage import agenda, canaux, people, targets, work
from storage import sondage as polls
from storage.actus import digests
from storage.actus.digests import Digest, DigestState
from storage.agenda import AgendaEvent, EventState, add_event
from storage.annuaire.entries import save_contact
from storage.communes import get_commune
from storage.database import Database, change
from storage.people import Person, Role
from storage.people.transitions import forget_role_notices
from storage.sondage import Poll, PollState
from storage.work import WorkSort

SEED = 0
A_DAY = 43
"""The mean number of comptes rendus a day, by all people together."""
VARIETY = 512
"""How many different comptes rendus are drawn for each kind of conseillers: few, so that the demo starts soon."""
DILIGENT = 48
"""So many people of the table, from its top, write five or six comptes rendus a week; the others a few a month."""
OTHERS_SHARE = 0.2
SKILL_WORDS = ("linux", "vidéo", "podcast", "langue des signes", "impression 3D", "jeux éducatifs")


async def fill(database: Database, ids: Mapping[str, str], now: datetime) -> int:
    """Write the register and the reports from the beginning of last year to yesterday; return the number of reports."""
    last = now.date() - timedelta(days=1)
    start = date(last.year - 1, 1, 1)
    crowd = [_conseiller(actor, ids[actor.username]) for actor in everybody() if actor.files_reports]
    wanted = HistoryPlan(A_DAY * (last - start).days, SEED, start, last, VARIETY)
    since = now - timedelta(days=500)
    async with database.transaction() as db:
        await people.register_people(db, [register(actor, ids[actor.username], since) for actor in everybody()])
        await forget_role_notices(db)  # they have long been what they are
    async with database.engine.connect() as connection:
        async for _ in storing.fill(connection, wanted, crowd):
            pass
    return wanted.count


def register(actor: DemoPerson, user_id: str, since: datetime) -> Person:
    """Make the actor’s entry in the register; one in three has skills, one in six helps others."""
    dice = random.Random(f"savoirs {actor.username}")  # noqa: S311  (a story, not a secret)
    knows = actor.files_reports and dice.random() < 1 / 3
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
        skills=dice.sample([code for code in THEMES if code != "autre"], dice.randint(1, 4)) if knows else [],
        skill_words=dice.sample(SKILL_WORDS, 1) if knows and dice.random() < 1 / 3 else [],
        helps=knows and dice.random() < 1 / 2,
        since=since,
    )


def _conseiller(actor: DemoPerson, user_id: str) -> Conseiller:
    places = tuple(place for place in map(get_commune, actor.communes) if place)
    dice = random.Random(actor.username)  # noqa: S311  (a story, not a secret)
    departement = actor.departement or places[0].departement
    diligence = dice.uniform(0.7, 1.4) * (1 if actor in everybody()[:DILIGENT] else OTHERS_SHARE)
    return Conseiller(user_id, actor.username, departement, actor.structure, places, diligence)


WEEKEND = (5, 6)


async def fill_agenda(database: Database, ids: Mapping[str, str], now: datetime) -> int:
    """Write the events and their attendees; return the number of events."""
    webinar = _event(now, _day(now, 8, 14), ids["agathe"], "Webinaire : les impôts en ligne, ce qui change")
    webinar.details, webinar.url = "Les nouveaux écrans, puis vos questions.", "https://visio.exemple.fr/impots"
    meeting = _event(now, _day(now, 4, 9), ids["agathe"], "Rencontre des conseillers du Rhône")
    meeting.place, meeting.departement = "Médiathèque de Vaulx-en-Velin", "69"
    coffee = _event(now, _day(now, 12, 10), ids["juliette"], "Café numérique des seniors", EventState.PROPOSED)
    coffee.details = "Qui veut venir aider ? On apporte les tablettes."
    coffee.place = "Maison de quartier, Villeurbanne"
    coffee.departement = "69"
    async with database.transaction() as db:
        for event in (webinar, meeting, coffee):
            await add_event(db, event)
        await agenda.add_attendance(db, meeting, ids["juliette"], now)
    return 3


def _event(
    now: datetime, start: datetime, author_id: str, title: str, state: EventState = EventState.PUBLISHED
) -> AgendaEvent:
    """Make an event of two hours, proposed yesterday."""
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
    """Return that hour of a weekday at least that many days ahead."""
    found = (now + timedelta(days=days)).astimezone(PARIS)
    start = found.replace(hour=hour, minute=0, second=0, microsecond=0)
    while start.weekday() in WEEKEND:
        start += timedelta(days=1)
    return start


async def fill_directory(database: Database, now: datetime) -> int:
    """Write the contacts of institutions; return their number."""
    rows = tables.read("contacts.tsv", "cli.demo")
    async with database.transaction() as db:
        for row in rows:
            await save_contact(db, read_contact(row, now))
    return len(rows)


async def fill_shelf(database: Database, now: datetime) -> int:
    """Write the resources as « import resources » does; return their number."""
    outcome = await ResourcesImport(database, now, _fail).run(_lines(now.date()), ProgressBar(sys.stderr, "fiche"))
    return outcome.added


def _lines(today: date) -> Iterator[Numbered]:
    for number, line in enumerate(tables.read("fiches.tsv", "cli.demo"), 1):
        written = today - timedelta(days=int(line.pop("jours")))
        yield number, line | {"date": written.isoformat()}


def _fail(number: int, reason: str) -> None:
    raise ValueError(f"fiches.tsv, {number}: {reason}")


EDITO = (
    "Novembre a été le mois des seniors : plus de cent ateliers, de Ferney-Voltaire à Saint-Denis. Merci à toutes et à "
    "tous ! Dans ce numéro, vos fiches les plus utiles et les rendez-vous de décembre."
)
EDITION = "vendredi"
NEWS_DAYS = 21
"""How many days back the demo’s digest collects."""


async def publish_news(db: AsyncSession, settings: Settings, now: datetime) -> int:
    """Write a digest that the bot publishes at its start; return its number."""
    author, until = await people.by_username(db, AUTHOR), _day(now, -1 - (now.weekday() - FRIDAY - 1) % 7, 9)
    by = author.id if author else ""
    digest = Digest(
        number=0,
        edition=EDITION,
        day=until.date(),
        first_day=until.date(),
        at=now,
        state=DigestState.PUBLISHING,
        since=now - timedelta(days=NEWS_DAYS),
        until=now,
        edito=EDITO,
        edito_by=by,
        approved_by=by,
        approved_at=now,
        created_at=now,
    )
    await digests.hold_numbers(db, now)
    issue = await digests.begin(db, digest)
    await harvest_tables(db, issue.since, issue.until, settings)
    await complete_draft(db, issue)
    # What the issue had no room for is for the next one, which begins where this one ended.
    await change(db, issue, until=until)
    await work.add(db, [make_work(WorkSort.STEPS, PublishDigest(digest=issue.number), "", now, told=False)])
    return issue.number


FRIDAY = 4
KEY = "general"
"""The key, in the table, of the channel where everybody is."""
AUTHOR = "agathe"
TITLE = "Général"
QUESTION = "Quels outils vous manquent ?"
OPTIONS = ["Visioconférence", "Agenda partagé", "Espace de fichiers", "Prise de rendez-vous", "Rien de tout cela"]
LASTS = timedelta(days=14)


async def ask_poll(db: AsyncSession, now: datetime) -> int:
    """Write a poll that the bot sends at its start; return its number."""
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
    await work.add(db, [make_work(WorkSort.STEPS, SendPoll(poll=number), "", now, told=False)])
    return number
