"""What the stories of how resources last share: a shelf of them, its keepers, the rooms, and the bot’s jobs."""

import itertools
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from storage import canaux
from storage.people import Role
from storage.ressources import Resource, ResourceState, resources
from storage.ressources.resources import begin_writing, write_resources
from tests.helping import plain
from tests.house import PARIS, House, until_async
from tests.people import Person, Post
from tests.people.dialog import Dialog
from tests.ressources import resource, stored

_RUNS = itertools.count()


@dataclass
class Shelf:
    """A ressourcerie at work: ``juliette`` writes, ``ana`` animates, in the room « animation »."""

    house: House
    juliette: Person
    ana: Person
    room: str
    channel: str
    numbers: list[int] = field(default_factory=list)

    async def holds(self, titre: str, **more: Any) -> Resource:
        """A published resource of that title, by default Juliette’s."""
        async with self.house.bot.database.transaction() as db:
            said = {"auteur_id": self.juliette.id, "auteur": "juliette", "published_at": self.house.clock()} | more
            new = resource(titre, **said)
            await stored(db, new)
            found = await resources.find_by_key(db, new.key)
        assert found
        return found

    async def now(self, number: int) -> Resource:
        """A resource as it is now."""
        async with self.house.bot.database.transaction(writes=False) as db:
            found = await resources.get_resource(db, number)
        assert found
        return found

    async def changes(self, number: int, **to: Any) -> Resource:
        """It is written anew."""
        async with self.house.bot.database.transaction() as db:
            revision = await begin_writing(db)
            found = await resources.get_resource(db, number)
            assert found
            for name, value in to.items():
                setattr(found, name, value)
            await write_resources(db, [found], revision)
        return await self.now(number)

    async def is_empty(self) -> None:
        """What other stories left is withdrawn."""
        async with self.house.bot.database.transaction() as db:
            revision = await begin_writing(db)
            async for page in resources.iterate_pages(db, ResourceState.PUBLISHED):
                for one in page:
                    one.state, one.review_on = ResourceState.WITHDRAWN, None
                await write_resources(db, page, revision)

    async def runs(self, job: str, at: datetime | None = None) -> None:
        """A job is due, at that time; all that follows from it is done."""
        if at:
            self.house.clock.goes_to(at)
        await self.house.bot.runs.run(("job", f"ressources.{job}"), f"essai-{next(_RUNS)}")
        await self.house.settled()

    async def said(self, containing: str, where: str = "") -> Post:
        """What the bot says in the animateurs’ room (or there), once it says that."""

        async def stands() -> Post | None:
            posts = await self.ana.reads(where or self.room)
            return next((post for post in posts if containing in plain(post)), None)

        return await until_async(stands)

    async def told(self, who: Person, containing: str) -> list[Post]:
        """All that the bot told somebody that contains some words."""
        return [post for post in await who.direct() if containing in plain(post)]


async def goes_on(who: Person, post: Post, label: str) -> Dialog | None:
    """Somebody does what a whispered resource offers, by its button or under « Plus… »; the dialog of that, which may
    go on."""
    if label in post.buttons:
        await who.clicks(post, label)
        return None
    form = await who.opens_by(post, "Plus…")
    wanted = next(value for value, text in form.options("chosen").items() if text == label)
    await form.fill(chosen=wanted).submit()
    return form


def on(day: date, hour: int = 9) -> datetime:
    """That hour of a day, in Paris."""
    return datetime(day.year, day.month, day.day, hour, tzinfo=PARIS)


def days(house: House, number: int, hour: int = 22) -> datetime:
    """So many days from now, at that hour in Paris."""
    return on(house.today + timedelta(days=number), hour)


@pytest.fixture
async def shelf(house: House) -> Shelf:
    """An empty one whose rooms are there."""
    juliette, ana = await house.conseiller(), await house.someone(Role.ANIMATEUR, "ana")
    room, channel = await channel_of(house, ana, "animation", "P"), await channel_of(house, ana, "ressourcerie", "O")
    made = Shelf(house, juliette, ana, room, channel)
    await made.is_empty()
    return made


async def channel_of(house: House, member: Person, key: str, kind: str) -> str:
    """A channel of this name, made anew where a story took it away."""
    async with house.bot.database.transaction(writes=False) as db:
        known = (await canaux.find_channel_ids(db)).get(key)
    if not known:
        call = {"team_id": house.site.team_id, "name": f"{key}-{next(_RUNS)}", "display_name": key, "type": kind}
        known = (await house.site.admin.post("/channels", call))["id"]
        await house.site.admin.post(f"/channels/{known}/members", {"user_id": house.site.bot_id})
        async with house.bot.database.transaction() as db:
            await canaux.remember_channel(db, key, known, house.clock())
    await house.site.admin.post(f"/channels/{known}/members", {"user_id": member.id})
    return str(known)
