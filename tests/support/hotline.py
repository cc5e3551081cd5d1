"""The hotline in tests: who asks and answers, the rooms, tickets put straight into a database, and an empty rota."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import delete
from sqlmodel import col, select

from bot.app import App
from bot.calendar import is_working_day
from bot.clock import utc_now
from bot.context import Request
from bot.features import Feature, Key
from bot.spool import Submission
from commands import canaux, hotline
from commands.aide import build_aide
from commands.hotline.service import watch_rooms
from storage import canaux as known
from storage import people
from storage.absences import Absence
from storage.canaux import find_channel_ids
from storage.database import Database
from storage.hotline import Urgency, posts, suggestions, tickets
from storage.hotline.duty import DutySwap, DutyTurn
from storage.hotline.suggestions import TicketWish
from storage.hotline.tickets import Ticket
from storage.people import Person as Registered
from storage.people import Role
from tests.people import Person, Post, unique
from tests.people.dialog import Answer
from tests.support.house import PARIS, House, is_listening, plain, wait_for
from tests.support.workplace import Workplace, make_room, make_workplace

JULIETTE = people.Person(
    id="j" * 26, username="juliette", role=Role.CONSEILLER, departements=["69"], since=datetime(2026, 1, 1, tzinfo=UTC)
)
AGATHE = people.Person(id="a" * 26, username="agathe", role=Role.HOTLINE, since=datetime(2026, 1, 1, tzinfo=UTC))


def parse_time(text: str) -> datetime:
    """Parse an instant in UTC: « 2026-11-02 09:00 »."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def make_ticket(opened: datetime, **values: Any) -> Ticket:
    """Make a new ticket of juliette’s."""
    usual: dict[str, Any] = {
        "key": uuid4().hex,
        "queue": "espace-coop",
        "category": "autre",
        "urgency": Urgency.GENANT,
        "subject": "L’export reste vide",
        "author_id": JULIETTE.id,
        "username": JULIETTE.username,
        "departement": "69",
        "opened_at": opened,
    }
    return Ticket(**(usual | values))


async def store_tickets(database: Database, *made: Ticket) -> Sequence[int]:
    """Store tickets, and return their numbers."""
    async with database.transaction() as db:
        written = [await tickets.add(db, one) for one in made]
    return [one.number for one in written if one]


async def register_people(database: Database, *persons: people.Person) -> None:
    """Store the people of these tests in the register."""
    async with database.transaction() as db:
        await people.register_people(db, persons)


async def store_wish(database: Database, asked: datetime, queue: str = "espace-coop", answered: int | None = 1) -> None:
    """Store a question that a solved ticket answered."""
    wish = TicketWish(
        key=uuid4().hex, author_id=JULIETTE.id, asked={}, alike=[1], at=asked, answered=answered, queue=queue
    )
    async with database.transaction() as db:
        await suggestions.save_wish(db, wish)


ROOMS = {"espace-coop": "hotline-espace-coop", "metier": "hotline-metier"}
USUAL = {"file": "espace-coop", "categorie": "autre", "urgence": "genant"}


