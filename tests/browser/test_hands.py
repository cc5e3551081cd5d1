"""Stories in a browser: without a mouse, and on a phone."""

import pytest
from playwright.async_api import expect

from bot.french.words import say_minutes
from config.themes import THEMES
from storage.cra import Activite, Age, Canal, Statut
from tests.browser.desk import BOX, LIST, PHONE, SIT, Desk
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
    ("theme", THEMES["courriel"].libelle, True),
    ("duree", say_minutes(60), True),
)


async def tab_to(desk: Desk, wanted: str) -> None:
    """Press Tab until something of that id, or in it, has the focus."""
    inside = "id => !!document.activeElement?.closest(`[id='${id}'], [id='MultiInput_${id}']`)"
    for _ in range(MOST_TABS):
        if await desk.page.evaluate(inside, wanted):
            return
        await desk.page.keyboard.press("Tab")
    raise AssertionError(f"the keyboard does not reach {wanted!r}; it is at {await desk.focused()!r}")


async def test_a_report_is_filed_with_the_keyboard_alone(house: House, desk: Desk) -> None:
    keyboard = desk.page.keyboard
    await tab_to(desk, "post_textbox")
    await keyboard.type("/cra")
    await expect(desk.page.locator(LIST)).to_contain_text("/cra")
    await keyboard.press("Enter")
    await expect(desk.page.locator(BOX)).to_have_value("/cra ")
    await keyboard.press("Enter")
    window = await desk.window()
    assert await window.frame.evaluate("frame => frame.contains(document.activeElement)"), "the focus is in the dialog"

    for stem, text, is_select in BY_KEYS:
        name = stem if stem != "theme" else "theme1" if window.legacy else "themes"
        await tab_to(desk, name)
        await keyboard.insert_text(text)
        if is_select:
            await keyboard.press("Enter")
            await window.holds(name, text)
    await tab_to(desk, await window.submit.get_attribute("id") or "")
    await keyboard.press("Enter")
    await window.is_gone()
    (cra,) = await wait_for(lambda: house.reports(desk.person))
    assert (cra.participants, cra.minutes, list(cra.report.themes)) == (4, 60, ["courriel"])
    assert await desk.focused() == "post_textbox", "the focus is back where it was"


@pytest.mark.usefixtures("own_page")
async def test_the_focus_stays_in_a_dialog(desk: Desk) -> None:
    window = await desk.opens("/cra")
    for key in ("Tab", "Shift+Tab"):
        for _ in range(30):
            await desk.page.keyboard.press(key)
            assert await window.frame.evaluate("frame => frame.contains(document.activeElement)")


async def test_a_report_is_filed_on_a_phone(house: House, sit: SIT, juliette: Person) -> None:
    desk = await sit(juliette, **PHONE)
    assert await desk.overflow() <= 0
    window = await desk.opens("/cra")
    assert await desk.overflow() <= 0
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
    desk = await sit(juliette, **PHONE)
    await desk.visits_bot()
    receipt = await desk.sees("enregistré")
    assert await desk.overflow() <= 0
    for button in await receipt.locator("button[data-action-id]").all():
        box = await button.bounding_box()
        assert box
        assert box["height"] >= 24
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 391


async def test_a_line_is_broken_with_shift_and_kept_as_a_draft(house: House, desk: Desk) -> None:
    await desk.page.click(BOX)
    await desk.page.keyboard.type("une ligne")
    await desk.page.keyboard.press("Shift+Enter")
    await desk.page.keyboard.type("et une autre")
    await expect(desk.page.locator(BOX)).to_have_value("une ligne\net une autre")
    await desk.page.click("#sidebarItem_off-topic")
    await expect(desk.page.locator(BOX)).to_have_value("")
    await desk.page.click("#sidebarItem_town-square")
    await expect(desk.page.locator(BOX)).to_have_value("une ligne\net une autre")
    await desk.page.press(BOX, "Enter")
    await desk.sees("et une autre")
    assert "une ligne\net une autre" in [p.message for p in await desk.person.reads(house.site.square)]
