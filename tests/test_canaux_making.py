"""Thematic channels made, renamed, put away and brought back in chat; who may write; who is let in by name."""

from collections.abc import AsyncIterator

import pytest

from storage import canaux
from storage.canaux import list_allowances
from storage.journal import AuditAct
from storage.people import Role
from tests.people import Person, Refused, unique
from tests.support.house import House, wait_for
from tests.support.mattermost import override_team_role

pytestmark = pytest.mark.every_mode


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


@pytest.fixture
async def agathe(house: House) -> AsyncIterator[Person]:
    """Animatrice; what she makes of the table of channels is forgotten."""
    yield await house.someone(Role.ANIMATEUR, "agathe")
    async with house.bot.database.transaction() as db:
        for key in await canaux.list_planned(db, house.settings, archived=True):
            if key.startswith("libre:"):
                await canaux.forget_channel(db, key)
                await canaux.amend_channel(db, key, "", house.clock(), address="", archived="")


@pytest.fixture
async def leading(house: House) -> AsyncIterator[None]:
    """The bot administers the team, as restoring takes."""
    async with override_team_role(house.site, leads=True):
        yield


@pytest.fixture
async def plain_member(house: House) -> AsyncIterator[None]:
    """The bot administers nothing."""
    async with override_team_role(house.site, leads=False):
        yield


async def made(house: House, agathe: Person, name: str) -> str:
    """A channel that she makes; its id."""
    form = await agathe.opens("/canaux creer")
    assert (await form.fill(nom=name, sujet="Parler de ce qui se répare.", entete="Bienvenue !").submit()).accepted
    await agathe.told(f"Le canal **{name}** est créé")
    return str((await channel(house, name))["id"])


async def channel(house: House, name: str) -> dict[str, object]:
    address = name.lower().replace(" ", "-")
    path = f"/teams/{house.site.team_id}/channels/name/{address}?include_deleted=true"
    found: dict[str, object] = await house.site.admin.get(path)
    return found


@pytest.mark.usefixtures("leading")
async def test_a_channel_is_made_renamed_put_away_and_brought_back(
    house: House, agathe: Person, juliette: Person
) -> None:
    name = unique("Atelier")
    channel_id = await made(house, agathe, name)
    there = await channel(house, name)
    assert (there["display_name"], there["purpose"], there["type"]) == (name, "Parler de ce qui se répare.", "O")
    await wait_for(lambda: _is_in(house, channel_id, agathe))
    assert name in (await juliette.asks("/canaux")).text, "each finds it"

    form = await agathe.opens(f"/canaux renommer {name}")
    await form.fill(nom=f"{name} bis").submit()
    await wait_for(lambda: _is_called(house, name, f"{name} bis"))
    form = await agathe.opens(f"/canaux archiver {name} bis")
    await form.fill(raison="plus personne n’y vient").submit()
    await wait_for(lambda: _is_archived(house, name, archived=True))
    assert name not in (await juliette.asks("/canaux")).text
    told = await juliette.asks(f"/canaux rejoindre {name} bis")
    assert f"**{name} bis** est archivé (plus personne n’y vient)" in plain(told.text)
    assert "est archivé" in plain((await juliette.asks(f"/canaux quitter {name} bis")).text)

    form = await agathe.opens("/canaux creer")
    refused = await form.fill(nom=name, sujet="La même chose.").submit()
    assert "Un canal archivé a déjà cette adresse" in refused.errors["nom"]

    listed = await agathe.asks("/canaux restaurer")
    assert "plus personne n’y vient" in listed.text
    await agathe.asks(f"/canaux restaurer {name} bis")
    await wait_for(lambda: _is_archived(house, name, archived=False))
    assert "n’est archivé" in (await agathe.asks("/canaux restaurer")).text


@pytest.mark.usefixtures("leading")
async def test_what_somebody_archived_in_mattermost_is_brought_back_too(house: House, agathe: Person) -> None:
    name = unique("Reserve")
    channel_id = await made(house, agathe, name)
    await house.site.admin.delete(f"/channels/{channel_id}")

    async def is_listed() -> bool:
        return "archivé à la main" in plain((await agathe.asks("/canaux restaurer")).text)

    await wait_for(is_listed)
    await agathe.asks(f"/canaux restaurer {name}")
    await wait_for(lambda: _is_archived(house, name, archived=False))
    assert "Ce canal n’est pas archivé" in (await agathe.asks(f"/canaux restaurer {name}")).text
    undo = await agathe.asks("/canaux annuler")
    assert f"**{name}** : restauré à la main" in plain(undo.text), "what would be undone is said"


async def test_a_repair_is_in_the_journal_of_its_channel_by_who_clicked(house: House, agathe: Person) -> None:
    name = unique("Suivi")
    channel_id = await made(house, agathe, name)
    await house.site.admin.put(f"/channels/{channel_id}/patch", {"display_name": "Autre"})
    await agathe.asks(f"/canaux verifier {name}")
    card = await agathe.told("pas comme prévu")
    await agathe.clicks(card, "Réparer")
    await agathe.rewritten(card, "réparés")
    told = plain((await agathe.asks(f"/moderer journal {name}")).text)
    assert f"@{agathe.username} : {AuditAct.CHANNEL_REPAIR.label}" in told


async def test_the_missing_channels_of_departements_are_looked_for(house: House, agathe: Person) -> None:
    begun = await agathe.asks("/canaux creer departements")
    assert "tous les canaux des départements" in plain(begun.text)
    await house.settled()


