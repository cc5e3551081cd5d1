"""Stories in a browser: searches and #tags, names that come later, long menus, dialogs on small phones."""

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from tests.browser.client import PHONE, SIT, Client
from tests.browser.stage import Stage
from tests.browser.window import Window
from tests.people import Person, unique

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("own_page")]
MANY = 55
"""Channels, more than a completion shows before anything is typed."""
IN_SIGHT = """() => {
    const [head, foot] = [".modal-head", ".modal-foot"].map(part =>
        document.querySelector(`dialog[open] ${part}`).getBoundingClientRect());
    const at = document.activeElement.getBoundingClientRect();
    const between = at.top >= head.bottom && at.bottom <= foot.top;
    return between || Boolean(document.activeElement.closest(".modal-head, .modal-foot"));
}"""
"""Whether neither head nor foot of the dialog lies over what has the focus."""


def pane(page: Page) -> Locator:
    """Where messages that were searched for are shown."""
    return page.get_by_role("complementary", name="Recherche")


async def test_a_tag_finds_its_messages_in_one_s_own_channels(new: Stage) -> None:
    page, tag = new.client.page, unique("atelier")
    agathe = await new.person("agathe")
    secret = {"team_id": new.site.team_id, "name": unique("secret"), "display_name": "Secret", "type": "P"}
    hidden = await agathe.api.post("/channels", secret)
    await agathe.says(f"Caché #{tag}", hidden["id"])
    topic = await agathe.api.get(f"/teams/{new.site.team_id}/channels/name/off-topic")
    there = await agathe.says(f"Vendredi #{tag} au parc", topic["id"])
    said = await agathe.says(f"Mardi #{tag}, qui vient ?")
    await new.client.text_of(said.id).get_by_role("link", name=f"#{tag}").click()

    await expect(pane(page).get_by_role("status")).to_have_text("2 messages")
    await expect(pane(page).locator(f"#foundMessageText_{said.id}")).to_be_visible()
    await expect(pane(page)).not_to_contain_text("Caché")
    await pane(page).locator(f"#found_{there.id}").get_by_role("link", name="Dans Off-Topic").click()
    await expect(new.client.text_of(there.id)).to_be_in_viewport()
    await pane(page).get_by_role("button", name="Fermer").click()
    await expect(pane(page)).to_be_hidden()


async def test_words_find_messages_and_what_becomes_of_them_is_shown(new: Stage) -> None:
    page, word = new.client.page, unique("imprimante")
    agathe = await new.person("agathe")
    said = await agathe.says(f"Qui a une {word} ?")
    await page.get_by_role("button", name="Chercher des messages").click()
    box = page.get_by_role("searchbox", name="Chercher des messages")
    await expect(box).to_be_focused()
    await box.fill(word)
    await box.press("Enter")
    await expect(pane(page).get_by_role("status")).to_have_text("Un message")
    await agathe.api.put(f"/posts/{said.id}/patch", {"message": f"J’ai trouvé une {word}"})
    await expect(pane(page)).to_contain_text("J’ai trouvé")
    await box.fill(unique("rien"))
    await box.press("Enter")
    await expect(pane(page).get_by_role("status")).to_have_text("Aucun message dans vos canaux.")
    await box.press("Escape")
    await expect(pane(page)).to_be_hidden()
    await expect(page.get_by_role("button", name="Chercher des messages")).to_be_focused()


async def test_the_name_of_somebody_who_comes_later_becomes_a_mention(new: Stage) -> None:
    agathe, name = await new.person("agathe"), unique("zoe")
    said = await agathe.says(f"Bientôt @{name} sera là")
    text = new.client.text_of(said.id)
    await expect(text).to_contain_text(name)
    assert await text.get_by_role("link").count() == 0
    await new.site.admin.post("/users", {"username": name, "email": f"{name}@exemple.fr", "password": "Zoé-1234567"})
    await expect(text.get_by_role("link", name=f"@{name}")).to_be_visible()


