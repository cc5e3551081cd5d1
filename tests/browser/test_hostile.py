"""Hostile messages change nothing outside their post, and run nothing."""

from typing import Any

import pytest
from playwright.async_api import expect

from tests.browser.client import BOX, PHONE, SIT, Client
from tests.people import Person
from tests.support.house import House

pytestmark = [pytest.mark.browser, pytest.mark.newest_only]
RUNS = "window.hacked=(window.hacked||0)+1"
HOSTILE = {
    "script": f"<script>{RUNS}</script> script",
    "handler": f"<img src=x onerror='{RUNS}'><svg/onload={RUNS}> handler",
    "link": f"[lien](javascript:{RUNS}) [data](data:text/html,<script>{RUNS}</script>) <javascript:{RUNS}>",
    "link in disguise": f"[lien](java&#x09;script:{RUNS}) [lien]( JaVaScRiPt:{RUNS} ) ![i](javascript:{RUNS})",
    "style": "<style>body{display:none}</style><div style='position:fixed;inset:0;z-index:9999'>style</div>",
    "ids": "<b id='post_textbox'>ids</b><form action='/api/v4/users/logout'><input name='attributes'></form>",
    "frame": "<iframe src='/login'></iframe><base href='//ailleurs.example'><meta http-equiv=refresh content='0'>",
    "table": "|" + "colonne |" * 200 + "\n|" + "-|" * 200 + "\n" + ("|" + "cellule |" * 200 + "\n") * 5,
    "right to left": "\u202e\u2067\u200f envers \u05d0\u05d1" * 50,
    "one long word": "M" * 16_383,
    "deep": ">" * 3_000 + "- " * 3_000 + "fond",
    "stars": "*_~`[" * 3_200,
    "combining": "Z" + "\u0301\u0336\u0489" * 2_000,
}
HARMLESS = """post => [...post.querySelectorAll('*')].every(node =>
    !['SCRIPT', 'STYLE', 'IFRAME', 'OBJECT', 'FORM', 'BASE', 'META', 'LINK'].includes(node.tagName)
    && (!/^http/.test(node.getAttribute('href') ?? '') || /noopener/.test(node.rel))
    && [...node.attributes].every(a => !a.name.startsWith('on')
        && !(/^(href|src|action|xlink:href)$/.test(a.name) && /^\\s*(javascript|data|vbscript):/i.test(a.value))))
    && window.hacked === undefined"""
"""Whether nothing in a post ran or could run, and its links keep their pages apart."""


@pytest.mark.parametrize("options", [{}, PHONE], ids=["wide", "phone"])
async def test_hostile_messages_stay_in_their_posts(
    house: House, sit: SIT, juliette: Person, options: dict[str, Any]
) -> None:
    malik = await house.site.person("malik")
    client = await sit(juliette, **options)
    for kind, message in HOSTILE.items():
        said = await malik.says(message)
        after = await malik.says(f"La suite, après {kind}")
        await expect(client.text_of(after.id), kind).to_have_text(f"La suite, après {kind}")
        assert await harmless(client, said.id), kind
        assert await client.overflow() <= 0, kind
        await expect(client.page.locator(BOX), kind).to_be_in_viewport()
    await client.types("J’écris toujours")
    await client.sees("J’écris toujours")


async def harmless(client: Client, post_id: str) -> bool:
    """Wait for a post, and look into it."""
    return bool(await client.page.locator(f'[id^="post_"][id$="{post_id}"]').first.evaluate(HARMLESS))


async def test_a_hostile_card_stays_in_its_post(house: House, client: Client) -> None:
    card = {
        "title": f"<img src=x onerror='{RUNS}'>titre",
        "title_link": f"javascript:{RUNS}",
        "text": f"<script>{RUNS}</script>texte de la carte",
        "color": "red;position:fixed;inset:0",
        "fields": [{"title": f"<svg onload='{RUNS}'>", "value": HOSTILE["link"], "short": True}],
        "image_url": f"javascript:{RUNS}",
        "actions": [{"name": f"<i onclick='{RUNS}'>Bouton</i>", "integration": {"url": "http://127.0.0.1:9/"}}],
    }
    body = {"channel_id": house.site.square, "message": "Une carte", "props": {"attachments": [card]}}
    posted = await client.person.api.post("/posts", body)
    await client.sees("texte de la carte")
    assert await harmless(client, posted["id"])
    await expect(client.page.locator(BOX)).to_be_in_viewport()
