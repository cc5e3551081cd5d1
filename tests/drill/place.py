"""The state before Monday: accounts, channels, the register, years of reports, open tickets, a rule."""

import json
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import aiohttp

from bot.clock import utc_now
from cli.demo_data import history as storing
from cli.demo_data.rows import HistoryPlan, conseillers
from config.settings import Settings
from storage import canaux, moderation, schema
from storage.database import Database
from storage.moderation import Rule, RuleMode
from storage.people import Person as Registered
from storage.people import Role
from tests.bench.announcements import SECRETS, places
from tests.bench.children import settings as usual
from tests.bench.helpdesk import Helpdesk, make_helpdesk
from tests.bench.history import FIRST, LAST
from tests.bench.plan import Plan
from tests.bench.store import Stores
from tests.bench.team import MOST
from tests.drill.cluster import Cluster
from tests.drill.plan import DrillPlan
from tests.people import PASSWORD, Api, Person, Site
from tests.support.house import DOMAIN, prepare_server

TEAM, ADMIN = "cnum", "admin"
TALK = ("ressourcerie", "education", "insertion-professionnelle", "demarches-en-ligne", "veille-numerique")
"""Public channels in which people talk, by key and address: rules look at them."""
ROOM = "moderation"
WORD = "casino"
"""What a rule looks for."""
SPEAKERS = 40
"""Of the people so many type commands and talk."""


@dataclass(frozen=True, slots=True)
class Place:
    """What there is before Monday. ``state`` is what the dialog of a report carries, its ``filled`` fields those of a
    workshop."""

    site: Site
    settings: Settings
    desk: Helpdesk
    marie: Person
    speakers: Sequence[Api]
    people: Sequence[str]
    arriving: Sequence[str]
    talk: Mapping[str, str]
    room: str
    departements: Mapping[str, str]
    """The ids of channels by the codes of départements."""


def write_bulk(file: Path, plan: DrillPlan) -> None:
    """Write the people who are in the team, and those who will come, for Mattermost’s bulk loading."""
    file.write_text("".join(f"{json.dumps(line)}\n" for line in _lines(plan)), "utf-8")


def _lines(plan: DrillPlan) -> Iterator[dict[str, Any]]:
    yield {"type": "team", "team": {"name": TEAM, "display_name": TEAM, "type": "O"}}
    for name in TALK:
        yield {"type": "channel", "channel": {"team": TEAM, "type": "O", "name": name, "display_name": name}}
    yield _user(ADMIN, teams=[], roles="system_user system_admin")
    member = {"name": TEAM, "roles": "team_user", "channels": [{"name": name} for name in TALK]}
    for number in range(plan.people):
        yield _user(f"personne-{number}", teams=[member])
    for number in range(plan.arrivals):
        yield _user(f"arrivante-{number}", teams=[])


def _user(name: str, **more: Any) -> dict[str, Any]:
    account = {"username": name, "email": f"{name}@{DOMAIN}", "password": PASSWORD, "locale": "fr"}
    return {"type": "user", "user": account | more}


@asynccontextmanager
async def prepared(
    plan: DrillPlan, pair: Cluster, session: aiohttp.ClientSession, url: str, entrance: str
) -> AsyncIterator[Place]:
    """Fill the database and the server; the bot is not there yet."""
    admin = Api(session, url)
    me = await admin.log_in(ADMIN, PASSWORD)
    await admin.put("/config/patch", MOST)
    team = await admin.get(f"/teams/name/{TEAM}")
    square = await admin.get(f"/teams/{team['id']}/channels/name/town-square")
    site = Site(admin, (11, 2), me["id"], team["id"], TEAM, square["id"])
    settings = await prepare_server(site, entrance, fix_server=True)
    leads = {"roles": "team_user team_admin"}
    await admin.put(f"/teams/{site.team_id}/members/{site.bot_id}/roles", leads)
    ids = await _ids(admin)
    people = [ids[f"personne-{n}"] for n in range(plan.people)]
    await _store(plan, pair.url(), people)
    desk = await _desk(plan, pair, site, settings, entrance)
    marie = await site.person("marie")
    room = await site.channel(ROOM)
    await site.add_members(room, marie)
    talk = {name: await site.channel(name) for name in TALK}
    await _tell(pair.url(), marie, talk | {ROOM: room})
    by_key = await places(site, plan.channels)
    speakers = [await _logged_in(session, url, f"personne-{n}") for n in range(min(SPEAKERS, plan.people))]
    arriving = [ids[f"arrivante-{n}"] for n in range(plan.arrivals)]
    departements = {key.partition(":")[2]: channel for key, channel in by_key.items()}
    yield Place(site, settings, desk, marie, speakers, people, arriving, talk, room, departements)
    for person in site.people:
        await person.leaves()


def environment(settings: Settings) -> dict[str, str]:
    """Return the variables that all replicas share; newcomers are welcomed."""
    told = {f"COOP_{name.upper()}": getattr(settings, name).get_secret_value() for name in SECRETS}
    shared = usual(settings.mattermost_url, "", Path(), 0) | {"COOP_PUBLIC_URL": settings.public_url}
    more = {"COOP_WELCOME": "oui", "COOP_TRUST_ADDRESSES": "oui", "COOP_DOMAINS": DOMAIN, "COOP_LOG_LEVEL": "INFO"}
    more["COOP_DRAIN"] = "1"  # deploy/haproxy.cfg wants 5: a drill has no time for that
    return shared | told | more


async def _ids(admin: Api) -> dict[str, str]:
    found: dict[str, str] = {}
    page = 0
    while users := await admin.get(f"/users?page={page}&per_page=200"):
        found |= {user["username"]: user["id"] for user in users}
        page += 1
    return found


async def _logged_in(session: aiohttp.ClientSession, url: str, name: str) -> Api:
    api = Api(session, url)
    await api.log_in(name, PASSWORD)
    return api


async def _store(plan: DrillPlan, url: str, people: Sequence[str]) -> None:
    """Store the tables, the register, and what these people filed in three years."""
    await schema.upgrade(url)
    known = enumerate(zip(conseillers(plan.people), people, strict=True))
    crowd = [replace(one, id=user_id, username=f"personne-{n}") for n, (one, user_id) in known]
    async with storing.open_engine(url) as engine, engine.connect() as connection:
        async for _ in storing.fill(connection, HistoryPlan(plan.cras, 1, FIRST, LAST), crowd):
            pass


async def _desk(plan: DrillPlan, pair: Cluster, site: Site, settings: Settings, entrance: str) -> Helpdesk:
    stores = Stores("PostgreSQL", pair.url(), "", 0)
    return await make_helpdesk(Plan(tickets=plan.tickets), stores, site, settings, entrance)


async def _tell(url: str, marie: Person, channels: Mapping[str, str]) -> None:
    """Store that the bot knows these channels, and that marie animates; a rule looks for a word."""
    database, now = Database(url), utc_now()
    async with database.transaction() as db:
        db.add(Registered(id=marie.id, username=marie.username, role=Role.ANIMATEUR, since=now))
        for key, channel in channels.items():
            await canaux.remember_channel(db, key, channel, now)
        settings = {"count": 0, "seconds": 0, "items": [WORD]}
        await moderation.save(db, Rule(name="mots", mode=RuleMode.PROPOSE, settings=settings, changed_at=now))
    await database.close()
