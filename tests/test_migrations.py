"""The steps of the tables: the same on both databases, up and down, and equal to what the code declares."""

import asyncio
import importlib
import pkgutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Integer, String, inspect, select, table, text

import storage
from cli.command import Call
from cli.errors import OperatorError
from cli.faults import as_sentence
from cli.migrate import IMPOSSIBLE, PENDING, migrate
from config.settings import Settings
from storage import schema
from storage.database import Database
from tests.support import backups
from tests.support.databases import PostgresServer, create_sqlite, list_models

pytestmark = pytest.mark.postgres_too


@pytest.fixture(params=["sqlite", "postgresql"])
async def empty(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """The address of an empty database of each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/coop.db"
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    async with server.database("template0") as url:
        yield url


async def stands_at(url: str, step: str) -> None:
    """Pretend that the tables are those of another version."""
    database = Database(url)
    async with database.engine.begin() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = :step"), {"step": step})
    await database.close()


async def test_the_steps_make_the_tables_that_the_code_declares(empty: str) -> None:
    assert await schema.upgrade(empty) == schema.SchemaChange(None, schema.head())
    await schema.check(empty)


async def test_no_step_is_taken_where_none_is_missing(empty: str, monkeypatch: pytest.MonkeyPatch) -> None:
    await schema.upgrade(empty)
    monkeypatch.setattr(schema, "libraries", None)  # where alembic comes from
    assert await schema.upgrade(empty) == schema.SchemaChange(schema.head(), schema.head())
    assert not (await schema.look_ahead(empty)).steps


async def test_the_first_schema_is_what_the_36_steps_left(empty: str) -> None:
    await schema.upgrade(empty, backups.FIRST)
    kind = "sqlite" if empty.startswith("sqlite") else "postgresql"
    assert await schema.in_transaction(empty, backups.describe_schema) == backups.read_recorded(backups.FIRST, kind)
    rows = await schema.in_transaction(empty, begun_with)
    secret = rows.pop("stats_secret")
    assert [(number, len(drawn)) for number, drawn in secret] == [(1, 32)]
    assert rows == {"resource_stamp": [(1, 0)], "journal_head": [(1, 0, "")]}


def begun_with(connection: Connection) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of a new database."""
    tables = {name: table(name) for name in inspect(connection).get_table_names() if name != schema.VERSION_TABLE}
    rows = {name: connection.execute(select(text("*")).select_from(of)).all() for name, of in tables.items()}
    return {name: [tuple(row) for row in found] for name, found in rows.items() if found}


async def test_up_down_and_up_again(empty: str) -> None:
    await schema.upgrade(empty)
    assert await schema.downgrade(empty) == schema.SchemaChange(schema.head(), None)
    assert await schema.upgrade(empty) == schema.SchemaChange(None, schema.head())
    assert await schema.upgrade(empty) == schema.SchemaChange(schema.head(), schema.head())
    await schema.check(empty)


async def test_an_empty_database_is_prepared_by_itself(empty: str) -> None:
    assert await schema.current(empty) is None
    assert await schema.prepare(empty) == schema.SchemaChange(None, schema.head())
    assert await schema.prepare(empty) == schema.SchemaChange(schema.head(), schema.head())


async def test_an_outdated_file_is_prepared_by_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url, before = await create_sqlite(tmp_path), schema.head()
    with backups.add_migration(tmp_path, monkeypatch):
        assert await schema.prepare(url) == schema.SchemaChange(before, backups.LATER)


async def test_an_outdated_postgresql_waits_for_its_operator(
    postgres: PostgresServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = schema.head()
    async with postgres.database() as url:
        with backups.add_migration(tmp_path, monkeypatch):
            with pytest.raises(schema.SchemaError, match=f"il faut {backups.LATER}.*coop-bot migrate"):
                await schema.prepare(url)
            assert await schema.upgrade(url) == schema.SchemaChange(before, backups.LATER)
            assert await schema.downgrade(url, before) == schema.SchemaChange(backups.LATER, before)
        await schema.check(url)


async def test_a_database_from_before_the_first_schema_is_refused(empty: str) -> None:
    await schema.upgrade(empty)
    await stands_at(empty, "0020")
    for bring_up_to_date in (schema.prepare, schema.upgrade):
        with pytest.raises(schema.UnknownStepError, match=r"0020.*à partir de l’étape 0036.*code du bot d’avant"):
            await bring_up_to_date(empty)
    assert await schema.current(empty) == "0020"


async def test_a_newer_database_is_refused(empty: str) -> None:
    await schema.upgrade(empty)
    await stands_at(empty, "9999")
    with pytest.raises(schema.UnknownStepError, match="plus récente") as refused:
        await schema.prepare(empty)
    told = as_sentence(refused.value)
    assert told
    assert told.code == 2, "systemd does not start it again: that would change nothing"


async def test_what_a_step_would_do_is_told_before(
    empty: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    call = Call(known=Settings(database_url=empty))
    assert await migrate(call, check=True) == PENDING
    said = capsys.readouterr().out
    assert "La base est vide : lancez « coop-bot migrate »" in said
    assert "répliques" not in said, "there is nothing to be saved, and nobody serves"
    await migrate(call)
    assert await migrate(call, check=True) == 0
    with backups.add_migration(tmp_path, monkeypatch):
        assert await migrate(call, check=True) == PENDING
        said = capsys.readouterr().out
        assert f"à faire, dans cet ordre : {backups.LATER}." in said
        assert "la colonne claim.added" in said
        assert "rien n’est enlevé" in said
    assert await schema.current(empty) == schema.head(), "nothing is done"
    await stands_at(empty, "9999")
    with pytest.raises(OperatorError, match="plus récente") as refused:
        await migrate(call, check=True)
    assert refused.value.code == IMPOSSIBLE


async def test_who_can_not_look_does_not_say_that_there_are_steps() -> None:
    with pytest.raises(OperatorError, match="ne répond pas") as refused:
        await migrate(Call(known=Settings(database_url="postgresql://u@127.0.0.1:1/x")), check=True)
    assert refused.value.code == IMPOSSIBLE


def table_of(**columns: tuple[Any, bool, str | None]) -> schema.TableShape:
    """A table with these columns: type, whether it may be empty, what stands there by itself."""
    made: dict[str, Any] = {
        name: {"name": name, "type": kind, "nullable": nullable, "default": default}
        for name, (kind, nullable, default) in columns.items()
    }
    return schema.TableShape(made, {})


def test_what_the_version_before_would_stumble_over_is_told() -> None:
    before = {"gone": table_of(), "t": table_of(a=(String(16), True, None), b=(Integer(), True, None))}
    wider = table_of(a=(String(64), True, None), b=(Integer(), True, None), c=(Integer(), False, "0"))
    assert schema.compare(["2"], before, before | {"t": wider}).breaking == []
    narrower = table_of(a=(String(8), False, None), c=(Integer(), False, None), d=(String(8), True, None))
    told = schema.compare(["2"], before, {"t": narrower})
    assert told.breaking == [
        "la table gone disparaît",
        "t.a ne peut plus être vide",
        "t.c n’a pas de valeur d’office",
        "t.b disparaît",
    ]
    unique = schema.TableShape(wider.columns, {"uq_t_a": True})
    assert schema.compare(["2"], {"t": wider}, {"t": unique}).breaking == [
        "t : deux lignes semblables sont refusées (uq_t_a)"
    ]


async def test_a_step_lets_who_serves_go_first(
    postgres: PostgresServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Behind a step that waits for a table all would wait who want to read it."""
    monkeypatch.setattr(schema, "LOCK_MS", 100)
    async with postgres.database() as url:
        database = Database(url)
        with backups.add_migration(tmp_path, monkeypatch):
            async with database.transaction() as busy:
                await busy.execute(text("SELECT 1 FROM claim"))
                step = asyncio.create_task(schema.upgrade(url))
                for _ in range(5):
                    async with asyncio.timeout(20), database.transaction() as other:
                        await other.execute(text("SELECT 1 FROM claim"))
                    await asyncio.sleep(0.1)
                assert not step.done()
            assert (await step).after == backups.LATER
        await database.close()


async def test_two_at_once_take_the_steps_once(postgres: PostgresServer) -> None:
    async with postgres.database("template0") as url:
        changes = await asyncio.gather(schema.upgrade(url), schema.upgrade(url))
    assert sorted(change.before or "" for change in changes) == ["", schema.head()]


def test_the_steps_read_from_file_names_are_alembics() -> None:
    """By the settings with which a developer makes the next one."""
    scripts = ScriptDirectory.from_config(Config(toml_file=Path(storage.__path__[0]).parent / "pyproject.toml"))
    known = [script.revision for script in scripts.walk_revisions()]
    assert known[::-1] == schema.steps()
    assert scripts.get_current_head() == schema.head()


def test_every_table_is_known_to_the_steps() -> None:
    """A table whose module env.py does not import would never be created."""
    for module in pkgutil.walk_packages(storage.__path__, "storage."):
        if not module.name.startswith(("storage.migrations", "storage.data.")):
            importlib.import_module(module.name)
    env = (Path(storage.__path__[0]) / "migrations" / "env.py").read_text("utf-8")
    homes = {m.__module__ for m in list_models() if "__table__" in vars(m)}
    assert homes
    for home in homes:
        assert f"import {home}" in env
