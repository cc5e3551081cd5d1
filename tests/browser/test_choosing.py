"""Stories in a browser: what is picked in a menu of several lies in its field, as in clients from 11.0 on."""

import pytest
from playwright.async_api import expect

from tests.browser.client import PHONE
from tests.browser.dialog_bot import Json
from tests.browser.stage import Stage

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("own_page")]
TEXTS = ("Courriels et messageries", "Naviguer sur internet", "Bureautique, traitement de texte")
SEVERAL: Json = {
    "name": "several",
    "display_name": "Plusieurs",
    "type": "select",
    "multiselect": True,
    "options": [{"text": text, "value": text[:1].lower()} for text in TEXTS],
}
IN_THE_MIDDLE = """box => {
    const { left, top, width, height } = box.getBoundingClientRect();
    return document.elementFromPoint(left + width / 2, top + height / 2).closest(".chip")?.dataset.value ?? "";
}"""
"""Which choice lies in the middle of a field."""


async def test_what_is_picked_covers_the_middle_and_its_end_goes_on_picking(new: Stage) -> None:
    window = await new.opens(SEVERAL)
    field = window.field("several")
    await window.picks("several", TEXTS[0], TEXTS[1])
    assert await field.evaluate(IN_THE_MIDDLE)
    await window.picks("several", TEXTS[2])
    await field.get_by_role("button", name=f"Retirer {TEXTS[0]}").click()
    await expect(window.options()).to_have_count(0)
    await window.sends()

    assert (await new.got())["submission"] == {"several": ["n", "b"]}


async def test_a_click_on_what_is_picked_opens_the_list_and_drops_nothing(new: Stage) -> None:
    window = await new.opens(SEVERAL)
    await window.picks("several", TEXTS[0])
    await window.field("several").get_by_text(TEXTS[0]).first.click(position={"x": 20, "y": 10})
    await window.options(TEXTS[1]).click()
    await window.holds("several", TEXTS[1])
    await window.sends()

    assert (await new.got())["submission"] == {"several": ["c", "n"]}


async def test_on_a_phone_what_is_picked_stays_in_its_field(new: Stage) -> None:
    page = new.client.page
    usual = page.viewport_size
    assert usual
    await page.set_viewport_size(PHONE["viewport"])
    window = await new.opens(SEVERAL)
    await window.picks("several", *TEXTS)
    assert await new.client.overflow() <= 0
    field = await window.field("several").bounding_box()
    assert field
    for chip in await window.field("several").locator(".chip").all():
        box = await chip.bounding_box()
        assert box
        assert field["x"] <= box["x"]
        assert box["x"] + box["width"] <= field["x"] + field["width"]
        assert field["y"] <= box["y"]
        assert box["y"] + box["height"] <= field["y"] + field["height"]
    await window.sends()
    assert (await new.got())["submission"] == {"several": ["c", "n", "b"]}
    await page.set_viewport_size(usual)
