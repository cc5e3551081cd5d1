"""Story: groups of the organisation’s directory give roles, where the server has a licence, and only those."""

from dataclasses import replace

import pytest

from bot.mattermost import AioClient, Mattermost
from bot.people import People
from config.policies import read_role_groups
from config.settings import read
from sandbox.choices import DirectoryGroup
from storage.database import Database
from storage.people import Role
from tests.people import PASSWORD
from tests.support.databases import sqlite_database
from tests.support.membership import ManualClock, clock
from tests.support.workplace import FreshServer, elsewhere, newest, run_doctor

__all__ = ["clock", "elsewhere", "newest", "sqlite_database"]

GROUPS = "Conseillers du Rhône = conseiller, animation = animateur, coordination=coordinateur"


def test_groups_are_read_in_their_order_and_refused_in_french() -> None:
    assert list(read_role_groups(GROUPS).items()) == [
        ("conseillers du rhone", "conseiller"),
        ("animation", "animateur"),
        ("coordination", "coordinateur"),
    ]
    assert read_role_groups(" , ") == {}
    for wrong in ("animation", "animation = chef", "= conseiller"):
        with pytest.raises(ValueError, match="écrivez « groupe = rôle »"):
            read_role_groups(wrong)


async def join(server: FreshServer, name: str) -> str:
    """The id of somebody who has just come into the team, at an address that says nothing."""
    account = {"username": name, "email": f"{name}@mairie.fr", "password": PASSWORD}
    user_id = str((await server.admin.post("/users", account))["id"])
    await server.admin.post(f"/teams/{server.team_id}/members", {"team_id": server.team_id, "user_id": user_id})
    return user_id


async def test_a_group_of_the_directory_gives_its_role(
    newest: FreshServer, database: Database, clock: ManualClock
) -> None:
    await newest.setup()
    juliette, malin, camille = [await join(newest, name) for name in ("juliette", "malin", "camille")]
    settings = read(newest.file).model_copy(update={"role_groups": read_role_groups(GROUPS)})
    client = AioClient(newest.admin.url, newest.env["COOP_BOT_TOKEN"])
    people = People(database, Mattermost(client, "cnum"), settings, clock)

    assert (await people.of(juliette)).role is Role.INVITE
    assert "COOP_ROLE_GROUPS est sans effet : ce serveur n’a pas de licence" in (await run_doctor(settings))[1]

    rhone = DirectoryGroup("g" * 26, "conseillers-69", "Conseillers du Rhône", frozenset({juliette, camille}))
    claimed = DirectoryGroup("c" * 26, "animation", "Animation", frozenset({malin}), source="custom")
    hidden = DirectoryGroup("h" * 26, "coordination", "", frozenset({camille}), allow_reference=False)
    newest.sandbox.groups = [rhone, claimed, hidden]
    clock.wait(61)
    assert (await people.of(juliette)).role is Role.CONSEILLER
    assert (await people.of(malin)).role is Role.INVITE, "anybody may make a custom group, and come into it"
    assert (await people.of(camille)).role is Role.CONSEILLER, "the bot is shown what people may mention"
    said = (await run_doctor(settings))[1]
    assert "COOP_ROLE_GROUPS : le bot ne voit pas « animation », « coordination »" in said

    newest.sandbox.groups = [replace(rhone, members=frozenset()), replace(claimed, source="ldap"), hidden]
    clock.wait(61)
    assert [(await people.of(each)).role for each in (juliette, malin)] == [Role.INVITE, Role.ANIMATEUR]
    await client.close()
