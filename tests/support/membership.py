"""People in tests: the register and its imports, roles, newcomers, and the channels where people belong."""

import io
import json
import secrets
import string
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete

from bot import people as bot_people
from bot.app import App
from bot.clock import utc_now
from bot.errors import ChatError
from bot.features import Feature
from bot.mattermost import AioClient, ChatUser, Mattermost
from bot.people import People
from cli.demo.stage import free_port
from cli.people.imports import Accounts, Memberships, PeopleImport, PeopleOutcome
from cli.people.lines import COLUMNS, NAMED_BY
from cli.people.transfer import write_people
from cli.tables import Table
from cli.terminal import ProgressBar
from commands import controls
from commands.canaux import feature
from commands.canaux.cards import watch_channels
from commands.membres import arrivals
from config import canaux
from config.settings import Settings
from config.text import fold
from storage import people as stored_people
from storage.canaux import MembershipRules, find_channel_ids
from storage.database import Database
from storage.people import Awaited, Role, by_username, register
from storage.people import Person as Registered
from storage.people.arrivals import Guest
from tests.modes import NEWEST
from tests.people import Person, Post
from tests.support.cra import NOON
from tests.support.databases import create_database
from tests.support.house import House, is_listening, wait_for
from tests.support.mattermost import ID, TEAM, USER, ChatServer, serve_chat
from tests.support.workplace import Room, Workplace, make_room, operate

TABLE = [
    canaux.COLUMNS,
    ("general", "national", "Général", "town-square", "non", "tous", "Tout le réseau.", "Bienvenue."),
    ("aide", "national", "Aide métier", "aide-metier", "non", "tous", "Les questions.", "Posez-les ici."),
    ("veille", "thematique", "Veille", "veille", "non", "libre", "Ce qui change.", "À lire."),
    ("animation", "salle", "Animation", "animation", "oui", "animateur", "L’équipe.", "Entre nous."),
    ("departement:69|38", "departement", "{code} - {nom}", "{canal}", "oui", "departement", "Le {code}.", "Ici {nom}."),
]
"""A small table of channels, with départements."""


@dataclass
class ChannelWorkplace(Workplace):
    """A workplace where the operator manages the channels."""

    errors: list[str] = field(default_factory=list)

    def features(self) -> Sequence[Feature]:
        return [feature, controls.travaux]

    async def gets_ready(self, app: App) -> None:
        await wait_for(lambda: self._hears(app))

    async def _hears(self, app: App) -> bool:
        """Tell whether the bot listens in the team and in the channels that it manages."""
        async with app.database.transaction(writes=False) as db:
            listens = await watch_channels(db, self.settings())
        return await is_listening(app, listens.places, listens.crowded)

    def settings(self, **others: Any) -> Settings:
        port = free_port()
        own = {"port": port, "public_url": f"http://127.0.0.1:{port}", "work_calls": 1000}
        return super().settings(**own | {"channels": self.folder / "canaux.tsv"} | others)

    async def registers_as(self, person: Person, role: Role, *departements: str, **more: Any) -> None:
        """Register somebody with a role."""
        row = Registered(
            id=person.id, username=person.username, role=role, departements=list(departements), since=utc_now(), **more
        )
        async with self.transaction() as db:
            await db.merge(row)

    async def checks(self, capsys: pytest.CaptureFixture[str]) -> tuple[int, dict[str, Any]]:
        """Run « channels check »; return its exit code and its JSON."""
        code = await operate(self.settings(), "channels", "check", "--json")
        found: dict[str, Any] = json.loads(capsys.readouterr().out)
        return code, found

    async def syncs(self, capsys: pytest.CaptureFixture[str], *options: str) -> str:
        """Run « channels sync », which must succeed; return what it says."""
        assert await operate(self.settings(), "channels", "sync", *options) == 0
        told = capsys.readouterr()
        self.errors.append(told.err)
        return told.out

    async def known(self) -> Mapping[str, str]:
        """Return the ids of the channels that the bot takes for planned ones, by key."""
        async with self.transaction() as db:
            return await find_channel_ids(db)

    async def channel(self, name: str) -> dict[str, Any]:
        """Return a channel as the admin sees it."""
        path = f"/teams/{self.room.site.team_id}/channels/name/{name}?include_deleted=true"
        found: dict[str, Any] = await self.room.site.admin.get(path)
        return found

    async def names_in(self, name: str) -> set[str]:
        """List the names of the people in a channel, without bots."""
        place = (await self.channel(name))["id"]
        members = await self.room.site.admin.get(f"/channels/{place}/members?per_page=200")
        known = {person.id: person.username.partition("-")[0] for person in self.room.site.people}
        return {known[member["user_id"]] for member in members if member["user_id"] in known}

    async def changes(self, name: str, **texts: str) -> None:
        """Change a channel by hand."""
        await self.room.site.admin.put(f"/channels/{(await self.channel(name))['id']}/patch", texts)

    async def leaves(self, person: Person, name: str) -> None:
        """Remove somebody from a channel by hand."""
        place = (await self.channel(name))["id"]
        await self.room.site.admin.delete(f"/channels/{place}/members/{person.id}")

    async def joins(self, person: Person, name: str) -> None:
        """Add somebody to a channel by hand."""
        place = (await self.channel(name))["id"]
        await self.room.site.add_members(place, person)


