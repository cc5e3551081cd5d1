"""One rule of exit codes for all commands: 0, done; 1, not possible as things are; 2, wrong usage or wrong setting."""

from collections.abc import Callable
from pathlib import Path

import pytest

from cli.main import coop_bot
from storage import schema
from tests.support.workplace import run_command
from tests.test_cli_places import declared

DAYS = ["--from", "2026-01-01", "--to", "2026-01-31"]
GONE, NOBODY, NUMBER = "rien.csv", "personne", "4242"
ABSENT: dict[str, list[str]] = {
    "role": [NOBODY, "conseiller"],
    "import people": [GONE],
    "import structures": [GONE],
    "import cra": [GONE],
    "import contacts": [GONE],
    "import disponibilites": [GONE],
    "import kits": [GONE],
    "import resources": [GONE],
    "export cra": ["--user", NOBODY],
    "export kits": ["--batch", NUMBER, "--output", "kits.csv"],
    "export digest": [NUMBER],
    "export poll": [NUMBER],
    "export stats": ["--user", NOBODY, *DAYS, "--format", "csv", "--output", "."],
    "work": ["--cancel", NUMBER],
    "api revoke": [NUMBER],
    "backup check": [GONE],
    "restore": [GONE],
    "search people": ["linux", "--as", NOBODY],
    "search tout": ["linux", "--user", NOBODY],
    "announce": ["--to", "national", "--text", GONE],
    "digest publish": [NUMBER],
    "rdv list": ["--user", NOBODY],
    "rdv link": ["--user", NOBODY],
    "slots": ["--user", NOBODY, *DAYS],
    "stats": ["--user", NOBODY, *DAYS],
    "kits": ["--batch", NUMBER],
    "guard": [GONE],
    "understand": [GONE],
    "data": [NOBODY, "--output", "donnees.zip"],
}
"""A thing that is not there, for each command that is told of one."""
NAMING = {"file", "username", "user", "number", "batch", "work_id", "client_id", "text"}
"""The parameters that name a thing."""
MADE = {"backup write"}
"""What is named is made."""

COMMANDS = dict(declared(coop_bot))
Run = Callable[..., tuple[int, str]]


@pytest.fixture(scope="module")
async def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The settings of a bot whose tables are there, and empty."""
    folder = tmp_path_factory.mktemp("codes")
    url = f"sqlite:///{folder}/coop.db"
    await schema.prepare(url)
    told = {
        "MATTERMOST_URL": "http://127.0.0.1:1",
        "TEAM": "cnum",
        "BOT_TOKEN": "b" * 26,
        "COMMAND_TOKEN": "c" * 26,
        "SECRET": "s" * 40,
        "PUBLIC_URL": "http://127.0.0.1:1",
        "DATABASE_URL": url,
        "DATA_DIR": str(folder),
    }
    (folder / "env").write_text("".join(f"COOP_{name}={value}\n" for name, value in told.items()))
    return folder / "env"


def test_each_command_that_names_a_thing_is_tried() -> None:
    naming = {name for name, command in COMMANDS.items() if NAMING & {each.name for each in command.params}}
    assert {*ABSENT} == naming - MADE


@pytest.mark.parametrize("name", ABSENT)
def test_what_is_not_there_is_no_wrong_usage(
    name: str, installed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    code = run_command("--env-file", str(installed), *name.split(), *ABSENT[name])
    said = capsys.readouterr().err
    assert (code, said.count("\n"), said[:11]) == (1, 1, "coop-bot : "), said


@pytest.mark.parametrize("name", COMMANDS)
def test_what_no_command_has_is_wrong_usage(name: str) -> None:
    assert run_command(*name.split(), "--nulle-part") == 2
