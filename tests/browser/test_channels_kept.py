"""Stories in a browser: an animateur checks a channel, has it repaired and undoes it; somebody is found on a phone."""

import pytest
from playwright.async_api import expect

from storage.canaux import disallow, forget_channel, list_allowances
from storage.people import Role
from tests.browser.desk import PHONE, SIT
from tests.people import Person
from tests.support.house import House, wait_for
from tests.support.membership import add_to_directory, make_surname

pytestmark = pytest.mark.browser


async def test_a_channel_is_checked_repaired_and_undone(house: House, sit: SIT, juliette: Person) -> None:
    agathe = await house.someone(Role.ANIMATEUR, "agathe")
    place = await house.site.channel("rhone", "Le Rhône à nous")
    desk = await sit(agathe)
    await desk.types("/canaux verifier 69")
    await desk.visits_bot()
    card = await desk.sees("ce qui n’est pas comme prévu")
    await expect(card).to_contain_text("le canal « 69 - Rhône »")
    await expect(card).to_contain_text("Rien n’a été changé")
    assert not await is_in(house, place, juliette)

    await desk.clicks(card, "Réparer")
    card = await desk.sees("Canaux : réparés")
    await wait_for(lambda: is_in(house, place, juliette))
    await expect(card.locator("button[data-action-id]").first).to_have_text("Annuler")
    await desk.clicks(card, "Annuler")
    await desk.sees("réparation annulée")

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
    desk = await sit(juliette, **PHONE)
    await desk.types(f"/annuaire {name.lower()} zoe")
    card = await desk.sees(f"Zoé {name}")
    await expect(card).to_contain_text("Vaulx-en-Velin")
    assert await desk.overflow() <= 0, "nothing to scroll sideways"
    link = card.get_by_role("link").first
    assert await link.get_attribute("href") == f"{house.site.url}/{house.site.team}/messages/@{zoe.username}"
    await desk.types("/annuaire qui linux près de 69120")
    await desk.sees("Personne n’a encore dit savoir faire")
    assert await desk.overflow() <= 0
