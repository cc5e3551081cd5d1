"""Stories in a browser: an animateur checks a channel, has it repaired and undoes it; somebody is found on a phone."""

import pytest
from playwright.async_api import expect

from storage.canaux import disallow, forget_channel, list_allowances
from storage.people import Role
from tests.browser.client import PHONE, SIT
from tests.people import Person
from tests.support.house import House, wait_for
from tests.support.membership import add_to_directory, make_surname

pytestmark = pytest.mark.browser


async def test_a_channel_is_checked_repaired_and_undone(house: House, sit: SIT, juliette: Person) -> None:
    agathe = await house.someone(Role.ANIMATEUR, "agathe")
    place = await house.site.channel("rhone", "Le Rhône à nous")
    client = await sit(agathe)
    await client.types("/canaux verifier 69")
    await client.visits_bot()
    card = await client.sees("ce qui n’est pas comme prévu")
    await expect(card).to_contain_text("le canal « 69 - Rhône »")
    await expect(card).to_contain_text("Rien n’a été changé")
    assert not await is_in(house, place, juliette)

    await client.clicks(card, "Réparer")
    card = await client.sees("Canaux : réparés")
    await wait_for(lambda: is_in(house, place, juliette))
    await expect(card.locator("button[data-action-id]").first).to_have_text("Annuler")
    await client.clicks(card, "Annuler")
    await client.sees("réparation annulée")

    async def is_out() -> bool:
        return not await is_in(house, place, juliette)

    await wait_for(is_out)
    async with house.bot.database.transaction() as db:
        for each in await list_allowances(db):
            await disallow(db, each.key, each.user_id)
        await forget_channel(db, "departement:69")


async def is_in(house: House, channel_id: str, person: Person) -> bool:
    return await house.bot.chat.channel_member(channel_id, person.id) is not None


async def test_somebody_is_found_and_reached_on_a_phone(house: House, sit: SIT, juliette: Person) -> None:
    name = make_surname("Périn-")
    zoe = await add_to_directory(house, f"Zoé {name}", code_commune="69256")
    client = await sit(juliette, **PHONE)
    await client.types(f"/annuaire {name.lower()} zoe")
    card = await client.sees(f"Zoé {name}")
    await expect(card).to_contain_text("Vaulx-en-Velin")
    assert await client.overflow() <= 0, "nothing to scroll sideways"
    link = card.get_by_role("link").first
    assert await link.get_attribute("href") == f"{house.site.url}/{house.site.team}/messages/@{zoe.username}"
    await client.types("/annuaire qui linux près de 69120")
    await client.sees("Personne n’a encore dit savoir faire")
    assert await client.overflow() <= 0
