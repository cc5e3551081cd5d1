"""On the smallest phones no part of the longest dialog is out of reach, with its mistakes shown."""

import pytest

from tests.browser.client import PHONE, SIT
from tests.people import Person

pytestmark = pytest.mark.browser
SMALL = PHONE | {"viewport": {"width": 360, "height": 640}}
BARE = """box => {
    const { left, top, right, bottom, width, height } = box.getBoundingClientRect();
    const seen = document.elementFromPoint(left + width / 2, top + height / 2);
    const inside = left >= 0 && top >= 0 && right <= innerWidth && bottom <= innerHeight;
    return inside && Boolean(seen && (box.contains(seen) || box.closest('label')?.contains(seen)));
}"""
"""Whether the whole of a box is on the screen, and nothing else lies over its middle."""


@pytest.mark.usefixtures("own_page")
async def test_no_field_or_mistake_is_covered_on_a_small_phone(sit: SIT, juliette: Person) -> None:
    client = await sit(juliette, **SMALL)
    window = await client.opens("/cra")
    await window.writes("commune", "")
    await window.sends()
    await window.errors()
    assert await client.overflow() <= 0
    await window.frame.locator("input, textarea, select").first.focus()
    reached = set()
    while (now := await client.focused()) != await window.submit.get_attribute("id"):
        reached.add(now)
        await client.page.keyboard.press("Tab")
        await client.page.wait_for_function(f"() => ({BARE})(document.activeElement)")
    assert len(reached) > 8
    for mistake in await window.frame.locator(".error-text").all():
        await mistake.scroll_into_view_if_needed()
        assert await mistake.evaluate(BARE), await mistake.inner_text()
