"""Stories: what the ressourcerie knows is shown before a demand for help is filed."""

from datetime import timedelta

import pytest
from sqlmodel import select

from bot.clock import utc_now
from storage.hotline import suggestions
from storage.hotline.tickets import Ticket
from storage.ressources import feedback
from storage.ressources.feedback import Mark
from storage.ressources.resources import Resource, ResourceState
from tests.people import Post, unique
from tests.support.hotline import USUAL, Hotline, helpdesk, send_dialog
from tests.support.house import plain
from tests.support.ressources import make_resource, store_resources

__all__ = ["helpdesk"]


async def shelved(helpdesk: Hotline, titre: str, **more: str) -> int:
    """A published resource of that title; its number."""
    async with helpdesk.house.bot.database.transaction() as db:
        await store_resources(db, make_resource(titre, **more))
        found = (await db.exec(select(Resource).where(Resource.titre == titre))).one()
    return found.number


async def asked(helpdesk: Hotline, subject: str) -> Post:
    """Juliette asks that, and is shown what is like it."""
    form = await helpdesk.juliette.opens("/hotline")
    assert (await form.fill(**(USUAL | {"sujet": subject})).submit()).accepted
    return await helpdesk.juliette.told(subject)


async def mine(helpdesk: Hotline) -> list[str]:
    """The subjects of what she filed."""
    async with helpdesk.house.bot.database.transaction(writes=False) as db:
        theirs = await db.exec(select(Ticket.subject).where(Ticket.author_id == helpdesk.juliette.id))
        return list(theirs.all())


@pytest.mark.every_mode
async def test_a_resource_that_answers_it_avoids_a_ticket_and_is_thanked(helpdesk: Hotline) -> None:
    word = unique("tampon")
    number = await shelved(
        helpdesk, f"Changer le {word}", description="Appuyez *deux* fois.", url="https://exemple.fr/t"
    )
    since = utc_now()
    shown = await asked(helpdesk, f"Comment changer le {word}")
    assert f"Ressource n° {number}, Changer le {word}" in plain(shown)
    assert "[Ouvrir](<https://exemple.fr/t>)" in shown.text
    assert "Appuyez *deux*" not in shown.text
    assert shown.buttons == ["C’était ça", "Continuer"]
    await helpdesk.juliette.clicks(shown, "C’était ça")
    settled = await helpdesk.juliette.rewritten(shown, "tant mieux")
    assert settled.buttons == []
    assert await mine(helpdesk) == []
    async with helpdesk.house.bot.database.transaction(writes=False) as db:
        assert await feedback.count_marks(db, [number], Mark.USEFUL) == {number: 1}
        assert await suggestions.count_avoided(db, since, since + timedelta(hours=1), ["espace-coop"]) == 1


async def test_who_goes_on_has_the_ticket_all_the_same(helpdesk: Hotline) -> None:
    word = unique("badge")
    await shelved(helpdesk, f"Retrouver son {word}")
    shown = await asked(helpdesk, f"Mon {word} est perdu")
    assert "[Ouvrir]" not in shown.text, "it has no link"
    await helpdesk.juliette.clicks(shown, "Continuer")
    await helpdesk.juliette.told(f": Mon {word} est perdu")
    assert await mine(helpdesk) == [f"Mon {word} est perdu"]
    await helpdesk.house.settled()
    assert (await helpdesk.juliette.sees(shown)).buttons == []


@pytest.mark.parametrize(
    ("subject", "titre", "urgence"),
    [
        ("Plus rien ne marche", "Rien ne marche, rien n’arrive", "genant"),
        ("Retrouver mon parapluie vert", "Retrouver un parapluie vert", "bloquant"),
    ],
)
async def test_what_has_weak_words_only_in_common_or_cannot_wait_is_filed_at_once(
    subject: str, titre: str, urgence: str, helpdesk: Hotline
) -> None:
    await shelved(helpdesk, titre)
    asking = f"{subject} encore"
    form = await helpdesk.juliette.opens("/hotline")
    assert (await form.fill(**(USUAL | {"sujet": asking, "urgence": urgence})).submit()).accepted
    await helpdesk.juliette.told(f": {asking}")
    assert await mine(helpdesk) == [asking]


