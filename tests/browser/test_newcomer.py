"""A story in a browser: the first minute of who has just come, on a phone."""

import pytest
from playwright.async_api import expect

from tests.browser.desk import PHONE, SIT
from tests.browser.real import emoji
from tests.people import unique
from tests.support.house import DOMAIN, House
from tests.support.membership import join_team, open_house

__all__ = ["open_house"]


pytestmark = pytest.mark.browser


async def test_the_first_minute_of_a_newcomer(open_house: House, sit: SIT) -> None:
    house = open_house
    lea = await house.site.person("lea", domain=DOMAIN, in_team=False)
    await join_team(house, lea)
    desk = await sit(lea, **PHONE)
    await desk.visits_bot()
    welcome = await desk.sees("Bienvenue")
    await expect(welcome).to_contain_text("Pour commencer")
    assert await desk.overflow() <= 0

    await desk.clicks(welcome, "Lire la charte")
    await desk.sees("Discrétion")
    await desk.clicks(desk.post("Pour commencer"), "J’accepte la charte")
    await expect(desk.post("Pour commencer")).to_contain_text("Lisez la charte")
    await expect(emoji(desk.post("Pour commencer"), "✅", "white_check_mark")).to_be_visible()
    await desk.clicks(desk.post("Pour commencer"), "Compléter mon profil")
    window = await desk.window()
    nom = unique("Périn")
    await window.writes("prenom", "Léa")
    await window.writes("nom", nom)
    await window.writes("structure", "Médiathèque")
    await window.sends()
    await window.is_gone()
    await expect(desk.post("Pour commencer")).to_contain_text("Bienvenue, Léa")
    await desk.page.reload()
    await desk.sees("Bienvenue, Léa")
    await desk.types("/canaux")
    await desk.sees("Vos canaux")
    assert await desk.overflow() <= 0
