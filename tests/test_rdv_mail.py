"""Stories of reminders by e-mail: to who booked and asked for one, once, by the operator’s server."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import col, select

from bot.clock import utc_now
from commands.rdv.reminders import TRIES_MAX, find_due
from config.mail import MailServer, read_mail
from config.time import PARIS
from config.visio import VisioKind
from storage.database import change
from storage.rdv.appointments import PlaceKind, Rdv, lock_rdvs
from storage.rdv.bookings import Booking
from storage.visio import VisioRoom, remember_room
from tests.people import unique
from tests.support.house import LOG, House, wait_for
from tests.support.rdv import Desk, desk, read_calendar
from tests.support.servers import FakeMailServer, serve_mail

__all__ = ["desk"]

ADDRESS = "marie.ange@exemple.fr"


@pytest.fixture(scope="module")
async def post_office() -> AsyncIterator[FakeMailServer]:
    async with serve_mail() as server:
        yield server


@pytest.fixture
async def mails(house: House, post_office: FakeMailServer) -> AsyncIterator[FakeMailServer]:
    """The operator set a server up."""
    usual = house.settings
    smtp = f"smtp://127.0.0.1:{post_office.port} rdv@exemple.fr"
    await house.stop()
    house.settings = type(usual).model_validate(usual.model_dump() | {"smtp": smtp})
    await house.start()
    post_office.forgets()
    yield post_office
    house.clock.is_right_again()
    await house.stop()
    house.settings = usual
    await house.start()


async def rings(house: House, at: datetime) -> None:
    """The clock comes to the job."""
    house.clock.goes_to(at)
    await house.bot.runs.run(("job", "rdv.mail"), unique("heure"))
    house.bot.workers.look()


async def put_in_three_days(desk: Desk) -> datetime:
    """The booking was made a week before, for ten o’clock of a day to come; returns that."""
    start = datetime.combine(utc_now().astimezone(PARIS).date() + timedelta(days=3), time(10), PARIS).astimezone(UTC)
    async with desk.house.bot.database.transaction() as db:
        query = select(Booking, Rdv).where(Booking.user_id == desk.juliette.id, col(Rdv.id) == Booking.rdv)
        booking, rdv = (await db.exec(query.order_by(col(Booking.id).desc()))).first() or pytest.fail("no booking")
        await change(db, booking, created_at=start - timedelta(days=7))
        await change(db, rdv, starts_at=start, ends_at=start + timedelta(minutes=30))
    return start


async def books(desk: Desk) -> tuple[str, datetime]:
    """Somebody books and asks for a reminder; returns the code, and the hour."""
    free = await desk.has(place="Médiathèque")
    await desk.is_automatic()
    code = (await desk.books(free[-1], contact=ADDRESS, rappel="oui")).code
    return code, await put_in_three_days(desk)


async def give_room(desk: Desk, rdv: Rdv) -> None:
    """The rdv is a visio, whose room has a lobby and may be called."""
    room = VisioRoom(key=f"rdv:{rdv.number}", kind=VisioKind.MEET, name="abc", url="https://visio.exemple.fr/abc",
                     phone="+33 1 99 00 12 34", pin="4321#", lobby=True, by=rdv.user_id, at=rdv.ends_at)  # fmt: skip
    async with desk.house.bot.database.transaction() as db:
        await remember_room(db, room)
        (kept,) = await lock_rdvs(db, rdv.user_id, [rdv.number])
        await change(db, kept, place_kind=PlaceKind.VISIO, visio_url=room.url)


CALLED, LET_IN = (
    "Par téléphone : +33 1 99 00 12 34, code 4321#.",
    "Sans compte, attendez un instant : on vous fera entrer.",
)


async def test_how_the_room_of_a_visio_is_entered_is_said_wherever_its_link_is(
    mails: FakeMailServer, desk: Desk
) -> None:
    code, start = await books(desk)
    ((_, rdv),) = await desk.bookings()
    await give_room(desk, rdv)
    evening = datetime.combine(start.astimezone(PARIS).date() - timedelta(days=1), time(17), PARIS)
    await rings(desk.house, evening)
    await desk.house.settled()
    (letter,) = mails.letters
    told = await desk.juliette.asks("/agenda flux")
    if "Changer l’adresse du lien" in told.buttons and ".ics" not in told.text:
        await desk.juliette.clicks(told, "Changer l’adresse du lien")
        told = await desk.juliette.whispered("nouvelle adresse")
    address = re.search(r"`(http[^`]+\.ics)`", told.text)
    assert address
    async with desk.session.get(address[1]) as answer:
        events = read_calendar(await answer.read())
    file = read_calendar((await desk.asks(f"/{code}.ics")).body.encode())
    described = [event.text("DESCRIPTION") for event in (*events, *file) if event.text("URL").endswith("/abc")]
    card = await desk.juliette.asks(f"/rdv {rdv.number}")
    page = (await desk.asks(f"/{code}")).body
    for said in (*described, card.text, page, letter.get_content()):
        for wanted in (CALLED, LET_IN):
            assert wanted in re.sub(r"\\|<br>", "", said.replace("\N{NO-BREAK SPACE}", " ")), said
    assert len(described) == 2
    async with desk.house.bot.database.transaction() as db:
        (kept,) = await lock_rdvs(db, rdv.user_id, [rdv.number])
        await change(db, kept, visio_url="https://visio.exemple.fr/colle")
    assert "téléphone" not in (await desk.juliette.asks(f"/rdv {rdv.number}")).text, "another link was pasted"


async def last_booking(desk: Desk) -> Booking:
    """The booking as it is."""
    return (await desk.bookings())[-1][0]


@pytest.mark.postgres_too
async def test_who_asked_is_reminded_once_the_evening_before(mails: FakeMailServer, desk: Desk) -> None:
    free = await desk.has()
    assert 'name="rappel"' in (await desk.asks()).body
    wrong = await desk.books(free[0], rappel="oui")
    assert wrong.status == 422
    assert 'href="#rappel"' in wrong.body
    assert 'name="rappel" value="oui" checked' in wrong.body
    code, start = await books(desk)
    assert "Un rappel vous est envoyé par courriel" in (await desk.asks(f"/{code}")).body
    evening = datetime.combine(start.astimezone(PARIS).date() - timedelta(days=1), time(17), PARIS)
    await rings(desk.house, evening - timedelta(minutes=5))
    await desk.house.settled()
    assert mails.letters == []
    for minutes in (0, 5, 30):
        await rings(desk.house, evening + timedelta(minutes=minutes))
        await desk.house.settled()
    (letter,) = mails.letters
    assert letter["To"] == ADDRESS
    assert letter["Subject"].endswith("à 10\N{NO-BREAK SPACE}h")
    said = letter.get_content()
    assert "Médiathèque" in said
    assert "Juliette Martin" in said
    assert f"/rendez-vous/{desk.key}/{code}" in said
    assert "Marie" not in letter.as_string()
    assert not re.search(f"{ADDRESS}|{code}|{desk.key}", LOG.getvalue())
    await desk.sends(f"/{code}", action="annuler")
    assert (await last_booking(desk)).sealed == b""


async def test_without_a_server_nobody_is_asked_and_none_leaves(desk: Desk) -> None:
    free = await desk.has()
    assert 'name="rappel"' not in (await desk.asks()).body
    await desk.is_automatic()
    await desk.books(free[0], contact=ADDRESS, rappel="oui")
    assert not (await last_booking(desk)).mail_wanted


async def test_what_fails_is_tried_again_and_a_refused_address_is_not(mails: FakeMailServer, desk: Desk) -> None:
    _, start = await books(desk)
    at = start - timedelta(hours=10)
    mails.forgets({"RCPT": "451 4.3.0 later"})
    for _ in range(2):
        await rings(desk.house, at)
        await desk.house.settled()
    assert mails.heard.count("RCPT") == 1, "not at once"
    mails.forgets()
    await rings(desk.house, at + timedelta(minutes=11))
    await desk.house.settled()
    assert len(mails.letters) == 1
    _, start = await books(desk)
    mails.forgets({"RCPT": "550 5.1.1 nobody of that name"})
    for minutes in (0, 15, 60):
        await rings(desk.house, at + timedelta(minutes=minutes))
        await desk.house.settled()
    assert mails.heard.count("RCPT") == 1
    assert (await last_booking(desk)).mailed_for == start
    _, start = await books(desk)
    mails.forgets({"CONNECT": "421 4.3.2 not now"})
    for hours in range(TRIES_MAX + 2):
        await rings(desk.house, at + timedelta(hours=hours))
        await desk.house.settled()
    given_up = await last_booking(desk)
    assert (given_up.mailed_for, given_up.mail_tries) == (start, 0)
    assert ADDRESS not in LOG.getvalue()


async def test_a_restart_in_the_middle_sends_it_once(mails: FakeMailServer, desk: Desk) -> None:
    _, start = await books(desk)
    mails.forgets(stalls_at="DATA")
    await rings(desk.house, start - timedelta(hours=10))
    await mails.stalled.wait()
    mails.forgets()
    await desk.house.restart()

    async def is_sent() -> bool:
        return (await last_booking(desk)).mailed_for == start

    await wait_for(is_sent)
    await rings(desk.house, start - timedelta(hours=9))
    await desk.house.settled()
    assert len(mails.letters) == 1


def test_a_reminder_is_due_the_evening_before_or_three_hours_before() -> None:
    start = datetime(2026, 10, 25, 10, tzinfo=PARIS).astimezone(UTC)
    evening = datetime(2026, 10, 24, 17, tzinfo=PARIS)
    assert find_due(start, start - timedelta(days=9), PARIS) == evening
    assert find_due(start, evening + timedelta(hours=1), PARIS) == start - timedelta(hours=3)
    assert find_due(start, start - timedelta(hours=2), PARIS) is None
    noumea = ZoneInfo("Pacific/Noumea")  # where it is eight while it is still the day before in UTC
    start = datetime(2026, 10, 26, 8, tzinfo=noumea).astimezone(UTC)
    assert find_due(start, start - timedelta(days=9), noumea) == datetime(2026, 10, 25, 17, tzinfo=noumea)


def test_the_setting_is_read_or_explained() -> None:
    assert read_mail("") is None
    known = MailServer("smtp.a.fr", 465, "coop@a.fr", "rdv@a.fr", is_tls=True)
    assert read_mail("smtps://coop%40a.fr@smtp.a.fr rdv@a.fr") == known
    here = read_mail("smtp://localhost:2525 rdv@a.fr")
    assert here == MailServer("localhost", 2525, "", "rdv@a.fr", is_tls=False)
    assert here.is_here
    for wrong in ("smtp.a.fr a@a.fr", "smtps://smtp.a.fr", "smtps://u:mot@smtp.a.fr a@a.fr", "smtps://a.fr a"):
        with pytest.raises(ValueError, match="smtps://"):
            read_mail(wrong)