async def test_solved_tickets_and_resources_are_shown_together(helpdesk: Hotline) -> None:
    word = unique("scanner")
    first, _ = await helpdesk.asks(helpdesk.juliette, f"Le {word} numérise en noir")
    await helpdesk.is_where(first)
    await send_dialog(helpdesk.agathe, await helpdesk.card(first), "Résoudre", solution="Nettoyer la vitre.")
    numbers = [await shelved(helpdesk, f"Le {word} numérise mal, {n}") for n in ("un", "deux", "trois")]
    shown = await asked(helpdesk, f"Le {word} numérise encore en noir")
    said = plain(shown)
    assert "ceci lui ressemble" in said
    assert f"n° {first.number}, Le {word}" in said
    assert sum(f"Ressource n° {number}," in said for number in numbers) == 2, "four buttons at most"
    assert len(shown.buttons) == 4
    assert f"C’était ça : n° {first.number}" in shown.buttons
    await helpdesk.juliette.clicks(shown, "Continuer")
    await helpdesk.juliette.told("encore en noir")
    await helpdesk.house.settled()


async def test_only_what_is_published_and_near_is_shown(helpdesk: Hotline) -> None:
    word = unique("clavier")
    await shelved(helpdesk, f"Le {word} bloqué", state=ResourceState.PROPOSED)
    await shelved(helpdesk, f"Atelier cuisine et {unique('divers')}", description=f"Rien sur un {unique('autre')}.")
    ticket, _ = await helpdesk.asks(helpdesk.juliette, f"Le {word} bloqué")
    assert ticket.subject == f"Le {word} bloqué"


def test_that_nothing_is_displayed_is_no_question_about_posters() -> None:
    poster = ("Affiche : cinq réflexes contre les arnaques", "À accrocher au mur.")
    for words in ("Rien ne s’affiche", "Ça n’affiche plus rien", "La page ne s’affiche toujours pas"):
        assert not suggestions.is_answer(*poster, words), words
    assert suggestions.is_answer(*poster, "affiche contre les arnaques")


@pytest.mark.parametrize("asked", ["mon imprimante ne marche plus", "problème d’imprimante", "imprimante"])
def test_a_demand_of_one_word_is_answered_by_what_is_about_this_word(asked: str) -> None:
    assert not suggestions.is_answer("FranceConnect expliqué", "À imprimer : quels comptes marchent.", asked)
    assert not suggestions.is_answer("Imprimer une attestation", "Pas à pas.", asked)
    assert not suggestions.is_answer("Guide", "Choisir un ordinateur et une imprimante.", asked)
    assert suggestions.is_answer("Relancer les imprimantes", "Guide.", asked)


@pytest.mark.every_mode
async def test_a_solved_demand_becomes_a_resource_in_the_name_of_who_solved_it(helpdesk: Hotline) -> None:
    subject = f"Perdre son {unique('jeton')}"
    ticket, _ = await helpdesk.asks(helpdesk.juliette, subject)
    await helpdesk.is_where(ticket)
    card = await helpdesk.card(ticket)
    assert "En faire une fiche" not in card.buttons
    await send_dialog(helpdesk.agathe, card, "Résoudre", solution="En demander un autre au guichet.")
    form = await helpdesk.agathe.opens_by(await helpdesk.card(ticket, "résolu"), "En faire une fiche")
    assert form.shown("titre") == subject
    assert form.shown("description") == "En demander un autre au guichet."
    assert (await form.submit()).accepted
    await helpdesk.agathe.told("aura relue")
    async with helpdesk.house.bot.database.transaction(writes=False) as db:
        made = (await db.exec(select(Resource).where(Resource.titre == subject))).one()
    assert (made.ticket, made.auteur_id, made.state) == (ticket.number, helpdesk.agathe.id, ResourceState.PROPOSED)
    known = await helpdesk.agathe.asks(f"/ressources ajouter demande {ticket.number}")
    assert f"n° {made.number}" in plain(known)
    await helpdesk.house.settled()


@pytest.mark.parametrize(
    ("title", "text", "speaks"),
    [
        ("Changer son imprimante", "Guide.", True),
        ("Guide", "Reconnecter une imprimante au réseau wifi, pas à pas.", True),
        ("Imprimante laser", "", False),
        ("Déclarer ses impôts", "Pas à pas, pour les usagers.", False),
        ("", "", False),
    ],
)
def test_what_speaks_of_a_demand_shares_enough_words_with_it(title: str, text: str, speaks: bool) -> None:
    assert suggestions.is_answer(title, text, "changer l’imprimante du réseau wifi") is speaks
