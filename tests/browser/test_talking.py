"""Stories in a browser: what others write appears by itself, whispers stay private, files travel, tabs are people."""

import re

import pytest
from playwright.async_api import FilePayload, expect

from tests.browser.client import BOX, SIT, Client
from tests.browser.pixels import WIDTH, picture
from tests.browser.real import ONLY_YOU
from tests.people import Person
from tests.support.house import House

pytestmark = [pytest.mark.browser, pytest.mark.newest_only]


async def test_what_another_person_answers_appears_without_reload(house: House, client: Client) -> None:
    agathe = await house.site.person("agathe")
    await client.types("Qui vient **mardi** à la réunion ?")
    mine = await client.sees("Qui vient mardi")
    await expect(mine.locator("strong")).to_have_text("mardi")

    said = await agathe.says("Moi, avec `deux` collègues")
    await expect(client.text_of(said.id)).to_contain_text("Moi, avec deux collègues")
    await expect(client.text_of(said.id).locator("code")).to_have_text("deux")
    await agathe.api.put(f"/posts/{said.id}/patch", {"message": "Moi, seule finalement"})
    await expect(client.text_of(said.id)).to_contain_text("Moi, seule finalement")
    await agathe.api.delete(f"/posts/{said.id}")
    await expect(client.page.get_by_text("Moi, seule finalement")).to_have_count(0)


async def test_a_whisper_is_shown_to_one_and_can_be_put_away(house: House, client: Client) -> None:
    await client.types("/cra atelier 8p mail, internet 69120 hier retraités")
    preview = await client.sees("Il manque")
    await expect(preview).to_contain_text(ONLY_YOU)
    await client.clicks(preview, "Compléter")
    window = await client.window()
    assert await window.value("participants") == "8"
    await window.cancel.click()
    await window.is_gone()
    await preview.hover()
    await preview.locator("button.dismiss, button.post__remove").click()
    await expect(client.page.get_by_text("Il manque")).to_have_count(0)


async def test_files_are_sent_and_shown(house: House, sit: SIT, juliette: Person) -> None:
    client, agathe = await sit(juliette), await sit(await house.site.person("agathe"))
    image: FilePayload = {"name": "affiche.png", "mimeType": "image/png", "buffer": picture()}
    sheet: FilePayload = {
        "name": "fiche-pratique.txt",
        "mimeType": "text/plain",
        "buffer": "Une fiche d’une page.".encode(),
    }
    await client.page.locator('input[type="file"]').first.set_input_files([image, sheet])
    await expect(client.page.get_by_text("fiche-pratique").first).to_be_visible()
    await client.page.fill(BOX, "Voici l’affiche et la fiche")
    await client.page.wait_for_load_state("networkidle")
    await client.page.press(BOX, "Enter")

    for reader in (client, agathe):
        post = await reader.sees("Voici l’affiche et la fiche")
        await expect(post).to_contain_text("fiche-pratique.txt")
        drawn = post.locator("img[src*='blob:'], img[src*='/files/']").first
        await expect(drawn).to_be_visible()
        await expect(drawn).to_have_js_property("naturalWidth", WIDTH)


async def test_two_people_in_two_tabs_of_one_browser(house: House, sit: SIT, juliette: Person) -> None:
    if house.sandbox is None:
        pytest.skip("tabs of the real client share one cookie")
    malik = await house.site.person("malik")
    hers = await sit(juliette)
    his = await sit(malik, beside=hers)
    await hers.types("Je suis Juliette")
    await his.sees("Je suis Juliette")
    await his.types("Je suis Malik")
    await hers.sees("Je suis Malik")
    await hers.page.reload()
    await hers.types("Toujours Juliette")
    await his.sees("Toujours Juliette")
    authors = {p.message: p.user_id for p in await malik.reads(house.site.square)}
    assert authors["Toujours Juliette"] == juliette.id
    assert authors["Je suis Malik"] == malik.id


async def test_a_channel_elsewhere_shows_that_something_is_unread(house: House, client: Client) -> None:
    agathe = await house.site.person("agathe")
    topic = await agathe.api.get(f"/teams/{house.site.team_id}/channels/name/off-topic")
    line = client.page.locator("#sidebarItem_off-topic")
    await expect(line).to_be_visible()
    before = (await line.get_attribute("class"), await line.inner_text())
    await agathe.says(f"Une question pour @{client.person.username}", topic["id"])
    await expect(line).to_have_text(re.compile("1"))
    assert (await line.get_attribute("class"), await line.inner_text()) != before
    await line.click()
    await client.sees("Une question pour")
    await expect(line).not_to_have_text(re.compile("1"))
