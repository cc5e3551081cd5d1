"""Files, folders and databases that refuse: every command says which one, and what to do.

As a program (``main``) it runs commands in a process with few rights. It is told a file for its answer, the settings
file, where commands write, how large a file may grow (0: as large as it likes), and which commands; it answers with one
JSON object: by command, its exit code and its words.
"""

import asyncio
import ctypes
import io
import json
import os
import re
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import click
import pytest
import stamina
from sqlalchemy import text

from bot import app
from bot.clock import utc_now
from bot.work import make_work
from cli.main import coop_bot
from cli.main import main as run
from cli.usage import CliCommand, CommandGroup, Touches
from storage import schema, work
from storage.database import Database
from storage.programs import ApiClient
from storage.sondage import PollState
from storage.work import WorkSort
from tests.bench.children import spawn, use_forks
from tests.support.backups import fill_tables, save_backup
from tests.support.databases import create_sqlite
from tests.support.publications import make_poll
from tests.support.work import Count
from tests.support.workplace import CRA

pytestmark = pytest.mark.slow

ACTION = re.compile(
    "vérifiez|libérez|donnez|restaurez|installez|corrigez|créez|lancez|relancez|indiquez|choisissez|attendez", re.I
)


def declared(group: CommandGroup, before: str = "") -> Iterator[tuple[str, CliCommand]]:
    """All commands of a group, by what an operator types."""
    with click.Context(group) as context:
        for name in group.list_commands(context):
            found = group.get_command(context, name)
            if isinstance(found, CommandGroup):
                yield from declared(found, f"{name} ")
            elif isinstance(found, CliCommand):
                yield f"{before}{name}", found


COMMANDS = {name: command.touches for name, command in declared(coop_bot)}
READERS = {name for name, touches in COMMANDS.items() if touches is Touches.READS}
DATABASE = {name for name, touches in COMMANDS.items() if touches is not Touches.NOTHING}


@dataclass(frozen=True)
class Place:
    """Where the commands run."""

    folder: Path

    @property
    def env(self) -> Path:
        return self.folder / "env"

    @property
    def database(self) -> Path:
        return self.folder / "base" / "coop.db"

    @property
    def data(self) -> Path:
        return self.folder / "data"


@pytest.fixture(scope="module")
async def filled(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, bytes]:
    """The files that take long to make: a database with something in it, a backup of an empty one."""
    folder = tmp_path_factory.mktemp("modèle")
    neuve = Database(await create_sqlite(folder))
    await save_backup(neuve, folder / "good")
    await neuve.close()
    database = Database(await create_sqlite(folder))
    await fill_tables(database)
    async with database.transaction() as db:
        await db.execute(
            text("UPDATE person SET username = 'juliette', timezone = 'Europe/Paris' WHERE username LIKE '1%'")
        )
        await db.execute(text("DELETE FROM stats_secret WHERE id <> 1"))  # there is one for ever
        await db.execute(text("DELETE FROM journal"))
        await db.execute(text("DELETE FROM journal_head WHERE id <> 1"))  # so there is of the journal’s end
        begun = make_work(WorkSort.STEPS, Count(steps=3), "", utc_now(), told=False)
        await work.add(db, [begun.sqlmodel_update({"id": BEGUN})])
        db.add(make_poll(number=ASKED, state=PollState.OPEN))
        db.add(ApiClient(id=READER, name="Tableau", secret_hash="", created_at=utc_now()))
    await database.close()
    return {name: (folder / name).read_bytes() for name in ("good", "coop.db")}


@pytest.fixture
def place(tmp_path: Path, filled: Mapping[str, bytes]) -> Place:
    """All in good order: settings, a database with something in it, a backup of an empty one, a line to import."""
    place = Place(tmp_path / "ici")
    _folders(place)
    (place.folder / "good").write_bytes(filled["good"])
    place.database.write_bytes(filled["coop.db"])
    return place


