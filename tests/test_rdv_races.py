"""Stories: what a conseiller notes, moves or brings back in the instant in which somebody books then says so."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.clock import utc_now
from storage.database import Database, store
from storage.people import Role
from storage.rdv import Rdv, RdvSource, RdvState
from storage.rdv.appointments import must_be_unreported, take_seat
from storage.rdv.bookings import hold_hours, lock_page
from storage.rdv.remote import make_keys, open_webhook
from tests.people import Post
from tests.support.databases import database
from tests.support.house import PARIS, plain
from tests.support.rdv import Desk, desk
from tests.support.servers import make_delivery, sign_delivery

__all__ = ["database", "desk"]
DAYS, HOUR = 9, 10
"""When somebody books: so many days ahead, at that hour."""
HELD = 0.7
"""Seconds for which the booking is not over, in a file."""


def find_moment(desk: Desk) -> datetime:
    """Find when somebody books, in UTC."""
    return datetime.combine(desk.house.today + timedelta(days=DAYS), time(HOUR), PARIS).astimezone(UTC)


async def books_meanwhile(
    desk: Desk, act: Callable[[], Awaitable[object]], length: timedelta = timedelta(minutes=30)
) -> None:
    """Hold the page and store a rendez-vous as a booking does, let the act begin, and end the booking only then."""
    start, holder = find_moment(desk), Database(desk.house.settings.database_url)
    async with holder.transaction() as db:
        await lock_page(db, desk.juliette.id)
        when: dict[str, Any] = {"starts_at": start, "ends_at": start + length}
        now: dict[str, Any] = {"created_at": desk.house.clock(), "changed_at": desk.house.clock()}
        await store(db, Rdv(user_id=desk.juliette.id, source=RdvSource.PAGE, seats_taken=1, **when, **now))
        task = asyncio.ensure_future(act())
        await wait_until_held_up(db, task)
    await task
    await holder.close()


async def wait_until_held_up(db: AsyncSession, task: "asyncio.Future[object]") -> None:
    """Wait until the act waits for what is held here, or is over; PostgreSQL tells that."""
    if db.get_bind().dialect.name == "sqlite":
        await asyncio.wait({task}, timeout=HELD)
        return
    waits = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    while not task.done() and not (await db.execute(waits)).scalar():  # noqa: ASYNC110  (a lock has no event)
        await asyncio.sleep(0.02)


async def notes(desk: Desk, hour: int = 15) -> Rdv:
    """Juliette notes a rdv on that day."""
    day = desk.house.today + timedelta(days=DAYS)
    await desk.juliette.clicks(await desk.juliette.asks(f"/rdv {day:%d/%m/%Y} {hour}h 30 min impots"), "Enregistrer")
    await desk.juliette.told("enregistré")
    async with desk.house.bot.database.transaction(writes=False) as db:
        mine = select(Rdv).where(Rdv.user_id == desk.juliette.id).order_by(col(Rdv.id).desc())
        found = (await db.exec(mine)).first()
    assert found is not None
    return found


@pytest.mark.postgres_too
@pytest.mark.usefixtures("no_holiday")
async def test_what_is_noted_while_somebody_books_says_that_it_overlaps(desk: Desk) -> None:
    day = desk.house.today + timedelta(days=DAYS)
    preview = await desk.juliette.asks(f"/rdv {day:%d/%m/%Y} {HOUR}h 30 min impots")
    await books_meanwhile(desk, lambda: desk.juliette.clicks(preview, "Enregistrer"))
    assert "déjà à ce moment-là" in plain(await desk.juliette.told("enregistré"))


@pytest.mark.postgres_too
@pytest.mark.usefixtures("no_holiday")
async def test_what_is_moved_while_somebody_books_says_that_it_overlaps(desk: Desk) -> None:
    rdv, said = await notes(desk), list[Post]()

    async def move() -> None:
        said.append(await desk.juliette.asks(f"/rdv décaler {rdv.number} {HOUR}h15"))

    await books_meanwhile(desk, move)
    assert "déjà à ce moment-là" in plain(said[0])


@pytest.mark.postgres_too
@pytest.mark.usefixtures("no_holiday")
async def test_what_is_changed_in_the_window_while_somebody_books_says_that_it_overlaps(desk: Desk) -> None:
    rdv = await notes(desk)
    form = await desk.juliette.opens_by(await desk.juliette.asks(f"/rdv {rdv.number}"), "Déplacer")
    day = desk.house.today + timedelta(days=DAYS)
    await books_meanwhile(desk, form.fill(quand=f"{day:%d/%m/%Y} {HOUR}h").submit)
    assert "déjà à ce moment-là" in plain(await desk.juliette.whispered("déjà à ce moment-là"))


@pytest.mark.postgres_too
@pytest.mark.usefixtures("no_holiday")
async def test_what_is_brought_back_while_somebody_books_says_that_it_overlaps(desk: Desk) -> None:
    rdv = await notes(desk, HOUR)
    cancelled = await desk.juliette.asks(f"/rdv annuler {rdv.number}")
    await books_meanwhile(desk, lambda: desk.juliette.clicks(cancelled, "Remettre"))
    assert "déjà à ce moment-là" in plain(await desk.juliette.whispered("remis"))


@pytest.mark.postgres_too
@pytest.mark.usefixtures("no_holiday")
@pytest.mark.parametrize("by", ["organiser", "guest"])
async def test_a_meeting_that_is_moved_while_somebody_books_tells_whom_it_concerns(desk: Desk, by: str) -> None:
    """Juliette organises it and moves it herself, or a guest whose proposal she accepts; the booking is of hers."""
    guest, day = await desk.house.conseiller("lea"), desk.house.today + timedelta(days=DAYS)
    shown = await desk.juliette.asks(f"/rdv @{guest.username} {day:%d/%m/%Y} 15h 30 min point kit")
    await desk.juliette.clicks(shown, shown.buttons[0])
    card, theirs = await desk.juliette.told("point kit"), await guest.told("point kit")
    (number,) = re.findall(r"n° (\d+)", plain(card if by == "organiser" else theirs))
    line = f"/rdv décaler {number} {day:%d/%m/%Y} {HOUR}h15"
    if by == "organiser":
        await books_meanwhile(desk, lambda: desk.juliette.asks(line))
    else:
        await guest.asks(line)
        asked = await desk.juliette.told("pour la réunion")
        await books_meanwhile(desk, lambda: desk.juliette.clicks(asked, "Accepter"))
    await desk.house.settled()
    told = {who.id: [plain(post) for post in await who.direct()] for who in (desk.juliette, guest)}
    assert [one for one, texts in told.items() if "déjà à ce moment-là" in " ".join(texts)] == [desk.juliette.id]


@pytest.mark.postgres_too
async def test_what_is_imported_while_somebody_books_says_that_it_overlaps(desk: Desk) -> None:
    """Who books does not know of what is imported in that instant, nor the other way round."""
    async with desk.house.bot.database.transaction() as db:
        opened, _ = await open_webhook(db, 7, make_keys(desk.house.settings.secrets), desk.house.clock())
    await desk.house.registers(desk.juliette, Role.CONSEILLER, email=desk.juliette.email)
    number = int(utc_now().timestamp())
    sent = utc_now().replace(microsecond=0)
    body = make_delivery(number, sent=sent, start=find_moment(desk), agents=[desk.juliette.email])
    address = f"http://127.0.0.1:{desk.house.bot.port}/webhooks/rdv-service-public/{opened.key}"
    headers = {"X-Lapin-Signature": sign_delivery(body, opened.secret), "Content-Type": "application/json"}

    async def deliver() -> None:
        async with desk.session.post(address, data=body, headers=headers) as answer:
            assert answer.status == 200

    # Only one of the conseiller’s own is told of: a booking can be moved.
    await books_meanwhile(desk, deliver)
    assert "Deux rendez-vous en même temps" in plain(await desk.juliette.told("RDV Service Public"))


@pytest.mark.postgres_too
async def test_what_is_proposed_to_whom_somebody_books_is_not_free_any_more(desk: Desk) -> None:
    lea, day = await desk.house.conseiller("lea"), desk.house.today + timedelta(days=DAYS + 1)
    shown = await lea.asks(f"/rdv @{desk.juliette.username} {day:%d/%m/%Y} 30 min")
    await books_meanwhile(desk, lambda: lea.clicks(shown, shown.buttons[0]), timedelta(days=7))
    assert "n’est plus libre" in (await lea.whispered()).text


async def note_seats(db: AsyncSession, letter: str = "l", **more: Any) -> Rdv:
    """Store a rendez-vous of two seats."""
    when: dict[str, Any] = dict.fromkeys(("starts_at", "ends_at", "created_at", "changed_at"), utc_now())
    return await store(db, Rdv(user_id=letter * 26, seats=2, **when, **more))


async def test_no_seat_of_a_cancelled_one_is_taken(database: Database) -> None:
    async with database.transaction() as db:
        for state, taken in ((RdvState.PREVU, 1), (RdvState.ANNULE, None)):
            seat = await take_seat(db, (await note_seats(db, state=state)).number)
            assert (seat and seat.seats_taken) == taken


@pytest.mark.postgres_too
@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
async def test_who_reports_one_of_several_agents_holds_those_of_the_others(database: Database) -> None:
    async with database.transaction() as db:
        mine, _ = [await note_seats(db, who, source=RdvSource.RDV_SP, external_id="8") for who in "lm"]
    async with database.transaction() as db:
        await must_be_unreported(db, mine, locked=True)
        async with database.transaction() as other:
            assert not (await other.exec(select(Rdv).with_for_update(skip_locked=True))).all()


@pytest.mark.postgres_too
async def test_hours_that_are_held_twice_in_any_order_wait_and_end(desk: Desk) -> None:
    """Two who hold the hours of the same people, named in another order, both come to an end."""
    first, second = (Database(desk.house.settings.database_url) for _ in range(2))

    async def hold(database: Database, ids: list[str]) -> None:
        for _ in range(10):
            async with database.transaction() as db:
                await hold_hours(db, ids)
                await asyncio.sleep(0)

    other = await desk.house.conseiller("lea")
    ids = [desk.juliette.id, other.id]
    async with asyncio.timeout(30):
        await asyncio.gather(hold(first, ids), hold(second, ids[::-1]))
    await first.close()
    await second.close()
