"""Stories: somebody asks for help, an agent takes it, answers, and solves it."""

import pytest

from tests.support.hotline import Hotline, desk, send_dialog
from tests.support.house import plain, reply_in_thread

__all__ = ["desk"]


@pytest.mark.every_mode
async def test_a_demand_is_taken_answered_and_solved(desk: Hotline) -> None:
    ticket, receipt = await desk.asks(desk.juliette, "L’export reste vide", details="Depuis ce matin.")
    assert "Aide Espace Coop" in plain(receipt)
    assert receipt.buttons == ["C’est réglé"]
    card = await desk.card(ticket)
    for words in ("L’export reste vide", "Depuis ce matin.", "gênant", "nouveau", desk.juliette.username, "personne"):
        assert words in plain(card), words
    assert card.buttons == ["Prendre", "Répondre", "Résoudre"]
    await desk.is_where(ticket)

    await desk.agathe.clicks(card, "Prendre")
    card = await desk.card(ticket, "pris")
    assert card.buttons == ["Répondre", "Résoudre"]
    await desk.under(desk.juliette, receipt, "s’occupe de votre demande")
    line = await reply_in_thread(desk.agathe, card, "Essayez de **vider** le cache, @all")
    twin = await desk.under(desk.juliette, receipt, "Essayez de **vider** le cache")
    assert "@all" not in twin.text
    await reply_in_thread(desk.agathe, card, "! je crois que c’est le navigateur")
    await reply_in_thread(desk.juliette, receipt, "Toujours *rien* @channel")
    back = await desk.under(desk.agathe, card, "rien")
    assert "@channel" not in back.text
    assert "*rien*" not in back.text.replace("\\*", "")
    assert line.id != twin.id

    await send_dialog(
        desk.agathe, await desk.card(ticket), "Résoudre", reponse="C’est réparé.", solution="Vider le cache."
    )
    await desk.under(desk.juliette, receipt, "C’est réparé.")
    told = await desk.under(desk.juliette, receipt, "est résolue")
    assert told.buttons == ["👍", "👎", "Ce n’est pas réglé"]
    await desk.juliette.clicks(told, "👍")
    await desk.juliette.rewritten(told, "👍")
    solved = await desk.now(ticket)
    assert (solved.state, solved.reason, solved.rating, solved.agent_id) == ("resolu", "resolu", 1, desk.agathe.id)
    assert solved.first_answer_at
    assert solved.resolved_at
    assert not [p for p in await desk.juliette.direct() if "navigateur" in p.text]
    assert (await desk.card(ticket, "résolu")).buttons == ["Rouvrir", "En faire une fiche"]
