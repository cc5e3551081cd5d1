"""Stories: a double click, a resent request or two replicas never make two reports, nor two receipts."""

import asyncio
from datetime import timedelta

import pytest

from tests.people import Dialog, Person, Post
from tests.support.cra import ALONE, file_workshop, fill_workshop, read_number
from tests.support.house import House

LINE = "/cra atelier 8p 1h30 mail, internet 69120 hier +60 retraités"


async def one_report_one_receipt(house: House, person: Person) -> Post:
    """What must be true in the end."""
    await house.settled()
    (cra,) = await house.reports(person)
    (receipt,) = await person.direct()
    assert read_number(receipt) == cra.number
    return receipt


@pytest.mark.every_mode
async def test_a_dialog_sent_twice_counts_once(house: House, juliette: Person) -> None:
    form = await fill_workshop(juliette)
    first = await form.submit()
    second = await form.submit()

    assert first.accepted
    assert second.accepted, "the second sending is answered like the first"
    await one_report_one_receipt(house, juliette)


@pytest.mark.both_databases
@pytest.mark.postgres_too
async def test_a_dialog_sent_many_times_at_once_counts_once(house: House, juliette: Person) -> None:
    form = await fill_workshop(juliette)
    answers = await asyncio.gather(*(form.submit() for _ in range(8)))

    assert all(a.accepted for a in answers), answers
    await one_report_one_receipt(house, juliette)


async def test_a_dialog_sent_again_after_a_restart_counts_once(house: House, juliette: Person) -> None:
    form = await fill_workshop(juliette)
    assert (await form.submit()).accepted
    await house.settled()
    await house.restart()

    assert (await form.submit()).accepted
    await one_report_one_receipt(house, juliette)


async def test_two_dialogs_are_two_reports_even_when_alike(house: House, juliette: Person) -> None:
    await file_workshop(juliette, **ALONE)
    await file_workshop(juliette, **ALONE)

    await house.settled()
    assert len(await house.reports(juliette)) == len(await juliette.direct()) == 2


async def test_a_double_click_on_enregistrer_records_once(house: House, juliette: Person) -> None:
    preview = await juliette.asks(LINE)
    await asyncio.gather(*(juliette.races(preview, "Enregistrer") for _ in range(4)))

    await one_report_one_receipt(house, juliette)


async def test_a_double_click_on_a_receipt_does_it_once(house: House, juliette: Person) -> None:
    receipt = await file_workshop(juliette)
    await asyncio.gather(*(juliette.races(receipt, "Supprimer") for _ in range(3)))
    await juliette.rewritten(receipt, "supprimé")

    (cra,) = await house.reports(juliette)
    assert (cra.deleted_at is not None, cra.version) == (True, 2)


async def test_a_change_sent_twice_is_one_change(house: House, juliette: Person) -> None:
    form = await juliette.opens_by(await file_workshop(juliette), "Modifier")
    form.fill(participants=12)
    answers = await asyncio.gather(*(form.submit() for _ in range(4)))

    assert all(a.accepted for a in answers), answers
    (cra,) = await house.reports(juliette)
    assert (cra.participants, cra.version) == (12, 2)


@pytest.mark.both_databases
@pytest.mark.postgres_too
async def test_two_replicas_count_a_report_once(house: House, juliette: Person) -> None:
    """Behind a load balancer the same request may reach one replica after the other, or both at once."""
    if house.settings.database_url.startswith("sqlite"):
        pytest.skip("with SQLite there is one bot")
    async with house.replica() as second:
        other = f"{second.settings.public_url}/dialogs"
        form = await fill_workshop(juliette)
        twin = await _twin(form)
        twin.url = other
        answers = await asyncio.gather(*(d.submit() for d in (form, twin) for _ in range(4)))
        assert all(a.accepted for a in answers), answers
        await one_report_one_receipt(house, juliette)

        receipt = (await juliette.direct())[0]
        change = await juliette.opens_by(receipt, "Modifier")
        change.fill(participants=33)
        twin = await _twin(change)
        twin.url = other
        await asyncio.gather(change.submit(), twin.submit())
        (cra,) = await house.reports(juliette)
        assert (cra.participants, cra.version) == (33, 2)


async def _twin(form: Dialog) -> Dialog:
    """The same dialog in the same client, as if its request were sent by two ways."""
    twin = Dialog.__new__(Dialog)
    twin.__dict__.update(form.__dict__)
    return twin


