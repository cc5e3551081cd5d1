"""« coop-bot doctor »: nothing to mend on a good day, and each fault said with what mends it."""

import pytest
from aiohttp import web
from pydantic import SecretStr

from config import canaux
from tests.people import Person, unique
from tests.people.api import Refused
from tests.support.house import House
from tests.support.mattermost import override_account_roles, override_settings, override_team_role
from tests.support.servers import start_sandbox
from tests.support.workplace import run_doctor, serve_answer

WORTH_OF_ADDRESSES = (("auto", "coop-bot role"), ("oui", "n’importe qui peut"), ("non", "✓ Les conseillers sont"))


@pytest.mark.every_mode
async def test_on_a_good_day_all_is_well(house: House) -> None:
    code, said = await run_doctor(house.settings, house.site.admin.token)
    assert (code, "✗" in said) == (0, False), said
    assert "Le serveur atteint le bot : /aide exécutée" in said
    (commands,) = (line for line in said.splitlines() if "Commandes enregistrées" in line)
    assert {"/absence", "/accueil", "/aide", "/cra"} <= set(commands.rstrip(".").replace(",", "").split())
    assert ("Tout va bien." in said) is ("\n! " not in said), said


@pytest.mark.newest_only
async def test_without_an_administrator_it_sees_less_and_is_well_too(house: House) -> None:
    code, said = await run_doctor(house.settings)
    assert (code, "✗" in said) == (0, False), said


@pytest.mark.newest_only
async def test_a_bot_that_does_not_run_is_noticed(house: House) -> None:
    await house.stop()
    try:
        code, said = await run_doctor(house.settings)
    finally:
        await house.start()
    assert code == 1
    assert f"le bot ne répond pas à {house.settings.public_url}" in said


@pytest.mark.newest_only
async def test_another_token_than_the_bot_s_is_noticed(house: House) -> None:
    async with serve_answer(web.json_response({"error": "no"}, status=401)) as other:
        await _command(house, url=f"{other}/commands")
        code, said = await run_doctor(house.settings, house.site.admin.token)
        await _command(house, url=f"{house.settings.public_url}/commands")
    assert code == 1
    assert "/aide (autre adresse)" in said
    assert "le bot a refusé l’appel" in said


@pytest.mark.newest_only
async def test_a_server_that_may_not_call_is_noticed(house: House) -> None:
    async with override_settings(house.site.admin, ServiceSettings={"AllowedUntrustedInternalConnections": ""}):
        code, said = await run_doctor(house.settings, house.site.admin.token)
    assert code == 1
    assert "ServiceSettings.AllowedUntrustedInternalConnections" in said


@pytest.mark.newest_only
async def test_missing_commands_are_noticed(house: House) -> None:
    listed = await house.site.admin.get(f"/commands?team_id={house.site.team_id}&custom_only=true")
    aide = next(c for c in listed if c["trigger"] == "aide")
    await house.site.admin.delete(f"/commands/{aide['id']}")
    code, said = await run_doctor(house.settings)
    await house.site.admin.post("/commands", aide | {"id": ""})
    assert code == 1
    assert "/aide (absente)" in said
    assert "cette commande n’existe pas" in said
    assert (await run_doctor(house.settings))[0] == 0


@pytest.mark.newest_only
async def test_rights_and_rooms_are_noted(house: House) -> None:
    admin = house.site.admin
    hidden, narrow = {"ShowEmailAddress": False}, {"MaxUsersPerTeam": 2}
    post_all = override_account_roles(house.site, "system_user system_post_all")
    async with override_settings(admin, PrivacySettings=hidden, TeamSettings=narrow), post_all:
        code, said = await run_doctor(house.settings, admin.token)
    assert code == 1
    assert "system_post_all) : system_user suffit" in said
    assert "ShowEmailAddress" in said
    assert "MaxUsersPerTeam" in said


@pytest.mark.newest_only
async def test_what_addresses_are_worth_is_noted(house: House) -> None:
    admin = house.site.admin
    async with override_settings(admin, EmailSettings={"RequireEmailVerification": True}):
        assert "✓ Le serveur fait vérifier les adresses" in (await run_doctor(house.settings))[1]
    async with override_settings(admin, EmailSettings={"RequireEmailVerification": False}):
        for trust, words in WORTH_OF_ADDRESSES:
            code, said = await run_doctor(house.settings.model_copy(update={"trust_addresses": trust}))
            assert (code, words in said) == (0, True), said


