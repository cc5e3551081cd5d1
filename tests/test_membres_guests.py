"""Stories: who comes unknown is introduced by an animateur; several of a day are in one message."""

from datetime import timedelta

import pytest

from bot import people as looking
from commands.membres import arrivals
from storage import people
from storage.people import Person as Registered
from storage.people import Role
from tests.people import Person, unique
from tests.support.house import House, plain
from tests.support.membership import join_team, open_house, welcoming

__all__ = ["open_house", "welcoming"]


BOTH = ["Conseiller numérique", "Coordinateur", "Agent de la hotline", "Agent invité"]


async def row(house: House, person: Person) -> Registered | None:
    """Somebody as the register has them, if it does."""
    async with house.bot.database.transaction(writes=False) as db:
        return await people.get(db, person.id)


async def asked_about(house: House, agathe: Person, *guests: Person) -> str:
    """The id of the one message in which an animateur is asked about all of them."""
    await house.settled()
    (post,) = [post for post in await agathe.direct() if guests[0].username in post.text]
    assert all(guest.username in post.text for guest in guests)
    return post.id


@pytest.mark.every_mode
async def test_a_guest_is_introduced_by_an_animateur(open_house: House) -> None:
    house = open_house
    agathe = await house.someone(Role.ANIMATEUR, "aab-agathe")
    paul = await house.site.person("paul", in_team=False)
    paul.acts()
    agathe.acts()
    await join_team(house, paul)
    message = await paul.told("agent invité")
    asked = await agathe.told(paul.username)
    assert "Quel est son rôle ?" in plain(asked)
    assert asked.buttons == BOTH
    await house.settled()
    paul.acts()
    await agathe.clicks(asked, "Conseiller numérique")
    told = await agathe.rewritten(asked, "conseiller numérique")
    assert f"✅ @{paul.username} : conseiller numérique, dit @{agathe.username}" in plain(told)
    assert told.buttons == []
    assert "comptes rendus" in plain(await paul.rewritten(message, "conseillers numériques"))
    found = await row(house, paul)
    assert found
    assert found.role is Role.CONSEILLER


