"""Settings from files: where a folder of secrets is named, each file of it is the setting whose name it bears."""

from pathlib import Path

import pytest

from cli.environment import read_settings
from cli.main import main
from config.settings import SECRET_MIN


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """As Kubernetes and Docker mount them: a line’s end more, names in capitals or not."""
    monkeypatch.chdir(tmp_path)
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    (secrets / "COOP_BOT_TOKEN").write_text("jeton-du-bot\n")
    (secrets / "coop_secret").write_text("k" * SECRET_MIN)
    (secrets / "COOP_DATABASE_URL").write_text("postgresql://coop:mot@base/coop\n")
    return secrets


def test_they_are_read_from_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COOP_SECRETS_DIR", str(folder))
    settings = read_settings(None)
    assert settings.bot_token.get_secret_value() == "jeton-du-bot"
    assert settings.database_url == "postgresql://coop:mot@base/coop"
    assert settings.missing() == ["COOP_COMMAND_TOKEN"]
    assert settings.secret_fault() is None


def test_the_env_file_may_name_it_and_wins(folder: Path) -> None:
    (env := folder.parent / "env").write_text(f"COOP_SECRETS_DIR={folder}\nCOOP_BOT_TOKEN=un-autre\n")
    settings = read_settings(env)
    assert (settings.bot_token.get_secret_value(), settings.secrets) == ("un-autre", ("k" * SECRET_MIN,))


def test_a_folder_that_is_not_there_is_said(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COOP_SECRETS_DIR", str(folder / "ailleurs"))
    assert main(["migrate"]) == 2
