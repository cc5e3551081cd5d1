"""An installation made by the code before this one goes on: its database as it is, and a backup of it."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from storage import journal, schema
from tests.people import Person
from tests.support import backups
from tests.support.backups import create_empty, open_database, read_everything, restore_backup
from tests.support.cra import file_workshop, read_number
from tests.support.house import House
from tests.test_cra_own import numbers

pytestmark = pytest.mark.postgres_too

DUMP = backups.DATA / f"installation_{backups.FIRST}.sql"
BACKUP = backups.DATA / f"installation_{backups.FIRST}.backup"
JULIETTE, CALLED = "73mwre1joxh6ij7uedp3bd9hra", "juliette-7ba3e130"
REPORTS = range(4, 27)
"""Those of hers."""
LATER = datetime(2026, 11, 29, 8, tzinfo=UTC)
"""When they had all been filed."""


def loaded(folder: Path, juliette: Person | None = None) -> str:
    """The address of the database that was dumped; somebody may be the Juliette who is in it."""
    dump = DUMP.read_text("utf-8")
    if juliette:
        dump = dump.replace(JULIETTE, juliette.id).replace(CALLED, juliette.username)
    with closing(sqlite3.connect(folder / "ancienne.db")) as database:
        database.executescript(dump)
    return f"sqlite:///{folder}/ancienne.db"


def statements(folder: Path) -> list[str]:
    """All that makes that database, tables and rows."""
    with closing(sqlite3.connect(folder / "ancienne.db")) as database:
        return [*database.iterdump()]


@pytest.fixture
async def juliette(house: House) -> Person:
    """An account of hers; what she filed before is in the installation."""
    return await house.site.person("juliette")


@pytest.fixture
async def installation(house: House, juliette: Person, tmp_path: Path) -> AsyncIterator[House]:
    """The house, whose bot is started on that database."""
    before = house.settings
    house.clock.goes_to(max(house.clock(), LATER))
    house.settings = before.model_copy(update={"database_url": loaded(tmp_path, juliette)})
    await house.restart()
    yield house
    house.settings = before
    await house.restart()


async def test_nothing_has_to_be_done_to_its_database(tmp_path: Path) -> None:
    url = loaded(tmp_path)
    before = statements(tmp_path)
    assert len({line.split()[2] for line in before if line.startswith("INSERT")}) > 40, "most tables have rows"
    assert await schema.upgrade(url, backups.FIRST) == schema.SchemaChange(backups.FIRST, backups.FIRST)
    assert statements(tmp_path) == before
    assert await schema.in_transaction(url, backups.describe_schema) == backups.read_recorded(backups.FIRST, "sqlite")
    await schema.upgrade(url)
    await schema.check(url)


@pytest.mark.newest_only
async def test_its_people_go_on(installation: House, juliette: Person) -> None:
    page = await juliette.asks("/cra liste")
    assert {*REPORTS[:9]} < {*numbers(page.text)} < {*REPORTS}
    receipt = await file_workshop(juliette)
    assert read_number(receipt) == REPORTS.stop
    form = await juliette.opens(f"/cra modifier {REPORTS.start}")
    assert (await form.fill(participants=9).submit()).accepted
    assert [cra.participants for cra in await installation.reports(juliette)][:2] == [9, 8]


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_a_backup_of_it_is_restored(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    await schema.upgrade(dumped := loaded(tmp_path))
    async with open_database(dumped) as old, create_empty(kind, request, tmp_path / "to") as url:
        assert (await restore_backup(url, BACKUP)).content.step == backups.FIRST
        await schema.check(url)
        async with open_database(url) as new:
            assert await read_everything(new) == await read_everything(old)
            async with new.transaction(writes=False) as db:
                entries, fault = await journal.verify(db)
    assert (entries, fault) == (70, None)
