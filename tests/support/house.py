"""A bot at work on a server: what the stories happen in."""

import asyncio
import io
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence, Set
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar
from unittest.mock import patch
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import delete, or_, update
from sqlmodel import col, select

from bot import attachments, logs, recovery, watchlist
from bot.app import App
from bot.clock import utc_now
from bot.connections import Limits
from bot.events import TEAM
from bot.features import Feature
from bot.outbox import actions
from bot.work import steps
from cli.demo.stage import free_port
from cli.setup.command import SetupOptions, setup
from commands import FEATURES
from commands.moderation import cases
from commands.sondage import broadcast
from config.settings import Settings, read
from sandbox import Sandbox
from storage import canaux, journal, rappels, schema, work
from storage.cra import Cra
from storage.cra.queries import LastCommune
from storage.kit import KitBatch, KitOrder, KitParcel, KitStock
from storage.outbox import Outgoing
from storage.outbox.queue import hold_in_order
from storage.people import Person as Registered
from storage.people import Role
from storage.watchlist import WatchedMember, change_member, find_members, list_places
from tests.people import Api, Client, Person, Post, Site, unique
from tests.support.databases import UNSETTLED
from tests.support.servers import FakeWeb, serve_sites

T = TypeVar("T")
DOMAIN = "conseiller-numerique.fr"
PARIS = ZoneInfo("Europe/Paris")
EDITIONS = Path(__file__).parents[1] / "data" / "editions.tsv"
"""The editions of the news, which hardly ever come out: no draft appears in the middle of another story."""
SETTLED_S = 75.0
"""Longer than a replica takes to look at what another one left (bot.retries.LOOK_ANYWAY)."""
PATIENCE = 30.0
"""Seconds after which what has no event is given up, and a window opens without what Mattermost was asked for; only a
failure waits that long."""
FIRST = 0.1
"""The first pause in seconds of a house’s bots after an embedded server did not take something, and that of work which
comes no further or waits for what was not read yet."""
ASKS_EVERY = 1.0
"""Seconds after which a house’s bot asks again where its features listen: stories write into tables by themselves."""
GATHERED_FOR = timedelta(seconds=0.3)
"""What is voted in a story is seen that soon where it was asked: others would wait for it."""
NOTICE_LOOKS = (0.0, 0.05)
"""An embedded server says who came with its answer: what is not there at once was never said."""
CROWD = 100_000
"""Arrivals within minutes that are told of: people come to stories all the time, and each would wait for a summary."""
LONGEST_STORY = timedelta(minutes=5)
SOON = timedelta(minutes=3)
"""Longer than any lease: what is due later waits for an hour."""
NOWHERE = FakeWeb().reach
"""What the bots of stories reach outside, unless they serve a web: every name is of this machine, which is refused."""
LOG = io.StringIO()
"""What the bots of this session wrote down of their work."""


class Clock:
    """The bot’s clock, which a story may set.

    No story begins in the last minutes of a day in Paris: it would end on another day than it began.
    """

    def __init__(self) -> None:
        self.is_right_again()

    def __call__(self) -> datetime:
        return utc_now() + self._ahead

    def goes_to(self, instant: datetime) -> None:
        """Set the clock to an instant, from which time goes on."""
        self._ahead = instant - utc_now()

    def is_right_again(self) -> None:
        """Set the clock to the present time, or to the coming day’s if this day is about to end."""
        later = utc_now() + LONGEST_STORY
        ends = later.astimezone(PARIS).date() != utc_now().astimezone(PARIS).date()
        self._ahead = LONGEST_STORY if ends else timedelta()


