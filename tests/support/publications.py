"""What the bot publishes in tests: announcements and polls, the channels they go to, what stands there, and votes;
events of the agenda, who proposes them and who reads over."""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientResponse, ClientSession
from icalendar import Calendar, Event
from sqlalchemy import update
from sqlmodel import col, select

from bot import logs
from bot.app import App
from bot.clock import utc_now
from commands import annonce, controls
from config import canaux as planned_canaux
from config.settings import Settings
from config.territories import DEPARTEMENTS
from storage import canaux
from storage.agenda import AgendaEvent
from storage.annonce import Announcement, AnnouncementState
from storage.database import Database
from storage.outbox import count_by_state
from storage.people import Role
from storage.sondage import Poll
from tests.people import Answer, Dialog, Person, Post, unique
from tests.support.databases import create_database
from tests.support.house import LOG, PARIS, House, list_said, plain, wait_for
from tests.support.membership import TABLE
from tests.support.workplace import FIRST, Room, Workplace, operate

RHONE, ISERE = ("rhone", "69 - Rhône"), ("isere", "38 - Isère")
CONFIRM = ["Envoyer", "Modifier", "Annuler"]
SENT = ["Corriger", "Retirer"]
MANY = [code for code in DEPARTEMENTS if code.isdigit() and code < "26"]
"""Départements enough for two batches."""


async def list_standing(house: House, *channels: str, containing: str) -> list[list[str]]:
    """What stands in each channel with these words in it."""
    found = [await list_said(house.site.admin, house.site.bot_id, channel) for channel in channels]
    return [[post.message for post in posts if containing in post.message] for posts in found]


async def preview_announcement(person: Person, **filled: Any) -> Post:
    """The preview of an announcement that is written like that."""
    form = await person.opens("/annonce")
    return await send_announcement(person, form, **filled)


async def send_announcement(person: Person, form: Dialog, **filled: Any) -> Post:
    """The preview that comes of a window."""
    answer = await form.fill(**filled).submit()
    assert answer.accepted, answer
    return await person.told(str(filled["texte"]).partition("@")[0].strip()[:20])


def plain_spaces(text: str) -> str:
    """Put plain spaces in place of no-break ones."""
    return text.replace("\u00a0", " ")


async def make_coordinateur(house: House, *departements: str) -> Person:
    """Somebody who coordinates these."""
    omar = await house.site.person("omar")
    await house.registers(omar, Role.COORDINATEUR, departements=list(departements))
    return omar


async def confirm(house: House, person: Person, preview: Post) -> Post:
    """The card, once it is sent everywhere."""
    await person.clicks(preview, "Envoyer")
    await house.settled()
    return await person.sees(preview)


async def withdraw(person: Person, card: Post) -> None:
    """Click « Retirer », and say yes."""
    await person.clicks(card, "Retirer")
    asked = await person.rewritten(card, "Retirer cette annonce")
    assert asked.buttons == ["Retirer", "Non, la laisser"]
    await person.clicks(asked, "Retirer")


async def open_card(person: Person, words: str) -> Post:
    """The card of the announcement with these words, chosen from the list."""
    shown = await person.asks("/annonce liste")
    if "Voir" in shown.buttons:
        form = await person.opens_by(shown, "Voir")
        chosen = next(value for value, text in form.options("chosen").items() if words in text)
        assert (await form.fill(chosen=chosen).submit()).accepted
    else:
        await person.clicks(shown, next(label for label in shown.buttons if words in label))
    return await person.told(words)


async def is_all_noted(house: House) -> bool:
    """Whether the bot has written down that all it said has arrived."""
    async with house.bot.database.transaction(writes=False) as db:
        return (await count_by_state(db))["waiting"] == 0


async def ensure_many_channels(house: House) -> list[str]:
    """Make the channels of many départements; their ids."""
    planned = planned_canaux.read()
    return [await house.site.channel(p.address, p.name) for code in MANY if (p := planned[f"departement:{code}"])]


async def do_some_stand(house: House, channels: list[str], words: str) -> bool:
    return any(await list_standing(house, *channels[:3], containing=words))


