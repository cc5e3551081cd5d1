"""Stories: what people look for and do not find is told to the animateurs, counted, answered or put aside."""

import asyncio
from datetime import date

import pytest
from sqlalchemy import update
from sqlmodel import col, select

from storage import canaux
from storage.people import Person as Registered
from storage.people import Role
from storage.ressources.feedback import ResourceNeed, make_need_key
from tests.people import Person, Post
from tests.support.conversation import make_team_room
from tests.support.house import House, agathe, plain, read_news, wait_for
from tests.support.ressources import empty_shelves, make_resource, shelve

__all__ = ["agathe"]

ROOM = "animation"


@pytest.fixture(autouse=True)
async def _empty(house: House) -> None:
    """Nothing waits from another story, there is no room, and the animateurs of earlier ones are gone."""
    await empty_shelves(house)
    async with house.bot.database.transaction() as db:
        await canaux.forget_channel(db, ROOM)
        await db.execute(update(Registered).where(col(Registered.left_on).is_(None)).values(left_on=date(2020, 1, 1)))


async def misses(person: Person, words: str, about: str = "") -> Post:
    """Somebody looks for something that is not there, and says so."""
    nothing = await person.asks(f"/ressources {words}")
    form = await person.opens_by(nothing, "Je n’ai rien trouvé")
    assert form.shown("recherche") == words
    assert (await form.fill(precision=about).submit()).accepted
    return await person.whispered()


async def stored(house: House) -> list[ResourceNeed]:
    """All that is written down."""
    async with house.bot.database.transaction(writes=False) as db:
        return list((await db.exec(select(ResourceNeed))).all())


@pytest.mark.every_mode
async def test_a_need_is_told_once_for_all_who_have_it_and_answered_once(
    house: House, juliette: Person, agathe: Person
) -> None:
    place = await make_team_room(house, agathe)
    agathe.acts()
    assert "les animateurs le savent" in plain(await misses(juliette, "imprimante braille", "Pour un atelier."))
    told = await agathe.heard(place, "imprimante braille")
    assert "1 personne" in plain(told)
    assert "Pour un atelier." in told.text
    assert told.buttons == ["C’est fait", "Écarter"]
    await house.settled()

    carl = await house.conseiller("carl")
    agathe.acts()
    assert "1 autre personne cherche la même chose" in plain(await misses(carl, "imprimantes en braille"))
    told = await agathe.rewritten(told, "2 personnes")
    assert "déjà dit" in (await misses(juliette, "Braille, imprimantes")).text
    assert len(await stored(house)) == 2

    (number,) = await shelve(house, make_resource("Imprimer en relief"))
    listed = await agathe.asks("/ressources besoins")
    form = await agathe.opens_by(told, "C’est fait")
    assert "imprimante braille" in form.introduction
    assert "ressource n° 99999" in (await form.fill(numero="99999").submit()).errors["numero"].replace("\u00a0", " ")
    juliette.acts()
    carl.acts()
    assert (await form.fill(numero=str(number)).submit()).accepted
    for person in (juliette, carl):
        assert "Imprimer en relief" in (await read_news(person, "Vous cherchiez")).text
    done = await agathe.rewritten(told, "y répond")
    assert not done.buttons
    await agathe.clicks(listed, "C’est fait")
    assert "déjà réglé" in (await agathe.whispered()).text


@pytest.mark.every_mode
async def test_without_a_room_each_animateur_is_told(house: House, juliette: Person, agathe: Person) -> None:
    ahmed = await house.someone(Role.ANIMATEUR, "ahmed")
    await misses(juliette, "télescope solaire")
    card, theirs = await agathe.told("télescope solaire"), await ahmed.told("télescope solaire")
    await house.settled()
    ahmed.acts()
    await agathe.clicks(card, "Écarter")
    assert "est écarté" in (await agathe.whispered()).text
    assert "Écarté par" in (await ahmed.rewritten(theirs, "Écarté")).text
    back = await agathe.rewritten(card, "Écarté par")
    await agathe.clicks(back, "Rouvrir")

    async def waits_again() -> bool:
        return (await agathe.sees(card)).buttons == ["C’est fait", "Écarter"]

    assert await wait_for(waits_again)


async def test_needs_are_listed_by_how_many_have_them(house: House, juliette: Person, agathe: Person) -> None:
    assert "Aucun besoin" in (await agathe.asks("/ressources besoins")).text
    carl = await house.conseiller("carl")
    for words in ("robot tondeuse", "cerf volant", "orgue", "violon", "sitar", "banjo"):
        await misses(juliette, words)
    await misses(carl, "cerfs volants")
    listed = await agathe.asks("/ressources besoins")
    assert "6 besoins" in plain(listed)
    assert "cerf volant" in str(listed.cards[0]["text"])
    assert "2 personnes" in plain(listed)
    await agathe.clicks(listed, "Voir la suite")
    assert "robot tondeuse" in (await agathe.whispered("6 besoins")).text
    assert "réservé" in (await juliette.asks("/ressources besoins")).text


async def test_personal_data_is_masked_before_anybody_reads_it(house: House, juliette: Person, agathe: Person) -> None:
    await misses(juliette, "xylophone 06 12 34 56 78", "Pour claude.dupont@exemple.fr @all")
    told = await agathe.told("xylophone")
    for secret in ("34 56", "claude", "@all"):
        assert secret not in told.text
    assert all("34 56" not in one.words and "claude" not in one.about for one in await stored(house))


async def test_what_is_put_aside_may_be_said_again(house: House, juliette: Person, agathe: Person) -> None:
    await misses(juliette, "accordéon")
    card = await agathe.told("accordéon")
    await agathe.clicks(card, "Écarter")
    await agathe.whispered("est écarté")
    agathe.acts()
    assert "C’est noté" in plain(await misses(juliette, "accordéon"))
    await agathe.told("accordéon")
    assert (await stored(house))[0].closed_at is None


async def test_the_same_need_said_by_two_at_once_is_one_message(house: House, juliette: Person, agathe: Person) -> None:
    carl = await house.conseiller("carl")
    agathe.acts()
    await asyncio.gather(misses(juliette, "clavecin"), misses(carl, "clavecins"))

    async def counts_both() -> bool:
        return any("2 personnes" in plain(post) for post in await agathe.direct())

    assert await wait_for(counts_both)
    assert len([post for post in await agathe.direct() if "clavecin" in post.text]) == 1


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("imprimante braille", "Braille, imprimantes", True),
        ("œuvre d’art", "oeuvres art", True),
        ("impôts", "impots", True),
        ("imprimante", "imprimeur 3D", False),
    ],
)
def test_needs_are_the_same_whatever_their_order_and_form(one: str, other: str, same: bool) -> None:
    assert (make_need_key(one) == make_need_key(other)) is same
    assert not make_need_key("de la … !")
