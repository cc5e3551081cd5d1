"""The news in tests: editions and their clock, what people propose, and feeds that are followed."""

import itertools
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from sqlalchemy import delete, update
from sqlmodel import col, select

from bot.features import Key
from storage.actus import digests, items, subscriptions
from storage.actus.digests import Digest, DigestEntry, DigestState, EditionSettings
from storage.actus.items import Item, ItemKind, NewsFeed, NewsSection
from storage.claims import JobRun
from storage.outbox import Outgoing
from storage.people import Role
from tests.people import Dialog, Person, Post
from tests.support.events import count_events
from tests.support.house import PARIS, House, is_listening, plain, react, wait_for, wait_until
from tests.support.servers import FakeWeb, answer_with

_RUNS = itertools.count()
NEWSPAPER = "newspaper"


@dataclass
class NewsStage:
    """The stage of stories about the news: ``juliette`` and ``lea`` talk in the public ``place``, ``ana`` animates, in
    the private ``room``."""

    house: House
    juliette: Person
    lea: Person
    ana: Person
    place: str
    room: str

    async def items(self) -> Sequence[Item]:
        """List all items that were ever found, oldest first."""
        async with self.house.bot.database.transaction(writes=False) as db:
            return (await db.exec(select(Item).order_by(col(Item.id)))).all()

    async def of_post(self, post: Post) -> Item | None:
        """Find the item that quotes a message."""
        async with self.house.bot.database.transaction(writes=False) as db:
            return await items.find_by_post(db, post.id)

    async def found(self, post: Post) -> Item:
        """Wait until the item of a message is stored and not withdrawn, and return it."""

        async def stands() -> Item | None:
            item = await self.of_post(post)
            return item if item and not item.withdrawn else None

        return await wait_for(stands)

    async def withdrawn(self, post: Post) -> Item:
        """Wait until the item of a message is withdrawn, and return it."""

        async def is_so() -> Item | None:
            item = await self.of_post(post)
            return item if item and item.withdrawn else None

        return await wait_for(is_so)

    async def titled(self, title: str) -> Item:
        """Wait for the item of a title, and return it."""

        async def stands() -> Item | None:
            return next((item for item in await self.items() if item.title == title), None)

        return await wait_for(stands)

    async def proposes(self, who: Person, line: str = "", **fields: str) -> Post:
        """Propose something by the window as somebody; return the bot’s answer."""
        form = await who.opens(f"/actus proposer {line}".strip())
        answer = await form.fill(**fields).submit()
        assert answer.accepted, answer
        return await who.told()

    async def heard(self, who: Person, post: Post, emoji: str = NEWSPAPER) -> None:
        """Put an emoji under a post as somebody, and wait until the bot has acted on it."""
        who.acts()
        before = count_events("Reacted")
        await react(who, post, emoji)
        await wait_until(lambda: count_events("Reacted") > before)
        await wait_for(self.is_idle)
        await self.house.settled()

    async def is_idle(self) -> bool:
        """Tell whether the bot has handled every event that it heard."""
        return await is_listening(self.house.bot, set(), {self.place})

    async def takes_back(self, who: Person, post: Post) -> None:
        """Take 📰 back from under a post as somebody."""
        who.acts()
        before = count_events("Unreacted")
        await who.api.delete(f"/users/{who.id}/posts/{post.id}/reactions/{NEWSPAPER}")
        await wait_until(lambda: count_events("Unreacted") > before)

    async def told(self, who: Person, containing: str) -> list[Post]:
        """List the direct messages of the bot to somebody that contain these words."""
        return [post for post in await who.direct() if containing in plain(post)]

    async def places(self, item: Item, state: DigestState = DigestState.DRAFT, *, dropped: bool = False) -> int:
        """Put an item into a new digest in a state; return the digest’s number."""
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
        """List the feeds that are followed."""
        async with self.house.bot.database.transaction(writes=False) as db:
            return await items.list_followed_feeds(db)

    async def feed(self, number: int) -> NewsFeed:
        """Read a feed as it is stored."""
        async with self.house.bot.database.transaction(writes=False) as db:
            found = await items.get_feed(db, number)
        assert found
        return found

    async def of_feed(self, number: int) -> list[str]:
        """List the titles that came from a feed, oldest first."""
        return [item.title for item in await self.items() if item.feed == number]

    async def runs(self, job: str, at: datetime | None = None) -> None:
        """Run a job at a time, and wait until all that follows from it is done."""
        if at:
            self.house.clock.goes_to(at)
        await self.house.bot.runs.run(("job", f"actus.{job}"), f"essai-{next(_RUNS)}")
        await self.house.settled()


