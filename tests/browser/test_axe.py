"""axe finds nothing to say against entrance, channel, thread and dialog: in light, in dark and on a phone."""

from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page

from tests.browser.desk import BOX, PHONE, SIT, Desk
from tests.house import House
from tests.people import Person
from tests.telling import filed

pytestmark = [pytest.mark.browser, pytest.mark.newest_only]
LOOKS = pytest.mark.parametrize(
    "look",
    [{"color_scheme": "light"}, {"color_scheme": "dark"}, PHONE | {"color_scheme": "light"}],
    ids=["light", "dark", "phone"],
)
EVERYTHING = """**gras** *italique* ~~barré~~ `code` @all ~off-topic #atelier :wave: https://exemple.fr

> une citation

| Heure | Atelier |
|---|---|
| 9 h | Courriels |

```python
print("bonjour")
```
- un
- deux
"""


async def complaints(page: Page) -> list[str]:
    """What axe finds, each with the first thing it is about."""
    found = (await Axe().run(page)).response["violations"]
    return [f"{v['id']}: {v['help']}: {v['nodes'][0]['target']} {v['nodes'][0]['html'][:160]}" for v in found]


@pytest.fixture(autouse=True)
def _own_page(house: House) -> None:
    if house.sandbox is None:
        pytest.skip("the real client is its makers’ affair")


@LOOKS
async def test_the_entrance(house: House, browser: Browser, look: dict[str, Any]) -> None:
    context = await browser.new_context(locale="fr-FR", **look)
    page = await context.new_page()
    await page.goto(f"{house.site.url}/login")
    await page.wait_for_selector("#input_loginId")
    try:
        assert await complaints(page) == []
        await page.fill("#input_loginId", "juliette")
        await page.fill("#input_password-input", "faux")
        await page.click("#saveSetting")
        await page.get_by_role("alert").filter(has_text="passe").wait_for()
        assert await complaints(page) == []
    finally:
        await context.close()


@LOOKS
async def test_a_channel_with_everything_in_it(sit: SIT, juliette: Person, look: dict[str, Any]) -> None:
    desk = await sit(juliette, **look)
    await juliette.says(EVERYTHING)
    await desk.sees("une citation")
    await desk.types("/cra atelier 8p 1h30 mail, internet 69120 hier +60 retraités")
    await desk.sees("Aperçu")
    assert await complaints(desk.page) == []
    await desk.page.fill(BOX, "")
    await desk.page.press(BOX, "/")
    await desk.page.wait_for_selector("#suggestionList")
    assert await complaints(desk.page) == []


@LOOKS
async def test_a_receipt_and_a_thread(sit: SIT, juliette: Person, look: dict[str, Any]) -> None:
    await filed(juliette)
    root = await juliette.says("Qui vient mardi ?")
    answer = {"channel_id": root.channel_id, "message": "Moi !", "root_id": root.id}
    reply = await juliette.api.post("/posts", answer)
    desk = await sit(juliette, **look)
    await desk.visits_bot()
    await desk.sees("enregistré")
    assert await complaints(desk.page) == []
    await opens_thread(desk, reply["id"])
    assert await complaints(desk.page) == []


async def opens_thread(desk: Desk, reply_id: str) -> None:
    """By the address of its answer."""
    await desk.page.goto(f"{desk.person.site.url}/{desk.person.site.team}/pl/{reply_id}")
    await desk.page.get_by_role("complementary").filter(has_text="Moi !").wait_for()


@LOOKS
async def test_a_dialog_with_a_mistake(sit: SIT, juliette: Person, look: dict[str, Any]) -> None:
    desk = await sit(juliette, **look)
    window = await desk.opens("/cra")
    assert await complaints(desk.page) == []
    await window.writes("commune", "")
    await window.sends()
    assert await window.errors()
    assert await complaints(desk.page) == []
