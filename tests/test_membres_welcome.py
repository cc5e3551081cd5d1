"""Stories: who comes is welcomed once for ever, accepts the charter, is reminded once; guests are introduced."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete

from bot.features import Key
from storage.people import Awaited, Role, arrivals, register
from storage.people.arrivals import Welcome
from tests.people import Person, unique
from tests.support.house import DOMAIN, House, plain
from tests.support.membership import join_team, leave_team, open_house, welcoming

__all__ = ["open_house", "welcoming"]


REMIND: Key = ("job", "membres.remind")


async def welcomed(house: House, person: Person) -> Welcome:
    """How somebody was welcomed."""
    async with house.bot.database.transaction(writes=False) as db:
        found = await arrivals.get_welcome(db, person.id)
    assert found is not None
    return found


@pytest.mark.every_mode
async def test_a_newcomer_is_welcomed_once_and_accepts_the_charter(open_house: House) -> None:
    house = open_house
    await house.someone(Role.ANIMATEUR, "aaa-agathe")
    lea = await house.site.person("lea", domain=DOMAIN, in_team=False)
    lea.acts()
    await join_team(house, lea)
    message = await lea.told("Bienvenue")
    for words in ("conseillers numériques", "/cra", "/bienvenue", "@aaa-"):
        assert words in plain(message)
    assert message.buttons == ["Compléter mon profil", "Lire la charte", "J’accepte la charte"]

    await lea.clicks(message, "Lire la charte")
    assert "Discrétion" in plain(await lea.whispered("charte"))
    await lea.clicks(message, "J’accepte la charte")
    assert (await lea.rewritten(message, "✅ Lisez la charte")).buttons == ["Compléter mon profil", "Lire la charte"]
    first = await welcomed(house, lea)
    assert (first.charter, first.role) == ("2026-1", Role.CONSEILLER)

    await leave_team(house, lea)
    await join_team(house, lea)
    await house.restart()
    again = await lea.asks("/bienvenue")
    assert "c’est fait" in plain(again)
    await house.settled()
    assert len([post for post in await lea.direct() if "Bienvenue" in post.text]) == 1
    assert (await welcomed(house, lea)).at == first.at


async def test_two_replicas_welcome_once(open_house: House) -> None:
    async with open_house.replica():
        lea = await open_house.site.person("lea", domain=DOMAIN, in_team=False)
        lea.acts()
        await join_team(open_house, lea)
        await lea.told("Bienvenue")
        await open_house.settled()
    await open_house.restart()
    await open_house.settled()
    assert len(await lea.direct()) == 1


async def test_who_was_announced_as_a_guest_is_asked_about_by_nobody(open_house: House) -> None:
    house = open_house
    agathe = await house.someone(Role.ANIMATEUR, "aaa-agathe")
    zoe = await house.site.person("zoe", in_team=False)
    async with house.bot.database.transaction() as db:
        line = Awaited(username=zoe.username, role=Role.INVITE, prenom="Zoé", imported_at=house.clock())
        await register.write_awaited(db, [line])
    zoe.acts()
    await join_team(house, zoe)
    assert "Bienvenue, Zoé" in plain(await zoe.told("Bienvenue"))
    await house.settled()
    assert not [post for post in await agathe.direct() if zoe.username in post.text]


async def test_who_was_missed_is_welcomed_by_a_click(open_house: House) -> None:
    house = open_house
    agathe = await house.someone(Role.ANIMATEUR, "agathe")
    async with house.bot.database.transaction() as db:
        for person in await arrivals.list_missed(db, house.clock().date()):
            await arrivals.note_welcome(db, person, house.clock())
    house.settings = house.settings.model_copy(update={"welcome": "non"})
    await house.restart()
    juliette = await house.conseiller("juliette")
    shown = await agathe.asks("/membres accueils")
    assert "1 personne du registre n’a jamais été accueillie" in plain(shown)
    juliette.acts()
    await agathe.clicks(shown, "Accueillir")
    assert "1 personne accueillie" in plain(await agathe.whispered("accueillie"))
    await juliette.told("Bienvenue")
    shown = await agathe.asks("/membres accueils")
    assert juliette.username in plain(shown)
    assert shown.buttons == []


async def test_who_does_nothing_is_reminded_once(open_house: House) -> None:
    house = open_house
    lea = await house.site.person("lea", domain=DOMAIN, in_team=False)
    lea.acts()
    await join_team(house, lea)
    await lea.told("Bienvenue")
    now = house.clock()
    await house.bot.runs.run(REMIND, unique("matin"))
    await house.settled()
    assert len(await lea.direct()) == 1, "three working days have not passed"
    async with house.bot.database.transaction() as db:
        found = await arrivals.get_welcome(db, lea.id)
        assert found
        found.at = now - timedelta(days=365)
        db.add(found)
    lea.acts()
    await house.bot.runs.run(REMIND, unique("matin"))
    await lea.told("seule fois")
    await house.bot.runs.run(REMIND, unique("matin"))
    await house.settled()
    assert len(await lea.direct()) == 2


@pytest.mark.both_databases
async def test_public_holidays_do_not_wear_out_patience(open_house: House) -> None:
    house, day = open_house, datetime(2027, 5, 25, 7, tzinfo=UTC)
    lea, omar = await house.conseiller("lea", departements=["971"]), await house.conseiller("omar")
    async with house.bot.database.transaction() as db:
        await db.execute(delete(Welcome))  # those of earlier stories would be reminded first
        for person in (lea, omar):
            row = Welcome(person_id=person.id, username=person.username, role=Role.CONSEILLER, at=day)
            await db.merge(row)
    house.clock.goes_to(day + timedelta(days=3, hours=1))
    omar.acts()
    await house.bot.runs.run(REMIND, unique("matin"))
    await omar.told("seule fois")
    assert (await welcomed(house, lea)).reminded_at is None, "the 27th of May is a holiday in Guadeloupe"
    house.clock.goes_to(day + timedelta(days=6, hours=1))
    lea.acts()
    await house.bot.runs.run(REMIND, unique("matin"))
    await lea.told("seule fois")