room = make_room(NEWEST)


@pytest.fixture(params=["sqlite"])
async def channel_workplace(
    request: pytest.FixtureRequest, room: Room, tmp_path: Path
) -> AsyncIterator[ChannelWorkplace]:
    lines = ["\t".join(row) for row in TABLE]
    (tmp_path / "canaux.tsv").write_text("\n".join(lines), "utf-8")
    async with create_database(request, tmp_path) as url:
        place = ChannelWorkplace(room, url, tmp_path)
        await place.leads()
        yield place


async def register_team(channel_workplace: ChannelWorkplace) -> tuple[Person, Person, Person]:
    """Register a team: Juliette in the Isère, a conseiller and a coordinateur of the Rhône, and an animateur."""
    site = channel_workplace.room.site
    lea, omar, agathe = await site.person("lea"), await site.person("omar"), await site.person("agathe")
    await channel_workplace.registers_as(channel_workplace.juliette, Role.CONSEILLER, "38")
    await channel_workplace.registers_as(lea, Role.CONSEILLER, "69")
    await channel_workplace.registers_as(omar, Role.COORDINATEUR, "69", "38")
    await channel_workplace.registers_as(agathe, Role.ANIMATEUR)
    return lea, omar, agathe


async def sync_team(
    channel_workplace: ChannelWorkplace, capsys: pytest.CaptureFixture[str]
) -> tuple[Person, Person, Person]:
    """Register a team and bring everybody into the channels where they belong."""
    people = await register_team(channel_workplace)
    await channel_workplace.syncs(capsys)
    return people


TODAY = NOON.date()


def make_surname(stem: str = "Zu") -> str:
    """Make a surname of letters that nobody has: the register of a house keeps those of earlier stories."""
    return stem + "".join(secrets.choice(string.ascii_lowercase) for _ in range(10))


def make_person(ident: str, name: str = "", role: Role | None = Role.CONSEILLER, **more: Any) -> Registered:
    """Make a person of the register without storing them; ``name`` is « Prénom Nom »."""
    prenom, _, nom = name.partition(" ")
    usual = {"departements": ["69"], "prenom": prenom or None, "nom": nom or None}
    return Registered(id=ident, username=ident, role=role, since=NOON, **(usual | more))


async def add_to_directory(house: House, name: str, role: Role = Role.CONSEILLER, **more: Any) -> Person:
    """Make an account whose owner the directory knows by « Prénom Nom »."""
    prenom, _, nom = name.partition(" ")
    account = await house.site.person(fold(prenom))
    usual = {"departements": ["69"], "prenom": prenom, "nom": nom, "structure": "Maison de quartier"}
    await house.registers(account, role, **(usual | more))
    return account


def plain_words(post: Post) -> str:
    """Return the words of a post with plain spaces, and without the invisible signs that make user text harmless."""
    return post.text.replace("\u00a0", " ").replace("\u202f", " ").replace("\u200b", "").replace("\\", "")


@pytest.fixture(scope="module")
async def welcoming(house: House) -> AsyncIterator[Settings]:
    """The settings by which newcomers are welcomed and announced, for a file of stories about them."""
    before = house.settings
    yield before.model_copy(update={"welcome": "oui", "newcomers": "oui"})
    house.settings = before
    await house.restart()


@pytest.fixture
async def open_house(house: House, welcoming: Settings, monkeypatch: pytest.MonkeyPatch) -> House:
    """A house where newcomers are welcomed, and no guest of an earlier story waits.

    Newcomers are announced sooner than after the usual three seconds.
    """
    monkeypatch.setattr(arrivals, "GATHERED_FOR", timedelta(seconds=0.3))
    house.settings = welcoming
    if house.bot.settings != welcoming:  # a start takes as long as half a story
        await house.restart()
    async with house.bot.database.transaction() as db:
        await db.execute(delete(Guest))
    await house.knows_the_team()
    return house


async def join_team(house: House, person: Person) -> None:
    """Add somebody to the team, as the admin."""
    await house.knows_the_team()
    member = {"team_id": house.site.team_id, "user_id": person.id}
    await house.site.admin.post(f"/teams/{house.site.team_id}/members", member)


