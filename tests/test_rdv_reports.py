"""Stories: a rdv that is over becomes a report, once; reminders come in time; calendars and programs read them."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from aiohttp import ClientSession
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar
from sqlmodel import col, select

from commands.rdv.reminders import find_horizon
from config.time import is_skipped
from dialogs.rdv.recurrence import COUNT_MAX, RecurrenceRule, read_rule, write_out
from storage.cra.report import Canal
from storage.database import change
from storage.people import Role
from storage.rdv import Rdv, RdvState
from storage.rdv.appointments import change_rdv, list_unreported, lock_rdvs
from tests.people import Person, unique
from tests.support.house import PARIS, House, plain
from tests.support.rdv import Component, follow_calendar
from tests.support.workplace import operate

MONDAY = date(2026, 11, 30)
FIELDS = {
    *("id", "debut", "fin", "duree", "lieu", "canal", "themes"),
    *("collectif", "places", "etat", "source", "cra", "visio"),
}


@pytest.fixture
async def monday(house: House) -> AsyncIterator[House]:
    """A house in which it is Monday, noon."""
    house.clock.goes_to(datetime.combine(MONDAY, time(12), PARIS))
    yield house
    house.clock.is_right_again()


async def notes(house: House, who: Person, starts_at: datetime, **more: Any) -> Rdv:
    """Somebody noted a rdv, two days before."""
    usual: dict[str, Any] = {"ends_at": starts_at + timedelta(minutes=45), "themes": 2, "commune": "69029"}
    usual |= {"code_postal": "69500", "canal": Canal.AUTRE, "created_at": starts_at - timedelta(days=2)}
    rdv = Rdv(user_id=who.id, starts_at=starts_at, changed_at=starts_at - timedelta(days=2), **(usual | more))
    async with house.bot.database.transaction() as db:
        db.add(rdv)
    return rdv


async def as_is(house: House, rdv: Rdv) -> Rdv:
    async with house.bot.database.transaction(writes=False) as db:
        return (await db.exec(select(Rdv).where(col(Rdv.id) == rdv.id))).one()


async def told_by_program(house: House, who: Person, capsys: pytest.CaptureFixture[str]) -> Sequence[dict[str, Any]]:
    capsys.readouterr()
    assert await operate(house.settings, "rdv", "--user", who.username, "--json") == 0
    found: Sequence[dict[str, Any]] = json.loads(capsys.readouterr().out)
    return found


@pytest.mark.every_mode
async def test_a_rdv_that_is_over_is_reported_once_and_comes_back_with_its_deletion(
    monday: House, capsys: pytest.CaptureFixture[str]
) -> None:
    lea = await monday.conseiller("lea")
    start = datetime.combine(MONDAY, time(9), PARIS)
    rdv = await notes(monday, lea, start, collective=True, seats=8, seats_taken=6)
    await lea.runs("/rappels maintenant")
    day = await lea.told("Votre journée")
    assert {"Compte rendu", "Sans compte rendu"} <= set(day.buttons)
    form, other = await lea.opens_by(day, "Compte rendu"), await lea.opens_by(day, "Compte rendu")
    assert (form.shown("activite"), str(form.shown("participants")), form.shown("canal")) == ("collectif", "6", "autre")
    assert str(form.shown("duree")) == "45"
    assert "Bron" in form.shown("commune")
    assert (await form.fill(age="+60", statut="retraite").submit()).accepted
    await lea.told("enregistré")
    await other.fill(age="+60", statut="retraite").submit()
    await monday.settled()
    (cra,) = await monday.reports(lea)
    assert (cra.date, cra.participants, cra.minutes) == (MONDAY, 6, 45)
    (told,) = await told_by_program(monday, lea, capsys)
    assert (told["etat"], told["cra"], told["duree"], told["debut"]) == (
        "honore",
        cra.number,
        45,
        "2026-11-30T08:00:00Z",
    )
    assert set(told) == FIELDS
    assert "Compte rendu" not in (await lea.asks(f"/rdv {rdv.number}")).buttons

    await lea.asks(f"/cra supprimer {cra.number}")
    (told,) = await told_by_program(monday, lea, capsys)
    assert (told["etat"], told["cra"]) == ("prevu", None)
    again = await lea.opens_by(await lea.asks("/rdv à traiter"), "Compte rendu")
    assert (await again.fill(age="+60", statut="retraite").submit()).accepted
    await monday.settled()
    assert "un autre compte rendu" in (await lea.asks(f"/cra rétablir {cra.number}")).text
    assert len([one for one in await monday.reports(lea) if one.deleted_at is None]) == 1


@pytest.mark.every_mode
async def test_without_a_report_is_said_once_for_that_hour_and_asked_again_at_another(monday: House) -> None:
    lea = await monday.conseiller("lea")
    start = datetime.combine(MONDAY, time(9), PARIS)
    rdv = await notes(monday, lea, start)
    await lea.runs("/rappels maintenant")
    day = await lea.told("Votre journée")
    await lea.clicks(day, "Sans compte rendu")
    await monday.settled()
    assert (await as_is(monday, rdv)).declined_for == start.astimezone(UTC)
    assert "Tous vos rendez-vous" in (await lea.asks("/rdv à traiter")).text
    async with monday.bot.database.transaction() as db:
        moved = (await db.exec(select(Rdv).where(col(Rdv.id) == rdv.id))).one()
        await change(db, moved, starts_at=start + timedelta(hours=1), ends_at=start + timedelta(hours=2))
        asked = await list_unreported(db, lea.id, start - timedelta(days=1), monday.clock(), 5)
        assert [one.number for one in asked] == [rdv.number]


@pytest.mark.every_mode
async def test_the_home_leads_to_what_is_over_where_no_report_can_be_wanted(monday: House) -> None:
    lea = await monday.conseiller("lea")
    first, second = [await notes(monday, lea, datetime.combine(MONDAY, time(hour), PARIS)) for hour in (8, 10)]
    home = await lea.asks("/aide")
    assert home.buttons.count("Voir les rendez-vous à traiter") == 1
    await lea.clicks(home, "Voir les rendez-vous à traiter")
    listed = await lea.whispered("sans compte rendu")
    assert listed.buttons.count("Sans compte rendu") == 2
    card = await lea.asks(f"/rdv {first.number}")
    assert {"Compte rendu", "Sans compte rendu", "Rendez-vous honoré"} <= set(card.buttons)
    await lea.clicks(card, "Sans compte rendu")
    await lea.clicks(await lea.asks(f"/rdv {second.number}"), "Rendez-vous honoré")
    await monday.settled()
    declined = await lea.asks(f"/rdv {first.number}")
    assert "Aucun compte rendu" in declined.text
    assert "Sans compte rendu" not in declined.buttons
    assert "Compte rendu" in declined.buttons, "it may be wanted after all"
    assert (await lea.asks("/rdv à traiter")).buttons.count("Sans compte rendu") == 1
    carl = await monday.someone(Role.COORDINATEUR, "carl")
    his = await notes(monday, carl, datetime.combine(MONDAY, time(9), PARIS))
    assert "Sans compte rendu" not in (await carl.asks(f"/rdv {his.number}")).buttons, "he files none"


async def rings(house: House, name: str, at: datetime, zone: ZoneInfo | None = None) -> None:
    """The clock comes to a job."""
    house.clock.goes_to(at)
    await house.bot.runs.run(("job", name), unique("heure"), *([zone] if zone else []))
    house.bot.workers.look()
    await house.settled()


async def test_all_reminders_are_stopped_and_begin_again(monday: House) -> None:
    lea = await monday.conseiller("lea")
    tuesday = MONDAY + timedelta(days=1)
    await notes(monday, lea, datetime.combine(tuesday, time(10), PARIS))
    await notes(monday, lea, datetime.combine(tuesday, time(15), PARIS))
    assert "la veille à 17 h 30" in plain(await lea.asks("/rdv rappels"))
    await lea.asks("/rappels soir 19h")
    assert "la veille à 19 h, puis" in plain(await lea.asks("/rdv rappels"))
    assert "oui" in plain(await lea.asks("/rdv rappels bientôt"))
    stopped = await lea.asks("/rdv rappels non")
    assert "plus rappelés" in plain(stopped)
    await rings(monday, "rdv.remind", datetime.combine(tuesday, time(9), PARIS))
    assert [post for post in await lea.direct() if "Bientôt" in post.text] == []
    await lea.clicks(stopped, "Me rappeler mes rendez-vous")
    await rings(monday, "rdv.remind", datetime.combine(tuesday, time(14, 5), PARIS))
    (soon,) = [post for post in await lea.direct() if "Bientôt" in post.text]
    await lea.clicks(soon, "Ne plus rappeler")
    await lea.clicks(await lea.told("plus rappelé"), "Ne plus rien rappeler")
    assert "Me rappeler mes rendez-vous" in (await lea.asks("/rdv rappels")).buttons


@pytest.mark.every_mode
async def test_reminders_come_the_evening_before_and_an_hour_before_once_and_can_be_put_off(monday: House) -> None:
    lea = await monday.conseiller("lea")
    tuesday = MONDAY + timedelta(days=1)
    rdv = await notes(monday, lea, datetime.combine(tuesday, time(10), PARIS), memo="J. M.")
    other = await notes(monday, lea, datetime.combine(tuesday, time(15), PARIS))
    for hour in (17, 18):
        await rings(monday, "rdv.evening", datetime.combine(MONDAY, time(hour, 30, 1), PARIS), PARIS)
    (evening,) = [post for post in await lea.direct() if "Demain" in post.text]
    assert "J. M." in plain(evening)
    assert evening.buttons == ["Me le rappeler demain à 8 h", "Ne plus rappeler"]
    await rings(monday, "rdv.remind", datetime.combine(tuesday, time(8, 55), PARIS))
    assert len([post for post in await lea.direct() if "Bientôt" in post.text]) == 0
    await monday.restart()
    async with monday.replica() as second:
        monday.clock.goes_to(datetime.combine(tuesday, time(9), PARIS))
        await asyncio.gather(*(bot.runs.run(("job", "rdv.remind"), unique("h")) for bot in (monday.bot, second)))
        await monday.settled()
        (soon,) = [post for post in await lea.direct() if "Bientôt" in post.text]
        await lea.clicks(soon, "Me le rappeler dans 30 min")
        await monday.settled()
    assert (await as_is(monday, rdv)).remind_at
    await rings(monday, "rdv.remind", datetime.combine(tuesday, time(9, 35), PARIS))
    assert len([post for post in await lea.direct() if "Bientôt" in post.text]) == 2
    monday.clock.goes_to(datetime.combine(tuesday, time(14, 20), PARIS))
    await lea.clicks(evening, "Me le rappeler demain à 8 h")
    assert "à 14 h 50" in plain(await lea.whispered("14"))
    monday.clock.goes_to(datetime.combine(tuesday, time(9, 36), PARIS))
    await rings(monday, "rdv.remind", datetime.combine(tuesday, time(10, 1), PARIS))
    await lea.asks(f"/rdv annuler {other.number}")
    await rings(monday, "rdv.remind", datetime.combine(tuesday, time(14, 5), PARIS))
    assert len([post for post in await lea.direct() if "Bientôt" in post.text]) == 2, (
        "none after the hour, none of a cancelled one"
    )


async def test_at_another_hour_a_reminder_that_was_put_off_is_forgotten(monday: House) -> None:
    lea = await monday.conseiller("lea")
    start = datetime.combine(MONDAY + timedelta(days=1), time(10), PARIS)
    rdv = await notes(monday, lea, start)
    async with monday.bot.database.transaction() as db:
        (moved,) = await lock_rdvs(db, lea.id, [rdv.number])
        await change(db, moved, remind_at=start - timedelta(minutes=30), hour_told=True, evening_told=True)
        await change_rdv(db, moved, monday.clock(), memo="J. M.")
        assert (moved.remind_at, moved.hour_told, moved.evening_told) != (None, False, False)
        later = start + timedelta(days=1)
        await change_rdv(db, moved, monday.clock(), starts_at=later, ends_at=later + timedelta(hours=1))
        assert (moved.remind_at, moved.hour_told, moved.evening_told) == (None, False, False)


async def test_a_feed_tells_of_rdv_and_of_their_changes_but_of_nobody(monday: House) -> None:
    lea = await monday.conseiller("lea")
    start = datetime.combine(MONDAY + timedelta(days=1), time(10), PARIS)
    rdv = await notes(monday, lea, start, memo="J. M.")
    await lea.runs("/agenda flux")
    address = re.search(r"`(http[^`]+\.ics)`", (await lea.whispered("flux")).text)
    assert address

    seen = list[Component]()

    async def read() -> dict[str, Any]:
        async with ClientSession() as session, session.get(address[1]) as answer:
            body = await answer.read()
        seen[:] = follow_calendar(seen, body)
        assert b"J. M." not in body
        (event,) = [each for each in Calendar.from_ical(body).walk("VEVENT") if str(each["UID"]).startswith("rdv-")]
        told = {name: event[name] for name in ("UID", "SEQUENCE", "STATUS")}
        return told | {"at": event.decoded("DTSTART")}

    first = await read()
    assert (first["at"], first["STATUS"], first["SEQUENCE"]) == (start, "CONFIRMED", 0)
    await lea.asks(f"/rdv décaler {rdv.number} 11h")
    moved = await read()
    assert (moved["UID"], moved["at"], moved["SEQUENCE"]) == (first["UID"], start + timedelta(hours=1), 1)
    await lea.asks(f"/rdv annuler {rdv.number}")
    gone = await read()
    assert (gone["UID"], gone["STATUS"], gone["SEQUENCE"]) == (first["UID"], "CANCELLED", 2)


async def test_a_feed_of_many_rdv_keeps_the_next_ones_that_are_cancelled(monday: House) -> None:
    lea = await monday.conseiller("lea")
    start = datetime.combine(MONDAY, time(8), PARIS)
    soon = await notes(monday, lea, start + timedelta(days=1), state=RdvState.ANNULE)
    past = await notes(monday, lea, start - timedelta(days=80))
    usual: dict[str, Any] = {"user_id": lea.id, "created_at": start, "changed_at": start, "canal": Canal.AUTRE}
    async with monday.bot.database.transaction() as db:
        for at in (start + timedelta(days=2, minutes=30 * number) for number in range(420)):
            db.add(Rdv(starts_at=at, ends_at=at + timedelta(minutes=30), **usual))
    await lea.runs("/agenda flux")
    address = re.search(r"`(http[^`]+\.ics)`", (await lea.whispered("flux")).text)
    assert address
    async with ClientSession() as session, session.get(address[1]) as answer:
        body = await answer.read()
    told = [each for each in Calendar.from_ical(body).walk("VEVENT") if str(each["UID"]).startswith("rdv-")]
    assert len(told) == 422
    assert {soon.starts_at, past.starts_at} <= {each.decoded("DTSTART") for each in told}
    assert [each.decoded("DTSTART") for each in told if each["STATUS"] == "CANCELLED"] == [soon.starts_at]


ZONES = ("Europe/Paris", "America/Miquelon", "Indian/Reunion", "Pacific/Noumea", "America/Cayenne", "Pacific/Marquesas")
RULES = st.builds(
    RecurrenceRule,
    weekday=st.integers(0, 6),
    nth=st.sampled_from([0, 0, 1, 2, 3, 4, -1, 13, 29]),
    every=st.sampled_from([1, 1, 2, 3, -1, -2]),
    until=st.none() | st.dates(date(2026, 1, 1), date(2028, 12, 31)),
    times=st.none() | st.integers(1, 99),
)


@given(RULES, st.dates(date(2026, 1, 1), date(2027, 12, 31)), st.times(), st.sampled_from(ZONES))
def test_what_comes_back_keeps_its_hour_over_dst_nights_in_any_zone(
    rule: RecurrenceRule, first: date, at: time, zone: str
) -> None:
    here, hour = ZoneInfo(zone), at.replace(second=0, microsecond=0)
    written = write_out(rule, first, hour, here, "69")
    days = [one.day for one in written.occurrences]
    assert len(days) + len(written.holidays) <= min(COUNT_MAX, rule.times or COUNT_MAX)
    assert days == sorted(set(days))
    assert not set(days) & {day for day, _ in written.holidays}
    for one in written.occurrences:
        wall = one.at.astimezone(here)
        assert one.day.weekday() == rule.weekday
        assert first <= one.day <= first + timedelta(days=366)
        assert is_skipped(datetime.combine(one.day, hour, here)) or (wall.date(), wall.time()) == (one.day, hour)


@given(st.integers(0, 2 * 365 * 24 * 60))
def test_each_rdv_is_within_the_horizon_of_a_run_before_it(minutes: int) -> None:
    """Whenever it begins, some run of the job before that sees it, and none does long before."""
    start = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    ticks = [start - timedelta(minutes=before) for before in range(1, 190)]
    runs = [tick for tick in ticks if tick.minute % 5 == 0 and tick.astimezone(PARIS).hour != 2]
    seen = [run for run in runs if find_horizon(run) >= start]
    assert seen


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("tous les mardis jusqu’au 30/06", "tous les mardis"),
        ("chaque jeudi", "tous les jeudis"),
        ("le 2e mercredi du mois", "le deuxième mercredi du mois"),
        ("un vendredi sur deux pendant 8 semaines", "un vendredi sur deux"),
        ("tous les 15 jours le lundi", "un lundi sur deux"),
        ("le dernier samedi du mois, 6 fois", "le dernier samedi du mois"),
        ("les 1er et 3e lundis", "le premier et le troisième lundi du mois"),
        ("un lundi sur trois", "un lundi sur trois"),
        ("tous les lundis, semaines paires", "les lundis des semaines paires"),
    ],
)
def test_rules_are_read(text: str, said: str) -> None:
    assert str(read_rule(text, MONDAY)) == said


def test_public_holidays_are_left_out() -> None:
    rule = read_rule("tous les mardis jusqu’au 30/06", MONDAY)
    written = write_out(rule, MONDAY, time(14), PARIS, "69")
    assert rule.until == date(2027, 6, 30)
    assert not {day for day, _ in written.holidays} & {one.day for one in written.occurrences}
    reunion = write_out(read_rule("tous les dimanches jusqu’au 20/12", MONDAY), MONDAY, time(14), PARIS, "974")
    assert date(2026, 12, 20) in {day for day, _ in reunion.holidays}
