"""« coop-bot role » and « coop-bot people »: roles given and taken back without SQL, and who is who."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click import BadParameter
from pydantic import SecretStr

from cli.errors import OperatorError
from config.settings import Settings
from storage import people
from storage.database import Database
from storage.people import Person, Role
from tests.people import Dialog
from tests.support.databases import create_sqlite
from tests.support.house import House
from tests.support.mattermost import ID, USER, ChatServer, make_error, serve_chat
from tests.support.workplace import elsewhere, operate, run_command

__all__ = ["elsewhere"]


NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
NAMED = "GET /api/v4/users/username/juliette"
A_MINUTE = timedelta(seconds=61)


async def role(settings: Settings, name: str, wanted: str) -> int:
    """Give somebody a role."""
    return await operate(settings, "role", name, wanted, clock=lambda: NOW)


async def told(settings: Settings, name: str, wanted: str, capsys: pytest.CaptureFixture[str]) -> str:
    """What the command said."""
    assert await role(settings, name, wanted) == 0
    return capsys.readouterr().out


async def shown(settings: Settings, capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """What `people --json` says."""
    assert await operate(settings, "people", "--json") == 0
    (line,) = capsys.readouterr().out.splitlines()
    found: list[dict[str, Any]] = json.loads(line)
    return found


@pytest.mark.every_mode
async def test_a_role_is_given_and_taken_back_and_the_running_bot_knows(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    """Somebody nobody registered, by the name that Mattermost knows; then the role follows Mattermost again."""
    ines = await house.site.person("ines", domain="exemple.fr")
    assert not isinstance(await ines.types("/cra"), Dialog)
    for number, wanted in enumerate(("conseiller", "coordinateur", "animateur", "invite"), 1):
        await told(house.settings, f"@{ines.username.upper()}", wanted, capsys)
        house.clock.goes_to(house.clock() + A_MINUTE)
        assert isinstance(await ines.types("/cra"), Dialog) is (wanted == "conseiller")
        assert Role(wanted).label in (await ines.asks("/aide")).text, number
    house.bot.outbox.look()  # another process wrote it down; else it would look half a minute later
    assert "C’est l’exploitant du bot qui l’a noté" in (await ines.told("désormais animateur de communauté")).text
    said = await told(house.settings, ines.username, "auto", capsys)
    assert "le rôle suit Mattermost (avant : agent invité)" in said
    await house.site.promote(ines)
    house.clock.goes_to(house.clock() + A_MINUTE)
    assert Role.ANIMATEUR.label in (await ines.asks("/aide")).text
    (row,) = [p for p in await shown(house.settings, capsys) if p["id"] == ines.id]
    assert row == {"id": ines.id, "username": ines.username, "role": "auto", "departements": [], "structure": None}


@pytest.mark.newest_only
async def test_a_role_taken_away_counts_at_once_for_what_changes_something(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    juliette = await house.conseiller("juliette")
    form = await juliette.types("/cra")
    assert isinstance(form, Dialog)
    await told(house.settings, juliette.username, "Invité", capsys)
    answer = await form.submit()
    assert not answer.closed
    assert await house.reports(juliette) == []


@pytest.mark.newest_only
async def test_a_role_leaves_the_rest_of_the_register_alone(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    juliette = await house.conseiller("juliette")
    await told(house.settings, juliette.username, "coordinateur", capsys)
    (row,) = [p for p in await shown(house.settings, capsys) if p["id"] == juliette.id]
    assert (row["role"], row["departements"], row["structure"]) == ("coordinateur", ["69"], "Maison de quartier")
    assert "Rien à changer." in await told(house.settings, juliette.username, "coordinateur", capsys)


async def settings_in(folder: Path, url: str = "", **persons: str) -> Settings:
    """An up-to-date database with these people: name and id."""
    address = await create_sqlite(folder)
    database = Database(address)
    async with database.transaction() as db:
        for username, user_id in persons.items():
            await people.register_person(db, Person(id=user_id, username=username, departements=["69"], since=NOW))
    await database.close()
    token = {"bot_token": SecretStr("t" * 26), "mattermost_url": url} if url else {}
    return Settings(_env_file=None).model_copy(update={"database_url": address, **token})


async def test_without_mattermost_the_register_is_enough(elsewhere: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = await settings_in(elsewhere, juliette=ID)
    await told(settings, "@juliette", "animateur", capsys)
    assert [p["role"] for p in await shown(settings, capsys)] == ["animateur"]
    with pytest.raises(OperatorError, match=r"« carl ».*COOP_BOT_TOKEN"):
        await role(settings, "carl", "animateur")


@pytest.mark.parametrize("answer", [make_error(503, "away"), make_error(401, "expired")])
async def test_a_mattermost_that_does_not_answer_is_said_only_where_it_is_needed(
    answer: Any, elsewhere: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with serve_chat(**{"*": answer}) as server:
        settings = await settings_in(elsewhere, server.url, juliette=ID)
        await told(settings, "juliette", "animateur", capsys)
        with pytest.raises(OperatorError, match="« carl » dans le registre, et Mattermost n’a pas pu"):
            await role(settings, "carl", "animateur")


async def test_a_name_goes_to_who_bears_it_today(elsewhere: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Jeanne had it when she was registered; it is Juliette’s now."""
    other = "o" * 26
    async with serve_chat(**{NAMED: USER}) as server:
        settings = await settings_in(elsewhere, server.url, juliette=other)
        await told(settings, "juliette", "animateur", capsys)
    assert {p["id"]: p["role"] for p in await shown(settings, capsys)} == {ID: "animateur", other: "auto"}