def _folders(place: Place) -> None:
    for folder in (place.folder, place.database.parent, place.data):
        folder.mkdir(exist_ok=True)
    (place.folder / "cra.jsonl").write_text(json.dumps(CRA) + "\n")
    (place.folder / "people.csv").write_text("username,role\nlea,conseiller\n")
    (place.folder / "structures.csv").write_text("nom,siret\nVille,73282932000074\n")
    (place.folder / "contacts.csv").write_text("nom,organisme\n,ANCT\n")
    hours = "utilisateur,jour,debut,fin,duree\njuliette,lundi,09:00,12:00,30\n"
    (place.folder / "disponibilites.csv").write_text(hours)
    (place.folder / "suivi.csv").write_text("commande,colis,suivi\n")
    (place.folder / "resources.csv").write_text("titre,url\nImpots,https://exemple.fr\n")
    settings = {"COMMAND_TOKEN": "c" * 26, "SECRET": "s" * 40, "DATA_DIR": place.data, "BOT_TOKEN": "t" * 26}
    settings |= {"DATABASE_URL": f"sqlite:///{place.database}", "MATTERMOST_URL": "http://127.0.0.1:1"}
    settings |= {"BACKUP_DIR": place.folder / "sauvegardes"}
    place.env.write_text("".join(f"COOP_{name}={value}\n" for name, value in settings.items()))


def told(place: Place, names: Iterable[str], largest: int = 0) -> dict[str, tuple[int, str]]:
    """What each of these commands said there, in a process that the modes of files bind."""
    use_forks()
    answer = place.folder.parent / "said.json"
    words = ["-c", PROGRAM, str(answer), str(place.env), str(place.folder), str(largest), *names]
    with tempfile.TemporaryFile() as errors:
        code = spawn(words, {}, errors).wait()
        if code == NO_RIGHTS:
            pytest.skip("root can’t give up its rights here")
        errors.seek(0)
        assert code == 0, errors.read().decode()
    return {name: (code, said) for name, (code, said) in json.loads(answer.read_text()).items()}


def unreadable_settings(place: Place) -> None:
    place.env.chmod(0)


def settings_that_are_no_text(place: Place) -> None:
    place.env.write_bytes(b"COOP_TEAM=\xff\xfe\n")


def settings_that_are_a_folder(place: Place) -> None:
    place.env.unlink()
    place.env.mkdir()


def unwritable_data_folder(place: Place) -> None:
    place.data.chmod(0o500)


def data_folder_that_is_a_file(place: Place) -> None:
    place.data.rmdir()
    place.data.touch()


def file_that_is_no_database(place: Place) -> None:
    place.database.write_text("du texte, pas une base de données, assez long pour avoir un en-tête " * 90)


def damaged_database(place: Place) -> None:
    whole = place.database.read_bytes()
    place.database.write_bytes(whole[:100] + b"\xa5" * (len(whole) - 100))


def newer_database(place: Place) -> None:
    with sqlite3.connect(place.database) as db:
        db.execute("UPDATE alembic_version SET version_num = '9999'")
    db.close()


def database_that_is_a_folder(place: Place) -> None:
    shutil.rmtree(place.database.parent)
    place.database.mkdir(parents=True)


def database_in_no_folder(place: Place) -> None:
    shutil.rmtree(place.database.parent)


def unreadable_database(place: Place) -> None:
    place.database.chmod(0)


def read_only_database(place: Place) -> None:
    place.database.chmod(0o400)
    place.database.parent.chmod(0o500)


Fault = Callable[[Place], None]
TABLE: list[tuple[Fault, set[str], str]] = [
    (unreadable_settings, DATABASE | {"setup"}, "env"),
    (settings_that_are_no_text, DATABASE | {"setup"}, "env"),
    (settings_that_are_a_folder, DATABASE | {"setup"}, "env"),
    (unwritable_data_folder, {"serve", "doctor"}, "data"),
    (data_folder_that_is_a_file, {"serve", "doctor"}, "data"),
    (file_that_is_no_database, DATABASE, "base/coop.db"),
    (damaged_database, DATABASE, "base/coop.db"),
    (newer_database, DATABASE, "base/coop.db"),
    (database_that_is_a_folder, DATABASE, "base/coop.db"),
    (database_in_no_folder, DATABASE, "base"),
    (unreadable_database, DATABASE, "base/coop.db"),
    (read_only_database, DATABASE, "base"),
]


@pytest.fixture(autouse=True)
def _passable(place: Place) -> Iterator[None]:
    """What was locked can be removed again."""
    yield
    for path in (place.data, place.database.parent, place.folder):
        if path.is_dir():
            path.chmod(0o700)


