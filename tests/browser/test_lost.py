"""Stories in a browser: the connection breaks, and nothing is lost, doubled or missed."""

import pytest
from playwright.async_api import Route, expect

from sandbox.faults import Faults
from tests.browser.client import BOX, Client
from tests.browser.reports import fill_workshop
from tests.browser.window import Window
from tests.support.house import House, wait_for

pytestmark = [pytest.mark.browser, pytest.mark.newest_only]
BACK_MS = 20_000


async def form_that_stays(client: Client) -> Window:
    """The dialog of /cra, filled in, of a client that keeps it open when a submission fails."""
    window = await client.opens("/cra")
    if window.legacy:
        pytest.skip("dialogs below 11.0 close when a submission fails; the bot keeps a draft (test_cra_drafts.py)")
    await fill_workshop(window)
    return window


async def test_a_submission_whose_answer_is_lost_is_sent_again_and_counts_once(house: House, client: Client) -> None:
    async def lost(route: Route) -> None:
        await route.fetch()
        await route.abort("connectionreset")

    window = await form_that_stays(client)
    await client.page.route("**/api/v4/actions/dialogs/submit", lost, times=1)
    await window.sends()
    await wait_for(lambda: house.reports(client.person))
    await expect(window.submit).to_be_enabled()
    assert await window.value("commune") == "69120 Vaulx-en-Velin", "the dialog stays, and what it holds"

    await window.sends()
    await window.is_gone()
    assert len(await house.reports(client.person)) == 1
    await house.settled()
    assert len(await client.person.direct()) == 1, "one report has one receipt"


async def test_a_submission_that_never_left_is_sent_when_the_line_is_back(house: House, client: Client) -> None:
    window = await form_that_stays(client)
    await client.page.context.set_offline(True)
    await window.sends()
    await expect(window.submit).to_be_enabled()
    await client.page.context.set_offline(False)
    await window.sends()
    await window.is_gone()
    assert len(await wait_for(lambda: house.reports(client.person))) == 1


async def test_what_was_missed_while_away_comes_in_and_what_is_typed_stays(
    house: House, client: Client, faults: Faults
) -> None:
    agathe = await house.site.person("agathe")
    before = await agathe.says("Avant la coupure")
    await expect(client.text_of(before.id)).to_be_visible()
    await client.page.fill(BOX, "Je suis en train d’écr")
    await client.page.context.set_offline(True)
    faults.drop_sockets()
    await expect(client.page.get_by_text("Connexion perdue").first).to_be_visible(timeout=BACK_MS)
    said = [(await agathe.says(f"Pendant la coupure, {n}")).id for n in range(3)]
    await agathe.api.put(f"/posts/{before.id}/patch", {"message": "Avant la coupure, corrigé"})

    await client.page.context.set_offline(False)
    for post_id in said:
        await expect(client.text_of(post_id)).to_be_visible(timeout=BACK_MS)
    await expect(client.text_of(before.id)).to_contain_text("corrigé")
    await expect(client.page.locator(BOX)).to_have_value("Je suis en train d’écr")
    await expect(client.page.get_by_text("Connexion perdue")).to_have_count(0)
