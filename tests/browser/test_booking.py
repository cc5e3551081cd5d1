"""Stories in a browser of who books a rendez-vous: by keyboard alone, on a small phone, without scripts, with axe."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, ViewportSize, expect
from sqlmodel import col, select

from config.time import PARIS
from storage.database import change
from storage.people import Role
from storage.rdv.appointments import Rdv
from storage.rdv.bookings import Booking, BookingSeal, WeeklyRange, close_page, open_page, replace_ranges
from storage.seals import hash_token
from tests.people import Person
from tests.support.house import House

pytestmark = [pytest.mark.browser, pytest.mark.newest_only, pytest.mark.usefixtures("own_page")]
SMALL = ViewportSize(width=360, height=640)


@dataclass
class Window:
    """Somebody’s browser at the booking page."""

    browser: Browser
    address: str

    async def opens(self, **options: Any) -> Page:
        """Open the page, in a window of 360 pixels."""
        context = await self.browser.new_context(locale="fr-FR", viewport=SMALL, **options)
        page = await context.new_page()
        await page.goto(self.address)
        return page


@pytest.fixture
async def window(house: House, juliette: Person, browser: Browser) -> AsyncIterator[Window]:
    """Juliette receives each morning, and it is afternoon: no moment is too soon to be moved or cancelled."""
    house.clock.goes_to(datetime.combine(house.today + timedelta(days=1), time(13), PARIS))
    await house.registers(juliette, Role.CONSEILLER, prenom="Juliette", nom="Martin")
    ranges = [
        WeeklyRange(user_id=juliette.id, weekday=day, start=540, end=660, length=30, place="Médiathèque", ahead=10)
        for day in range(7)
    ]
    async with house.bot.database.transaction() as db:
        await replace_ranges(db, juliette.id, ranges)
        key = await open_page(db, juliette.id, BookingSeal(house.settings.secrets), house.clock(), anew=True)
    yield Window(browser, f"http://127.0.0.1:{house.bot.port}/rendez-vous/{key}")
    async with house.bot.database.transaction() as db:
        await replace_ranges(db, juliette.id, [])


async def fits(page: Page) -> bool:
    """Whether nothing is wider than the window."""
    return bool(await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


async def complaints(page: Page) -> list[str]:
    """What axe finds, each with the first thing it is about."""
    found = (await Axe().run(page)).response["violations"]
    return [f"{v['id']}: {v['help']}: {v['nodes'][0]['html'][:160]}" for v in found]


async def tab_to(page: Page, selector: str) -> None:
    """Press the tabulator until that has the focus."""
    for _ in range(60):
        await page.keyboard.press("Tab")
        if await page.evaluate("s => document.activeElement?.matches(s)", selector):
            return
    raise AssertionError(f"the keyboard does not reach {selector}")


async def test_who_has_a_keyboard_only_books_and_finds_other_moments(window: Window) -> None:
    page = await window.opens(java_script_enabled=True)
    await tab_to(page, "input[name=creneau]")
    await page.keyboard.press("Space")
    await tab_to(page, "#prenom")
    await page.keyboard.type("Zoé")
    await tab_to(page, "#contact")
    await page.keyboard.type("rien")
    await tab_to(page, "#consentement")
    await page.keyboard.press("Space")
    await page.keyboard.press("Enter")
    await expect(page).to_have_title("Erreur : Prendre rendez-vous – Conseiller numérique")
    assert await page.locator("#prenom").input_value() == "Zoé"
    assert await page.locator("#consentement").is_checked()
    assert await page.locator("input[name=creneau]:checked").count() == 1
    assert await page.get_attribute("#contact", "aria-invalid") == "true"
    assert await complaints(page) == []
    await page.fill("#contact", "zoe@exemple.fr")
    await page.keyboard.press("Enter")
    shown = page.locator("[data-code]")
    await expect(shown).to_have_attribute("data-etat", "waiting")
    code = await shown.get_attribute("data-code")
    await page.reload()
    assert await page.locator("[data-code]").get_attribute("data-code") == code
    await tab_to(page, "summary")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("button", name="Déplacer à ce moment")).to_be_visible()
    assert await complaints(page) == []


async def test_a_small_phone_without_scripts_has_all_of_it(window: Window) -> None:
    page = await window.opens(java_script_enabled=False)
    assert await page.locator("script").count() == 0
    await page.locator("input[name=creneau]").nth(1).check()
    await page.fill("#prenom", "Ali")
    await page.fill("#contact", "06 39 98 00 00")
    await page.check("#consentement")
    await page.get_by_role("button", name="Réserver ce moment").click()
    code = await page.locator("[data-code]").get_attribute("data-code")
    await page.go_back()
    await expect(page.get_by_role("button", name="Réserver ce moment")).to_be_visible()
    await page.go_forward()
    assert await page.locator("[data-code]").get_attribute("data-code") == code
    await page.get_by_role("button", name="Annuler ce rendez-vous").click()
    await expect(page.get_by_role("heading", name="Votre rendez-vous est annulé")).to_be_visible()
    await page.get_by_role("link", name="Prendre un autre rendez-vous").click()
    await expect(page.get_by_role("heading", name="Prendre rendez-vous")).to_be_visible()


@pytest.mark.parametrize("scripts", [False, True])
async def test_too_late_to_cancel_a_keyboard_says_that_one_will_not_come(
    window: Window, house: House, scripts: bool
) -> None:
    page = await window.opens(java_script_enabled=scripts)
    moment = page.locator("input[name=creneau]").first
    starts = datetime.fromisoformat(await moment.get_attribute("value") or "")
    await moment.check()
    await page.fill("#prenom", "Ana")
    await page.fill("#contact", "ana@exemple.fr")
    await page.check("#consentement")
    await page.get_by_role("button", name="Réserver ce moment").click()
    await expect(page.locator("[data-code]")).to_be_visible()
    house.clock.goes_to(starts - timedelta(hours=1))
    await page.reload()
    button = page.get_by_role("button", name="Je ne viendrai pas")
    await expect(button).to_be_visible()
    if scripts:  # (which axe and the measures are)
        assert await fits(page)
        assert await complaints(page) == []
    for _ in range(20):
        await page.keyboard.press("Tab")
        if await page.locator("button:focus").count():
            break
    await expect(button).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Votre rendez-vous est annulé")).to_be_visible()
    await page.go_back()
    await page.reload()
    await expect(page.get_by_role("heading", name="Cette page n’existe pas")).to_be_visible()


async def test_a_button_pressed_twice_and_the_way_back_book_once_and_old_links_say_so(
    window: Window, house: House, juliette: Person
) -> None:
    page, begun = await window.opens(), house.clock()
    await page.locator("input[name=creneau]").nth(2).check()
    await page.fill("#prenom", "Bo")
    await page.fill("#contact", "bo@exemple.fr")
    await page.check("#consentement")
    await page.get_by_role("button", name="Réserver ce moment").dblclick()
    await expect(page.locator("[data-code]")).to_be_visible()
    code = await page.locator("[data-code]").get_attribute("data-code")
    await page.go_back()
    await expect(page.get_by_role("button", name="Réserver ce moment")).to_be_visible()
    assert await page.locator("input[name=creneau]:checked").count() == 0, "no other moment is chosen for them"
    await page.go_forward()
    assert await page.locator("[data-code]").get_attribute("data-code") == code
    async with house.bot.database.transaction() as db:
        mine = select(Booking, Rdv).where(Booking.code_hash == hash_token(code or ""), col(Rdv.id) == col(Booking.rdv))
        ((_, rdv),) = (await db.exec(mine)).all()
        alike = select(Booking).where(Booking.user_id == juliette.id, Booking.created_at >= begun)
        assert len((await db.exec(alike)).all()) == 1
        await change(db, rdv, starts_at=rdv.starts_at - timedelta(days=30), ends_at=rdv.ends_at - timedelta(days=30))
    await page.reload()
    await expect(page.get_by_text("n’a pas répondu à temps")).to_be_visible()
    assert await complaints(page) == []
    async with house.bot.database.transaction() as db:
        await close_page(db, juliette.id, house.clock())
    await page.goto(window.address)
    await expect(page.get_by_role("heading", name="Cette page n’existe pas")).to_be_visible()
    assert await complaints(page) == []


@pytest.mark.parametrize("size", [320, 360, 1280])
async def test_nothing_is_wider_than_the_window_and_axe_is_content(window: Window, size: int) -> None:
    page = await window.opens()
    await page.set_viewport_size({"width": size, "height": 700})
    assert await fits(page)
    assert await complaints(page) == []
    targets = await page.evaluate(
        "[...document.querySelectorAll('main label, main button')].map(e => e.getBoundingClientRect().height)"
    )
    assert min(targets) >= 24
    await page.goto(f"{window.address}/AAAABBBBCCCC")
    assert await fits(page)
    assert await complaints(page) == []
