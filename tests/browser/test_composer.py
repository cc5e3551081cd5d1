"""Stories in a browser: what completes while one writes, drafts, and files dropped, pasted and taken away."""

import base64

import pytest
from playwright.async_api import expect

from tests.browser.client import BOX, LIST
from tests.browser.dialog_bot import HELP, HINT
from tests.browser.pixels import picture
from tests.browser.stage import Stage

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("own_page")]
CARRY = """([name, type, data, count]) => {
    const bytes = Uint8Array.from(atob(data), letter => letter.charCodeAt(0));
    const carried = new DataTransfer();
    for (let n = 0; n < count; n++) carried.items.add(new File([bytes], n ? `${n}-${name}` : name, { type }));
    return carried;
}"""
PASTE = """([selector, carried]) => document.querySelector(selector).dispatchEvent(
    new ClipboardEvent("paste", { clipboardData: carried, bubbles: true, cancelable: true }))"""


@pytest.mark.parametrize("key", ["Tab", "Enter"])
async def test_commands_are_listed_with_hint_and_help_and_completed(new: Stage, key: str) -> None:
    page = new.client.page
    await page.click(BOX)
    await page.keyboard.type("/es")
    option = page.locator(LIST).get_by_role("option").filter(has_text="/essai")
    await expect(option).to_contain_text(HINT)
    await expect(option).to_contain_text(HELP)
    await expect(option).to_have_attribute("aria-selected", "true")
    await page.keyboard.press(key)
    await expect(page.locator(BOX)).to_have_value("/essai ")
    await expect(page.locator(LIST)).to_have_count(0)


async def test_arrows_walk_through_the_list_and_escape_puts_it_away(new: Stage) -> None:
    page = new.client.page
    await page.click(BOX)
    await page.keyboard.type("/")
    options = page.locator(LIST).get_by_role("option")
    await expect(options.first).to_have_attribute("aria-selected", "true")
    await page.keyboard.press("ArrowDown")
    second = options.nth(1)
    await expect(second).to_have_attribute("aria-selected", "true")
    await expect(page.locator(BOX)).to_have_attribute("aria-activedescendant", await second.get_attribute("id") or "")
    await page.keyboard.press("Escape")
    await expect(page.locator(LIST)).to_have_count(0)
    await expect(page.locator(BOX)).to_have_value("/")


async def test_people_and_channels_are_completed_and_become_links(new: Stage) -> None:
    agathe, page = await new.person("agathe"), new.client.page
    await page.click(BOX)
    for typed, shown in ((f"Avec @{agathe.username[:-2]}", agathe.username), ("dans ~off", "off-topic")):
        await page.keyboard.type(typed)
        await expect(page.locator(LIST).get_by_role("option").filter(has_text=shown)).to_be_visible()
        await page.keyboard.press("Tab")
    await expect(page.locator(BOX)).to_have_value(f"Avec @{agathe.username} dans ~off-topic ")
    await page.keyboard.press("Enter")
    post = await new.client.sees("dans ~Off-Topic")
    await expect(post.get_by_role("link", name=f"@{agathe.username}")).to_be_visible()


async def test_a_draft_stays_over_a_reload(new: Stage) -> None:
    page = new.client.page
    await page.fill(BOX, "à finir")
    await page.reload()
    await expect(page.locator(BOX)).to_have_value("à finir")


@pytest.mark.parametrize("way", ["drop", "paste"])
async def test_a_picture_is_dropped_or_pasted_and_sent(new: Stage, way: str) -> None:
    page, name = new.client.page, f"{way}.png"
    data = base64.b64encode(picture()).decode()
    carried = await page.evaluate_handle(CARRY, [name, "image/png", data, 1])
    if way == "drop":
        await page.dispatch_event(BOX, "drop", {"dataTransfer": carried})
    else:
        await page.evaluate(PASTE, [BOX, carried])
    await expect(page.get_by_role("list", name="Fichiers à envoyer")).to_contain_text(f"{name} prêt")
    await page.fill(BOX, f"Une image, par {way}")
    await page.press(BOX, "Enter")
    post = await new.client.sees(f"Une image, par {way}")
    await expect(post.get_by_role("img", name=name)).to_be_visible()
    await expect(page.get_by_role("list", name="Fichiers à envoyer")).to_have_count(0)


async def test_files_are_taken_away_again_and_never_more_than_ten(new: Stage) -> None:
    page = new.client.page
    carried = await page.evaluate_handle(CARRY, ["note.txt", "text/plain", base64.b64encode(b"bonjour").decode(), 11])
    await page.dispatch_event(BOX, "drop", {"dataTransfer": carried})
    await expect(page.get_by_role("alert").filter(has_text="Au plus 10 fichiers")).to_be_visible()
    waiting = page.get_by_role("list", name="Fichiers à envoyer").get_by_role("listitem")
    await expect(waiting.filter(has_text="prêt")).to_have_count(10)
    for left in range(9, -1, -1):
        await waiting.first.get_by_role("button").click()
        await expect(waiting).to_have_count(left)
