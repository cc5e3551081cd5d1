"""Stories in a browser: what one does with one’s own messages, menus of cards, and answers in a thread."""

from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from playwright.async_api import Browser, Locator, expect

from tests.browser.asking import asking
from tests.browser.desk import Desk
from tests.people import Person

pytestmark = [pytest.mark.browser, pytest.mark.newest_only]


@pytest.fixture
async def ann(browser: Browser) -> AsyncIterator[Desk]:
    """Somebody on a server of her own."""
    async with asking("11.2") as (_, person):
        context = await browser.new_context(locale="fr-FR")
        desk = await Desk.of(person, context)
        yield desk
        await context.close()
        assert desk.faults == []


async def act(desk: Desk, post: Locator, label: str) -> None:
    """Choose in a message’s menu."""
    await post.hover()
    await post.locator("button.post-menu").click()
    await post.get_by_role("menuitem", name=label, exact=True).click()


async def test_a_message_is_edited_pinned_and_deleted(ann: Desk) -> None:
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


async def test_a_deletion_can_be_given_up(ann: Desk) -> None:
    await ann.types("à garder")
    post = await ann.sees("à garder")
    await act(ann, post, "Supprimer")
    await ann.page.keyboard.press("Escape")
    await expect(ann.page.locator("#deletePostModal")).to_have_count(0)
    await expect(post).to_be_visible()


async def test_an_answer_stays_in_its_thread(ann: Desk) -> None:
    await ann.types("question")
    post = await ann.sees("question")
    await post.hover()
    await post.locator("button.reply").click()
    await ann.page.fill("#reply_textbox", "réponse")
    await ann.page.press("#reply_textbox", "Enter")

    await expect(ann.page.locator("#thread-posts")).to_contain_text("réponse")
    await expect(ann.page.locator("#reply_textbox")).to_have_value("")
    await expect(post).to_contain_text("1 réponse")


async def test_a_menu_of_a_card_sends_what_is_chosen_and_shows_a_failure(ann: Desk) -> None:
    got: list[str] = []

    async def chosen(request: web.Request) -> web.Response:
        body = await request.json()
        got.append(body["context"]["selected_option"])
        return web.json_response({"ephemeral_text": f"Choisi : {got[-1]}"}, status=200 if len(got) == 1 else 500)

    app = web.Application()
    app.add_routes([web.post("/", chosen)])
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    await post_menu(ann.person, f"http://127.0.0.1:{runner.addresses[0][1]}/")
    menu = (await ann.sees("Une carte")).locator("select[data-action-id]")
    await menu.select_option("a")
    await ann.sees("Choisi : a")
    await menu.select_option("b")
    await expect(ann.post("Une carte").locator(".action-error")).to_contain_text("n’a pas répondu")
    assert got == ["a", "b"]
    await runner.cleanup()


async def post_menu(person: Person, url: str) -> None:
    """Post a card with a menu into the team’s square."""
    options = [{"text": "Choix A", "value": "a"}, {"text": "Choix B", "value": "b"}]
    menu = {"id": "menu1", "name": "Choisir", "type": "select", "options": options, "integration": {"url": url}}
    card = {"title": "Une carte", "actions": [menu]}
    await person.api.post("/posts", {"channel_id": person.site.square, "message": "", "props": {"attachments": [card]}})