@dataclass
class Hotline:
    """A hotline at work: ``agathe`` and ``omar`` answer in both rooms."""

    house: House
    juliette: Person
    agathe: Person
    omar: Person
    rooms: dict[str, str]

    async def asks(self, who: Person, subject: str, **more: str) -> tuple[Ticket, Post]:
        """Open a ticket as somebody, whatever similar tickets other stories left; return it with its receipt."""
        form = await who.opens("/hotline")
        answer = await form.fill(**(USUAL | {"sujet": subject} | more)).submit()
        assert answer.accepted, answer
        receipt = await who.told(subject)
        if "Continuer" in receipt.buttons:
            await who.clicks(receipt, "Continuer")
            receipt = await who.told(f": {subject}")
        return await self.ticket(who), receipt

    async def ticket(self, who: Person) -> Ticket:
        """Read somebody’s newest ticket."""
        async with self.house.bot.database.transaction(writes=False) as db:
            theirs = select(Ticket).where(Ticket.author_id == who.id).order_by(col(Ticket.id).desc()).limit(1)
            return (await db.exec(theirs)).one()

    async def now(self, ticket: Ticket) -> Ticket:
        """Read a ticket as it is now."""
        async with self.house.bot.database.transaction(writes=False) as db:
            found = await tickets.get(db, ticket.number)
        assert found
        return found

    async def card(self, ticket: Ticket, containing: str = "", queue: str = "") -> Post:
        """Wait until the card of a ticket has some words, and return it as agents see it."""
        place = self.rooms[queue or ticket.queue]

        async def stands() -> Post | None:
            posts = await self.agathe.reads(place)
            mine = [p for p in posts if f"Demande n° {ticket.number} :" in plain(p) and not p.root_id]
            return next((p for p in mine if containing in plain(p)), None)

        return await wait_for(stands)

    async def under(self, who: Person, root: Post, containing: str) -> Post:
        """Wait for a message of the bot with some words in the thread of a post, and return it."""

        async def is_said() -> Post | None:
            found = [p for p in await who.reads(root.channel_id) if p.root_id == root.id and containing in plain(p)]
            return next((p for p in found if p.user_id == self.house.site.bot_id), None)

        return await wait_for(is_said)

    async def is_where(self, ticket: Ticket) -> None:
        """Wait until the posts of card and receipt are stored."""

        async def stands() -> bool:
            async with self.house.bot.database.transaction(writes=False) as db:
                found = await tickets.get(db, ticket.number)
                card = await posts.get_card(db, found) if found else None
                return bool(found and found.thread_post and card and card.post_id)

        await wait_for(stands)

    async def is_known(self, twin: Post) -> None:
        """Wait until the twin of a line is stored."""

        async def is_so() -> bool:
            async with self.house.bot.database.transaction(writes=False) as db:
                return await posts.find_line(db, twin.id) is not None

        await wait_for(is_so)


async def send_dialog(who: Person, post: Post, label: str, **fields: str) -> Answer:
    """Fill the window behind a button or a menu’s entry, and send it."""
    if label in post.buttons:
        form = await who.opens_by(post, label)
    else:
        await who.chooses(post, "Plus…", label)
        form = await who.dialog()
    answer = await form.fill(**fields).submit()
    assert answer.accepted, answer
    return answer


@pytest.fixture
async def helpdesk(house: House) -> Hotline:
    """A hotline with its rooms, in which the bot listens."""
    juliette = await house.conseiller()
    agathe, omar = [await house.someone(Role.HOTLINE, name) for name in ("agathe", "omar")]
    rooms = {queue: await _open_room(house, queue) for queue in ROOMS}
    for place in rooms.values():
        await house.site.add_members(place, agathe, omar)
    await wait_for(lambda: is_listening(house.bot, set(rooms.values())))
    return Hotline(house, juliette, agathe, omar, rooms)


async def _open_room(house: House, queue: str) -> str:
    """Open the room of a queue: the admin makes it where the bot has none yet, and adds the bot."""
    async with house.bot.database.transaction(writes=False) as db:
        known = (await find_channel_ids(db)).get(ROOMS[queue])
    if known:
        return known
    made = await house.site.channel(ROOMS[queue], ROOMS[queue])
    opener = await house.conseiller("camille")
    form = await opener.opens("/hotline")
    answer = await form.fill(**(USUAL | {"file": queue, "sujet": "La première"})).submit()
    assert answer.accepted, answer

    async def is_known() -> bool:
        async with house.bot.database.transaction(writes=False) as db:
            return (await find_channel_ids(db)).get(ROOMS[queue]) == made

    await wait_for(is_known)
    return made


QUEUES = {"espace-coop": "Aide Espace Coop", "metier": "Aide métier"}
ROOM = "hotline-espace-coop"


