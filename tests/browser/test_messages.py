"""Stories in a browser: how messages and cards are drawn, reactions, threads, and what is read aloud."""

import pytest
from playwright.async_api import Locator, expect

from tests.browser.client import BOX
from tests.browser.stage import Stage
from tests.people import unique

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("own_page")]
DRAWN = """**gras** _penché_ ~~barré~~ `code` :tada: #atelier ~off-topic https://exemple.fr

- un
- deux

> cité

| Heure | Lieu |
|---|---|
| 9 h | Pau |

```python
print(1)
```"""
PARTS = {
    "strong": "gras",
    "em": "penché",
    "s": "barré",
    "p code": "code",
    "[aria-label=':tada:']": "🎉",
    "[data-hashtag]": "#atelier",
    "a[href$='/channels/off-topic']": "~Off-Topic",
    "a[href='https://exemple.fr']": "https://exemple.fr",
    "li:last-child": "deux",
    "blockquote": "cité",
    "td:last-child": "Pau",
    "pre": "print(1)",
}
GREEN = "#2e8b57"


def said_aloud(stage: Stage, urgently: bool = False) -> Locator:
    """What a screen reader is given to say without being asked."""
    return stage.client.page.locator(f"[aria-live={'assertive' if urgently else 'polite'}]")


async def test_a_message_is_drawn_with_all_that_mattermost_draws(new: Stage) -> None:
    agathe = await new.person("agathe")
    said = await agathe.says(f"{DRAWN}\n@{new.client.person.username}")
    text = new.client.text_of(said.id)
    for selector, words in PARTS.items():
        await expect(text.locator(selector), selector).to_have_text(words)
    await expect(text.locator("[data-mention]")).to_have_text(f"@{new.client.person.username}")
    await text.locator("a[href$='/channels/off-topic']").click()
    await expect(new.client.page).to_have_url(new.client.address("channels/off-topic"))


async def test_a_card_is_drawn_with_colour_fields_picture_and_footer(new: Stage) -> None:
    picture = f"{new.site.url}/static/icon.svg"
    fields = [
        {"title": "Durée", "value": "**1 h 30**", "short": True},
        {"title": "Lieu", "value": "Pau", "short": True},
    ]
    await new.posts_card(
        color=GREEN,
        pretext="Avant",
        author_name="Coop",
        title="Bilan",
        title_link="https://exemple.fr/bilan",
        text="Un *bon* mois",
        fields=fields,
        image_url=picture,
        footer="Fin",
    )
    card = (await new.client.sees("Un bon mois")).get_by_role("group", name="Bilan")
    await expect(card.get_by_role("link", name="Bilan")).to_have_attribute("href", "https://exemple.fr/bilan")
    await expect(card.get_by_role("term")).to_have_text(["Durée", "Lieu"])
    await expect(card.get_by_role("definition")).to_have_text(["1 h 30", "Pau"])
    await expect(card.locator(f"img[src='{picture}']")).to_be_visible()
    await expect(card).to_contain_text("Fin")
    assert "rgb(46, 139, 87)" in await card.evaluate("card => getComputedStyle(card).borderLeftColor")


async def test_a_reaction_is_counted_given_and_taken_back(new: Stage) -> None:
    agathe, page = await new.person("agathe"), new.client.page
    said = await agathe.says("Bravo à toutes")
    await expect(new.client.text_of(said.id)).to_be_visible()
    await agathe.api.post("/reactions", {"user_id": agathe.id, "post_id": said.id, "emoji_name": "tada"})
    post = page.locator(f"#post_{said.id}")
    chip = post.get_by_role("button", name=":tada:")
    await expect(chip).to_have_accessible_name(f":tada: 1, {agathe.username}")
    await chip.click()
    await expect(chip).to_have_attribute("aria-pressed", "true")
    await expect(chip).to_have_text("🎉 2")
    await chip.click()
    await expect(chip).to_have_text("🎉 1")

    await post.hover()
    await post.get_by_role("button", name="Ajouter une réaction").click()
    window = page.get_by_role("dialog", name="Ajouter une réaction")
    await window.get_by_role("searchbox").fill("sunny")
    await window.get_by_role("button", name="sunny", exact=True).click()
    await expect(post.get_by_role("button", name=":sunny:")).to_have_attribute("aria-pressed", "true")


