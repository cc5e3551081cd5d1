"""What the stories of the ressourcerie share: who deposits, who reviews, and the two places where it speaks."""

import warnings
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic
from typing import Any

import pytest
from sqlmodel import col, select

from storage import canaux
from storage.people import Role
from storage.ressources.resources import Resource
from tests.house import House, hears, until_async
from tests.people import Person, Post, Refused
from tests.people.dialog import Answer

ROOMS = {"animation": "P", "ressourcerie": "O"}


@dataclass
class Shelf:
    """A ressourcerie at work: ``agathe`` and ``omar`` review, in the room that ``rooms`` names. What stood there
    ``before`` may be about others of the same numbers."""

    house: House
    juliette: Person
    agathe: Person
    omar: Person
    rooms: dict[str, str]
    before: frozenset[str]

    async def deposits(self, who: Person, line: str = "", **fields: Any) -> Answer:
        """Somebody sends the window."""
        form = await who.opens(f"/ressources ajouter {line}".strip())
        answer = await form.fill(**fields).submit()
        assert answer.accepted, answer
        return answer

    async def proposes(self, who: Person, titre: str, **fields: Any) -> tuple[Resource, Post]:
        """Somebody proposes something; it, and its card."""
        await self.deposits(who, titre=titre, **({"description": "Pas à pas."} | fields))
        resource = await self.titled(titre)
        card = await self.card(resource)
        await self.house.settled()
        return resource, card

    async def titled(self, titre: str) -> Resource:
        """The resource of that title, once it is there."""

        async def is_there() -> Resource | None:
            async with self.house.bot.database.transaction(writes=False) as db:
                named = select(Resource).where(Resource.titre == titre).order_by(col(Resource.id).desc())
                return (await db.exec(named)).first()

        return await until_async(is_there)

    async def now(self, resource: Resource) -> Resource:
        """The same as it is now."""
        async with self.house.bot.database.transaction(writes=False) as db:
            return (await db.exec(select(Resource).where(Resource.id == resource.id))).one()

    async def card(self, resource: Resource, containing: str = "") -> Post:
        """Its newest card in the animateurs’ room, once it says that."""

        async def stands() -> Post | None:
            posts = await self.agathe.reads(self.rooms["animation"])
            new = [p for p in posts if p.id not in self.before and not p.root_id]
            mine = [p for p in new if f"Fiche n° {resource.id}," in plain(p)]
            return next((p for p in reversed(mine) if containing in plain(p)), None)

        return await until_async(stands)

    async def said(self, containing: str, *, root: Post | None = None, room: str = "ressourcerie") -> Post:
        """What the bot says in a place (under a post), once it does."""

        async def stands() -> Post | None:
            posts = [p for p in await self.agathe.reads(self.rooms[room]) if p.user_id == self.house.site.bot_id]
            mine = [p for p in posts if containing in plain(p) and p.root_id == (root.id if root else "")]
            return mine[-1] if mine else None

        return await until_async(stands)

    async def all_said(self, containing: str, room: str = "ressourcerie") -> list[Post]:
        """All that the bot says there with these words."""
        posts = [p for p in await self.agathe.reads(self.rooms[room]) if p.user_id == self.house.site.bot_id]
        return [p for p in posts if containing in plain(p)]


def plain(post: Post) -> str:
    """What a post says, with plain spaces."""
    return post.text.replace("\u00a0", " ").replace("\u200b", "")


async def gives(person: Person, text: str = "", channel: str = "", **files: bytes) -> Post:
    """A message with files, by default in the direct channel with the bot; « __ » stands for a dot."""
    channel = channel or await person.direct_channel()
    ids = [await person.api.upload(channel, name.replace("__", "."), content) for name, content in files.items()]
    return Post.read(await person.api.post("/posts", {"channel_id": channel, "message": text, "file_ids": ids}))


def link(shelf: Shelf, post: Post) -> str:
    """As « Copy link » gives it."""
    return f"{shelf.house.site.url}/{shelf.house.site.team}/pl/{post.id}"


async def sends(who: Person, post: Post, label: str, **fields: str) -> Answer:
    """Somebody fills the window behind a button, and sends it."""
    form = await who.opens_by(post, label)
    answer = await form.fill(**fields).submit()
    assert answer.accepted, answer
    return answer


class Steps:
    """How long each step of a fixture took: this one was seen to wait for half a minute, nobody knows for what."""

    LONG = 10.0

    def __init__(self, house: House) -> None:
        self._house, self._took, self._since = house, dict[str, float](), monotonic()

    def done(self, step: str) -> None:
        """One is over."""
        now = monotonic()
        self._took[step], self._since = round(now - self._since, 1), now

    async def tell(self, step: str) -> None:
        """The last one is over: warn where all of them took long, with what the bot had in hand."""
        self.done(step)
        if sum(self._took.values()) > self.LONG:
            warnings.warn(
                f"a fixture took long: {self._took} in {self._house.site.url}: {await self._house.left()}", stacklevel=1
            )


@pytest.fixture
async def shelf(house: House) -> Shelf:
    """A ressourcerie on a day of its own, whose places are known to the bot."""
    house.clock.goes_to(house.clock() + timedelta(seconds=1))
    steps = Steps(house)
    juliette = await house.conseiller()
    agathe, omar = await house.someone(Role.ANIMATEUR, "agathe"), await house.someone(Role.ANIMATEUR, "omar")
    steps.done("people")
    rooms = {key: await a_room(house, key, kind) for key, kind in ROOMS.items()}
    for place in rooms.values():
        for animateur in (agathe, omar):
            await house.site.admin.post(f"/channels/{place}/members", {"user_id": animateur.id})
    steps.done("rooms")
    async with house.bot.database.transaction() as db:
        for key, place in rooms.items():
            await canaux.remember_channel(db, key, place, house.clock())
    steps.done("database")
    await until_async(lambda: hears(house.bot, set(), {rooms["ressourcerie"]}))
    await steps.tell("hearing")
    before = frozenset(post.id for post in await agathe.reads(rooms["animation"]))
    return Shelf(house, juliette, agathe, omar, rooms, before)


async def a_room(house: House, name: str, kind: str) -> str:
    """The id of the team’s channel of that name, made at need, with the bot in it."""
    admin, team = house.site.admin, house.site.team_id
    try:
        found = await admin.get(f"/teams/{team}/channels/name/{name}")
    except Refused:
        body = {"team_id": team, "name": name, "display_name": name.capitalize(), "type": kind}
        found = await admin.post("/channels", body)
    await admin.post(f"/channels/{found['id']}/members", {"user_id": house.site.bot_id})
    return str(found["id"])
