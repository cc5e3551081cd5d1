"""Stories: who was announced is recognised when they come; whose account is switched off is asked about."""

from datetime import timedelta
from typing import Any

import pytest

from bot.clock import utc_now
from bot.features import Key
from storage import people
from storage.people import Awaited, Role, register, transitions
from storage.people import Person as Registered
from tests.people import Person, unique
from tests.support.house import DOMAIN, House, plain, wait_for
from tests.support.membership import join_team

RECOGNISE: Key = ("job", "membres.recognise")
LOOK: Key = ("job", "membres.look")
ASK: Key = ("job", "membres.ask")


async def waits(house: House, **line: Any) -> None:
    """An imported line waits for its account."""
    async with house.bot.database.transaction() as db:
        await register.write_awaited(db, [Awaited(imported_at=utc_now(), **line)])


async def row(house: House, person_id: str) -> Registered | None:
    """Somebody as the register has them, if it does."""
    async with house.bot.database.transaction(writes=False) as db:
        return await people.get(db, person_id)


@pytest.mark.every_mode
async def test_who_was_announced_is_registered_when_they_come_into_the_team(house: House) -> None:
    lea = await house.site.person("lea", in_team=False)
    await waits(house, username=lea.username, role=Role.CONSEILLER, prenom="Léa", nom="Perrin", departements=["974"])
    await join_team(house, lea)
    found = await wait_for(lambda: row(house, lea.id))
    assert found
    assert (found.role, found.full_name, found.departements) == (Role.CONSEILLER, "Léa Perrin", ["974"])
    assert found.timezone == "Indian/Reunion"
    await lea.opens("/cra")
    async with house.bot.database.transaction(writes=False) as db:
        assert await register.find_awaited(db, lea.username) is None


@pytest.mark.both_databases
async def test_who_was_announced_is_recognised_by_what_they_first_do(house: House) -> None:
    paul = await house.site.person("paul")
    await waits(house, email=paul.email, role=Role.CONSEILLER, departements=["69"])
    house.bot.people.forget(paul.id)
    await paul.opens("/cra")
    found = await row(house, paul.id)
    assert found
    assert (found.role, found.username, found.departements) == (Role.CONSEILLER, paul.username, ["69"])


async def test_an_address_that_nobody_verified_gives_no_role(house: House) -> None:
    if house.sandbox is None:
        pytest.skip("a real server’s settings are left alone")
    await house.site.admin.put("/config/patch", {"EmailSettings": {"RequireEmailVerification": False}})
    await house.restart()
    try:
        eve = await house.site.person("eve", domain=DOMAIN)
        await waits(house, email=eve.email, role=Role.ANIMATEUR)
        assert "réservée" in plain(await eve.asks("/membres"))
        assert await row(house, eve.id) is None
    finally:
        await house.site.admin.put("/config/patch", {"EmailSettings": {"RequireEmailVerification": True}})
        await house.restart()


@pytest.mark.both_databases
async def test_who_was_missed_is_recognised_in_the_night(house: House) -> None:
    zoe = await house.site.person("zoe")
    await waits(house, username=zoe.username, role=Role.INVITE, prenom="Zoé")
    await waits(house, username=unique("nobody"), role=Role.INVITE)
    await house.bot.runs.run(RECOGNISE, unique("nuit"))
    found = await row(house, zoe.id)
    assert found
    assert (found.prenom, found.role) == ("Zoé", Role.INVITE)
    await house.bot.runs.run(RECOGNISE, unique("nuit"))


@pytest.mark.both_databases
async def test_a_deactivation_that_no_event_told_of_is_found_in_the_night(house: House) -> None:
    juliette = await house.conseiller("juliette")
    await switched_off(house, juliette)
    async with house.bot.database.transaction() as db:
        await transitions.forget_gone(db, [juliette.id])
    await house.bot.runs.run(LOOK, unique("nuit"))
    await house.settled()
    async with house.bot.database.transaction(writes=False) as db:
        assert juliette.id in await transitions.find_gone_since(db, [juliette.id])


