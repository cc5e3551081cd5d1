"""Story: a backup a day, tried before it counts, encrypted for a key that is elsewhere; who operates hears of each that
failed."""

import asyncio
import math
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from prometheus_client import REGISTRY
from pyrage import x25519
from sqlalchemy import text

from bot.features import Key
from commands import entretien
from commands.entretien import find_due
from config.settings import Settings
from storage import backup, people
from storage.backup import BackupError, BackupPlan, make_backup, try_backup
from storage.backup.file import encrypting, open_backup, read_identities, read_recipients
from storage.database import Database
from storage.people import Role
from storage.people.transitions import Erasure, get_erasure, list_due_erasures, note_erasure
from storage.personal_data import rights
from tests.people import Person
from tests.support.backups import NOW, save_backup
from tests.support.cra import file_workshop, make_conseiller, make_report, register_all, store_reports
from tests.support.databases import database
from tests.support.house import LOG, PARIS, House, plain
from tests.support.workplace import elsewhere, operate, run_command, run_doctor

__all__ = ["database", "elsewhere"]

JOB: Key = ("job", "sauvegarde.begin")
DAY = timedelta(days=1)


def write_identity(folder: Path) -> tuple[Path, str]:
    """A private key in a file, as age-keygen writes it, and its public key."""
    made = x25519.Identity.generate()
    path = folder / "cle.txt"
    path.write_text(f"# public key: {made.to_public()}\n{made}\n")
    return path, str(made.to_public())


