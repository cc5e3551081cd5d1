"""A story in a browser: the first minute of who has just come, on a phone."""

import pytest
from playwright.async_api import expect

from tests.browser.client import PHONE, SIT
from tests.browser.real import emoji
from tests.people import unique
from tests.support.house import DOMAIN, House
from tests.support.membership import join_team, open_house, welcoming

__all__ = ["open_house", "welcoming"]


pytestmark = pytest.mark.browser


async def test_the_first_minute_of_a_newcomer(open_house: House, sit: SIT) -> None:
    house = open_house
    await house.planned_channel("general", "O")
    lea = await house.site.person("lea", domain=DOMAIN, in_team=False)
    await join_team(house, lea)
    client = await sit(lea, **PHONE)
    await client.visits_bot()
    welcome = await client.sees("Bienvenue")
    await expect(welcome).to_contain_text("Pour commencer")
    assert await client.overflow() <= 0

    await client.clicks(welcome, "Lire la charte")
    await client.sees("Discrétion")
    await client.clicks(client.post("Pour commencer"), "J’accepte la charte")
    await expect(client.post("Pour commencer")).to_contain_text("Lisez la charte")
    await expect(emoji(client.post("Pour commencer"), "✅", "white_check_mark")).to_be_visible()
    await client.clicks(client.post("Pour commencer"), "Compléter mon profil")
    window = await client.window()
    nom = unique("Périn")
    await window.writes("prenom", "Léa")
    await window.writes("nom", nom)
    await window.writes("structure", "Médiathèque")
    await window.sends()
    await window.is_gone()
    await expect(client.post("Pour commencer")).to_contain_text("Bienvenue, Léa")
    await client.page.reload()
    await client.sees("Bienvenue, Léa")
    await client.types("/canaux")
    await client.sees("Vos canaux")
    assert await client.overflow() <= 0
