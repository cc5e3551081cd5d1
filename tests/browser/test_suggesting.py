"""Stories in a browser: taking what is suggested and sending are two keys, as in the real client of 11.2."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Page, ViewportSize, expect

from tests.browser.client import BOX, LIST, PHONE
from tests.browser.stage import Stage
from tests.browser.window import LEGACY, NEW

pytestmark = pytest.mark.browser
DIALOG = f"{NEW}, {LEGACY}"
SEND = '[data-testid="SendMessageButton"]'


@pytest.fixture(params=["wide", "phone"])
async def page(request: pytest.FixtureRequest, new: Stage) -> AsyncIterator[Page]:
    """Ann’s page, on a screen and on a phone; the real client has another layout there."""
    if request.param == "phone":
        request.getfixturevalue("own_page")
    usual: ViewportSize | None = new.client.page.viewport_size
    assert usual
    await new.client.page.set_viewport_size(PHONE["viewport"] if request.param == "phone" else usual)
    yield new.client.page
    await new.client.page.set_viewport_size(usual)


async def types(page: Page, text: str) -> None:
    """Type letter by letter, and wait for what is suggested."""
    await page.click(BOX)
    await page.keyboard.type(text)
    await expect(page.locator(LIST).get_by_role("option").first).to_be_visible()


async def is_taken(page: Page, text: str) -> None:
    """The box holds it, nothing was sent, nothing more is suggested, and one may go on writing."""
    await expect(page.locator(BOX)).to_have_value(text)
    await expect(page.locator(LIST)).to_have_count(0)
    await expect(page.locator(BOX)).to_be_focused()
    assert await page.locator(DIALOG).count() == 0


@pytest.mark.parametrize("key", ["Tab", "Enter"])
@pytest.mark.parametrize("typed", ["/es", "/essai"])
async def test_the_first_key_takes_a_command_and_enter_sends_it(page: Page, typed: str, key: str) -> None:
    await types(page, typed)
    await page.keyboard.press(key)
    await is_taken(page, "/essai ")
    await page.keyboard.press("Enter")
    await expect(page.locator(DIALOG)).to_be_visible()
    await expect(page.locator(BOX)).to_have_value("")


async def test_a_click_takes_a_command_and_the_button_sends_it(page: Page) -> None:
    await types(page, "/es")
    await expect(page.locator(LIST)).to_be_in_viewport(ratio=1)
    await page.locator(LIST).get_by_role("option").filter(has_text="/essai").click()
    await is_taken(page, "/essai ")
    await page.click(SEND)
    await expect(page.locator(DIALOG)).to_be_visible()


async def test_the_button_sends_past_the_list(page: Page) -> None:
    await types(page, "/essai")
    await page.click(SEND)
    await expect(page.locator(DIALOG)).to_be_visible()


async def test_escape_puts_the_list_away_and_enter_sends(page: Page) -> None:
    await types(page, "/essai")
    await page.keyboard.press("Escape")
    await is_taken(page, "/essai")
    await page.keyboard.press("Enter")
    await expect(page.locator(DIALOG)).to_be_visible()


@pytest.mark.usefixtures("own_page")
async def test_control_and_enter_send_past_the_list(page: Page) -> None:
    await types(page, "/essai")
    await page.keyboard.press("Control+Enter")
    await expect(page.locator(DIALOG)).to_be_visible()


async def test_words_after_a_command_are_sent_by_the_first_enter(page: Page) -> None:
    await types(page, "/es")
    await page.keyboard.press("Enter")
    await page.keyboard.type("un sujet")
    await is_taken(page, "/essai un sujet")
    await page.keyboard.press("Enter")
    await expect(page.locator(DIALOG)).to_be_visible()


async def test_the_first_enter_takes_a_name_and_the_second_sends(new: Stage, page: Page) -> None:
    agathe = await new.person("agathe")
    await types(page, f"Bonjour @{agathe.username}")
    await page.keyboard.press("Enter")
    await is_taken(page, f"Bonjour @{agathe.username} ")
    await page.keyboard.press("Enter")
    await new.client.sees(f"Bonjour @{agathe.username}")
    await expect(page.locator(BOX)).to_have_value("")