@pytest.mark.newest_only
async def test_a_wrong_token_and_a_wrong_team_are_noticed(house: House) -> None:
    for change, words in (
        ({"bot_token": SecretStr("x" * 26)}, "refuse le jeton"),
        ({"team": "autre-equipe"}, "« autre-equipe » (COOP_TEAM)"),
    ):
        code, said = await run_doctor(house.settings.model_copy(update=change))
        assert code == 1
        assert words in said
        assert "x" * 26 not in said


@pytest.mark.newest_only
async def test_an_administrator_s_token_that_is_none_is_said(house: House) -> None:
    assert "--admin-token : Le serveur Mattermost refuse le jeton" in (await run_doctor(house.settings, "y" * 26))[1]
    own = house.settings.bot_token.get_secret_value()
    assert "réglages du serveur non vérifiés" in (await run_doctor(house.settings, own))[1]


async def _command(house: House, url: str) -> None:
    listed = await house.site.admin.get(f"/commands?team_id={house.site.team_id}&custom_only=true")
    aide = next(c for c in listed if c["trigger"] == "aide")
    await house.site.admin.put(f"/commands/{aide['id']}", aide | {"url": url})


@pytest.mark.newest_only
async def test_a_private_channel_of_others_at_a_planned_address_is_said(house: House, juliette: Person) -> None:
    """The administrator sees it on every server; the bot itself, where it administers the team, on new ones."""
    rooms = [planned for planned in canaux.read().values() if planned.private]
    planned, *_ = [planned for planned in rooms if await _is_free(house, planned.address)]
    body = {"team_id": house.site.team_id, "name": planned.address, "display_name": "À moi", "type": "P"}
    made = await juliette.api.post("/channels", body)
    try:
        code, said = await run_doctor(house.settings, house.site.admin.token)
    finally:
        await house.site.admin.put(f"/channels/{made['id']}/patch", {"name": unique("rendu")})
        await house.site.admin.delete(f"/channels/{made['id']}")
    assert code == 1
    assert f"dont le bot n’est pas membre a l’adresse prévue pour « {planned.name} » (~{planned.address})" in said


async def _is_free(house: House, address: str) -> bool:
    """Whether no channel has it, not even one that another story put away."""
    try:
        await house.site.admin.get(f"/teams/{house.site.team_id}/channels/name/{address}?include_deleted=true")
    except Refused:
        return True
    return False


@pytest.mark.newest_only
async def test_a_limit_for_edits_is_noticed(house: House) -> None:
    async with override_settings(house.site.admin, ServiceSettings={"PostEditTimeLimit": 300}):
        code, said = await run_doctor(house.settings, house.site.admin.token)
    assert code == 1
    assert "ServiceSettings.PostEditTimeLimit à « -1 »" in said


@pytest.mark.newest_only
async def test_a_feature_that_lacks_a_right_is_not_said_to_have_all(house: House) -> None:
    """Neither what it needs nor what it would have besides."""
    async with override_team_role(house.site, leads=False):
        _, said = await run_doctor(house.settings, house.site.admin.token)
    lines = said.splitlines()
    enough = next(line for line in lines if line.startswith("✓ Droits suffisants"))
    lacking = {line[2:].partition(" : ")[0] for line in lines if "coop-bot setup --rights" in line}
    assert lacking
    assert not [name for name in lacking if name in enough]


async def test_a_story_whose_settings_the_environment_fixes_is_skipped() -> None:
    asked = {"AllowedUntrustedInternalConnections": "", "EnableCommands": False}
    async with start_sandbox() as here:
        async with override_settings(here.admin, ServiceSettings=asked):
            assert (await here.admin.get("/config"))["ServiceSettings"].items() >= asked.items()
        assert (await here.admin.get("/config"))["ServiceSettings"]["EnableCommands"] is True

        here.server.config.fixed = {"ServiceSettings": {"AllowedUntrustedInternalConnections": "127.0.0.1"}}
        with pytest.raises(pytest.skip.Exception, match=r"fixes ServiceSettings\.AllowedUntrustedInternalConnections"):
            async with override_settings(here.admin, ServiceSettings=asked):
                raise AssertionError("the story must not be told")
        assert (await here.admin.get("/config"))["ServiceSettings"]["EnableCommands"] is True
        assert await here.ann.get("/config/environment") == {}
