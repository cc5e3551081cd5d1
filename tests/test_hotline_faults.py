"""Stories: a room that is not there, Mattermost away, a bot killed in the middle: nothing lost, nothing twice."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.app import App
from bot.clock import utc_now
from bot.context import Request
from bot.spool import Submission
from bot.websocket.progress import CURSOR
from commands import canaux, hotline
from commands.aide import aide
from commands.hotline.feature import where
from storage import canaux as known
from storage.cursors import Cursor
from storage.database import Database
from storage.hotline import cards
from storage.hotline.tickets import Ticket
from storage.people import Person as Registered
from storage.people import Role
from tests.bench.children import COOP_BOT, Child, free_port, program
from tests.databases import KINDS, address
from tests.helping import USUAL, changes, plain, writes
from tests.house import hears, until_async
from tests.people import Person, Post, unique
from tests.room import Room, a_room
from tests.workplace import FIRST, Workplace

RUNS, LINES = 3, 4
"""How often the bot is killed, and what is written each time."""
QUEUES = {"espace-coop": "Aide Espace Coop", "metier": "Aide métier"}
ROOM = "hotline-espace-coop"


@dataclass
class Helpdesk(Workplace):
    """A workplace where the hotline is at work, and nobody has made its rooms."""

    @asynccontextmanager
    async def bot(self) -> AsyncIterator[App]:
        """One run of the bot."""
        others = (hotline.feature, hotline.billet, canaux.feature)
        app = App(self.settings(), [aide(others), *others], first=FIRST)
        await app.start()
        await until_async(lambda: self.is_heard(app))
        try:
            yield app
        finally:
            await app.stop()

    async def is_heard(self, app: App) -> bool:
        """Whether it listens wherever it should."""
        async with app.database.transaction(writes=False) as db:
            listens = await where(db, self.settings())
        return await hears(app, set(listens.channels))

    async def files(self, app: App, subject: str, key: str = "") -> Any:
        """Juliette sends the window, though Mattermost may answer nothing."""
        key = key or unique("key")
        sent = Submission("hotline.OpenTicket", key, self.juliette.id, USUAL | {"sujet": subject}, {"queues": QUEUES})
        return await app.dispatcher.run(Request("submit", "hotline.OpenTicket", self.juliette.id, key=key), sent)

    async def cards(self) -> list[Post]:
        """What the bot said in the room; nothing while there is none."""
        place = await self.place()
        return [post for post in await self._posts(place) if not post.root_id] if place else []

    async def lines(self, root: Post) -> list[Post]:
        """What the bot said in the thread of a post."""
        return [post for post in await self._posts(root.channel_id) if post.root_id == root.id]

    async def _posts(self, channel_id: str) -> list[Post]:
        found = await self.room.site.admin.get(f"/channels/{channel_id}/posts?per_page=200")
        posts = [Post.read(found["posts"][ident]) for ident in reversed(found["order"])]
        return [post for post in posts if post.user_id == self.room.bot_id and not post.type]

    @asynccontextmanager
    async def asks(self) -> AsyncIterator[AsyncSession]:
        """The database, whether or not a bot is at work."""
        database = Database(self.url)
        async with database.transaction() as db:
            yield db
        await database.close()

    async def place(self) -> str:
        """The id of the room; "" while there is none."""
        async with self.asks() as db:
            return (await known.by_key(db)).get(ROOM, "")

    async def card(self, subject: str) -> Post:
        """The card of that subject, once it stands there."""

        async def stands() -> Any:
            return next((post for post in await self.cards() if subject in post.text and not post.root_id), None)

        return await until_async(stands)

    async def stands(self, subject: str) -> bool:
        """Whether it is known where the card and the receipt of that subject stand."""
        async with self.asks() as db:
            found = (await db.exec(select(Ticket).where(Ticket.subject == subject))).one()
            card = await cards.get(db, found)
        return bool(found.thread_post and card and card.post_id)

    async def registers_as(self, person: Person, role: Role) -> None:
        """Somebody has that role."""
        async with self.asks() as db:
            await db.merge(Registered(id=person.id, username=person.username, role=role, since=utc_now()))

    @asynccontextmanager
    async def process(self) -> AsyncIterator[Child]:
        """The bot as an operator starts it, in a process of its own; killed at the end."""
        settings = self.settings(port=free_port())
        told = {
            name: getattr(settings, name) for name in ("mattermost_url", "team", "database_url", "data_dir", "host")
        }
        secrets = ("bot_token", "command_token", "secret")
        told |= {name: getattr(settings, name).get_secret_value() for name in secrets}
        told |= {"port": settings.port, "public_url": f"http://127.0.0.1:{settings.port}", "work_calls": 1000}
        told |= {"secret": "s" * 40, "welcome": "non"}
        environment = {f"COOP_{name.upper()}": str(value) for name, value in told.items()}
        async with program(["-c", COOP_BOT, "serve"], settings.port, "/readyz", environment) as child:
            yield child
            child.process.kill()


@pytest.fixture(params=["11.2", "5.37"])
async def room(request: pytest.FixtureRequest) -> AsyncIterator[Room]:
    async with a_room(request.param) as room:
        yield room


@pytest.fixture(params=["sqlite"])
async def place(request: pytest.FixtureRequest, room: Room, tmp_path: Path) -> AsyncIterator[Helpdesk]:
    async with address(request, tmp_path) as url:
        yield Helpdesk(room, url, tmp_path)


async def registered(place: Helpdesk, name: str, role: Role) -> Person:
    """Somebody of the register."""
    person = await place.room.site.person(name)
    await place.registers_as(person, role)
    return person


async def test_a_room_is_made_when_first_needed_and_its_agents_are_in_it(place: Helpdesk) -> None:
    agathe = await registered(place, "agathe", Role.HOTLINE)
    async with place.bot() as app:
        await place.files(app, "La toute première")
        card = await place.card("La toute première")
        made = await place.room.site.admin.get(f"/channels/{card.channel_id}")
        assert (made["name"], made["type"]) == (ROOM, "P")
        await until_async(lambda: _is_in(place, card.channel_id, agathe))
        await place.files(app, "La seconde")
        await place.card("La seconde")


async def _is_in(place: Helpdesk, channel_id: str, who: Person) -> bool:
    members = await place.room.site.admin.get(f"/channels/{channel_id}/members?per_page=200")
    return who.id in {member["user_id"] for member in members}


async def test_a_room_that_the_bot_cannot_enter_is_told_of_and_then_filled(place: Helpdesk) -> None:
    agathe = await registered(place, "agathe", Role.ANIMATEUR)
    site = place.room.site
    body = {"team_id": site.team_id, "name": ROOM, "display_name": "Hotline", "type": "P"}
    made = await site.admin.post("/channels", body)
    async with place.bot() as app:
        await place.files(app, "En attente d’une salle")
        agathe.acts()
        told = await until_async(lambda: _told(agathe))
        assert ROOM in told.text
        await site.admin.post(f"/channels/{made['id']}/members", {"user_id": place.room.bot_id})
        await app.runs.run(("job", "hotline.put_up_all"), "story")
        await place.card("En attente d’une salle")


async def _told(who: Person) -> Post | None:
    return next((post for post in await who.direct() if "attendent une salle" in post.text), None)


@pytest.mark.parametrize("place", KINDS, indirect=True)
async def test_what_is_filed_while_mattermost_is_away_has_its_card_later_and_once(place: Helpdesk) -> None:
    await registered(place, "agathe", Role.HOTLINE)
    await place.registers_as(place.juliette, Role.CONSEILLER)
    async with place.bot() as app:
        await place.files(app, "Avant la panne")
        await place.card("Avant la panne")
        place.room.server.faults.status = 503
        key = unique("key")
        for _ in range(2):
            await place.files(app, "Pendant la panne", key)
        place.room.server.faults.status = None
        await place.card("Pendant la panne")
        await until_async(lambda: place.stands("Pendant la panne"))
    assert len([post for post in await place.cards() if "Pendant la panne" in post.text]) == 1
    assert len([post for post in await place.juliette.direct() if "Pendant la panne" in post.text]) == 1


@pytest.mark.parametrize("place", KINDS, indirect=True)
@pytest.mark.parametrize("room", ["11.2"], indirect=True)
@pytest.mark.timeout(180)
async def test_killed_in_the_middle_each_line_is_there_once_as_it_was_last(place: Helpdesk) -> None:
    agathe = await registered(place, "agathe", Role.HOTLINE)
    await place.registers_as(place.juliette, Role.CONSEILLER)
    async with place.bot() as app:
        await place.files(app, "Tuée en chemin")
        card = await place.card("Tuée en chemin")
        await until_async(lambda: place.stands("Tuée en chemin"))
        await until_async(lambda: _is_in(place, card.channel_id, agathe))
        await until_async(lambda: place.is_heard(app))
    receipt = (await place.juliette.direct())[-1]
    async with place.asks() as db:  # it is no new installation, which has heard nothing so far
        await db.merge(Cursor(name=CURSOR, at=utc_now()))
    for run in range(RUNS):
        async with place.process():
            for number in range(LINES):
                who, root = ((agathe, card), (place.juliette, receipt))[number % 2]
                line = await writes(who, root, f"ligne {run}-{number}, premier jet")
                await asyncio.sleep(0.03 * run)
                await changes(who, line, f"ligne {run}-{number}, relue")
    async with place.bot():
        await until_async(lambda: _all_are_mirrored(place, card, receipt))
    for root in (card, receipt):
        said = [plain(post) for post in await place.lines(root) if "ligne" in post.text]
        assert len(said) == len(set(said)) == RUNS * LINES // 2, said


async def _all_are_mirrored(place: Helpdesk, card: Post, receipt: Post) -> bool:
    """Whether each line is on the other side as it was left; what is more is told by the test."""
    said = [post.text for root in (card, receipt) for post in await place.lines(root)]
    return all(any(f"ligne {r}-{n}, relue" in text for text in said) for r in range(RUNS) for n in range(LINES))


async def test_a_deleted_card_is_put_back_and_a_room_made_anew_is_filled(place: Helpdesk) -> None:
    agathe = await registered(place, "agathe", Role.HOTLINE)
    async with place.bot() as app:
        await place.files(app, "Carte supprimée")
        card = await place.card("Carte supprimée")
        await until_async(lambda: place.stands("Carte supprimée"))
        answer = str(await place.runs_command(app, "ticket", "1", person=agathe))
        assert "Remettre la carte" not in answer
        await place.room.site.admin.delete(f"/posts/{card.id}")
        answer = str(await place.runs_command(app, "ticket", "1", person=agathe))
        assert "Remettre la carte" in answer
        await app.dispatcher.run(Request("button", "hotline.PutUp", agathe.id), {"ticket": 1})
        again = await place.card("Carte supprimée")
        assert again.id != card.id
        async with place.asks() as db:
            await known.forget(db, ROOM)
        await place.room.site.admin.put(f"/channels/{card.channel_id}/patch", {"name": "ancienne-salle"})
        await place.room.site.admin.delete(f"/channels/{card.channel_id}")
        await app.runs.run(("job", "hotline.put_up_all"), "story")
        moved = await place.card("Carte supprimée")
        assert moved.channel_id != card.channel_id


async def test_agents_hear_once_that_who_asked_has_left(place: Helpdesk) -> None:
    await place.registers_as(place.juliette, Role.CONSEILLER)
    async with place.bot() as app:
        await place.files(app, "Je pars demain")
        card = await place.card("Je pars demain")
        await until_async(lambda: place.stands("Je pars demain"))
        async with place.asks() as db:
            left = utc_now().date() - timedelta(days=2)
            await db.execute(update(Registered).where(col(Registered.id) == place.juliette.id).values(left_on=left))
        for day in ("lundi", "mardi"):
            await app.runs.run(("job", "hotline.see_to_the_open"), day)
        await until_async(lambda: place.lines(card))
        assert [plain(post) for post in await place.lines(card)] == [
            f"@{place.juliette.username} a quitté le réseau : résolvez la demande si elle n’a plus lieu d’être."
        ]
