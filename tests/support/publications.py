"""What the bot publishes in tests: announcements and polls, the channels they go to, what stands there, and votes;
events of the agenda, who proposes them and who reads over."""

import json
from collections.abc import AsyncIterator, Sequence
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
from bot.clock import utc_now
from bot.features import Feature
from commands import annonce, controls
from config import canaux as planned_canaux
from config.settings import Settings
from config.territories import DEPARTEMENTS
from storage import canaux
from storage.agenda import AgendaEvent
from storage.annonce import Announcement, AnnouncementState
from storage.outbox import count_by_state
from storage.people import Role
from storage.sondage import Poll
from tests.people import Answer, Dialog, Person, Post, unique
from tests.support.databases import create_database
from tests.support.house import LOG, PARIS, House, list_said, plain, wait_for
from tests.support.membership import TABLE
from tests.support.rdv import read_calendar
from tests.support.workplace import Room, Workplace, operate

RHONE, ISERE = ("rhone", "69 - Rhône"), ("isere", "38 - Isère")
CONFIRM = ["Envoyer", "Modifier", "Annuler"]
SENT = ["Corriger", "Retirer"]
MANY = [code for code in DEPARTEMENTS if code.isdigit() and code < "26"]
"""Départements enough for two batches."""


async def list_standing(house: House, *channels: str, containing: str) -> list[list[str]]:
    """List the posts with these words in each channel."""
    found = [await list_said(house.site.admin, house.site.bot_id, channel) for channel in channels]
    return [[post.message for post in posts if containing in post.message] for posts in found]


async def preview_announcement(person: Person, **filled: Any) -> Post:
    """Write an announcement, and return its preview."""
    form = await person.opens("/annonce")
    return await send_announcement(person, form, **filled)


async def send_announcement(person: Person, form: Dialog, **filled: Any) -> Post:
    """Send a window, and return the preview that comes of it."""
    answer = await form.fill(**filled).submit()
    assert answer.accepted, answer
    return await person.told(str(filled["texte"]).partition("@")[0].strip()[:20])


def plain_spaces(text: str) -> str:
    """Put plain spaces in place of no-break ones."""
    return text.replace("\u00a0", " ")


async def make_coordinateur(house: House, *departements: str) -> Person:
    """Make a coordinateur of these départements."""
    omar = await house.site.person("omar")
    await house.registers(omar, Role.COORDINATEUR, departements=list(departements))
    return omar


async def confirm(house: House, person: Person, preview: Post) -> Post:
    """Send a previewed announcement, wait until it is everywhere, and return its card."""
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
    """Choose the announcement with these words from the list, and return its card."""
    shown = await person.asks("/annonce liste")
    if "Voir" in shown.buttons:
        form = await person.opens_by(shown, "Voir")
        chosen = next(value for value, text in form.options("chosen").items() if words in text)
        assert (await form.fill(chosen=chosen).submit()).accepted
    else:
        await person.clicks(shown, next(label for label in shown.buttons if words in label))
    return await person.told(words)


async def is_all_noted(house: House) -> bool:
    """Tell whether the bot has stored that all its messages have arrived."""
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

    def features(self) -> Sequence[Feature]:
        return [annonce.feature, controls.travaux]

    async def channels(self) -> dict[str, str]:
        """Return the channels of both départements, by address."""
        site = self.room.site
        names = {"rhone": "69 - Rhône", "isere": "38 - Isère"}
        return {name: await site.channel(name, names[name]) for name in names}

    async def remembers(self, key: str, channel_id: str) -> None:
        """Have the bot take a channel for a planned one from now on, whatever its name."""
        async with self.transaction() as db:
            await canaux.remember_channel(db, key, channel_id, utc_now())

    async def changes(self, state: AnnouncementState) -> None:
        """Put all announcements into a state."""
        async with self.transaction() as db:
            await db.exec(update(Announcement).values(state=state))

    async def states(self) -> list[AnnouncementState]:
        """List the states of all announcements."""
        async with self.transaction() as db:
            return [row.state for row in (await db.exec(select(Announcement))).all()]

    async def texts(self, channel_id: str) -> list[str]:
        """List the messages of a channel."""
        return [post.message for post in await list_said(self.room.site.admin, self.room.bot_id, channel_id)]

    def file(self, text: str) -> Path:
        """Write a file with these words."""
        path = self.folder / f"{unique('texte')}.md"
        path.write_text(text, "utf-8")
        return path

    async def announces(
        self, to: str, text: str, *options: str, capsys: pytest.CaptureFixture[str], **settings: Any
    ) -> tuple[int, dict[str, Any]]:
        """Run « announce »; return its exit code and its JSON."""
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
    """Make a poll, as it would be in its table."""
    usual: dict[str, Any] = {"key": "k" * 26, "question": "Quoi ?", "options": ["Oui", "Non"], "created_at": POLL_NOW,
                             "ends_at": POLL_NOW + timedelta(days=1)}  # fmt: skip
    return Poll(**(usual | values))


