"""Stories: the bot is killed while people book, move, cancel and accept, between what it stored of a delivery and its
answer to it, and while it reminds."""

import asyncio
import re
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, time, timedelta
from functools import partial
from typing import Any

import aiohttp
import pytest
from sqlmodel import col, select

from bot.clock import utc_now
from config.time import PARIS
from storage import outbox, people
from storage.database import change, store
from storage.people import Role
from storage.rdv.appointments import Rdv, RdvSource, RdvState
from storage.rdv.bookings import Booking, BookingSeal, BookingState, WeeklyRange, open_page
from storage.rdv.remote import RemoteRdv, make_keys, open_webhook
from storage.seals import hash_token
from tests.people import Person, new_session
from tests.support.databases import KINDS
from tests.support.hotline import HotlineWorkplace, place, register_person, room
from tests.support.house import plain, wait_for
from tests.support.servers import make_delivery, sign_delivery
from tests.support.work import AT, JOBS, RINGER

__all__ = ["place", "room"]

PEOPLE, KILLS, TRIES = 24, 3, 100


async def open_desk(place: HotlineWorkplace, user_id: str, seats: int = 2) -> str:
    """The key of a page with many moments."""
    async with place.transaction() as db:
        for day in range(7):
            hours = WeeklyRange(user_id=user_id, weekday=day, start=480, end=1080, length=15, ahead=21, seats=seats)
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
    async with place.transaction() as db:
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
    async with place.transaction() as db:
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
    async with place.transaction() as db:
        rdvs = (await db.exec(select(Rdv).where(Rdv.source == RdvSource.RDV_SP).order_by(col(Rdv.starts_at)))).all()
    wanted = {"unknown": RdvState.PREVU, "seen": RdvState.HONORE, "noshow": RdvState.ABSENT}
    assert [rdv.state for rdv in rdvs] == [wanted[states[number % 3]] for number in range(1, PEOPLE + 1)]
    assert len({rdv.external_id for rdv in rdvs}) == PEOPLE


async def read_states(place: HotlineWorkplace) -> set[tuple[str, int]]:
    """Read which rendez-vous came, and how far on each is."""
    async with place.transaction() as db:
        return {(one.key, one.rank) for one in (await db.exec(select(RemoteRdv))).all()}


async def has_moved(
    place: HotlineWorkplace, before: set[tuple[str, int]], tasks: Sequence["asyncio.Task[bool]"]
) -> bool:
    """Whether something was stored since, or answered."""
    return any(task.done() for task in tasks) or await read_states(place) != before


EACH = 6
"""Of those who move, who cancel, and who accept."""


async def insist(session: aiohttp.ClientSession, address: str, fields: dict[str, str]) -> bool:
    """Send what somebody does with their booking until it is answered, or the bot is gone; returns whether it was."""
    with suppress(aiohttp.ClientError):
        async with session.post(address, data=fields) as seen:
            await seen.read()
            # Of what was cancelled by the form before, of which the answer was lost, nothing is known.
            return seen.status == 200 or (seen.status == 404 and fields["action"] == "annuler")
    return False


async def propose_as_they_are(place: HotlineWorkplace, codes: Sequence[str]) -> None:
    """Their conseiller proposes to these the moments that they have."""
    async with place.transaction() as db:
        theirs = col(Booking.code_hash).in_([hash_token(code) for code in codes])
        for booking, rdv in (await db.exec(select(Booking, Rdv).where(theirs, col(Rdv.id) == col(Booking.rdv)))).all():
            await change(db, booking, state=BookingState.OFFERED)
            await change(db, rdv, state=RdvState.PROPOSE)


