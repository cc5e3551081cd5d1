"""What was committed on SQLite is on the disk before anybody says so; who commits at the same time shares an fsync."""

import asyncio
import errno
import os
import shutil
import sqlite3
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlmodel import select

from storage import engines
from storage.claims import Claim
from storage.database import Database
from storage.engines import cannot_write
from tests.support.databases import create_sqlite

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
ROOT = Path(__file__).resolve().parents[1]
LASTING = ("journal_mode=WAL", engines.SHARED_SYNC)


@dataclass
class Disk:
    """What would be left of a file after a power cut: what it was, with its log, when its last fsync began."""

    file: Path
    left: Path
    syncs: int = 0
    refuses: list[OSError] = field(default_factory=list)
    before_sync: Callable[[], None] = lambda: None

    def sync(self, _: int) -> None:
        """Take the place of the system’s, in the thread that calls it."""
        self.before_sync()
        if self.refuses:
            raise self.refuses.pop()
        with suppress(FileNotFoundError):
            shutil.copy(f"{self.file}-wal", f"{self.left}.new-wal")
        shutil.copy(self.file, f"{self.left}.new")
        for end in ("", "-wal"):
            Path(f"{self.left}.new{end}").replace(f"{self.left}{end}")
        self.syncs += 1

    def holds(self, *, log: bool = True) -> set[str]:
        """The periods that would be found again, with what is in the log or without."""
        found = self.left.with_name("found.db")
        shutil.copy(self.left, found)
        Path(f"{found}-wal").unlink(missing_ok=True)
        if log:
            shutil.copy(f"{self.left}-wal", f"{found}-wal")
        with closing(sqlite3.connect(found)) as connection:
            return {period for (period,) in connection.execute("SELECT period FROM claim")}


@pytest.fixture
async def disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Disk:
    """A disk that forgets what it was not told to keep."""
    await create_sqlite(tmp_path)
    disk = Disk(tmp_path / "coop.db", tmp_path / "left.db")
    monkeypatch.setattr(engines, "WRITING", LASTING)
    monkeypatch.setattr(engines, "fdatasync", disk.sync)
    return disk


@pytest.fixture
async def database(disk: Disk) -> AsyncIterator[Database]:
    """A file on it."""
    database = Database(f"sqlite:///{disk.file}")
    yield database
    await database.close()


async def write(database: Database, period: str, fails: bool = False) -> str:
    """Write something in two statements, or fail after both."""
    async with database.transaction() as db:
        for scope in ("one", "two"):
            db.add(Claim(scope=scope, period=period, at=NOON))
            await db.flush()
        if fails:
            raise RuntimeError
    return period


async def stored(database: Database) -> set[str]:
    """What is there, whole."""
    async with database.transaction(writes=False) as db:
        found = (await db.exec(select(Claim.scope, Claim.period))).all()
    first, second = ({period for scope, period in found if scope == wanted} for wanted in ("one", "two"))
    assert first == second
    return first


async def until_stored(database: Database, periods: set[str]) -> None:
    """Wait until others see them."""
    async with asyncio.timeout(20):
        while not periods <= await stored(database):  # noqa: ASYNC110 (who writes tells nobody yet)
            await asyncio.sleep(0.001)


async def test_who_commits_while_the_disk_is_at_work_waits_for_the_next_fsync_with_all_others(
    database: Database, disk: Disk
) -> None:
    loop, good = asyncio.get_running_loop(), {str(number) for number in range(40) if number % 5}
    said = set[str]()

    def wait_for_all() -> None:
        """The first fsync lasts until all are written, and counts for none that came after it began."""
        disk.before_sync = lambda: None
        asyncio.run_coroutine_threadsafe(until_stored(database, good), loop).result()
        assert not said

    async def say(number: int) -> None:
        with suppress(RuntimeError):
            period = await write(database, str(number), fails=number % 5 == 0)
            assert period in disk.holds(), "it was said before"
            said.add(period)

    await write(database, "alone")
    assert (disk.holds(), disk.syncs) == ({"alone"}, 1)
    disk.before_sync = wait_for_all
    await asyncio.gather(*(say(number) for number in range(40)))
    assert (said, disk.syncs) == (good, 3)


