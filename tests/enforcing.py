"""What the stories of measures share: who decides, whom it concerns, the room, and channels of a story’s own."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlmodel import col, select

from bot.app import App
from bot.watchlist import BREATH
from storage import canaux, watchlist
from storage.canaux import Allowance
from storage.journal import AuditAct, JournalEntry
from storage.moderation import Case, Measure
from storage.people import Role
from tests.house import House, hears, until_async
from tests.people import Person, Post, unique
from tests.people.api import Refused
from tests.shelving import a_room, plain

__all__ = ["Bench", "bench", "plain"]


@dataclass
class Bench:
    """Moderation at work: ``agathe`` and ``omar`` decide about ``lea``, who is in the public ``place``, the private
    ``club`` and the default channel; ``juliette`` is there, too."""

    house: House
    juliette: Person
    lea: Person
    agathe: Person
    omar: Person
    room: str
    place: str
    club: str
    title: str

    def link(self, post: Post) -> str:
        """As « Copy link » gives it."""
        return f"{self.house.site.url}/{self.house.site.team}/pl/{post.id}"

    @property
    def square(self) -> str:
        """The default channel."""
        return self.house.site.square

    async def moderates(self, line: str, who: Person | None = None, channel: str = "") -> str:
        """An animateur types a line; what they read."""
        return plain(await (who or self.agathe).asks(f"/moderer {line}", channel))

    async def is_in(self, who: Person, channel: str) -> bool:
        """Whether somebody is in a channel."""
        try:
            await self.house.site.admin.get(f"/channels/{channel}/members/{who.id}")
        except Refused as refusal:
            if refusal.status != 404:
                raise
            return False
        return True

    async def is_out(self, who: Person, channel: str) -> None:
        """Wait until somebody is out of a channel."""
        await until_async(lambda: self._is(who, channel, there=False))
        if channel == self.club:
            await until_async(lambda: self._is_known_out(who))

    async def is_back(self, who: Person, channel: str) -> None:
        """Wait until somebody is in it again."""
        await until_async(lambda: self._is(who, channel, there=True))

    async def _is_known_out(self, who: Person) -> bool:
        """Whether the bot, too, knows that somebody left the private channel."""
        async with self.house.bot.database.transaction(writes=False) as db:
            known = (await watchlist.find_members(db, self.club, [who.id])).get(who.id)
        return self.house.bot.events.is_idle and (known is None or not known.is_in)

    async def _is(self, who: Person, channel: str, *, there: bool) -> bool:
        return await self.is_in(who, channel) is there

    async def joins(self, who: Person, channel: str) -> None:
        """Somebody is brought in by the server’s admin, once the bot may know that it has to listen there."""
        await asyncio.sleep(6 * BREATH)
        await self.house.site.admin.post(f"/channels/{channel}/members", {"user_id": who.id})

    async def reads(self, channel: str) -> list[str]:
        """What people and the bot have said there, as it stands."""
        return [plain(p) for p in await self.agathe.reads(channel) if not p.type]

    async def stands(self, post: Post, *, there: bool) -> None:
        """Wait until a message stands, or is gone."""

        async def is_so() -> bool:
            return any(p.id == post.id for p in await self.agathe.reads(post.channel_id)) is there

        await until_async(is_so)

    async def said(self, channel: str, containing: str) -> Post:
        """What the bot says in a channel, once it does."""

        async def found() -> Post | None:
            posts = [p for p in await self.agathe.reads(channel) if p.user_id == self.house.site.bot_id]
            return next((p for p in reversed(posts) if containing in plain(p)), None)

        return await until_async(found)

    async def measures(self, who: Person | None = None) -> list[Measure]:
        """Those of somebody, or of no person, oldest first."""
        async with self.house.bot.database.transaction(writes=False) as db:
            theirs = select(Measure).where(Measure.user_id == (who.id if who else ""))
            return list((await db.exec(theirs.order_by(col(Measure.entry)))).all())

    async def last(self, who: Person | None = None) -> Measure:
        """The last of those."""
        return (await self.measures(who))[-1]

    async def entries(self, act: AuditAct, target: Person | None = None) -> list[JournalEntry]:
        """What the journal says of such acts (about somebody), oldest first."""
        async with self.house.bot.database.transaction(writes=False) as db:
            found = (
                await db.exec(select(JournalEntry).where(JournalEntry.act == act).order_by(col(JournalEntry.id)))
            ).all()
            return [entry for entry in found if target is None or entry.target_id == target.id]

    async def cases(self, who: Person) -> list[Case]:
        """Those about somebody, oldest first."""
        async with self.house.bot.database.transaction(writes=False) as db:
            return list((await db.exec(select(Case).where(Case.author_id == who.id).order_by(col(Case.id)))).all())

    async def kept_out(self, who: Person) -> list[Allowance]:
        """From which channels the checks keep somebody by name."""
        async with self.house.bot.database.transaction(writes=False) as db:
            return [each for each in await canaux.list_allowances(db) if each.user_id == who.id]

    async def clock_strikes(self, app: App | None = None) -> None:
        """The job that ends what is due runs."""
        await (app or self.house.bot).runs.run(("job", "moderation.expire"), unique("fois"))


async def with_file(who: Person, channel: str, words: str, name: str, data: bytes, root_id: str = "") -> Post:
    """Somebody writes with a file."""
    file_id = await who.api.upload(channel, name, data)
    body = {"channel_id": channel, "message": words, "file_ids": [file_id], "root_id": root_id}
    return Post.read(await who.api.post("/posts", body))


async def carries(who: Person, post: Post, files: dict[str, bytes]) -> None:
    """A post has these files; where not, it is told what it says of those that could not come with it."""
    found = await who.files(post)
    assert found == files, f"{sorted(found)} of {post.file_ids} under: {post.text}"


@pytest.fixture(scope="module")
async def known(house: House) -> AsyncIterator[None]:
    """Other files’ stories know nothing of these two channels."""
    yield
    async with house.bot.database.transaction() as db:
        for key in ("departement:69", "general"):
            await canaux.forget_channel(db, key)


@pytest.fixture
async def bench(house: House, known: None) -> Bench:
    """Moderation whose places are known to the bot."""
    house.clock.goes_to(house.clock() + timedelta(seconds=1))
    juliette, lea = await house.conseiller("juliette"), await house.conseiller("lea")
    agathe, omar = await house.someone(Role.ANIMATEUR, "agathe"), await house.someone(Role.ANIMATEUR, "omar")
    room = await a_room(house, "moderation", "P")
    place, club = await a_room(house, "ressourcerie", "O"), await a_room(house, "rhone", "P")
    await house.site.admin.put(f"/channels/{club}/patch", {"display_name": "69 - Rhône"})
    for channel, people in ((room, (agathe, omar)), (place, (juliette, lea, agathe)), (club, (juliette, lea, agathe))):
        for person in people:
            await house.site.admin.post(f"/channels/{channel}/members", {"user_id": person.id})
    keys = {"moderation": room, "ressourcerie": place, "departement:69": club, "general": house.site.square}
    async with house.bot.database.transaction() as db:
        for key, channel in keys.items():
            await canaux.remember_channel(db, key, channel, house.clock())
    await until_async(lambda: hears(house.bot, {room, club}, {place}))
    await house.settled()
    return Bench(house, juliette, lea, agathe, omar, room, place, club, "Ressourcerie")
