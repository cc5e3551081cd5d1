"""Stories: one says what one can do and who sees what, and is found by it; who is anonymous is not."""

from datetime import UTC, datetime

import pytest

from bot.capabilities import OLDEST
from bot.forms import Clues
from dialogs.annuaire import EditProfile
from storage import people
from storage.people import Audience, Role
from storage.people import Person as Registered
from tests.people import Person
from tests.people.dialog import Dialog
from tests.support.cra import file_workshop, read_mistake
from tests.support.house import House
from tests.support.membership import add_to_directory, make_surname, plain_words


async def edited(person: Person) -> Dialog:
    """The window of one’s own card."""
    return await person.opens_by(await person.asks("/profil"), "Modifier")


@pytest.mark.every_mode
async def test_what_one_says_finds_one_and_is_shown_back(house: House, juliette: Person) -> None:
    word = make_surname("Scratch")
    zoe = await add_to_directory(house, f"Zoé {make_surname()}")
    form = await edited(zoe)
    assert form.shown("aide") == "non"
    form.fill(telephone="06 12 34 56 78", themes=["courriel", "internet", "securite", "budget"], mots=f"{word}, Linux")
    assert (await form.fill(langues="LSF, arabe", aide="oui").submit()).accepted
    card = plain_words(await zoe.whispered("Votre fiche"))
    for words in (f"{word}, Linux", "06 12 34 56 78 (personne d’autre)", "LSF, arabe (tout le réseau)", "Courriels"):
        assert words in card
    assert "Budget" in plain_words(await juliette.asks(f"/annuaire {word}"))
    assert "06 12" not in plain_words(await juliette.asks(f"/annuaire {word}"))

    form = await edited(zoe)
    assert set(form.chosen("themes")) == {"courriel", "internet", "securite", "budget"}
    assert str(form.shown("telephone")).replace("\u00a0", " ") == "06 12 34 56 78"
    assert (form.shown("mots"), form.shown("langues"), form.shown("aide")) == (f"{word}, Linux", "LSF, arabe", "oui")
    assert (await form.fill(telephone="", themes=[], mots="", langues="").submit()).accepted
    assert "Sait faire : rien d’indiqué" in plain_words(await zoe.whispered("Votre fiche"))
    assert "Personne ne correspond" in plain_words(await juliette.asks(f"/annuaire {word}"))


async def test_a_mistake_is_explained_under_its_field(house: House, juliette: Person) -> None:
    form = await edited(juliette)
    assert "06 12 34 56 78" in read_mistake(await form.fill(telephone="06 12").submit(), "telephone")
    assert "d’une personne" in read_mistake(await form.fill(telephone="12").submit(), "telephone"), "no service’s"
    assert "40 caractères" in read_mistake(await form.fill(telephone="", mots="x" * 41).submit(), "mots")
    assert (await form.fill(mots="Linux").submit()).accepted


@pytest.mark.every_mode
async def test_one_chooses_who_sees_what(house: House, juliette: Person) -> None:
    name = make_surname()
    zoe = await add_to_directory(house, f"Zoé {name}", telephone="+33612345678", email="zoe@exemple.fr")
    paul = await house.conseiller("paul", departements=["01"])
    form = await zoe.opens_by(await zoe.asks("/profil"), "Régler qui voit quoi")
    assert [form.shown(field) for field in ("email", "telephone", "structure", "anonyme")] == [
        *("departement", "personne", "reseau", "non")
    ]
    assert (await form.fill(telephone="departement", email="reseau", structure="animateurs").submit()).accepted
    card = plain_words(await zoe.whispered("Votre fiche"))
    assert "06 12 34 56 78 (votre département et les animateurs)" in card
    assert "Maison de quartier (les animateurs)" in card

    near, far = plain_words(await juliette.asks(f"/annuaire {name}")), plain_words(await paul.asks(f"/annuaire {name}"))
    assert ("06 12 34 56 78" in near, "06 12 34 56 78" in far) == (True, False)
    assert "zoe@exemple.fr" in far
    assert "Maison de quartier" not in near + far
    agathe = await house.someone(Role.ANIMATEUR, "agathe")
    assert "Maison de quartier" in plain_words(await agathe.asks(f"/annuaire {name}"))


