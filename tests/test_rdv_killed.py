"""Stories: the bot is killed while people book, and between what it stored of a delivery and its answer to it."""

import asyncio
import re
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from functools import partial

import aiohttp
import pytest
from sqlmodel import col, select

from bot.clock import utc_now
from storage import outbox, people
from storage.database import change, store
from storage.people import Role
from storage.rdv.appointments import Rdv, RdvSource, RdvState
from storage.rdv.bookings import Booking, BookingSeal, WeeklyRange, open_page
from storage.rdv.remote import RemoteRdv, make_keys, open_webhook
from tests.people import new_session
from tests.support.databases import KINDS
from tests.support.hotline import HotlineWorkplace, place, register_person, room
from tests.support.house import plain, wait_for
from tests.support.servers import make_delivery, sign_delivery

__all__ = ["place", "room"]

PEOPLE, KILLS, TRIES = 24, 3, 100


async def open_desk(place: HotlineWorkplace, user_id: str) -> str:
    """The key of a page with many moments."""
    async with place.asks() as db:
        for day in range(7):
            hours = WeeklyRange(user_id=user_id, weekday=day, start=480, end=1080, length=15, ahead=21, seats=2)
            await store(db, hours)
        return await open_page(db, user_id, BookingSeal(["s" * 40]), utc_now())


async def book(session: aiohttp.ClientSession, address: str, number: int, moment: str) -> str:
    """Send one form until it is answered, however often the bot is gone; returns the code, or none for a moment that is
    taken."""
    fields = {"creneau": moment, "prenom": "Zoé", "contact": f"p{number}@exemple.fr", "consentement": "oui"}
    fields["jeton"] = f"jeton-{number}"
    while True:
        with suppress(aiohttp.ClientError):
            async with session.post(address, data=fields, headers={"X-Forwarded-For": f"198.51.100.{number}"}) as seen:
                if (found := re.search(r'data-code="(\w+)"', await seen.text())) or seen.status == 409:
                    return found[1] if found else ""
        await asyncio.sleep(0.05)


async def list_moments(session: aiohttp.ClientSession, address: str) -> list[str]:
    """The moments that are free."""
    async with session.get(address) as seen:
        return re.findall(r'name="creneau" value="([^"]+)"', await seen.text())