async def _is_in(house: House, channel_id: str, person: Person) -> bool:
    return await house.bot.chat.channel_member(channel_id, person.id) is not None


async def _is_called(house: House, name: str, title: str) -> bool:
    return (await channel(house, name))["display_name"] == title


async def _is_archived(house: House, name: str, *, archived: bool) -> bool:
    return bool((await channel(house, name))["delete_at"]) is archived


@pytest.mark.usefixtures("plain_member")
async def test_what_the_bot_may_not_restore_stays_put_away(house: House, agathe: Person) -> None:
    name = unique("Clos")
    await made(house, agathe, name)
    form = await agathe.opens(f"/canaux archiver {name}")
    await form.fill(raison="fini").submit()
    await wait_for(lambda: _is_archived(house, name, archived=True))
    await agathe.asks(f"/canaux restaurer {name}")
    assert "le bot n’en a pas le droit" in (await agathe.told("n’a pas pu être fait")).text
    assert name in (await agathe.asks("/canaux restaurer")).text


async def test_a_namesake_is_told_apart_and_nothing_is_made_twice(house: House, agathe: Person) -> None:
    name = unique("Doublon")
    body = {"team_id": house.site.team_id, "name": name.lower(), "display_name": "Déjà là", "type": "O"}
    await house.site.admin.post("/channels", body)
    form = await agathe.opens(f"/canaux creer {name}")
    refused = await form.fill(sujet="Un autre.").submit()
    assert "« Déjà là » a déjà cette adresse" in plain(refused.errors["nom"])
    form = await agathe.opens("/canaux creer")
    assert "n’a ni lettre ni chiffre" in (await form.fill(nom="…!?", sujet="x").submit()).errors["nom"]


@pytest.mark.usefixtures("leading")
async def test_a_private_namesake_that_the_server_shows_the_bot_is_not_named(
    house: House, agathe: Person, juliette: Person
) -> None:
    if house.site.version < (11, 0):
        pytest.skip("older servers do not show it")
    name = unique("Secret")
    body = {"team_id": house.site.team_id, "name": name.lower(), "display_name": "À moi seule", "type": "P"}
    await juliette.api.post("/channels", body)
    form = await agathe.opens("/canaux creer")
    refused = (await form.fill(nom=name, sujet="Le mien.").submit()).errors["nom"]
    assert "Un canal privé a déjà cette adresse" in refused
    assert "À moi seule" not in refused


@pytest.mark.usefixtures("plain_member")
async def test_a_private_namesake_that_the_bot_cannot_see(house: House, agathe: Person, juliette: Person) -> None:
    name = unique("Secret")
    body = {"team_id": house.site.team_id, "name": name.lower(), "display_name": "À moi", "type": "P"}
    await juliette.api.post("/channels", body)
    form = await agathe.opens("/canaux creer")
    await form.fill(nom=name, sujet="Le mien.").submit()
    told = await agathe.told("n’a pas pu être fait")
    assert "un canal que le bot ne voit pas a déjà cette adresse" in told.text
    assert name not in (await agathe.asks("/canaux")).text


async def test_it_is_undone_as_the_rest(house: House, agathe: Person) -> None:
    name = unique("Essai")
    await made(house, agathe, name)
    asked = await agathe.asks("/canaux annuler")
    assert "sera archivé, pas supprimé" in plain(asked.text)
    await agathe.clicks(asked, "Annuler ces changements")
    await wait_for(lambda: _is_archived(house, name, archived=True))
    await house.settled()
    assert name not in (await agathe.asks("/canaux")).text


async def test_who_may_write_is_said_with_what_the_server_lets_one_change(house: House, agathe: Person) -> None:
    omar = await house.site.person("omar")
    await house.registers(omar, Role.COORDINATEUR, departements=["976"])
    told = plain((await agathe.asks("/canaux droits Mayotte")).text)
    assert "Ses membres, et eux seuls" in told
    assert f"@{omar.username}" in told
    assert "demande une licence de Mattermost, que ce serveur n’a pas" in told
    assert "De quel canal" in (await agathe.asks("/canaux droits")).text


async def test_the_departements_keep_their_names_and_stay(house: House, agathe: Person) -> None:
    await made(house, agathe, unique("Encore"))
    assert "garde son nom" in (await agathe.asks("/canaux renommer 69")).text
    assert "Seuls les canaux thématiques" in (await agathe.asks("/canaux archiver 69")).text
    with pytest.raises(Refused):
        await channel(house, "nulle-part")


async def test_an_exception_is_listed_and_ended(house: House, agathe: Person, juliette: Person) -> None:
    allowed = canaux.Allowance(key="departement:38", user_id=juliette.id, is_in=True, by=agathe.id, at=house.clock())
    async with house.bot.database.transaction() as db:
        await canaux.allow(db, [allowed])
    listed = await agathe.asks("/canaux exceptions")
    assert f"@{juliette.username} : admis dans **38 - Isère**" in plain(listed.text)
    await agathe.clicks(listed, f"@{juliette.username}, 38 - Isère")

    async def is_over() -> bool:
        async with house.bot.database.transaction(writes=False) as db:
            return not await list_allowances(db)

    await wait_for(is_over)
    assert "Aucune exception" in (await agathe.asks("/canaux exceptions")).text
