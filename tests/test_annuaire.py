"""Stories: people and contacts are found in chat, shown a page at a time and in full, reached, and taken along."""

import re
from datetime import timedelta
from typing import Any

import pytest

from storage.annuaire import entries
from storage.annuaire.entries import Contact, ContactState, make_key
from storage.people import Audience, Role
from tests.people import Mobile, Person, Post
from tests.support.house import House
from tests.support.membership import add_to_directory, make_surname, plain_words

PHONE: dict[str, Any] = {"telephone": "+33612345678", "shown_to": {"telephone": Audience.RESEAU.value}}


async def of_creuse(house: House, name: str, number: int, departement: str = "23") -> list[Person]:
    """People of one family in a département of their own."""
    return [
        await add_to_directory(house, f"{chr(65 + n)}lice {name}", departements=[departement], structure=f"Mairie {n}")
        for n in range(number)
    ]


async def taken(person: Person) -> tuple[str, str]:
    """The vCard that arrives: its name, and what it says in unfolded lines."""
    post = await person.told("en vCard")
    [(name, data)] = (await person.files(post)).items()
    assert data.endswith(b"END:VCARD\r\n")
    assert all(len(line) <= 75 for line in data.split(b"\r\n"))
    return name, data.decode().replace("\r\n ", "").replace("\r\n", "\n")


@pytest.mark.every_mode
async def test_one_is_found_by_name_and_shown_in_full(house: House, juliette: Person) -> None:
    name = make_surname("Périn-")
    zoe = await add_to_directory(house, f"Zoé {name}", code_commune="69256", email="zoe@exemple.fr", **PHONE)
    for query in (f"{name} zoe", f"ZOE {name.upper()}", f"zoé {name[:-1]}"):
        card = await juliette.asks(f"/annuaire {query}")
        for words in (f"Zoé {name}", "Conseiller numérique", "Maison de quartier", "Rhône (69)", "Vaulx-en-Velin"):
            assert words in plain_words(card), query
    assert "06 12 34 56 78" in plain_words(card)
    assert "`zoe@exemple.fr`" in plain_words(card), "of one’s own département"
    assert f"{house.site.url}/{house.site.team}/messages/@{zoe.username}" in plain_words(card)
    assert card.buttons == ["vCard"]


@pytest.mark.every_mode
async def test_many_come_in_pages_of_five_with_their_cards(house: House, juliette: Person) -> None:
    name = make_surname()
    await of_creuse(house, name, 7)
    first = await juliette.asks(f"/annuaire {name}")
    assert "7 fiches" in plain_words(first)
    assert "page 1 sur 2" in plain_words(first)
    assert re.findall(r"\*\*(\w)lice", plain_words(first)) == list("ABCDE")
    assert "Mairie 0" in plain_words(first)
    assert first.buttons == ["Voir la suite", "Voir une fiche", "Télécharger un contact"]

    form = await juliette.opens_by(first, "Voir une fiche")
    chosen = {text: value for value, text in form.options("chosen").items()}
    assert (await form.fill(chosen=chosen[f"Clice {name}"]).submit()).accepted
    assert "Mairie 2" in plain_words(await juliette.whispered("Creuse (23)"))
    await juliette.clicks(first, "Voir la suite")
    second = await juliette.whispered("page 2 sur 2")
    assert re.findall(r"\*\*(\w)lice", plain_words(second)) == list("FG")
    assert "Voir la suite" not in second.buttons
    await juliette.clicks(second, "Précédents")
    back = await juliette.whispered("page 1 sur 2")
    assert back.buttons == first.buttons


async def test_a_page_of_two_shows_their_cards_by_a_click(house: House, juliette: Person) -> None:
    name = make_surname()
    await of_creuse(house, name, 2)
    page = await juliette.asks(f"/annuaire {name}")
    await juliette.clicks(page, f"Blice {name}")
    assert "Mairie 1" in plain_words(await juliette.whispered("Creuse (23)"))


async def test_without_words_one_s_own_departement_comes_first(house: House) -> None:
    name = make_surname()
    await of_creuse(house, name, 2, "48")
    paul = await house.conseiller("paul", departements=["48"])
    page = await paul.asks("/annuaire")
    assert "votre département d’abord" in plain_words(page)
    assert re.search(rf"Alice {name}.*\(48\)", plain_words(page))
    assert re.search(rf"Blice {name}.*\(48\)", plain_words(page))
    assert "Voir la suite" in page.buttons


@pytest.mark.every_mode
async def test_a_vcard_is_what_one_may_see(house: House, juliette: Person) -> None:
    name = make_surname()
    own = "Linux; Scratch, et tout ce qui s’installe sur un vieux portable"
    skills: dict[str, Any] = {"skills": ["courriel"], "skill_words": [own]}
    await add_to_directory(house, f"Zoé {name}", email="zoe@exemple.fr", code_commune="69256", **skills, **PHONE)
    await juliette.clicks(await juliette.asks(f"/annuaire zoe {name}"), "vCard")
    assert "conversation privée" in plain_words(await juliette.whispered())
    file, text = await taken(juliette)
    assert file == f"zoe-{name.lower()}.vcf"
    lines = text.splitlines()
    assert lines[:2] == ["BEGIN:VCARD", "VERSION:4.0"]
    for line in (
        f"FN:Zoé {name}",
        f"N:{name};Zoé;;;",
        "TITLE:conseiller numérique",
        "ORG:Maison de quartier",
        "EMAIL;TYPE=work:zoe@exemple.fr",
        "TEL;VALUE=uri;TYPE=work:tel:+33612345678",
        "ADR;TYPE=work:;;;Vaulx-en-Velin;;;France",
        "CATEGORIES:Courriels,Linux\\; Scratch\\, et tout ce qui s’installe sur un vieux portable",
        "NOTE:Rhône (69)",
    ):
        assert line in lines

    paul = await house.conseiller("paul", departements=["01"])
    await paul.clicks(await paul.asks(f"/annuaire zoe {name}"), "vCard")
    _, text = await taken(paul)
    assert "TEL;" in text
    assert "EMAIL" not in text, "an address is for the département"


