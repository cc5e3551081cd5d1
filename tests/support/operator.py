"""Every command of the operator’s where something is out of order, in a process with few rights: what each said.

``python -m tests.support.operator SETTINGS FOLDER BYTES COMMAND…``: the settings file, where commands write, how large
a file may grow (0: as large as it likes), and which commands. Prints one JSON object: by command, its exit code and
its words.
"""

import asyncio
import ctypes
import io
import json
import os
import resource
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import stamina

from bot import app
from cli.main import main as run

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
        "kits": ["kits", "--json"],
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
    settings, folder, largest, *names = sys.argv[1:]
    stamina.set_testing(True, attempts=1)  # nobody waits for a Mattermost that is not there
    app.serve = _serve  # type: ignore[assignment]
    if int(largest):
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(largest), int(largest)))
    if not give_up_rights():
        sys.exit(NO_RIGHTS)
    typed = list_commands(settings, Path(folder))
    print(json.dumps({name: run_quietly(typed[name]) for name in names}))


if __name__ == "__main__":
    main()
