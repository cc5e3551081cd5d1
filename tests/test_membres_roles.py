"""Stories: a role over others is given and taken by two, told to whoever it is of, and never in silence."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from commands.membres import changes
from storage import canaux as channels
from storage import people
from storage.people import Person as Registered
from storage.people import Role
from tests.people import Person, Post, unique
from tests.support.house import House, list_audit, plain


@pytest.fixture(autouse=True)
def all_are_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many animateurs other stories left in the register."""
    monkeypatch.setattr(changes, "ASKED_MAX", 10_000)


@pytest.fixture(autouse=True)
async def no_room(house: House) -> AsyncIterator[None]:
    """The animateurs’ room of another story is none of these."""
    async with house.bot.database.transaction() as db:
        before = (await channels.find_channel_ids(db)).get(channels.TEAM_ROOM)
        await channels.forget_channel(db, channels.TEAM_ROOM)
    yield
    if before is not None:
        async with house.bot.database.transaction() as db:
            await channels.remember_channel(db, channels.TEAM_ROOM, before, house.clock())


async def row(house: House, person: Person) -> Registered:
    """Somebody as the register has them."""
    async with house.bot.database.transaction(writes=False) as db:
        found = await people.get(db, person.id)
    assert found is not None
    return found


async def asked(house: House, agathe: Person, omar: Person, line: str) -> Post:
    """Agathe asks for it; what Omar reads of it."""
    omar.acts()
    told = plain(await agathe.asks(line))
    assert "rien ne change encore" in told, told
    return await omar.told("Rôle à confirmer")


@pytest.mark.every_mode
async def test_a_role_over_others_is_given_by_two(house: House) -> None:
    agathe, omar = [await house.someone(Role.ANIMATEUR, name) for name in ("agathe", "omar")]
    lea = await house.someone(Role.CONSEILLER, "lea")
    question = await asked(house, agathe, omar, f"/membres role @{lea.username} hotline")
    assert f"@{agathe.username} le demande" in plain(question)
    assert "agent de la hotline (jusqu’ici : conseiller numérique)" in plain(question)
    assert question.buttons == ["Approuver", "Refuser"]
    assert (await row(house, lea)).role is Role.CONSEILLER

    lea.acts()
    agathe.acts()
    await omar.clicks(question, "Approuver")
    both = f"Demandé par @{agathe.username}, approuvé par @{omar.username}"
    told = plain(await lea.told("Votre rôle dans le réseau change"))
    assert both in told
    assert "Vous êtes désormais agent de la hotline (jusqu’ici : conseiller numérique)" in told
    assert both in plain(await agathe.told("agent de la hotline"))
    settled = await omar.rewritten(question, "approuvé par")
    assert settled.buttons == []
    assert (await row(house, lea)).role is Role.HOTLINE
    by_people = [each for each in await list_audit(house, f"personne:{lea.id}") if each[1] != "coop"]
    assert by_people == [("demander_role", "agathe"), ("changer", "omar")]


async def test_nobody_strips_an_animateur_alone(house: House) -> None:
    agathe, omar, boris = [await house.someone(Role.ANIMATEUR, name) for name in ("agathe", "omar", "boris")]
    for line in (f"/membres role @{boris.username} conseiller", f"/membres depart @{boris.username} hier"):
        question = await asked(house, agathe, omar, line)
        assert (await row(house, boris)).left_on is None
        assert (await row(house, boris)).role is Role.ANIMATEUR
    agathe.acts()
    await omar.clicks(question, "Refuser")
    assert "a refusé" in plain(await agathe.told("rien n’a changé"))
    assert "a refusé" in plain(await omar.rewritten(question, "a refusé"))
    assert (await row(house, boris)).left_on is None


async def test_who_administers_mattermost_is_stripped_by_two_as_well(house: House) -> None:
    agathe, omar = [await house.someone(Role.ANIMATEUR, name) for name in ("agathe", "omar")]
    ada = await house.site.person("ada")
    await house.site.promote(ada)
    house.hears_of(ada)
    await ada.asks("/membres")
    question = await asked(house, agathe, omar, f"/membres role @{ada.username} invite")
    assert "agent invité (jusqu’ici : animateur de communauté)" in plain(question)
    assert (await row(house, ada)).role is None


@pytest.fixture
async def room(house: House, no_room: None) -> AsyncIterator[str]:
    """The animateurs’ room, known for as long as the story lasts."""
    wanted = {"team_id": house.site.team_id, "name": unique("animation"), "display_name": "Animation", "type": "P"}
    place = str((await house.site.admin.post("/channels", wanted))["id"])
    await house.site.admin.post(f"/channels/{place}/members", {"user_id": house.site.bot_id})
    async with house.bot.database.transaction() as db:
        await channels.remember_channel(db, channels.TEAM_ROOM, place, house.clock())
    yield place
    async with house.bot.database.transaction() as db:
        await channels.forget_channel(db, channels.TEAM_ROOM)


async def in_room(house: House, room: str, agathe: Person, line: str) -> Post:
    """Agathe asks for it; what stands in the room."""
    await house.site.add_members(room, agathe)
    agathe.acts()
    assert "rien ne change encore" in plain(await agathe.asks(line))
    return await agathe.heard(room, "Rôle à confirmer")


async def test_the_same_asked_twice_is_one_demand(house: House, room: str) -> None:
    agathe, omar, boris = [await house.someone(Role.ANIMATEUR, name) for name in ("agathe", "omar", "boris")]
    await house.site.add_members(room, omar)
    gus = await house.someone(Role.HOTLINE, "gus")
    line = f"/membres role @{gus.username} animateur"
    question = await in_room(house, room, agathe, line)
    await house.settled()
    for who, name in ((agathe, "par vous"), (boris, f"par @{agathe.username}")):
        refused = plain(await who.asks(line))
        assert "C’est déjà demandé" in refused
        assert name in refused
        assert f"/pl/{question.id}" in refused
    other = plain(await boris.asks(f"/membres role @{gus.username} conseiller"))
    assert "rien ne change encore" in other, "that is something else"
    await omar.clicks(question, "Refuser")
    await omar.rewritten(question, "a refusé")
    assert "rien ne change encore" in plain(await boris.asks(line)), "it was refused; it may be asked again"


async def test_neither_who_asks_nor_who_is_meant_decides(house: House, room: str) -> None:
    agathe, omar, boris = [await house.someone(Role.ANIMATEUR, name) for name in ("agathe", "omar", "boris")]
    await house.site.add_members(room, omar)
    gus = await house.someone(Role.HOTLINE, "gus")
    question = await in_room(house, room, agathe, f"/membres role @{gus.username} conseiller")
    await agathe.clicks(question, "Approuver")
    await agathe.whispered("Une autre personne")
    await house.registers(agathe, Role.CONSEILLER)
    await omar.clicks(question, "Approuver")
    await omar.whispered("n’anime plus")
    assert (await row(house, gus)).role is Role.HOTLINE

    question = await in_room(house, room, boris, f"/membres role @{gus.username} conseiller")
    house.clock.goes_to(house.clock() + changes.HOLDS_FOR + timedelta(hours=1))
    try:
        await omar.clicks(question, "Approuver")
        await omar.whispered("depuis trop longtemps")
    finally:
        house.clock.is_right_again()
    await boris.clicks(question, "Refuser")
    assert "a retiré sa demande" in plain(await omar.rewritten(question, "a retiré"))
