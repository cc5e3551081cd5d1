"""Stories in a browser: on a small phone somebody finds a resource among five cards, keeps it, and opens it."""

import re

import pytest
from playwright.async_api import expect

from tests.browser.client import PHONE, SIT
from tests.people import Person, unique
from tests.support.house import House
from tests.support.ressources import make_resource, store_resources

pytestmark = pytest.mark.browser
SMALL = PHONE | {"viewport": {"width": 360, "height": 640}}
CARD = "button[data-action-id]"


async def test_a_resource_is_found_kept_and_opened_on_a_phone(house: House, juliette: Person, sit: SIT) -> None:
    word = unique("cadastre")
    description = (
        f"Le **{word}** pas à pas, avec une phrase assez longue pour tenir sur deux lignes d’un petit téléphone."
    )
    made = [
        make_resource(f"Lire le {word}, partie {n}", url=f"https://exemple.fr/{word}/{n}", description=description)
        for n in range(7)
    ]
    async with house.bot.database.transaction() as db:
        await store_resources(db, *made)
    phone = await sit(juliette, **SMALL)
    await phone.types(f"/ressources {word}")
    page = await phone.sees("7 ressources")
    assert await phone.overflow() <= 0, "nothing to scroll sideways"
    assert await page.get_by_role("button", name="Ouvrir").count() == 5
    await page.get_by_role("button", name="Ouvrir").first.click()
    whole = await phone.sees("Ressource n°")
    await expect(whole).to_contain_text("pas à pas")
    await whole.get_by_role("button", name=re.compile("Favori$")).click()
    await phone.sees("favoris")
    assert await phone.overflow() <= 0
    await page.get_by_role("button", name="Voir la suite").click()
    second = await phone.sees("page 2 sur 2")
    assert await second.get_by_role("button", name="Ouvrir").count() == 2
    await phone.types("/ressources favoris")
    kept = await phone.sees("Vos favoris")
    await expect(kept).to_contain_text(word)
