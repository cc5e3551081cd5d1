"""The register’s own rules: roles that end, numbers of establishments, lines that wait for an account."""

from datetime import UTC, date, datetime

import pytest

from bot.people import People
from storage.database import Database
from storage.people import Awaited, Person, Role
from storage.people.register import Structure, find_awaited, find_structures, read_siret, take_awaited, write_structures
from tests.support.databases import database as databases
from tests.support.databases import sqlite_database
from tests.support.mattermost import ID
from tests.support.membership import client, clock, people, register_juliette, server

__all__ = [
    "client",
    "clock",
    "databases",
    "people",
    "server",
    "sqlite_database",
]

pytestmark = pytest.mark.postgres_too


NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.mark.parametrize(("left_on", "role"), [(23, Role.INVITE), (24, Role.ANIMATEUR), (25, Role.ANIMATEUR)])
async def test_a_role_ends_after_the_last_day(left_on: int, role: Role, people: People, database: Database) -> None:
    await register_juliette(database, role=Role.ANIMATEUR, left_on=date(2026, 11, left_on))
    assert (await people.of(ID)).role is role


async def test_a_role_that_mattermost_gives_ends_too(people: People, database: Database) -> None:
    await register_juliette(database, left_on=date(2026, 11, 1))
    assert (await people.of(ID)).role is Role.INVITE


def test_an_administrateur_may_what_animateurs_may() -> None:
    person = Person(id=ID, username="a", since=NOON, role=Role.ADMINISTRATEUR)
    assert person.may({Role.ANIMATEUR})
    assert not person.may({Role.CONSEILLER})
    assert not Person(id=ID, username="b", since=NOON, role=Role.HOTLINE).may({Role.ANIMATEUR})


@pytest.mark.parametrize("text", ["73282932000074", "732 829 320 00074", "35600000049837", "35600000000048"])
def test_a_siret_is_read(text: str) -> None:
    assert read_siret(text) == text.replace(" ", "")


@pytest.mark.parametrize(
    ("text", "why"),
    [("73282932000075", "faux"), ("7328293200007", "14 chiffres"), ("", "14"), ("7328293200007x", "14"),
     ("35600000049838", "faux"), ("٧٣٢٨٢٩٣٢٠٠٠٠٧٤", "14")],
)  # fmt: skip
def test_a_siret_that_is_none_is_refused_with_the_reason(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        read_siret(text)


async def test_a_structure_is_written_down_once(databases: Database) -> None:
    async with databases.transaction() as db:
        await write_structures(db, [Structure(siret="73282932000074", nom="Ancien nom")])
        await write_structures(db, [Structure(siret="73282932000074", nom="Ville de Lyon", code_commune="69123")])
        found = await find_structures(db, ["73282932000074", "35600000000048"])
    assert {siret: (s.nom, s.code_commune) for siret, s in found.items()} == {
        "73282932000074": ("Ville de Lyon", "69123")
    }


async def test_a_line_waits_for_its_account_by_name_before_address(databases: Database) -> None:
    async with databases.transaction() as db:
        db.add(Awaited(email="lea@mairie.fr", role=Role.INVITE, imported_at=NOON))
        db.add(Awaited(username="lea", prenom="Léa", nom="Perrin", departements=["69"], imported_at=NOON))
        await db.flush()
        assert await find_awaited(db, "paul", "paul@mairie.fr") is None
        by_address = await find_awaited(db, "lea.perrin", "Lea@Mairie.fr")
        assert by_address
        assert by_address.role is Role.INVITE
        line = await find_awaited(db, "Lea", "lea@mairie.fr")
        assert line
        person = await take_awaited(db, line, Person(id=ID, username="lea", since=NOON, timezone="Indian/Reunion"))
        assert (person.full_name, person.departements, person.timezone) == ("Léa Perrin", ["69"], "Indian/Reunion")
        assert await find_awaited(db, "lea") is None


def test_who_has_no_name_is_called_by_the_user_name() -> None:
    assert Person(id=ID, username="lea", since=NOON).full_name == "@lea"