async def test_who_animates_because_of_their_role_in_mattermost_is_asked_too(
    open_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The role counts at the next command, and whoever has it is told what animateurs are told."""
    house = open_house
    monkeypatch.setattr(arrivals, "ASKED_MAX", 10_000)
    monkeypatch.setattr(looking, "DOUBTED_AFTER", timedelta(0))
    anna = await house.someone(None, "anna")
    assert "réservé" in plain(await anna.asks("/membres"))
    await house.site.promote(anna)
    assert "au registre" in plain(await anna.asks("/membres"))
    paul = await house.site.person("paul", in_team=False)
    anna.acts()
    await join_team(house, paul)
    asked = await anna.told(paul.username)
    await anna.clicks(asked, "Conseiller numérique")
    assert await anna.rewritten(asked, "conseiller numérique")


async def test_a_guest_becomes_an_agent_of_the_hotline_by_two(open_house: House) -> None:
    house = open_house
    agathe = await house.someone(Role.ANIMATEUR, "aaa-agathe")
    paul = await house.site.person("paul", in_team=False)
    agathe.acts()
    await join_team(house, paul)
    asked = await agathe.told(paul.username)
    await agathe.clicks(asked, "Agent de la hotline")
    await agathe.whispered("rien ne change encore")
    found = await row(house, paul)
    assert found is None or found.role is None


@pytest.mark.every_mode
async def test_several_guests_of_a_day_are_in_one_message(open_house: House) -> None:
    house = open_house
    agathe = await house.someone(Role.ANIMATEUR, "aab-agathe")
    boris = await house.someone(Role.ANIMATEUR, "aab-boris")
    guests = [await house.site.person(name, in_team=False) for name in ("paul", "rose", "sami")]
    agathe.acts()
    for guest in guests:
        await join_team(house, guest)
    asked = await agathe.told(guests[0].username)
    for guest in guests:
        await guest.told("Bienvenue")
    await house.settled()
    asked, also = await agathe.sees(asked), await boris.sees((await boris.direct())[-1])
    assert "3 personnes attendent un rôle" in plain(asked)
    assert asked.buttons == also.buttons == ["Donner un rôle"]
    assert await asked_about(house, agathe, *guests) == asked.id

    paul, rose, sami = guests
    form = await agathe.opens_by(asked, "Donner un rôle")
    assert (await form.fill(personne=paul.id, role="conseiller").submit()).accepted
    told = await agathe.rewritten(asked, "✅")
    assert "2 personnes attendent un rôle" in plain(told)
    assert f"✅ @{paul.username} : conseiller numérique, dit @{agathe.username}" in plain(told)
    form = await agathe.opens_by(told, "Donner un rôle")
    assert (await form.fill(personne=rose.id, role="invite").submit()).accepted
    told = await agathe.rewritten(asked, "attend encore un rôle")
    assert told.buttons == BOTH, "for the last one a click is enough"
    await house.settled()
    also = await boris.sees(also)
    await boris.clicks(also, "Coordinateur")
    assert "Ces personnes ont toutes un rôle" in plain(await boris.rewritten(also, "toutes"))
    await house.settled()
    assert f"@{sami.username} : coordinateur, dit @{boris.username}" in plain(await agathe.sees(asked))
    assert [p.role for guest in guests if (p := await row(house, guest))] == ["conseiller", "invite", "coordinateur"]


@pytest.mark.both_databases
async def test_who_has_a_role_by_now_is_not_given_another_by_a_window_opened_before(open_house: House) -> None:
    house = open_house
    agathe, boris = await house.someone(Role.ANIMATEUR, "aab-agathe"), await house.someone(Role.ANIMATEUR, "aab-boris")
    paul, rose = [await house.site.person(name, in_team=False) for name in ("paul", "rose")]
    agathe.acts()
    await join_team(house, paul)
    await join_team(house, rose)
    asked = await agathe.told(paul.username)
    await house.settled()
    form = await boris.opens_by((await boris.direct())[-1], "Donner un rôle")
    agathe.acts()
    await agathe.asks(f"/membres role @{paul.username} coordinateur")
    assert f"dit @{agathe.username}" in plain(await agathe.rewritten(asked, "✅"))
    boris.acts()
    assert (await form.fill(personne=paul.id, role="hotline").submit()).accepted
    assert "a déjà un rôle : coordinateur" in plain(await boris.told("déjà"))
    found = await row(house, paul)
    assert found
    assert found.role is Role.COORDINATEUR


@pytest.mark.both_databases
async def test_what_is_changed_and_undone_later_is_shown(open_house: House) -> None:
    house = open_house
    agathe, paul = await house.someone(Role.ANIMATEUR, "aab-agathe"), await house.site.person("paul", in_team=False)
    agathe.acts()
    await join_team(house, paul)
    asked = await agathe.told(paul.username)
    await house.settled()
    await agathe.clicks(asked, "Agent invité")
    await agathe.rewritten(asked, "✅")
    await house.settled()
    told = await agathe.asks(f"/membres role @{paul.username} conseiller")
    assert f"✅ @{paul.username} : conseiller numérique" in plain(await agathe.rewritten(asked, "conseiller"))
    await house.settled()
    await agathe.clicks(told, "Annuler")
    assert f"✅ @{paul.username} : agent invité, dit @{agathe.username}" in plain(
        await agathe.rewritten(asked, "invité")
    )


async def test_an_animateur_named_since_is_asked_with_the_next_guest(open_house: House) -> None:
    house = open_house
    agathe = await house.someone(Role.ANIMATEUR, "aab-agathe")
    paul, rose = [await house.site.person(name, in_team=False) for name in ("paul", "rose")]
    agathe.acts()
    await join_team(house, paul)
    asked = await agathe.told(paul.username)
    await house.settled()
    zita = await house.someone(Role.ANIMATEUR, "aab-zita")
    zita.acts()
    agathe.acts()
    await join_team(house, rose)
    assert "2 personnes attendent un rôle" in plain(await zita.told(rose.username))
    assert "2 personnes attendent un rôle" in plain(await agathe.rewritten(asked, rose.username))


async def test_many_guests_in_a_minute_cost_few_messages(open_house: House) -> None:
    house = open_house
    agathe = await house.someone(Role.ANIMATEUR, "aab-agathe")
    guests = [await house.site.person(unique("venu")[:20], in_team=False) for _ in range(20)]
    for guest in guests:
        await join_team(house, guest)
    for guest in guests:
        await guest.told("Bienvenue")
    await house.settled()
    (asked,) = [post for post in await agathe.direct() if "attendent un rôle" in post.text]
    assert "20 personnes attendent un rôle" in plain(asked)
    assert "… et 5 autres" in plain(asked)
    form = await agathe.opens_by(asked, "Donner un rôle")
    assert len(form.options("personne")) == 20
