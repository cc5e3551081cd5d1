"""Stories: what waits to be finished was typed or refused, and is said in words; what was only shown can be found."""

from datetime import timedelta

import pytest

from tests.people import Person
from tests.support.conversation import send_step
from tests.support.cra import file_workshop, fill_workshop, read_mistake
from tests.support.house import Clock, House

LINE = "/cra atelier 8p 1h30 mail 69120 hier +60 retraités"


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\\", "")


async def refuse(person: Person, participants: int = 200) -> None:
    """A report that the bot refused."""
    form = await fill_workshop(person, participants=participants)
    read_mistake(await form.submit(), "participants")


@pytest.mark.every_mode
async def test_a_preview_that_was_left_waits_for_nobody_and_can_be_found(house: House, juliette: Person) -> None:
    await juliette.asks(LINE)
    assert "à terminer" not in plain((await juliette.asks("/aide")).text).lower()

    form = await juliette.opens("/cra brouillon")
    assert (str(form.shown("participants")), form.shown("duree")) == ("8", "90")
    assert (await form.submit()).accepted
    assert len(await house.reports(juliette)) == 1
    assert "Aucun brouillon" in (await juliette.asks("/cra brouillon")).text


async def test_a_preview_is_found_for_a_day(juliette: Person, clock: Clock) -> None:
    await juliette.asks(LINE)
    clock.goes_to(clock() + timedelta(hours=25))
    assert "Aucun brouillon" in (await juliette.asks("/brouillon")).text


@pytest.mark.every_mode
async def test_what_was_refused_comes_before_previews(juliette: Person) -> None:
    await refuse(juliette)
    await juliette.asks(LINE)
    home = plain((await juliette.asks("/aide")).text)
    assert "À terminer : Atelier du " in home
    assert "à Vaulx-en-Velin, 200 personnes" in home

    form = await juliette.opens("/cra brouillon")
    assert str(form.shown("participants")) == "200"
    await form.cancel()
    both = await juliette.asks("/brouillon")
    said = plain(both.text)
    assert "1 compte rendu à terminer" in said
    assert said.index("200 personnes") < said.index("aperçus") < said.index("8 personnes")
    assert both.buttons[0].startswith("Atelier du ")


async def test_a_preview_that_was_completed_and_refused_is_a_draft(juliette: Person) -> None:
    form = await juliette.opens_by(await juliette.asks(LINE), "Compléter")
    read_mistake(await form.fill(participants=400).submit(), "participants")
    assert "À terminer : Atelier du " in plain((await juliette.asks("/aide")).text)


async def test_a_report_chosen_in_a_list_and_left_waits_for_nobody(juliette: Person) -> None:
    for participants in (5, 6):
        await file_workshop(juliette, participants=participants)
    choice = await juliette.opens_by(await juliette.asks("/cra liste"), "Modifier")
    form = await send_step(choice.fill(chosen=next(iter(choice.options("chosen")))))
    await form.cancel()
    assert "à terminer" not in plain((await juliette.asks("/aide")).text).lower()


@pytest.mark.every_mode
async def test_five_are_shown_and_the_rest_on_request(juliette: Person) -> None:
    for participants in range(201, 208):
        await refuse(juliette, participants)
    home = await juliette.asks("/aide")
    assert "7 comptes rendus à terminer" in plain(home.text)

    await juliette.clicks(home, "Reprendre")
    first = await juliette.whispered()
    assert (plain(first.text).count("Atelier du"), first.buttons) == (5, ["Suivants", "Reprendre"])
    await juliette.clicks(first, "Suivants")
    rest = await juliette.whispered()
    assert "page 2 sur 2" in plain(rest.text)
    assert plain(rest.text).count("Atelier du") == 2
    assert rest.buttons[0] == "Précédents"
    oldest = await juliette.opens_by(rest, rest.buttons[-1])
    assert str(oldest.shown("participants")) == "201"


async def test_windows_of_all_kinds_say_themselves(juliette: Person) -> None:
    await refuse(juliette)
    form = await juliette.opens_by(await juliette.asks("/stats"), "Choisir une autre période")
    assert (await form.fill(ecrite="un de ces jours").submit()).errors
    assert "1 saisie et 1 compte rendu à terminer" in plain((await juliette.asks("/aide")).text)
    assert "Voir une autre période : un de ces jours" in plain((await juliette.asks("/brouillon")).text)


async def test_many_previews_push_no_draft_out(juliette: Person) -> None:
    await refuse(juliette)
    for participants in range(2, 24):
        await juliette.asks(LINE.replace("8p", f"{participants}p"))
    assert str((await juliette.opens("/cra brouillon")).shown("participants")) == "200"
