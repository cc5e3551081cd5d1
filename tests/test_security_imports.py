"""Files that somebody made to do harm, given to every import: each line is taken as it is or refused in words, whatever
is in its cells; nothing is opened, run, or written beside the database."""

import csv
import re
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlmodel import SQLModel

from cli.transfers import IMPORTS
from config.settings import Settings
from storage import schema
from storage.database import Database
from tests.support.databases import create_database
from tests.support.workplace import elsewhere, operate

__all__ = ["elsewhere"]

HOSTILE = {
    "nul": "a\0b",
    "controls": "a\x07\x1b[2Jb\x7f",
    "turned": "abc\u202egnp.exe\u2066x",
    "unseen": "a\u200b\ufeff\u2060\u00ad",
    "half": "\ufffd\ud7ff\U0010ffff",
    "long": "x" * 200_000,
    "marks": "e" + "\u0301" * 5_000,
    "path": "../../../../etc/passwd",
    "formula": "=cmd|'/c calc'!A0",
    "header": "a@b.fr\r\nBcc: tout@le.monde",
    "template": "{{ 7 * 7 }}{% raw %}",
    "statement": "'; DROP TABLE person; --",
    "number": "9" * 400,
    "digits": "٣٤٥",
    "mention": "@all @channel [x](http://x.fr)",
    "quotes": '"""',
    "exponent": "1e999",
    "date": "0000-00-00",
    "reader": "1" + " " * 20_000 + "x",
}
"""What is written into each cell, by what it is."""
GOOD: Mapping[str, Mapping[str, str]] = {
    "people": {"username": "lea", "prenom": "Léa", "nom": "Roux", "email": "lea@exemple.fr", "role": "conseiller",
               "structure": "Mairie", "siret": "21690123100011", "code_commune": "69123", "departement": "69",
               "arrivee": "2025-01-02", "depart": "2027-01-02"},
    "structures": {"nom": "Mairie", "siret": "21690123100011", "code_commune": "69123"},
    "contacts": {"nom": "Léa", "organisme": "CAF", "fonction": "accueil", "email": "a@b.fr", "telephone": "0472000000",
                 "site": "https://caf.fr", "departement": "69"},
    "disponibilites": {"utilisateur": "lea", "jour": "lundi", "debut": "09:00", "fin": "12:00", "duree": "30",
                       "pause": "0", "places": "1", "lieu": "Mairie", "delai_min": "24", "jours_max": "30",
                       "theme": ""},
    "kits": {"commande": "12", "colis": "1", "suivi": "8R12345678901", "transporteur": "Colissimo"},
    "resources": {"titre": "Un guide", "description": "Ce qu’il dit", "url": "https://exemple.fr/a", "categorie": "",
                  "themes": "internet", "type": "", "licence": "", "auteur": "Léa", "date": "2025-01-02",
                  "niveau": "", "public": "", "source": "cnil"},
    "cra": {"auteur": "lea", "date": "2026-11-20", "canal": "autre", "code_commune": "69256", "activite": "ponctuel",
            "themes": "internet", "minutes": "30"},
}  # fmt: skip
"""A line of each import, by its columns."""


RAW = (b'"sans fin;;;\n', b"\xff\xfe\x00\n", b"\0\0\0\n", b";" * 500 + b"\n", b"x" * 1_500_000 + b"\n", b"\r\r\n")
"""Lines that are none."""
CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]")
"""What does something in a terminal, and what turns what follows."""
DONE, REFUSED, IN_PART = 0, 1, 3
"""What an import may exit with."""
LINE_MAX = 600
"""Characters of what is said of one line."""


@pytest.fixture(params=["sqlite", "postgresql"])
async def settings(request: pytest.FixtureRequest, elsewhere: Path) -> AsyncIterator[Settings]:
    """Of an installation that has its tables and nothing in them, and knows no server."""
    async with create_database(request, elsewhere) as url:
        await schema.prepare(url)
        yield Settings(_env_file=None, database_url=url, data_dir=elsewhere)


def write_hostile(path: Path, good: Mapping[str, str]) -> None:
    """A good line, one for each cell and each of what may be in it, and what is no line."""
    lines = [good, *({**good, column: text} for column in good for text in HOSTILE.values())]
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, list(good), delimiter=";")
        table.writeheader()
        table.writerows(lines)
    with path.open("ab") as raw:
        raw.writelines(RAW)


async def test_hostile_cells_are_taken_as_text_or_refused_in_words(
    settings: Settings, elsewhere: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cli.tables.os.nice", lambda by: by)  # other tests would have it wait
    assert set(GOOD) == set(IMPORTS.commands), "every import is tried"
    before = list_names(elsewhere)
    for name, good in GOOD.items():
        file = elsewhere / "hostile.csv"
        write_hostile(file, good)
        for words in (["--dry-run"], []):
            code = await operate(settings, "import", name, str(file), *words)
            said = capsys.readouterr()
            assert code in {DONE, REFUSED, IN_PART}, name
            assert "ligne " in said.err, "what is refused is said line by line"
            assert not CONTROLS.search(said.out + said.err), name
            assert max(map(len, (said.out + said.err).splitlines())) < LINE_MAX, name
        file.unlink()
    database = Database(settings.database_url)
    async with database.transaction(writes=False) as db:
        for table in SQLModel.metadata.sorted_tables:
            for row in await db.execute(select(table)):
                for value in row:
                    assert not (isinstance(value, str) and CONTROLS.search(value)), (table.name, value[:80])
    await database.close()
    assert list_names(elsewhere) <= before | {"coop.db-wal", "coop.db-shm"}


def list_names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}