async def test_menus_of_cards_and_dialogs_find_what_their_first_list_does_not_show(new: Stage) -> None:
    word = unique("zone")
    last = f"{word} zut"  # no number: the word is unique by figures, one of which it might begin with
    titles = [*(f"{word} {number:02}" for number in range(MANY - 1)), last]
    for number, title in enumerate(titles):
        names = {"name": f"{word}-{number}", "display_name": title}
        await new.site.admin.post("/channels", {"team_id": new.site.team_id, "type": "O"} | names)
    where = {"name": "where", "display_name": "Où", "type": "select", "data_source": "channels"}
    window = await new.opens(where)
    await finds(window.page, window.frame.get_by_role("combobox", name="Où"), word, last)
    await window.sends()
    channel = await new.site.admin.get(f"/teams/{new.site.team_id}/channels/name/{word}-{MANY - 1}")
    assert (await new.got())["submission"]["where"] == channel["id"]

    menu = {"id": "ou", "name": "Où aller", "type": "select", "data_source": "channels"}
    await new.posts_card(title=word, actions=[menu])
    await finds(new.client.page, (await new.client.sees(word)).get_by_role("combobox", name="Où aller"), word, last)
    await new.client.sees(f"Choisi : {channel['id']}")


async def finds(page: Page, box: Locator, word: str, last: str) -> None:
    """Type a name that the list does not hold until it is typed, and pick it."""
    await box.click()
    await page.keyboard.insert_text(word)
    await expect(page.get_by_role("option").filter(has_text=word)).to_have_count(50)
    await expect(page.get_by_role("option").filter(has_text=last)).to_have_count(0)
    await box.fill(last)
    await expect(page.get_by_role("option")).to_have_text([f"~{last}"])
    await page.keyboard.press("Enter")


async def test_dates_are_french_in_a_browser_that_is_not(new: Stage, browser: Browser) -> None:
    context = await browser.new_context(locale="en-US")
    client = await Client.of(new.client.person, context)
    moment = {"name": "at", "display_name": "Quand", "type": "datetime", "optional": True}
    new.bot.elements = ({"name": "day", "display_name": "Jour", "type": "date", "default": "2026-11-24"}, moment)
    window = await client.opens("/essai")
    await expect(window.frame.get_by_text("24/11/2026")).to_be_visible()
    await expect(window.field("day")).to_have_accessible_description("24/11/2026")
    await expect(window.field("at")).to_have_accessible_description("jj/mm/aaaa hh:mm")
    await window.writes("day", "2026-02-01")
    await expect(window.field("day")).to_have_accessible_description("01/02/2026")
    await window.cancel.click()
    await context.close()
    assert client.faults == []


@pytest.mark.newest_only
async def test_nothing_of_the_new_dialog_is_out_of_reach_on_a_small_phone(sit: SIT, juliette: Person) -> None:
    client = await sit(juliette, **PHONE | {"viewport": {"width": 360, "height": 640}})
    await is_within_reach(await client.opens("/cra"))


async def test_nor_of_the_old_one(old: Stage) -> None:
    page = old.client.page
    size = page.viewport_size
    assert size
    await page.set_viewport_size({"width": 360, "height": 640})
    line = {"type": "text", "help_text": "Une aide qui tient en deux lignes sur un petit téléphone. " * 2}
    await is_within_reach(await old.opens(*(line | {"name": f"f{n}", "display_name": f"Champ {n}"} for n in range(5))))
    await page.set_viewport_size(size)


async def is_within_reach(window: Window) -> None:
    """Send it empty and go through it by keyboard: errors can be seen, head and foot never lie over the focus."""
    for box in await window.frame.locator("input[type=text]").all():
        await box.fill("")
    await window.sends()
    for error in await window.frame.locator(".error-text").all():
        await error.scroll_into_view_if_needed()
        await expect(error).to_be_in_viewport(ratio=1)
    for _ in range(30):
        await window.page.keyboard.press("Tab")
        assert await window.page.evaluate(IN_SIGHT)
    assert await window.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await window.cancel.click()
    await window.is_gone()
