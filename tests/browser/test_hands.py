"""Stories in a browser: without a mouse, and on a phone."""

import pytest
from playwright.async_api import expect

from bot.french.words import say_minutes
from config.themes import THEMES
from storage.cra import Activite, Age, Canal, Statut
from tests.browser.client import BOX, LIST, PHONE, SIT, Client
from tests.browser.reports import fill_workshop
from tests.people import Person
from tests.support.cra import file_workshop
from tests.support.house import House, wait_for

pytestmark = [pytest.mark.browser, pytest.mark.newest_only]
MOST_TABS = 60
BY_KEYS = (
    ("canal", Canal.RATTACHEMENT.label, True),
    ("activite", Activite.COLLECTIF.label, True),
    ("participants", "4", False),
    ("age", Age.PLUS_60.label, True),
    ("statut", Statut.RETRAITE.label, True),
    ("theme", THEMES["courriel"].option, True),
    ("duree", say_minutes(60), True),
)


async def tab_to(client: Client, wanted: str) -> None:
    """Press Tab until something of that id, or in it, has the focus."""
    inside = "id => !!document.activeElement?.closest(`[id='${id}'], [id='MultiInput_${id}']`)"
    for _ in range(MOST_TABS):
        if await client.page.evaluate(inside, wanted):
            return
        await client.page.keyboard.press("Tab")
    raise AssertionError(f"the keyboard does not reach {wanted!r}; it is at {await client.focused()!r}")


async def test_a_report_is_filed_with_the_keyboard_alone(house: House, client: Client) -> None:
    keyboard = client.page.keyboard
    await tab_to(client, "post_textbox")
    await keyboard.type("/cra")
    await expect(client.page.locator(LIST)).to_contain_text("/cra")
    await keyboard.press("Enter")
    await expect(client.page.locator(BOX)).to_have_value("/cra ")
    await keyboard.press("Enter")
    window = await client.window()
    assert await window.frame.evaluate("frame => frame.contains(document.activeElement)"), "the focus is in the dialog"

    for stem, text, is_select in BY_KEYS:
        name = stem if stem != "theme" else "theme1" if window.legacy else "themes"
        await tab_to(client, name)
        await keyboard.insert_text(text)
        if is_select:
            await keyboard.press("Enter")
            await window.holds(name, text)
    await tab_to(client, await window.submit.get_attribute("id") or "")
    await keyboard.press("Enter")
    await window.is_gone()
    (cra,) = await wait_for(lambda: house.reports(client.person))
    assert (cra.participants, cra.minutes, list(cra.report.themes)) == (4, 60, ["courriel"])
    assert await client.focused() == "post_textbox", "the focus is back where it was"


@pytest.mark.usefixtures("own_page")
async def test_the_focus_stays_in_a_dialog(client: Client) -> None:
    window = await client.opens("/cra")
    for key in ("Tab", "Shift+Tab"):
        for _ in range(30):
            await client.page.keyboard.press(key)
            assert await window.frame.evaluate("frame => frame.contains(document.activeElement)")


async def test_a_report_is_filed_on_a_phone(house: House, sit: SIT, juliette: Person) -> None:
    client = await sit(juliette, **PHONE)
    assert await client.overflow() <= 0
    window = await client.opens("/cra")
    assert await client.overflow() <= 0
    frame = await window.frame.bounding_box()
    assert frame
    assert frame["x"] >= 0
    assert frame["x"] + frame["width"] <= 391
    await fill_workshop(window)
    await window.sends()
    await window.is_gone()
    assert len(await wait_for(lambda: house.reports(juliette))) == 1


async def test_receipts_fit_a_phone_and_their_buttons_a_thumb(sit: SIT, juliette: Person) -> None:
    await file_workshop(juliette)
    client = await sit(juliette, **PHONE)
    await client.visits_bot()
    receipt = await client.sees("enregistré")
    assert await client.overflow() <= 0
    for button in await receipt.locator("button[data-action-id]").all():
        box = await button.bounding_box()
        assert box
        assert box["height"] >= 24
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 391


async def test_a_line_is_broken_with_shift_and_kept_as_a_draft(house: House, client: Client) -> None:
    await client.page.click(BOX)
    await client.page.keyboard.type("une ligne")
    await client.page.keyboard.press("Shift+Enter")
    await client.page.keyboard.type("et une autre")
    await expect(client.page.locator(BOX)).to_have_value("une ligne\net une autre")
    await client.page.click("#sidebarItem_off-topic")
    await expect(client.page.locator(BOX)).to_have_value("")
    await client.page.click("#sidebarItem_town-square")
    await expect(client.page.locator(BOX)).to_have_value("une ligne\net une autre")
    await client.page.press(BOX, "Enter")
    await client.sees("et une autre")
    assert "une ligne\net une autre" in [p.message for p in await client.person.reads(house.site.square)]
