"""« /canaux »: one’s own channels, and those that each joins and leaves by a click."""

from collections.abc import AsyncIterator

import pytest

from commands import canaux as own_channels
from storage import canaux
from storage.people import Role
from tests.people import Person, unique
from tests.support.conversation import answered
from tests.support.house import House, plain, wait_for, wait_until

pytestmark = pytest.mark.every_mode
KEYS = {"education": "Éducation", "veille-numerique": "Veille numérique"}


@pytest.fixture
async def places(house: House) -> AsyncIterator[dict[str, str]]:
    """Some of the planned channels, made by the bot, and the private one of the Rhône; by key."""
    made: dict[str, str] = {}
    for key, title in (*KEYS.items(), ("departement:69", "69 - Rhône")):
        channel = await house.bot.chat.create_channel(
            unique(key.replace(":", "-")), title, private=key.startswith("dep")
        )
        made[key] = channel.id
    async with house.bot.database.transaction() as db:
        for key, channel_id in made.items():
            await canaux.remember_channel(db, key, channel_id, house.clock())
    yield made
    async with house.bot.database.transaction() as db:
        for key in made:
            await canaux.forget_channel(db, key)
    for channel_id in made.values():
        await house.bot.chat.archive_channel(channel_id)


async def is_in(house: House, channel_id: str, person: Person) -> bool:
    return await house.bot.chat.channel_member(channel_id, person.id) is not None


async def is_out(house: House, channel_id: str, person: Person) -> bool:
    return not await is_in(house, channel_id, person)


async def is_renamed(house: House) -> bool:
    """Whether the bot has heard that a channel of « Éducation » is called otherwise."""
    async with house.bot.database.transaction(writes=False) as db:
        return "Veille éducative" in (await canaux.list_shown_names(db)).values()


async def test_nothing_is_known_yet(house: House, juliette: Person) -> None:
    await house.forgets_channels()
    assert "Aucun canal ne vous attend" in (await juliette.asks("/canaux")).text


async def test_one_joins_and_leaves_by_a_click(house: House, juliette: Person, places: dict[str, str]) -> None:
    listed = await juliette.asks("/canaux")
    assert "69 - Rhône" in listed.text
    assert "Éducation" in listed.text
    assert listed.buttons == ["Rejoindre Éducation", "Rejoindre Veille numérique"]

    await juliette.clicks(listed, "Rejoindre Éducation")
    assert "Vous rejoignez" in (await juliette.whispered()).text
    await wait_for(lambda: is_in(house, places["education"], juliette))

    listed = await juliette.asks("/canaux")
    assert listed.buttons == ["Quitter Éducation", "Rejoindre Veille numérique"], "as in a dictionary"
    assert "`/canaux rejoindre Veille numérique`" in plain(listed), "one that is left to join, as it is called"
    assert "1 personne" in plain(listed)
    assert plain(listed).count("personne") == 1, "the bot counts for nobody"
    assert "(vous y êtes)" in listed.text
    await juliette.clicks(listed, "Quitter Éducation")
    assert "Vous quittez" in (await juliette.whispered()).text

    async def is_out() -> bool:
        return not await is_in(house, places["education"], juliette)

    await wait_for(is_out)
    await juliette.clicks(listed, "Quitter Éducation")
    assert "Vous n’étiez pas dans" in (await juliette.whispered()).text, "the button is old by now"


