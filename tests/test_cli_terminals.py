"""What a command says is said on any terminal, also one that has no letter with an accent."""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from storage import people
from storage.database import Database
from storage.people import Person
from tests.support.workplace import elsewhere, run_command
from tests.test_cli_register import NOW

__all__ = ["elsewhere"]

pytestmark = pytest.mark.slow


ODD = "Maison « Été » 𝄞"


async def registers(url: str) -> None:
    database = Database(url)
    async with database.transaction() as db:
        await people.register_person(db, Person(id="i" * 26, username="zoe", structure=ODD, since=NOW))
    await database.close()


def said(encoding: str, *words: str) -> tuple[int, bytes, bytes]:
    """What a command of such a terminal’s says: exit status, output and faults."""
    ended = subprocess.run(
        [sys.executable, "-m", "cli", *words],
        env=os.environ | {"PYTHONIOENCODING": encoding},
        capture_output=True,
        check=False,
    )
    return ended.returncode, ended.stdout, ended.stderr


@pytest.mark.parametrize(("encoding", "word"), [("ascii", rb"r\u00f4le"), ("latin-1", b"r\xf4le")])
def test_every_terminal_is_written_to(encoding: str, word: bytes, elsewhere: Path) -> None:
    assert run_command("migrate") == 0
    asyncio.run(registers("sqlite:///coop.db"))
    code, out, faults = said(encoding, "people")
    assert (code, faults) == (0, b"")
    assert word in out
    code, out, _ = said(encoding, "people", "--json")
    assert json.loads(out.decode(encoding))[0]["structure"] == ODD
    assert code == 0
    assert said(encoding, "--help")[0] == 0
    code, _, faults = said(encoding, "role", "carl", "animateur")
    assert code == 1
    assert b"erreur inattendue" not in faults
    assert b"carl" in faults
