"""Stories: resources kept at hand and found useful, one mark each; shared in a channel."""

import asyncio

import pytest

from storage.ressources import feedback
from storage.ressources.feedback import Mark
from storage.ressources.resources import ResourceState, begin_writing, get_resource, write_resources
from tests.people import Mobile, Person, Post
from tests.support.conversation import make_own_channel
from tests.support.house import House, plain
from tests.support.ressources import empty_shelves, make_resource, shelve


@pytest.fixture
async def number(house: House) -> int:
    """The only resource there is."""
    await empty_shelves(house)
    (number,) = await shelve(house, make_resource("Remplir un formulaire", description="Pas à pas.", type="tutoriel"))
    return number


async def does(person: Person, post: Post, label: str) -> None:
    """Somebody does what « Plus… » offers: by a dialog, or by a button where that is all it offers."""
    if label in post.buttons:
        await person.clicks(post, label)
        return
    form = await person.opens_by(post, "Plus…")
    deeds = {text: value for value, text in form.options("chosen").items()}
    assert (await form.fill(chosen=deeds[label]).submit()).accepted


async def useful(house: House, number: int) -> int:
    """How many found it useful."""
    async with house.bot.database.transaction(writes=False) as db:
        return (await feedback.count_marks(db, [number], Mark.USEFUL)).get(number, 0)


async def withdrawn(house: House, number: int) -> None:
    """It is published no more."""
    async with house.bot.database.transaction() as db:
        revision = await begin_writing(db)
        one = await get_resource(db, number)
        assert one
        one.state = ResourceState.WITHDRAWN
        await write_resources(db, [one], revision)


@pytest.mark.every_mode
async def test_a_favourite_is_kept_and_taken_back(house: House, juliette: Person, number: int) -> None:
    found = await juliette.asks("/ressources formulaire")
    await juliette.clicks(found, "⭐ Favori")
    assert "dans vos favoris" in (await juliette.whispered()).text
    mine = await juliette.asks("/ressources favoris")
    assert "1 ressource" in plain(mine)
    assert "⭐ Retirer" in mine.buttons

    await juliette.clicks(found, "⭐ Favori")
    again = await juliette.whispered("déjà dans vos favoris")
    await juliette.clicks(again, "Retirer")
    assert "n’est plus dans vos favoris" in (await juliette.whispered()).text
    assert "pas encore de favoris" in (await juliette.asks("/ressources mes favoris")).text
    carl = await house.conseiller("carl")
    assert "pas encore de favoris" in (await carl.asks("/ressources favoris")).text


async def test_what_is_useful_counts_once_for_each_person(house: House, juliette: Person, number: int) -> None:
    carl = await house.conseiller("carl")
    for person in (juliette, carl):
        found = await person.asks("/ressources formulaire")
        await asyncio.gather(*(person.clicks(found, "👍 Utile") for _ in range(3)))
    assert await useful(house, number) == 2
    found = await juliette.asks("/ressources formulaire")
    assert "👍 2" in plain(found)
    await juliette.clicks(found, "👍 Retirer")
    assert "n’a plus votre 👍" in (await juliette.whispered()).text
    assert await useful(house, number) == 1


async def test_what_was_withdrawn_is_let_go_of_and_gets_no_marks(house: House, juliette: Person, number: int) -> None:
    found = await juliette.asks("/ressources formulaire")
    await juliette.clicks(found, "⭐ Favori")
    await juliette.whispered("dans vos favoris")
    await withdrawn(house, number)
    for label in ("👍 Utile", "Ouvrir"):
        await juliette.clicks(found, label)
        assert "a été retirée" in (await juliette.whispered()).text
    mine = await juliette.asks("/ressources favoris")
    assert "*retirée*" in mine.text
    assert mine.buttons == ["Ouvrir", "⭐ Retirer"]
    await juliette.clicks(mine, "⭐ Retirer")
    assert "plus dans vos favoris" in (await juliette.whispered()).text


@pytest.mark.every_mode
@pytest.mark.parametrize("client", [None, Mobile()], ids=["web", "phone"])
async def test_a_resource_is_shared_where_the_bot_and_the_person_are(
    house: House, number: int, client: Mobile | None
) -> None:
    paul = await house.conseiller("paul", client=client)
    place = (await make_own_channel(paul, "P"))["id"]
    found = await paul.asks("/ressources formulaire", place)
    await does(paul, found, "Partager ici")
    assert "Invitez-moi" in (await paul.whispered()).text

    await house.site.admin.post(f"/channels/{place}/members", {"user_id": house.site.bot_id})
    await does(paul, found, "Partager ici")
    shared = await paul.heard(place, "Remplir un formulaire")
    assert f"@\u200b{paul.username} partage une ressource" in shared.text
    assert "Pas à pas." in shared.text
    assert shared.buttons == ["Ouvrir", "⭐ Favori", "👍 Utile"]
    await does(paul, found, "Partager ici")
    assert "déjà été partagée" in (await paul.whispered()).text

    await paul.clicks(shared, "Ouvrir")
    assert f"Ressource n° {number}" in plain(await paul.told("Ressource n"))


@pytest.mark.every_mode
@pytest.mark.parametrize("client", [None, Mobile()], ids=["web", "phone"])
async def test_more_is_a_dialog_in_a_whisper_and_a_menu_in_a_message(
    house: House, number: int, client: Mobile | None
) -> None:
    paul = await house.conseiller("paul", client=client)
    place = (await make_own_channel(paul, "P"))["id"]
    await house.site.admin.post(f"/channels/{place}/members", {"user_id": house.site.bot_id})
    found = await paul.asks("/ressources formulaire", place)
    assert "Plus…" in found.buttons
    await does(paul, found, "Partager ici")
    assert "partage une ressource" in (await paul.heard(place, "Remplir un formulaire")).text

    await paul.says("ressources formulaire", await paul.direct_channel())
    told = await paul.told("Remplir un formulaire")
    assert told.menus == ["Plus…"]
    await paul.chooses(told, "Plus…", "Partager ici")
    assert f"/ressources partager {number}" in (await paul.whispered()).text


async def test_in_the_direct_channel_the_bot_says_how_to_share(house: House, juliette: Person, number: int) -> None:
    direct = await juliette.direct_channel()
    await juliette.runs(f"/ressources partager {number}", direct)
    assert f"/ressources partager {number}" in (await juliette.whispered()).text
    place = (await make_own_channel(juliette, "O"))["id"]
    await house.site.admin.post(f"/channels/{place}/members", {"user_id": house.site.bot_id})
    await juliette.runs(f"/ressources partager {number}", place)
    assert "Remplir" in (await juliette.heard(place, "partage une ressource")).text
    assert "quelle ressource" in (await juliette.asks("/ressources partager", place)).text
    assert "« partager formulaire »" in plain(await juliette.asks("/ressources partager formulaire"))


async def test_the_bot_says_so_many_resources_a_day_for_one_person(
    house: House, juliette: Person, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(house.settings.__dict__, "quotas", {**house.settings.quotas, "partage": 0})
    place = (await make_own_channel(juliette, "O"))["id"]
    await house.site.admin.post(f"/channels/{place}/members", {"user_id": house.site.bot_id})
    refused = await juliette.asks(f"/ressources partager {number}", place)
    assert "réservés à l’équipe d’animation" in plain(refused)
    monkeypatch.setitem(house.settings.__dict__, "quotas", {**house.settings.quotas, "partage": 1})
    await juliette.runs(f"/ressources partager {number}", place)
    assert "Remplir" in (await juliette.heard(place, "partage une ressource")).text