@dataclass
class House:
    """The house of the stories: the server as its admin sees it, and the bot that serves it."""

    site: Site
    settings: Settings
    sandbox: Sandbox | None = None
    clock: Clock = field(default_factory=Clock)
    app: App | None = None
    features: tuple[Feature, ...] = FEATURES
    web: FakeWeb | None = None
    """What its bots reach outside, from their start on; without one nothing answers."""

    @property
    def today(self) -> date:
        """The date in Paris by the bot’s clock: late in the evening of UTC it is tomorrow’s."""
        return self.clock().astimezone(PARIS).date()

    @property
    def bot(self) -> App:
        """The bot that is at work now."""
        assert self.app is not None, "the bot is stopped"
        return self.app

    @property
    def _first(self) -> float:
        """The first pause in seconds after Mattermost refused something; longer on a server that is not embedded."""
        return FIRST if self.sandbox else 1.0

    async def start(self) -> None:
        """Start the bot, as `coop-bot serve` does."""
        logs.configure("INFO", LOG)
        await schema.prepare(self.settings.database_url)
        rappels.USUAL_RHYTHM = rappels.Rhythm.NEVER  # no message of the day comes in the middle of a story
        if self.sandbox:
            actions.LOOKS, steps.IDLE_PAUSE, steps.NOT_BACK = NOTICE_LOOKS, FIRST, FIRST
            recovery.RECOVERY_RETRY, attachments.PATIENCE = FIRST, PATIENCE
        watchlist.WATCHES_EVERY, cases.STORM_JOINS, broadcast.GATHERED_FOR = ASKS_EVERY, CROWD, GATHERED_FOR
        self.app = _without_missed_jobs(App(self.settings, self.features, self.clock, first=self._first))
        if self.web:
            self.web.opens_to(self.app.web)
        await self.app.start()

    async def stop(self) -> None:
        """Stop the bot, as SIGTERM does."""
        await self.bot.stop()
        self.app = None

    async def restart(self) -> None:
        """Stop the bot and start it anew on the same database."""
        await self.stop()
        await self.start()

    @asynccontextmanager
    async def outside(self) -> AsyncIterator[FakeWeb]:
        """Serve the web outside, which is all that the bot reaches meanwhile, however often it starts."""
        async with serve_sites() as made:
            made.opens_to(self.bot.web)
            self.web = made
            yield made
        self.web = None
        if self.app:
            self.app.web.reach = NOWHERE

    @asynccontextmanager
    async def replica(self, limits: Limits | None = None, features: Sequence[Feature] = ()) -> AsyncIterator[App]:
        """Run a second bot on the same database, perhaps with features of its own."""
        port, folder = free_port(), Path(tempfile.mkdtemp(prefix="coop-bot-"))
        own = {"port": port, "public_url": f"http://{self.settings.host}:{port}", "data_dir": folder}
        second = App(
            self.settings.model_copy(update=own),
            features or self.features,
            self.clock,
            limits=limits,
            first=self._first,
        )
        await _without_missed_jobs(second).start()
        try:
            yield second
        finally:
            await second.stop()

    async def conseiller(
        self,
        name: str = "juliette",
        *,
        client: Client | None = None,
        used: tuple[str, str] | None = ("69256", "69120"),
        **place: Any,
    ) -> Person:
        """Make a conseiller of the register; by default in the Rhône, with Vaulx-en-Velin as the commune ``used``
        last."""
        person = await self.site.resident(name, domain=DOMAIN, client=client)
        usual = {"departements": ["69"], "structure": "Maison de quartier"}
        await self._notes_resident(person, Role.CONSEILLER, used, **(usual | place))
        return person

    async def someone(self, role: Role | None, name: str, **place: Any) -> Person:
        """Make somebody of the register with another role, or somebody without one."""
        person = await self.site.resident(name)
        await self._notes_resident(person, role, **place)
        return person

    async def _notes_resident(
        self, person: Person, role: Role | None, used: tuple[str, str] | None = None, **place: Any
    ) -> None:
        """Store what the bot knows of somebody who came long ago: the register’s line, their membership of the team,
        the commune of their last report."""
        member = WatchedMember(place=TEAM, user_id=person.id, version=1, changed_at=self.clock(), changed_by="stories")
        async with self.bot.database.transaction() as db:
            db.add(Registered(id=person.id, username=person.username, role=role, since=utc_now(), **place))
            await db.flush()
            await change_member(db, member)
            if used:
                db.add(LastCommune(author_id=person.id, commune=used[0], code_postal=used[1]))

    async def conseillers(self, *names: str) -> list[Person]:
        """Make conseillers of the Rhône."""
        return [await self.conseiller(name) for name in names]

    async def animateurs(self, *names: str) -> list[Person]:
        """Make animateurs of the réseau."""
        return [await self.someone(Role.ANIMATEUR, name) for name in names]

    async def remembers(self, places: Mapping[str, str]) -> None:
        """Have the bot take these channels for the planned ones of these keys from now on."""
        async with self.bot.database.transaction() as db:
            for key, channel_id in places.items():
                await canaux.remember_channel(db, key, channel_id, self.clock())
        self.bot.watchlist.ask_again()

    async def forgets_channels(self) -> None:
        """Have the bot forget which channels are planned ones."""
        async with self.bot.database.transaction() as db:
            for key in await canaux.find_channel_ids(db):
                await canaux.forget_channel(db, key)

    async def planned_channel(self, key: str, kind: str, *members: Person) -> str:
        """Return the channel that the bot takes for a planned one, made anew where a story removed it."""
        async with self.bot.database.transaction(writes=False) as db:
            known = (await canaux.find_channel_ids(db)).get(key)
        if not known:
            known = await self.site.channel(unique(key), key, kind)
            await self.remembers({key: known})
        await self.site.add_members(known, *members)
        return known

    async def registers(self, person: Person, role: Role | None, **place: Any) -> None:
        """Write somebody into the register, or change what it says."""
        row = Registered(id=person.id, username=person.username, role=role, since=utc_now(), **place)
        async with self.bot.database.transaction() as db:
            await db.merge(row)
        # It may have looked when they came into the team; a minute later it would look again.
        self.bot.people.forget(person.id)

    async def reports(self, person: Person) -> list[Cra]:
        """List the stored reports of somebody, oldest first, deleted ones too."""
        async with self.bot.database.transaction(writes=False) as db:
            query = select(Cra).where(Cra.author_id == person.id).order_by(col(Cra.id))
            return list((await db.exec(query)).all())

    async def knows_the_team(self) -> None:
        """Wait until the bot is connected and has read who is in the team: whoever comes from now on is told of."""
        await wait_for(lambda: is_listening(self.bot, {TEAM}))

    def hears_of(self, person: Person) -> None:
        """Make the bot ask again for somebody’s role in Mattermost, as it would a minute later."""
        self.bot.people.note_change(person.id)

    async def has_seen(self, person: Person) -> None:
        """Wait until the bot has heard that somebody came into the team."""

        async def is_in() -> bool:
            async with self.bot.database.transaction(writes=False) as db:
                return bool(await find_members(db, TEAM, [person.id]))

        await wait_for(is_in)

    async def settled(self) -> None:
        """Wait until nothing is left to be delivered."""
        try:
            async with asyncio.timeout(SETTLED_S):
                while await self._waiting():  # noqa: ASYNC110  (a replica may deliver it)
                    await asyncio.sleep(0.03)
        except TimeoutError:
            raise AssertionError(f"never settled: {await self.left()}") from None

    async def forget_story(self, gone: Sequence[str]) -> None:
        """Take the roles from those who are ``gone``, and drop what is due later, is for them or was refused: later
        stories would write to them, though some messages reach twenty people at most, and wait for the rest."""
        later, due = self.clock() + SOON, col(Outgoing.not_before)
        lost = or_(due > later, col(Outgoing.target).in_(gone), col(Outgoing.fault).is_not(None))
        # Each by itself, and rows in their order: the bot is still at work, in its order, where the story was ahead.
        for act in (
            delete(Outgoing).where(hold_in_order(due.is_not(None), lost)),
            delete(work.Work).where(col(work.Work.not_before) > later),
            update(Registered).where(col(Registered.id).in_(gone)).values(role=None, derived_role=None),
        ):
            async with self.bot.database.transaction() as db:
                await db.execute(act)
        for user_id in gone:
            self.bot.people.forget(user_id)

    async def left(self) -> list[str]:
        """List what the bot still has to do, for those who wait for it."""
        async with self.bot.database.transaction(writes=False) as db:
            rows = (await db.exec(select(Outgoing).where(col(Outgoing.not_before).is_not(None)))).all()
            works = (await db.exec(select(work.Work).where(col(work.Work.not_before).is_not(None)))).all()
        return [f"it is {self.clock()}", *map(repr, rows), *map(repr, works)]

    async def _waiting(self) -> bool:
        async with self.bot.database.reader.connect() as connection:
            return bool((await connection.execute(UNSETTLED)).scalar())