@pytest.mark.slow
@pytest.mark.parametrize("place", KINDS, indirect=True)
@pytest.mark.parametrize("room", ["11.2"], indirect=True)
@pytest.mark.timeout(240)
async def test_killed_while_people_move_cancel_and_accept_each_counts_once(place: HotlineWorkplace) -> None:
    lea = await register_person(place, "lea", Role.CONSEILLER)
    async with place.bot():
        pass  # the tables are there
    key = await open_desk(place, lea.id, seats=1)
    async with new_session() as session:
        async with place.process() as child:
            address = f"{child.url}/rendez-vous/{key}"
            late = f"{utc_now() + timedelta(days=2):%Y-%m-%d}"  # before, it may be too late to change them
            moments = [one for one in await list_moments(session, address) if one > late]
            codes = [await book(session, address, number, moments[number]) for number in range(3 * EACH)]
        moves, cancels, accepts = codes[:EACH], codes[EACH : 2 * EACH], codes[2 * EACH :]
        await propose_as_they_are(place, accepts)
        wanted = dict(zip(moves, moments[3 * EACH : 4 * EACH], strict=True))
        left = {code: {"action": "deplacer", "creneau": moment} for code, moment in wanted.items()}
        left |= {code: {"action": "annuler"} for code in cancels}
        left |= {code: {"action": "accepter", "creneau": moments[2 * EACH + n]} for n, code in enumerate(accepts)}
        for kill in range(KILLS + 1):
            async with place.process() as child:
                begun = {
                    code: asyncio.create_task(insist(session, f"{child.url}/rendez-vous/{key}/{code}", fields))
                    for code, fields in left.items()
                }
                if kill < KILLS:
                    await wait_for(partial(is_done, list(begun.values()), min(EACH, len(left))), within=60)
                    child.process.kill()
                done = {code for code, task in begun.items() if await task}
                left = {code: fields for code, fields in left.items() if code not in done}
        assert not left
        async with place.process():
            await wait_for(lambda: is_over(place))
    async with place.transaction() as db:
        pairs = (await db.exec(select(Booking, Rdv).where(col(Rdv.id) == col(Booking.rdv)))).all()
    by_code = {hash_token(code): code for code in codes}
    now = {by_code[booking.code_hash]: (booking.state, rdv) for booking, rdv in pairs}
    assert {f"{now[code][1].starts_at:%Y-%m-%dT%H:%M:%SZ}" for code in moves} == set(wanted.values())
    assert {(now[code][0], now[code][1].state) for code in cancels} == {(BookingState.CANCELLED, RdvState.ANNULE)}
    assert {(now[code][0], now[code][1].state) for code in accepts} == {(BookingState.ACCEPTED, RdvState.PREVU)}
    assert {rdv.sequence for _, rdv in now.values()} == {1}, "each was changed once"
    said = [plain(post) for post in await lea.direct()]
    for words in ("a déplacé son rendez-vous", "a annulé son rendez-vous", "accepte le moment"):
        assert sum(words in text for text in said) == EACH, words


PERSONS, RDVS = 8, 4


async def note_rdvs(place: HotlineWorkplace, persons: Sequence[Person], start: datetime) -> None:
    """Each has rdv at the same hour, one minute after the other."""
    before = start - timedelta(days=3)
    when: dict[str, Any] = {"created_at": before, "changed_at": before}
    async with place.transaction() as db:
        for person in persons:
            for begins in (start + timedelta(minutes=number) for number in range(RDVS)):
                ends = begins + timedelta(minutes=10)
                await store(db, Rdv(user_id=person.id, starts_at=begins, ends_at=ends, **when))


async def list_told(persons: Sequence[Person], words: str) -> list[str]:
    """What each was told, with whose it is."""
    return [f"{one.id} {plain(post)}" for one in persons for post in await one.direct() if words in plain(post)]


@pytest.mark.slow
@pytest.mark.parametrize("place", KINDS, indirect=True)
@pytest.mark.parametrize("room", ["11.2"], indirect=True)
@pytest.mark.parametrize(
    ("job", "before", "words", "each"),
    [
        ("rdv.remind", timedelta(minutes=50), "Bientôt", RDVS),
        ("rdv.evening", timedelta(hours=16, minutes=25), f"Demain, {RDVS} rendez-vous", 1),
    ],
)
@pytest.mark.timeout(240)
async def test_killed_while_it_reminds_each_is_told_once(
    place: HotlineWorkplace, job: str, before: timedelta, words: str, each: int
) -> None:
    persons = [await register_person(place, f"lea{number}", Role.CONSEILLER) for number in range(PERSONS)]
    async with place.bot():
        pass  # the tables are there
    day = utc_now().astimezone(PARIS).date() + timedelta(days=3)
    start = datetime.combine(day, time(10), PARIS).astimezone(UTC)
    await note_rdvs(place, persons, start)
    rings = {JOBS: job, AT: (start - before).isoformat()}
    for kill in range(1, KILLS + 1):
        async with place.process(["-c", RINGER], **rings) as child:
            await wait_for(partial(has_told, persons, words, kill * PERSONS * each // (KILLS + 2)), within=90)
            child.process.kill()
    async with place.process(["-c", RINGER], **rings):
        await wait_for(partial(has_told, persons, words, PERSONS * each), within=90)
        await wait_for(lambda: is_over(place), within=60)
    told = await list_told(persons, words)
    assert len(told) == len(set(told)) == PERSONS * each


async def has_told(persons: Sequence[Person], words: str, least: int) -> bool:
    """Whether so many were told."""
    return len(await list_told(persons, words)) >= least


async def is_done(sent: Sequence["asyncio.Task[Any]"], least: int) -> bool:
    """Whether so many are answered."""
    return sum(task.done() for task in sent) >= least


async def is_over(place: HotlineWorkplace) -> bool:
    """Whether nothing waits to be said."""
    async with place.transaction() as db:
        return not (await outbox.count_by_state(db))["waiting"]