async def leave_team(house: House, person: Person) -> None:
    """Remove somebody from the team, as the admin."""
    await house.site.admin.delete(f"/teams/{house.site.team_id}/members/{person.id}")


NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
GRACE = timedelta(days=7)
HEADER = ",".join(COLUMNS)
LEA = "lea,Léa,Perrin,Lea@Mairie.fr,conseiller,Ville de Lyon,73282932000074,69123,69,2026-09-01,"
SIRET, LA_POSTE = "73282932000074", "35600000000048"


class FakeAccounts:
    """A Mattermost that has only these accounts; it may be away."""

    def __init__(self, *users: ChatUser, away: bool = False) -> None:
        self.users = users
        self.away = away
        self.asked: list[Sequence[str]] = []

    async def users_by_names(self, usernames: Iterable[str]) -> AsyncIterator[Sequence[ChatUser]]:
        names = list(usernames)
        self.asked.append(names)
        if self.away:
            raise ChatError(0)
        yield [user for user in self.users if user.username in names]


def make_account(name: str, ident: str = "", **more: Any) -> ChatUser:
    """Make an account of a name."""
    return ChatUser(id=f"{ident or name:x<26}", username=name, **more)


async def import_people(
    database: Database,
    *lines: str,
    header: str = HEADER,
    chat: Any = None,
    told: list[str] | None = None,
    memberships: Memberships | None = None,
) -> PeopleOutcome:
    """Import lines and return the outcome; ``told`` collects the messages about bad lines, which must not occur without
    it."""
    text = "\n".join((header, *lines)) + "\n"
    faults: list[str] = []
    places = memberships or Memberships({}, MembershipRules([]))
    work = PeopleImport(
        database, Accounts(chat), lambda: NOW, lambda n, why: faults.append(f"{n} {why}"), GRACE, places
    )
    outcome = await work.run(Table(io.BytesIO(text.encode()), COLUMNS, [NAMED_BY]), ProgressBar(io.StringIO(), "ligne"))
    if told is None:
        assert not faults
    else:
        told += faults
    return outcome


async def get_person(database: Database, name: str) -> stored_people.Person:
    """Read somebody of the register."""
    async with database.transaction(writes=False) as db:
        found = await by_username(db, name)
    assert found is not None
    return found


async def list_awaited(database: Database) -> Sequence[Awaited]:
    """List the lines that wait for an account."""
    async with database.transaction(writes=False) as db:
        return await register.every_awaited(db)


async def export_people(database: Database) -> str:
    """Export the register as text."""
    out = io.StringIO(newline="")
    await write_people(database, out)
    return out.getvalue()


USER_PATH = f"GET /api/v4/users/{ID}"
MEMBER_PATH = f"GET /api/v4/teams/{TEAM}/members/{ID}"
CONFIG_PATH = "GET /api/v4/config/client"


class ManualClock:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def wait(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
async def server() -> AsyncIterator[ChatServer]:
    answers = {
        USER_PATH: USER,
        MEMBER_PATH: {"user_id": ID, "roles": "team_user"},
        "GET /api/v4/teams/name/cnum": {"id": TEAM},
        CONFIG_PATH: {"RequireEmailVerification": "true"},
    }
    async with serve_chat(**answers) as server:
        yield server


@pytest.fixture
async def client(server: ChatServer) -> AsyncIterator[AioClient]:
    client = AioClient(server.url, "jeton")
    yield client
    await client.close()


@pytest.fixture
def people(client: AioClient, database: Database, clock: ManualClock, monkeypatch: pytest.MonkeyPatch) -> People:
    monkeypatch.setattr(bot_people, "ASKING_MAX", 60)  # no test but one is about a slow server
    return make_people(client, database, clock)


def make_people(client: AioClient, database: Database, clock: ManualClock, **settings: Any) -> People:
    """Make the people as a bot that has just started knows them."""
    return People(database, Mattermost(client, "cnum"), Settings(_env_file=None, **settings), clock)


async def register_juliette(database: Database, **fields: Any) -> None:
    """Put juliette in the register."""
    since = datetime(2026, 1, 1, tzinfo=UTC)
    async with database.transaction() as db:
        db.add(stored_people.Person(id=ID, username="juliette", departements=["69"], since=since, **fields))


async def read_juliette(database: Database) -> stored_people.Person | None:
    """Read Juliette’s row of the register."""
    async with database.transaction(writes=False) as db:
        return await db.get(stored_people.Person, ID)


async def refresh_juliette(people: People, database: Database) -> stored_people.Person:
    """Read Juliette as changes read a person: from the register, not from the cache."""
    async with database.transaction() as db:
        return await people.fresh(db, ID)