async def test_a_disk_that_refuses_is_told_to_all_who_wait_and_what_comes_later_can_be_read(
    database: Database, disk: Disk
) -> None:
    disk.refuses = [OSError(errno.EIO, "Input/output error")]
    wrote = await asyncio.gather(*(write(database, str(n)) for n in range(3)), return_exceptions=True)
    assert any(isinstance(each, DBAPIError) and cannot_write(each) for each in wrote), wrote
    said = {each for each in wrote if isinstance(each, str)}
    assert await write(database, "later") in disk.holds()
    assert said | {"0", "1", "2"} <= disk.holds(log=False), "the log began anew: a gap in it would hide what follows"


async def test_who_is_cut_off_while_the_disk_is_at_work_holds_up_nobody(database: Database, disk: Disk) -> None:
    loop, first = asyncio.get_running_loop(), asyncio.create_task(write(database, "first"))
    disk.before_sync = lambda: (loop.call_soon_threadsafe(first.cancel), None)[-1]
    last = asyncio.create_task(write(database, "last"))
    await asyncio.wait([first])
    disk.before_sync = lambda: None
    assert first.cancelled()
    assert await last in disk.holds()
    assert await write(database, "later") in disk.holds()


async def test_many_commits_leave_no_long_log(database: Database, disk: Disk) -> None:
    for number in range(3 * engines.SYNCS_OF_LOG):
        await write(database, str(number))
    assert len(disk.holds()) == 3 * engines.SYNCS_OF_LOG
    assert os.stat(f"{disk.file}-wal").st_size < 4_000_000  # noqa: PTH116


async def test_another_program_that_writes_is_waited_for_and_the_loop_goes_on(
    database: Database, disk: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(sqlite3.connect(disk.file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        waiting = asyncio.create_task(write(database, "mine"))
        await asyncio.sleep(5 * engines.BUSY_PAUSE_S)
        assert not waiting.done()
        other.execute("COMMIT")
        assert await waiting in disk.holds()
        monkeypatch.setattr(engines, "BUSY_MS", 20)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(OperationalError, match="locked"):
            await write(database, "never")
        other.execute("COMMIT")
    assert await write(database, "later") in disk.holds()


def test_a_file_that_has_no_log_is_synced_by_each_commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a disk of the network, which shares no memory."""
    for journal, wanted in (("WAL", 1), ("DELETE", 2)):
        pragmas = (f"journal_mode={journal}", engines.SHARED_SYNC)
        with closing(engines._open(str(tmp_path / journal), 0, pragmas)) as connection:  # noqa: SLF001
            assert connection.execute("PRAGMA synchronous").fetchone() == (wanted,)


KILLED = """
import asyncio, sys
from datetime import UTC, datetime
from storage.claims import Claim
from storage.database import Database

async def write(database, first):
    for number in range(first, 1_000_000, 10):
        async with database.transaction() as db:
            for scope in ("one", "two"):
                db.add(Claim(scope=scope, period=str(number), at=datetime.now(UTC)))
                await db.flush()
        print(number, flush=True)

async def main():
    database = Database(sys.argv[1])
    await asyncio.gather(*(write(database, first) for first in range(10)))

asyncio.run(main())
"""


async def test_what_was_said_to_be_there_is_there_after_a_kill(tmp_path: Path) -> None:
    url = await create_sqlite(tmp_path)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", KILLED, url), cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout
    said = {(await process.stdout.readline()).decode().strip() for _ in range(137)}
    process.kill()
    rest = (await process.stdout.read()).decode().rpartition("\n")[0]  # the last line may be cut short
    said |= set(rest.split())
    await process.wait()
    database = Database(url)
    assert said <= await stored(database)
    await database.close()
