"""axe finds nothing to say against what the page shows: in light and in dark, on a screen and on a phone."""

from dataclasses import dataclass
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page

from tests.browser.client import BOX, LIST, PHONE, SIT
from tests.people import Person
from tests.support.cra import file_workshop
from tests.support.house import House

pytestmark = [pytest.mark.browser, pytest.mark.newest_only, pytest.mark.usefixtures("own_page")]
SIZES = pytest.mark.parametrize("size", [{}, PHONE], ids=["wide", "phone"])
IN_COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
"""What may be wrong in the dark only."""
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


@dataclass
class Look:
    """A page that axe looks at, again and again."""

    page: Page

    async def is_clean(self, place: str) -> None:
        """Find nothing, in light and in dark."""
        await self.page.emulate_media(color_scheme="light")
        assert await self._complaints() == [], f"{place}, light"
        await self.page.emulate_media(color_scheme="dark")
        assert await self._complaints(IN_COLOURS) == [], f"{place}, dark"

    async def _complaints(self, options: dict[str, Any] | None = None) -> list[str]:
        """What axe finds, each with the first thing it is about."""
        found = (await Axe().run(self.page, options=options)).response["violations"]
        return [f"{v['id']}: {v['help']}: {v['nodes'][0]['target']} {v['nodes'][0]['html'][:160]}" for v in found]


@SIZES
async def test_the_entrance(house: House, browser: Browser, size: dict[str, Any]) -> None:
    context = await browser.new_context(locale="fr-FR", **size)
    page = await context.new_page()
    try:
        await page.goto(f"{house.site.url}/login")
        await page.wait_for_selector("#input_loginId")
        await Look(page).is_clean("entrance")
        await page.fill("#input_loginId", "juliette")
        await page.fill("#input_password-input", "faux")
        await page.click("#saveSetting")
        await page.get_by_role("alert").filter(has_text="passe").wait_for()
        await Look(page).is_clean("entrance after a mistake")
    finally:
        await context.close()


@SIZES
async def test_what_one_reads(sit: SIT, juliette: Person, size: dict[str, Any]) -> None:
    await file_workshop(juliette)
    root = await juliette.says(EVERYTHING)
    answer = {"channel_id": root.channel_id, "message": "Moi !", "root_id": root.id}
    reply = await juliette.api.post("/posts", answer)
    client = await sit(juliette, **size)
    look = Look(client.page)
    await client.types("/cra atelier 8p 1h30 mail, internet 69120 hier +60 retraités")
    await client.sees("Aperçu")
    await look.is_clean("channel with a preview")
    await client.page.fill(BOX, "")
    await client.page.press(BOX, "/")
    await client.page.wait_for_selector(LIST)
    await look.is_clean("suggestions")
    await client.page.fill(BOX, "")
    await client.opens_address(f"pl/{reply['id']}")
    await client.page.get_by_role("complementary").filter(has_text="Moi !").wait_for()
    await look.is_clean("thread")
    await client.visits_bot()
    await client.sees("enregistré")
    await look.is_clean("receipt")


@SIZES
async def test_what_one_fills_in(sit: SIT, juliette: Person, size: dict[str, Any]) -> None:
    client = await sit(juliette, **size)
    look = Look(client.page)
    window = await client.opens("/cra")
    await look.is_clean("dialog")
    await window.writes("commune", "")
    await window.sends()
    assert await window.errors()
    await look.is_clean("dialog with mistakes")
    await window.cancel.click()
    await window.is_gone()
    await client.page.click("#channel-members")
    await client.page.get_by_role("dialog", name="Membres du canal").wait_for()
    await look.is_clean("members")