@pytest.mark.both_databases
async def test_what_one_replica_could_not_deliver_another_does(house: House, juliette: Person) -> None:
    if house.settings.database_url.startswith("sqlite"):
        pytest.skip("with SQLite there is one bot")
    if house.sandbox is None:
        pytest.skip("a real server cannot be told to fail")
    form = await fill_workshop(juliette)
    async with house.replica() as second:
        form.url = f"{second.settings.public_url}/dialogs"
        assert (await form.submit()).accepted
    await one_report_one_receipt(house, juliette)


@pytest.mark.every_mode
async def test_a_line_typed_twice_before_it_is_saved_asks_before_the_second_counts(
    house: House, juliette: Person
) -> None:
    first, second = await juliette.asks(LINE), await juliette.asks(LINE)
    await juliette.clicks(first, "Enregistrer")
    await house.settled()
    (cra,) = await house.reports(juliette)

    await juliette.clicks(second, "Enregistrer")
    asked = await juliette.whispered("Vous venez")
    assert f"Vous venez d’enregistrer le même\u00a0: le n°\u00a0{cra.number}." in asked.text
    assert asked.buttons == ["Enregistrer quand même", "Annuler"]
    await juliette.clicks(first, "Enregistrer")
    await one_report_one_receipt(house, juliette)

    await juliette.clicks(asked, "Enregistrer quand même")
    await house.settled()
    assert len(await house.reports(juliette)) == len(await juliette.direct()) == 2


async def test_the_same_line_dropped_the_second_time_leaves_one_report(house: House, juliette: Person) -> None:
    first, second = await juliette.asks(LINE), await juliette.asks(LINE)
    await juliette.clicks(first, "Enregistrer")
    await juliette.clicks(second, "Enregistrer")
    asked = await juliette.whispered("Vous venez")
    await juliette.clicks(asked, "Annuler")
    assert "Rien n’a été enregistré" in (await juliette.whispered()).text
    await one_report_one_receipt(house, juliette)


async def test_the_same_of_an_hour_ago_asks_nothing_more(house: House, juliette: Person) -> None:
    first, second = await juliette.asks(LINE), await juliette.asks(LINE)
    await juliette.clicks(first, "Enregistrer")
    house.clock.goes_to(house.clock() + timedelta(minutes=20))
    await juliette.clicks(second, "Enregistrer")
    await house.settled()
    assert len(await house.reports(juliette)) == 2


async def test_several_reports_typed_twice_ask_before_they_count_twice(house: House, juliette: Person) -> None:
    line = f"{LINE}\n{LINE.removeprefix('/cra ').replace('8p', '5p')}"
    first, second = await juliette.asks(line), await juliette.asks(line)
    await juliette.clicks(first, "Tout enregistrer")
    await house.settled()
    await juliette.clicks(second, "Tout enregistrer")
    asked = await juliette.whispered("Vous venez")
    assert "Vous venez d’enregistrer les mêmes" in asked.text
    assert len(await house.reports(juliette)) == 2
    await juliette.clicks(asked, "Enregistrer quand même")
    await house.settled()
    assert len(await house.reports(juliette)) == 4


async def test_several_reports_typed_again_once_they_are_stored_are_said_to_be_the_same(
    house: House, juliette: Person
) -> None:
    line = f"{LINE}\n{LINE.removeprefix('/cra ').replace('8p', '5p')}"
    await juliette.clicks(await juliette.asks(line), "Tout enregistrer")
    await house.settled()
    first, second = [cra.number for cra in await house.reports(juliette)]
    again = await juliette.asks(line)
    assert f"Vous avez déjà les mêmes\u00a0: les n°\u00a0{first} et {second}." in again.text
    await juliette.clicks(again, "Tout enregistrer")
    await house.settled()
    assert len(await house.reports(juliette)) == 4, "it was said before"


@pytest.mark.postgres_too
async def test_twins_saved_at_the_very_same_instant_count_once(house: House, juliette: Person) -> None:
    previews = [await juliette.asks(LINE) for _ in range(4)]
    await asyncio.gather(*(juliette.clicks(preview, "Enregistrer") for preview in previews))
    await one_report_one_receipt(house, juliette)
    assert "Vous venez d’enregistrer le même" in (await juliette.whispered("Vous venez")).text
