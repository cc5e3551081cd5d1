"""A hotline on an embedded server: open tickets whose cards and receipts stand, and the agents who click them."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.clock import utc_now
from bot.links import Links
from commands.hotline.cards import CARD, RECEIPT
from config import hotline
from config.settings import Settings
from sandbox import Sandbox
from storage import canaux, outbox, watchlist
from storage.database import Database
from storage.hotline import posts, tickets
from storage.hotline.posts import TicketCard
from storage.hotline.tickets import Ticket
from storage.outbox import Outgoing, TargetKind
from storage.people import Person as Registered
from storage.people import Role
from tests.bench.announcements import environment
from tests.bench.children import COOP_BOT, free_port, program
from tests.bench.plan import Plan
from tests.bench.store import Stores
from tests.people import PASSWORD, Api, Person, Site, first_admin, new_session
from tests.support.hotline import make_ticket
from tests.support.house import prepare_server, wait_for

AGENTS = 50
QUEUE = "espace-coop"


@dataclass(frozen=True, slots=True)
class Helpdesk:
    """The bot at work at ``url``; ``agents`` click on the tickets ``numbers``. ``spoken`` is the ticket about which
    juliette and agathe talk, whose card and receipt are these posts in the room and in her direct channel."""

    url: str
    links: Links
    site: Site
    juliette: Person
    agathe: Person
    agents: Sequence[str]
    numbers: Sequence[int]
    room: str
    spoken: Ticket
    card: str


@asynccontextmanager
async def helpdesk(plan: Plan, stores: Stores, folder: Path) -> AsyncIterator[Helpdesk]:
    """Give a helpdesk of so many tickets, fifty agents, and as many authors."""
    server = Sandbox(version="11.2")
    await server.start(port=0)
    try:
        async with new_session() as session:
            admin = await first_admin(session, server.url)
            await admin.put("/config/patch", {"TeamSettings": {"MaxUsersPerTeam": 1000}})
            site = await Site.at(session, server.url, admin.token)
            port = free_port()
            settings = await prepare_server(site, f"http://127.0.0.1:{port}", fix_server=True)
            made = await make_helpdesk(plan, stores, site, settings, f"http://127.0.0.1:{port}")
            variables = environment(settings, stores, folder, port)
            async with program(["-c", COOP_BOT, "serve"], port, "/readyz", variables):
                await listens(stores, made.room)
                yield made
                await site.clear()
    finally:
        await server.stop()


async def make_helpdesk(plan: Plan, stores: Stores, site: Site, settings: Settings, url: str) -> Helpdesk:
    """Make the accounts, the room and the tickets, for a bot that is reached at ``url``."""
    juliette, agathe = await site.person("juliette"), await site.person("agathe")
    agents, askers = await _accounts(site, "agent"), [juliette.id, *await _accounts(site, "demande")]
    room = await _room(site, agathe)
    bot = Api(site.admin.session, site.url, settings.bot_token.get_secret_value())
    database = Database(stores.bot)
    async with database.transaction() as db:
        for user_id, role in (*((one, Role.HOTLINE) for one in (agathe.id, *agents)), (juliette.id, Role.CONSEILLER)):
            db.add(Registered(id=user_id, username=f"u{user_id}", role=role, departements=["69"], since=utc_now()))
        await canaux.remember_channel(db, hotline.read()[QUEUE].room_key, room, utc_now())
    # The first is about nothing but what is said; nobody clicks it.
    stood = [await _ticket(database, bot, room, askers[n % len(askers)], site) for n in range(plan.tickets + 1)]
    await database.close()
    spoken, card = stood[0]
    numbers = [ticket.number for ticket, _ in stood[1:]]
    links = Links(settings.secrets)
    return Helpdesk(url, links, site, juliette, agathe, agents, numbers, room, spoken, card)


async def _accounts(site: Site, name: str) -> list[str]:
    account = {"password": PASSWORD, "locale": "fr"}
    named = [account | {"username": f"{name}{n}", "email": f"{name}{n}@exemple.fr"} for n in range(AGENTS)]
    ids = [str((await site.admin.post("/users", one))["id"]) for one in named]
    rows = [{"team_id": site.team_id, "user_id": user_id} for user_id in ids]
    await site.admin.post(f"/teams/{site.team_id}/members/batch", rows)
    return ids


async def _room(site: Site, agathe: Person) -> str:
    name = hotline.read()[QUEUE].room_key
    body = {"team_id": site.team_id, "name": name, "display_name": name, "type": "P"}
    room = str((await site.admin.post("/channels", body))["id"])
    for user_id in (site.bot_id, agathe.id):
        await site.admin.post(f"/channels/{room}/members", {"user_id": user_id})
    return room


async def _ticket(database: Database, bot: Api, room: str, author_id: str, site: Site) -> tuple[Ticket, str]:
    """Store an open ticket and return it with the post of its card, all as the bot leaves it once both are posted."""
    direct = str((await bot.post("/channels/direct", [author_id, site.bot_id]))["id"])
    card, receipt = [
        str((await bot.post("/posts", {"channel_id": place, "message": "Demande"}))["id"]) for place in (room, direct)
    ]
    now = utc_now()
    async with database.transaction() as db:
        written = await tickets.add(
            db, make_ticket(now, author_id=author_id, thread_post=receipt, thread_channel=direct)
        )
        assert written
        await posts.save_card(db, TicketCard(ticket=written.number, queue=QUEUE, channel_id=room, post_id=card))
        sent = [
            (CARD.of(written), TargetKind.CHANNEL, room, card),
            (RECEIPT.of(written), TargetKind.PERSON, author_id, receipt),
        ]
        await outbox.add(db, [_mark(topic, where, target, post, now) for topic, where, target, post in sent])
    return written, card


def _mark(topic: str, where: TargetKind, target: str, post_id: str, now: datetime) -> Outgoing:
    """Make the row that the outbox keeps of a delivered message."""
    return Outgoing(
        id=secrets.token_hex(13),
        where=where,
        target=target,
        content={},
        topic=topic,
        created_at=now,
        delivered_at=now,
        post_id=post_id,
    )


async def listens(stores: Stores, room: str) -> None:
    """Wait until the bot knows who is in a room, and so hears messages there."""
    database = Database(stores.bot)

    async def is_ready() -> bool:
        async with database.transaction(writes=False) as db:
            place = (await watchlist.list_places(db)).get(room)
        return bool(place and place.is_ready)

    await wait_for(is_ready)
    await asyncio.sleep(0.5)
    await database.close()
