"""« coop-bot backup » and « coop-bot restore » as an operator types them."""

import asyncio
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

from storage.database import Database
from tests.support.backups import fill_tables
from tests.support.cra import file_workshop
from tests.support.house import House
from tests.support.workplace import elsewhere, operate, run_command

__all__ = ["elsewhere"]


async def _fill(url: str) -> None:
    database = Database(url)
    await fill_tables(database)
    await database.close()


def test_everything_is_saved_and_restored_with_its_counts(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command("migrate") == 0
    asyncio.run(_fill("sqlite:///coop.db"))
    capsys.readouterr()
    assert run_command("backup", "sauvegarde") == 0
    said = capsys.readouterr().out
    assert "Sauvegarde écrite : sauvegarde" in said
    assert "\n  cra : 3\n" in said
    assert " : 0" not in said
    assert said.splitlines()[-1].endswith("lignes en tout.")
    assert (elsewhere / "sauvegarde").stat().st_mode & 0o777 == 0o600
    assert run_command("backup", "sauvegarde") == 1
    assert "existe déjà" in capsys.readouterr().err
    assert run_command("restore", "sauvegarde") == 1
    assert "n’est pas vide" in capsys.readouterr().err
    monkeypatch.setenv("COOP_DATABASE_URL", "sqlite:///neuve.db")
    assert run_command("restore", "sauvegarde") == 0
    again = capsys.readouterr().out
    assert "Base restaurée" in again
    assert said.splitlines()[1:] == again.splitlines()[1:]


def test_empty_tables_are_counted_and_not_listed(elsewhere: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command("migrate") == 0
    capsys.readouterr()
    assert run_command("backup", "neuve") == 0
    first, *lines, last = capsys.readouterr().out.splitlines()
    assert first.startswith("Sauvegarde écrite : neuve")
    assert all(not line.endswith(" : 0") for line in lines)
    assert re.fullmatch(r"\d+ lignes? en tout\. \d+ tables sans aucune ligne\.", last)


def test_what_cannot_be_saved_or_restored_is_a_sentence(elsewhere: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command("backup", "b") == 1
    assert "est vide" in capsys.readouterr().err
    assert not (elsewhere / "b").exists()
    for name, words in (("absent", "absent n’existe pas"), (".", "n’est pas un fichier"), ("texte", "« texte »")):
        (elsewhere / "texte").write_text("du texte")
        assert run_command("restore", name) == 1
        assert words in capsys.readouterr().err
    for words_typed in (("backup",), ("restore",), ("backup", "a", "b")):
        assert run_command(*words_typed) == 2


@contextmanager
def heeding(ctrl_c: signal.Handlers) -> Iterator[None]:
    """What is begun meanwhile heeds Ctrl-C, or ignores it as what a shell begins in the background does."""
    before = signal.signal(signal.SIGINT, ctrl_c)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("number", "ctrl_c", "code"),
    [
        (signal.SIGTERM, signal.SIG_DFL, 130),
        (signal.SIGTERM, signal.SIG_IGN, 130),
        (signal.SIGINT, signal.SIG_DFL, 130),
        (signal.SIGKILL, signal.SIG_DFL, -9),
    ],
)
def test_a_backup_that_is_stopped_leaves_none_of_that_name(
    number: signal.Signals, ctrl_c: signal.Handlers, code: int, elsewhere: Path
) -> None:
    """Half a backup must not pass for one; told to stop, it puts away what it wrote beside, too."""
    assert run_command("migrate") == 0
    many = [(f"scope {i}", f"period {i}", "2026-01-01 00:00:00") for i in range(150_000)]
    with closing(sqlite3.connect("coop.db")) as db:
        db.executemany("INSERT INTO claim VALUES (?, ?, ?)", many)
        db.commit()
    with heeding(ctrl_c):
        process = subprocess.Popen([sys.executable, "-m", "cli", "backup", "b"], stderr=subprocess.PIPE)
    with process:
        while not (begun := [path.stat() for path in elsewhere.glob(".b.*")]) or not begun[0].st_size:
            assert process.poll() is None, process.communicate()
            time.sleep(0.01)
        process.send_signal(number)
        _, said = process.communicate()
    assert process.returncode == code, said
    assert begun[0].st_mode & 0o777 == 0o600
    assert not (elsewhere / "b").exists()
    assert number is signal.SIGKILL or not [*elsewhere.glob(".b.*")]


@pytest.mark.both_databases
async def test_a_bot_at_work_is_saved(house: House, elsewhere: Path) -> None:
    juliette = await house.conseiller("juliette")
    await file_workshop(juliette)
    assert await operate(house.settings, "backup", str(elsewhere / "b")) == 0
    neuve = house.settings.model_copy(update={"database_url": f"sqlite:///{elsewhere}/neuve.db"})
    assert await operate(neuve, "restore", str(elsewhere / "b")) == 0
    database = Database(neuve.database_url)
    async with database.transaction(writes=False) as db:
        query = text("SELECT COUNT(*) FROM cra WHERE author_id = :who")
        assert (await db.execute(query, {"who": juliette.id})).scalar() == 1
    await database.close()