@pytest.mark.timeout(400)  # a program for each command
def test_in_good_order_all_is_done(place: Place) -> None:
    """Else the table below would prove nothing: a used database and an absent Mattermost are all that is refused."""
    found = told(place, list_commands("env", place.folder))
    refused = {"doctor", "setup", "restore", "channels check", "channels sync", "announce", "digest publish"}
    assert {name for name, (code, _) in found.items() if code} == refused, found
    assert set(list_commands("env", place.folder)) | {"demo"} == set(COMMANDS)


@pytest.mark.parametrize(("fault", "touched", "path"), TABLE, ids=lambda value: getattr(value, "__name__", ""))
def test_what_refuses_is_named_with_what_to_do(fault: Fault, touched: set[str], path: str, place: Place) -> None:
    fault(place)
    check(told(place, touched), str(place.folder / path))


def check(found: dict[str, tuple[int, str]], path: str) -> None:
    for name, (code, said) in found.items():
        assert "inattendue" not in said, (name, said)
        assert "Traceback" not in said, (name, said)
        assert code in {1, 2}, (name, said)
        assert path in said, (name, said)
        assert ACTION.search(said.split(path, 1)[1]), (name, said)


def test_a_full_disk_is_named_by_those_who_write(place: Place) -> None:
    """No file may grow: the database’s journal can’t."""
    check(told(place, DATABASE, largest=4096), str(place.database))
    assert not (place.folder / "sauvegarde").exists()


async def test_a_backup_that_finds_no_room_is_named_and_leaves_nothing(place: Place) -> None:
    database = Database(f"sqlite:///{place.database}")
    async with database.transaction() as db:
        await db.execute(text("UPDATE draft SET raw = :raw"), {"raw": json.dumps(os.urandom(100_000).hex())})
    await database.close()
    check(told(place, ["backup write"], largest=65_536), str(place.folder / "sauvegarde"))
    assert not (place.folder / "sauvegarde").exists()


async def test_a_restoration_into_a_full_disk_leaves_nothing(place: Place) -> None:
    place.database.unlink()
    check(told(place, ["restore", "migrate", "serve"], largest=8192), str(place.database))
    assert await schema.current(f"sqlite:///{place.database}") is None


