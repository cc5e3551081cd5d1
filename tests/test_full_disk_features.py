"""Stories of full disks and clocks that jump, while strangers book, previews are put right and ideas are proposed."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from tests.people import Person, unique
from tests.support.conversation import LINE, answered, hearing, writes
from tests.support.faults import make_read_only
from tests.support.house import House, plain
from tests.support.rdv import Desk, desk

__all__ = ["desk", "hearing"]

NO_ROOM = "ne peut plus rien enregistrer"


@pytest.mark.newest_only
async def test_a_stranger_reads_that_it_did_not_work_and_books_once(desk: Desk) -> None:
    free = await desk.has()
    token = (await desk.asks()).token
    async with make_read_only(desk.house.bot):
        refused = await desk.books(free[0], jeton=token)
        assert refused.status == 503
        assert (await desk.asks()).moments == free, "what only reads goes on"
    assert await desk.bookings() == []
    done = await desk.books(free[0], jeton=token)
    assert done.status == 200
    assert len(await desk.bookings()) == 1


@pytest.mark.newest_only
async def test_a_booking_is_accepted_once_there_is_room_again(desk: Desk) -> None:
    free = await desk.has()
    done = await desk.books(free[0])
    async with make_read_only(desk.house.bot):
        assert (await desk.sends(f"/{done.code}", action="annuler")).status == 503
        card = await desk.juliette.told("Demande de rendez-vous")
        await desk.juliette.clicks(card, "Accepter")
        said = await desk.juliette.whispered()
        assert NO_ROOM in said.text
    await desk.juliette.clicks(card, "Accepter")
    await desk.house.settled()
    assert (await desk.asks(f"/{done.code}")).state == "accepted"


@pytest.mark.newest_only
async def test_what_puts_a_preview_right_is_said_again_or_kept(house: House, juliette: Person) -> None:
    preview = await answered(juliette, f"cra {LINE}", "rien n’est encore enregistré")
    async with make_read_only(house.bot):
        juliette.acts()
        await writes(juliette, "plutôt 3h")
        await juliette.clicks(preview, "Enregistrer")
        said = await juliette.whispered()
        assert NO_ROOM in said.text
    right = await juliette.told("Durée corrigée")
    await house.settled()
    assert await house.reports(juliette) == []
    await juliette.clicks(await juliette.sees(right), "Enregistrer")
    await juliette.told("enregistré")
    assert len(await house.reports(juliette)) == 1


@pytest.mark.newest_only
async def test_an_idea_typed_meanwhile_is_a_draft(house: House, juliette: Person) -> None:
    title = unique("Trier les ateliers par lieu")
    async with make_read_only(house.bot):
        form = await juliette.opens(f"/idee {title}")
        answer = await form.fill(categorie="cra").submit()
        assert NO_ROOM in answer.error
    assert (await juliette.told("gardée")).buttons == ["Reprendre"]
    assert (await form.submit()).accepted
    await juliette.told("est proposée")
    assert plain(await juliette.asks("/idee liste")).count(title) == 1


@pytest.fixture
async def right_again(house: House) -> AsyncIterator[None]:
    yield
    house.clock.is_right_again()


@pytest.mark.newest_only
@pytest.mark.parametrize("by", [timedelta(hours=-3), timedelta(days=2)])
async def test_a_clock_that_jumps(desk: Desk, right_again: None, by: timedelta) -> None:
    free = await desk.has()
    token = (await desk.asks()).token
    done = await desk.books(free[3], jeton=token)
    now = desk.house.clock()
    await answered(desk.juliette, f"cra {LINE}", "rien n’est encore enregistré")
    desk.house.clock.goes_to(now + by)
    assert (await desk.books(free[3], jeton=token)).code == done.code
    assert len(await desk.bookings()) == 1
    await answered(desk.juliette, "oui", "enregistré" if by < timedelta() else "")
    await desk.house.settled()
    assert len(await desk.house.reports(desk.juliette)) <= 1