@pytest.fixture(name="newsroom")
async def news_stage(house: House) -> AsyncIterator[NewsStage]:
    """A stage in whose channels the bot listens; nobody refuses quotes, nothing waits, no feed is followed."""
    juliette, lea = await house.conseillers("juliette", "lea")
    ana = await house.someone(Role.ANIMATEUR, "ana")
    place = await house.planned_channel("ressourcerie", "O", juliette, lea, ana)
    room = await house.planned_channel("animation", "P", ana)
    await wait_for(lambda: is_listening(house.bot, {room}, {place}))
    async with house.bot.database.transaction() as db:
        for one in await items.list_followed_feeds(db):
            one.removed = True
            db.add(one)
        for person in (juliette, lea, ana):
            await subscriptions.allow_quotes(db, person.id)
        await items.withdraw(db, [item.key for item in (await db.exec(select(Item))).all()])
    yield NewsStage(house, juliette, lea, ana, place, room)
    house.clock.is_right_again()
    async with house.bot.database.transaction() as db:  # a draft that is left would wait for other stories’ animateurs
        for table in (DigestEntry, Digest):
            await db.execute(delete(table))


RSS = "application/rss+xml"


@pytest.fixture
async def web(newsroom: NewsStage) -> AsyncIterator[FakeWeb]:
    """The web outside, which is all that the bot can reach; it waits for it however long a busy machine takes."""
    async with newsroom.house.outside() as made:
        with patch("commands.actus.feeds.AT_ONCE_S", 15.0):
            yield made


def make_article(number: int, day: str = "", **more: str) -> str:
    """Make an article of a feed."""
    said = {"guid": f"art-{number}", "title": f"Article {number}", "link": f"https://presse.example/{number}"} | more
    if day:
        said["pubDate"] = day
    return "<item>" + "".join(f"<{name}>{value}</{name}>" for name, value in said.items()) + "</item>"


def make_feed(*articles: str, name: str = "La presse") -> bytes:
    """Make a feed of articles."""
    channel = f"<channel><title>{name}</title>{''.join(articles)}</channel>"
    return f'<?xml version="1.0"?><rss version="2.0">{channel}</rss>'.encode()


async def follow_feed(newsroom: NewsStage, link: str) -> str:
    """Follow a feed as Ana; return the bot’s answer."""
    return plain(await newsroom.ana.asks(f"/actus flux ajouter {link}"))


async def add_feed(newsroom: NewsStage, web: FakeWeb, where: str, *articles: str) -> int:
    """Follow a feed from now on, and return its number."""
    web.pages[where] = answer_with(make_feed(*articles), Content_Type=RSS)
    assert "est suivi" in await follow_feed(newsroom, web.link(where))
    return max(feed.number for feed in await newsroom.feeds())


async def pass_hours(newsroom: NewsStage, hours: float = 1) -> None:
    """Read the feeds as they are so many hours later."""
    await newsroom.runs("hourly", newsroom.house.clock() + timedelta(hours=hours))


ROOMS = {"animation": "P", "actualites": "O"}
KEEP: Key = ("job", "actus.keep")
RHYTHMS = {"vendredi": "chaque vendredi à 9 h", "nouvelles": "le premier mercredi du mois à 9 h"}
"""As config/editions.tsv has them; in other stories nothing is drafted while they are told."""
THURSDAY = (2026, 12, 3, 9, 1)
"""The day before a Friday without a holiday near; the 2nd was the first Wednesday of the month."""


