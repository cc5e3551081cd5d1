"""Stories: receipts arrive exactly once, and tell the latest, however the server behaves."""

import asyncio

import pytest

from sandbox.faults import Faults
from tests.people import Dialog, Person
from tests.people.ears import PATIENCE
from tests.support.cra import file_workshop, fill_workshop, read_number
from tests.support.house import House, wait_until


async def test_receipts_wait_for_a_server_that_is_away(house: House, juliette: Person, faults: Faults) -> None:
    forms = [await fill_workshop(juliette, participants=n) for n in (3, 4, 5)]
    faults.down = True
    faults.drop_sockets()
    await asyncio.gather(*(_send_without_the_server(house, juliette, form) for form in forms))
    assert len(await house.reports(juliette)) == 3, "what the bot was told is stored, server or not"
    await wait_until(lambda: not house.bot.outbox.is_open)
    faults.down = False

    await house.settled()
    receipts = await juliette.direct()
    assert sorted(map(read_number, receipts)) == sorted(c.number for c in await house.reports(juliette))


async def _send_without_the_server(house: House, person: Person, form: Dialog) -> None:
    """The request of a submission, as the server would have made it before it went away."""
    call = {
        "type": "dialog_submission",
        "callback_id": form.callback_id,
        "state": form.state,
        "user_id": person.id,
        "channel_id": form.channel_id,
        "team_id": house.site.team_id,
        "submission": person.client.sent(form.elements, form.values),
        "cancelled": False,
    }
    async with person.api.session.post(f"{house.settings.public_url}/dialogs", json=call) as reply:
        assert (reply.status, await reply.json()) == (200, {})


@pytest.mark.parametrize("status", [500, 502, 503])
async def test_receipts_survive_errors_of_the_server(
    house: House, juliette: Person, faults: Faults, status: int
) -> None:
    form = await fill_workshop(juliette)
    faults.status = status
    await _send_without_the_server(house, juliette, form)
    await wait_until(lambda: not house.bot.outbox.is_open)
    faults.status = None

    await house.settled()
    assert len(await juliette.direct()) == 1


async def test_receipts_survive_a_restart_of_the_bot_during_an_outage(
    house: House, juliette: Person, faults: Faults
) -> None:
    form = await fill_workshop(juliette)
    faults.down = True
    await _send_without_the_server(house, juliette, form)
    await house.restart()
    faults.down = False

    await house.settled()
    assert len(await juliette.direct()) == 1


async def test_a_slowed_down_server_still_gets_every_receipt_once(
    house: House, juliette: Person, faults: Faults
) -> None:
    forms = [await fill_workshop(juliette, participants=n + 1) for n in range(12)]
    faults.rate_limit(20, 5)
    await asyncio.gather(*(_send_without_the_server(house, juliette, form) for form in forms))
    await house.settled()
    faults.rate_limit(0, 0)

    numbers = [read_number(p) for p in await juliette.direct()]
    assert len(numbers) == len(set(numbers)) == 12


async def test_a_receipt_delivered_late_tells_the_latest(house: House, juliette: Person, faults: Faults) -> None:
    """Filed and changed while the server was away: the person must not read what is no longer so."""
    form = await fill_workshop(juliette, participants=8)
    receipt = await file_workshop(juliette, participants=3)
    await house.settled()
    change = await juliette.opens_by(receipt, "Modifier")
    change.fill(participants=99)
    faults.down = True
    await _send_without_the_server(house, juliette, form)
    await _send_without_the_server(house, juliette, change)
    faults.down = False

    await house.settled()
    told = {read_number(p): p.text.replace("\u00a0", " ") for p in await juliette.direct()}
    assert "99 participants" in told[read_number(receipt)]
    assert len(told) == 2


async def test_cut_websockets_are_opened_again(house: House, juliette: Person, faults: Faults) -> None:
    faults.drop_sockets()
    await wait_until(lambda: not house.bot.events.connected)
    await juliette.ears.open(juliette.api)
    await wait_until(lambda: house.bot.events.connected, within=PATIENCE)

    await file_workshop(juliette)


async def test_a_word_in_plain_text_is_answered_once(house: House, juliette: Person) -> None:
    await juliette.says("bonjour, je veux faire un cra", await juliette.direct_channel())

    assert (await juliette.told()).buttons
    await house.settled()
    assert len(await juliette.direct()) == 1


async def test_what_was_written_during_an_outage_is_answered_after_it(
    house: House, juliette: Person, faults: Faults
) -> None:
    channel = await juliette.direct_channel()
    # What is written before the bot ever knew the server’s time is not read up.
    await wait_until(lambda: house.bot.events.seen is not None, within=PATIENCE)
    await house.stop()
    try:
        await juliette.says("bonjour", channel)
    finally:
        await house.start()

    assert "Bonjour" in (await juliette.told()).text
    await house.settled()
    assert len(await juliette.direct()) == 1
