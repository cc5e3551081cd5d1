"""Stories in a browser: what one does with one’s own messages, menus of cards, and answers in a thread."""

import pytest
from playwright.async_api import Locator, expect

from tests.browser.client import Client
from tests.browser.stage import Stage

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("own_page")]
OPTIONS = [{"text": "Choix A", "value": "a"}, {"text": "Choix B", "value": "b"}]


@pytest.fixture
def ann(new: Stage) -> Client:
    """Somebody at a client."""
    return new.client


async def act(client: Client, post: Locator, label: str) -> None:
    """Choose in a message’s menu."""
    await post.hover()
    await post.locator("button.post-menu").click()
    await post.get_by_role("menuitem", name=label, exact=True).click()


async def test_a_message_is_edited_pinned_and_deleted(ann: Client) -> None:
    await ann.types("premier jet")
    post = await ann.sees("premier jet")
    await act(ann, post, "Modifier")
    await ann.page.locator("#edit_textbox").fill("version finale")
    await ann.page.keyboard.press("Enter")
    post = await ann.sees("version finale")
    await act(ann, post, "Épingler")
    await expect(post.locator(".pinned")).to_be_visible()

    await act(ann, post, "Supprimer")
    await ann.page.click("#deletePostModalButton")
    await expect(post).to_have_count(0)
    await expect(ann.page.locator("#post_textbox")).to_be_focused()


async def test_a_deletion_can_be_given_up(ann: Client) -> None:
    await ann.types("à garder")
    post = await ann.sees("à garder")
    await act(ann, post, "Supprimer")
    await ann.page.keyboard.press("Escape")
    await expect(ann.page.locator("#deletePostModal")).to_have_count(0)
    await expect(post).to_be_visible()


async def test_an_answer_stays_in_its_thread(ann: Client) -> None:
    await ann.types("question")
    post = await ann.sees("question")
    await post.hover()
    await post.locator("button.reply").click()
    await ann.page.fill("#reply_textbox", "réponse")
    await ann.page.press("#reply_textbox", "Enter")

    await expect(ann.page.locator("#thread-posts")).to_contain_text("réponse")
    await expect(ann.page.locator("#reply_textbox")).to_have_value("")
    await expect(post).to_contain_text("1 réponse")


async def test_a_menu_of_a_card_sends_what_is_chosen_and_shows_a_failure(new: Stage) -> None:
    await new.posts_card(
        title="Un choix", actions=[{"id": "menu1", "name": "Choisir", "type": "select", "options": OPTIONS}]
    )
    card = await new.client.sees("Un choix")
    menu = card.locator("select[data-action-id]")
    await menu.select_option("a")
    await new.client.sees("Choisi : a")
    new.bot.status = 500
    await menu.select_option("b")
    await expect(card.locator(".action-error")).to_contain_text("n’a pas répondu")
    assert [one["context"]["selected_option"] for one in new.bot.acted] == ["a", "b"]