async def test_many_channels_have_a_menu(
    house: House, juliette: Person, places: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(own_channels, "BUTTONS_MAX", 1)
    await house.bot.chat.add_member(places["education"], juliette.id)
    listed = await juliette.asks("/canaux")
    assert listed.buttons == ["Veille numérique", "Éducation"], "what it stands for in a whisper"
    await juliette.clicks(listed, "Veille numérique")
    assert "Vous rejoignez" in (await juliette.whispered("Vous rejoignez")).text
    await juliette.clicks(listed, "Éducation")
    assert "Vous quittez" in (await juliette.whispered("Vous quittez")).text


async def test_a_channel_that_is_gone_is_said(house: House, juliette: Person, places: dict[str, str]) -> None:
    listed = await juliette.asks("/canaux")
    await house.bot.chat.archive_channel(places["education"])
    await juliette.clicks(listed, "Rejoindre Éducation")
    assert "n’existe plus" in (await juliette.whispered()).text
    assert "Éducation" not in (await juliette.asks("/canaux")).text


async def test_one_joins_by_a_name_that_need_not_be_exact(
    house: House, juliette: Person, places: dict[str, str]
) -> None:
    told = await juliette.asks("/canaux rejoindre educaton")
    assert "Vous rejoignez **Éducation**" in told.text
    assert told.buttons == ["Quitter"]
    await wait_for(lambda: is_in(house, places["education"], juliette))
    assert "Vous êtes déjà dans" in (await juliette.asks("/canaux rejoindre ~Éducation")).text
    await juliette.clicks(told, "Quitter")
    back = await juliette.whispered("Vous quittez")
    assert back.buttons == ["Y revenir"]
    await wait_for(lambda: is_out(house, places["education"], juliette))
    assert "Vous rejoignez" in (await juliette.asks("/canaux rejoindre veille")).text
    await wait_for(lambda: is_in(house, places["veille-numerique"], juliette))
    assert "Vous quittez" in (await juliette.asks("/canaux quitter veille")).text
    assert (await juliette.asks("/canaux quitter éducation")).text == "Vous n’étiez pas dans **Éducation**."


async def test_several_of_a_name_are_chosen_among_and_none_is_said(
    house: House, juliette: Person, places: dict[str, str]
) -> None:
    await house.site.admin.put(f"/channels/{places['education']}/patch", {"display_name": "Veille éducative"})

    told = await juliette.asks("/canaux rejoindre numérique")
    assert "Vous rejoignez" in told.text
    await wait_for(lambda: is_renamed(house))
    told = await juliette.asks("/canaux rejoindre veille")
    assert "Lequel voulez-vous rejoindre" in told.text
    assert sorted(told.buttons) == ["Veille numérique", "Veille éducative"], "as they are called today"
    await juliette.clicks(told, "Veille éducative")
    assert "Vous rejoignez **Veille éducative**" in (await juliette.whispered()).text
    told = await juliette.asks("/canaux rejoindre zzzz")
    assert "Aucun canal ne s’appelle" in told.text
    assert "zzzz" in told.text
    assert "« Rejoindre » montre" in plain(told)


async def test_a_channel_is_found_by_its_name_or_by_what_it_is_for(
    house: House, juliette: Person, places: dict[str, str]
) -> None:
    assert "Aucun canal ne parle de « zzzz »" in plain(await juliette.asks("/canaux zzzz"))
    assert "~departement-69" in (await juliette.asks("/canaux rhone")).text
    await house.site.admin.put(f"/channels/{places['education']}/patch", {"display_name": "Veille éducative"})
    await wait_for(lambda: is_renamed(house))
    assert "Lequel voulez-vous voir ?" in plain(await juliette.asks("/canaux veille"))
    found = await juliette.asks("/canaux educaton")
    assert "~education" in found.text
    assert found.buttons == ["Rejoindre Veille éducative"]
    assert "~education" in (await juliette.asks("/canaux parents")).text
    carl = await house.conseiller("carl", departements=["38"])
    assert "Aucun canal ne parle de « rhone »" in plain(await carl.asks("/canaux rhone"))


async def test_a_private_channel_says_whom_to_ask(house: House, juliette: Person, places: dict[str, str]) -> None:
    agathe = await house.someone(Role.ANIMATEUR, "aaa-agathe")
    carl = await house.conseiller("carl", departements=["38"])
    told = await carl.asks("/canaux rejoindre rhone")
    assert "est un canal privé" in told.text
    assert "Demandez à @" in told.text
    assert not await is_in(house, places["departement:69"], carl)
    assert "**69 - Rhône**" in (await juliette.asks("/canaux rejoindre 69")).text, "who belongs there is let in"
    await wait_for(lambda: is_in(house, places["departement:69"], juliette))
    assert "/canaux verifier" in (await agathe.asks("/canaux")).text
    assert "/canaux verifier" not in (await carl.asks("/canaux")).text


async def test_a_channel_that_was_named_is_joined_and_left_by_words(
    house: House, juliette: Person, places: dict[str, str]
) -> None:
    await wait_until(lambda: house.bot.events.connected)
    proposed = await answered(juliette, "je cherche un canal sur l'education")
    assert proposed.buttons[0] == "Chercher un canal : education"
    found = await answered(juliette, "le premier", "Éducation")
    assert found.buttons == ["Rejoindre Éducation"]
    await answered(juliette, "ajoute-moi dedans", "Vous rejoignez")
    await wait_for(lambda: is_in(house, places["education"], juliette))
    none = plain(await answered(juliette, "je cherche un canal sur linux"))
    assert "Aucun canal ne parle de « linux »" in none
