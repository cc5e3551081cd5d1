"""A hotline whose bot is started, stopped and killed: what the stories of its faults share."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.app import App
from bot.clock import utc_now
from bot.context import Request
from bot.spool import Submission
from commands import canaux, hotline
from commands.aide import build_aide
from commands.hotline.feature import watch_rooms
from storage import canaux as known
from storage.database import Database
from storage.hotline import posts
from storage.hotline.tickets import Ticket
from storage.people import Person as Registered
from storage.people import Role
from tests.databases import address
from tests.helping import USUAL
from tests.house import hears, until_async
from tests.people import Person, Post, unique
from tests.room import Room, a_room
from tests.workplace import FIRST, Workplace

QUEUES = {"espace-coop": "Aide Espace Coop", "metier": "Aide métier"}
ROOM = "hotline-espace-coop"


@dataclass
class Helpdesk(Workplace):
    """A workplace where the hotline is at work, and nobody has made its rooms."""

    @asynccontextmanager
    async def bot(self) -> AsyncIterator[App]:
        """One run of the bot."""
        others = (hotline.feature, hotline.billet, canaux.feature)
        app = App(self.settings(), [build_aide(others), *others], first=FIRST)
        await app.start()
        await until_async(lambda: self.is_heard(app))
        try:
            yield app
        finally:
            await app.stop()

    async def is_heard(self, app: App) -> bool:
        """Whether it listens wherever it should."""
        async with app.database.transaction(writes=False) as db:
            listens = await watch_rooms(db, self.settings())
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
            return (await known.find_channel_ids(db)).get(ROOM, "")

    async def card(self, subject: str) -> Post:
        """The card of that subject, once it stands there."""

        async def stands() -> Any:
            return next((post for post in await self.cards() if subject in post.text and not post.root_id), None)

        return await until_async(stands)

    async def stands(self, subject: str) -> bool:
        """Whether it is known where the card and the receipt of that subject stand."""
        async with self.asks() as db:
            found = (await db.exec(select(Ticket).where(Ticket.subject == subject))).one()
            card = await posts.get_card(db, found)
        return bool(found.thread_post and card and card.post_id)

    async def registers_as(self, person: Person, role: Role) -> None:
        """Somebody has that role."""
        async with self.asks() as db:
            await db.merge(Registered(id=person.id, username=person.username, role=role, since=utc_now()))


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