def _without_missed_jobs(app: App) -> App:
    """Make a bot not make up for jobs that came due while no bot ran, and reach nothing outside.

    Some sixty would run in each story that moves the clock and starts a bot; tests/test_jobs.py tests them.
    """
    app.jobs.missed_max = timedelta()
    app.web.reach = NOWHERE
    return app


async def prepare_server(site: Site, public_url: str, *, fix_server: bool) -> Settings:
    """Make the server ready as `coop-bot setup` does, with a bot of this team’s own, and read the file it wrote."""
    written = Path(tempfile.mkdtemp(prefix="coop-bot-")) / "env"
    name = unique("coop")
    asked = SetupOptions(
        url=site.url,
        admin_token=site.admin.token,
        team=site.team,
        bot_name=name,
        public_url=public_url,
        write=written,
        rights=True,
        fix_server=fix_server,
    )
    said: list[str] = []
    code = await setup(asked, said.append)
    assert code == 0, said
    site.bot_id = (await site.admin.get(f"/users/username/{name}"))["id"]
    return read(written).model_copy(
        update={
            "editions": EDITIONS,
            "data_dir": written.parent,
            "domains": (DOMAIN,),
            "contact": "",
            "welcome": "non",
            "account_months": 120,  # stories are told in other years, in which all others would sleep
            "newcomers": "non",
        }
    )


