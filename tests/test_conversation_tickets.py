"""Stories: what people and agents say of a ticket, in its thread and beside it."""

import pytest

from tests.support.conversation import LINE, answered, bot_name, hearing, writes
from tests.support.hotline import Hotline, helpdesk, send_dialog
from tests.support.house import edit_post, plain, reply_in_thread, wait_for

__all__ = ["hearing", "helpdesk"]


async def test_a_ticket_that_was_solved_is_settled_by_a_word(helpdesk: Hotline) -> None:
    """In its thread, where the agents read it, and beside."""
    ticket, receipt = await helpdesk.asks(helpdesk.juliette, "L’imprimante clignote")
    await helpdesk.is_where(ticket)
    await send_dialog(helpdesk.agathe, await helpdesk.card(ticket), "Résoudre", solution="Vider le cache.")
    asked = await helpdesk.under(helpdesk.juliette, receipt, "est résolue")
    await reply_in_thread(helpdesk.juliette, receipt, "Oui merci, c’est bon")
    await helpdesk.juliette.rewritten(asked)
    solved = await helpdesk.now(ticket)
    assert (solved.state, solved.rating) == ("resolu", 1)
    await reply_in_thread(helpdesk.juliette, receipt, "non en fait cela recommence")
    await helpdesk.card(ticket, "rouvert")


async def test_a_demand_that_is_over_is_closed_by_a_click_and_nothing_else_is(helpdesk: Hotline) -> None:
    juliette = helpdesk.juliette
    await answered(juliette, LINE, "rien n’est encore enregistré")
    ticket, _ = await helpdesk.asks(juliette, "La souris colle")
    for words in ("annule ma demande", "en fait ça remarche", "c’est réglé"):
        told = await answered(juliette, words, "encore ouverte")
        assert f"n° {ticket.number}, « La souris colle »" in plain(told)
        assert told.buttons == ["C’est réglé", "Autre chose"]
    await juliette.clicks(told, "C’est réglé")
    assert "est close" in plain(await juliette.rewritten(told))
    await helpdesk.card(ticket, "clos")
    await answered(juliette, "c’est réglé", "rien n’est encore enregistré")


@pytest.mark.parametrize(("word", "rating"), [("oui", 1), ("non", -1)])
async def test_a_ticket_is_rated_by_a_word_beside_its_thread(helpdesk: Hotline, word: str, rating: int) -> None:
    subject = "La tablette chauffe" if rating > 0 else "Personne ne reçoit le courrier"
    ticket, receipt = await helpdesk.asks(helpdesk.juliette, subject)
    await helpdesk.is_where(ticket)
    await send_dialog(helpdesk.agathe, await helpdesk.card(ticket), "Résoudre", solution="Vider le cache.")
    asked = await helpdesk.under(helpdesk.juliette, receipt, "est résolue")
    await helpdesk.house.settled()
    await writes(helpdesk.juliette, word)
    rated = await helpdesk.juliette.rewritten(asked)
    assert "Ce n’est pas réglé" in rated.buttons
    solved = await helpdesk.now(ticket)
    assert (solved.state, solved.rating) == ("resolu", rating)


async def test_words_in_a_ticket_s_thread_go_to_its_agents_alone(helpdesk: Hotline) -> None:
    ticket, receipt = await helpdesk.asks(helpdesk.juliette, "La page tourne en rond")
    card = await helpdesk.card(ticket)
    await helpdesk.is_where(ticket)
    await reply_in_thread(helpdesk.juliette, receipt, "je cherche une fiche sur les impôts")
    await helpdesk.under(helpdesk.agathe, card, "une fiche sur les impôts")
    name = await bot_name(helpdesk.house)
    await reply_in_thread(helpdesk.agathe, card, f"Tapez stats, ou demandez à @{name}")
    await helpdesk.under(helpdesk.juliette, receipt, "Tapez stats")
    await helpdesk.house.settled()
    assert not [post for post in await helpdesk.agathe.direct() if "Vous m’avez écrit" in post.text]
    assert not [post for post in await helpdesk.juliette.direct() if "Vous cherchez" in post.text]


