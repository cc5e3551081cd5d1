"""What lies over a real server’s page is put away, in both languages, whenever it comes."""

import pytest
from playwright.async_api import Browser, expect

from tests.browser.real import ONLY_YOU, clear_away, emoji, is_at_hand

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("own_page")]
OVER = '<div class="over" style="position:fixed;inset:0;background:#eee">{}</div>'
BELOW = "<textarea id=post_textbox style='position:absolute;top:9rem'></textarea>"
CLOSE = """document.addEventListener("click", event => {
    if (!event.target.closest("a, button")) return;
    event.preventDefault();
    event.target.closest(".over").remove();
})"""


@pytest.mark.parametrize(
    "lies",
    [
        '<div class="get-app"><a href="/" class="btn btn-tertiary btn-lg"><span>View in Browser</span></a></div>',
        '<div class="get-app"><a href="/" class="btn get-app__continue"><span>Voir dans le navigateur</span></a></div>',
        '<div class="tour-tip__header"><button data-testid="close_tutorial_tip"><i>x</i></button></div>',
        '<div class="announcement-bar"><a href="#" class="announcement-bar__close">×</a></div>',
    ],
)
async def test_what_lies_over_the_page_is_put_away(browser: Browser, lies: str) -> None:
    context = await browser.new_context()
    page = await context.new_page()
    await clear_away(page)
    await page.set_content(BELOW + OVER.format(lies))
    await page.evaluate(CLOSE)
    await page.click("#post_textbox")
    await expect(page.locator(".over")).to_have_count(0)
    # And once more, as a tour goes on with its next tip.
    await page.evaluate("html => document.body.insertAdjacentHTML('beforeend', html)", OVER.format(lies))
    await page.click("#post_textbox")
    await expect(page.locator(".over")).to_have_count(0)
    await context.close()


@pytest.mark.parametrize(
    "words",
    ["(Only visible to you)", "(Visible seulement par vous)", "(Visible uniquement par vous)", "Visible par vous seul"],
)
def test_a_whisper_is_known_in_both_languages(words: str) -> None:
    assert ONLY_YOU.search(words)
    assert not ONLY_YOU.search("Visible par tout le monde")


async def test_a_cross_that_is_covered_is_pressed_all_the_same(browser: Browser) -> None:
    context = await browser.new_context()
    page = await context.new_page()
    await clear_away(page)
    banner = '<div class="over"><a class="announcement-bar__close" href="#">×</a></div>'
    cover = '<div style="position:fixed;inset:0 0 auto 0;height:4rem;background:#eee"></div>'
    await page.set_content(BELOW + banner + cover)
    await page.evaluate(CLOSE)
    await page.click("#post_textbox")
    await expect(page.locator(".over")).to_have_count(0)
    await context.close()


async def test_what_real_clients_draw_otherwise_is_found(browser: Browser) -> None:
    """An emoji is an image, and the list of channels of a phone is beside its screen."""
    context = await browser.new_context()
    page = await context.new_page()
    image = '<span class="emoticon" title=":white_check_mark:" style="display:block;width:1rem;height:1rem"></span>'
    for drawn in (image, "<p>✅ Fait</p>"):
        await page.set_content(f"<main>{drawn}</main>")
        await expect(emoji(page.locator("main"), "✅", "white_check_mark")).to_be_visible()
    for left, there in (("-20rem", False), ("1rem", True)):
        await page.set_content(f"<a id=line style='position:absolute;left:{left}'>salon</a>")
        assert await is_at_hand(page.locator("#line")) is there
    await context.close()
