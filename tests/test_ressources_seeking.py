"""Stories: what is in the ressourcerie is found, shown page by page, opened, and said plainly where it is not."""

from datetime import date, timedelta
from typing import Any

import pytest

from storage.database import Database
from storage.people import Role
from storage.ressources.resources import Resource, ResourceState
from tests.people import Mobile, Person, Post
from tests.support.databases import record_statements
from tests.support.house import House, plain
from tests.support.ressources import empty_shelves, make_resource, shelve, store_resources


@pytest.fixture(autouse=True)
async def _empty(house: House) -> None:
    await empty_shelves(house)


def taxes(number: int, **more: Any) -> Resource:
    """One of several about taxes."""
    said = {
        "description": f"Déclarer ses impôts en ligne, étape {number}.",
        "type": "tutoriel",
        "categorie": "demarches",
    }
    return make_resource(f"Les impôts, partie {number}", **(said | more))


def cards(post: Post) -> list[str]:
    """The texts of its cards, those with words."""
    return [str(card["text"]).replace("\u00a0", " ") for card in post.cards if card.get("text")]


def labels(post: Post, at: int) -> list[str]:
    """What can be clicked on a card."""
    return [action["name"] for action in post.cards[at]["actions"]]


@pytest.mark.every_mode
async def test_words_find_cards_page_by_page(house: House, juliette: Person) -> None:
    day = house.today
    resources = [taxes(n, date=day - timedelta(days=n), url=f"https://impots.example/{n}") for n in range(1, 13)]
    numbers = await shelve(house, *resources)

    first = await juliette.asks("/ressources impot")
    assert "12 ressources pour « impot » (page 1 sur 3)" in plain(first).replace("*", "")
    assert len(cards(first)) == 5
    assert cards(first)[2] == (
        f"**[Les impôts, partie 3](<https://impots.example/3>)** · n° {numbers[2]}\n"
        "Déclarer ses **impôts** en ligne, étape 3.\n"
        "Tutoriel · Démarches en ligne · il y a 3 jours"
    )
    assert labels(first, 0) == ["Ouvrir"], "of several, one for each on a phone"
    alone = await juliette.asks("/ressources partie 12")
    assert labels(alone, 0)[:3] == ["Ouvrir", "⭐ Favori", "👍 Utile"]
    assert len(labels(alone, 0)) == 4

    await juliette.clicks(first, "Voir la suite")
    second = await juliette.whispered("page 2 sur 3")
    assert "partie 6" in cards(second)[0]
    await juliette.clicks(second, "Voir la suite")
    last = await juliette.whispered("page 3 sur 3")
    assert len(cards(last)) == 2
    assert "Voir la suite" not in last.buttons


async def test_a_synonym_and_a_mistyped_word_are_bold_where_they_were_found(house: House, juliette: Person) -> None:
    await shelve(
        house, make_resource("Écrire à distance", description="On y règle l’imprimante, puis sa boîte courriel.")
    )
    assert "**courriel**" in cards(await juliette.asks("/ressources mail"))[0]
    assert "l’**imprimante**" in cards(await juliette.asks("/ressources imprimnte"))[0]
    assert "**imprimante**" in cards(await juliette.asks("/ressources imprim"))[0]


@pytest.mark.every_mode
async def test_filters_are_heeded_and_unknown_ones_said(house: House, juliette: Person) -> None:
    await shelve(
        house,
        make_resource("Mes données", categorie="cnil", url="https://a.example/guide.pdf", type="document"),
        make_resource("Mes données en vidéo", categorie="cnil", type="video"),
        make_resource("Un premier emploi", niveau="debutant", date=date(2025, 3, 1)),
        make_resource("Un autre emploi", niveau="avance", date=date(2023, 3, 1)),
    )
    assert [card.split("**")[1] for card in cards(await juliette.asks("/ressources #cnil pdf"))] == [
        "[Mes données](<https://a.example/guide.pdf>)"
    ]
    found = await juliette.asks("/ressources emploi niveau:debutant depuis:2025")
    assert "Un premier emploi" in cards(found)[0]
    assert len(cards(found)) == 1

    told = plain(await juliette.asks("/ressources emploi niveau:expret depuis:hier"))
    assert "Je ne connais pas le filtre niveau « expret ». Il y a : débutant, intermédiaire ou avancé." in told
    assert "la date « hier »" in told
    assert "2 ressources" in told


async def test_nothing_found_leads_to_what_is_near(house: House, juliette: Person) -> None:
    await shelve(
        house, make_resource("Lettre", categorie="emploi", niveau="avance"), make_resource("CV", categorie="emploi")
    )
    nothing = await juliette.asks("/ressources xylophone emplois")
    assert "Je n’ai rien trouvé pour « xylophone emplois »" in plain(nothing)
    assert nothing.buttons[:2] == ["Emploi", "Je n’ai rien trouvé"]
    await juliette.clicks(nothing, "Emploi")
    assert "2 ressources" in plain(await juliette.whispered("ressources"))

    nothing = await juliette.asks("/ressources lettre niveau:debutant")
    assert nothing.buttons[0] == "Chercher sans les filtres"
    assert "(niveau débutant)" in plain(await juliette.asks("/ressources niveau:facile")), "how the filter was read"
    said = plain(await juliette.asks("/ressources zorglub niveau:avance"))
    assert "(niveau" not in said, "what was typed is not said again"
    await juliette.clicks(nothing, "Chercher sans les filtres")
    assert "Lettre" in (await juliette.whispered("1 ressource")).text


