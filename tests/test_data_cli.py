"""« coop-bot data » and « coop-bot retention », as an operator types them."""

import asyncio
import json
import stat
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from zipfile import ZipFile

import pytest
from sqlalchemy import func
from sqlmodel import select

from bot.clock import utc_now
from storage import claims, people
from storage.claims import Claim
from storage.database import Database
from storage.moderation import Case, MessageReport
from storage.personal_data import PERSONAL_DATA
from tests.support.cra import make_conseiller, make_report, register_all, store_reports
from tests.support.databases import database
from tests.support.mattermost import ID, USER, serve_chat
from tests.support.workplace import run_command

__all__ = ["database"]


Typed = Callable[..., Awaitable[tuple[int, str, str]]]


@pytest.fixture
async def typed(
    database: Database, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> Typed:
    """What the process exits with, and says; Juliette has a report."""
    monkeypatch.setenv("COOP_DATABASE_URL", database.url.render_as_string(hide_password=False))
    juliette = make_conseiller("juliette")
    async with database.transaction() as db:
        await register_all(db, juliette)
        await store_reports(db, juliette, make_report())

    async def type_it(*words: str) -> tuple[int, str, str]:
        code = await asyncio.to_thread(run_command, *words)
        said = capfdbinary.readouterr()
        return code, said.out.decode(), said.err.decode()

    return type_it


async def test_the_operator_writes_the_same_copy(typed: Typed, tmp_path: Path) -> None:
    path = tmp_path / "juliette.zip"
    code, out, _ = await typed("data", "@Juliette", "--output", str(path))
    assert code == 0
    assert "Données de juliette écrites" in out
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with ZipFile(path) as found:
        told = json.loads(found.read("donnees.json"))
        assert found.read("mes-donnees.pdf").startswith(b"%PDF")
    assert len(told["données"]["Vos comptes rendus d’activité"]) == 1
    assert left(tmp_path) == [path.name]


async def test_a_file_that_is_there_is_not_written_over_unless_one_says_so(typed: Typed, tmp_path: Path) -> None:
    path = tmp_path / "juliette.zip"
    path.write_text("autre chose")
    code, _, err = await typed("data", "juliette", "--output", str(path))
    assert code == 1
    assert "existe déjà" in err
    assert path.read_text() == "autre chose"
    code, _, _ = await typed("data", "juliette", "--output", str(path), "--force")
    assert code == 0
    assert ZipFile(path).testzip() is None


async def test_nobody_of_that_name(typed: Typed, tmp_path: Path) -> None:
    path = tmp_path / "rien.zip"
    code, _, err = await typed("data", "personne", "--output", str(path))
    assert code == 1
    assert "Personne ne s’appelle « personne » dans le registre" in err
    assert not path.exists()
    code, _, err = await typed("data", "juliette", "--output", str(tmp_path / "absent" / "x.zip"))
    assert code == 1
    assert "n’existe pas" in err


async def test_who_is_not_in_the_register_is_asked_for_in_mattermost(
    typed: Typed, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They reported a message, for one; and who bears a name today is whom a copy is made of."""
    account, path = {**USER, "id": ID, "username": "juliette"}, tmp_path / "elle.zip"
    async with database.transaction() as db:
        case = Case(author_id="a" * 26, author="lea", opened_at=utc_now())
        db.add(case)
        await db.flush()
        db.add(MessageReport(case_id=case.number, reporter_id=ID, motive="propos", word="Du calme", at=utc_now()))
    async with serve_chat(**{"GET /api/v4/users/username/juliette": account}) as server:
        monkeypatch.setenv("COOP_MATTERMOST_URL", server.url)
        monkeypatch.setenv("COOP_BOT_TOKEN", "t" * 26)
        code, _, err = await typed("data", "juliette", "--output", str(path))
    assert (code, err) == (0, "")
    with ZipFile(path) as found:
        told = json.loads(found.read("donnees.json"))
    assert told["données"]["Vos comptes rendus d’activité"] == []
    assert "Du calme" in str(told)


async def test_what_would_go_is_told_before_it_goes(typed: Typed, database: Database) -> None:
    async with database.transaction() as db:
        for n in range(3):
            await claims.claim(db, "essai", str(n), utc_now() - timedelta(days=61 * n))
        old = utc_now() - timedelta(days=365 * 3)
        juliette = await people.get(db, "juliette")
        assert juliette
        await people.register_person(db, people.Person(id="vieille", username="vieille", since=old))
    code, out, _ = await typed("retention", "--dry-run", "--json")
    assert code == 0
    told = {line["table"]: line for line in json.loads(out)}
    assert set(told) == {one.name for one in PERSONAL_DATA if one.limit} | {"person"}
    assert (told["claim"]["rows"], told["claim"]["kept"]) == (2, "60 jours après l’acte")
    assert told["person"]["rows"] == 1
    assert await count(database) == 3
    code, out, _ = await typed("retention")
    assert code == 0
    assert any(line.split()[0] == "claim" and line.endswith(" 2") for line in out.splitlines() if line.strip())
    assert await count(database) == 1
    code, out, _ = await typed("retention", "--json")
    assert {line["rows"] for line in json.loads(out)} == {0, 1}


def left(folder: Path) -> list[str]:
    """What is in a folder, but for the database."""
    return [each.name for each in folder.iterdir() if ".db" not in each.name]


async def count(database: Database) -> int:
    async with database.transaction(writes=False) as db:
        return (await db.exec(select(func.count()).select_from(Claim))).one()