async def test_a_new_name_is_written_down(elsewhere: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async with serve_chat(**{NAMED: USER}) as server:
        settings = await settings_in(elsewhere, server.url, julie=ID)
        await told(settings, "juliette", "auto", capsys)
    assert [p["username"] for p in await shown(settings, capsys)] == ["juliette"]


async def test_nobody_and_no_bot_has_a_role(elsewhere: Path) -> None:
    async with serve_chat(**{NAMED: USER | {"is_bot": True}}) as server:
        settings = await settings_in(elsewhere, server.url)
        await refused(settings, "juliette", "compte de bot", server)
        for name in ("carl", "pas un nom", "x" * 500, "../users"):
            await refused(settings, name, "Mattermost ne connaît personne", server)
        for name in ("", "@"):
            with pytest.raises(BadParameter, match="il manque le nom"):
                await role(settings, name, "conseiller")


async def refused(settings: Settings, name: str, words: str, server: ChatServer) -> None:
    with pytest.raises(OperatorError, match=words) as error:
        await role(settings, name, "conseiller")
    assert error.value.code == 1
    assert not [path for _, path in server.asked if ".." in path]


async def test_auto_registers_nobody(elsewhere: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async with serve_chat(**{NAMED: USER}) as server:
        settings = await settings_in(elsewhere, server.url)
        assert "Rien à changer." in await told(settings, "juliette", "auto", capsys)
    assert await shown(settings, capsys) == []


async def test_people_are_shown_by_name_to_be_read_too(elsewhere: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = await settings_in(elsewhere, zoe="z" * 26, ada="a" * 26, lou="l" * 26)
    await told(settings, "lou", "coordinateur", capsys)
    assert [p["username"] for p in await shown(settings, capsys)] == ["ada", "lou", "zoe"]
    await operate(settings, "people")
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["nom", "@ada", "@lou", "@zoe", "3"]
    assert "coordinateur" in lines[2]


def test_through_the_command_line(elsewhere: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asyncio.run(settings_in(elsewhere, juliette=ID))
    assert run_command("role", "@juliette", "coordinateur") == 0
    assert "coordinateur" in capsys.readouterr().out
    assert run_command("people", "--json") == 0
    assert json.loads(capsys.readouterr().out)[0]["role"] == "coordinateur"
    assert run_command("people") == 0
    assert run_command("role", "personne", "invite") == 1
    assert "« personne »" in capsys.readouterr().err
    for words in (("role",), ("role", "juliette"), ("role", "juliette", "chef"), ("people", "juliette")):
        assert run_command(*words) == 2
    (elsewhere / "coop.db").unlink()
    assert run_command("role", "juliette", "invite") == 1
    assert run_command("people") == 1