async def make_club(house: House, *members: Person) -> str:
    """Make a channel with the bot and these people in it, and return its id."""
    channel = await house.site.channel(unique("club").lower(), "Club")
    await add_members(house, channel, *members)
    return channel


async def add_members(house: House, channel: str, *people: Person) -> None:
    await house.site.add_members(channel, *people)


async def preview_poll(person: Person, channel: str = "", **filled: Any) -> Post:
    """Write a poll, and return its preview; it is for the channel in which it was begun, by default."""
    form = await person.opens("/sondage", channel)
    values = {"question": unique("Outils"), "reponses": "\n".join(OUTILS)} | filled
    answer = await form.fill(**values).submit()
    assert answer.accepted, answer
    return await person.told(str(values["question"]).partition(" ")[0])


async def launch_poll(person: Person, preview: Post) -> int:
    """Launch a previewed poll; return its number, once it is on its way."""
    await person.clicks(preview, "Lancer")
    card = await person.rewritten(preview, "Ouvert")
    assert card.buttons == POLL_OPEN
    return read_poll_number(card)


def read_poll_number(post: Post) -> int:
    """Read the number of a poll from a post about it."""
    return int(plain_spaces(post.text).split("n° ")[1].split()[0])


async def ask_poll(house: House, author: Person, channel: str, **filled: Any) -> Post:
    """Ask a poll, and return its post in a channel."""
    number = await launch_poll(author, await preview_poll(author, channel, **filled))
    await house.settled()
    return await find_poll(house, channel, number)


async def find_poll(house: House, channel: str, number: int) -> Post:
    """Find the post that asks a poll in a channel, as it is now."""
    found = await house.site.admin.get(f"/channels/{channel}/posts?per_page=200")
    posts = [Post.read(found["posts"][ident]) for ident in reversed(found["order"])]
    mine = [post for post in posts if f"Sondage n° {number} " in plain_spaces(post.message)]
    assert mine, [post.message for post in posts]
    return mine[0]


async def find_said(house: House, channel: str, containing: str) -> list[Post]:
    """List the bot’s posts in a channel with these words, oldest first."""
    found = await house.site.admin.get(f"/channels/{channel}/posts?per_page=200")
    posts = [Post.read(found["posts"][ident]) for ident in reversed(found["order"])]
    return [post for post in posts if post.user_id == house.site.bot_id and containing in plain_spaces(post.message)]


async def vote(person: Person, post: Post, answer: str | Sequence[str], **more: str) -> Answer:
    """Click « Voter » as somebody, choose, and return the answer."""
    return await choose(await person.opens_by(post, "Voter"), answer, **more)


async def choose(form: Dialog, answer: str | Sequence[str], **more: str) -> Answer:
    """Choose answers by number in a window, and return its answer."""
    chosen = {"reponse": answer} if isinstance(answer, str) else {"reponses": list(answer)}
    return await form.fill(**chosen, **more).submit()


async def vote_and_wait(house: House, person: Person, post: Post, answer: str | Sequence[str], **more: str) -> None:
    """Vote, and wait for the receipt."""
    answered = await vote(person, post, answer, **more)
    assert answered.accepted, answered
    receipt = await person.told("enregistré")
    kept = f"Votre vote au sondage n° {read_poll_number(post)} est enregistré."
    assert plain_spaces(receipt.text).startswith(kept)


def read_code(form: Dialog) -> str:
    """Read the code that a window shows."""
    return form.introduction.split("changer d’avis")[1].split("**")[1]


async def end_poll(house: House, number: int) -> None:
    """Let the time of a poll pass, and run the job."""
    poll = await read_poll(house, number)
    house.clock.goes_to(poll.ends_at + timedelta(seconds=1))
    await run_job(house, "sondage.end_due", f"fin {number}")
    house.bot.workers.look()
    await house.settled()


async def run_job(house: House, job: str, period: str, **more: Any) -> None:
    """Run a job as the scheduler would."""
    await house.bot.runs.run(("job", job), period, **more)


