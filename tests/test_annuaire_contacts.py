"""Stories: a contact is proposed, reviewed by animateurs, published or refused, and found or not."""

import asyncio
from datetime import date

import pytest
from sqlalchemy import delete, update
from sqlmodel import col

from storage.annuaire import entries
from storage.annuaire.entries import Contact, ContactState, make_key
from storage.people import Person as Registered
from storage.people import Role
from tests.people import Person
from tests.support.cra import read_mistake
from tests.support.house import House, read_news
from tests.support.membership import make_surname, plain_words


@pytest.fixture(autouse=True)
async def _empty(house: House) -> None:
    """No contact waits from another story, and its animateurs are told nothing."""
    async with house.bot.database.transaction() as db:
        await db.execute(delete(Contact))
        await db.execute(update(Registered).where(col(Registered.left_on).is_(None)).values(left_on=date(2020, 1, 1)))


async def proposed(person: Person, organisme: str, **more: str) -> None:
    """Propose a contact."""
    form = await person.opens("/annuaire ajouter")
    usual = {"organisme": organisme, "site": "www.exemple.fr", "departement": "Rhône"}
    answer = await form.fill(**(usual | more)).submit()
    assert answer.accepted, answer


@pytest.mark.every_mode
async def test_a_proposed_contact_is_found_once_an_animateur_published_it(house: House, juliette: Person) -> None:
    agathe = await house.someone(Role.ANIMATEUR, "agathe")
    organisme = make_surname("Banque")
    await proposed(juliette, organisme, nom="Guy Martin", telephone="04 72 00 00 00")
    await juliette.whispered("dès qu’un animateur l’aura relu")
    assert "Personne ne correspond" in plain_words(await juliette.asks(f"/annuaire {organisme}"))

    card = await agathe.told("Un contact est proposé par")
    assert f"@{juliette.username}" in card.text
    for words in ("Guy Martin", organisme, "Rhône (69)", "04 72 00 00 00", "https://www.exemple.fr"):
        assert words in plain_words(card)
    assert card.buttons == ["Publier", "Refuser"]
    await agathe.clicks(card, "Publier")
    assert (await agathe.rewritten(card, "a publié")).buttons == ["Retirer"]
    await read_news(juliette, "est dans l’annuaire. Merci")
    assert "04 72 00 00 00" in plain_words(await juliette.asks(f"/annuaire {organisme} 69"))

    await agathe.clicks(await agathe.sees(card), "Retirer")
    assert (await agathe.rewritten(card, "n’est pas dans l’annuaire")).buttons == ["Publier"]
    assert "Personne ne correspond" in plain_words(await juliette.asks(f"/annuaire {organisme}"))


async def test_a_refusal_is_told_to_who_proposed_and_to_all_animateurs(house: House, juliette: Person) -> None:
    agathe, ahmed = [await house.someone(Role.ANIMATEUR, name) for name in ("agathe", "ahmed")]
    await proposed(juliette, make_surname("Banque"))
    card, theirs = await agathe.told("est proposé"), await ahmed.told("est proposé")
    await house.settled()
    # (Who comes late may find the button gone.)
    both = (agathe.clicks(card, "Refuser"), ahmed.clicks(theirs, "Refuser"))
    await asyncio.gather(*both, return_exceptions=True)
    await ahmed.rewritten(theirs, "n’est pas dans l’annuaire")
    await house.settled()
    assert (await read_news(juliette)).text.count("n’est pas dans l’annuaire") == 1, "told once"
    decided = {
        (await who.sees(post)).text.partition(" l’a décidé")[0] for who, post in ((agathe, card), (ahmed, theirs))
    }
    assert len(decided) == 1, "who was first decided, for both"


async def test_what_is_there_is_not_proposed_twice_but_what_was_refused_is(house: House, juliette: Person) -> None:
    agathe = await house.someone(Role.ANIMATEUR, "agathe")
    organisme = make_surname("Banque")
    await proposed(juliette, organisme)
    card = await agathe.told("est proposé")
    form = await juliette.opens(f"/annuaire ajouter {organisme.upper()}")
    answer = await form.fill(site="exemple.fr", departement="69").submit()
    assert "déjà" in read_mistake(answer, "organisme")
    await agathe.clicks(card, "Refuser")
    await agathe.rewritten(card, "n’est pas")
    assert (await form.submit()).accepted
    assert (await agathe.told("est proposé")).buttons == ["Publier", "Refuser"]


async def test_what_waits_is_told_to_animateurs_and_shown_again(house: House, juliette: Person) -> None:
    assert "attend d’être relu" not in plain_words(await juliette.asks("/aide"))
    await proposed(juliette, first := make_surname("Banque"))
    await proposed(juliette, make_surname("Banque"))
    assert "relu" not in plain_words(await juliette.asks("/aide"))
    agathe = await house.someone(Role.ANIMATEUR, "agathe")
    home = await agathe.asks("/aide")
    assert "2 contacts attendent d’être relus" in plain_words(home)
    await agathe.clicks(home, "Relire")
    card = await agathe.told(first)
    await agathe.clicks(card, "Publier")
    await agathe.rewritten(card, "a publié")
    assert "1 contact attend" in plain_words(await agathe.asks("/aide"))


async def test_an_animateur_s_own_contact_is_published_at_once(house: House) -> None:
    agathe = await house.someone(Role.ANIMATEUR, "agathe")
    organisme = make_surname("Préfecture")
    await proposed(agathe, organisme)
    await agathe.whispered("C’est publié")
    assert "Rhône (69)" in plain_words(await agathe.asks(f"/annuaire {organisme}"))


async def test_an_imported_contact_is_taken_out_and_put_back_by_an_animateur(house: House, juliette: Person) -> None:
    agathe = await house.someone(Role.ANIMATEUR, "agathe")
    organisme = make_surname("Hub")
    contact = Contact(
        key=make_key("", organisme, ""), organisme=organisme, state=ContactState.PUBLISHED, changed_at=house.clock()
    )
    async with house.bot.database.transaction() as db:
        await entries.save_contact(db, contact)
    assert (await juliette.asks(f"/annuaire {organisme}")).buttons == ["vCard"]
    card = await agathe.asks(f"/annuaire {organisme}")
    assert card.buttons == ["vCard", "Retirer"]
    await agathe.clicks(card, "Retirer")
    told = await agathe.whispered("n’est pas dans l’annuaire")
    assert "Personne ne correspond" in plain_words(await juliette.asks(f"/annuaire {organisme}"))
    assert told.buttons == ["Publier"]
    await agathe.clicks(told, "Publier")
    await agathe.whispered("a publié")
    assert organisme in plain_words(await juliette.asks(f"/annuaire {organisme}"))


async def test_mistakes_are_explained_under_their_fields(juliette: Person) -> None:
    form = (await juliette.opens("/annuaire ajouter")).fill(organisme="ANCT")
    assert "au moins un courriel" in read_mistake(await form.submit(), "email")
    form.fill(email="accueil@exemple.fr")
    assert "en http ou https" in read_mistake(await form.fill(site="javascript:alert(1)").submit(), "site")
    assert "département" in read_mistake(await form.fill(site="exemple.fr", departement="Lyon").submit(), "departement")
    assert "120 caractères" in read_mistake(await form.fill(departement="", fonction="x" * 121).submit(), "fonction")
