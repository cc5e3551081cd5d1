"""Stories: what was typed is never lost; it waits as a draft for seven days."""

from datetime import timedelta

import pytest

from tests.people import Person
from tests.support.conversation import BROKEN_PARTICIPANTS, assert_as_left, open_refused_dialog
from tests.support.cra import file_workshop, fill_workshop, read_mistake
from tests.support.house import Clock, House, age_links


@pytest.mark.every_mode
async def test_a_refused_and_cancelled_dialog_waits_as_a_draft(house: House, juliette: Person) -> None:
    form = await open_refused_dialog(juliette)
    await form.cancel()
    whisper = await juliette.whispered()
    assert whisper.buttons == ["Reprendre"]

    again = await juliette.opens_by(whisper, "Reprendre")
    assert_as_left(again)
    assert (await again.fill(participants=30).submit()).accepted
    assert [c.participants for c in await house.reports(juliette)] == [30]


@pytest.mark.every_mode
async def test_cra_brouillon_brings_the_draft_back(house: House, juliette: Person) -> None:
    await open_refused_dialog(juliette)
    form = await juliette.opens("/cra brouillon")

    assert_as_left(form)
    assert (await form.fill(participants=30).submit()).accepted
    assert "Aucun brouillon" in (await juliette.asks("/cra brouillon")).text


async def test_a_dialog_cancelled_before_anything_was_sent_leaves_no_draft(juliette: Person) -> None:
    form = await fill_workshop(juliette)
    await form.cancel()

    assert "Aucun brouillon" in (await juliette.asks("/cra brouillon")).text


async def test_a_corrected_dialog_leaves_no_draft(house: House, juliette: Person) -> None:
    form = await open_refused_dialog(juliette)
    assert (await form.fill(participants=3, recurrents=0).submit()).accepted

    assert "Aucun brouillon" in (await juliette.asks("/cra brouillon")).text


async def test_a_corrected_change_leaves_no_draft_either(house: House, juliette: Person) -> None:
    form = await juliette.opens_by(await file_workshop(juliette), "Modifier")
    read_mistake(await form.fill(participants=BROKEN_PARTICIPANTS).submit(), "participants")
    assert (await form.fill(participants=3).submit()).accepted

    assert "Aucun brouillon" in (await juliette.asks("/cra brouillon")).text


async def test_a_refused_change_waits_as_a_draft_too(house: House, juliette: Person) -> None:
    form = await juliette.opens_by(await file_workshop(juliette), "Modifier")
    read_mistake(await form.fill(participants=BROKEN_PARTICIPANTS).submit(), "participants")
    await form.cancel()
    again = await juliette.opens("/cra brouillon")

    assert str(again.shown("participants")) == str(BROKEN_PARTICIPANTS)
    assert (await again.fill(participants=44).submit()).accepted
    assert [(c.participants, c.version) for c in await house.reports(juliette)] == [(44, 2)]


async def test_a_draft_is_kept_for_seven_days(juliette: Person, clock: Clock) -> None:
    await open_refused_dialog(juliette)
    clock.goes_to(clock() + timedelta(days=6, hours=23))
    assert_as_left(await juliette.opens("/cra brouillon"))

    clock.goes_to(clock() + timedelta(hours=2))
    assert "Aucun brouillon" in (await juliette.asks("/cra brouillon")).text


async def test_the_newest_draft_comes_first(juliette: Person) -> None:
    await open_refused_dialog(juliette)
    form = await fill_workshop(juliette, participants=777)
    read_mistake(await form.submit(), "participants")

    both = await juliette.asks("/cra brouillon")
    assert str((await juliette.opens_by(both, both.buttons[0])).shown("participants")) == "777"


async def test_nobody_sees_the_drafts_of_others(house: House, juliette: Person) -> None:
    await open_refused_dialog(juliette)
    carl = await house.conseiller("carl")

    assert "Aucun brouillon" in (await carl.asks("/cra brouillon")).text


async def test_a_draft_taken_up_twice_counts_once(house: House, juliette: Person) -> None:
    await open_refused_dialog(juliette)
    first = await juliette.opens("/cra brouillon")
    second = await juliette.opens("/cra brouillon")
    await first.fill(participants=10).submit()
    await second.fill(participants=10).submit()

    await house.settled()
    assert len(await house.reports(juliette)) == len(await juliette.direct()) == 1


async def test_a_draft_recorded_elsewhere_is_not_opened_again(house: House, juliette: Person) -> None:
    form = await fill_workshop(juliette, recurrents=40)
    await form.submit()
    await form.cancel()
    news = await juliette.whispered("gardé")
    form.fill(recurrents=4)
    assert (await form.submit()).accepted

    await juliette.clicks(news, "Reprendre")

    assert "est enregistrée" in (await juliette.whispered()).text
    assert len(await house.reports(juliette)) == 1


async def test_a_dialog_open_for_more_than_a_day_is_kept_as_a_draft(house: House, juliette: Person) -> None:
    form = await fill_workshop(juliette, recurrents=4)
    with age_links(timedelta(hours=25)):
        answer = await form.submit()
    assert not answer.closed
    assert "24 heures" in answer.error.replace("\u00a0", " ")

    again = await juliette.opens("/cra brouillon")
    assert (str(again.shown("participants")), str(again.shown("recurrents"))) == ("8", "4")
    assert (await again.submit()).accepted
    assert len(await house.reports(juliette)) == 1
