"""Stories: « Qui sait faire ? »: the nearest who are willing are asked through the bot, not too often, and may stop."""

from datetime import timedelta
from typing import Any

import pytest

from tests.people import Person, Post
from tests.support.cra import read_mistake
from tests.support.house import House
from tests.support.membership import add_to_directory, make_surname, plain_words

LYON, VAULX, BOURG, PARIS = "69123", "69256", "01053", "75056"


async def helper(house: House, skill: str, prenom: str = "Zoé", **more: Any) -> Person:
    """Somebody who can do this, and can be asked."""
    return await add_to_directory(house, f"{prenom} {make_surname()}", skill_words=[skill], **({"helps": True} | more))


async def asked(person: Person, skill: str, question: str = "Comment faire ?") -> Post:
    """Ask all who are found; what is answered."""
    form = await person.opens_by(await person.asks(f"/annuaire qui {skill}"), "Demander de l’aide")
    answer = await form.fill(question=question).submit()
    assert answer.accepted, answer
    return await person.whispered("Votre question est envoyée")


@pytest.mark.every_mode
async def test_the_nearest_are_found_and_asked_and_may_stop(house: House, juliette: Person) -> None:
    skill = make_surname("linux")
    far = await helper(house, skill, "Far", departements=["75"], code_commune=PARIS)
    region = await helper(house, skill, "Rég", departements=["01"], code_commune=BOURG)
    near = await helper(house, skill, "Near", code_commune=VAULX)
    same = await helper(house, skill, "Dép", code_commune=LYON)
    await helper(house, skill, "Nope", helps=False)
    await helper(house, skill, "Anonyme", is_hidden=True)
    page = plain_words(await juliette.asks(f"/annuaire qui {skill} près de 69120"))
    order = [page.index(words) for words in ("Near", "Dép", "Rég", "Far")]
    assert order == sorted(order)
    for words in ("même commune", "même département", "même région", "plus loin", "de Vaulx-en-Velin (69)"):
        assert words in page
    for words in ("à Vaulx-en-Velin", "69120", "vers vaulx en velin"):
        assert plain_words(await juliette.asks(f"/annuaire qui {skill} {words}")) == page
    assert "loin de l’Ain (01)" in plain_words(await juliette.asks(f"/annuaire qui {skill} dans l’Ain"))
    assert "loin du Mans (72)" in plain_words(await juliette.asks(f"/annuaire qui {skill} le mans"))
    assert "Nope" not in page
    assert "Anonyme" not in page

    await asked(juliette, skill, "Bonjour @all, **urgent**")
    for person in (near, same, region, far):
        question = await person.told("cherche de l’aide")
        assert "@all" not in question.text
        assert "**urgent**" not in question.text
        assert f"/messages/@{juliette.username}" in question.text
    await near.clicks((await near.direct())[-1], "Ne plus être sollicité")
    await near.whispered("on ne vous sollicitera plus")
    assert "Near" not in plain_words(await juliette.asks(f"/annuaire qui {skill} près de 69120"))
    for number in range(3):
        await helper(house, skill, f"Loin{number}", departements=["75"], code_commune=PARIS)
    many = await juliette.asks(f"/annuaire qui {skill} près de 69120")
    assert "et 1 autre" in plain_words(many)
    await juliette.clicks(many, "Voir les autres")
    await juliette.whispered(skill)


async def test_nobody_is_asked_too_often_and_a_week_later_they_may_be_again(house: House, juliette: Person) -> None:
    skill = make_surname("linux")
    zoe = await helper(house, skill)
    most = house.settings.help_requests
    for _ in range(most):
        await asked(juliette, skill)
    form = await juliette.opens_by(await juliette.asks(f"/annuaire qui {skill}"), "Demander de l’aide")
    answer = await form.fill(question="Encore ?").submit()
    assert "déjà reçu assez de questions" in answer.error
    await house.settled()
    assert len(await zoe.direct()) == most
    house.clock.goes_to(house.clock() + timedelta(days=8))
    await asked(juliette, skill)


async def test_a_request_taken_back_counts_no_more(house: House, juliette: Person) -> None:
    skill = make_surname("linux")
    zoe = await helper(house, skill)
    for _ in range(house.settings.help_requests):
        told = await asked(juliette, skill)
        question = await zoe.told("cherche de l’aide")
    await house.settled()
    await juliette.clicks(told, "Retirer ma demande")
    await juliette.whispered("Votre demande est retirée")
    assert (await zoe.rewritten(question, "a été retirée")).buttons == []
    await juliette.clicks(told, "Retirer ma demande")
    assert "déjà retirée" in plain_words(await juliette.whispered())
    await asked(juliette, skill)


async def test_what_is_sent_twice_is_asked_once(house: House, juliette: Person) -> None:
    skill = make_surname("linux")
    zoe = await helper(house, skill)
    form = await juliette.opens_by(await juliette.asks(f"/annuaire qui {skill}"), "Demander de l’aide")
    form.fill(question="Comment ?")
    sent = {name: form.shown(name) for name in form.names}
    await form.send(sent)
    await form.send(sent)
    await house.settled()
    assert len(await zoe.direct()) == 1


async def test_a_place_or_a_skill_that_is_none_is_said(house: House, juliette: Person) -> None:
    assert "Dites ce qu’il faut" in plain_words(await juliette.asks("/annuaire qui"))
    assert "Dites ce qu’il faut" in plain_words(await juliette.asks("/annuaire qui près de Lyon"))
    assert "Je ne connais pas de lieu" in plain_words(
        await juliette.asks("/annuaire qui linux près de Nulle-Part-les-Oies")
    )
    nobody = await juliette.asks(f"/annuaire qui {make_surname('xyz')}")
    assert "Personne n’a encore dit" in plain_words(nobody)
    assert nobody.buttons == []


async def test_a_question_is_short_enough_to_be_read(house: House, juliette: Person) -> None:
    skill = make_surname("linux")
    await helper(house, skill)
    form = await juliette.opens_by(await juliette.asks(f"/annuaire qui {skill}"), "Demander de l’aide")
    assert "1000 caractères" in read_mistake(await form.fill(question="x" * 1001).submit(), "question")


@pytest.mark.every_mode
async def test_a_mistyped_skill_proposes_the_near_one(house: House, juliette: Person) -> None:
    await helper(house, make_surname("rien"), "Tabea", code_commune=VAULX, skills=["traitement texte"])
    nobody = await juliette.asks("/annuaire qui tableaur")
    assert "Vous cherchez peut-être" in plain_words(nobody)
    await juliette.clicks(nobody, "/annuaire qui tableur")
    assert "Qui sait faire : tableur" in plain_words(await juliette.whispered("Qui sait faire"))

    near_lyon = await juliette.asks("/annuaire qui tableaur près de Lyon")
    await juliette.clicks(near_lyon, "/annuaire qui tableur")
    assert "loin de Lyon (69)" in plain_words(await juliette.whispered("Qui sait faire"))