async def test_who_is_anonymous_is_found_by_nobody_until_they_say_otherwise(house: House, juliette: Person) -> None:
    name = make_surname()
    zoe = await add_to_directory(house, f"Zoé {name}")
    form = await zoe.opens_by(await zoe.asks("/profil"), "Régler qui voit quoi")
    assert (await form.fill(anonyme="oui").submit()).accepted
    told = await zoe.whispered("Vous êtes anonyme")
    agathe = await house.someone(Role.ANIMATEUR, "agathe")
    for person in (juliette, agathe, zoe):
        assert "Personne ne correspond" in plain_words(await person.asks(f"/annuaire {name}"))
    form = await zoe.opens_by(told, "Régler qui voit quoi")
    assert (await form.fill(anonyme="non").submit()).accepted
    assert f"Zoé {name}" in plain_words(await juliette.asks(f"/annuaire {name}"))


async def test_a_profile_leaves_the_rest_of_the_register_alone(house: House, juliette: Person) -> None:
    """Somebody whom nobody registered, too, whose role still follows Mattermost."""
    paul = await house.site.person("paul", domain="conseiller-numerique.fr")
    for person in (juliette, paul):
        async with house.bot.database.transaction(writes=False) as db:
            before = await people.get(db, person.id)
        assert (await (await edited(person)).fill(mots="Linux").submit()).accepted
        await person.whispered("Votre fiche")
        async with house.bot.database.transaction(writes=False) as db:
            after = await people.get(db, person.id)
        assert after
        assert (after.username, after.skill_words) == (person.username, ["Linux"])
        kept = {"role", "departements", "structure", "timezone", "shown_to"}
        if before:
            assert after.model_dump(include=kept) == before.model_dump(include=kept)
        else:
            assert after.role is None
            assert after.audience("telephone") is Audience.PERSONNE


async def test_the_commune_begins_as_the_register_has_it_or_as_the_reports_say(house: House) -> None:
    zoe = await add_to_directory(house, f"Zoé {make_surname()}")
    assert (await edited(zoe)).shown("commune") in (None, "")
    await file_workshop(zoe)
    card = await zoe.asks("/profil")
    assert "Commune : rien d’indiqué" in plain_words(card)
    assert "Votre dernier compte rendu est à 69120 Vaulx-en-Velin" in plain_words(card)
    house.bot.people.forget(zoe.id)
    form = await zoe.opens_by(card, "Modifier")
    assert form.shown("commune") == "69120 Vaulx-en-Velin"
    assert (await form.submit()).accepted
    card = await zoe.whispered("Votre fiche")
    assert "Commune : Vaulx-en-Velin (tout le réseau)" in plain_words(card)
    assert "Votre dernier compte rendu" not in plain_words(card)

    form = await zoe.opens_by(card, "Modifier")
    assert form.shown("commune") == "69120 Vaulx-en-Velin"
    assert "écrivez « 01100 Oyo »" in read_mistake(await form.fill(commune="Oyonax").submit(), "commune").replace(
        "\u00a0", " "
    )
    assert (await form.fill(commune="01100 oyo").submit()).accepted
    assert "Commune : Oyonnax" in plain_words(await zoe.whispered("Votre fiche"))
    form = await zoe.opens_by(await zoe.asks("/profil"), "Modifier")
    assert (await form.fill(commune="").submit()).accepted
    assert "Commune : rien d’indiqué" in plain_words(await zoe.whispered("Votre fiche"))


def test_a_window_that_stood_open_since_before_it_asked_for_the_commune_leaves_it() -> None:
    """It says nothing of that field, nor that it has it: the bot was upgraded meanwhile."""
    now = datetime(2026, 11, 29, 9, tzinfo=UTC)
    person = Registered(id="a" * 26, username="zoe", role=Role.CONSEILLER, code_commune="69256", since=now)
    clues, sent = Clues(person, now.date(), OLDEST), {"telephone": "06 12 34 56 78", "aide": "oui"}
    old = EditProfile.parse(sent, {}, clues).say_of(person)
    assert "code_commune" not in old
    assert old["telephone"] == "+33612345678"
    new = EditProfile.of(person)
    assert new.hidden() == {"asks_commune": True}
    assert EditProfile.parse(sent, new.hidden(), clues).say_of(person)["code_commune"] is None, "it was emptied"
