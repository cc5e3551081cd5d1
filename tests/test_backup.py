"""A backup restored is the database it was made of: every table, either kind, numbers never given twice."""

import asyncio
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import delete, text

from storage import schema
from storage.backup import BackupError, Content, check_backup
from storage.cra import Cra
from storage.cra.months import CRA_MONTH
from storage.database import Database
from tests import fewer
from tests.support import backups
from tests.support.backups import (
    create_empty,
    create_full,
    open_database,
    read_everything,
    read_lines,
    restore_backup,
    save_backup,
)
from tests.support.cra import make_conseiller, make_report, register_all, store_reports

PATIENCE = 60.0
"""Seconds after which a step that never comes is a failure."""
KINDS = ("sqlite", "postgresql")
crossed = pytest.mark.parametrize(("source", "target"), [KINDS, KINDS[::-1]], indirect=True)
"""From each kind into the other one."""
one_of_each = pytest.mark.parametrize(("source", "target"), list(zip(KINDS, KINDS, strict=True)), indirect=True)


@pytest.fixture(params=KINDS)
async def source(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    """A database of each kind with something in every table."""
    async with create_full(request.param, request, tmp_path / "from") as database:
        yield database


@pytest.fixture(params=KINDS)
async def target(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """The address of an empty database of each kind."""
    async with create_empty(request.param, request, tmp_path / "to") as url:
        yield url


async def test_what_is_restored_is_what_was_saved(source: Database, target: str, tmp_path: Path) -> None:
    before = await read_everything(source)
    assert all(before.values())
    content = await save_backup(source, tmp_path / "b")
    assert content == check_backup(tmp_path / "b")
    assert dict(content.counts) == {name: len(rows) for name, rows in before.items()}
    done = await restore_backup(target, tmp_path / "b")
    assert (done.content, done.step) == (content, schema.head())
    async with open_database(target) as database:
        assert await read_everything(database) == before
        await save_backup(database, tmp_path / "again")
    await schema.check(target)
    assert read_lines(tmp_path / "again")[1:-1] == read_lines(tmp_path / "b")[1:-1]


@crossed
async def test_numbers_go_on_where_they_were(source: Database, target: str, tmp_path: Path) -> None:
    """Also those of rows that are gone: a number that somebody has seen never means another report."""
    juliette = make_conseiller("juliette")
    async with source.transaction() as db:
        await register_all(db, juliette)
        last = (await store_reports(db, juliette, *[make_report()] * 60))[-1]
        await db.execute(delete(Cra).where(Cra.id > last - 5))  # type: ignore[arg-type, operator]
    await save_backup(source, tmp_path / "b")
    await restore_backup(target, tmp_path / "b")
    async with open_database(target) as database, database.transaction() as db:
        assert await store_reports(db, juliette, make_report()) == [last + 1]


async def test_a_database_in_which_nothing_was_numbered_yet(target: str, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/neuve.db"
    await schema.upgrade(url)
    async with open_database(url) as database:
        await save_backup(database, tmp_path / "b")
    await restore_backup(target, tmp_path / "b")
    juliette = make_conseiller("juliette")
    async with open_database(target) as database, database.transaction() as db:
        await register_all(db, juliette)
        assert await store_reports(db, juliette, make_report()) == [1]


@crossed
async def test_a_backup_shows_one_instant_and_nobody_waits_for_it(
    source: Database, target: str, tmp_path: Path
) -> None:
    """Reports are filed while it is half written. Each adds to its month: both agree in a snapshot, and only in one."""
    authors = [make_conseiller(f"{n}" * 26) for n in range(3)]
    async with source.transaction() as db:
        await db.execute(delete(CRA_MONTH))
        await db.execute(delete(Cra))
        await register_all(db, *authors)
        await store_reports(db, authors[0], *[make_report()] * 700)
    halfway, go_on = threading.Event(), threading.Event()

    def on_rows(_: int, __: int) -> None:
        halfway.set()
        assert go_on.wait(PATIENCE)

    def save() -> Content:
        # In a thread and a loop of its own, as it has a process of its own in life.
        return asyncio.run(save_backup(source, tmp_path / "b", on_rows))

    work = asyncio.create_task(asyncio.to_thread(save))
    assert await asyncio.to_thread(halfway.wait, PATIENCE)
    for author in authors:
        async with source.transaction() as db:
            await store_reports(db, author, make_report())
    go_on.set()
    content = await work
    assert content.counts["cra"] == 700
    await restore_backup(target, tmp_path / "b")
    for url, count in ((target, 700), (source.url.render_as_string(hide_password=False), 703)):
        async with open_database(url) as database, database.transaction(writes=False) as db:
            assert (await db.execute(text("SELECT SUM(accompagnements) FROM cra_month"))).scalar() == count
            assert (await db.execute(text("SELECT COUNT(*) FROM cra"))).scalar() == count


@crossed
async def test_a_backup_of_an_older_step_is_brought_to_this_one(
    source: Database, target: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = await read_everything(source)
    content = await save_backup(source, tmp_path / "b")
    with backups.add_migration(tmp_path, monkeypatch):
        done = await restore_backup(target, tmp_path / "b")
        assert (done.content, done.step) == (content, backups.LATER)
    async with open_database(target) as database:
        assert await read_everything(database) == before
        async with database.engine.begin() as db:
            assert (await db.execute(text(f"SELECT {backups.ADDED} FROM claim"))).scalars().all() == ["", "", ""]


async def test_a_used_database_is_refused_whatever_is_in_it(source: Database, tmp_path: Path) -> None:
    url = source.url.render_as_string(hide_password=False)
    await save_backup(source, tmp_path / "b")
    before = await read_everything(source)
    for number, table in enumerate(reversed(before)):
        if number % fewer(5, 1) == 0:
            with pytest.raises(BackupError, match="n’est pas vide"):
                await restore_backup(url, tmp_path / "b")
            assert number % fewer(20, 10) or await read_everything(source) == before
        async with source.engine.begin() as db:
            await db.execute(text(f'DELETE FROM "{table}"'))
        before[table] = []
    await restore_backup(url, tmp_path / "b")
    assert all((await read_everything(source)).values())


@one_of_each
async def test_an_empty_database_that_the_bot_made_is_no_used_one(
    source: Database, target: str, tmp_path: Path
) -> None:
    await save_backup(source, tmp_path / "b")
    await schema.prepare(target)
    await restore_backup(target, tmp_path / "b")
    async with open_database(target) as database:
        assert await read_everything(database) == await read_everything(source)


@one_of_each
async def test_nothing_stays_of_a_restoration_that_fails(
    source: Database, target: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await save_backup(source, tmp_path / "b")
    monkeypatch.setattr(schema, "finish", _fails)
    with pytest.raises(ZeroDivisionError):
        await restore_backup(target, tmp_path / "b")
    monkeypatch.undo()
    assert await schema.current(target) is None
    await restore_backup(target, tmp_path / "b")


def _fails(_: object) -> None:
    raise ZeroDivisionError


async def test_an_empty_database_is_not_saved(target: str, tmp_path: Path) -> None:
    async with open_database(target) as database:
        with pytest.raises(BackupError, match="vide"):
            await save_backup(database, tmp_path / "b")


def test_the_page_of_formats_describes_the_file() -> None:
    page = (Path(__file__).parent.parent / "docs" / "wire.md").read_text("utf-8")
    for key in ("kind", "format", "schema", "made_at", "tables", "columns", "rows", "numbers", "sha256"):
        assert f"`{key}`" in page
