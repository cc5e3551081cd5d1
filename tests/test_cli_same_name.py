"""A name that changed hands is two people’s in the register: no command takes one of them for the other."""

import asyncio
import json
from pathlib import Path

import pytest

from cli.cra.imports import ImportOutcome
from config.settings import Settings
from storage import people
from storage.database import Database
from storage.people import Person
from tests.support.cra import JSON_LINE, FakeChat, cra_database, import_reports, write_jsonl
from tests.support.mattermost import ID, USER, serve_chat
from tests.support.workplace import elsewhere, run_command
from tests.test_cli_register import NOW, settings_in, shown, told

__all__ = ["cra_database", "elsewhere"]


OTHER = "o" * 26


async def two(database: Database) -> None:
    """Jeanne, who was called so when she was registered, and Juliette, who is today."""
    async with database.transaction() as db:
        for user_id in (ID, OTHER):
            await people.register_person(db, Person(id=user_id, username="juliette", departements=["69"], since=NOW))


async def registered(folder: Path, url: str = "") -> Settings:
    settings = await settings_in(folder, url)
    await two(register := Database(settings.database_url))
    await register.close()
    return settings


@pytest.mark.parametrize(
    "words",
    [
        ("role", "@juliette", "animateur"),
        ("stats", "--user", "juliette", "--from", "2026-01-01", "--to", "2026-12-31"),
        ("export", "cra", "--user", "juliette"),
    ],
    ids=lambda words: words[0],
)
def test_a_name_of_two_is_refused_with_what_to_do(
    words: tuple[str, ...], elsewhere: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asyncio.run(registered(elsewhere))
    assert run_command(*words) == 1
    said = capsys.readouterr()
    assert f"Plusieurs personnes du registre s’appellent « juliette » ({ID}, {OTHER})" in said.err
    assert "tapez « coop-bot role NOM-ACTUEL RÔLE »" in said.err
    assert said.out == ""
    assert run_command("people", "--json") == 0
    assert {row["role"] for row in json.loads(capsys.readouterr().out)} == {"auto"}


async def test_no_compte_rendu_of_a_name_of_two_is_taken_in(database: Database) -> None:
    await two(database)
    faults: list[str] = []
    outcome = await import_reports(
        database, write_jsonl(JSON_LINE), FakeChat("juliette"), lambda _, why: faults.append(why)
    )
    assert outcome == ImportOutcome(refused=1)
    assert "auteur : Plusieurs personnes du registre s’appellent « juliette »" in faults[0]


async def test_the_advice_helps(elsewhere: Path, capsys: pytest.CaptureFixture[str]) -> None:
    jeanne = USER | {"id": OTHER, "username": "jeanne"}
    async with serve_chat(**{"GET /api/v4/users/username/jeanne": jeanne}) as server:
        settings = await registered(elsewhere, server.url)
        await told(settings, "jeanne", "auto", capsys)
    assert {row["id"]: row["username"] for row in await shown(settings, capsys)} == {ID: "juliette", OTHER: "jeanne"}
    await told(settings.model_copy(update={"mattermost_url": "http://127.0.0.1:9"}), "juliette", "animateur", capsys)
