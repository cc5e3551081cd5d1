"""A backup restored is the database it was made of: every table, either kind, numbers never given twice."""

import asyncio
import gzip
import json
import random
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import delete, text

from storage import migrate, people
from storage.backup import BackupError, Content, check
from storage.cra import Cra
from storage.cra.months import CRA_MONTH
from storage.database import Database
from tests.backups import at, empty, everything, full, restored, saved
from tests.reports import file, registered, report, someone

PATIENCE = 60.0
"""Seconds after which a step that never comes is a failure."""
KINDS = ("sqlite", "postgresql")
crossed = pytest.mark.parametrize(("source", "target"), [KINDS, KINDS[::-1]], indirect=True)
"""From each kind into the other one."""
one_of_each = pytest.mark.parametrize(("source", "target"), list(zip(KINDS, KINDS, strict=True)), indirect=True)


@pytest.fixture(params=KINDS)
async def source(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    """A database of each kind with something in every table."""
    async with full(request.param, request, tmp_path / "from") as database:
        yield database


@pytest.fixture(params=KINDS)
async def target(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """The address of an empty database of each kind."""
    async with empty(request.param, request, tmp_path / "to") as url:
        yield url


async def test_what_is_restored_is_what_was_saved(source: Database, target: str, tmp_path: Path) -> None:
    before = await everything(source)
    assert all(before.values())
    content = await saved(source, tmp_path / "b")
    assert content == check(tmp_path / "b")
    assert dict(content.counts) == {name: len(rows) for name, rows in before.items()}
    done = await restored(target, tmp_path / "b")
    assert (done.content, done.step) == (content, migrate.head())
    async with at(target) as database:
        assert await everything(database) == before
        await saved(database, tmp_path / "again")
    await migrate.check(target)
    assert lines(tmp_path / "again")[1:-1] == lines(tmp_path / "b")[1:-1]


def lines(path: Path) -> list[bytes]:
    return gzip.decompress(path.read_bytes()).splitlines()


@crossed
async def test_numbers_go_on_where_they_were(source: Database, target: str, tmp_path: Path) -> None:
    """Also those of rows that are gone: a number that somebody has seen never means another report."""
    juliette = someone("juliette")
    async with source.transaction() as db:
        await registered(db, juliette)
        last = (await file(db, juliette, *[report()] * 60))[-1]
        await db.execute(delete(Cra).where(Cra.id > last - 5))  # type: ignore[arg-type, operator]
    await saved(source, tmp_path / "b")
    await restored(target, tmp_path / "b")
    async with at(target) as database, database.transaction() as db:
        assert await file(db, juliette, report()) == [last + 1]


async def test_a_database_in_which_nothing_was_numbered_yet(target: str, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/neuve.db"
    await migrate.upgrade(url)
    async with at(url) as database:
        await saved(database, tmp_path / "b")
    await restored(target, tmp_path / "b")
    juliette = someone("juliette")
    async with at(target) as database, database.transaction() as db:
        await registered(db, juliette)
        assert await file(db, juliette, report()) == [1]


@crossed
async def test_a_backup_shows_one_instant_and_nobody_waits_for_it(
    source: Database, target: str, tmp_path: Path
) -> None:
    """Reports are filed while it is half written. Each adds to its month: both agree in a snapshot, and only in one."""
    authors = [someone(f"{n}" * 26) for n in range(3)]
    async with source.transaction() as db:
        await db.execute(delete(CRA_MONTH))
        await db.execute(delete(Cra))
        await registered(db, *authors)
        await file(db, authors[0], *[report()] * 700)
    halfway, go_on = threading.Event(), threading.Event()

    def on_rows(_: int, __: int) -> None:
        halfway.set()
        assert go_on.wait(PATIENCE)

    def save() -> Content:
        # In a thread and a loop of its own, as it has a process of its own in life.
        return asyncio.run(saved(source, tmp_path / "b", on_rows))

    work = asyncio.create_task(asyncio.to_thread(save))
    assert await asyncio.to_thread(halfway.wait, PATIENCE)
    for author in authors:
        async with source.transaction() as db:
            await file(db, author, report())
    go_on.set()
    content = await work
    assert content.counts["cra"] == 700
    await restored(target, tmp_path / "b")
    for url, count in ((target, 700), (source.url.render_as_string(hide_password=False), 703)):
        async with at(url) as database, database.transaction(writes=False) as db:
            assert (await db.execute(text("SELECT SUM(accompagnements) FROM cra_month"))).scalar() == count
            assert (await db.execute(text("SELECT COUNT(*) FROM cra"))).scalar() == count


@pytest.mark.parametrize(
    ("target", "step"),
    [("sqlite", "0001"), ("sqlite", "0002"), ("sqlite", "0003"), ("postgresql", "0001")],
    indirect=["target"],
)
async def test_a_backup_of_an_older_step_is_brought_to_this_one(step: str, target: str, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/ancienne.db"
    await migrate.upgrade(url, step)
    await old_rows(url)
    async with at(url) as database:
        content = await saved(database, tmp_path / "b")
    assert content.step == step
    assert (await restored(target, tmp_path / "b")).step == migrate.head()
    await migrate.check(target)
    async with at(target) as database, database.transaction(writes=False) as db:
        person = await people.get(db, "j" * 26)
        assert person
        assert (person.username, person.departements) == ("juliette", ["69"])
        assert (await db.execute(text("SELECT SUM(accompagnements) FROM cra_month"))).scalar() == 1


async def old_rows(url: str) -> None:
    """Juliette and one report, as any step has them."""
    who = f"('{'j' * 26}','juliette','[\"69\"]','Europe/Paris','2026-01-01 00:00:00')"
    counts = [c.name for c in Cra.__table__.columns if c.name.startswith(("age_", "statut_", "suite_"))]  # type: ignore[attr-defined]
    named = "author_id, date, canal, commune, code_postal, departement, activite, participants, themes, minutes, source"
    said = f"'{'j' * 26}','2026-11-20','autre','69256','69120','69','ponctuel',1,2,15,'import'"
    stamps = "'k',1,'2026-11-20 00:00:00','2026-11-20 00:00:00'"
    month = f"('{'j' * 26}','2026-11-01','69'"
    has_months = await migrate.current(url) != "0001"
    async with at(url) as database, database.engine.begin() as db:
        await db.execute(text(f"INSERT INTO person (id, username, departements, timezone, since) VALUES {who}"))
        await db.execute(
            text(
                f"INSERT INTO cra ({named}, {', '.join(counts)}, key, version, created_at, modified_at) "
                f"VALUES ({said}, {', '.join('0' for _ in counts)}, {stamps})"
            )
        )
        if has_months:
            names = [c.name for c in CRA_MONTH.columns]
            numbers = ", ".join("1" for _ in names[3:])
            await db.execute(text(f"INSERT INTO cra_month ({', '.join(names)}) VALUES {month}, {numbers})"))


async def test_a_used_database_is_refused_whatever_is_in_it(source: Database, tmp_path: Path) -> None:
    url = source.url.render_as_string(hide_password=False)
    await saved(source, tmp_path / "b")
    for table in reversed(await everything(source)):
        before = await everything(source)
        with pytest.raises(BackupError, match="n’est pas vide"):
            await restored(url, tmp_path / "b")
        assert await everything(source) == before
        async with source.engine.begin() as db:
            await db.execute(text(f'DELETE FROM "{table}"'))
    await restored(url, tmp_path / "b")
    assert all((await everything(source)).values())


@one_of_each
async def test_an_empty_database_that_the_bot_made_is_no_used_one(
    source: Database, target: str, tmp_path: Path
) -> None:
    await saved(source, tmp_path / "b")
    await migrate.prepare(target)
    await restored(target, tmp_path / "b")
    async with at(target) as database:
        assert await everything(database) == await everything(source)


@pytest.fixture
async def whole(request: pytest.FixtureRequest, tmp_path: Path) -> bytes:
    """A good backup."""
    async with full("sqlite", request, tmp_path / "from") as database:
        await saved(database, tmp_path / "b")
    return (tmp_path / "b").read_bytes()


async def test_a_truncated_backup_is_refused(whole: bytes, tmp_path: Path) -> None:
    cut = tmp_path / "cut"
    for length in sorted({*range(0, len(whole), max(1, len(whole) // 30)), len(whole) - 1, len(whole) - 9}):
        cut.write_bytes(whole[:length])
        with pytest.raises(BackupError, match=r"endommagée|n’est pas une sauvegarde"):
            check(cut)


async def test_no_changed_byte_goes_unnoticed(whole: bytes, tmp_path: Path) -> None:
    """Refused; or what is read is what was written: some bytes of the compression mean nothing."""
    (tmp_path / "whole").write_bytes(whole)
    good, content = lines(tmp_path / "whole"), check(tmp_path / "whole")
    file = tmp_path / "flipped"
    dice = random.Random(8)
    for place in dice.sample(range(len(whole)), 200):
        file.write_bytes(whole[:place] + bytes([whole[place] ^ (1 << dice.randrange(8))]) + whole[place + 1 :])
        try:
            found = check(file)
        except BackupError:
            continue
        assert (found, lines(file)) == (content, good), place


@pytest.mark.parametrize("change", ["row", "lost", "double", "swapped", "added", "count", "number", "json", "empty"])
async def test_a_backup_somebody_edited_is_refused(change: str, whole: bytes, tmp_path: Path) -> None:
    """Recompressed, so that only our own checksum tells."""
    text_lines = gzip.decompress(whole).splitlines(keepends=True)
    header = json.loads(text_lines[0])
    if change == "count":
        header["tables"]["cra"]["rows"] -= 1
        header["tables"]["draft"]["rows"] += 1
    if change == "number":
        header["numbers"]["cra"] = 1
    edited = [json.dumps(header).encode() + b"\n", *text_lines[1:]] if change in {"count", "number"} else text_lines
    match change:
        case "row":
            edited[1] = edited[1].replace(b"Europe", b"Eurape") if b"Europe" in edited[1] else edited[1][:-2] + b" ]\n"
        case "lost":
            del edited[2]
        case "double":
            edited.insert(2, edited[2])
        case "swapped":
            edited[1], edited[2] = edited[2], edited[1]
        case "added":
            edited.append(b"[]\n")
        case "json":
            edited[1] = b"[" * 100_000 + b"\n"
        case "empty":
            edited = edited[:1]
    (tmp_path / "edited").write_bytes(gzip.compress(b"".join(edited)))
    with pytest.raises(BackupError, match="endommagée"):
        await restored(f"sqlite:///{tmp_path}/neuve.db", tmp_path / "edited")
    assert await migrate.current(f"sqlite:///{tmp_path}/neuve.db") is None


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "n’est pas une sauvegarde"),
        (b"SQLite format 3\0" + b"x" * 9000, "n’est pas une sauvegarde"),
        (gzip.compress(b"du texte\n"), "n’est pas une sauvegarde"),
        (gzip.compress(b"[1]\n"), "n’est pas une sauvegarde"),
        (gzip.compress(b'{"kind": "coop-bot backup", "format": 2, "schema": "0001"}\n'), "plus récente"),
        (gzip.compress(b'{"kind": "coop-bot backup", "format": 1, "schema": "9999"}\n'), "plus récente"),
        (gzip.compress(b'{"kind": "coop-bot backup", "format": 1, "schema": "0001", "tables": 7}\n'), "endommagée"),
    ],
    ids=("empty", "database", "text", "list", "later format", "later step", "no tables"),
)
def test_what_is_no_backup_is_said(data: bytes, words: str, tmp_path: Path) -> None:
    (tmp_path / "b").write_bytes(data)
    with pytest.raises(BackupError, match=words):
        check(tmp_path / "b")


@one_of_each
async def test_nothing_stays_of_a_restoration_that_fails(
    source: Database, target: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await saved(source, tmp_path / "b")
    monkeypatch.setattr(migrate, "finish", _fails)
    with pytest.raises(ZeroDivisionError):
        await restored(target, tmp_path / "b")
    monkeypatch.undo()
    assert await migrate.current(target) is None
    await restored(target, tmp_path / "b")


def _fails(_: object) -> None:
    raise ZeroDivisionError


async def test_an_empty_database_is_not_saved(target: str, tmp_path: Path) -> None:
    async with at(target) as database:
        with pytest.raises(BackupError, match="vide"):
            await saved(database, tmp_path / "b")


def test_the_page_of_formats_describes_the_file() -> None:
    page = (Path(__file__).parent.parent / "docs" / "wire.md").read_text("utf-8")
    for key in ("kind", "format", "schema", "made_at", "tables", "columns", "rows", "numbers", "sha256"):
        assert f"`{key}`" in page