@pytest.mark.parametrize("name", ["il-y-est", "nulle-part/b", "fichier/b"])
def test_a_backup_goes_into_a_new_file_only(name: str, place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(place.folder)
    (place.folder / "il-y-est").write_text("à moi")
    (place.folder / "fichier").touch()
    run = subprocess.run(
        [sys.executable, "-m", "cli", "--env-file", "env", "backup", name], capture_output=True, text=True, check=False
    )
    assert run.returncode == 1
    assert f"« {name} »" in run.stderr
    assert ACTION.search(run.stderr)
    assert (place.folder / "il-y-est").read_text() == "à moi"


PROGRAM = "from tests.test_cli_places import main; main()"
NO_RIGHTS = 77
"""How it ends where rights can’t be given up."""
BEGUN = "un-travail"
"""Long work that may be stopped."""
ASKED = 12
"""A poll."""
READER = "0a1b2c"
"""A program that may read."""
DAYS = ("--from", "2026-01-01", "--to", "2026-01-31")


def list_commands(settings: str, folder: Path) -> dict[str, list[str]]:
    """What an operator would type, by command; « demo » has a place of its own."""
    nowhere = "http://127.0.0.1:1"
    typed = {
        "serve": ["serve"],
        "migrate": ["migrate"],
        "doctor": ["doctor"],
        "role": ["role", "juliette", "coordinateur"],
        "people": ["people", "--json"],
        "channels check": ["channels", "check"],
        "channels sync": ["channels", "sync"],
        "announce": ["announce", "--to", "national", "--text", f"{folder}/cra.jsonl", "--file", f"{folder}/people.csv"],
        "jobs": ["jobs", "--json"],
        "api list": ["api", "list", "--json"],
        "api create": ["api", "create", "tableau"],
        "api revoke": ["api", "revoke", READER],
        "rdv list": ["rdv", "--user", "juliette", "--json"],
        "work": ["work", "--cancel", BEGUN],
        "backup write": ["backup", f"{folder}/sauvegarde"],
        "backup check": ["backup", "check", f"{folder}/good"],
        "backup run": ["backup", "run"],
        "restore": ["restore", f"{folder}/good"],
        "import cra": ["import", "cra", f"{folder}/cra.jsonl"],
        "import people": ["import", "people", f"{folder}/people.csv"],
        "import structures": ["import", "structures", f"{folder}/structures.csv"],
        "guard": ["guard", f"{folder}/people.csv", "--json"],
        "understand": ["understand", f"{folder}/people.csv", "--user", "juliette", "--json"],
        "data": ["data", "juliette", "--output", f"{folder}/donnees.zip"],
        "retention": ["retention", "--dry-run", "--json"],
        "export people": ["export", "people"],
        "export cra": ["export", "cra"],
        "export coordination": ["export", "coordination"],
        "tickets": ["tickets", "--json"],
        "export tickets": ["export", "tickets", f"{folder}/demandes.csv"],
        "import contacts": ["import", "contacts", f"{folder}/contacts.csv"],
        "search people": ["search", "people", "linux", "--as", "juliette"],
        "import disponibilites": ["import", "disponibilites", f"{folder}/disponibilites.csv"],
        "rdv link": ["rdv", "link", "--user", "juliette"],
        "webhook rdv-service-public": ["webhook", "rdv-service-public", "--organisation", "7"],
        "slots": ["slots", "--user", "juliette", *DAYS],
        "import resources": ["import", "resources", f"{folder}/resources.csv"],
        "digest preview": ["digest", "preview", "--edition", "vendredi"],
        "digest publish": ["digest", "publish", "1"],
        "export digest": ["export", "digest", "1"],
        "search resources": ["search", "resources", "impots"],
        "search tout": ["search", "tout", "impots", "--user", "juliette"],
        "export resources": ["export", "resources"],
        "export poll": ["export", "poll", str(ASKED), "--output", f"{folder}/sondage.csv"],
        "export stats": ["export", "stats", *DAYS, "--format", "csv", "--output", str(folder)],
        "stats": ["stats", *DAYS],
        "journal": ["journal", *DAYS, "--jsonl"],
        "cases": ["cases", "--json"],
        "ideas": ["ideas", "--json"],
        "kits": ["kits"],
        "export kits": ["export", "kits", "--output", f"{folder}/kits.csv"],
        "import kits": ["import", "kits", f"{folder}/suivi.csv"],
        "demo-data": ["demo-data", "--cras", "20", "--conseillers", "2", "--force"],
    }
    found = {name: ["--env-file", settings, *words] for name, words in typed.items()}
    setup = ["setup", "--url", nowhere, "--public-url", nowhere, "--team", "cnum", "--admin-token", "x" * 26]
    return found | {"setup": [*setup, "--write", settings]}


def give_up_rights() -> bool:
    """Be bound by the modes of files, as root is not; False where this system can’t do that."""
    if os.geteuid() != 0:
        return True
    libc = ctypes.CDLL(None, use_errno=True)
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)  # the third version of capset(2), this process
    nothing = (ctypes.c_uint32 * 6)()
    return hasattr(libc, "capset") and libc.capset(header, nothing) == 0


async def _serve(*_: object) -> None:
    """The bot would be at work now."""
    await asyncio.sleep(0)


def run_quietly(words: list[str]) -> tuple[int, str]:
    """Exit code and all that was said."""
    with (
        redirect_stdout(io.TextIOWrapper(io.BytesIO(), encoding="utf-8")) as out,
        redirect_stderr(io.StringIO()) as err,
    ):
        try:
            code = run(words)
        except SystemExit as leaving:
            code = int(leaving.code or 0)
        out.flush()
        said = out.buffer.getvalue().decode()
    return code, said + err.getvalue()


def main() -> None:
    """Try them all."""
    answer, settings, folder, largest, *names = sys.argv[1:]
    most = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
    stamina.set_testing(True, attempts=1)  # nobody waits for a Mattermost that is not there
    app.serve = _serve  # type: ignore[assignment]
    if int(largest):
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(largest), most))
    if not give_up_rights():
        sys.exit(NO_RIGHTS)
    typed = list_commands(settings, Path(folder))
    said = {name: run_quietly(typed[name]) for name in names}
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    Path(answer).write_text(json.dumps(said))