async def is_listening(app: App, places: Set[str], states: Set[str] = frozenset()) -> bool:
    """Tell whether a bot is connected, knows who is in these places and how these channels are, and has handled all it
    heard."""
    async with app.database.transaction(writes=False) as db:
        seen = await list_places(db)
    known = {place.id for place in seen.values() if place.is_ready}
    if not (places <= known and states <= seen.keys()):
        app.watchlist.ask_again()  # it would do so within a second
        return False
    return app.events.connected and app.events.is_idle


async def wait_until(true: Callable[[], bool], within: float = PATIENCE) -> None:
    """Wait until something holds that no event tells of."""
    async with asyncio.timeout(within):
        while not true():  # noqa: ASYNC110  (what is waited for has no event)
            await asyncio.sleep(0.02)


def next_evening_before_midnight() -> datetime:
    """Return a coming instant when it is already tomorrow in La Réunion, and still today everywhere else in France."""
    return (utc_now() + timedelta(days=1)).replace(hour=21, minute=0, tzinfo=UTC)


async def wait_for(ask: Callable[[], Awaitable[T | None]], within: float = PATIENCE) -> T:
    """Wait until a query returns something, and return it."""
    async with asyncio.timeout(within):
        while not (found := await ask()):  # noqa: ASYNC110  (a database has no event)
            await asyncio.sleep(0.05)
    return found


@contextmanager
def age_links(by: timedelta) -> Iterator[None]:
    """Make links that were sealed before seem older.

    Changing the time of the whole process would also change that of the server, whose clock never goes back.
    """
    with patch("bot.links.utc_now", lambda: utc_now() + by):
        yield


async def list_said(admin: Api, bot_id: str, channel_id: str) -> list[Post]:
    """List the bot’s present posts in a channel, oldest first."""
    found = await admin.get(f"/channels/{channel_id}/posts?per_page=200")
    posts = [Post.read(found["posts"][i]) for i in reversed(found["order"])]
    return [post for post in posts if post.user_id == bot_id and not post.type]


@pytest.fixture
async def agathe(house: House) -> Person:
    """An animatrice."""
    return await house.someone(Role.ANIMATEUR, "agathe")


def plain(post: Post) -> str:
    """Return the words of a post with plain spaces."""
    return post.text.replace("\u00a0", " ").replace("\u200b", "")


async def read_news(who: Person, containing: str = "") -> Post:
    """Read a piece of news that somebody was not told yet, before their message of the day."""
    await who.runs("/rappels maintenant")
    return await who.told(containing)


async def reply_in_thread(who: Person, root: Post, text: str, files: tuple[str, ...] = ()) -> Post:
    """Reply in the thread of a post as somebody."""
    who.acts()
    call = {"channel_id": root.channel_id, "root_id": root.id, "message": text, "file_ids": list(files)}
    return Post.read(await who.api.post("/posts", call))


async def edit_post(who: Person, post: Post, text: str) -> None:
    """Edit a post as its author."""
    await who.api.put(f"/posts/{post.id}/patch", {"message": text})


async def react(who: Person, post: Post, emoji: str) -> None:
    """Put an emoji under a post as somebody."""
    await who.api.post("/reactions", {"user_id": who.id, "post_id": post.id, "emoji_name": emoji})


async def list_audit(house: House, thing: str) -> Sequence[tuple[str, str]]:
    """List what was done to something, oldest first: the last word of the act, and the actor’s name without its
    suffix."""
    async with house.bot.database.transaction(writes=False) as db:
        found = await journal.list_of_things(db, [thing])
    return [(entry.act.partition(".")[2], entry.actor.partition("-")[0]) for entry in reversed(found)]


async def forget_kits(house: House) -> None:
    """Leave no lot of kits: an open one waits for every conseiller, in their home too."""
    async with house.bot.database.transaction() as db:
        for table in (KitParcel, KitOrder, KitStock, KitBatch):
            await db.execute(delete(table))
