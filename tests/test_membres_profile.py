"""Stories: under the welcome, what the register does not know is said; what is done is ticked."""

import pytest

from bot.features import Key
from storage import people
from storage.people import Person as Registered
from storage.people import Role, arrivals
from storage.people.arrivals import Wish
from tests.people import Person, Post, unique
from tests.support.cra import file_workshop
from tests.support.house import DOMAIN, House, plain
from tests.support.membership import join_team, open_house, welcoming

__all__ = ["open_house", "welcoming"]


TICK: Key = ("job", "membres.tick")


async def row(house: House, person: Person) -> Registered | None:
    """Somebody as the register has them, if it does."""
    async with house.bot.database.transaction(writes=False) as db:
        return await people.get(db, person.id)


async def comes(house: House, person: Person) -> Post:
    """Somebody comes into the team, and is welcomed."""
    person.acts()
    await join_team(house, person)
    message = await person.told("Bienvenue")
    await house.settled()
    return message


@pytest.mark.every_mode
async def test_a_newcomer_says_who_they_are_and_a_leader_where_they_work(open_house: House) -> None:
    house = open_house
    agathe, boris = await house.someone(Role.ANIMATEUR, "aab-agathe"), await house.someone(Role.ANIMATEUR, "aab-boris")
    lea = await house.site.person("lea", domain=DOMAIN, in_team=False)
    message = await comes(house, lea)
    assert "1. Complétez votre profil d’un clic" in plain(message)
    form = await lea.opens_by(message, "Compléter mon profil")
    assert form.names == ["prenom", "nom", "structure", "departements"]
    agathe.acts()
    sent = form.fill(prenom="Léa", nom="Perrin", structure="Mairie de Bron", departements="69")
    assert (await sent.submit()).accepted
    assert "Votre département est demandé" in plain(await lea.told("C’est noté"))
    found = await row(house, lea)
    assert found
    assert (found.full_name, found.structure, found.departements) == ("Léa Perrin", "Mairie de Bron", [])

    asked = await agathe.told("dit travailler")
    assert f"Léa Perrin (@{lea.username}) dit travailler dans Rhône (69)" in plain(asked)
    assert asked.buttons == ["C’est exact", "Ce n’est pas exact"]
    await house.settled()
    form = await lea.opens_by(message, "Compléter mon profil")
    assert form.names == ["departements"]
    assert (await form.fill(departements="69").submit()).accepted
    await house.settled()
    assert len([post for post in await agathe.direct() if "dit travailler" in post.text]) == 1, "asked once"

    lea.acts()
    await agathe.clicks(asked, "C’est exact")
    assert f"✅ confirmé par @{agathe.username}" in plain(await agathe.rewritten(asked, "confirmé"))
    assert "vous travaillez dans Rhône (69)" in plain(await lea.told("confirmé"))
    found = await row(house, lea)
    assert found
    assert found.departements == ["69"]
    await house.settled()
    shown = await lea.sees(message)
    assert "✅ Votre profil est complet" in plain(shown)
    assert shown.buttons == ["Lire la charte", "J’accepte la charte"]
    (also,) = [post for post in await boris.direct() if "dit travailler" in post.text]
    assert also.buttons == []


@pytest.mark.both_databases
async def test_a_coordinateur_answers_for_their_own_departement(open_house: House) -> None:
    house = open_house
    omar, nina = await house.site.person("omar"), await house.site.person("nina")
    await house.registers(omar, Role.COORDINATEUR, departements=["69"])
    await house.registers(nina, Role.COORDINATEUR, departements=["38"])
    lea = await house.site.person("lea", domain=DOMAIN, in_team=False)
    message = await comes(house, lea)
    omar.acts()
    form = await lea.opens_by(message, "Compléter mon profil")
    assert (await form.fill(departements="69").submit()).accepted
    asked = await omar.told("dit travailler")
    await house.settled()
    lea.acts()
    await omar.clicks(asked, "Ce n’est pas exact")
    assert f"@{omar.username} a répondu non" in plain(await omar.rewritten(asked, "a répondu non"))
    assert f"@{omar.username} n’a pas confirmé" in plain(await lea.told("confirmé"))
    assert not [post for post in await nina.direct() if "dit travailler" in post.text]
    found = await row(house, lea)
    assert found
    assert found.departements == []
    omar.acts()
    form = await lea.opens_by(message, "Compléter mon profil")
    assert (await form.fill(departements="69").submit()).accepted
    await omar.told("dit travailler")


