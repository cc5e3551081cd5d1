"""What the stories of the agenda share: who proposes, who reads over, and the places where it speaks."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from aiohttp import ClientResponse, ClientSession
from icalendar import Calendar, Event
from sqlmodel import col, select

from storage import canaux
from storage.agenda import AgendaEvent
from tests.people import Person, Post, unique
from tests.people.dialog import Answer
from tests.support.house import PARIS, House, plain, wait_for

ROOMS = {"animation": "P", "actualites": "O", "departement:69": "P"}
"""The places by key, and how Mattermost keeps them."""


@dataclass
class AgendaStage:
    """An agenda at work: ``agathe`` and ``omar`` read over; ``juliette`` and ``lea`` are in the Rhône, ``paul`` in the
    Ain. ``rooms`` are the places by key. What stood there ``before`` may be about others of the same numbers."""

    house: House
    juliette: Person
    lea: Person
    paul: Person
    agathe: Person
    omar: Person
    rooms: dict[str, str]
    before: frozenset[str]

    @property
    def now(self) -> datetime:
        """The bot’s time, in Paris."""
        return self.house.clock().astimezone(PARIS)

    async def sends(self, who: Person, **fields: Any) -> Answer:
        """Somebody fills and sends the window of an event."""
        form = await who.opens("/agenda proposer")
        usual = {"quand": write_day(self.now, 8, "14h"), "lieu": "Médiathèque", "pour": "reseau"}
        return await form.fill(**(usual | fields)).submit()

    async def proposes(self, who: Person, **fields: Any) -> AgendaEvent:
        """The same, accepted; the event."""
        titre = fields.pop("titre", None) or unique("Atelier")
        answer = await self.sends(who, titre=titre, **fields)
        assert answer.accepted, answer
        await self.house.settled()
        return await self.titled(titre)

    async def titled(self, titre: str) -> AgendaEvent:
        """The event of that title, once it is there."""

        async def is_there() -> AgendaEvent | None:
            async with self.house.bot.database.transaction(writes=False) as db:
                named = select(AgendaEvent).where(AgendaEvent.title == titre).order_by(col(AgendaEvent.id).desc())
                return (await db.exec(named)).first()

        return await wait_for(is_there)

    async def as_is(self, event: AgendaEvent) -> AgendaEvent:
        """The same as it is now."""
        async with self.house.bot.database.transaction(writes=False) as db:
            return (await db.exec(select(AgendaEvent).where(AgendaEvent.id == event.id))).one()

    async def card(self, event: AgendaEvent, containing: str = "") -> Post:
        """Its card in the animateurs’ room, once it says that."""
        return await self.said(containing, room="animation", event=f"Événement n° {event.id},")

    async def said(self, containing: str, *, room: str, event: str = "") -> Post:
        """What the bot says in a place, once it does."""

        async def stands() -> Post | None:
            mine = [p for p in await self.all_said(containing, room) if event in plain(p)]
            return mine[-1] if mine else None

        return await wait_for(stands)

    async def all_said(self, containing: str, room: str) -> list[Post]:
        """All that the bot says there with these words."""
        posts = [p for p in await self.agathe.reads(self.rooms[room]) if p.user_id == self.house.site.bot_id]
        return [p for p in posts if p.id not in self.before and containing in plain(p)]

    async def comes(self, who: Person, event: AgendaEvent) -> Post:
        """Somebody says that they come; what they are answered."""
        whole = await who.asks(f"/agenda {event.id}")
        await who.clicks(whole, "J’y serai")
        return await who.whispered("serez")

    async def runs(self) -> None:
        """The job is due, and done."""
        await self.house.bot.runs.run(("job", "agenda.tell"), unique("fois"))
        await self.house.settled()

    async def told(self, who: Person, event: AgendaEvent, word: str) -> list[str]:
        """The direct messages about an event with that word, oldest first."""
        return [plain(p) for p in await who.direct() if event.title in plain(p) and word in plain(p)]

    async def goes_to(self, moment: datetime) -> None:
        """Time passes."""
        self.house.clock.goes_to(moment)

    async def fetches(self, address: str, method: str = "GET", **headers: str) -> tuple[ClientResponse, bytes]:
        """What a program is answered there."""
        async with ClientSession() as session, session.request(method, address, headers=headers) as answer:
            return answer, await answer.read()


def write_day(now: datetime, days: int, hour: str) -> str:
    """A day from now, as people write it in full."""
    return f"{now + timedelta(days=days):%d/%m/%Y} {hour}"


def read_events(body: bytes) -> Sequence[Event]:
    """What a calendar makes of it."""
    return Calendar.from_ical(body).events


def read_titles(body: bytes) -> list[str]:
    """The titles of these."""
    return [str(event["SUMMARY"]) for event in read_events(body)]


@pytest.fixture
async def agenda(house: House) -> AsyncIterator[AgendaStage]:
    """An agenda on a morning, whose places are known to the bot."""
    house.clock.goes_to((house.clock() + timedelta(days=1)).astimezone(PARIS).replace(hour=9, minute=0))
    juliette, lea = await house.conseillers("juliette", "lea")
    paul = await house.conseiller("paul", departements=["01"])
    agathe, omar = await house.animateurs("agathe", "omar")
    rooms = {key: await house.site.channel(f"agenda-{key.replace(':', '-')}", kind=kind) for key, kind in ROOMS.items()}
    members = {"animation": (agathe, omar), "actualites": (juliette, lea, paul, agathe, omar)}
    for key, place in rooms.items():
        await house.site.add_members(place, *members.get(key, (juliette, lea, agathe, omar)))
    await house.remembers(rooms)
    read = [await agathe.reads(place) for place in rooms.values()]
    before = frozenset(post.id for posts in read for post in posts)
    yield AgendaStage(house, juliette, lea, paul, agathe, omar, rooms, before)
    async with house.bot.database.transaction() as db:
        for key in rooms:
            await canaux.forget_channel(db, key)
    house.clock.is_right_again()