@pytest.mark.slow
@pytest.mark.parametrize("place", KINDS, indirect=True)
@pytest.mark.parametrize("room", ["11.2"], indirect=True)
@pytest.mark.timeout(180)
async def test_killed_while_people_book_each_has_one_seat_and_is_told_of_once(place: HotlineWorkplace) -> None:
    lea = await register_person(place, "lea", Role.CONSEILLER)
    async with place.bot():
        pass  # the tables are there
    key = await open_desk(place, lea.id)
    async with new_session() as session:
        codes: list[str] = []
        for kill in range(KILLS + 1):
            async with place.process() as child:
                address = f"{child.url}/rendez-vous/{key}"
                moments = await list_moments(session, address)
                numbers = range(kill * PEOPLE, (kill + 1) * PEOPLE)
                sent = [asyncio.create_task(book(session, address, n, moments[n % PEOPLE // 2])) for n in numbers]
                await wait_for(partial(is_done, sent, PEOPLE // 3 if kill < KILLS else PEOPLE), within=60)
                child.process.kill()
            for task in sent:
                task.cancel()
            codes += [
                one for one in await asyncio.gather(*sent, return_exceptions=True) if isinstance(one, str) and one
            ]
        async with place.process():
            await wait_for(lambda: is_over(place))
    async with place.asks() as db:
        pairs = (await db.exec(select(Booking, Rdv).where(col(Rdv.id) == col(Booking.rdv)))).all()
    seats = {rdv.number: [one for one, other in pairs if other.number == rdv.number] for _, rdv in pairs}
    assert len(set(codes)) == len(codes) <= len(pairs)
    assert len({booking.once for booking, _ in pairs}) == len(pairs)
    assert all(len(seats[rdv.number]) == rdv.seats_taken <= rdv.seats for _, rdv in pairs)
    assert len({(rdv.starts_at, rdv.number) for _, rdv in pairs}) == len({rdv.starts_at for _, rdv in pairs})
    cards = [plain(post) for post in await lea.direct() if "Demande de rendez-vous" in plain(post)]
    assert len(cards) == len(pairs), "each is told of, once"


async def deliver(session: aiohttp.ClientSession, address: str, secret: str, body: bytes, tries: int) -> bool:
    """Send a delivery until it is answered that it is stored, so many times at most; returns whether it was."""
    headers = {"X-Lapin-Signature": sign_delivery(body, secret), "Content-Type": "application/json; charset=utf-8"}
    for _ in range(tries):
        with suppress(aiohttp.ClientError):
            async with session.post(address, data=body, headers=headers) as answer:
                if answer.status == 200:
                    return True
        await asyncio.sleep(0.05)
    return False


@pytest.mark.slow
@pytest.mark.parametrize("place", KINDS, indirect=True)
@pytest.mark.parametrize("room", ["11.2"], indirect=True)
@pytest.mark.timeout(180)
async def test_killed_between_a_delivery_s_store_and_its_answer_nothing_is_lost_or_twice(
    place: HotlineWorkplace,
) -> None:
    lea = await register_person(place, "lea", Role.CONSEILLER)
    async with place.bot():
        pass  # the tables are there
    async with place.asks() as db:
        opened, _ = await open_webhook(db, 7, make_keys(["s" * 40]), utc_now())
        known = await people.get(db, lea.id)
        assert known is not None
        await change(db, known, email=lea.email)
    start, sent = utc_now() + timedelta(days=2), utc_now() - timedelta(minutes=1)
    states = ("unknown", "seen", "noshow")
    bodies = [
        make_delivery(
            number, state, sent=sent + timedelta(seconds=at), start=start + timedelta(hours=number), agents=[lea.email]
        )
        for number in range(1, PEOPLE + 1)
        for at, state in enumerate(states[: 1 + number % 3])
    ]
    left = list(bodies)
    async with new_session() as session:
        for kill in range(KILLS + 1):
            async with place.process() as child:
                address, before = f"{child.url}/webhooks/rdv-service-public/{opened.key}", await read_states(place)
                tries = 1 if kill < KILLS else TRIES
                tasks = [asyncio.create_task(deliver(session, address, opened.secret, body, tries)) for body in left]
                if kill < KILLS:
                    await wait_for(partial(has_moved, place, before, tasks), within=60)
                    child.process.kill()
                answered = await asyncio.gather(*tasks)
            left = [body for body, done in zip(left, answered, strict=True) if not done]
    assert not left, "each is answered in the end"
    async with place.asks() as db:
        rdvs = (await db.exec(select(Rdv).where(Rdv.source == RdvSource.RDV_SP).order_by(col(Rdv.starts_at)))).all()
    wanted = {"unknown": RdvState.PREVU, "seen": RdvState.HONORE, "noshow": RdvState.ABSENT}
    assert [rdv.state for rdv in rdvs] == [wanted[states[number % 3]] for number in range(1, PEOPLE + 1)]
    assert len({rdv.external_id for rdv in rdvs}) == PEOPLE


async def read_states(place: HotlineWorkplace) -> set[tuple[str, int]]:
    """Read which rendez-vous came, and how far on each is."""
    async with place.asks() as db:
        return {(one.key, one.rank) for one in (await db.exec(select(RemoteRdv))).all()}


async def has_moved(
    place: HotlineWorkplace, before: set[tuple[str, int]], tasks: Sequence["asyncio.Task[bool]"]
) -> bool:
    """Whether something was stored since, or answered."""
    return any(task.done() for task in tasks) or await read_states(place) != before


async def is_done(sent: list["asyncio.Task[str]"], least: int) -> bool:
    """Whether so many are answered."""
    return sum(task.done() for task in sent) >= least


async def is_over(place: HotlineWorkplace) -> bool:
    """Whether nothing waits to be said."""
    async with place.asks() as db:
        return not (await outbox.count_by_state(db))["waiting"]