async def read_poll(house: House, number: int) -> Poll:
    """Read a poll as the table has it."""
    async with house.bot.database.transaction(writes=False) as db:
        return (await db.exec(select(Poll).where(Poll.number == number))).one()


async def make_voters(house: House, count: int, *places: str) -> list[Person]:
    """Make so many conseillers of these départements, in turn."""
    wanted = places or ("69",)
    return [await house.conseiller("votant", used=None, departements=[wanted[at % len(wanted)]]) for at in range(count)]


ROOMS = {"animation": "P", "actualites": "O", "departement:69": "P"}
"""The places by key, and how Mattermost keeps them."""


@dataclass
class AgendaStage:
    """The stage of stories about the agenda: ``agathe`` and ``omar`` review; ``juliette`` and ``lea`` are in the Rhône,
    ``paul`` in the Ain. ``rooms`` are the channels by key. Posts that stood there ``before`` may be about other events
    of the same numbers."""

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
        """The time of the bot’s clock, in Paris."""
        return self.house.clock().astimezone(PARIS)

    async def sends(self, who: Person, **fields: Any) -> Answer:
        """Fill and send the window of an event as somebody."""
        form = await who.opens("/agenda proposer")
        usual = {"quand": write_day(self.now, 8, "14h"), "lieu": "Médiathèque", "pour": "reseau"}
        return await form.fill(**(usual | fields)).submit()

    async def proposes(self, who: Person, **fields: Any) -> AgendaEvent:
        """Propose an event, have it accepted, and return it."""
        titre = fields.pop("titre", None) or unique("Atelier")
        answer = await self.sends(who, titre=titre, **fields)
        assert answer.accepted, answer
        await self.house.settled()
        return await self.titled(titre)

    async def titled(self, titre: str) -> AgendaEvent:
        """Wait for the event of a title, and return it."""

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
        """Wait until an event’s card in the animateurs’ room has some words, and return it."""
        return await self.said(containing, room="animation", event=f"Événement n° {event.id},")

    async def said(self, containing: str, *, room: str, event: str = "") -> Post:
        """Wait for a message of the bot with some words in a room, and return it."""

        async def stands() -> Post | None:
            mine = [p for p in await self.all_said(containing, room) if event in plain(p)]
            return mine[-1] if mine else None

        return await wait_for(stands)

    async def all_said(self, containing: str, room: str) -> list[Post]:
        """List all messages of the bot with some words in a room."""
        posts = [p for p in await self.agathe.reads(self.rooms[room]) if p.user_id == self.house.site.bot_id]
        return [p for p in posts if p.id not in self.before and containing in plain(p)]

    async def comes(self, who: Person, event: AgendaEvent) -> Post:
        """Say as somebody that they attend an event; return the answer."""
        whole = await who.asks(f"/agenda {event.id}")
        await who.clicks(whole, "J’y serai")
        return await who.whispered("serez")

    async def runs(self) -> None:
        """Run the job of the agenda."""
        await self.house.bot.runs.run(("job", "agenda.tell"), unique("fois"))
        await self.house.settled()

    async def told(self, who: Person, event: AgendaEvent, word: str) -> list[str]:
        """List the direct messages about an event with a word, oldest first."""
        return [plain(p) for p in await who.direct() if event.title in plain(p) and word in plain(p)]

    async def goes_to(self, moment: datetime) -> None:
        """Set the clock to a moment."""
        self.house.clock.goes_to(moment)

    async def fetches(self, address: str, method: str = "GET", **headers: str) -> tuple[ClientResponse, bytes]:
        """Request an address as a program would; return the response and its body."""
        async with ClientSession() as session, session.request(method, address, headers=headers) as answer:
            return answer, await answer.read()


def write_day(now: datetime, days: int, hour: str) -> str:
    """Write the day so many days from now, as people do in full."""
    return f"{now + timedelta(days=days):%d/%m/%Y} {hour}"


def read_events(body: bytes) -> Sequence[Event]:
    """Read a calendar’s events, as a strict program and one of many take them."""
    read_calendar(body)
    return Calendar.from_ical(body).events


def read_titles(body: bytes) -> list[str]:
    """Read the titles of the events of a calendar."""
    return [str(event["SUMMARY"]) for event in read_events(body)]


@pytest.fixture
async def agenda(house: House) -> AsyncIterator[AgendaStage]:
    """The stage of the agenda, on a morning, whose channels the bot knows."""
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
