"""A story in a browser of an employer who looks at shared figures: on a small phone, without scripts, on paper."""

import io
from datetime import date

import pytest
from playwright.async_api import Browser
from pypdf import PdfReader

from storage import people
from tests.browser.test_booking import SMALL, complaints, fits
from tests.people import Person
from tests.support.cra import make_report, store_reports
from tests.support.house import House
from tests.test_stats_shared import path_of

pytestmark = [pytest.mark.browser, pytest.mark.newest_only, pytest.mark.usefixtures("own_page")]


async def test_an_employer_reads_figures_on_a_phone_and_prints_them(
    house: House, juliette: Person, browser: Browser
) -> None:
    async with house.bot.database.transaction() as db:
        found = await people.get(db, juliette.id)
        assert found
        await store_reports(db, found, *(make_report(date=date(2026, 9, day)) for day in range(1, 29)))
    address = f"http://127.0.0.1:{house.bot.port}{path_of(await juliette.asks('/stats partager septembre 2026'))}"
    for scripts in (True, False):
        context = await browser.new_context(locale="fr-FR", viewport=SMALL, java_script_enabled=scripts)
        page = await context.new_page()
        await page.goto(address)
        assert await page.locator("h1").inner_text() == "Statistiques d’activité"
        assert await page.locator("table").count() >= 7
        assert await page.get_by_role("rowheader", name="Personnes accompagnées durant cette période").count() == 1
        if scripts:
            assert await fits(page)
            assert await complaints(page) == []
            await page.keyboard.press("Tab")
            assert await page.evaluate("document.activeElement.textContent") == "Aller au contenu"
    paper = PdfReader(io.BytesIO(await page.pdf(prefer_css_page_size=True)))
    assert len(paper.pages) <= 3
    assert "224" in paper.pages[0].extract_text()
    assert "Aller au contenu" not in paper.pages[0].extract_text()