@pytest.fixture
async def safe(house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    """The bot backs up at three each night, into a folder that is not there yet."""
    monkeypatch.setattr(entretien, "NICE", 0)  # other tests would have it wait
    usual = house.settings
    house.settings = usual.model_copy(update={"backup_at": 3, "backup_dir": tmp_path / "sauvegardes"})
    house.clock.goes_to(datetime.combine(house.today + DAY, datetime.min.time(), PARIS).replace(hour=3, minute=6))
    async with house.bot.database.transaction() as db:
        await db.execute(text("DELETE FROM read_cursor WHERE name LIKE 'sauvegarde%'"))
        # Of later days than this one, and so many that no other would be listed.
        await db.execute(text("DELETE FROM work WHERE not_before IS NULL"))
    await house.restart()
    yield house
    house.settings = usual
    house.clock.is_right_again()
    await house.restart()


async def hour(house: House) -> None:
    """The job runs once more, and what it begins ends."""
    await house.bot.runs.run(JOB, f"{house.clock():%d %H:%M:%S.%f}")
    await house.settled()


@pytest.mark.both_databases
async def test_each_night_one_replica_makes_a_backup_that_can_be_restored(
    safe: House, elsewhere: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    juliette = await safe.conseiller("juliette")
    await file_workshop(juliette)
    identity, public = write_identity(elsewhere)
    safe.settings = safe.settings.model_copy(update={"backup_age_recipient": public})
    await safe.restart()
    async with safe.replica() as other:
        period = f"{safe.clock():%d %H}"
        await asyncio.gather(safe.bot.runs.run(JOB, period), other.runs.run(JOB, period))
        await safe.settled()
        await hour(safe)
    assert safe.settings.backup_dir
    (made,) = safe.settings.backup_dir.iterdir()  # by one of them, and once that day
    assert made.name.endswith(".gz.age")
    assert made.stat().st_mode & 0o777 == 0o600
    assert b"juliette" not in made.read_bytes()
    assert "✓ Sauvegarde du" in (await run_doctor(safe.settings))[1]
    assert await read_age(safe) < DAY.total_seconds()
    for words, told in (((), "est chiffrée"), (("--identity", str(write_identity(elsewhere / "..")[0])), "aucune des")):
        with pytest.raises(BackupError, match=told):
            await operate(safe.settings, "backup", "check", str(made), *words)
    assert await operate(safe.settings, "backup", "check", str(made), "--identity", str(identity)) == 0
    assert "restaurée pour essai : elle est bonne" in capsys.readouterr().out
    fresh = safe.settings.model_copy(update={"database_url": f"sqlite:///{elsewhere}/neuve.db"})
    assert await operate(fresh, "restore", str(made), "--identity", str(identity)) == 0
    await check_reports(fresh.database_url, juliette)


async def read_age(house: House) -> float:
    """What /metrics says, as it is read each minute."""
    async with house.bot.database.transaction(writes=False) as db:
        await entretien.measure_age(db, house.clock())
    found = REGISTRY.get_sample_value("coop_backup_age_seconds")
    assert found is not None
    return found


async def check_reports(url: str, author: Person) -> None:
    restored = Database(url)
    async with restored.transaction(writes=False) as db:
        query = text("SELECT COUNT(*) FROM cra WHERE author_id = :who")
        assert (await db.execute(query, {"who": author.id})).scalar() == 1
    await restored.close()


async def test_who_operates_hears_of_a_backup_that_failed_and_it_is_made_the_next_hour(
    safe: House, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = safe.settings.backup_dir
    assert folder
    folder.write_text("un fichier là où il faut un dossier")
    assert math.isnan(await read_age(safe))
    await hour(safe)
    assert math.isinf(await read_age(safe))
    _, told = await run_doctor(safe.settings)
    assert "✗ COOP_BACKUP_DIR" in told
    assert "✗ Sauvegarde : aucune bonne encore. Le dernier essai a échoué : COOP_BACKUP_DIR" in told
    assert await operate(safe.settings, "work") == 0
    assert "COOP_BACKUP_DIR" in capsys.readouterr().out
    folder.unlink()
    await hour(safe)
    assert len([*folder.iterdir()]) == 1
    assert "✗ Sauvegarde" not in (await run_doctor(safe.settings))[1]


FULL = """
import resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (2_000, resource.RLIM_INFINITY))
from cli.main import main
sys.exit(main(["backup", "run", "--json"]))
"""
"""A process that may write no file of more than 2,000 bytes: the disk is full in the middle."""
FAILS = (sys.executable, "-c", "raise SystemExit('coop-bot : toujours pas de place.')")


@pytest.mark.slow
@pytest.mark.newest_only
async def test_a_disk_that_is_full_leaves_the_old_ones_and_is_told_once(
    safe: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, chief = safe.settings.backup_dir, await safe.someone(Role.ADMINISTRATEUR, "chef")
    assert folder
    await hour(safe)
    (old,) = folder.iterdir()
    whole = old.read_bytes()
    safe.clock.goes_to(safe.clock() + DAY)
    with monkeypatch.context() as patch:
        patch.setattr(entretien, "COMMAND", (sys.executable, "-P", "-c", FULL))
        await hour(safe)
        safe.clock.goes_to(safe.clock() + timedelta(hours=1))
        patch.setattr(entretien, "COMMAND", FAILS)
        await hour(safe)
        safe.clock.goes_to(safe.clock() + timedelta(hours=1))
    assert [*folder.iterdir()] == [old], "nothing unfinished is left"
    assert old.read_bytes() == whole
    (told,) = [plain(post) for post in await chief.direct() if "sauvegarde du jour" in post.text]  # once for two tries
    assert "La dernière bonne : hier" in told
    assert "plus de place, ou la taille permise est atteinte" in LOG.getvalue()
    safe.clock.goes_to(safe.clock() + DAY)
    await hour(safe)
    assert len([*folder.iterdir()]) == 2


def test_a_key_or_a_folder_that_cannot_be_is_said_before_the_bot_serves(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command("migrate") == 0
    assert run_command("backup", "run") == 2
    assert "COOP_BACKUP_DIR n’est pas réglé" in capsys.readouterr().err
    monkeypatch.setenv("COOP_BACKUP_DIR", "sauvegardes")
    monkeypatch.setenv("COOP_BACKUP_AGE_RECIPIENT", str(x25519.Identity.generate()))
    assert run_command("backup", "run") == 2
    said = capsys.readouterr().err
    assert "la clé n° 1 n’est pas une clé publique" in said
    assert "AGE-SECRET" not in said
    monkeypatch.setenv("COOP_BACKUP_AGE_RECIPIENT", "")
    assert run_command("backup", "run", "--json") == 0
    assert '"removed": 0' in capsys.readouterr().out


@pytest.mark.slow
def test_a_backup_that_is_killed_leaves_nothing_that_counts(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run_command("migrate") == 0
    monkeypatch.setenv("COOP_BACKUP_DIR", "sauvegardes")
    assert run_command("backup", "run") == 0
    (good,) = Path("sauvegardes").iterdir()
    many = [(f"scope {i}", f"period {i}", "2026-01-01 00:00:00") for i in range(100_000)]
    with closing(sqlite3.connect("coop.db")) as db:
        db.executemany("INSERT INTO claim VALUES (?, ?, ?)", many)
        db.commit()
    with subprocess.Popen([sys.executable, "-m", "cli", "backup", "run"], stderr=subprocess.PIPE) as process:
        while not (begun := [*Path("sauvegardes").glob(".*.part")]) or not begun[0].stat().st_size:
            assert process.poll() is None, process.communicate()
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
    assert [path for path in Path("sauvegardes").iterdir() if not path.name.startswith(".")] == [good]
    os.utime(begun[0], (0, 0))
    assert run_command("backup", "run") == 0
    assert not begun[0].exists()
    assert len([*Path("sauvegardes").iterdir()]) == 2


async def test_an_old_backup_stays_where_the_new_one_is_not_good(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = database.url.render_as_string(hide_password=False)
    plan = BackupPlan(url, tmp_path, 1, read_recipients(str(x25519.Identity.generate().to_public())), tmp_path)
    first = await make_backup(plan, NOW)
    with monkeypatch.context() as patch:
        patch.setattr(backup, "count_rows", lambda *_: -1)
        with pytest.raises(BackupError, match="n’est pas saine"):
            await make_backup(plan, NOW + DAY)
    assert list_files(tmp_path) == {first.path.name}
    (tmp_path / "coop-notes.gz").touch()
    second = await make_backup(plan, NOW + DAY)
    assert second.removed == [first.path]
    assert list_files(tmp_path) == {second.path.name, "coop-notes.gz"}


def list_files(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir() if path.suffix != ".db"}


async def test_a_damaged_or_cut_file_is_told_as_such(database: Database, tmp_path: Path) -> None:
    identity, public = write_identity(tmp_path)
    url = database.url.render_as_string(hide_password=False)
    made = await make_backup(BackupPlan(url, tmp_path, 1, read_recipients(public), tmp_path), NOW)
    whole, keys = made.path.read_bytes(), read_identities(identity)
    for data in (whole[:-1], whole[:-40], whole[:-20] + b"x" + whole[-19:], whole[:300], whole + b"x"):
        made.path.write_bytes(data)
        with pytest.raises(BackupError, match=r"endommagé|n’est pas une sauvegarde"):
            await try_backup(made.path, tmp_path, keys)


def test_keys_of_ssh_do_and_what_is_no_key_is_said(tmp_path: Path) -> None:
    made = Ed25519PrivateKey.generate()
    public = made.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()
    private, plain = tmp_path / "id", tmp_path / "clair"
    private.write_bytes(made.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()))
    recipients = read_recipients(f"{x25519.Identity.generate().to_public()}, {public}")
    with plain.open("wb") as raw, encrypting(raw, recipients) as stream:
        stream.write(b"bonjour" * 100_000)
    with open_backup(plain, read_identities(private)) as stream:
        assert stream.read() == b"bonjour" * 100_000
    with pytest.raises(BackupError, match="la clé n° 2"):
        read_recipients(f"{public},age1rien")
    for wrong in (b"", b"AGE-SECRET-KEY-1RIEN", bytes(range(256))):
        plain.write_bytes(wrong)
        with pytest.raises(BackupError, match="n’est pas un fichier de clés privées"):
            read_identities(plain)


@pytest.mark.skipif(not shutil.which("age"), reason="age is not installed")
def test_age_itself_opens_what_we_encrypted(tmp_path: Path) -> None:
    identity, public = write_identity(tmp_path)
    with (tmp_path / "x.age").open("wb") as raw, encrypting(raw, read_recipients(public)) as stream:
        stream.write(b"bonjour")
    told = subprocess.run(["age", "-d", "-i", str(identity), str(tmp_path / "x.age")], capture_output=True, check=True)
    assert told.stdout == b"bonjour"


async def test_who_was_erased_since_is_erased_again(
    database: Database, elsewhere: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An older backup is restored: a newer one knows who was erased meanwhile, and who changed their mind."""
    juliette, malik = make_conseiller("juliette"), make_conseiller("malik")
    async with database.transaction() as db:
        await register_all(db, juliette, malik)
        await store_reports(db, juliette, make_report(date=date(2026, 9, 1)))
        for one in (juliette, malik):
            await note_erasure(db, Erasure(user_id=one.id, asked_at=NOW, due_at=NOW + 7 * DAY))
    await save_backup(database, elsewhere / "vieille")
    async with database.transaction() as db:
        await note_erasure(db, Erasure(user_id=malik.id, asked_at=NOW, due_at=NOW + 7 * DAY, cancelled_at=NOW + DAY))
    await _erase(database, juliette.id)
    url = f"sqlite:///{elsewhere}/neuve.db"
    await save_backup(database, elsewhere / "recente")
    settings = Settings(database_url=url)
    words = ("restore", str(elsewhere / "vieille"), "--erasures", str(elsewhere / "recente"))
    assert await operate(settings, *words) == 0
    assert "1 effacement à faire ou à refaire" in capsys.readouterr().out
    restored = Database(url)
    async with restored.transaction() as db:
        (due,) = await list_due_erasures(db, datetime.now(UTC) + 30 * DAY)
        assert due.user_id == juliette.id
        assert await people.get(db, juliette.id)
    await _erase(restored, juliette.id)
    async with restored.transaction() as db:
        assert await people.get(db, juliette.id) is None
        assert await people.get(db, malik.id)
    await restored.close()


async def _erase(of: Database, user_id: str) -> None:
    """All steps, as the bot takes them."""
    done = False
    while not done:
        async with of.transaction() as db:
            found = await get_erasure(db, user_id)
            assert found
            await rights.erase_step(db, found, NOW + 8 * DAY)
            done = bool(found.done_at)


def test_a_backup_is_due_once_a_day_by_the_clock_of_paris() -> None:
    for hour, now, due in (
        (3, datetime(2026, 11, 29, 2, 5, tzinfo=UTC), datetime(2026, 11, 29, 2, 0, tzinfo=UTC)),
        (3, datetime(2026, 11, 29, 1, 59, tzinfo=UTC), datetime(2026, 11, 28, 2, 0, tzinfo=UTC)),
        (3, datetime(2026, 3, 29, 12, 0, tzinfo=UTC), datetime(2026, 3, 29, 1, 0, tzinfo=UTC)),
        (0, datetime(2026, 7, 1, 22, 0, tzinfo=UTC), datetime(2026, 7, 1, 22, 0, tzinfo=UTC)),
    ):
        assert find_due(hour, now) == due
