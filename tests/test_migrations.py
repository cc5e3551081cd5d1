"""The steps of the tables: the same on both databases, up and down, and equal to what the code declares."""

import asyncio
import importlib
import pkgutil
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import bindparam, text
from sqlmodel import SQLModel

import storage
from storage import migrate
from storage.cra.last_commune import last_commune
from storage.database import Database, UtcTime
from storage.people import arrivals
from tests.postgres import Server


@pytest.fixture(params=["sqlite", "postgresql"])
async def empty(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """The address of an empty database of each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/coop.db"
        return
    server: Server = request.getfixturevalue("postgres")
    async with server.database("template0") as url:
        yield url


async def stands_at(url: str, step: str) -> None:
    """Pretend that the tables are those of another version."""
    database = Database(url)
    async with database.engine.begin() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = :step"), {"step": step})
    await database.close()


async def test_the_steps_make_the_tables_that_the_code_declares(empty: str) -> None:
    assert await migrate.upgrade(empty) == migrate.Change(None, migrate.head())
    await migrate.check(empty)


async def test_up_down_and_up_again(empty: str) -> None:
    await migrate.upgrade(empty)
    assert await migrate.downgrade(empty) == migrate.Change(migrate.head(), None)
    assert await migrate.upgrade(empty) == migrate.Change(None, migrate.head())
    assert await migrate.upgrade(empty) == migrate.Change(migrate.head(), migrate.head())
    await migrate.check(empty)


async def test_an_empty_database_is_prepared_by_itself(empty: str) -> None:
    assert await migrate.current(empty) is None
    assert await migrate.prepare(empty) == migrate.Change(None, migrate.head())
    assert await migrate.prepare(empty) == migrate.Change(migrate.head(), migrate.head())


async def test_an_outdated_postgresql_waits_for_its_operator(postgres: Server) -> None:
    async with postgres.database() as url:
        await stands_at(url, "0000")
        with pytest.raises(migrate.SchemaError, match="coop-bot migrate"):
            await migrate.prepare(url)


async def test_a_newer_database_is_refused(empty: str) -> None:
    await migrate.upgrade(empty)
    await stands_at(empty, "9999")
    with pytest.raises(migrate.SchemaError, match="plus récente"):
        await migrate.prepare(empty)


async def test_two_at_once_take_the_steps_once(postgres: Server) -> None:
    async with postgres.database("template0") as url:
        changes = await asyncio.gather(migrate.upgrade(url), migrate.upgrade(url))
    assert sorted(change.before or "" for change in changes) == ["", migrate.head()]


def test_the_head_read_from_file_names_is_alembics() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(storage.__path__[0]) / "migrations"))
    assert ScriptDirectory.from_config(config).get_current_head() == migrate.head()


def models(of: type[SQLModel] = SQLModel) -> Iterator[type[SQLModel]]:
    """Every model that is declared, with or without a table."""
    for model in of.__subclasses__():
        yield model
        yield from models(model)


def test_every_table_is_known_to_the_steps() -> None:
    """A table whose module env.py does not import would never be created."""
    for module in pkgutil.walk_packages(storage.__path__, "storage."):
        if not module.name.startswith(("storage.migrations", "storage.data.")):
            importlib.import_module(module.name)
    env = (Path(storage.__path__[0]) / "migrations" / "env.py").read_text("utf-8")
    homes = {m.__module__.removesuffix(".table") for m in models() if "__table__" in vars(m)}
    assert homes
    for home in homes:
        assert f"import {home}" in env


async def test_the_last_commune_used_goes_along_up_and_down(empty: str) -> None:
    await migrate.upgrade(empty, "0007")
    people = [("j" * 26, "'69256'", "'69120'"), ("s" * 26, "'97501'", "NULL"), ("n" * 26, "NULL", "NULL")]
    database = Database(empty)
    async with database.engine.begin() as connection:
        for ident, commune, code in people:
            values = f"'{ident}', 'x', '[]', {commune}, {code}, 'Europe/Paris', '2026-01-01 00:00:00'"
            columns = "id, username, departements, commune, code_postal, timezone, since"
            await connection.execute(text(f"INSERT INTO person ({columns}) VALUES ({values})"))
    await migrate.upgrade(empty)
    async with database.transaction() as db:
        assert [await last_commune(db, ident) for ident, _, _ in people] == [
            "69120 Vaulx-en-Velin",
            "Miquelon-Langlade (97501)",
            "",
        ]
    await migrate.downgrade(empty, "0007")
    async with database.engine.begin() as connection:
        rows = await connection.execute(text("SELECT id, commune, code_postal FROM person ORDER BY id"))
        assert list(rows) == [("j" * 26, "69256", "69120"), ("n" * 26, None, None), ("s" * 26, "97501", None)]
    await database.close()


async def test_who_came_lately_is_known_up_and_down(empty: str) -> None:
    await migrate.upgrade(empty, "0020")
    database, at = Database(empty), datetime(2026, 11, 20, 9, tzinfo=UTC)
    columns = "person_id, username, role, at, is_new"
    async with database.engine.begin() as connection:
        for ident, is_new in (("j" * 26, "true"), ("s" * 26, "false")):
            values = f"'{ident}', 'x', 'conseiller', :at, {is_new}"
            row = text(f"INSERT INTO welcome ({columns}) VALUES ({values})").bindparams(bindparam("at", at, UtcTime))
            await connection.execute(row)
    await migrate.upgrade(empty)
    async with database.transaction() as db:
        assert [await arrivals.is_since(db, ident * 26, at) for ident in "js"] == [True, False]
        assert not await arrivals.is_since(db, "j" * 26, at + timedelta(days=1))
    await migrate.downgrade(empty, "0020")
    async with database.engine.begin() as connection:
        rows = await connection.execute(text("SELECT person_id, is_new FROM welcome ORDER BY person_id"))
        assert [(ident, bool(is_new)) for ident, is_new in rows] == [("j" * 26, True), ("s" * 26, False)]
    await database.close()