@dataclass
class AnnouncementWorkplace(Workplace):
    """A workplace where the operator announces, with or without a bot at work."""

    def settings(self, **others: Any) -> Settings:
        return super().settings(**{"channels": self.folder / "canaux.tsv", "work_calls": 1000} | others)

    @asynccontextmanager
    async def bot(self) -> AsyncIterator[App]:
        """Run a bot until the block ends."""
        logs.configure("INFO", LOG)
        app = App(self.settings(), [annonce.feature, controls.travaux], first=FIRST)
        await app.start()
        try:
            yield app
        finally:
            await app.stop()

    async def channels(self) -> dict[str, str]:
        """Those of both départements, by address."""
        site = self.room.site
        names = {"rhone": "69 - Rhône", "isere": "38 - Isère"}
        return {name: await site.channel(name, names[name]) for name in names}

    async def remembers(self, key: str, channel_id: str) -> None:
        """From now on that channel is the planned one, whatever it is called."""
        database = Database(self.url)
        async with database.transaction() as db:
            await canaux.remember_channel(db, key, channel_id, utc_now())
        await database.close()

    async def changes(self, state: AnnouncementState) -> None:
        """From now on all announcements stand so."""
        database = Database(self.url)
        async with database.transaction() as db:
            await db.exec(update(Announcement).values(state=state))
        await database.close()

    async def states(self) -> list[AnnouncementState]:
        """List how each announcement stands."""
        database = Database(self.url)
        async with database.transaction(writes=False) as db:
            found = [row.state for row in (await db.exec(select(Announcement))).all()]
        await database.close()
        return found

    async def texts(self, channel_id: str) -> list[str]:
        """List what stands in a channel."""
        return [post.message for post in await list_said(self.room.site.admin, self.room.bot_id, channel_id)]

    def file(self, text: str) -> Path:
        """Write a file with these words."""
        path = self.folder / f"{unique('texte')}.md"
        path.write_text(text, "utf-8")
        return path

    async def announces(
        self, to: str, text: str, *options: str, capsys: pytest.CaptureFixture[str], **settings: Any
    ) -> tuple[int, dict[str, Any]]:
        """How the command ends, and what it says."""
        logs.configure("INFO", LOG)  # as « main » does; else what is logged stands among what is printed
        words = ("--to", to, "--text", str(self.file(text)), "--json", *options)
        code = await operate(self.settings(**settings), "announce", *words)
        found: dict[str, Any] = json.loads(capsys.readouterr().out)
        return code, found


@pytest.fixture(params=["sqlite"])
async def announcement_workplace(
    request: pytest.FixtureRequest, room: Room, tmp_path: Path
) -> AsyncIterator[AnnouncementWorkplace]:
    (tmp_path / "canaux.tsv").write_text("\n".join("\t".join(row) for row in TABLE), "utf-8")
    async with create_database(request, tmp_path) as url:
        yield AnnouncementWorkplace(room, url, tmp_path)


OUTILS = ["Visio", "Agenda partagé", "Rien de tout cela"]
POLL_NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)
POLL_CONFIRM = ["Lancer", "Modifier", "Annuler"]
POLL_OPEN = ["Changer la fin", "Clore", "Retirer"]


def make_poll(**values: Any) -> Poll:
    """A poll, as it would be in its table."""
    usual: dict[str, Any] = {"key": "k" * 26, "question": "Quoi ?", "options": ["Oui", "Non"], "created_at": POLL_NOW,
                             "ends_at": POLL_NOW + timedelta(days=1)}  # fmt: skip
    return Poll(**(usual | values))


async def make_club(house: House, *members: Person) -> str:
    """A channel of its own, with the bot and these people in it."""
    channel = await house.site.channel(unique("club").lower(), "Club")
    await add_members(house, channel, *members)
    return channel


async def add_members(house: House, channel: str, *people: Person) -> None:
    await house.site.add_members(channel, *people)


async def preview_poll(person: Person, channel: str = "", **filled: Any) -> Post:
    """The preview of a poll that is written like that, by default for the channel where it is asked for."""
    form = await person.opens("/sondage", channel)
    values = {"question": unique("Outils"), "reponses": "\n".join(OUTILS)} | filled
    answer = await form.fill(**values).submit()
    assert answer.accepted, answer
    return await person.told(str(values["question"]).partition(" ")[0])


async def launch_poll(person: Person, preview: Post) -> int:
    """Launch a previewed poll; its number, once it is on its way."""
    await person.clicks(preview, "Lancer")
    card = await person.rewritten(preview, "Ouvert")
    assert card.buttons == POLL_OPEN
    return read_poll_number(card)


