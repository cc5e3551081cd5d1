"""Stories in a browser: coming in by one click or by name and password, and leaving for somebody else."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, ViewportSize, expect

from cli.demo import entrance
from cli.demo.cast import CAST, PASSWORD, TEAM, everybody
from sandbox import Sandbox
from tests.browser.client import BOX, PATIENCE_MS
from tests.people import Api, Refused, new_session

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("own_page")]
MURIELLE = next(actor for actor in everybody() if actor.last_name == "Désormeaux")
ACTORS = (*CAST[:3], MURIELLE)
"""Some who have a card, and one to be found in the list."""


@dataclass
class Door:
    """The entrance of a server with the demo’s first people, in a browser."""

    page: Page
    api: Api

    async def holds(self) -> dict[str, str]:
        """What the tab keeps."""
        kept: dict[str, str] = await self.page.evaluate("({...sessionStorage})")
        return kept

    async def is_open(self) -> None:
        """Wait for it."""
        await expect(self.page.get_by_role("heading", name="Qui voulez-vous être ?")).to_be_visible()

    async def lets_in(self, name: str) -> None:
        """Wait until that person is inside."""
        await expect(self.page.locator(BOX)).to_be_editable()
        await expect(self.page.get_by_role("navigation")).to_contain_text(f"Vous êtes {name}")


@pytest.fixture
async def door(browser: Browser, tmp_path: Path) -> AsyncIterator[Door]:
    """Before the entrance."""
    entrance.write(tmp_path / "people.json")
    server = Sandbox(people=tmp_path / "people.json")
    await server.start(port=0)
    context = await browser.new_context(locale="fr-FR")
    async with new_session() as session:
        door = Door(await context.new_page(), Api(session, server.url))
        door.page.set_default_timeout(PATIENCE_MS)
        await _sign_up(door.api)
        await door.page.goto(server.url)
        yield door
    await context.close()
    await server.stop()


async def _sign_up(api: Api) -> None:
    """Make accounts of the demo’s first people, the first of whom opens the team for the others."""
    for actor in ACTORS:
        names = {"first_name": actor.first_name, "last_name": actor.last_name}
        account = {"username": actor.username, "email": actor.email, "password": PASSWORD} | names
        made = await api.post("/users", account)
        if actor is ACTORS[0]:
            await api.log_in(actor.username, PASSWORD)
            team = await api.post("/teams", {"name": TEAM, "display_name": "Équipe", "type": "O"})
        else:
            await api.post(f"/teams/{team['id']}/members", {"team_id": team["id"], "user_id": made["id"]})


async def test_one_click_lets_in_and_the_next_person_finds_nothing_of_the_last(door: Door) -> None:
    await door.is_open()
    card = door.page.get_by_role("button", name="Juliette Perrin")
    await expect(card).to_contain_text("Conseil numérique")
    await expect(card).to_contain_text("Ville de Vaulx-en-Velin")
    await card.click()
    await door.lets_in("Juliette Perrin")
    await door.page.fill(BOX, "Mon brouillon")
    token = (await door.holds())["token"]
    assert await door.page.context.cookies() == []

    await door.page.get_by_role("button", name="Changer de personne").click()
    await door.is_open()
    assert await door.holds() == {}
    with pytest.raises(Refused, match="401"):
        await Api(door.api.session, door.api.url, token).get("/users/me")

    await door.page.get_by_role("button", name="Agathe Moreau").click()
    await door.lets_in("Agathe Moreau")
    await expect(door.page.locator(BOX)).to_have_value("")


@pytest.mark.parametrize("size", [{"width": 1200, "height": 900}, {"width": 360, "height": 640}], ids=["wide", "phone"])
async def test_who_has_no_card_is_found_in_a_list(door: Door, size: ViewportSize) -> None:
    await door.page.set_viewport_size(size)
    box = door.page.get_by_role("combobox", name=f"Ou l’un des {len(everybody()) - len(CAST)} autres")
    options = door.page.get_by_role("option")
    await box.click()
    await expect(options).to_have_count(len(everybody()) - len(CAST))
    await box.fill("desormeaux")
    await expect(options).to_have_text(["Murielle Désormeaux, France services de Sainte-Marie"])
    await box.fill("sainte-mar")
    await options.first.click()
    await door.page.set_viewport_size({"width": 1200, "height": 900})  # a phone shows nobody’s name
    await door.lets_in("Murielle Désormeaux")


async def test_a_wrong_password_is_told_and_may_be_corrected(door: Door) -> None:
    await door.page.fill("#input_loginId", "juliette")
    await door.page.fill("#input_password-input", "faux")
    await door.page.click("#saveSetting")
    await expect(door.page.get_by_role("alert").filter(has_text="mot de passe")).to_be_visible()
    assert await door.holds() == {}

    await door.page.fill("#input_password-input", PASSWORD)
    await door.page.press("#input_password-input", "Enter")
    await door.lets_in("Juliette Perrin")


async def test_a_session_that_the_server_ended_leads_back_to_the_entrance(door: Door) -> None:
    await door.page.get_by_role("button", name="Juliette Perrin").click()
    await door.lets_in("Juliette Perrin")
    juliette = Api(door.api.session, door.api.url, (await door.holds())["token"])
    await door.page.wait_for_load_state("networkidle")
    await juliette.post("/users/logout")

    await door.page.fill(BOX, "Suis-je encore là ?")
    await door.page.keyboard.press("Enter")  # by then the page may have found out by itself
    await door.is_open()
    assert await door.holds() == {}
