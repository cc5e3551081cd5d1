"""« coop-bot export stats »: the chat’s files, read back; where they go, and what can’t be written."""

import asyncio
import csv
import io
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import openpyxl
import pypdf
import pytest

from bot.papers.sheets import write_csv_page
from cli.demo.stage import free_port
from commands.stats.conseiller import make_own_page, read_own_figures
from commands.stats.queries import OwnQuery
from storage.database import Database
from tests.support.databases import database
from tests.support.workplace import elsewhere, run_command
from tests.test_stats_cli import JULIETTE, NOVEMBER, filled

__all__ = ["database", "elsewhere", "filled"]


OWN = ("--user", "juliette", *NOVEMBER)
RHONE = ("--departement", "69", *NOVEMBER)
NAME = "Mes_statistiques_juliette_01-11-2026_24-11-2026"


@pytest.fixture(autouse=True)
def at_noon(monkeypatch: pytest.MonkeyPatch) -> None:
    """The chat’s page ends today, so it must be one day for all of a test."""
    monkeypatch.setattr("cli.command.read_clock", lambda: datetime(2026, 11, 24, 12, tzinfo=UTC))


async def exported(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> str:
    assert await asyncio.to_thread(run_command, "export", "stats", *words) == code
    said = capsys.readouterr()
    return said.err if code else said.out


def written(folder: Path, suffix: str) -> list[Path]:
    """The files of that kind."""
    return [file for file in folder.iterdir() if file.suffix == suffix]


async def test_the_csv_is_the_chat_s_own(
    filled: Database, elsewhere: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert await exported(capsys, *OWN, "--format", "csv") == f"Écrit : {NAME}.csv\n"
    async with filled.transaction(writes=False) as db:
        chat: Any = SimpleNamespace(user=JULIETTE, db=db, today=datetime(2026, 11, 24, tzinfo=UTC).date())
        asked = OwnQuery(start=datetime(2026, 11, 1, tzinfo=UTC).date(), end=datetime(2026, 12, 1, tzinfo=UTC).date())
        page = await make_own_page(chat, asked, await read_own_figures(chat, asked), "juliette")
    write_csv_page(page, tmp_path / "chat.csv")
    assert (elsewhere / f"{NAME}.csv").read_bytes() == (tmp_path / "chat.csv").read_bytes()


async def test_the_workbook_has_the_figures_and_the_reports(
    filled: Database, elsewhere: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await exported(capsys, *OWN, "--format", "xlsx", "--output", "moi.xlsx")
    book = openpyxl.load_workbook(elsewhere / "moi.xlsx")
    assert book.sheetnames == ["Statistiques", "CRA"]
    assert len(list(book["CRA"].values)) == 5
    await exported(capsys, *RHONE, "--format", "xlsx", "--output", "rhone.xlsx")
    book = openpyxl.load_workbook(elsewhere / "rhone.xlsx")
    assert book.sheetnames == ["Statistiques"]
    assert 15 in [cell for row in book["Statistiques"].values for cell in row]


async def test_the_pdf_of_a_territory(filled: Database, elsewhere: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = await exported(capsys, *RHONE, "--format", "pdf", "--output", "dossier/", "--percent", "coop")
    assert said == "Écrit : dossier/Statistiques_Rhone_69_01-11-2026_24-11-2026.pdf\n"
    [file] = written(elsewhere / "dossier", ".pdf")
    text = " ".join(page.extract_text() for page in pypdf.PdfReader(file).pages).replace("\u00a0", " ")
    for words in ("Rhône (69)", "novembre 2026", "tronqués", "exacts", "33 %"):
        assert words in text, text


async def test_on_the_standard_output(filled: Database, elsewhere: Path, capfdbinary: Any) -> None:
    assert await asyncio.to_thread(run_command, "export", "stats", *RHONE, "--format", "csv", "--output", "-") == 0
    rows = list(csv.reader(io.StringIO(capfdbinary.readouterr().out.decode("utf-8-sig")), delimiter=";"))
    assert ["Personnes totales accompagnées durant cette période", "15"] in [row[:2] for row in rows]
    assert not written(elsewhere, ".csv")


async def test_without_mattermost_the_user_name_stands(
    filled: Database, elsewhere: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COOP_BOT_TOKEN", "jeton")
    monkeypatch.setenv("COOP_MATTERMOST_URL", f"http://127.0.0.1:{free_port()}")
    await exported(capsys, *OWN, "--format", "csv", "--output", "moi.csv")
    assert "juliette" in (elsewhere / "moi.csv").read_text("utf-8-sig").splitlines()[0]


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (OWN, 2, "il manque : --format"),
        ((*OWN, "--format", "odt"), 2, "'odt' n’est pas un de"),
        ((*OWN, "--national", "--format", "pdf"), 2, "--national : à choisir, ou --user, mais pas les deux"),
        ((*OWN, "--format", "csv", "--output", "nulle/part.csv"), 1, "« nulle/part.csv » : ce chemin n’existe pas"),
        (("--user", "personne", *NOVEMBER, "--format", "csv"), 1, "Personne ne s’appelle « personne »"),
    ],
)
async def test_what_can_not_be_done_is_said(
    filled: Database, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], code: int, sentence: str
) -> None:
    assert sentence in await exported(capsys, *words, code=code)
