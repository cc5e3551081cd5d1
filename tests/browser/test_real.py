"""What lies over a real server’s page is put away, in both languages, whenever it comes."""

import pytest
from playwright.async_api import Browser, expect

from tests.browser.real import ONLY_YOU, clear_away

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


@pytest.mark.parametrize("words", ["(Only visible to you)", "(Visible seulement par vous)", "Visible par vous seul"])
def test_a_whisper_is_known_in_both_languages(words: str) -> None:
    assert ONLY_YOU.search(words)
    assert not ONLY_YOU.search("Visible par tout le monde")
