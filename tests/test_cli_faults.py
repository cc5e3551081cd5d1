"""How commands fail, show progress and are documented."""

from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

import pytest
from sqlalchemy.exc import DBAPIError

from bot.errors import ChatError
from cli import faults
from cli.errors import INTERRUPTED, OperatorError
from cli.faults import as_sentence
from cli.terminal import ProgressBar
from config.settings import Settings
from storage.backup import BackupError
from tests.support.workplace import elsewhere, run_command

__all__ = ["elsewhere"]


def test_an_unexpected_fault_shows_no_values(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(_: str) -> NoReturn:
        raise RuntimeError("un-secret")

    monkeypatch.setattr("storage.schema.upgrade", fail)
    assert run_command("migrate") == 1
    said = capsys.readouterr().err
    assert "RuntimeError, test_cli_faults.py" in said
    assert "un-secret" not in said
    monkeypatch.setenv("COOP_LOG_LEVEL", "debug")
    assert run_command("migrate") == 1
    assert "Traceback" in capsys.readouterr().err


def test_interruptions_are_quiet(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupt(_: str) -> NoReturn:
        raise KeyboardInterrupt

    monkeypatch.setattr("storage.schema.upgrade", interrupt)
    assert run_command("migrate") == INTERRUPTED
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ChatError(0), "ne répond pas"),
        (ChatError(401, "x"), "setup"),
        (ChatError(418), "418"),
        (OperatorError("ainsi"), "ainsi"),
        (ModuleNotFoundError("x", name="asyncpg"), "coop-bot[postgres]"),
        (OSError(98, "in use"), "COOP_PORT"),
        (ConnectionRefusedError(), "COOP_DATABASE_URL"),
        (PermissionError(13, "x", "/ici/f"), "« /ici/f » : qui lance la commande n’en a pas le droit"),
        (FileNotFoundError(2, "x", "/ici/f"), "« /ici/f » : ce chemin n’existe pas"),
        (OSError(28, "x"), "plus de place"),
        (BackupError("ainsi"), "ainsi"),
    ],
)
def test_faults_from_outside_are_sentences(error: Exception, words: str) -> None:
    assert words in str(as_sentence(error))


@pytest.mark.parametrize("error", [RuntimeError(), OSError(5, "io"), ModuleNotFoundError("x", name="bot.x")])
def test_our_own_faults_are_not_explained_away(error: Exception) -> None:
    assert as_sentence(error) is None


class _Coded(Exception):
    """An error of a driver, by its code."""

    def __init__(self, **code: str) -> None:
        super().__init__("mot-de-passe")
        for name, value in code.items():
            setattr(self, name, value)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ({"sqlite_errorname": "SQLITE_FULL"}, "plus de place"),
        ({"sqlite_errorname": "SQLITE_CORRUPT_VTAB"}, "coop-bot restore"),
        ({"sqlite_errorname": "SQLITE_BUSY"}, "autre programme"),
        ({"sqlstate": "53100"}, "plein"),
        ({"sqlstate": "28P01"}, "mot de passe"),
        ({"sqlstate": "3D000"}, "createdb"),
        ({"sqlstate": "42501"}, "GRANT"),
        ({"sqlstate": "57P03"}, "réessayez"),
        ({"sqlstate": "XX001"}, "endommagés"),
        ({"sqlstate": "99999"}, "vérifiez l’adresse"),
    ],
)
def test_a_database_that_refuses_says_where_why_and_what_to_do(code: dict[str, str], words: str) -> None:
    kind = "sqlite:///ici/coop.db" if "sqlite_errorname" in code else "postgresql://moi:mot-de-passe@serveur:5433/coop"
    settings = Settings(_env_file=None).model_copy(update={"database_url": kind})
    said = str(as_sentence(DBAPIError("SELECT 1", {}, _Coded(**code)), settings))
    assert words in said
    assert ("ici/coop.db" if "sqlite_errorname" in code else "serveur:5433/coop") in said
    assert "mot-de-passe" not in said


class Screen:
    """A terminal, or not."""

    def __init__(self, *, is_terminal: bool) -> None:
        self.is_terminal = is_terminal
        self.text = ""

    def isatty(self) -> bool:
        return self.is_terminal

    def write(self, text: str) -> int:
        self.text += text
        return len(text)

    def flush(self) -> None:
        """Nothing waits."""


@pytest.mark.parametrize("is_terminal", [True, False])
def test_only_long_runs_show_progress(is_terminal: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr("cli.terminal.time.monotonic", lambda: now)
    screen: Any = Screen(is_terminal=is_terminal)
    progress = ProgressBar(screen, "ligne")
    now = 1.0
    progress.at(10)
    assert screen.text == ""
    now = 3.0
    progress.at(1500)
    assert "1\u202f500 lignes…" in screen.text
    shown = screen.text
    progress.at(1501)
    assert screen.text == shown
    progress.end()
    assert screen.text.endswith("\r\033[K" if is_terminal else "…\n")


def test_the_guide_lists_every_setting() -> None:
    guide = (Path(__file__).parent.parent / "docs" / "exploitant.md").read_text("utf-8")
    for name in Settings.model_fields:
        assert f"`COOP_{name.upper()}`" in guide


def test_the_format_s_page_lists_every_key() -> None:
    from storage.cra.files import CSV_COLUMNS, LINE_COLUMNS

    page = (Path(__file__).parent.parent / "docs" / "wire.md").read_text("utf-8")
    for name in (*LINE_COLUMNS, *CSV_COLUMNS):
        assert f"`{name}`" in page


def test_a_file_that_is_no_database_is_a_sentence(elsewhere: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (elsewhere / "coop.db").write_text("du texte, pas une base de données, assez long pour avoir un en-tête " * 9)
    assert run_command("migrate") == 1
    said = capsys.readouterr().err
    assert said.startswith("coop-bot : La base de données")
    assert "Traceback" not in said


def test_each_fault_with_a_sentence_of_its_own_is_a_class_that_there_is() -> None:
    for place in faults._KINDS:  # noqa: SLF001
        module, _, name = place.rpartition(".")
        kind = getattr(import_module(module), name)
        assert f"{kind.__module__}.{kind.__qualname__}" == place