@pytest.mark.every_mode
async def test_without_words_the_latest_stand_first_and_lead_to_the_lists(house: House, juliette: Person) -> None:
    now = house.clock()
    mine = taxes(1, auteur_id=juliette.id, state=ResourceState.REFUSED, reason="Le lien ne mène nulle part.")
    old, new = taxes(2, published_at=now - timedelta(days=9)), taxes(3, published_at=now)
    await shelve(house, mine, new, old)
    assert "/ressources ajouter" in (await juliette.asks("/ressources aide")).text
    latest = await juliette.asks("/ressources")
    assert "Les dernières ressources" in latest.text
    assert ["partie 3" in card for card in cards(latest)] == [True, False]
    assert [b for b in latest.buttons if b in ("Mes ressources", "Favoris", "Catégories")] == [
        "Mes ressources",
        "Favoris",
        "Catégories",
    ]
    await juliette.clicks(latest, "Mes ressources")
    own = await juliette.whispered("Vos ressources")
    assert "*refusée* : Le lien ne mène nulle part." in cards(own)[0]
    assert (await juliette.asks("/ressources mes ressources")).text == own.text

    await juliette.clicks(latest, "Favoris")
    assert "pas encore de favoris" in (await juliette.whispered()).text
    await juliette.clicks(latest, "Catégories")
    listed = await juliette.whispered("catégories de la ressourcerie")
    assert "Démarches en ligne : 2 ressources" in plain(listed)
    assert "CNIL : 0 ressource" in plain(listed)


@pytest.mark.every_mode
@pytest.mark.parametrize("client", [None, Mobile()], ids=["web", "phone"])
async def test_a_category_is_chosen_from_the_list(house: House, client: Any) -> None:
    paul = await house.conseiller("paul", client=client)
    kinds = ("emploi", "cnil", "mobile", "enfant", "courriel")
    await shelve(house, *(make_resource(f"À propos de {kind}", categorie=kind) for kind in kinds))
    form = await paul.opens_by(await paul.asks("/ressources catégories"), "Choisir une catégorie")
    assert (await form.fill(chosen="cnil").submit()).accepted
    assert "À propos de cnil" in (await paul.whispered("1 ressource")).text


async def test_one_by_its_number_and_a_number_that_is_none_is_looked_for(house: House, juliette: Person) -> None:
    (number, _) = await shelve(house, taxes(1), make_resource("Le budget 987654"))
    for line in (f"/ressources {number}", f"/ressources n° {number}", f"/ressources #{number}"):
        assert f"Ressource n° {number}" in plain(await juliette.asks(line))
    assert "Le budget 987654" in (await juliette.asks("/ressources 987654")).text


async def test_the_whole_card_says_all_that_is_known(house: House, juliette: Person) -> None:
    day = house.today
    (number,) = await shelve(
        house,
        taxes(
            1,
            url="https://impots.example/page",
            auteur="agathe",
            licence="CC BY 4.0",
            niveau="debutant",
            public="seniors",
            themes=["internet"],
            files={"f" * 26: "plan.odt"},
            version=3,
            review_on=day,
        ),
    )
    await juliette.clicks(await juliette.asks("/ressources impôts"), "Ouvrir")
    whole = plain(await juliette.whispered("Ressource n°"))
    for words in (
        "#### [Les impôts, partie 1](<https://impots.example/page>)",
        "Lien : [impots.example](<https://impots.example/page>)",
        "Fichiers : plan.odt",
        "De @agathe",
        "Licence : CC BY 4.0",
        "Niveau : Débutant",
        "Public : Seniors",
        "version 3",
        "À revoir",
    ):
        assert words in whole, whole
    assert number


async def test_what_is_not_published_is_for_its_author_and_animateurs(house: House, juliette: Person) -> None:
    agathe, carl = await house.someone(Role.ANIMATEUR, "agathe"), await house.conseiller("carl")
    (proposed, gone) = await shelve(
        house,
        taxes(1, state=ResourceState.PROPOSED, deposited_by=juliette.id),
        taxes(2, state=ResourceState.WITHDRAWN, reason="Remplacée par une autre."),
    )
    for person in (juliette, agathe):
        assert "attend d’être relue" in (await person.asks(f"/ressources {proposed}")).text
    assert "Il n’y a pas de ressource n°" in plain(await carl.asks(f"/ressources {proposed}"))
    assert "retirée" in (await agathe.asks(f"/ressources {gone}")).text
    assert "Remplacée par une autre" in (await carl.asks(f"/ressources {gone}")).text


async def test_no_resource_has_the_number_zero(juliette: Person) -> None:
    for line in ("/ressources 0", "/ressources n° 000"):
        assert "Il n’y a pas de ressource n° 0" in plain(await juliette.asks(line))


async def test_the_first_search_after_a_start_reads_no_table(house: House, juliette: Person) -> None:
    database = Database(house.settings.database_url)
    await house.stop()
    async with database.transaction() as db:
        await store_resources(db, *(taxes(n) for n in range(1, 4)))
    await database.close()
    await house.start()
    await house.bot.warming
    with record_statements(house.bot.database) as asked:
        assert "3 ressources" in plain(await juliette.asks("/ressources impôts"))
    assert not [line for line in asked if "resource.revision >" in line]