async def settled_questions(house: House) -> None:
    """Whom earlier stories left behind is asked about no more."""
    async with house.bot.database.transaction() as db:
        while found := await transitions.list_to_ask_about(db, utc_now().date(), 200):
            await transitions.note_gone_asked(db, [person.id for person in found], utc_now())


async def switched_off(house: House, *persons: Person) -> None:
    """The admin deactivates accounts, and the bot has heard of it."""
    await settled_questions(house)
    await house.knows_the_team()
    for person in persons:
        await house.site.admin.delete(f"/users/{person.id}")

    async def noted() -> bool:
        async with house.bot.database.transaction(writes=False) as db:
            return len(await transitions.find_gone_since(db, [person.id for person in persons])) == len(persons)

    await wait_for(noted)


@pytest.mark.every_mode
async def test_a_deactivated_account_is_a_departure_to_confirm(house: House, juliette: Person) -> None:
    agathe = await house.someone(Role.ANIMATEUR, "aaa-agathe")
    boris = await house.someone(Role.ANIMATEUR, "aaa-boris")
    await switched_off(house, juliette)
    agathe.acts()
    boris.acts()
    await house.bot.runs.run(ASK, unique("matin"))
    asked, also = await agathe.told("désactivé"), await boris.told("désactivé")
    assert asked.buttons == ["Confirmer le départ", "Ignorer"]
    assert f"@{juliette.username}), Rhône (69)" in plain(asked)

    await house.settled()
    await agathe.clicks(asked, "Confirmer le départ")
    assert f"Départ confirmé par @{agathe.username}" in plain(await agathe.rewritten(asked, "confirmé"))
    await house.settled()
    assert (await boris.sees(also)).buttons == [], "it is settled for all"
    found = await row(house, juliette.id)
    assert found
    assert (found.left_on, found.role) == (house.today, Role.CONSEILLER)

    await house.bot.runs.run(ASK, unique("matin"))
    await house.settled()
    about = [post for post in await agathe.direct() if f"@{juliette.username}" in plain(post)]
    assert len(about) == 1, "asked once"


@pytest.mark.both_databases
async def test_who_has_a_last_day_to_come_is_asked_about_too(house: House) -> None:
    """Most contracts have one: an account that is off long before says that they left."""
    agathe, lea = await house.someone(Role.ANIMATEUR, "agathe"), await house.conseiller("lea")
    await house.registers(lea, Role.CONSEILLER, departements=["69"], left_on=house.today + timedelta(days=200))
    await switched_off(house, lea)
    agathe.acts()
    await house.bot.runs.run(ASK, unique("matin"))
    asked = await agathe.told("désactivé")
    assert f"dernier jour prévu le {house.today + timedelta(days=200):%d/%m/%Y}" in plain(asked)
    await agathe.clicks(asked, "Confirmer le départ")
    await agathe.rewritten(asked, "Départ confirmé")
    found = await row(house, lea.id)
    assert found
    assert found.left_on == house.today


@pytest.mark.both_databases
async def test_several_are_asked_about_in_one_message_and_may_be_left_alone(house: House) -> None:
    agathe = await house.someone(Role.ANIMATEUR, "agathe")
    lea, zoe = await house.conseiller("lea"), await house.conseiller("zoe")
    await switched_off(house, lea, zoe)
    agathe.acts()
    await house.bot.runs.run(ASK, unique("matin"))
    asked = await agathe.told("2 comptes")
    assert asked.buttons == ["Confirmer les départs", "Ignorer"]
    await agathe.clicks(asked, "Ignorer")
    assert "n’a rien changé pour 2 personnes" in plain(await agathe.rewritten(asked, "rien changé"))
    found = await row(house, lea.id)
    assert found
    assert found.left_on is None
    count = len(await agathe.direct())
    await house.bot.runs.run(ASK, unique("matin"))
    await house.settled()
    assert len(await agathe.direct()) == count, "not asked again"
