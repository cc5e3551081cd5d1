"""Stories: people are found, written into the register, moved, seen off and brought back, by who may do that."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import select

from storage import people
from storage.people import Person as Registered
from storage.people import Role, Structure, register
from storage.people.transitions import LeftDepartement
from tests.people import Dialog, Person, Post
from tests.support.cra import file_workshop
from tests.support.house import House

SIRET = "73282932000074"


def said(post: Post) -> str:
    """What a post says, with plain spaces."""
    return post.text.replace("\u00a0", " ")


async def row(house: House, person: Person) -> Registered:
    """Somebody as the register has them."""
    async with house.bot.database.transaction(writes=False) as db:
        found = await people.get(db, person.id)
    assert found is not None
    return found


async def left(house: House, person: Person) -> Sequence[str]:
    """The départements that somebody left."""
    async with house.bot.database.transaction(writes=False) as db:
        found = await db.exec(select(LeftDepartement.departement).where(LeftDepartement.person_id == person.id))
        return found.all()


async def leader(house: House, role: Role = Role.ANIMATEUR, *departements: str) -> Person:
    """Somebody who looks after people."""
    person = await house.site.person(role.value)
    await house.registers(person, role, departements=list(departements))
    return person


async def lea_of(house: House, **more: Any) -> Person:
    """Léa Perrin, conseillère in the Rhône."""
    lea = await house.site.person("lea")
    known = {"prenom": "Léa", "nom": "Perrin", "departements": ["69"]}
    await house.registers(lea, Role.CONSEILLER, **(known | more))
    return lea


@pytest.mark.every_mode
async def test_somebody_new_is_written_into_the_register_from_a_window(house: House) -> None:
    agathe, lea = await leader(house), await house.site.person("lea")
    async with house.bot.database.transaction() as db:
        await register.write_structures(db, [Structure(siret=SIRET, nom="Ville de Lyon")])
    form = await agathe.opens(f"/membres ajouter @{lea.username}")
    assert f"@{lea.username}" in form.introduction
    assert "administrateur" not in form.options("role")
    wrong = await form.fill(role="coordinateur", departements="Rhône, 96", siret="732 829 320 00075").submit()
    assert "« 96 » n’est pas un département" in wrong.errors["departements"].replace("\u00a0", " ")
    assert "un chiffre est faux" in wrong.errors["siret"]
    form.fill(prenom="Léa", nom="@all", departements="Rhône, 38", siret=SIRET, arrivee="01/09/2026")
    assert (await form.submit()).accepted

    told = await agathe.whispered("inscription au registre")
    assert "rôle : coordinateur" in said(told)
    assert "@all" not in said(told)
    found = await row(house, lea)
    assert (found.role, found.full_name, found.departements) == (Role.COORDINATEUR, "Léa @all", ["69", "38"])
    assert (found.structure, found.siret, found.arrived_on) == ("Ville de Lyon", SIRET, date(2026, 9, 1))


@pytest.mark.every_mode
async def test_somebody_is_picked_first_where_nobody_is_named(house: House) -> None:
    agathe, lea = await leader(house), await lea_of(house)
    first = await agathe.opens("/membres role")
    await first.picks("personne", lea.username)
    form = await next_step(first)
    assert form.shown(named(form, "role")) == "conseiller"
    assert (await form.fill(**{named(form, "role"): "coordinateur"}).submit()).accepted
    assert "rôle : coordinateur (avant : conseiller numérique)" in said(await agathe.whispered("coordinateur"))
    assert (await row(house, lea)).role is Role.COORDINATEUR


async def next_step(form: Dialog) -> Dialog:
    """The step after, in the same window or by « Continuer »."""
    answer = await form.submit()
    assert not answer.errors, answer
    if form.is_open:
        return form
    return await form.person.opens_by(await form.person.whispered("Il reste une étape"), "Continuer")


def named(form: Dialog, name: str) -> str:
    """What a field is called in this step."""
    (found,) = (n for n in form.names if n == name or n.partition("_")[2] == name)
    return found


async def test_who_is_called_so_is_found_and_shown(house: House) -> None:
    agathe = await leader(house)
    lea = await lea_of(house, structure="Mairie [de](http://x.fr) Lyon", arrived_on=date(2025, 9, 1))
    other = await lea_of(house, nom=f"Perrin-{lea.username}")
    card = await agathe.asks(f"/membres @{lea.username}")
    assert card.buttons == ["Changer le rôle", "Déplacer", "Noter son départ"]
    for words in ("Léa Perrin", "conseiller numérique", "Rhône (69)", "1er septembre 2025"):
        assert words in said(card)
    assert "[de](http" not in said(card)
    alone = await agathe.asks(f"/membres perrin {other.username.partition('-')[2]}")
    assert other.username in said(alone), "the beginnings of words, in any order"

    found = await agathe.asks(f"/membres LEA {lea.username.partition('-')[2]}")
    assert "2 personnes" in said(found)
    await agathe.clicks(found, f"Léa Perrin (@{lea.username})")
    assert "Mairie" in said(await agathe.whispered("Léa Perrin"))
    assert "Personne ne s’appelle « zzzz » au registre" in said(await agathe.asks("/membres zzzz"))
    assert "au registre" in said(await agathe.asks("/membres"))


@pytest.mark.every_mode
async def test_a_role_counts_at_once_and_is_taken_back_by_a_click(house: House) -> None:
    agathe, lea = await leader(house), await lea_of(house)
    assert "réservée" in said(await lea.asks("/membres"))
    told = await agathe.asks(f"/membres role @{lea.username} coordinatrice")
    assert "rôle : coordinateur (avant : conseiller numérique)" in said(told)
    assert "/membres ajouter" in said(await lea.asks("/membres"))

    again = await agathe.asks(f"/membres role @{lea.username} coordinateur")
    assert "Rien à changer" in said(again)
    await agathe.clicks(told, "Annuler")
    assert "de nouveau comme avant" in said(await agathe.whispered("annulé"))
    assert (await row(house, lea)).role is Role.CONSEILLER
    await agathe.clicks(told, "Annuler")
    assert "Rien à changer" in said(await agathe.whispered())
    await house.registers(lea, Role.INVITE, prenom="Léa", nom="Perrin", departements=["69"])
    await agathe.clicks(told, "Annuler")
    assert "a changé entre-temps" in said(await agathe.whispered())
    assert "chef" in said(await agathe.asks(f"/membres role @{lea.username} chef"))
    placed = said(await agathe.asks(f"/membres role @{lea.username} conseiller 01"))
    assert "rôle : conseiller numérique" in placed
    assert "Ain (01)" in placed


@pytest.mark.every_mode
async def test_who_moves_is_told_and_past_reports_stay_where_they_were_made(house: House, juliette: Person) -> None:
    agathe = await leader(house)
    await file_workshop(juliette)
    told = await agathe.asks(f"/membres deplacer @{juliette.username} Isère")
    assert "département : 38 (avant : 69)" in said(told)
    until = house.today + timedelta(days=house.settings.move_grace)
    message = said(await juliette.told("Isère (38)"))
    assert f"jusqu’au {until:%d/%m/%Y}" in message
    assert "Rhône (69)" in message
    assert await left(house, juliette) == ["69"]

    await file_workshop(juliette)
    assert [cra.departement_structure for cra in await house.reports(juliette)] == ["69", "38"]
    await agathe.clicks(told, "Annuler")
    await agathe.whispered("annulé")
    assert (await row(house, juliette)).departements == ["69"]
    assert await left(house, juliette) == ["38"], "nobody left the Rhône"


@pytest.mark.every_mode
async def test_who_leaves_and_comes_back(house: House, juliette: Person) -> None:
    agathe = await leader(house)
    form = await agathe.opens(f"/membres depart @{juliette.username}")
    refused = await form.fill(depart="le 40").submit()
    assert "Écrivez la date" in refused.errors["depart"]
    assert (await form.fill(depart="hier").submit()).accepted
    assert "dernier jour" in said(await agathe.whispered("le compte, les comptes rendus et les messages restent"))
    assert "réservée" in said(await juliette.asks("/cra")), "the role has ended"
    assert "a quitté le réseau" in said(await agathe.asks(f"/membres @{juliette.username}"))

    told = await agathe.asks(f"/membres retour @{juliette.username}")
    assert "retour dans le réseau" in said(told)
    await juliette.opens("/cra")
    assert "Rien à changer" in said(await agathe.asks(f"/membres retour @{juliette.username}"))
    assert (await row(house, juliette)).role is Role.CONSEILLER


async def test_a_departure_is_dated_and_brought_back_from_the_card(house: House, juliette: Person) -> None:
    agathe, day = await leader(house), house.today + timedelta(days=30)
    told = await agathe.asks(f"/membres depart @{juliette.username} {day:%d/%m/%Y}")
    assert f"le {day:%d/%m/%Y}" in said(told)
    await juliette.opens("/cra")
    card = await agathe.asks(f"/membres @{juliette.username}")
    assert card.buttons == ["Changer le rôle", "Déplacer", "Noter son retour"]
    await agathe.clicks(card, "Noter son retour")
    await agathe.whispered("retour dans le réseau")
    assert (await row(house, juliette)).left_on is None
    await house.registers(juliette, Role.CONSEILLER, departements=["69"], arrived_on=house.today)
    before = await agathe.asks(f"/membres depart @{juliette.username} 01/02/2026")
    assert "vient avant l’arrivée" in said(before)
    await agathe.asks(f"/membres depart @{juliette.username} hier")
    form = await agathe.opens(f"/membres ajouter @{juliette.username}")
    assert (await form.submit()).accepted
    await agathe.whispered("retour dans le réseau")
    assert (await row(house, juliette)).left_on is None, "who is added again is back"


async def test_a_coordinateur_looks_after_their_own_departements(house: House) -> None:
    carl = await leader(house, Role.COORDINATEUR, "69", "01")
    lea, paul, new = await lea_of(house), await lea_of(house, departements=["13"]), await house.site.person("new")
    gus = await leader(house, Role.HOTLINE, "69")
    form = await carl.opens(f"/membres ajouter @{new.username}")
    assert set(form.options("role")) == {"conseiller", "coordinateur", "invite"}
    outside = await form.fill(role="conseiller", departements="13").submit()
    assert "Vos départements : Rhône (69) et Ain (01)." in outside.error.replace("\u00a0", " ")
    assert (await form.fill(departements="01").submit()).accepted
    await carl.whispered("inscription au registre")

    assert "avant : 69" in said(await carl.asks(f"/membres deplacer @{lea.username} 01"))
    for line, reason in (
        (f"/membres role @{lea.username} animateur", "ne donne ni ne retire ce rôle"),
        (f"/membres role @{lea.username} hotline", "ne donne ni ne retire ce rôle"),
        (f"/membres depart @{gus.username} hier", "ne donne ni ne retire ce rôle"),
        (f"/membres deplacer @{lea.username} 38", "demandez à un animateur"),
        (f"/membres depart @{paul.username} hier", "n’est pas de votre département"),
        (f"/membres @{paul.username}", "n’est pas de votre département"),
        (f"/membres {paul.username}", "dans vos départements"),
        (f"/membres role @{carl.username} hotline", "vous-même votre rôle"),
        (f"/membres deplacer @{carl.username} 69", "vous-même votre rôle"),
    ):
        assert reason in said(await carl.asks(line)), line
    assert (await row(house, lea)).role is Role.CONSEILLER
    assert (await row(house, paul)).left_on is None
    agathe = await leader(house, Role.ANIMATEUR, "69")
    assert "équipe d’animation" in said(await carl.asks(f"/membres depart @{agathe.username} hier"))


async def test_an_administrateur_s_role_is_changed_by_an_administrateur_only(house: House) -> None:
    agathe, ada, bob = await leader(house), await leader(house, Role.ADMINISTRATEUR), await lea_of(house)
    for line in (
        f"/membres role @{ada.username} conseiller",
        f"/membres depart @{ada.username} hier",
        f"/membres role @{bob.username} administrateur",
    ):
        assert "que par un administrateur" in said(await agathe.asks(line)), line
    assert "vous-même votre rôle" in said(await agathe.asks(f"/membres role @{agathe.username} hotline"))
    assert "administrateur" in said(await ada.asks(f"/membres role @{bob.username} admin"))
    assert (await row(house, bob)).role is Role.CONSEILLER, "another approves it first"


async def test_a_window_gives_no_role_that_its_person_may_give_no_more(house: House) -> None:
    agathe, lea = await leader(house), await lea_of(house)
    form = await agathe.opens(f"/membres role @{lea.username}")
    await house.registers(agathe, Role.COORDINATEUR, departements=["69"])
    answer = await form.fill(role="animateur").submit()
    assert "ne pouvez pas" in answer.errors["role"]
    await house.registers(agathe, Role.CONSEILLER)
    assert "réservée" in (await form.fill(role="invite").submit()).error
    assert (await row(house, lea)).role is Role.CONSEILLER


async def test_nobody_of_that_name_and_bots_are_explained(house: House) -> None:
    agathe = await leader(house)
    assert "Personne ne s’appelle @nulle" in said(await agathe.asks("/membres role @nulle-part-ici conseiller"))
    async with house.bot.database.transaction(writes=False):
        me = await house.bot.chat.me()
    assert "est un bot" in said(await agathe.asks(f"/membres role @{me.username} conseiller"))


async def test_who_follows_mattermost_is_registered_by_their_first_role(house: House) -> None:
    agathe, new = await leader(house), await house.site.person("new")
    card = await agathe.asks(f"/membres @{new.username}")
    assert "Le rôle suit Mattermost : agent invité" in said(card)
    told = await agathe.asks(f"/membres role @{new.username} conseiller")
    assert "inscription au registre" in said(told)
    assert (await row(house, new)).role is Role.CONSEILLER
    await new.opens("/cra")
