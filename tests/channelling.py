"""What the tests of the team’s channels share: a small table, people of the register, an operator and a bot."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from bot import logs
from bot.app import App
from bot.clock import utc_now
from cli.demo.stage import free_port
from commands import canaux, travaux
from commands.canaux.feature import watch_channels
from config.canaux import COLUMNS
from config.settings import Settings
from storage.canaux import find_channel_ids
from storage.database import Database
from storage.people import Person as Registered
from storage.people import Role
from tests.databases import address
from tests.house import LOG, hears, until_async
from tests.modes import NEWEST
from tests.operating import operate
from tests.people import Person
from tests.room import Room, a_room
from tests.workplace import FIRST, Workplace

TABLE = [
    COLUMNS,
    ("general", "national", "Général", "town-square", "non", "tous", "Tout le réseau.", "Bienvenue."),
    ("aide", "national", "Aide métier", "aide-metier", "non", "tous", "Les questions.", "Posez-les ici."),
    ("veille", "thematique", "Veille", "veille", "non", "libre", "Ce qui change.", "À lire."),
    ("animation", "salle", "Animation", "animation", "oui", "animateur", "L’équipe.", "Entre nous."),
    ("departement:69|38", "departement", "{code} - {nom}", "{canal}", "oui", "departement", "Le {code}.", "Ici {nom}."),
]
"""A small one, départements included."""


@dataclass
class Field(Workplace):
    """A workplace where the operator looks after the channels."""

    errors: list[str] = field(default_factory=list)

    @asynccontextmanager
    async def bot(self, **others: Any) -> AsyncIterator[App]:
        """One at work, with the feature of channels."""
        logs.configure("INFO", LOG)
        app = App(self.settings(**others), [canaux.feature, travaux.feature], first=FIRST)
        await app.start()
        await until_async(lambda: self._hears(app))
        try:
            yield app
        finally:
            await app.stop()

    async def _hears(self, app: App) -> bool:
        """In the team, and in the channels that are to be looked after."""
        async with app.database.transaction(writes=False) as db:
            listens = await watch_channels(db, self.settings())
        return await hears(app, listens.places, listens.crowded)

    def settings(self, **others: Any) -> Settings:
        port = free_port()
        own = {"port": port, "public_url": f"http://127.0.0.1:{port}", "work_calls": 1000}
        return super().settings(**own | {"channels": self.folder / "canaux.tsv"} | others)

    async def registers_as(self, person: Person, role: Role, *departements: str, **more: Any) -> None:
        """Somebody of the register."""
        row = Registered(
            id=person.id, username=person.username, role=role, departements=list(departements), since=utc_now(), **more
        )
        database = Database(self.url)
        async with database.transaction() as db:
            await db.merge(row)
        await database.close()

    async def checks(self, capsys: pytest.CaptureFixture[str]) -> tuple[int, dict[str, Any]]:
        """How the check ends, and what it says."""
        code = await operate(self.settings(), "channels", "check", "--json")
        found: dict[str, Any] = json.loads(capsys.readouterr().out)
        return code, found

    async def syncs(self, capsys: pytest.CaptureFixture[str], *options: str) -> str:
        """What is said, once it has ended well."""
        assert await operate(self.settings(), "channels", "sync", *options) == 0
        told = capsys.readouterr()
        self.errors.append(told.err)
        return told.out

    async def known(self) -> Mapping[str, str]:
        """The ids of the channels that the bot takes for the planned ones, by key."""
        database = Database(self.url)
        async with database.transaction(writes=False) as db:
            found = await find_channel_ids(db)
        await database.close()
        return found

    async def channel(self, name: str) -> dict[str, Any]:
        """A channel as the admin sees it."""
        path = f"/teams/{self.room.site.team_id}/channels/name/{name}?include_deleted=true"
        found: dict[str, Any] = await self.room.site.admin.get(path)
        return found

    async def names_in(self, name: str) -> set[str]:
        """Who is in it, bots aside."""
        place = (await self.channel(name))["id"]
        members = await self.room.site.admin.get(f"/channels/{place}/members?per_page=200")
        known = {person.id: person.username.partition("-")[0] for person in self.room.site.people}
        return {known[member["user_id"]] for member in members if member["user_id"] in known}

    async def changes(self, name: str, **texts: str) -> None:
        """Somebody writes something else over a channel by hand."""
        await self.room.site.admin.put(f"/channels/{(await self.channel(name))['id']}/patch", texts)

    async def leaves(self, person: Person, name: str) -> None:
        """Somebody is taken out by hand."""
        place = (await self.channel(name))["id"]
        await self.room.site.admin.delete(f"/channels/{place}/members/{person.id}")

    async def joins(self, person: Person, name: str) -> None:
        """Somebody is brought in by hand."""
        place = (await self.channel(name))["id"]
        await self.room.site.admin.post(f"/channels/{place}/members", {"user_id": person.id})


@pytest.fixture(params=[NEWEST])
async def room(request: pytest.FixtureRequest) -> AsyncIterator[Room]:
    async with a_room(request.param) as room:
        yield room


@pytest.fixture(params=["sqlite"])
async def land(request: pytest.FixtureRequest, room: Room, tmp_path: Path) -> AsyncIterator[Field]:
    lines = ["\t".join(row) for row in TABLE]
    (tmp_path / "canaux.tsv").write_text("\n".join(lines), "utf-8")
    async with address(request, tmp_path) as url:
        place = Field(room, url, tmp_path)
        await place.leads()
        yield place


async def peopled(land: Field) -> tuple[Person, Person, Person]:
    """Juliette works in the Isère; a conseiller and a coordinateur of the Rhône, and an animateur, are there too."""
    site = land.room.site
    lea, omar, agathe = await site.person("lea"), await site.person("omar"), await site.person("agathe")
    await land.registers_as(land.juliette, Role.CONSEILLER, "38")
    await land.registers_as(lea, Role.CONSEILLER, "69")
    await land.registers_as(omar, Role.COORDINATEUR, "69", "38")
    await land.registers_as(agathe, Role.ANIMATEUR)
    return lea, omar, agathe


async def synced(land: Field, capsys: pytest.CaptureFixture[str]) -> tuple[Person, Person, Person]:
    """All of them are where they belong."""
    people = await peopled(land)
    await land.syncs(capsys)
    return people
