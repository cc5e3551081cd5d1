"""Measure (m): an announcement to every département’s channel of an embedded server, and receipts meanwhile."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bot.clock import utc_now
from config import canaux
from config.canaux import Family
from config.settings import Settings
from sandbox import Sandbox
from storage.database import Database
from storage.people import Person as Registered
from storage.people import Role
from tests.bench.children import COOP_BOT, free_port, program
from tests.bench.client import Chatter
from tests.bench.figures import Figure, ms
from tests.bench.plan import Plan
from tests.bench.store import Stores
from tests.people import Person, Post, Site, first_admin, new_session
from tests.support.cra import WORKSHOP
from tests.support.house import prepare_server

GOAL_S, RECEIPT_S = 30.0, 1.0
WORDS = "Rencontre nationale jeudi à 9 h"
SECRETS = ("bot_token", "command_token", "secret")


@dataclass(frozen=True, slots=True)
class Fair:
    """A team with its channels, the bot at work in it, an animatrice and a conseillère."""

    site: Site
    agathe: Person
    juliette: Person
    channels: Sequence[str]
    codes: Sequence[str]


async def measure(plan: Plan, _: Chatter, stores: Stores, folder: Path) -> Figure:
    """Measure the time from the click on « Envoyer » until the bot says that everybody has the announcement, at its
    usual speed (COOP_WORK_CALLS)."""
    async with _fair(plan, stores, folder) as fair:
        alone = [await _receipt(fair.juliette) for _ in range(plan.receipts)]
        preview = await _previewed(fair)
        begun = time.perf_counter()
        await fair.agathe.clicks(preview, "Envoyer")
        end = asyncio.create_task(_end(fair, preview))
        among = []
        while not end.done():
            among.append(await _receipt(fair.juliette))
        took = await end - begun
        reached = await _reached(fair)
    whole = reached == len(fair.channels)
    met = whole and took <= GOAL_S and max(among) <= RECEIPT_S
    measured = f"{took:.1f} s, {reached} l’ont ; {len(among)} reçus : {ms(median(among))}, {ms(max(among))} au plus"
    what = f"(m) annonce dans {len(fair.channels)} canaux, {stores.name}"
    return Figure(what, measured, f"reçu seul : {ms(median(alone))}", "≤ 30 s, reçus ≤ 1 s", met)


async def _receipt(person: Person) -> float:
    """Measure the seconds from a submission to its receipt."""
    form = (await person.opens("/cra")).fill(**WORKSHOP)
    begun = time.perf_counter()
    answer = await form.submit()
    if not answer.accepted:
        raise RuntimeError(f"a compte rendu was refused: {answer}")
    await person.told("enregistré")
    return time.perf_counter() - begun


async def _previewed(fair: Fair) -> Post:
    form = await fair.agathe.opens("/annonce")
    answer = await form.fill(texte=WORDS, destinataires=list(fair.codes)).submit()
    if not answer.accepted:
        raise RuntimeError(f"the announcement was refused: {answer}")
    return await fair.agathe.told(WORDS)


async def _end(fair: Fair, card: Post) -> float:
    await fair.agathe.rewritten(card, "Envoyée")
    return time.perf_counter()


async def _reached(fair: Fair) -> int:
    """Count the channels that have the announcement exactly once."""
    posts = [(await fair.site.admin.get(f"/channels/{channel}/posts"))["posts"].values() for channel in fair.channels]
    return sum(sum(post["message"] == WORDS for post in here) == 1 for here in posts)


@asynccontextmanager
async def _fair(plan: Plan, stores: Stores, folder: Path) -> AsyncIterator[Fair]:
    server = Sandbox(version="11.2")
    await server.start(port=0)
    try:
        async with new_session() as session:
            admin = await first_admin(session, server.url)
            site = await Site.at(session, server.url, admin.token)
            port = free_port()
            settings = await prepare_server(site, f"http://127.0.0.1:{port}", fix_server=True)
            agathe, juliette = await site.person("agathe"), await site.person("juliette")
            await _register(stores, [(agathe, Role.ANIMATEUR), (juliette, Role.CONSEILLER)])
            by_key = await places(site, plan.announced)
            channels = list(by_key.values())
            variables = environment(settings, stores, folder, port)
            async with program(["-c", COOP_BOT, "serve"], port, "/readyz", variables):
                yield Fair(site, agathe, juliette, channels, [key.partition(":")[2] for key in by_key])
                await site.clear()
    finally:
        await server.stop()


async def places(site: Site, most: int) -> dict[str, str]:
    """Make the channels of so many départements, by key, with the bot in them."""
    planned = [p for p in canaux.read().values() if p.family is Family.DEPARTEMENT][:most]
    return {p.key: await _channel(site, p.address, p.name) for p in planned}


async def _channel(site: Site, name: str, title: str) -> str:
    body = {"team_id": site.team_id, "name": name, "display_name": title, "type": "P"}
    channel = str((await site.admin.post("/channels", body))["id"])
    await site.admin.post(f"/channels/{channel}/members", {"user_id": site.bot_id})
    return channel


async def _register(stores: Stores, roles: Sequence[tuple[Person, Role]]) -> None:
    database = Database(stores.bot)
    async with database.transaction() as db:
        for person, role in roles:
            row = Registered(id=person.id, username=person.username, role=role, departements=["69"], since=utc_now())
            row.structure = "Maison de quartier"
            db.add(row)
    await database.close()


def environment(settings: Settings, stores: Stores, folder: Path, port: int) -> dict[str, str]:
    """Make the bot’s variables, as setup wrote them, at the speed of an operator who changed nothing."""
    told = {f"COOP_{name.upper()}": getattr(settings, name).get_secret_value() for name in SECRETS}
    return told | {
        "COOP_MATTERMOST_URL": settings.mattermost_url,
        "COOP_PUBLIC_URL": settings.public_url,
        "COOP_TEAM": settings.team,
        "COOP_HOST": "127.0.0.1",
        "COOP_PORT": str(port),
        "COOP_DATABASE_URL": stores.bot,
        "COOP_DATA_DIR": str(folder),
        "COOP_LOG_LEVEL": "WARNING",
        "COOP_WELCOME": "non",
    }