@dataclass
class HotlineWorkplace(Workplace):
    """A workplace where the hotline is at work, and nobody has made its rooms."""

    def features(self) -> Sequence[Feature]:
        others = (hotline.feature, hotline.billet, canaux.feature)
        return [build_aide(others), *others]

    async def gets_ready(self, app: App) -> None:
        await wait_for(lambda: self.is_heard(app))

    async def is_heard(self, app: App) -> bool:
        """Tell whether the bot listens wherever it should."""
        async with app.database.transaction(writes=False) as db:
            listens = await watch_rooms(db, self.settings())
        return await is_listening(app, set(listens.channels))

    async def files(self, app: App, subject: str, key: str = "") -> Any:
        """Send the window of a ticket as Juliette, though Mattermost may answer nothing."""
        key = key or unique("key")
        sent = Submission("hotline.OpenTicket", key, self.juliette.id, USUAL | {"sujet": subject}, {"queues": QUEUES})
        return await app.dispatcher.run(Request("submit", "hotline.OpenTicket", self.juliette.id, key=key), sent)

    async def cards(self) -> list[Post]:
        """List the bot’s posts in the room; none while there is no room."""
        place = await self.place()
        return [post for post in await self._posts(place) if not post.root_id] if place else []

    async def lines(self, root: Post) -> list[Post]:
        """List the bot’s posts in the thread of a post."""
        return [post for post in await self._posts(root.channel_id) if post.root_id == root.id]

    async def _posts(self, channel_id: str) -> list[Post]:
        found = await self.room.site.admin.get(f"/channels/{channel_id}/posts?per_page=200")
        posts = [Post.read(found["posts"][ident]) for ident in reversed(found["order"])]
        return [post for post in posts if post.user_id == self.room.bot_id and not post.type]

    async def place(self) -> str:
        """Return the id of the room; "" while there is none."""
        async with self.transaction() as db:
            return (await known.find_channel_ids(db)).get(ROOM, "")

    async def card(self, subject: str) -> Post:
        """Wait for the card of a subject, and return it."""

        async def stands() -> Any:
            return next((post for post in await self.cards() if subject in post.text and not post.root_id), None)

        return await wait_for(stands)

    async def stands(self, subject: str) -> bool:
        """Tell whether it is stored where the card and the receipt of a subject stand."""
        async with self.transaction() as db:
            found = (await db.exec(select(Ticket).where(Ticket.subject == subject))).one()
            card = await posts.get_card(db, found)
        return bool(found.thread_post and card and card.post_id)

    async def registers_as(self, person: Person, role: Role) -> None:
        """Register somebody with a role."""
        async with self.transaction() as db:
            await db.merge(Registered(id=person.id, username=person.username, role=role, since=utc_now()))


room = make_room("11.2", "5.37")
place = make_workplace(HotlineWorkplace, "sqlite")


async def register_person(place: HotlineWorkplace, name: str, role: Role) -> Person:
    """Make a person of the register."""
    person = await place.room.site.person(name)
    await place.registers_as(person, role)
    return person


_WEEKS = 60


@dataclass(frozen=True)
class Rota:
    """A house whose rota is empty, and the Monday that it is there, which begins two weeks without a holiday."""

    house: House
    monday: date

    def day(self, ahead: int) -> date:
        """Return the day so many days after that Monday."""
        return self.monday + timedelta(days=ahead)

    def days(self, first: int, last: int) -> str:
        """Write days as people type them: « du 30/11/2026 au 04/12/2026 »."""
        return f"du {self.day(first):%d/%m/%Y} au {self.day(last):%d/%m/%Y}"

    def goes_to(self, ahead: int, hour: int, minute: int = 0) -> None:
        """Set the clock to a day and hour in Paris."""
        self.house.clock.goes_to(paris_time(self.day(ahead), hour, minute))

    async def agent(self, name: str, role: Role = Role.HOTLINE) -> Person:
        """Make somebody who may be on duty."""
        return await self.house.someone(role, name)

    async def runs(self, job: str) -> None:
        """Run the job that is due."""
        key: Key = ("job", f"garde.{job}")
        await self.house.bot.runs.run(key, unique("fois"))
        await self.house.settled()


def paris_time(day: date, hour: int, minute: int = 0) -> datetime:
    """Make a moment in Paris."""
    return datetime.combine(day, time(hour, minute), PARIS).astimezone(UTC)


@pytest.fixture
async def rota(house: House) -> AsyncIterator[Rota]:
    """The rota of a story."""
    today = house.today
    mondays = (today + timedelta(days=7 * week - today.weekday()) for week in range(1, _WEEKS))
    monday = next(m for m in mondays if all(is_working_day(m + timedelta(days=d)) for d in (*range(5), *range(7, 12))))
    async with house.bot.database.transaction() as db:
        for table in (DutyTurn, Absence, DutySwap):
            await db.execute(delete(table))
    house.clock.goes_to(paris_time(monday, 10))
    yield Rota(house, monday)
    await house.settled()
