"""The page looks as the system asks: light or dark, and nothing moves where nothing shall."""

import pytest
from playwright.async_api import Page

from tests.browser.stage import Stage

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("own_page")]
MOVING = """() => document.getAnimations().length + [...document.querySelectorAll('*')].filter(node => {
    const style = getComputedStyle(node);
    const seconds = style.transitionDuration.split(',').concat(style.animationDuration.split(','));
    return style.scrollBehavior === 'smooth' || seconds.some(one => parseFloat(one) > 0);
}).length"""
WORDS = {"name": "words", "display_name": "Mots", "type": "text"}


async def brightness(page: Page) -> float:
    """Of the page’s ground, 0 to 255."""
    colour = await page.evaluate("getComputedStyle(document.body).backgroundColor.match(/[\\d.]+/g).map(Number)")
    return float(sum(colour[:3])) / 3


async def test_the_page_is_light_or_dark_as_the_system_is(new: Stage) -> None:
    page = new.client.page
    try:
        await page.emulate_media(color_scheme="dark")
        assert await brightness(page) < 60
    finally:
        await page.emulate_media(color_scheme="light")
    assert await brightness(page) > 220


async def test_nothing_moves_where_the_system_asks_for_rest(new: Stage) -> None:
    page = new.client.page
    try:
        await page.emulate_media(reduced_motion="reduce")
        window = await new.opens(WORDS)
        assert await page.evaluate(MOVING) == 0
        await window.cancel.click()
        await new.client.types("Du calme")
        post = await new.client.sees("Du calme")
        await post.get_by_role("button", name="Actions du message").click()
        assert await page.evaluate(MOVING) == 0
    finally:
        await page.emulate_media(reduced_motion="no-preference")
