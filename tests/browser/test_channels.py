"""Stories in a browser: channels and their marks, those one may join, their members, and their addresses."""

import re

import pytest
from playwright.async_api import Locator, expect

from tests.browser.client import BOX
from tests.browser.dialog_bot import Json
from tests.browser.stage import Stage
from tests.people import unique

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("own_page")]
MANY = 70
"""More messages than the page asks for at once."""
PAUSE_MS = 100


async def channel(stage: Stage, kind: str, title: str, **more: str) -> Json:
    """A new channel of the team, made by its admin: O public, P private."""
    body = {"team_id": stage.site.team_id, "name": unique("canal"), "display_name": title, "type": kind}
    made: Json = await stage.site.admin.post("/channels", body | more)
    return made


async def test_a_private_channel_and_a_direct_message_come_into_the_list_with_their_marks(new: Stage) -> None:
    page, me = new.client.page, new.client.person
    secret = await channel(new, "P", "Salon privé")
    await new.site.add_members(secret["id"], me)
    private = page.get_by_role("region", name="Canaux privés")
    await expect(private.get_by_role("link", name="Salon privé")).to_be_visible()

    agathe = await new.person("agathe")
    direct = await agathe.api.post("/channels/direct", [agathe.id, me.id])
    await agathe.says("Bonjour Ann", direct["id"])
    line = page.get_by_role("region", name="Messages directs").get_by_role("link", name=agathe.username)
    await expect(line).to_have_accessible_name(re.compile("1 mention"))
    await expect(page).to_have_title(re.compile(r"^\(\d+\) "))
    await line.click()
    await new.client.sees("Bonjour Ann")
    await expect(line).not_to_have_accessible_name(re.compile("mention"))
    assert page.url == new.client.address(f"messages/@{agathe.username}")


async def test_a_public_channel_is_found_and_joined(new: Stage) -> None:
    page, me = new.client.page, new.client.person
    title = unique("Ateliers")
    made = await channel(new, "O", title, purpose="Préparer les ateliers", header="Réunion **mardi**")
    await page.get_by_role("button", name="Parcourir les canaux").click()
    window = page.get_by_role("dialog", name="Parcourir les canaux")
    await window.get_by_label("Chercher un canal").fill(title)
    await expect(window.get_by_role("listitem")).to_have_count(1)
    await expect(window).to_contain_text("Préparer les ateliers")
    await window.get_by_role("button", name=f"Rejoindre {title}").click()

    await expect(page.get_by_role("heading", level=1)).to_have_text(title)
    await expect(page.locator("#channel-header")).to_contain_text("Réunion mardi")
    assert page.url == new.client.address(f"channels/{made['name']}")
    await new.client.sees(f"@{me.username} a rejoint le canal.")
    await expect(page.locator(f"#sidebarItem_{made['name']}")).to_have_attribute("aria-current", "page")


async def test_members_are_listed_and_lead_to_their_direct_channel(new: Stage) -> None:
    page, malik = new.client.page, await new.person("malik")
    await page.get_by_role("button", name="Membres").click()
    window = page.get_by_role("dialog", name="Membres du canal")
    await window.get_by_label("Chercher un membre").fill(malik.username)
    await window.get_by_role("button", name=malik.username).click()
    await expect(page.locator("#channel-header")).to_contain_text(f"@{malik.username}")
    await expect(page).to_have_url(new.client.address(f"messages/@{malik.username}"))


async def test_what_becomes_of_a_channel_is_told_in_french(new: Stage) -> None:
    page, me = new.client.page, new.client.person
    made = await channel(new, "O", "Provisoire")
    await me.api.post(f"/channels/{made['id']}/members", {"user_id": me.id})
    await page.locator(f"#sidebarItem_{made['name']}").click()
    await expect(page.locator(BOX)).to_have_attribute("placeholder", "Écrire dans Provisoire")
    await new.site.admin.put(f"/channels/{made['id']}/patch", {"header": "Nouvel en-tête"})
    await new.client.sees("a écrit l’en-tête du canal : « Nouvel en-tête ».")
    await expect(page.locator("#channel-header")).to_contain_text("Nouvel en-tête")


async def test_an_address_opens_a_direct_channel_and_back_leads_back(new: Stage) -> None:
    page, agathe = new.client.page, await new.person("agathe")
    await new.client.opens_address(f"messages/@{agathe.username}")
    await expect(page.get_by_role("heading", level=1)).to_have_text(agathe.username)
    await new.client.types("Bonjour Agathe")
    said = await agathe.waits_for("posted")
    assert (said.data["channel_type"], "Bonjour Agathe" in said.data["post"]) == ("D", True)

    await page.click("#sidebarItem_off-topic")
    await expect(page).to_have_url(new.client.address("channels/off-topic"))
    await page.go_back()
    await expect(page.get_by_role("heading", level=1)).to_have_text(agathe.username)
    await expect(page.locator(BOX)).to_have_attribute("placeholder", f"Écrire dans {agathe.username}")


async def test_an_address_that_leads_nowhere_is_told(new: Stage) -> None:
    page = new.client.page
    await page.goto(new.client.address(f"channels/{unique('rien')}"))
    told = page.get_by_text("Ce canal n’existe pas")
    await expect(told.first).to_be_visible()
    await page.click("#sidebarItem_off-topic")
    await expect(page.locator(BOX)).to_be_editable()
    await expect(page.locator("#connection")).to_be_empty()


async def scrolled_up_to(older: Locator) -> None:
    """Turn the wheel until an older message is there; turned while others are drawn, it does nothing."""
    for _ in range(100):
        await older.page.mouse.wheel(0, -100_000)
        if await older.count():
            return
        await older.page.wait_for_timeout(PAUSE_MS)
    await expect(older).to_be_attached()


async def test_a_message_is_shown_by_its_address_and_older_ones_on_scrolling_up(new: Stage) -> None:
    page, malik = new.client.page, await new.person("malik")
    made = await channel(new, "O", "Longue discussion")
    for person in (malik, new.client.person):
        await person.api.post(f"/channels/{made['id']}/members", {"user_id": person.id})
    said = [await malik.says(f"Message {number:03}", made["id"]) for number in range(MANY * 2)]
    await page.locator(f"#sidebarItem_{made['name']}").click()
    await new.client.sees(said[-1].message)
    assert await new.client.text_of(said[0].id).count() == 0
    await page.get_by_role("log", name="Messages du canal").hover()
    await scrolled_up_to(new.client.text_of(said[MANY].id))
    await scrolled_up_to(new.client.text_of(said[0].id))

    await new.client.opens_address(f"pl/{said[20].id}")
    await expect(page.locator(f"#post_{said[20].id}")).to_be_focused()
    await expect(new.client.text_of(said[20].id)).to_be_in_viewport()
    assert await new.client.text_of(said[-1].id).count() == 0
    await page.get_by_role("button", name="Aller aux messages récents").click()
    await expect(new.client.text_of(said[-1].id)).to_be_in_viewport()


async def test_who_is_writing_is_shown_until_it_is_sent(new: Stage) -> None:
    agathe = await new.person("agathe")
    address = f"{new.site.url}/api/v4/websocket".replace("http", "ws", 1)
    writing = {"seq": 1, "action": "user_typing", "data": {"channel_id": new.site.square, "parent_id": ""}}
    async with agathe.api.session.ws_connect(address, headers=agathe.api.headers) as socket:
        await socket.send_json(writing)
        await expect(new.client.page.locator("#typing")).to_have_text(f"{agathe.username} écrit…")
    await agathe.says("C’est écrit")
    await expect(new.client.page.locator("#typing")).to_be_empty()
