"""What the stories of the news share: who edits, where, what was collected, and the bot’s clock."""

import itertools
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, update
from sqlmodel import col, select

from bot.features import Key
from storage import canaux
from storage.actus import digests, items
from storage.actus.digests import Digest, DigestEntry, EditionSettings
from storage.actus.items import Item, ItemKind, NewsSection
from storage.claims import JobRun
from storage.outbox import Outgoing
from storage.people import Role
from tests.house import PARIS, House, until_async
from tests.people import Dialog, Person, Post
from tests.shelving import a_room, plain

__all__ = ["plain"]


ROOMS = {"animation": "P", "actualites": "O"}
KEEP: Key = ("job", "actus.keep")
RHYTHMS = {"vendredi": "chaque vendredi à 9 h", "nouvelles": "le premier mercredi du mois à 9 h"}
"""As config/editions.tsv has them; in other stories nothing is drafted while they are told."""
_RUNS = itertools.count()
THURSDAY = (2026, 12, 3, 9, 1)
"""The day before a Friday without a holiday near; the 2nd was the first Wednesday of the month."""


@dataclass
class Newsroom:
    """``agathe`` and ``omar`` edit, in the room that ``rooms`` names; ``juliette`` reads. What stood there ``before``
    is of other stories."""

    house: House
    agathe: Person
    omar: Person
    juliette: Person
    rooms: dict[str, str]
    before: frozenset[str]

    def goes_to(self, *when: int) -> datetime:
        """From now on it is that time in Paris."""
        year, month, day, hour, minute = when
        instant = datetime(year, month, day, hour, minute, tzinfo=PARIS)
        self.house.clock.goes_to(instant)
        return instant

    async def keeps(self, *when: int) -> None:
        """The clock of the news comes round, at that time; all that follows from it is done."""
        if when:
            self.goes_to(*when)
        await self.house.bot.runs.run(KEEP, f"essai-{next(_RUNS)}")
        await self.house.settled()

    async def finds(self, title: str, **more: Any) -> Item:
        """Something is in the pool."""
        usual: dict[str, Any] = {
            "key": items.make_words_key(title),
            "kind": ItemKind.FEED,
            "section": NewsSection.PRESS,
            "text": "Deux phrases.",
        }
        found_at = self.house.clock() - timedelta(minutes=5)
        item = Item(**(usual | {"title": title, "url": "https://exemple.fr/a", "found_at": found_at} | more))
        async with self.house.bot.database.transaction() as db:
            await items.add(db, [item])
            found = await items.get_by_key(db, item.key)
        assert found
        return found

    async def becomes(self, item: Item, title: str) -> None:
        """What is in the pool says something else."""
        async with self.house.bot.database.transaction() as db:
            await db.execute(update(Item).where(col(Item.id) == item.id).values(title=title))

    async def latest(self, edition: str = "vendredi") -> Digest:
        """The digest that was begun last."""
        async with self.house.bot.database.transaction(writes=False) as db:
            query = select(Digest).where(Digest.edition == edition).order_by(col(Digest.number).desc())
            found = (await db.exec(query)).first()
        assert found
        return found

    async def now(self, digest: Digest) -> Digest:
        """The same as it is now."""
        async with self.house.bot.database.transaction(writes=False) as db:
            found = await digests.get(db, digest.number)
        assert found
        return found

    async def entries(self, digest: Digest, *, dropped: bool = False) -> Sequence[DigestEntry]:
        """What is in it."""
        async with self.house.bot.database.transaction(writes=False) as db:
            return await digests.list_entries(db, digest.number, dropped=dropped)

    async def titles(self, digest: Digest) -> list[str]:
        """What is in it, by title."""
        return [entry.title for entry in await self.entries(digest)]

    async def drafted(self, *titles: str) -> tuple[Digest, Post]:
        """The draft of Friday’s, with these in it, and its card in the room."""
        self.goes_to(*THURSDAY)
        for title in titles:
            await self.finds(title)
        await self.keeps()
        digest = await self.latest()
        return digest, await self.card(digest)

    async def said(self, containing: str, room: str = "animation") -> Post:
        """What the bot says in a place, once it does."""

        async def stands() -> Post | None:
            return next(reversed(await self.all_said(containing, room)), None)

        return await until_async(stands)

    async def all_said(self, containing: str, room: str = "animation") -> list[Post]:
        """All that the bot says there with these words."""
        posts = await self.agathe.reads(self.rooms[room])
        new = [p for p in posts if p.id not in self.before and p.user_id == self.house.site.bot_id]
        return [post for post in new if containing in plain(post)]

    async def card(self, digest: Digest, containing: str = "") -> Post:
        """Its newest copy in the room, once it says that."""

        async def stands() -> Post | None:
            said = [p for p in await self.all_said(containing) if not p.root_id]
            wanted = (f"du n° {digest.number}**", f"N° {digest.number} ")
            return next((p for p in reversed(said) if any(w in plain(p).partition("\n")[0] for w in wanted)), None)

        return await until_async(stands)

    async def moves(self, who: Person, digest: Digest, title: str, move: str) -> Dialog:
        """Somebody chooses an entry and what to do with it; the window, which may go on."""
        window = await who.opens_by(await self.card(digest), "Modifier…")
        return await goes_on(who, window, title, move)

    async def settled(self) -> None:
        """All is done."""
        await self.house.settled()


