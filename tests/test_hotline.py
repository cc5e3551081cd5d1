"""Stories: somebody asks for help, an agent takes it, answers, and solves it."""

import pytest

from tests.support.hotline import Hotline, helpdesk, send_dialog
from tests.support.house import plain, reply_in_thread

__all__ = ["helpdesk"]


@pytest.mark.every_mode
async def test_a_demand_is_taken_answered_and_solved(helpdesk: Hotline) -> None:
    ticket, receipt = await helpdesk.asks(helpdesk.juliette, "L’export reste vide", details="Depuis ce matin.")
    assert "Aide Espace Coop" in plain(receipt)
    assert receipt.buttons == ["C’est réglé"]
    card = await helpdesk.card(ticket)
    for words in (
        "L’export reste vide",
        "Depuis ce matin.",
        "gênant",
        "nouvelle",
        helpdesk.juliette.username,
        "personne",
    ):
        assert words in plain(card), words
    assert card.buttons == ["Prendre", "Répondre", "Résoudre"]
    await helpdesk.is_where(ticket)

    await helpdesk.agathe.clicks(card, "Prendre")
    card = await helpdesk.card(ticket, "pris")
    assert card.buttons == ["Répondre", "Résoudre"]
    await helpdesk.under(helpdesk.juliette, receipt, "s’occupe de votre demande")
    line = await reply_in_thread(helpdesk.agathe, card, "Essayez de **vider** le cache, @all")
    twin = await helpdesk.under(helpdesk.juliette, receipt, "Essayez de **vider** le cache")
    assert "@all" not in twin.text
    await reply_in_thread(helpdesk.agathe, card, "! je crois que c’est le navigateur")
    await reply_in_thread(helpdesk.juliette, receipt, "Toujours *rien* @channel")
    back = await helpdesk.under(helpdesk.agathe, card, "rien")
    assert "@channel" not in back.text
    assert "*rien*" not in back.text.replace("\\*", "")
    assert line.id != twin.id

    await send_dialog(
        helpdesk.agathe, await helpdesk.card(ticket), "Résoudre", reponse="C’est réparé.", solution="Vider le cache."
    )
    await helpdesk.under(helpdesk.juliette, receipt, "C’est réparé.")
    told = await helpdesk.under(helpdesk.juliette, receipt, "est résolue")
    assert told.buttons == ["👍", "👎", "Ce n’est pas réglé"]
    await helpdesk.juliette.clicks(told, "👍")
    await helpdesk.juliette.rewritten(told, "👍")
    solved = await helpdesk.now(ticket)
    assert (solved.state, solved.reason, solved.rating, solved.agent_id) == ("resolu", "resolu", 1, helpdesk.agathe.id)
    assert solved.first_answer_at
    assert solved.resolved_at
    assert not [p for p in await helpdesk.juliette.direct() if "navigateur" in p.text]
    assert (await helpdesk.card(ticket, "résolu")).buttons == ["Rouvrir", "En faire une fiche"]
