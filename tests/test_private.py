"""What the bot writes down of people is for nobody else to read: under the usual umask, and where it was open."""

import asyncio
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from stat import S_IMODE

import pytest
from sqlalchemy import text

from bot.spool import Spool
from bot.work.orders import OrderFolders
from cli import stats
from cli.terminal import open_whole
from config.settings import Settings
from storage import private_files, schema
from storage.database import Database
from tests.support.workplace import run_doctor
from tests.test_spool import submission


@pytest.fixture(autouse=True)
def _usual_umask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


def modes(folder: Path) -> dict[str, str]:
    """What is in a folder, and how open it is."""
    return {str(path.relative_to(folder)): f"{S_IMODE(path.stat().st_mode):o}" for path in folder.rglob("*")}


async def written(database: Database) -> None:
    """Something is in the write-ahead log, and in its index."""
    async with database.transaction() as db:
        await db.execute(text("INSERT INTO claim VALUES ('a', hex(randomblob(8)), '2026-11-24')"))
    assert await database.answers()


PRIVATE = {"coop.db": "600", "coop.db-wal": "600", "coop.db-shm": "600"}


async def test_a_new_database_is_private_and_what_lies_beside_it(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/coop.db"
    await schema.prepare(url)
    database = Database(url)
    await written(database)
    assert modes(tmp_path) == PRIVATE
    await database.close()


def test_what_an_operator_has_written_to_a_file_is_private_unless_the_file_was_there(tmp_path: Path) -> None:
    """Orders have postal addresses, and tickets names."""
    (tmp_path / "there.csv").write_text("")
    (tmp_path / "there.csv").chmod(0o644)
    for name in ("new.csv", "there.csv"):
        with open_whole(str(tmp_path / name)) as told:
            told.write("Nom;Adresse")
    (tmp_path / "made.pdf").write_bytes(b"%PDF")
    stats._hand_over(tmp_path / "made.pdf", str(tmp_path / "mine.pdf"))  # noqa: SLF001
    told_modes = modes(tmp_path)
    assert {name: told_modes[name] for name in ("new.csv", "there.csv", "mine.pdf")} == {
        "new.csv": "600",
        "there.csv": "644",
        "mine.pdf": "600",
    }


async def test_one_that_was_open_is_closed_to_others_at_the_start(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/coop.db"
    await schema.prepare(url)
    before = Database(url)
    await written(before)
    for name in PRIVATE:
        (tmp_path / name).chmod(0o644)

    now = Database(url)
    await written(now)
    assert modes(tmp_path) == PRIVATE
    await before.close()
    await now.close()


async def test_who_only_reads_makes_no_file_that_others_could_read(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/coop.db")
    assert await database.answers()
    assert modes(tmp_path) == {"coop.db": "600"}
    await database.close()


async def test_a_database_in_use_is_never_opened_and_closed_beside_sqlite(tmp_path: Path) -> None:
    """The system would drop the locks that SQLite has in this process: another one could take the log away from it."""
    url = f"sqlite:///{tmp_path}/coop.db"
    await schema.prepare(url)
    database = Database(url)
    await written(database)
    private_files.make_private_database(str(tmp_path / "coop.db"))
    other = await asyncio.create_subprocess_exec(sys.executable, "-c", LEAVES_WAL, str(tmp_path / "coop.db"))
    assert await other.wait() == LOCKED
    await database.close()


LOCKED = 3
LEAVES_WAL = f"""
import sqlite3, sys
try:
    sqlite3.connect(sys.argv[1], timeout=0, isolation_level=None).execute("PRAGMA journal_mode=DELETE")
except sqlite3.OperationalError:
    sys.exit({LOCKED})
"""


def test_folders_of_the_bot_and_those_above_are_private(tmp_path: Path) -> None:
    data = tmp_path / "srv" / "coop"
    spool, folders = Spool(data), OrderFolders(data)
    spool.write(submission("a"))
    with folders.fresh() as folder:
        (folder / "file.pdf").write_bytes(b"x")
        found = modes(tmp_path)
    journal = next(name for name in found if name.endswith(".jsonl"))
    assert found.pop(journal) == "600"
    assert {mode for name, mode in found.items() if not name.endswith(".pdf")} == {"700"}
    folders.close()
    spool.close()


def test_folders_that_were_open_are_closed_to_others_and_the_operator_s_own_is_left(tmp_path: Path) -> None:
    for name in ("spool", "files"):
        (tmp_path / name).mkdir(mode=0o755)
    tmp_path.chmod(0o755)
    Spool(tmp_path).close()
    OrderFolders(tmp_path).close()
    assert modes(tmp_path) == {"spool": "700", "files": "700"}
    assert S_IMODE(tmp_path.stat().st_mode) == 0o755


async def test_doctor_names_what_others_can_read(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/coop.db"
    settings = Settings(database_url=url, data_dir=tmp_path, mattermost_url="http://127.0.0.1:9")
    await schema.prepare(url)
    Spool(tmp_path).close()
    assert "lisible" not in (await run_doctor(settings))[1]
    (tmp_path / "coop.db").chmod(0o640)
    (tmp_path / "spool").chmod(0o755)
    (tmp_path / "spool" / "0.aside").write_text("{}\n")
    code, said = await run_doctor(settings)
    assert f"« {tmp_path}/coop.db » est lisible par d’autres" in said
    assert f"« {tmp_path}/spool » est lisible par d’autres" in said
    assert f"« {tmp_path}/spool/0.aside »" in said
    assert code == 1