async def test_an_agent_who_speaks_to_the_bot_in_a_ticket_s_thread_is_not_heard_by_its_author(
    helpdesk: Hotline,
) -> None:
    ticket, receipt = await helpdesk.asks(helpdesk.juliette, "Le lecteur de carte ne lit plus")
    card = await helpdesk.card(ticket)
    await helpdesk.is_where(ticket)
    name = await bot_name(helpdesk.house)
    await reply_in_thread(helpdesk.agathe, card, f"@{name} c’est un vieux pilote")
    offered = await helpdesk.agathe.told("c’est un vieux pilote")
    assert "Voir la demande" in offered.buttons[0]
    said = await reply_in_thread(helpdesk.agathe, card, "Quel est le modèle ?")
    await helpdesk.under(helpdesk.juliette, receipt, "Quel est le modèle")
    await edit_post(helpdesk.agathe, said, f"@{name} quel modèle ?")

    async def is_unheard() -> bool:
        thread = [plain(post) for post in await helpdesk.juliette.direct() if post.root_id == receipt.id]
        return not [text for text in thread if "pilote" in text or "modèle" in text]

    assert await wait_for(is_unheard)


async def test_an_agent_says_what_becomes_of_a_ticket(helpdesk: Hotline) -> None:
    """The ticket is shown with its buttons; to all others the same words mean something of theirs."""
    ticket, _ = await helpdesk.asks(helpdesk.juliette, "Le scanner reste muet")
    await helpdesk.is_where(ticket)
    number = ticket.number
    for words in (
        f"je prends le {number}",
        f"ferme le {number}",
        f"le {number} est un doublon du 1",
        f"passe la demande {number} à l’autre file",
    ):
        shown = await answered(helpdesk.agathe, words, "Le scanner reste muet")
        assert "Résoudre" in shown.buttons, words
    assert "Résoudre" in (await answered(helpdesk.agathe, "je le prends", "Le scanner reste muet")).buttons
    await answered(helpdesk.agathe, "quelles demandes attendent ?", "Demandes en cours")
    await answered(helpdesk.agathe, "la panne est finie", "anne")
    offered = await answered(helpdesk.agathe, "déclare une panne d’imprimante", "cherchez peut-être")
    assert offered.buttons[0].endswith(": imprimante")
    home = await answered(helpdesk.agathe, "qu’est-ce qui attend ?", "Ce qui vous attend")
    assert "pas d’agent" in plain(home)
    assert "Voir les demandes" in home.buttons
    a_day = await answered(helpdesk.agathe, f"je prends le {number} décembre", "cherchez peut-être")
    assert "scanner" not in plain(a_day)
    other = await answered(helpdesk.juliette, f"rouvre le {number}")
    assert "n’existe pas" not in plain(other)


async def test_an_agent_speaks_of_the_ticket_that_a_command_showed(helpdesk: Hotline) -> None:
    ticket, _ = await helpdesk.asks(helpdesk.juliette, "Le scanner reste muet")
    await helpdesk.is_where(ticket)
    await helpdesk.agathe.asks(f"/ticket {ticket.number}")
    for words in ("je le prends", "transfère-la à malik", "passe-la en urgent", "réponds-lui de vider le cache",
                  "c’est résolu", "c'est réglé"):  # fmt: skip
        shown = await answered(helpdesk.agathe, words, "Le scanner reste muet")
        assert "Résoudre" in shown.buttons, words
    await answered(helpdesk.agathe, "les tickets libres", "Demandes en cours")
    await answered(helpdesk.agathe, f"le {ticket.number}", "Le scanner reste muet")
    missing = plain(await helpdesk.agathe.asks("/ticket 99999"))
    assert "/ticket liste" in missing
    assert "pas à vous" not in missing


async def test_an_open_demand_does_not_stand_before_what_is_asked(helpdesk: Hotline) -> None:
    ticket, _ = await helpdesk.asks(helpdesk.juliette, "Le scanner reste muet")
    await helpdesk.is_where(ticket)
    assert "Le scanner reste muet" in plain(await answered(helpdesk.juliette, "et ma demande ?", "Vos demandes"))
    moved = await answered(helpdesk.juliette, "décale mon rdv de mardi à mercredi 15h", "Chaque rendez-vous")
    assert moved.buttons[:2] == ["Voir mes rendez-vous : mardi", f"Ajouter à la demande n° {ticket.number}"]


async def test_a_queue_is_named_with_what_it_is_for(helpdesk: Hotline) -> None:
    form = await helpdesk.juliette.opens("/hotline")
    assert "Aide Espace Coop (l’outil : comptes rendus, statistiques, connexion)" in form.options("file").values()
