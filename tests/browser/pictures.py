"""`python -m tests.browser.pictures`: take the pictures of the guides, in the demo, from what the stories do."""

import asyncio
import re
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, FloatRect, Locator, ViewportSize

from cli.demo.cast import PASSWORD, TEAM
from cli.demo.plan import DemoPlan
from cli.demo.stage import free_port, run
from tests.browser.chrome import MISSING, chrome, executable
from tests.browser.client import PHONE, Client
from tests.browser.reports import fill_workshop
from tests.browser.window import Window
from tests.people import Api, Person, Site, new_session, web_client

IMAGES = Path(__file__).resolve().parents[2] / "docs" / "images"
LARGEST = 150 * 1024
LINE = "/cra atelier 8p 1h30 mail, internet 69120 hier +60 retraités"
SCREEN: ViewportSize = {"width": 1000, "height": 860}


async def take(url: str, browser: Browser) -> None:
    """All pictures."""
    async with _person(url, "juliette") as juliette, _person(url, "agathe") as agathe, _person(url, "ines") as ines:
        context = await browser.new_context(locale="fr-FR", viewport=SCREEN, color_scheme="light")
        page = await context.new_page()
        await page.goto(f"{url}/login")
        await page.get_by_text("Juliette").first.wait_for()
        await page.screenshot(path=IMAGES / "entree.png")
        await page.close()
        await _wide(await Client.of(juliette, context, PASSWORD))
        small = PHONE | {"device_scale_factor": 1.5, "color_scheme": "light"}
        phone = await browser.new_context(locale="fr-FR", **small)
        await _phone(await Client.of(juliette, phone, PASSWORD))
        others: dict[str, Any] = {"locale": "fr-FR", "viewport": SCREEN, "color_scheme": "light"}
        await _channels(agathe, await Client.of(agathe, await browser.new_context(**others), PASSWORD))
        await _moderation(await Client.of(agathe, await browser.new_context(**others), PASSWORD))
        await _newcomer(await Client.of(ines, await browser.new_context(**others), PASSWORD))


async def _wide(client: Client) -> None:
    await client.visits("demarches-en-ligne")
    window = await client.opens("/cra")
    await fill_workshop(window)
    await window.field("canal").scroll_into_view_if_needed()
    await _show(client, "cra-fenetre")
    await window.writes("participants", "101")
    await window.sends()
    await window.errors()
    await _around(window.field("participants"), window, "cra-erreur")
    await window.writes("participants", "8")
    await window.sends()
    await window.is_gone()
    await client.types("/aide")
    await _cut(await client.sees("Ce que vous pouvez faire ici"), "accueil")
    await client.types(LINE)
    await _cut(await client.sees("Aperçu"), "cra-ligne")
    await client.visits_bot()
    await _cut(await client.sees("enregistré"), "cra-recu")


async def _phone(client: Client) -> None:
    window = await client.opens("/cra")
    await fill_workshop(window)
    await _show(client, "cra-telephone")
    await client.opens_address("channels/demarches-en-ligne")
    await client.types("/annuaire rhône")
    await client.sees("page 1 sur")
    await _show(client, "annuaire-telephone")
    await client.opens_address("channels/demarches-en-ligne")
    window = await client.opens("/hotline")
    await window.picks("file", "Aide Espace Coop")
    await window.writes("sujet", "L’export de mes statistiques reste vide")
    await window.picks("categorie", "Statistiques")
    await window.writes("details", "Depuis ce matin. Le fichier s’ouvre, mais sans une ligne.")
    await window.field("file").scroll_into_view_if_needed()
    await _show(client, "hotline-demande")
    await window.sends()
    await window.is_gone()


async def _channels(agathe: Person, client: Client) -> None:
    rhone = await agathe.api.get(f"/teams/{agathe.site.team_id}/channels/name/rhone")
    await agathe.api.put(f"/channels/{rhone['id']}/patch", {"header": "Le Rhône", "purpose": "On parle de tout"})
    await client.types("/canaux verifier 69")
    await client.visits_bot()
    await _cut(await client.sees("ce qui n’est pas comme prévu"), "canaux-verifier")
    await client.opens_address("channels/hotline-espace-coop")
    await _cut(await client.sees("L’export de mes statistiques"), "hotline-carte")


async def _moderation(client: Client) -> None:
    await client.opens_address("channels/moderation")
    await _cut(await client.sees("Je vends aussi"), "moderation-dossier")


async def _newcomer(client: Client) -> None:
    await client.types("/bienvenue")
    await _cut(await client.sees("Pour commencer"), "bienvenue")


async def _show(client: Client, name: str) -> None:
    """What is in the window."""
    await client.page.screenshot(path=IMAGES / f"{name}.png")


async def _cut(post: Locator, name: str) -> None:
    """One post alone."""
    await post.scroll_into_view_if_needed()
    await post.screenshot(path=IMAGES / f"{name}.png")


async def _around(field: Locator, window: Window, name: str) -> None:
    """The part of a dialog with this field in its middle."""
    await field.scroll_into_view_if_needed()
    frame, box = await window.frame.bounding_box(), await field.bounding_box()
    assert frame
    assert box
    top = max(frame["y"], box["y"] - 160)
    height = min(420, frame["y"] + frame["height"] - top)
    clip: FloatRect = {"x": frame["x"], "y": top, "width": frame["width"], "height": height}
    await window.page.screenshot(path=IMAGES / f"{name}.png", clip=clip)


@asynccontextmanager
async def _person(url: str, name: str) -> AsyncIterator[Person]:
    """Somebody of the demo, as the stories know a person."""
    async with new_session() as session:
        api = Api(session, url)
        user = await api.log_in(name, PASSWORD)
        team = await api.get(f"/teams/name/{TEAM}")
        square = await api.get(f"/teams/{team['id']}/channels/name/town-square")
        bot = await api.get("/users/username/coop")
        version = tuple(int(n) for n in re.findall(r"\d+", api.version)[:2])
        site = Site(api, (version[0], version[1]), "", team["id"], TEAM, square["id"], bot["id"])
        yield Person(site, user["id"], name, user["email"], api, web_client(site.version))


async def main() -> int:
    """Take them; 1 when one is too large for the repository."""
    path = executable()
    if path is None:
        print(MISSING, file=sys.stderr)
        return 1
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="coop-demo-") as folder:
        plan = DemoPlan(Path(folder), free_port(), free_port(), "11.2")
        async with run(plan, print), chrome(path) as browser:
            await take(plan.url, browser)
    large = [p.name for p in IMAGES.glob("*.png") if p.stat().st_size > LARGEST]
    for name in large:
        print(f"{name} dépasse 150 Ko", file=sys.stderr)
    return 1 if large else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
