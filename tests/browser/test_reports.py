"""Stories in a browser: a report by dialog and by line, changed and deleted from its receipt, given up."""

import pytest
from playwright.async_api import expect

from storage.cra import Source
from tests.browser.client import SIT, Client
from tests.browser.reports import fill_workshop
from tests.people import Person
from tests.support.cra import file_workshop, read_number
from tests.support.house import House, wait_for

pytestmark = pytest.mark.browser
LINE = "/cra atelier 8p 1h30 mail, internet 69120 hier +60 retraités"


async def test_a_workshop_is_filed_with_one_mistake_corrected(house: House, client: Client) -> None:
    window = await client.opens("/cra")
    assert window.legacy == (house.site.version < (11, 0))
    await fill_workshop(window, participants="101")
    await window.sends()
    said = [sentence.replace("\u00a0", " ") for sentence in await window.errors()]
    assert "de 1 à 100" in said[0], "under its field; at the foot some clients say more"
    assert await window.value("commune") == "69120 Vaulx-en-Velin", "nothing typed is lost"

    await window.writes("participants", "8")
    await window.sends()
    await window.is_gone()
    (cra,) = await wait_for(lambda: house.reports(client.person))
    assert (cra.participants, cra.minutes, cra.commune, cra.source) == (8, 90, "69256", Source.DIALOG)
    assert set(cra.report.themes) == {"internet", "courriel"}

    await client.visits_bot()
    receipt = await client.sees(f"n° {cra.number}")
    for words in ("Atelier Collectif", "8 participants", "Vaulx-en-Velin", "1 h 30"):
        await expect(receipt).to_contain_text(words)
    await client.page.reload()
    await client.sees(f"n° {cra.number}")


async def test_a_line_is_previewed_by_oneself_alone_then_recorded(house: House, sit: SIT, juliette: Person) -> None:
    client = await sit(juliette)
    agathe = await sit(await house.site.person("agathe"))
    await client.types(LINE)
    preview = await client.sees("Aperçu, rien n’est encore enregistré")
    await expect(preview).to_contain_text("8 participants")
    assert await agathe.post("Aperçu, rien").count() == 0
    assert await house.reports(juliette) == []

    await client.clicks(preview, "Enregistrer")
    await client.sees("C’est enregistré")
    (cra,) = await house.reports(juliette)
    assert (cra.participants, cra.source) == (8, Source.LINE)
    await client.visits_bot()
    await client.sees(f"n° {cra.number} enregistré")


async def test_a_report_is_changed_then_deleted_then_restored_from_its_receipt(
    house: House, client: Client, juliette: Person
) -> None:
    number = read_number(await file_workshop(juliette))
    await client.visits_bot()
    await client.clicks(await client.sees(f"n° {number} enregistré"), "Modifier")
    window = await client.window()
    assert await window.value("participants") == "8"
    await window.writes("participants", "9")
    await window.sends()
    await window.is_gone()

    changed = await client.sees(f"n° {number} modifié")
    await expect(changed).to_contain_text("9 participants")
    await client.clicks(changed, "Supprimer")
    deleted = await client.sees(f"n° {number} supprimé")
    await client.clicks(deleted, "Rétablir")
    await client.sees(f"n° {number} rétabli")
    (cra,) = await house.reports(juliette)
    assert (cra.participants, cra.deleted_at) == (9, None)


async def test_a_dialog_given_up_leaves_nothing(house: House, client: Client) -> None:
    for give_up in ("Escape", ""):
        window = await client.opens("/cra")
        await window.writes("participants", "12")
        if give_up:
            await client.page.keyboard.press(give_up)
        else:
            await window.cancel.click()
        await window.is_gone()
    assert await house.reports(client.person) == []
    fresh = await client.opens("/cra")
    assert await fresh.value("participants") == ""
