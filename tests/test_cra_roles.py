"""Stories: who may file reports, and how everybody else is told, kindly, whom to ask."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from storage.people import Role
from tests.people import PASSWORD, Dialog, Person
from tests.support.cra import file_workshop, fill_workshop
from tests.support.house import DOMAIN, House
from tests.support.security import Attacker

COMMANDS = ("/cra", "/cra liste", "/cra modifier 1", "/cra atelier 8p 1h mail", "/cra brouillon", "/cra aide")
OTHERS = (Role.COORDINATEUR, Role.ANIMATEUR, Role.INVITE)


@pytest.mark.parametrize("role", OTHERS)
async def test_others_are_refused_kindly_and_told_whom_to_ask(house: House, role: Role) -> None:
    agathe = await house.someone(Role.ANIMATEUR, "agathe")
    person = await house.someone(role, "autre")
    for line in COMMANDS:
        text = (await person.asks(line)).text
        assert "conseillers numériques" in text.replace("\u00a0", " ")
        assert role.label in text
        assert "@" in text, "an animateur is named"
        assert "/aide" in text
    assert await house.reports(person) == []
    assert agathe.username


async def test_the_refusal_names_a_known_animateur(house: House) -> None:
    await house.someone(Role.ANIMATEUR, "aaa-agathe")
    ines = await house.someone(Role.INVITE, "ines")

    assert "@aaa-agathe" in (await ines.asks("/cra")).text


@pytest.mark.every_mode
async def test_someone_unknown_with_an_address_of_the_reseau_is_a_conseiller(house: House) -> None:
    nouveau = await house.site.person("nouveau", domain=DOMAIN)
    await file_workshop(nouveau, commune="64000 Pau")

    (cra,) = await house.reports(nouveau)
    assert (cra.departement_structure, cra.structure) == ("64", None)


async def test_the_case_of_an_address_does_not_matter_its_domain_does(house: House) -> None:
    majuscules = await house.site.person("majuscules", domain=DOMAIN.upper())
    assert isinstance(await majuscules.types("/cra"), Dialog)
    for domain in (f"faux-{DOMAIN}", f"{DOMAIN}.exemple.fr", "exemple.fr"):
        imposteur = await house.site.person("imposteur", domain=domain)
        assert not isinstance(await imposteur.types("/cra"), Dialog), domain


@asynccontextmanager
async def verifying(house: House, *, on: bool) -> AsyncIterator[None]:
    """For a while the server makes people prove their addresses, or does not; the bot looks at it anew."""
    if house.sandbox is None:
        pytest.skip("a real server’s settings are left alone")
    await _verify(house, on=on)
    try:
        yield
    finally:
        await _verify(house, on=True)


async def _verify(house: House, *, on: bool) -> None:
    await house.site.admin.put("/config/patch", {"EmailSettings": {"RequireEmailVerification": on}})
    await house.restart()


async def calls_herself_a_conseillere(house: House) -> Person:
    """Somebody who gives herself an address of the réseau, as any account may."""
    ruth = await house.site.person("ruth", domain="exemple.fr")
    await ruth.api.put("/users/me/patch", {"email": f"{ruth.username}@{DOMAIN}", "password": PASSWORD})
    return ruth


@pytest.mark.every_mode
@pytest.mark.parametrize("on", [True, False])
async def test_nobody_makes_themselves_a_conseiller_by_an_address(house: House, on: bool) -> None:
    async with verifying(house, on=on):
        ruth = await calls_herself_a_conseillere(house)
        assert (await house.site.admin.get(f"/users/{ruth.id}"))["email"].endswith(DOMAIN) is not on
        assert Role.INVITE.label in (await ruth.asks("/cra")).text


async def test_the_register_names_the_conseillers_where_addresses_are_not_verified(house: House) -> None:
    async with verifying(house, on=False):
        juliette = await house.conseiller("juliette")
        await file_workshop(juliette)
        assert len(await house.reports(juliette)) == 1


async def test_a_deactivated_account_files_nothing_through_the_bot_s_own_port(house: House, juliette: Person) -> None:
    form = await fill_workshop(juliette)
    attacker = Attacker(house, juliette)
    await house.site.admin.delete(f"/users/{juliette.id}")
    _, answer = await attacker.sends("/dialogs", attacker.submission(form))

    assert "désactivé" in str(answer)
    assert await house.reports(juliette) == []


async def test_an_admin_of_the_team_is_an_animateur(house: House) -> None:
    chef = await house.site.person("chef", domain=DOMAIN)
    await house.has_seen(chef)
    await house.site.promote(chef)
    house.hears_of(chef)
    assert Role.ANIMATEUR.label in (await chef.asks("/cra")).text


async def test_the_register_wins_over_the_address(house: House) -> None:
    partie = await house.site.person("partie", domain=DOMAIN)
    await house.registers(partie, Role.INVITE)
    assert Role.INVITE.label in (await partie.asks("/cra")).text

    venue = await house.site.person("venue", domain="exemple.fr")
    await house.registers(venue, Role.CONSEILLER, departements=["69"])
    assert isinstance(await venue.types("/cra"), Dialog)


async def test_someone_whose_role_changed_meanwhile_is_refused_at_the_submission(
    house: House, juliette: Person
) -> None:
    form = await fill_workshop(juliette)
    await house.registers(juliette, Role.INVITE)
    answer = await form.submit()

    assert not answer.closed
    assert Role.INVITE.label in answer.error
    assert await house.reports(juliette) == []


async def test_someone_whose_role_changed_meanwhile_cannot_click(house: House, juliette: Person) -> None:
    receipt = await file_workshop(juliette)
    await house.registers(juliette, Role.INVITE)
    await juliette.clicks(receipt, "Supprimer")

    assert Role.INVITE.label in (await juliette.whispered()).text
    assert [c.deleted_at for c in await house.reports(juliette)] == [None]


async def test_cra_aide_explains_the_dialog_and_the_line(juliette: Person) -> None:
    text = (await juliette.asks("/cra aide")).text.replace("\u00a0", " ")

    for words in ("/cra liste", "/cra brouillon", "-12", "retraité", "suite atelier", "30 jours"):
        assert words in text


@pytest.mark.parametrize("typed", ["/CRA Liste", "/cra  liste", "/cra liste  ", "/cra LISTE"])
async def test_case_and_spaces_of_a_command_do_not_matter(juliette: Person, typed: str) -> None:
    await file_workshop(juliette)

    assert "1 compte rendu" in (await juliette.asks(typed)).text.replace("\u00a0", " ")


async def test_a_mistyped_subcommand_is_asked_back(juliette: Person) -> None:
    assert "/cra modifier 12" in (await juliette.asks("/cra modifer 12")).text