async def test_what_follows_at_once_upon_a_message_is_not_missed(new: Stage) -> None:
    agathe = await new.person("agathe")
    kept = await agathe.says("premier jet")
    await agathe.api.put(f"/posts/{kept.id}/patch", {"message": "corrigé aussitôt"})
    await agathe.api.post("/reactions", {"user_id": agathe.id, "post_id": kept.id, "emoji_name": "tada"})
    gone = await agathe.says("trop vite")
    await agathe.api.delete(f"/posts/{gone.id}")
    last = await agathe.says("voilà")

    await expect(new.client.text_of(last.id)).to_be_visible()
    post = new.client.page.locator(f"#post_{kept.id}")
    await expect(post.get_by_role("button", name=":tada:")).to_be_visible()
    await expect(post).to_contain_text("corrigé aussitôt")
    await expect(new.client.page.locator(f"#post_{gone.id}")).to_have_count(0)


async def test_a_tag_finds_the_messages_that_bear_it_in_one_s_own_channels(new: Stage) -> None:
    page, tag = new.client.page, f"#{unique('theme').replace('-', '')}"
    body = {"team_id": new.site.team_id, "name": unique("ailleurs"), "display_name": "Ailleurs", "type": "P"}
    elsewhere = await new.site.admin.post("/channels", body)
    await new.site.admin.post("/posts", {"channel_id": elsewhere["id"], "message": f"Secret {tag}"})
    agathe = await new.person("agathe")
    topic = await agathe.api.get(f"/teams/{new.site.team_id}/channels/name/off-topic")
    await agathe.says(f"Un support {tag}", topic["id"])
    said = await agathe.says(f"Qui en a un ? {tag}")
    await new.client.text_of(said.id).get_by_text(tag).click()

    pane = page.get_by_role("complementary", name="Recherche")
    await expect(pane.get_by_role("status")).to_have_text("2 messages")
    await expect(pane).to_contain_text("Un support")
    await expect(pane).not_to_contain_text("Secret")
    await page.keyboard.press("Escape")
    await expect(pane).to_be_hidden()


async def test_answers_come_into_the_open_thread_and_escape_closes_it(new: Stage) -> None:
    agathe, page = await new.person("agathe"), new.client.page
    root = await agathe.says("Qui vient mardi ?")
    await new.client.opens_address(f"pl/{root.id}")
    post = page.locator(f"#post_{root.id}")
    await post.hover()
    await post.get_by_role("button", name="Répondre").click()
    pane = page.get_by_role("complementary")
    await page.fill("#reply_textbox", "Mon brouillon de réponse")
    answer = {"channel_id": root.channel_id, "root_id": root.id, "message": "Moi, j’y serai"}
    await agathe.api.post("/posts", answer)
    await expect(pane).to_contain_text("Moi, j’y serai")
    await page.press("#reply_textbox", "Escape")
    await expect(pane).to_be_hidden()

    await post.get_by_role("button", name="1 réponse").click()
    await expect(pane).to_contain_text("Moi, j’y serai")
    await expect(page.locator("#reply_textbox")).to_have_value("Mon brouillon de réponse")
    await page.fill("#reply_textbox", "")


async def test_what_comes_is_read_aloud_and_so_is_a_mention_elsewhere(new: Stage) -> None:
    agathe = await new.person("agathe")
    await agathe.says("Réunion à **dix** heures")
    await expect(said_aloud(new)).to_have_text(f"{agathe.username} : Réunion à dix heures")
    topic = await agathe.api.get(f"/teams/{new.site.team_id}/channels/name/off-topic")
    await agathe.says(f"@{new.client.person.username}, un café ?", topic["id"])
    await expect(said_aloud(new)).to_have_text(f"{agathe.username} vous a écrit dans Off-Topic.")


async def test_whispers_and_refusals_are_read_aloud(new: Stage) -> None:
    await new.posts_card(title="Carte", actions=[{"id": "bouton", "name": "Appuyer", "type": "button"}])
    await new.client.clicks(await new.client.sees("Carte"), "Appuyer")
    await expect(said_aloud(new)).to_have_text("Visible par vous seul : Choisi : le bouton")
    await new.client.types("/inconnue")
    await expect(new.client.page.get_by_role("alert").filter(has_text="Cette commande n’existe pas")).to_be_visible()
    await expect(new.client.page.locator(BOX)).to_have_value("/inconnue")
