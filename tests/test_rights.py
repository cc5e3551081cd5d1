"""The rights of the bot’s account: what the features that are on need is said, given, examined, never taken back."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.features import Feature, Right
from commands import FEATURES
from tests.modes import MODES
from tests.people import unique
from tests.support.house import House
from tests.support.mattermost import override_account_roles, override_team_role
from tests.support.workplace import FreshServer, elsewhere, newest, run_doctor, start_fresh

__all__ = ["elsewhere", "newest"]


PLAIN = tuple(feature for feature in FEATURES if not feature.wishes)
"""Those for which a plain member will do."""
MODERATION = Feature("surveillance", rights=(Right.MEMBER, Right.ADD_MEMBERS, Right.REMOVE_MESSAGES))
CHANNELS = Feature("salons", rights=(Right.MEMBER, Right.ADMINISTER_CHANNELS))
HOTLINE = Feature("support", rights=(Right.MEMBER, Right.IN_CHANNELS), channels=lambda _: ("hotline", ""))
OURS = "aide, cra, stats, hotline, ressources, membres, annuaire, actus, agenda, rdv, annonce, sondage, idees, visio"
"""All that need a right, but the last of them."""
MORE = (*PLAIN, MODERATION, CHANNELS)
NOTHING = ["Rien à changer."]
TOO_MUCH = "@coop a plus de droits qu’il n’en faut : il administre l’équipe"


@pytest.fixture(params=MODES)
async def server(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[FreshServer]:
    async for found in start_fresh(request.param, tmp_path):
        yield found


async def leads(server: FreshServer) -> bool:
    """Whether the bot administers the team."""
    bot = await server.admin.get("/users/username/coop")
    member = await server.admin.get(f"/teams/{server.team_id}/members/{bot['id']}")
    return bool(member["scheme_admin"])


def changes(server: FreshServer) -> list[str]:
    """What set-up said of what it did."""
    return [line for line in server.said if not line.startswith("Droit demandé")]


def test_a_feature_needs_nothing_unless_it_says_so() -> None:
    assert Feature("essai").rights == ()
    needs = {feature.name: feature.rights for feature in FEATURES if feature.rights}
    assert {feature.name: feature.wishes for feature in FEATURES if feature.wishes} == {
        "canaux": [Right.ADMINISTER_CHANNELS],
        "moderation": [Right.REMOVE_MESSAGES],
    }
    assert needs == {
        "aide": (Right.MEMBER,),
        "cra": (Right.MEMBER,),
        "stats": (Right.MEMBER,),
        "hotline": (Right.MEMBER, Right.ADD_MEMBERS),
        "ressources": (Right.MEMBER,),
        "actus": (Right.MEMBER,),
        "agenda": (Right.MEMBER,),
        "rdv": (Right.MEMBER,),
        "canaux": (Right.MEMBER, Right.ADD_MEMBERS),
        "membres": (Right.MEMBER,),
        "annuaire": (Right.MEMBER,),
        "annonce": (Right.MEMBER,),
        "sondage": (Right.MEMBER,),
        "idees": (Right.MEMBER,),
        "kit": (Right.MEMBER,),
        "visio": (Right.MEMBER,),
        "moderation": (Right.MEMBER, Right.ADD_MEMBERS),
        "garde": (Right.MEMBER,),
        "chercher": (Right.MEMBER,),
    }


async def test_who_counts_activities_stays_a_plain_member(server: FreshServer) -> None:
    assert await server.setup(PLAIN, rights=True) == 0
    assert server.said[0] == f"Droit demandé : être membre de l’équipe, pour {OURS}, garde, kit et chercher."
    assert not await leads(server)
    assert await server.setup(PLAIN, rights=True) == 0
    assert changes(server) == NOTHING


async def test_what_a_feature_does_without_is_no_fault_and_given_when_asked(server: FreshServer) -> None:
    assert await server.setup() == 0
    assert not any("moderation" in line for line in server.said)
    assert not await leads(server)
    assert await server.setup(rights=True) == 0
    assert "Droit demandé : retirer les messages des autres, pour moderation." in server.said
    assert await leads(server)
    assert await server.setup(rights=True) == 0
    assert changes(server) == NOTHING


async def test_channels_are_administered_where_nothing_is_moderated(newest: FreshServer) -> None:
    canaux = [feature for feature in FEATURES if feature.name == "canaux"]
    assert await newest.setup(canaux, rights=True) == 0
    assert "Droit demandé : administrer les canaux, pour canaux." in newest.said
    assert await leads(newest)


async def test_what_more_is_needed_is_said_with_its_reasons_then_given(server: FreshServer) -> None:
    assert await server.setup(MORE) == 1
    assert (
        "À régler : surveillance : le bot doit retirer les messages des autres ; sans cela, un message signalé reste "
        "visible. Relancez avec --rights pour l’accorder." in server.said
    )
    assert not any("ajouter des personnes" in line for line in server.said), "any member may"
    assert not await leads(server)
    assert await server.setup(MORE, rights=True, dry_run=True) == 0
    assert "Bot @coop administrateur de l’équipe CnFS : à nommer" in server.said
    assert not await leads(server)
    assert await server.setup(MORE, rights=True) == 0
    reasons = [line for line in server.said if line.startswith("Droit demandé")]
    assert "Droit demandé : administrer les canaux, pour salons." in reasons
    assert "Droit demandé : retirer les messages des autres, pour surveillance." in reasons
    given = server.said.index("Bot @coop administrateur de l’équipe CnFS : nommé")
    assert given > max(server.said.index(reason) for reason in reasons)
    assert await leads(server)
    assert await server.setup(MORE) == 0
    assert server.said == NOTHING


async def test_a_fresh_bot_gets_all_at_once(server: FreshServer) -> None:
    assert await server.setup(MORE, rights=True, dry_run=True) == 0
    assert "Bot @coop administrateur de l’équipe CnFS : à nommer" in server.said
    assert await server.setup(MORE, rights=True) == 0
    assert await leads(server)


async def test_nothing_is_taken_back_but_it_is_said(server: FreshServer) -> None:
    await server.setup(MORE, rights=True)
    server.file.write_text(server.file.read_text("utf-8") + "COOP_FEATURES=-surveillance,-salons\n")
    for rights in (False, True):
        assert await server.setup(MORE, rights=rights) == 0
        assert any(line.startswith(f"À savoir : {TOO_MUCH}") for line in server.said)
        assert await leads(server)


async def test_a_channel_in_which_the_bot_must_be(server: FreshServer) -> None:
    features = (*PLAIN, HOTLINE)
    assert await server.setup(features, rights=True) == 1
    assert any("support : le bot doit être membre de ses canaux (~hotline)" in line for line in server.said)
    assert any("Créez ce canal" in line for line in server.said)
    room = {"team_id": server.team_id, "name": "hotline", "display_name": "Hotline", "type": "P"}
    channel = await server.admin.post("/channels", room)
    assert await server.setup(features) == 1
    assert await server.setup(features, rights=True) == 0
    assert "Bot @coop dans le canal ~hotline : ajouté" in server.said
    assert not await leads(server)
    bot = await server.admin.get("/users/username/coop")
    await server.admin.get(f"/channels/{channel['id']}/members/{bot['id']}")
    assert await server.setup(features) == 0
    assert server.said == NOTHING


async def test_what_a_server_gives_to_nobody_is_said(newest: FreshServer) -> None:
    """Its administrator took it from those who administer a team."""
    role = await newest.admin.get("/roles/name/team_admin")
    left = [name for name in role["permissions"] if name != "delete_others_posts"]
    await newest.admin.put(f"/roles/{role['id']}/patch", {"permissions": left})
    assert await newest.setup(MORE, rights=True) == 1
    (line,) = [line for line in newest.said if line.startswith("À régler")]
    assert "surveillance : le bot doit retirer les messages des autres" in line
    assert "Permissions : delete_others_posts" in line


@pytest.mark.every_mode
async def test_doctor_says_by_feature_what_is_missing_and_what_does_not_work(house: House) -> None:
    async with override_team_role(house.site, leads=False):
        code, said = await run_doctor(house.settings, features=(*MORE, HOTLINE))
        plain = await run_doctor(house.settings, features=PLAIN)
        wished = await run_doctor(house.settings)
    assert code == 1
    assert "✗ surveillance : le bot doit retirer les messages des autres ; sans cela, un message signalé reste" in said
    assert "✗ salons : le bot doit administrer les canaux ; sans cela, aucun canal n’est restauré" in said
    assert "✗ support : le bot doit être membre de ses canaux (~hotline) ; sans cela, le bot n’y lit" in said
    assert f"✓ Droits suffisants pour {OURS}, garde, kit, chercher." in said
    assert "« coop-bot setup --rights »" in said
    assert f"✓ Droits suffisants pour {OURS}, garde, kit, chercher." in plain[1]
    assert "! moderation : le bot doit retirer les messages des autres ; sans cela, un message signalé" in wished[1]
    assert "! canaux : le bot doit administrer les canaux ; sans cela, aucun canal n’est restauré" in wished[1]


@pytest.mark.every_mode
async def test_doctor_notes_what_is_more_than_needed(house: House) -> None:
    async with override_team_role(house.site, leads=True):
        plain = await run_doctor(house.settings, features=PLAIN)
        more = await run_doctor(house.settings, features=MORE)
    assert (plain[0], "a plus de droits qu’il n’en faut : il administre l’équipe" in plain[1]) == (0, True), plain[1]
    assert "surveillance, salons" in more[1]
    assert "plus de droits" not in more[1]


@pytest.mark.newest_only
async def test_a_bot_that_may_do_all_lacks_nothing(house: House) -> None:
    async with override_account_roles(house.site, "system_user system_admin"):
        _, said = await run_doctor(house.settings, features=MORE)
    assert "surveillance, salons" in said
    assert "(system_admin) : system_user suffit" in said


@pytest.mark.newest_only
async def test_who_is_not_in_the_team_can_do_nothing(house: House) -> None:
    code, said = await run_doctor(house.settings.model_copy(update={"team": unique("autre")}), features=PLAIN)
    assert code == 1
    assert f"rien ne marche de {OURS}, garde, kit et chercher" in said
