"""Stories in a browser: help is asked for on a small phone; an agent takes, answers and solves it from the room."""

import pytest
from playwright.async_api import expect

from tests.browser.client import PHONE, SIT
from tests.people import unique
from tests.support.hotline import ROOMS, Hotline
from tests.support.hotline import helpdesk as hotline

__all__ = ["hotline"]


pytestmark = pytest.mark.browser
SMALL = PHONE | {"viewport": {"width": 360, "height": 640}}


async def test_help_is_asked_for_on_a_phone_and_comes_from_the_room(hotline: Hotline, sit: SIT) -> None:
    subject = unique("Calendrier figé")
    phone = await sit(hotline.juliette, **SMALL)
    window = await phone.opens("/hotline")
    await window.picks("file", "Aide Espace Coop")
    await window.writes("sujet", subject)
    await window.writes("details", "Rien ne bouge quand je clique.")
    assert await phone.overflow() <= 0, "nothing to scroll sideways"
    await window.sends()
    await window.is_gone()
    await phone.visits_bot()
    receipt = await phone.sees(subject)
    await expect(receipt).to_contain_text("Aide Espace Coop")
    assert await phone.overflow() <= 0
    ticket = await hotline.ticket(hotline.juliette)
    await hotline.is_where(ticket)

    room = await sit(hotline.agathe)
    await room.visits(ROOMS["espace-coop"])
    card = await room.sees(f"Demande n° {ticket.number}")
    await expect(card).to_contain_text(subject)
    await room.clicks(card, "Prendre")
    await expect(card).to_contain_text("pris")
    await room.clicks(card, "Répondre")
    window = await room.window()
    await window.writes("reponse", "Videz le cache, puis réessayez.")
    await window.sends()
    await window.is_gone()
    await phone.sees("Videz le cache, puis réessayez.")
    assert await phone.overflow() <= 0

    await room.clicks(card, "Résoudre")
    window = await room.window()
    await window.writes("reponse", "C’est réparé.")
    await window.sends()
    await window.is_gone()
    await expect(card).to_contain_text("résolu")
    await expect(card.locator("button[data-action-id]")).to_have_text(["Rouvrir", "En faire une fiche"])
    told = await phone.sees("est résolue")
    await phone.clicks(told, "👍")
    await phone.sees("Merci, votre 👍 est noté")
    assert await phone.overflow() <= 0
