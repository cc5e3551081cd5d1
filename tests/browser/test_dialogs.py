"""Stories in a browser: each kind of field, as the web client of the server’s version draws and sends it."""

from datetime import date

import pytest
from playwright.async_api import expect

from tests.browser.client import BOX
from tests.browser.dialog_bot import Json
from tests.browser.stage import Stage
from tests.browser.window import Window

pytestmark = pytest.mark.browser
KINDS: list[Json] = [{"text": "A", "value": "a"}, {"text": "B", "value": "b"}]
WORDS: Json = {"name": "words", "display_name": "Mots", "type": "text", "optional": True}
COUNT: Json = {"name": "count", "display_name": "Nombre", "type": "text", "subtype": "number", "default": "1"}
KIND: Json = {"name": "kind", "display_name": "Sorte", "type": "select", "optional": True, "options": KINDS}
CIRCLE: Json = {"name": "circle", "display_name": "Rond", "type": "radio", "default": "b", "options": KINDS}
SURE: Json = {"name": "sure", "display_name": "Sûr", "type": "bool", "optional": True, "placeholder": "oui"}
DAY: Json = {"name": "day", "display_name": "Jour", "type": "date", "default": "2026-09-12", "optional": True}
SEVERAL: Json = KIND | {"name": "several", "display_name": "Plusieurs", "multiselect": True, "default": "b"}


async def test_new_clients_leave_blanks_out_and_untouched_numbers_as_text(new: Stage) -> None:
    window = await new.opens(WORDS, COUNT, KIND, CIRCLE, SURE, DAY, SEVERAL)
    assert await window.frame.locator("input[type=radio]:checked").count() == 0, "a radio’s default is not shown"
    await window.sends()

    first = {"count": "1", "circle": "b", "sure": False, "day": "2026-09-12", "several": ["b"]}
    assert (await new.got())["submission"] == first


async def test_new_clients_send_what_was_entered(new: Stage) -> None:
    window = await new.opens(WORDS, COUNT, KIND, SURE, DAY, SEVERAL)
    await window.writes("words", "bonjour")
    await window.writes("count", "7")
    await window.picks("kind", "B")
    await window.field("sure").check()
    await window.dates("day", date(2026, 9, 14))
    await window.picks("several", "A")
    await window.sends()

    entered = {"words": "bonjour", "count": 7, "kind": "b", "sure": True, "day": "2026-09-14", "several": ["b", "a"]}
    assert (await new.got())["submission"] == entered


async def test_old_clients_send_every_field(old: Stage) -> None:
    window = await old.opens(WORDS, COUNT, KIND, CIRCLE, SURE, DAY)
    assert await window.field("day").count() == 0, "they know no dates"
    assert await window.frame.locator("input[type=radio]:checked").count() == 1
    await window.sends()

    first = {"words": "", "count": "1", "kind": "", "circle": "b", "sure": False, "day": "2026-09-12"}
    assert (await old.got())["submission"] == first


async def test_errors_have_markdown_in_new_clients(new: Stage) -> None:
    new.bot.answers = [{"errors": {"words": "C’est **faux**"}, "error": "En bas"}]
    window = await new.opens(WORDS)
    await window.sends()
    await window.shows("C’est faux", "En bas")

    assert await window.frame.locator(".error-text strong").all_inner_texts() == ["faux"]
    await expect(window.field("words")).to_be_focused()


async def test_a_failure_keeps_the_new_form(new: Stage) -> None:
    new.bot.status = 500
    window = await new.opens(WORDS)
    await window.writes("words", "gardé")
    await window.sends()
    await new.got()
    await expect(window.submit).to_be_enabled()
    assert await window.value("words") == "gardé"
    if new.own_page:
        await window.shows("L’envoi a échoué")


async def test_a_failure_closes_the_old_form(old: Stage) -> None:
    old.bot.status = 500
    window = await old.opens(WORDS)
    await window.sends()
    await window.is_gone()


async def test_an_error_for_an_unknown_field_is_told_by_new_clients(new: Stage) -> None:
    new.bot.answers = [{"errors": {"nulle part": "non"}}]
    window = await new.opens(WORDS)
    await window.sends()
    await window.shows("nulle part", "non")


async def test_an_error_for_an_unknown_field_closes_the_old_form(old: Stage) -> None:
    old.bot.answers = [{"errors": {"nulle part": "non"}}]
    window = await old.opens(WORDS)
    await window.sends()
    await window.is_gone()