async def goes_on(who: Person, window: Dialog, title: str, move: str, *, by_line: bool = False) -> Dialog:
    """What was chosen is done, or asked further; ``by_line`` says that a command opened the window."""
    listed = window.options("quoi")
    quoi = next((value for value, text in listed.items() if title and title in text), "aucun")
    answer = await window.fill(quoi=quoi, faire=move).submit()
    assert answer.accepted or (window.is_open and not answer.errors and not answer.error), answer
    if window.is_open or move not in {"corriger", "ajouter", "edito"}:
        return window
    go_on = await (who.whispered if by_line else who.told)("Continuer")
    return await who.opens_by(go_on, "Continuer")


def named(window: Dialog, name: str) -> str:
    """What a field is called in this step of a window."""
    return next(each for each in window.names if each.endswith(name))


async def fills(window: Dialog, **values: str) -> Any:
    """Fill a window, whichever step it is, and send it."""
    return await window.fill(**{named(window, name): value for name, value in values.items()}).submit()


async def _nothing(*_: object) -> None:
    """What the bot’s other features know has stories of its own: here only what they find is in a draft."""


@pytest.fixture
async def newsroom(house: House, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Newsroom]:
    """A newsroom of its own, whose places are known to the bot."""
    for source in ("harvest_tables", "harvest_period"):
        monkeypatch.setattr(f"commands.actus.harvest.{source}", _nothing)
    agathe, omar = await house.someone(Role.ANIMATEUR, "agathe"), await house.someone(Role.ANIMATEUR, "omar")
    juliette = await house.conseiller()
    rooms = {key: await a_room(house, key, kind) for key, kind in ROOMS.items()}
    for place in rooms.values():
        for person in (agathe, omar):
            await house.site.admin.post(f"/channels/{place}/members", {"user_id": person.id})
    await house.site.admin.post(f"/channels/{rooms['actualites']}/members", {"user_id": juliette.id})
    await house.settled()
    async with house.bot.database.transaction() as db:
        for key, place in rooms.items():
            await canaux.remember_channel(db, key, place, house.clock())
        for table in (DigestEntry, Digest, EditionSettings, Item):
            await db.execute(delete(table))
        await db.execute(delete(Outgoing).where(col(Outgoing.topic).like("actus%")))
        await db.execute(delete(JobRun).where(col(JobRun.name) == "actus.keep"))
        db.add_all(EditionSettings(key=key, rhythm=rhythm, at=house.clock()) for key, rhythm in RHYTHMS.items())
    before = {post.id for place in rooms.values() for post in await agathe.reads(place)}
    yield Newsroom(house, agathe, omar, juliette, rooms, frozenset(before))
    await house.settled()
    house.clock.is_right_again()
    async with house.bot.database.transaction() as db:
        for table in (DigestEntry, Digest, EditionSettings):
            await db.execute(delete(table))