async def test_what_the_register_says_is_neither_asked_nor_changed(open_house: House) -> None:
    house = open_house
    lea = await house.site.person("lea", in_team=False)
    place = {"departements": ["38"], "structure": "Mairie de Bron", "prenom": "Léa"}
    await house.registers(lea, Role.CONSEILLER, **place)
    message = await comes(house, lea)
    form = await lea.opens_by(message, "Compléter mon profil")
    assert form.names == ["nom"]
    forged = {"nom": "Perrin", "prenom": "Zoé", "structure": "Autre", "departements": "69"}
    assert (await form.send(forged)).accepted
    found = await row(house, lea)
    assert found
    assert (found.full_name, found.structure, found.departements) == ("Léa Perrin", "Mairie de Bron", ["38"])
    async with house.bot.database.transaction(writes=False) as db:
        assert await db.get(Wish, lea.id) is None
    told = await lea.told("C’est noté")
    assert told.buttons == ["Dire ce que je sais faire"]
    lea.acts()
    await lea.clicks(told, "Dire ce que je sais faire")
    assert "Votre fiche dans l’annuaire" in plain(await lea.told("fiche"))


async def test_where_the_directory_is_off_nothing_leads_to_it(open_house: House) -> None:
    house = open_house
    house.settings = house.settings.model_copy(update={"features": ("-annuaire",)})
    await house.restart()
    lea = await house.site.person("lea", domain=DOMAIN, in_team=False)
    message = await comes(house, lea)
    form = await lea.opens_by(message, "Compléter mon profil")
    assert (await form.fill(prenom="Léa").submit()).accepted
    assert (await lea.told("C’est noté")).buttons == []


async def test_a_guest_and_an_animateur_are_asked_for_less(open_house: House) -> None:
    house = open_house
    paul, agathe = [await house.site.person(name, in_team=False) for name in ("paul", "aab-agathe")]
    welcome = await comes(house, paul)
    assert welcome.buttons == ["Demander mon accès", "Lire la charte", "J’accepte la charte"]
    assert "Vos canaux" not in plain(welcome), "who is in no register is put into no channel"
    await house.registers(agathe, Role.ANIMATEUR)
    form = await agathe.opens_by(await comes(house, agathe), "Compléter mon profil")
    assert form.names == ["prenom", "nom"]


async def test_of_an_empty_card_it_is_never_said_that_nothing_is_missing(open_house: House) -> None:
    """Who clicks an old button when name and place are known is asked what they can do; who said it is done."""
    house = open_house
    lea = await house.site.person("lea", domain=DOMAIN, in_team=False)
    message = await comes(house, lea)
    place = {"departements": ["69"], "structure": "Mairie de Bron", "prenom": "Léa", "nom": "Perrin"}
    await house.registers(lea, Role.CONSEILLER, **place)
    lea.acts()
    await lea.clicks(message, "Compléter mon profil")
    told = await lea.told("Votre nom et votre place sont connus")
    assert "Il ne manque rien" not in plain(told)
    form = await lea.opens_by(await lea.asks("/profil"), "Modifier")
    assert (await form.fill(mots="Scratch").submit()).accepted
    lea.acts()
    await lea.clicks(message, "Compléter mon profil")
    assert "Il ne manque rien à votre profil" in plain(await lea.told("profil"))


@pytest.mark.both_databases
async def test_the_first_compte_rendu_is_ticked_within_the_hour(open_house: House) -> None:
    house = open_house
    lea = await house.site.person("lea", in_team=False)
    place = {"departements": ["69"], "structure": "Mairie de Bron", "prenom": "Léa", "nom": "Perrin"}
    await house.registers(lea, Role.CONSEILLER, **place)
    message = await comes(house, lea)
    assert "✅ Votre profil est complet" in plain(message)
    await house.bot.runs.run(TICK, unique("heure"))
    await house.settled()
    assert "bravo" not in plain(await lea.sees(message))
    await file_workshop(lea)
    lea.acts()
    await house.bot.runs.run(TICK, unique("heure"))
    assert "3. ✅ Tapez `/cra`" in plain(await lea.rewritten(message, "bravo"))
    async with house.bot.database.transaction(writes=False) as db:
        found = await arrivals.get_welcome(db, lea.id)
    assert found
    assert found.filed_at is not None