async def test_a_required_field_left_empty_is_not_sent(new: Stage) -> None:
    window = await new.opens(WORDS | {"optional": False})
    await window.sends()
    await window.errors()
    if new.own_page:
        await window.shows("Ce champ est obligatoire.")
    assert new.bot.sent == []


async def test_the_next_step_sends_the_values_of_both(new: Stage) -> None:
    second = {"title": "Suite", "callback_id": "deux", "state": "s2", "elements": [WORDS | {"name": "more"}]}
    new.bot.answers = [{"type": "form", "form": second}, {}]
    window = await new.opens(WORDS)
    await window.writes("words", "un")
    await window.sends()
    await window.shows("Suite")
    await window.writes("more", "deux")
    await window.sends()
    await window.is_gone()

    got = await new.got(2)
    assert (got["callback_id"], got["state"], got["submission"]) == ("un", "s2", {"words": "un", "more": "deux"})


@pytest.mark.parametrize("way", ["escape", "button", "cross"])
async def test_whoever_gives_up_sends_no_values(new: Stage, way: str) -> None:
    window = await new.opens(WORDS)
    await window.writes("words", "perdu")
    await gives_up(window, way)

    got = await new.got()
    assert (got["cancelled"], got["submission"], got["state"]) == (True, {}, "s1")
    await expect(new.client.page.locator(BOX)).to_be_focused()


async def test_whoever_gives_up_in_the_second_step_is_told_of_with_the_first_state(new: Stage) -> None:
    second = {"title": "Suite", "callback_id": "deux", "state": "s2", "elements": [WORDS | {"name": "more"}]}
    new.bot.answers = [{"type": "form", "form": second}, {}]
    window = await new.opens(WORDS)
    await window.writes("words", "un")
    await window.sends()
    await window.shows("Suite")
    await window.writes("more", "perdu")
    await gives_up(window, "escape")

    got = await new.got(2)
    assert (got["callback_id"], got["state"], got["cancelled"], got["submission"]) == ("un", "s1", True, {})


async def test_old_clients_tell_of_giving_up_too_and_only_if_asked_to(old: Stage) -> None:
    silent = await old.opens(WORDS, notify_on_cancel=False)
    await gives_up(silent, "button")
    window = await old.opens(WORDS)
    await window.writes("words", "perdu")
    await gives_up(window, "button")

    got = await old.got()
    assert (got["cancelled"], got["submission"].get("words", ""), len(old.bot.sent)) == (True, "", 1)


async def gives_up(window: Window, way: str) -> None:
    """Close a dialog without sending it."""
    if way == "escape":
        await window.page.keyboard.press("Escape")
    elif way == "button":
        await window.cancel.click()
    else:
        await window.frame.locator("button.close, .modal-header .close").first.click()
    await window.is_gone()


async def test_a_refresh_brings_the_defaults_of_the_answer(new: Stage) -> None:
    after = {"title": "Essai", "state": "s2", "elements": [KIND | {"default": "a"}, WORDS | {"default": "relu"}]}
    new.bot.answers = [{"type": "form", "form": after}]
    window = await new.opens(KIND | {"refresh": True}, WORDS, source_url=f"{new.bot.url}/dialog")
    await window.writes("words", "tapé")
    await window.picks("kind", "A")
    await expect(window.field("words")).to_have_value("relu")

    got = await new.got()
    assert (got["type"], got["submission"]) == ("refresh", {"words": "tapé", "kind": "a"})


async def test_a_dynamic_select_asks_at_each_letter_and_at_each_change_elsewhere(new: Stage) -> None:
    dynamic = {"name": "place", "display_name": "Lieu", "type": "select", "data_source": "dynamic"}
    window = await new.opens(KIND, CIRCLE, dynamic | {"data_source_url": f"{new.bot.url}/lookup"})
    await window.picks("kind", "B")
    await window.unfolds("place")
    await new.client.page.keyboard.type("par")
    await expect(window.options()).to_have_text(["Paris"])
    await new.client.page.keyboard.press("Enter")
    await window.sends()

    assert (await new.got())["submission"]["place"] == "75056"
    asked = [one["submission"] for one in new.bot.looked_up]
    assert [one.get("query") for one in asked] == [None, None, "p", "pa", "par"]
    circle = {"circle": "[object Object]"}
    assert asked[0] == circle | {"selected_field": "place"}
    kind = {"kind": {"label": "B", "value": "b"}}
    assert asked[-1] == circle | kind | {"query": "par", "selected_field": "place"}