async def test_who_left_or_hid_since_is_shown_no_more(house: House, juliette: Person) -> None:
    name = make_surname()
    alice, blice = await of_creuse(house, name, 2)
    page = await juliette.asks(f"/annuaire {name}")
    gone = {"departements": ["23"], "prenom": "Alice", "nom": name}
    await house.registers(alice, Role.CONSEILLER, left_on=house.today - timedelta(days=365), **gone)
    await house.registers(blice, Role.CONSEILLER, is_hidden=True, **gone)
    for label in (f"Alice {name}", f"Blice {name}"):
        await juliette.clicks(page, label)
        assert "n’est plus dans l’annuaire" in plain_words(await juliette.whispered())
    assert "Personne ne correspond" in plain_words(await juliette.asks(f"/annuaire {name}"))


@pytest.mark.every_mode
async def test_the_nearest_spelling_is_a_click_away(house: House, juliette: Person) -> None:
    name = make_surname()
    await add_to_directory(house, f"Zoé {name}")
    typed = f"{name[:6]}qqq{name[6:]}"
    nobody = await juliette.asks(f"/annuaire {typed}")
    assert f"Personne ne correspond à « {typed} »" in plain_words(nobody)
    assert nobody.buttons[0] == f"/annuaire {name.lower()}"
    await juliette.clicks(nobody, nobody.buttons[0])
    assert f"Zoé {name}" in plain_words(await juliette.whispered("Maison de quartier"))


async def test_words_of_people_do_nothing_in_a_card(house: House, juliette: Person) -> None:
    name = make_surname()
    await add_to_directory(house, f"Zoé {name}", structure="@all **gras** [ici](http://x.fr)")
    text = (await juliette.asks(f"/annuaire {name}")).text
    assert "@all" not in text
    assert "**gras**" not in text
    assert "http://x.fr" not in text
    assert "@all" not in (await juliette.asks("/annuaire @all **x**")).text


async def test_in_the_conversation_with_the_bot_words_are_enough(house: House, juliette: Person) -> None:
    name = make_surname()
    await of_creuse(house, name, 3)
    await juliette.says(f"annuaire {name}", await juliette.direct_channel())
    page = await juliette.told("3 fiches")
    assert page.menus == ["Voir une fiche", "Télécharger un contact"]
    await juliette.chooses(page, "Voir une fiche", f"Clice {name}")
    assert "Mairie 2" in plain_words(await juliette.told("Creuse (23)")), "where it stays"
    await juliette.chooses(page, "Télécharger un contact", f"vCard Blice {name}")
    assert f"FN:Blice {name}" in (await taken(juliette))[1]


@pytest.mark.every_mode
async def test_on_a_phone_pages_cards_and_files_are_a_tap_away(house: House) -> None:
    paul = await house.conseiller("paul", client=Mobile())
    name = make_surname()
    await of_creuse(house, name, 6)
    page = await paul.asks(f"/annuaire {name}")
    form = await paul.opens_by(page, "Voir une fiche")
    chosen = {text: value for value, text in form.options("chosen").items()}
    assert (await form.fill(chosen=chosen[f"Elice {name}"]).submit()).accepted
    card = await paul.whispered("Creuse (23)")
    assert "Mairie 4" in plain_words(card)
    await paul.clicks(card, "vCard")
    assert f"FN:Elice {name}" in (await taken(paul))[1]


async def test_an_institution_is_found_and_its_site_is_a_link(house: House, juliette: Person) -> None:
    organisme = f"Banque des {make_surname('Territoires')}"
    contact = Contact(
        key=make_key("", organisme, ""),
        organisme=organisme,
        site="https://www.banque.exemple.fr/a_b",
        email="accueil@banque.exemple.fr",
        telephone="3949",
        state=ContactState.PUBLISHED,
        changed_at=house.clock(),
    )
    async with house.bot.database.transaction() as db:
        await entries.save_contact(db, contact)
    card = await juliette.asks(f"/annuaire {organisme.lower()}")
    for words in (organisme, "toute la France", "https://www.banque.exemple.fr/a_b", "3949"):
        assert words in card.text.replace("\u00a0", " ")
    await juliette.clicks(card, "vCard")
    _, text = await taken(juliette)
    assert "KIND:org" in text
    assert "URL:https://www.banque.exemple.fr/a_b" in text
    assert "TEL;VALUE=uri;TYPE=work:tel:3949" in text


async def test_the_directory_is_closed_to_who_may_be_anybody(house: House) -> None:
    ines: Person = await house.someone(Role.INVITE, "ines")
    for line in ("/annuaire", "/annuaire qui linux", "/annuaire ajouter", "/profil"):
        answer = await ines.types(line)
        assert isinstance(answer, Post), line
        assert "fiche" not in answer.text, line
