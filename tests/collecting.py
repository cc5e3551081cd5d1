"""What the stories of what comes into the news share: who proposes, a public channel and a private one, the pool."""

import itertools
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from sqlmodel import col, select

from storage.actus import digests, feeds, items, subscriptions
from storage.actus.digests import Digest, DigestEntry, DigestState
from storage.actus.feeds import NewsFeed
from storage.actus.items import Item
from storage.people import Role
from tests.helping import plain, reacts
from tests.house import House, hears, until_async
from tests.keeping import channel_of
from tests.people import Person, Post

_RUNS = itertools.count()
NEWSPAPER = "newspaper"


@dataclass
class Newsroom:
    """``juliette`` and ``lea`` talk in the public ``place``, ``ana`` animates, in the private ``room``."""

    house: House
    juliette: Person
    lea: Person
    ana: Person
    place: str
    room: str

    async def items(self) -> Sequence[Item]:
        """All that was ever found, oldest first."""
        async with self.house.bot.database.transaction(writes=False) as db:
            return (await db.exec(select(Item).order_by(col(Item.id)))).all()

    async def of_post(self, post: Post) -> Item | None:
        """What quotes a message."""
        async with self.house.bot.database.transaction(writes=False) as db:
            return await items.find_by_post(db, post.id)

    async def found(self, post: Post) -> Item:
        """The same, once it is there and not withdrawn."""

        async def stands() -> Item | None:
            item = await self.of_post(post)
            return item if item and not item.withdrawn else None

        return await until_async(stands)

    async def withdrawn(self, post: Post) -> Item:
        """The same, once it is withdrawn."""

        async def is_so() -> Item | None:
            item = await self.of_post(post)
            return item if item and item.withdrawn else None

        return await until_async(is_so)

    async def titled(self, title: str) -> Item:
        """What is called so, once it is there."""

        async def stands() -> Item | None:
            return next((item for item in await self.items() if item.title == title), None)

        return await until_async(stands)

    async def proposes(self, who: Person, line: str = "", **fields: str) -> Post:
        """Somebody sends the window; what the bot says to that."""
        form = await who.opens(f"/actus proposer {line}".strip())
        answer = await form.fill(**fields).submit()
        assert answer.accepted, answer
        return await who.told()

    async def heard(self, who: Person, post: Post, emoji: str = NEWSPAPER) -> None:
        """Somebody puts an emoji under a post, and the bot has done what it does then."""
        who.acts()
        await reacts(who, post, emoji)
        await until_async(self.is_idle)
        await self.house.settled()

    async def is_idle(self) -> bool:
        """Whether the bot has told all that it heard."""
        return await hears(self.house.bot, set(), {self.place})

    async def takes_back(self, who: Person, post: Post) -> None:
        """Somebody takes 📰 back."""
        who.acts()
        await who.api.delete(f"/users/{who.id}/posts/{post.id}/reactions/{NEWSPAPER}")

    async def told(self, who: Person, containing: str) -> list[Post]:
        """All that the bot told somebody with these words."""
        return [post for post in await who.direct() if containing in plain(post)]

    async def places(self, item: Item, state: DigestState = DigestState.DRAFT, *, dropped: bool = False) -> int:
        """It is in a digest, which stands so; its number."""
        now = self.house.clock()
        async with self.house.bot.database.transaction() as db:
            await digests.hold_numbers(db, now)
            # Far from the days of the house's own editions, of which one may be drafted now.
            day = self.house.today + timedelta(days=400 + next(_RUNS))
            made = Digest(
                number=0,
                edition="vendredi",
                day=day,
                first_day=day,
                at=now,
                state=state,
                since=now,
                until=now,
                created_at=now,
            )
            digest = await digests.begin(db, made)
            entry = DigestEntry(
                digest=digest.number, item=item.number, section=item.section, title=item.title, dropped=dropped
            )
            await digests.add_entries(db, [entry])
            return digest.number

    async def feeds(self) -> Sequence[NewsFeed]:
        """Those that are followed."""
        async with self.house.bot.database.transaction(writes=False) as db:
            return await feeds.list_followed(db)

    async def feed(self, number: int) -> NewsFeed:
        """One as it is."""
        async with self.house.bot.database.transaction(writes=False) as db:
            found = await feeds.get(db, number)
        assert found
        return found

    async def of_feed(self, number: int) -> list[str]:
        """The titles that it brought, oldest first."""
        return [item.title for item in await self.items() if item.feed == number]

    async def runs(self, job: str, at: datetime | None = None) -> None:
        """A job is due, at that time; all that follows from it is done."""
        if at:
            self.house.clock.goes_to(at)
        await self.house.bot.runs.run(("job", f"actus.{job}"), f"essai-{next(_RUNS)}")
        await self.house.settled()


@pytest.fixture
async def newsroom(house: House) -> AsyncIterator[Newsroom]:
    """One whose channels the bot listens in; nobody is silent, nothing waits, no feed is followed."""
    juliette, lea = await house.conseiller(), await house.conseiller("lea")
    ana = await house.someone(Role.ANIMATEUR, "ana")
    place, room = await channel_of(house, ana, "ressourcerie", "O"), await channel_of(house, ana, "animation", "P")
    for person in (juliette, lea):
        await house.site.admin.post(f"/channels/{place}/members", {"user_id": person.id})
    await until_async(lambda: hears(house.bot, {room}, {place}))
    async with house.bot.database.transaction() as db:
        for one in await feeds.list_followed(db):
            one.removed = True
            db.add(one)
        for person in (juliette, lea, ana):
            await subscriptions.allow_quotes(db, person.id)
        await items.withdraw(db, [item.key for item in (await db.exec(select(Item))).all()])
    yield Newsroom(house, juliette, lea, ana, place, room)
    house.clock.is_right_again()
