"""« coop-bot understand »: sentences in, one a line, what they are taken for out; nothing is done and nobody asked."""

import asyncio
import io
import json
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from storage.database import Database
from storage.people import Role
from tests.support.cra import register_all
from tests.support.databases import database
from tests.support.membership import make_person
from tests.support.workplace import elsewhere, run_command

__all__ = ["database", "elsewhere"]

Capture = pytest.CaptureFixture[str]
TEXT = "bonjour\n\n/stats septembre\nannule\n"
ROWS = [
    {"line": 1, "intention": "politesse", "commande": "", "sure": True},
    {"line": 3, "intention": "stats", "commande": "/stats septembre", "sure": True},
    {"line": 4, "intention": "annuler", "commande": "", "sure": True},
]


def read(capsys: Capture, *options: str) -> Any:
    """What the command writes for a program about the file."""
    assert run_command("understand", "t.txt", "--json", *options) == 0
    return json.loads(capsys.readouterr().out)


@pytest.mark.parametrize(
    "data",
    [TEXT.encode(), TEXT.replace("\n", "\r\n").encode(), TEXT.rstrip().encode(), b"\xef\xbb\xbf" + TEXT.encode()],
)
def test_a_program_is_told_line_by_line(data: bytes, elsewhere: Path, capsys: Capture) -> None:
    (elsewhere / "t.txt").write_bytes(data)
    assert run_command("understand", "t.txt", "--json") == 0
    said = capsys.readouterr().out
    assert json.loads(said) == ROWS
    assert said.count("\n") == 1
    assert not list(elsewhere.glob("*.db")), "no database is needed"


def test_a_slip_of_a_command_s_own_word_is_proposed_as_in_the_chat(elsewhere: Path, capsys: Capture) -> None:
    (elsewhere / "t.txt").write_text("/hotline lsite\nhotline lsite\n/hotline mon écran est noir\n")
    assert [(row["commande"], row["sure"]) for row in read(capsys)] == [
        ("/hotline liste", False),
        ("/hotline liste", False),
        ("/hotline mon écran est noir", True),
    ]


def test_who_reads_gets_a_table(elsewhere: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(TEXT.encode())))
    assert run_command("understand", "-") == 0
    said = capsys.readouterr().out
    assert "/stats septembre" in said
    assert said.endswith("3 phrases.\n")


@pytest.mark.parametrize("data", [b"", b"\n \r\n"])
def test_a_file_without_a_word_has_no_sentence(data: bytes, elsewhere: Path, capsys: Capture) -> None:
    (elsewhere / "t.txt").write_bytes(data)
    assert read(capsys) == []
    assert run_command("understand", "t.txt") == 0
    assert capsys.readouterr().out == "0 phrase.\n"


async def ask(capsys: Capture, *options: str, code: int = 0) -> tuple[str, str]:
    """What the command writes, run beside this loop."""
    assert await asyncio.to_thread(run_command, "understand", "t.txt", "--json", *options) == code
    told = capsys.readouterr()
    return told.out, told.err


async def test_what_would_be_refused_is_not_proposed(
    database: Database, elsewhere: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    kind = "sqlite" if database.is_sqlite else "postgresql"
    monkeypatch.setenv("COOP_DATABASE_URL", database.url.set(drivername=kind).render_as_string(hide_password=False))
    async with database.transaction() as db:
        await register_all(
            db, make_person("juliette", "Juliette Martin"), make_person("ines", "Inès Noir", Role.INVITE)
        )
    (elsewhere / "t.txt").write_text("/stats septembre\n", "utf-8")
    out, _ = await ask(capsys, "--user", "juliette")
    assert json.loads(out)[0]["commande"] == "/stats septembre"
    out, _ = await ask(capsys, "--user", "@Ines")
    assert json.loads(out) == [{"line": 1, "intention": "stats", "commande": "/aide", "sure": False}]
    out, err = await ask(capsys, "--user", "personne", code=1)
    assert out == ""
    assert "Personne ne s’appelle « personne » dans le registre." in err