@dataclass
class DigestStage:
    """The stage of stories about digests: ``agathe`` and ``omar`` edit, in the room that ``rooms`` names; ``juliette``
    reads. The posts that stood there ``before`` belong to other stories."""

    house: House
    agathe: Person
    omar: Person
    juliette: Person
    rooms: dict[str, str]
    before: frozenset[str]

    def goes_to(self, *when: int) -> datetime:
        """Set the clock to a time in Paris, and return that instant."""
        year, month, day, hour, minute = when
        instant = datetime(year, month, day, hour, minute, tzinfo=PARIS)
        self.house.clock.goes_to(instant)
        return instant

    async def keeps(self, *when: int) -> None:
        """Run the job of the news at a time, and wait until all that follows from it is done."""
        if when:
            self.goes_to(*when)
        await self.house.bot.runs.run(KEEP, f"essai-{next(_RUNS)}")
        await self.house.settled()

    async def finds(self, title: str, **more: Any) -> Item:
        """Put an item into the pool of the news."""
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
        """Change what an item says."""
        async with self.house.bot.database.transaction() as db:
            await db.execute(update(Item).where(col(Item.id) == item.id).values(title=title))

    async def latest(self, edition: str = "vendredi") -> Digest:
        """Return the digest that was begun last."""
        async with self.house.bot.database.transaction(writes=False) as db:
            query = select(Digest).where(Digest.edition == edition).order_by(col(Digest.number).desc())
            found = (await db.exec(query)).first()
        assert found
        return found

    async def now(self, digest: Digest) -> Digest:
        """Read a digest as it is now."""
        async with self.house.bot.database.transaction(writes=False) as db:
            found = await digests.get(db, digest.number)
        assert found
        return found

    async def entries(self, digest: Digest, *, dropped: bool = False) -> Sequence[DigestEntry]:
        """List the entries of a digest."""
        async with self.house.bot.database.transaction(writes=False) as db:
            return await digests.list_entries(db, digest.number, dropped=dropped)

    async def titles(self, digest: Digest) -> list[str]:
        """List the entries of a digest, by title."""
        return [entry.title for entry in await self.entries(digest)]

    async def drafted(self, *titles: str) -> tuple[Digest, Post]:
        """Draft Friday’s digest with these items in it; return it with its card in the room."""
        self.goes_to(*THURSDAY)
        for title in titles:
            await self.finds(title)
        await self.keeps()
        digest = await self.latest()
        return digest, await self.card(digest)

    async def said(self, containing: str, room: str = "animation") -> Post:
        """Wait for a message of the bot with some words in a room, and return it."""

        async def stands() -> Post | None:
            return next(reversed(await self.all_said(containing, room)), None)

        return await wait_for(stands)

    async def all_said(self, containing: str, room: str = "animation") -> list[Post]:
        """List all messages of the bot with some words in a room."""
        posts = await self.agathe.reads(self.rooms[room])
        new = [p for p in posts if p.id not in self.before and p.user_id == self.house.site.bot_id]
        return [post for post in new if containing in plain(post)]

    async def card(self, digest: Digest, containing: str = "") -> Post:
        """Wait until the newest copy of a digest’s card in the room has some words, and return it."""

        async def stands() -> Post | None:
            said = [p for p in await self.all_said(containing) if not p.root_id]
            wanted = (f"du n° {digest.number}**", f"N° {digest.number} ")
            return next((p for p in reversed(said) if any(w in plain(p).partition("\n")[0] for w in wanted)), None)

        return await wait_for(stands)

    async def moves(self, who: Person, digest: Digest, title: str, move: str) -> Dialog:
        """Choose an entry and what to do with it; return the window, which may have a next step."""
        window = await who.opens_by(await self.card(digest), "Modifier…")
        return await go_on(who, window, title, move)

    async def settled(self) -> None:
        """Wait until the bot has done all that it was asked."""
        await self.house.settled()


async def go_on(who: Person, window: Dialog, title: str, move: str, *, by_line: bool = False) -> Dialog:
    """Answer the window’s next step, if it has one; ``by_line`` says that a command opened the window."""
    listed = window.options("quoi")
    quoi = next((value for value, text in listed.items() if title and title in text), "aucun")
    answer = await window.fill(quoi=quoi, faire=move).submit()
    assert answer.accepted or (window.is_open and not answer.errors and not answer.error), answer
    if window.is_open or move not in {"corriger", "ajouter", "edito"}:
        return window
    go_on = await (who.whispered if by_line else who.told)("Continuer")
    return await who.opens_by(go_on, "Continuer")


def name_field(window: Dialog, name: str) -> str:
    """Return the name of a field in this step of a window."""
    return next(each for each in window.names if each.endswith(name))


async def fill_step(window: Dialog, **values: str) -> Any:
    """Fill a window, whichever step it is, and send it."""
    return await window.fill(**{name_field(window, name): value for name, value in values.items()}).submit()


async def _find_nothing(*_: object) -> None:
    """Find nothing in the bot’s other features, which have stories of their own: drafts contain only what these stories
    find."""


@pytest.fixture
async def newsroom(house: House, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[DigestStage]:
    """A newsroom of its own, whose channels the bot knows."""
    for source in ("harvest_tables", "harvest_period"):
        monkeypatch.setattr(f"commands.actus.harvest.{source}", _find_nothing)
    agathe, omar = await house.animateurs("agathe", "omar")
    juliette = await house.conseiller()
    rooms = {key: await house.site.channel(key, kind=kind) for key, kind in ROOMS.items()}
    for place in rooms.values():
        await house.site.add_members(place, agathe, omar)
    await house.site.add_members(rooms["actualites"], juliette)
    await house.settled()
    await house.remembers(rooms)
    async with house.bot.database.transaction() as db:
        for table in (DigestEntry, Digest, EditionSettings, Item):
            await db.execute(delete(table))
        await db.execute(delete(Outgoing).where(col(Outgoing.topic).like("actus%")))
        await db.execute(delete(JobRun).where(col(JobRun.name) == "actus.keep"))
        db.add_all(EditionSettings(key=key, rhythm=rhythm, at=house.clock()) for key, rhythm in RHYTHMS.items())
    before = {post.id for place in rooms.values() for post in await agathe.reads(place)}
    yield DigestStage(house, agathe, omar, juliette, rooms, frozenset(before))
    await house.settled()
    house.clock.is_right_again()
    async with house.bot.database.transaction() as db:
        for table in (DigestEntry, Digest, EditionSettings):
            await db.execute(delete(table))
