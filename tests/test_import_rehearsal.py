"""« coop-bot import … --dry-run »: what each line would change is told, and nothing is written."""

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from sqlalchemy import Row, select
from sqlmodel import SQLModel

from cli.tables import REHEARSED
from storage.database import Database
from tests.support.cra import JSON_LINE, register_all
from tests.support.databases import database
from tests.support.membership import make_person
from tests.support.workplace import elsewhere, run_command

__all__ = ["database", "elsewhere"]

CRA = json.dumps(JSON_LINE)
HOURS = "utilisateur,jour,debut,fin,duree\njuliette,mardi,09:00,10:30,30\n"


@pytest.fixture
async def filled(database: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    """A register with juliette, and no Mattermost to ask."""
    kind = "sqlite" if database.is_sqlite else "postgresql"
    address = database.url.set(drivername=kind).render_as_string(hide_password=False)
    monkeypatch.setenv("COOP_DATABASE_URL", address)
    monkeypatch.setenv("COOP_MATTERMOST_URL", "http://127.0.0.1:1")
    async with database.transaction() as db:
        await register_all(db, make_person("juliette", "Juliette Martin"))
    return database


async def read_all(database: Database) -> Mapping[str, list[Row[tuple[object, ...]]]]:
    """Every row of every table."""
    async with database.transaction(writes=False) as db:
        tables = SQLModel.metadata.sorted_tables
        return {table.name: list((await db.execute(select(table))).all()) for table in tables}


@pytest.mark.parametrize(
    ("kind", "text", "told"),
    [
        ("structures", "nom;siret\nVille de Lyon;73282932000074\n", "à ajouter, Ville de Lyon (73282932000074)"),
        ("people", "username;nom\njuliette;Durand\n", "à changer, juliette (nom)"),
        ("people", "username;nom\nlea;Durand\n", "à garder en attendant un compte, lea"),
        ("contacts", "nom;organisme\nGuy;Préfecture\n", "à ajouter, Guy"),
        ("resources", "titre;url\nSouris;https://exemple.fr/souris\n", "à ajouter, Souris"),
        ("cra", f"{CRA}\n{CRA}\n", "à ajouter, compte rendu de @juliette du "),
        ("disponibilites", HOURS, "@juliette : 0 plage à remplacer par 1"),
    ],
)
async def test_a_rehearsal_tells_each_line_and_writes_nothing(
    kind: str, text: str, told: str, filled: Database, elsewhere: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = elsewhere / "lignes"
    file.write_text(text, "utf-8")

    async def run(*options: str) -> str:
        assert await asyncio.to_thread(run_command, "import", kind, str(file), *options) == 0
        written = capsys.readouterr()
        assert (REHEARSED in written.err) is bool(options)
        return written.out.replace("\N{NO-BREAK SPACE}", " ")

    before = await read_all(filled)
    rehearsed = await run("--dry-run")
    assert told in rehearsed
    assert await read_all(filled) == before
    done = await run()
    assert await read_all(filled) != before
    assert rehearsed.splitlines()[-1] in done, "as many of each"
    again = await run("--dry-run")
    assert "ligne" not in again
    assert "à remplacer" not in again


async def test_a_rehearsal_refuses_what_the_import_would(
    filled: Database, elsewhere: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = elsewhere / "contacts.csv"
    file.write_text("nom;organisme;email\nGuy;Préfecture;\nLou;Mairie;pas une adresse\n", "utf-8")
    before = await read_all(filled)
    assert await asyncio.to_thread(run_command, "import", "contacts", str(file), "--dry-run") == 1
    written = capsys.readouterr()
    assert "ligne 2 : à ajouter, Guy" in written.out.replace("\N{NO-BREAK SPACE}", " ")
    assert "ligne 3 : email" in written.err
    assert await read_all(filled) == before
