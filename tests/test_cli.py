"""The command line as an operator meets it: exit codes, French sentences, no traceback, no secret."""

import json
import re
import socket
import sqlite3
import subprocess
import sys
from contextlib import closing
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
import structlog

import cli.command
from cli.demo.stage import free_port
from cli.errors import OperatorError
from cli.jobs import JOBS
from cli.version import read_built, read_checkout
from cli.work import FILES, read_titles
from commands import FEATURES
from config.settings import Settings
from tests.support.house import House
from tests.support.workplace import CRA, elsewhere, operate, run_command

__all__ = ["elsewhere"]


BACKUP = Path(__file__).parent / "data" / "installation_0036.backup"
HUSH = cli.command.hush
TOKEN = "b" * 26


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ((), "que faire ? serve, setup, doctor…"),
        (("vole",), "n’est pas un de"),
        (("backp",), "vouliez-vous dire « backup »"),
        (("setup",), "il manque : --url"),
        (("export", "cra", "--format", "xml"), "'xml' n’est pas un de"),
        (("export", "cra", "--from", "demain"), "n’est pas une valeur possible : par exemple 2026-09-01"),
        (("export", "cra", "--user"), "il manque sa valeur"),
        (("migrate", "--vite"), "arguments inconnus : --vite"),
        (("--env-file", "absent", "migrate"), "absent n’existe pas"),
        (("import", "cra"), "il manque : FICHIER"),
    ],
)
def test_what_is_not_understood_is_said_in_french(
    words: tuple[str, ...], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command(*words) == 2
    said = capsys.readouterr()
    assert sentence in said.err
    assert said.out == ""


def test_help_needs_nothing_of_the_bot() -> None:
    asked = "import sys; from cli.main import main; main(['stats', '--help']); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    loaded = {module.partition(".")[0] for module in done.stdout.split()}
    assert "click" in loaded
    assert not loaded & {"bot", "commands", "storage", "aiohttp", "pydantic", "sqlalchemy"}


def test_files_and_work_are_seen_to_without_what_answers_people() -> None:
    modules = "cli.backup, cli.cra.exports, cli.kits, cli.migrate, cli.work"
    asked = f"import sys, {modules}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    loaded = {module.partition(".")[0] for module in done.stdout.split()}
    assert "sqlalchemy" in loaded
    assert not loaded & {"aiohttp", "alembic", "commands", "dialogs"}


def test_it_says_its_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command("--version") == 0
    assert re.fullmatch(
        rf"coop-bot {re.escape(version('coop-bot'))}( \(commit \w+, \d{{4}}-\d\d-\d\d(, modifié depuis)?\))?\n",
        capsys.readouterr().out,
    )


def test_it_says_what_it_was_built_from_and_no_more_than_it_knows(tmp_path: Path) -> None:
    git = ["git", "-C", str(tmp_path), "-c", "user.name=A", "-c", "user.email=a@exemple.fr"]
    assert read_checkout(tmp_path) == ""
    (tmp_path / "file").write_text("one")
    for act in (["init", "-q"], ["add", "file"], ["commit", "-q", "-m", "One."]):
        subprocess.run([*git, *act], check=True)
    commit = read_checkout(tmp_path)
    assert re.fullmatch(r"commit \w{7,}, \d{4}-\d\d-\d\d", commit)
    (tmp_path / "file").write_text("two")
    assert read_checkout(tmp_path) == f"{commit}, modifié depuis"
    assert read_built(tmp_path / "build.txt") == ""
    (tmp_path / "build.txt").write_text(f"{commit}\n")
    assert read_built(tmp_path / "build.txt") == commit


def test_whatever_runs_by_itself_has_a_title() -> None:
    declared = [trigger.key for feature in FEATURES for trigger in feature.triggers]
    assert {name for kind, name in declared if kind == "job"} == set(JOBS)
    assert {name for kind, name in declared if kind == "file"} == set(FILES)
    assert all(read_titles()[name] for kind, name in declared if kind == "work")


def test_help_is_in_french(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command("--help") == 0
    assert run_command("export", "cra", "--help") == 0
    said = capsys.readouterr().out
    assert "usage : coop-bot" in said
    for english in ("usage:", "options:", "positional", "show this"):
        assert english not in said


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("COOP_PORT", "beaucoup", "COOP_PORT"),
        ("COOP_MATTERMOST_URL", "mattermost.example", "COOP_MATTERMOST_URL : l’adresse commence par"),
        ("COOP_LOG_LEVEL", "fort", "COOP_LOG_LEVEL : DEBUG, INFO"),
        ("COOP_OFFICE_HOURS", "lundim 9-12", "COOP_OFFICE_HOURS : « lundim » n’est pas un jour"),
        ("COOP_CLOSED", "demain", "COOP_CLOSED : « demain » n’est pas un jour"),
        ("COOP_OUTAGE", "3", "COOP_OUTAGE : « 3 » ne dit pas combien de demandes"),
        ("COOP_QUOTAS", "sondages beaucoup", "COOP_QUOTAS : « sondages beaucoup » n’est pas un quota"),
        ("COOP_QUOTAS", "sondage 9999", "1000 par jour au plus"),
        ("COOP_OUTAGE", "2/3", "pas plus que de demandes"),
        ("COOP_DATABASE_URL", "mysql://u:motdepasse@h/x", "COOP_DATABASE_URL"),
        ("COOP_DATABASE_URL", "motdepasse", "COOP_DATABASE_URL"),
    ],
)
def test_a_wrong_setting_is_named_and_not_shown(
    name: str, value: str, sentence: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(name, value)
    assert run_command("migrate") == 2
    said = capsys.readouterr().err
    assert sentence in said
    assert "motdepasse" not in said
    assert "Traceback" not in said


def test_serve_names_what_is_missing(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command("serve") == 2
    assert "COOP_BOT_TOKEN, COOP_COMMAND_TOKEN, COOP_SECRET" in capsys.readouterr().err


@pytest.mark.parametrize("secret", ["court", "c" * 31, f"{'a' * 40} court", f"court {'a' * 40}"])
def test_serve_refuses_a_key_that_can_be_guessed(
    secret: str, elsewhere: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("bot.app.serve", _must_not_serve)
    (elsewhere / "env").write_text(f"COOP_BOT_TOKEN=a\nCOOP_COMMAND_TOKEN={TOKEN}\nCOOP_SECRET='{secret}'\n")
    assert run_command("--env-file", "env", "serve") == 2
    said = capsys.readouterr().err
    assert "COOP_SECRET" in said
    assert "32 caractères" in said
    assert secret not in said


def test_serve_refuses_a_table_of_channels_that_is_none(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("bot.app.serve", _must_not_serve)
    (elsewhere / "canaux.tsv").write_text("nom\tadresse\n")
    secrets = f"COOP_BOT_TOKEN=a\nCOOP_COMMAND_TOKEN={TOKEN}\nCOOP_SECRET={'c' * 32}\n"
    (elsewhere / "env").write_text(f"{secrets}COOP_CHANNELS=canaux.tsv\n")
    assert run_command("--env-file", "env", "serve") == 2
    assert "COOP_CHANNELS : la première ligne nomme les colonnes" in capsys.readouterr().err


async def _must_not_serve(_: Settings) -> None:
    raise AssertionError("it serves")


def test_serve_prepares_the_database_first(monkeypatch: pytest.MonkeyPatch, elsewhere: Path) -> None:
    served: list[str] = []

    async def serve(settings: Settings, _: object) -> None:
        served.append(settings.database_url)
        assert (elsewhere / "coop.db").exists()

    monkeypatch.setattr("bot.app.serve", serve)
    (elsewhere / "env").write_text(f"COOP_BOT_TOKEN=a\nCOOP_COMMAND_TOKEN={TOKEN}\nCOOP_SECRET=" + "c" * 32)
    assert run_command("--env-file", "env", "serve") == 0
    assert served == ["sqlite:///coop.db"]


@pytest.mark.parametrize(
    ("words", "code"),
    [("migrate", 2), ("serve", 2), ("people", 2), ("backup sauvegarde", 2), (f"restore {BACKUP}", 2), ("doctor", 1)],
)
def test_a_database_from_before_the_first_schema_is_a_sentence(
    words: str, code: int, capsys: pytest.CaptureFixture[str], elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.app.serve", _must_not_serve)
    (elsewhere / "env").write_text(f"COOP_BOT_TOKEN=a\nCOOP_COMMAND_TOKEN={TOKEN}\nCOOP_SECRET=" + "c" * 32)
    assert run_command("migrate") == 0
    with closing(sqlite3.connect(elsewhere / "coop.db", isolation_level=None)) as database:
        database.execute("UPDATE alembic_version SET version_num = '0020'")
    assert run_command("--env-file", "env", *words.split()) == code
    said = "".join(capsys.readouterr())
    assert "coop.db (COOP_DATABASE_URL) est à l’étape 0020, et cette version ne connaît que celles à partir de" in said
    assert "Traceback" not in said


def test_setup_doctor_and_demo_fail_with_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    nowhere = f"http://127.0.0.1:{free_port()}"
    asked = ["setup", "--url", nowhere, "--team", "cnum", "--public-url", nowhere, "--write", "env"]
    assert run_command(*asked) == 2
    assert "--admin-token" in capsys.readouterr().err
    assert run_command(*asked, "--admin-token", "un-secret") == 1
    said = capsys.readouterr().err
    assert "ne répond pas" in said
    assert "un-secret" not in said
    assert run_command("doctor") == 1
    assert "À réparer" in capsys.readouterr().out
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        assert run_command("demo", "--port", str(busy.getsockname()[1])) == 1
    assert "est déjà pris" in capsys.readouterr().err


def test_what_libraries_log_does_not_stand_between_our_lines(capsys: pytest.CaptureFixture[str]) -> None:
    before = structlog.get_config()
    HUSH()
    structlog.get_logger().warning("quelque chose")
    structlog.configure(**before)
    assert capsys.readouterr() == ("", "")


def test_migrate_says_what_it_did(capsys: pytest.CaptureFixture[str], elsewhere: Path) -> None:
    (elsewhere / ".env").write_text("COOP_DATABASE_URL=sqlite:///ici.db\n")
    assert run_command("migrate") == 0
    assert run_command("migrate") == 0
    first, second = capsys.readouterr().out.splitlines()
    assert "de l’étape vide à l’étape" in first
    assert "Rien à changer" in second
    assert (elsewhere / "ici.db").exists()


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("sqlite:////nulle/part/coop.db", "« /nulle/part » n’existe pas"),
        ("sqlite:////usr", "« /usr »"),
        ("postgresql://u:motdepasse@127.0.0.1:1/x", "127.0.0.1:1/x (COOP_DATABASE_URL) ne répond pas"),
    ],
)
def test_a_database_out_of_reach_is_a_sentence(
    url: str, sentence: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COOP_DATABASE_URL", url)
    assert run_command("migrate") == 1
    said = capsys.readouterr().err
    assert sentence in said
    assert "motdepasse" not in said


@pytest.mark.newest_only
async def test_import_and_export_through_the_command_line(
    house: House, capsys: pytest.CaptureFixture[str], elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An author nobody registered is found in the real server; a second import has nothing to do."""
    carl = await house.site.person("carl")
    settings = house.settings.model_copy(update={"database_url": f"sqlite:///{elsewhere}/neuve.db"})
    file = elsewhere / "cra.jsonl"
    good = CRA | {"auteur": carl.username}
    file.write_text(json.dumps(good | {"rien": 1}) + "\n" + json.dumps(good | {"minutes": 7}) + "\n")
    assert await operate(settings, "import", "cra", str(file)) == 1
    said = capsys.readouterr()
    assert "1 ajouté, 0 déjà là, 1 refusée." in said.out
    assert "ligne 2 : Choisissez une durée" in said.err
    assert "Colonnes inconnues, ignorées : rien." in said.err
    file.write_text(json.dumps(good) + "\n")
    assert await operate(settings, "import", "cra", str(file)) == 0
    assert "0 ajouté, 1 déjà là, 0 refusée. Rien à changer." in capsys.readouterr().out
    assert await operate(settings, "export", "cra", "--user", f"@{carl.username}", "--to", "20/11/2026") == 0
    assert json.loads(capsys.readouterr().out)["auteur"] == carl.username
    with pytest.raises(OperatorError, match="« personne »"):
        await operate(settings, "export", "cra", "--user", "personne")
    assert capsys.readouterr().out == ""


def test_a_file_that_is_not_there_is_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command("import", "cra", "absent.csv") == 1
    assert "absent.csv n’existe pas" in capsys.readouterr().err


def test_export_wants_a_database(capsys: pytest.CaptureFixture[str], elsewhere: Path) -> None:
    assert run_command("export", "cra") == 1
    assert "coop-bot migrate" in capsys.readouterr().err
    assert not (elsewhere / "coop.db").exists()


def process(*words: str, **options: Any) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own."""
    return subprocess.run([sys.executable, "-m", "cli", *words], text=True, capture_output=True, check=False, **options)


@pytest.mark.slow
def test_a_reader_that_leaves_early_is_no_fault(elsewhere: Path) -> None:
    rows = "".join(json.dumps(CRA) + "\n" for _ in range(600))  # more than a pipe holds
    assert process("migrate").returncode == 0
    columns = "id, username, role, structure, departements, timezone, since"
    registered = (
        f"INSERT INTO person ({columns}) " + "VALUES ('{}','juliette',NULL,NULL,'[]','Europe/Paris','2026-01-01')"
    )
    subprocess.run(
        [sys.executable, "-c", "import sqlite3,sys; c=sqlite3.connect('coop.db'); c.execute(sys.argv[1]); c.commit()",
         registered.format("j" * 26)],
        check=True,
    )  # fmt: skip
    assert process("import", "cra", "-", input=rows).returncode == 0
    piped = subprocess.run(
        f"{sys.executable} -m cli export cra | head -1; echo ${{PIPESTATUS[0]}}",
        shell=True,
        executable="/bin/bash",
        text=True,
        capture_output=True,
        check=True,
    )
    assert piped.stdout.splitlines()[1:] == ["0"]
    # Where the machine is slow, how far it has come is told meanwhile.
    assert not [line for line in piped.stderr.splitlines() if not line.endswith("…")], piped.stderr
