"""« coop-bot backup » and « coop-bot restore » as an operator types them."""

import asyncio
from argparse import Namespace
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.clock import utc_now
from cli.backup.command import backup, restore
from storage.database import Database
from tests.backups import fill
from tests.house import House
from tests.operating import elsewhere, run
from tests.telling import filed

__all__ = ["elsewhere"]


async def _fill(url: str) -> None:
    database = Database(url)
    await fill(database)
    await database.close()


def test_everything_is_saved_and_restored_with_its_counts(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("migrate") == 0
    asyncio.run(_fill("sqlite:///coop.db"))
    capsys.readouterr()
    assert run("backup", "sauvegarde") == 0
    said = capsys.readouterr().out
    assert "Sauvegarde écrite : sauvegarde" in said
    assert "\n  cra : 3\n" in said
    assert (elsewhere / "sauvegarde").stat().st_mode & 0o777 == 0o600
    assert run("backup", "sauvegarde") == 1
    assert "existe déjà" in capsys.readouterr().err
    assert run("restore", "sauvegarde") == 1
    assert "n’est pas vide" in capsys.readouterr().err
    monkeypatch.setenv("COOP_DATABASE_URL", "sqlite:///neuve.db")
    assert run("restore", "sauvegarde") == 0
    again = capsys.readouterr().out
    assert "Base restaurée" in again
    assert said.splitlines()[1:] == again.splitlines()[1:]


def test_what_cannot_be_saved_or_restored_is_a_sentence(elsewhere: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("backup", "b") == 1
    assert "est vide" in capsys.readouterr().err
    assert not (elsewhere / "b").exists()
    for name, words in (("absent", "absent n’existe pas"), (".", "n’est pas un fichier"), ("texte", "« texte »")):
        (elsewhere / "texte").write_text("du texte")
        assert run("restore", name) == 1
        assert words in capsys.readouterr().err
    for words_typed in (("backup",), ("restore",), ("backup", "a", "b")):
        assert run(*words_typed) == 2


@pytest.mark.both_databases
async def test_a_bot_at_work_is_saved(house: House, elsewhere: Path) -> None:
    juliette = await house.conseiller("juliette")
    await filed(juliette)
    assert await backup(house.settings, Namespace(file=elsewhere / "b"), utc_now()) == 0
    neuve = house.settings.model_copy(update={"database_url": f"sqlite:///{elsewhere}/neuve.db"})
    assert await restore(neuve, Namespace(file=elsewhere / "b")) == 0
    database = Database(neuve.database_url)
    async with database.transaction(writes=False) as db:
        query = text("SELECT COUNT(*) FROM cra WHERE author_id = :who")
        assert (await db.execute(query, {"who": juliette.id})).scalar() == 1
    await database.close()