def read_poll_number(post: Post) -> int:
    """The number of the poll that a post is about."""
    return int(plain_spaces(post.text).split("n° ")[1].split()[0])


async def ask_poll(house: House, author: Person, channel: str, **filled: Any) -> Post:
    """The poll, as it stands in that channel."""
    number = await launch_poll(author, await preview_poll(author, channel, **filled))
    await house.settled()
    return await find_poll(house, channel, number)


async def find_poll(house: House, channel: str, number: int) -> Post:
    """What asks that poll in a channel, as it is now."""
    found = await house.site.admin.get(f"/channels/{channel}/posts?per_page=200")
    posts = [Post.read(found["posts"][ident]) for ident in reversed(found["order"])]
    mine = [post for post in posts if f"Sondage n° {number} " in plain_spaces(post.message)]
    assert mine, [post.message for post in posts]
    return mine[0]


async def find_said(house: House, channel: str, containing: str) -> list[Post]:
    """What the bot said in a channel with these words, oldest first."""
    found = await house.site.admin.get(f"/channels/{channel}/posts?per_page=200")
    posts = [Post.read(found["posts"][ident]) for ident in reversed(found["order"])]
    return [post for post in posts if post.user_id == house.site.bot_id and containing in plain_spaces(post.message)]


async def vote(person: Person, post: Post, answer: str | Sequence[str], **more: str) -> Answer:
    """What somebody who clicks « Voter » and chooses is answered."""
    return await choose(await person.opens_by(post, "Voter"), answer, **more)


async def choose(form: Dialog, answer: str | Sequence[str], **more: str) -> Answer:
    """What the window answers to a choice by number."""
    chosen = {"reponse": answer} if isinstance(answer, str) else {"reponses": list(answer)}
    return await form.fill(**chosen, **more).submit()


async def vote_and_wait(house: House, person: Person, post: Post, answer: str | Sequence[str], **more: str) -> None:
    """Vote, and wait for the receipt."""
    answered = await vote(person, post, answer, **more)
    assert answered.accepted, answered
    receipt = await person.told("enregistré")
    assert plain_spaces(receipt.text) == f"Votre vote au sondage n° {read_poll_number(post)} est enregistré."


def read_code(form: Dialog) -> str:
    """The code that a window shows."""
    return form.introduction.split("changer d’avis")[1].split("**")[1]


async def end_poll(house: House, number: int) -> None:
    """Let the time of a poll pass, and the job come by."""
    poll = await read_poll(house, number)
    house.clock.goes_to(poll.ends_at + timedelta(seconds=1))
    await run_job(house, "sondage.end_due", f"fin {number}")
    house.bot.workers.look()
    await house.settled()


async def run_job(house: House, job: str, period: str, **more: Any) -> None:
    """A job at work, as the clock would have it."""
    await house.bot.runs.run(("job", job), period, **more)


async def read_poll(house: House, number: int) -> Poll:
    """A poll as the table has it."""
    async with house.bot.database.transaction(writes=False) as db:
        return (await db.exec(select(Poll).where(Poll.number == number))).one()


async def make_voters(house: House, count: int, *places: str) -> list[Person]:
    """So many conseillers of these départements, in turn."""
    wanted = places or ("69",)
    return [await house.conseiller("votant", used=None, departements=[wanted[at % len(wanted)]]) for at in range(count)]


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
        """Propose an event, and have it accepted; the event."""
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
        """Read an event as it is now."""
        async with self.house.bot.database.transaction(writes=False) as db:
            return (await db.exec(select(AgendaEvent).where(AgendaEvent.id == event.id))).one()

    async def card(self, event: AgendaEvent, containing: str = "") -> Post:
        """Find an event’s card in the animateurs’ room, once it says that."""
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
        """Run the job of the agenda."""
        await self.house.bot.runs.run(("job", "agenda.tell"), unique("fois"))
        await self.house.settled()

    async def told(self, who: Person, event: AgendaEvent, word: str) -> list[str]:
        """The direct messages about an event with that word, oldest first."""
        return [plain(p) for p in await who.direct() if event.title in plain(p) and word in plain(p)]

    async def goes_to(self, moment: datetime) -> None:
        """Set the clock to a moment."""
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
    """Read the titles of the events of a calendar."""
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
