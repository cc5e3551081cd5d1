"""Stories in a browser: people, channels, moments, circles, long texts, and what the client itself refuses."""

import re

import pytest
from playwright.async_api import expect

from tests.browser.dialog_bot import Json
from tests.browser.stage import Stage
from tests.browser.window import Window

pytestmark = pytest.mark.browser
KINDS: list[Json] = [{"text": "A", "value": "a"}, {"text": "B", "value": "b"}]
WHO: Json = {"name": "who", "display_name": "Qui", "type": "select", "data_source": "users"}
WHERE: Json = {"name": "where", "display_name": "Où", "type": "select", "data_source": "channels"}
CIRCLE: Json = {"name": "circle", "display_name": "Rond", "type": "radio", "options": KINDS}
LONG: Json = {"name": "long", "display_name": "Long", "type": "textarea", "max_length": 20}
SHORT: Json = {"name": "short", "display_name": "Court", "type": "text", "min_length": 3, "max_length": 5}
MAIL: Json = {"name": "mail", "display_name": "Courriel", "type": "text", "subtype": "email"}
LINK: Json = {"name": "link", "display_name": "Lien", "type": "text", "subtype": "url"}


async def test_people_and_channels_are_found_by_what_is_typed(new: Stage) -> None:
    window = await new.opens(WHO, WHERE)
    assert not window.legacy
    await picks_person_and_channel(new, window)


async def test_old_clients_find_people_and_channels_by_what_is_typed(old: Stage) -> None:
    window = await old.opens(WHO, WHERE)
    assert window.legacy
    await picks_person_and_channel(old, window)


async def picks_person_and_channel(stage: Stage, window: Window) -> None:
    """Type parts of two names; each list finds at the server what fits, and their ids are sent."""
    agathe = await stage.person("agathe")
    topic = await agathe.api.get(f"/teams/{stage.site.team_id}/channels/name/off-topic")
    for name, typed, found in (("who", agathe.username, agathe.username), ("where", "off", "Off-Topic")):
        await window.unfolds(name)
        await window.page.keyboard.type(typed)
        await expect(window.options(found)).to_have_count(1)
        await window.page.keyboard.press("Enter")
        await window.holds(name, found)
    await window.sends()
    await window.is_gone()

    assert (await stage.got())["submission"] == {"who": agathe.id, "where": topic["id"]}


async def test_somebody_chosen_beforehand_is_shown_by_the_name_in_the_list(new: Stage) -> None:
    await shows_who_is_known(new)


async def test_old_clients_show_somebody_chosen_beforehand_by_the_name_in_the_list(old: Stage) -> None:
    await shows_who_is_known(old)


async def shows_who_is_known(stage: Stage) -> None:
    """The bot lists who it means beside the source in which the client looks; sent untouched it is that person."""
    agathe = await stage.person("agathe")
    window = await stage.opens(WHO | {"default": agathe.id, "options": [{"text": "Agathe", "value": agathe.id}]})
    await window.holds("who", "Agathe")
    await window.sends()
    await window.is_gone()
    assert (await stage.got())["submission"] == {"who": agathe.id}


async def test_a_circle_is_filled_with_the_keyboard_and_sent(new: Stage) -> None:
    window = await new.opens(CIRCLE)
    circles = window.frame.get_by_role("radio")
    await circles.first.focus()
    await new.client.page.keyboard.press("Space")
    await new.client.page.keyboard.press("ArrowDown")
    await expect(circles.last).to_be_checked()
    await window.sends()

    assert (await new.got())["submission"] == {"circle": "b"}


async def test_a_circle_left_empty_is_not_sent(new: Stage) -> None:
    window = await new.opens(CIRCLE)
    await window.sends()
    await expect(window.frame.locator(".error-text").first).to_be_visible()
    assert new.bot.sent == []


@pytest.mark.usefixtures("own_page")
async def test_a_moment_is_shown_in_the_reader_s_zone_and_sent_in_universal_time(new: Stage) -> None:
    moment = {"name": "at", "display_name": "Quand", "type": "datetime", "default": "2026-11-24T08:30:00Z"}
    window = await new.opens(moment)
    assert await window.value("at") == "2026-11-24T09:30", "Paris is an hour ahead in winter"
    await window.writes("at", "2026-07-14T18:00")
    await window.sends()

    assert (await new.got())["submission"] == {"at": "2026-07-14T16:00:00Z"}


@pytest.mark.usefixtures("own_page")
async def test_a_day_out_of_its_bounds_is_not_sent(new: Stage) -> None:
    bounds = {"min_date": "2026-09-01", "max_date": "2026-11-24"}
    window = await new.opens({"name": "day", "display_name": "Jour", "type": "date"} | bounds)
    for day, sentence in (("2026-08-31", "Au plus tôt le 1 septembre 2026"), ("2026-11-25", "Au plus tard le 24 nov")):
        await window.writes("day", day)
        await window.sends()
        await window.shows(sentence)
    await window.writes("day", "2026-11-24")
    await window.sends()

    assert (await new.got())["submission"] == {"day": "2026-11-24"}
    assert len(new.bot.sent) == 1


@pytest.mark.usefixtures("own_page")
async def test_texts_too_short_or_of_another_kind_are_told_under_their_fields(new: Stage) -> None:
    window = await new.opens(SHORT, MAIL, LINK, LONG)
    for name, wrong in (("short", "ab"), ("mail", "agathe"), ("link", "exemple.fr"), ("long", "x")):
        await window.writes(name, wrong)
    await window.sends()
    assert [error[:12] for error in await window.errors()][:3] == ["Au moins 3 c", "Doit être un", "Doit commenc"]
    assert new.bot.sent == []
    await expect(window.field("short")).to_be_focused()
    await expect(window.field("short")).to_have_attribute("aria-invalid", "true")

    for name, right in (("short", "abc"), ("mail", "a@exemple.fr"), ("link", "https://exemple.fr")):
        await window.writes(name, right)
    await window.sends()
    mended = {"short": "abc", "mail": "a@exemple.fr", "link": "https://exemple.fr", "long": "x"}
    assert (await new.got())["submission"] == mended


async def test_a_text_takes_no_more_than_it_may(new: Stage) -> None:
    window = await new.opens(SHORT, LONG)
    for name, most in (("short", "abcde"), ("long", "une ligne\net une aut")):
        await window.field(name).click()
        await new.client.page.keyboard.type(most[:-1])
        await new.client.page.keyboard.type(most[-1] + "xyz")
        assert await window.value(name) == most
    await window.sends()

    assert (await new.got())["submission"] == {"short": "abcde", "long": "une ligne\net une aut"}


@pytest.mark.usefixtures("own_page")
async def test_a_day_is_read_in_french_whatever_the_browser_speaks(new: Stage) -> None:
    window = await new.opens({"name": "day", "display_name": "Jour", "type": "date", "default": "2026-11-24"})
    await window.shows("24/11/2026")
    await expect(window.field("day")).to_have_accessible_description(re.compile("24/11/2026"))
    await window.writes("day", "2026-07-04")
    await window.shows("04/07/2026")
