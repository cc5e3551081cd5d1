"""Stories of the booking page: who has no account takes a moment, moves it, cancels it; the conseiller decides."""

import asyncio
import re
from datetime import datetime, time, timedelta

import pytest
from sqlalchemy import text
from sqlmodel import select

from config.time import PARIS, write_instant
from storage.database import Database
from storage.people import Role
from storage.personal_data import retention
from storage.rdv.appointments import Rdv, RdvState
from storage.rdv.bookings import (
    BookingState,
    WeeklyRange,
    lock_page,
    replace_ranges,
)
from tests.people import Post, unique
from tests.support.house import LOG, plain
from tests.support.rdv import MARIE, Desk, Seen, desk, read_calendar
from tests.test_rdv_rooms import set_up

__all__ = ["desk"]


@pytest.mark.every_mode
async def test_somebody_books_and_the_conseiller_accepts(desk: Desk) -> None:
    free = await desk.has(place="Médiathèque")
    first = await desk.asks()
    assert "Juliette Martin, Médiathèque de Bron" in first.body
    done = await desk.books(free[0], jeton=first.token)
    assert (done.status, done.state) == (200, "waiting")
    assert done.path == f"/rendez-vous/{desk.key}/{done.code}"
    assert free[0] not in (await desk.asks()).moments
    card = await desk.juliette.told("Demande de rendez-vous")
    assert card.buttons == ["Accepter", "Proposer un autre moment", "Refuser", "Voir le contact"]
    assert "Marie" not in plain(card)
    assert not re.search("39 ?98 ?12 ?34", plain(card))
    await desk.juliette.clicks(card, "Voir le contact")
    shown = await desk.juliette.whispered("Marie-Ange")
    assert "06 39 98 12 34" in plain(shown)
    await desk.juliette.clicks(card, "Accepter")
    again = await desk.asks(f"/{done.code}")
    assert again.state == "accepted"
    assert "Médiathèque" in again.body
    ((booking, rdv),) = await desk.bookings()
    assert (rdv.state, rdv.source.value, rdv.memo) == (RdvState.PREVU, "page", "")
    assert b"Marie" not in booking.sealed
    assert not re.search(r"Marie-Ange|39 ?98 ?12 ?34|" + f"{done.code}|{desk.key}", LOG.getvalue())


async def test_a_form_sent_again_with_another_moment_says_that_there_is_one(desk: Desk) -> None:
    free = await desk.has()
    token = (await desk.asks()).token
    first = await desk.books(free[0], jeton=token)
    again = await desk.books(free[1], jeton=token)
    assert again.status == 409
    assert "Vous avez déjà un rendez-vous" in again.body
    assert f'value="{free[1]}" autocomplete="off" checked' in again.body, "the other moment is chosen, to move to"
    ((_, rdv),) = await desk.bookings()
    assert write_instant(rdv.starts_at) == free[0], "nothing moves by itself"
    moved = await desk.sends(f"/{first.code}", action="deplacer", creneau=free[1])
    assert moved.status == 200
    assert "déplacer ou annuler jusqu’au " in plain_page(moved)
    ((_, rdv),) = await desk.bookings()
    assert write_instant(rdv.starts_at) == free[1]


async def test_a_form_sent_twice_books_once_and_nothing_typed_is_lost(desk: Desk) -> None:
    free = await desk.has(seats=5)
    token = (await desk.asks()).token
    one, two = await asyncio.gather(*(desk.books(free[0], jeton=token) for _ in range(2)))
    assert one.code == two.code
    plainly = [await desk.books(free[1]) for _ in range(2)]
    assert plainly[0].code == plainly[1].code, "without its token, the same words are the same form"
    unsaid = await desk.books(free[1], consentement="")
    assert (unsaid.status, plainly[0].code in unsaid.body) == (422, False), "nor does it show that booking to others"
    assert len(await desk.bookings()) == 2
    wrong = await desk.books(free[2], prenom="<b>Zoé</b>", contact="0612", consentement="")
    assert (wrong.status, len(wrong.moments) > 2) == (422, True)
    assert f'value="{free[2]}" autocomplete="off" checked' in wrong.body
    assert 'value="0612"' in wrong.body
    assert "<b>Zoé" not in wrong.body
    for name in ("prenom", "contact", "consentement"):
        assert f'aria-describedby="{name}-faute"' in wrong.body
        assert f'href="#{name}"' in wrong.body
    nothing = await desk.sends()
    assert nothing.status == 422
    assert nothing.body.count('class="fault"') == 4
    gone = await desk.books("2020-01-01T09:00:00Z")
    assert (gone.status, 'value="Marie-Ange"' in gone.body) == (409, True)
    assert len(await desk.bookings()) == 2


@pytest.mark.postgres_too
async def test_of_twenty_who_take_the_last_seat_at_once_one_has_it(desk: Desk) -> None:
    free = await desk.has(seats=2)
    await desk.is_automatic()
    assert (await desk.books(free[0])).state == "accepted"
    people = [f"personne{number}@exemple.fr" for number in range(20)]
    seen = await asyncio.gather(*(desk.books(free[0], contact=contact) for contact in people))
    assert sorted(each.status for each in seen) == [200, *[409] * 19]
    assert all("vient d’être pris" in plain_page(each) for each in seen if each.status == 409)
    pairs = await desk.bookings()
    assert len(pairs) == 2
    assert {rdv.seats_taken for _, rdv in pairs} == {2}
    assert free[0] not in (await desk.asks()).moments


@pytest.mark.postgres_too
async def test_who_waits_for_a_page_keeps_nobody_else_from_the_database(desk: Desk) -> None:
    """Twenty ask for seats of one page while a transaction holds it."""
    free = await desk.has(seats=20)
    holder = Database(desk.house.settings.database_url)

    async def book(number: int) -> int:
        fields = MARIE | {"creneau": free[0], "contact": f"personne{number}@exemple.fr"}
        headers = {"X-Forwarded-For": f"198.51.100.{number}"}
        async with desk.session.post(desk.base, data=fields, headers=headers) as seen:
            return seen.status

    async with holder.transaction() as db:
        await lock_page(db, desk.juliette.id)
        asked = [asyncio.create_task(book(number)) for number in range(20)]
        await asyncio.sleep(0.5)
        assert await desk.house.bot.database.answers()
    assert await asyncio.gather(*asked) == [200] * 20
    await holder.close()


def plain_page(seen: Seen) -> str:
    """Its words."""
    return seen.body.replace("\N{NO-BREAK SPACE}", " ")


async def test_it_is_moved_and_cancelled_until_the_hour_that_is_set(desk: Desk) -> None:
    free = await desk.has()
    await desk.is_automatic()
    code = (await desk.books(free[-1])).code
    moved = await desk.sends(f"/{code}", action="deplacer", creneau=free[-3])
    assert (moved.state, moved.code) == ("accepted", code)
    ((booking, rdv),) = await desk.bookings()
    assert (f"{rdv.starts_at:%Y-%m-%dT%H:%M:%SZ}", rdv.sequence) == (free[-3], 1)
    assert free[-1] in (await desk.asks()).moments
    file = await desk.asks(f"/{code}.ics")
    (event,) = read_calendar(file.body.encode())
    assert (event.moment("DTSTART"), event.text("STATUS")) == (rdv.starts_at, "CONFIRMED")
    assert file.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert "SEQUENCE:1" in file.body
    assert "Marie" not in file.body
    await desk.juliette.told("a déplacé son rendez-vous")
    cancelled = await desk.sends(f"/{code}", action="annuler")
    assert (cancelled.status, cancelled.path) == (200, f"/rendez-vous/{desk.key}/annule")
    ((booking, rdv),) = await desk.bookings()
    assert (booking.state, booking.sealed, rdv.state) == (BookingState.CANCELLED, b"", RdvState.ANNULE)
    await desk.juliette.told("a annulé son rendez-vous")
    unknown, gone = await desk.asks("/AAAABBBBCCCC"), await desk.asks(f"/{code}")
    assert (gone.status, gone.body) == (unknown.status, unknown.body)
    assert gone.status == 404
    assert "déplacer ou annuler jusqu’à 4 heures avant" in plain_page(await desk.asks())
    late = (await desk.books(free[0])).code
    async with desk.house.bot.database.transaction() as db:
        soon = desk.house.clock() + timedelta(hours=2)
        await db.execute(text("UPDATE rdv_page SET closes = 240"))
        rows = (await db.exec(select(Rdv).where(Rdv.state == RdvState.PREVU))).all()
        for row in rows:
            row.starts_at, row.ends_at = soon, soon + timedelta(minutes=30)
            db.add(row)
    assert (await desk.sends(f"/{late}", action="annuler")).status == 409
    assert (await desk.bookings())[-1][0].state is BookingState.ACCEPTED


async def test_who_will_not_come_says_so_when_it_is_too_late_to_cancel(desk: Desk) -> None:
    await desk.is_automatic()
    moment = (await desk.has(seats=2))[0]
    stays = (await desk.books(moment, contact="a@exemple.fr")).code
    code = (await desk.books(moment, contact="b@exemple.fr")).code
    card = await desk.juliette.told("2 places prises sur 2")
    assert moment not in (await desk.asks()).moments
    assert "Je ne viendrai pas" not in (await desk.asks(f"/{code}")).body, "there is « Annuler »"
    desk.house.clock.goes_to(datetime.fromisoformat(moment) - timedelta(hours=3))
    late = await desk.sends(f"/{code}", action="annuler")  # of a page that was open since
    assert late.status == 409
    assert "Rien n’a changé" in plain_page(late)
    assert "déplacer ou annuler. Votre code" not in plain_page(late)
    assert '<input type="hidden" name="action" value="absent">' in late.body
    said = await desk.sends(f"/{code}", action="absent")
    assert (said.status, said.path) == (200, f"/rendez-vous/{desk.key}/annule")
    assert "Votre conseiller est prévenu" in said.body
    assert "Une personne ne viendra pas" in plain(await desk.juliette.told("ne viendra pas"))
    assert "annulé par la personne" in plain(await desk.juliette.rewritten(card, "annulé par la personne"))
    (_, rdv), (gone, _) = await desk.bookings()
    assert (gone.state, gone.sealed, gone.sealed_code) == (BookingState.CANCELLED, b"", b"")
    assert (rdv.state, rdv.seats_taken) == (RdvState.PREVU, 1)
    assert moment in (await desk.asks()).moments, "the seat is free"
    again, unknown = await desk.sends(f"/{code}", action="absent"), await desk.sends("/AAAABBBBCCCC", action="absent")
    assert (again.status, again.body) == (404, unknown.body)
    assert (await desk.bookings())[0][1].seats_taken == 1
    desk.house.clock.goes_to(datetime.fromisoformat(moment))
    begun = await desk.asks(f"/{stays}")
    assert "Je ne viendrai pas" not in begun.body
    assert "Ce rendez-vous a commencé" in begun.body
    assert (await desk.sends(f"/{stays}", action="absent")).status == 409


async def test_the_hour_of_who_will_not_come_is_free(desk: Desk) -> None:
    """Before it is too late to cancel, a program that says so cancels."""
    await desk.is_automatic()
    free = await desk.has()
    early, code = (await desk.books(free[1])).code, (await desk.books(free[0])).code
    assert (await desk.sends(f"/{early}", action="absent")).status == 200
    await desk.juliette.told("a annulé son rendez-vous")
    desk.house.clock.goes_to(datetime.fromisoformat(free[0]) - timedelta(minutes=10))
    await asyncio.gather(*(desk.sends(f"/{code}", action="absent") for _ in range(4)))
    first = await desk.juliette.told("ne viendra pas")
    told = [post for post in await desk.juliette.direct() if "ne viendra pas" in post.text]
    assert told[-1].id == first.id, "it is told once"
    assert {rdv.state for _, rdv in await desk.bookings()} == {RdvState.ANNULE}
    assert (await desk.asks()).moments[0] == free[0]


async def test_who_books_chooses_what_it_is_about(desk: Desk) -> None:
    rows = [("internet", 60), ("courriel", 30), ("", 45)]
    ranges = [
        WeeklyRange(user_id=desk.juliette.id, weekday=day, start=540, end=720, length=length, theme=theme, ahead=14)
        for day in range(7)
        for theme, length in rows
    ]
    async with desk.house.bot.database.transaction() as db:
        await replace_ranges(db, desk.juliette.id, ranges)
    first = await desk.asks()
    assert first.moments == []
    assert re.findall(r'\?sujet=([\w-]+)"', first.body) == ["internet", "courriel", "un-autre"]
    by_subject = {subject: await desk.asks(f"?sujet={subject}") for subject in ("internet", "courriel", "un-autre")}
    assert "Naviguer sur Internet" in by_subject["internet"].body
    assert 'name="sujet" value="courriel"' in by_subject["courriel"].body
    later = [each for each in by_subject["un-autre"].moments if each[:10] > f"{desk.house.today}"]
    nine = later[0]  # of today’s it may be too late to cancel one
    ends = {}
    for subject, seen in by_subject.items():
        assert nine in seen.moments
        done = await desk.books(nine, sujet=subject, contact=f"{subject}@exemple.fr")
        rdv = (await desk.bookings())[-1][1]
        ends[subject] = rdv.minutes, rdv.theme_codes
        assert nine not in (await desk.asks(f"?sujet={subject}")).moments
        assert (await desk.sends(f"/{done.code}", action="annuler")).status == 200
    assert ends == {"internet": (60, ("internet",)), "courriel": (30, ("courriel",)), "un-autre": (45, ())}
    wrong = await desk.books(nine, sujet="courriel", prenom="")
    assert (wrong.status, 'name="sujet" value="courriel"' in wrong.body) == (422, True)
    done = await desk.books(nine, sujet="courriel")
    assert "Envoyer, recevoir, gérer ses courriels" in done.body
    assert "Sujet : Naviguer sur Internet" in plain(await desk.juliette.told("Demande de rendez-vous"))
    hours = {slot[11:16] for slot in done.moments}
    assert "30 min" in plain_page(done)
    assert len(hours) > 3, "it moves to moments of its own subject, and to those of any"


async def test_another_moment_is_proposed_and_agreed_to(desk: Desk) -> None:
    """It may be too soon to be moved or cancelled, but not to be accepted."""
    desk.house.clock.goes_to(datetime.combine(desk.house.today + timedelta(days=1), time(8), PARIS))
    free = await desk.has()
    code = (await desk.books(free[2])).code
    card = await desk.juliette.told("Demande de rendez-vous")
    form = await desk.juliette.opens_by(card, "Proposer un autre moment")
    assert (await form.fill(moment=next(iter(form.options("moment")))).submit()).accepted
    offered = await desk.asks(f"/{code}")
    assert offered.state == "offered"
    value = re.search(r'value="accepter"><input type="hidden" name="creneau" value="([^"]+)"', offered.body)
    assert value
    assert "Il est trop tard pour déplacer ou annuler ici" in offered.body
    assert (await desk.sends(f"/{code}", action="annuler")).status == 409
    agreed = await desk.sends(f"/{code}", action="accepter", creneau=value[1])
    assert agreed.state == "accepted"
    ((_, rdv),) = await desk.bookings()
    assert (rdv.state, f"{rdv.starts_at:%Y-%m-%dT%H:%M:%SZ}") == (RdvState.PREVU, value[1])
    told = await desk.juliette.told("accepte le moment")
    assert told


async def test_refused_it_says_so_and_the_moment_is_free_again(desk: Desk) -> None:
    free = await desk.has()
    code = (await desk.books(free[0])).code
    card = await desk.juliette.told("Demande de rendez-vous")
    await desk.juliette.clicks(card, "Refuser")
    refused = await desk.asks(f"/{code}")
    assert refused.state == "refused"
    assert f'href="/rendez-vous/{desk.key}"' in refused.body, "another moment is one click away"
    assert free[0] in (await desk.asks()).moments
    again = await desk.books(free[0])
    assert (again.state, again.code != code) == ("waiting", True), "the same words ask anew"
    number = (await desk.bookings())[-1][1].number
    assert "attend votre réponse" in plain(await desk.juliette.asks(f"/rdv annuler {number}"))
    shown = await desk.juliette.asks(f"/rdv {number}")
    await desk.juliette.clicks(shown, "Répondre")
    asked = await desk.juliette.answered()
    assert isinstance(asked, Post)
    await desk.juliette.clicks(asked, "Accepter")
    assert (await desk.asks(f"/{again.code}")).state == "accepted"
    cancelled = await desk.juliette.asks(f"/rdv annuler {number}")
    assert "Prévenez la personne" in plain(cancelled)
    assert cancelled.buttons == ["Remettre", "Voir qui a réservé"]
    assert (await desk.asks(f"/{again.code}")).state == "off"
    third = await desk.books(free[0])
    assert (third.state, third.code not in (code, again.code)) == ("waiting", True)


async def test_each_card_counts_the_seats_that_are_taken_then(desk: Desk) -> None:
    free = await desk.has(seats=3)
    for number, said in ((1, "1 place prise sur 3"), (2, "2 places prises sur 3")):
        await desk.books(free[0], contact=f"a{number}@exemple.fr")
        card = await desk.juliette.told(said)
    await desk.juliette.clicks(card, "Refuser")
    await desk.juliette.clicks(await desk.juliette.rewritten(card, "refusé"), "Accepter finalement")
    assert "2 places prises sur 3" in plain(await desk.juliette.rewritten(card, "Rendez-vous pris"))
    assert {rdv.state for _, rdv in await desk.bookings()} == {RdvState.PREVU}, "who is accepted takes place"
    await desk.is_automatic()
    free = await desk.has(seats=4)
    async with desk.house.bot.database.transaction() as db:
        await db.execute(text("UPDATE rdv_page SET automatic = false"))
    await desk.books(free[2], contact="a3@exemple.fr")
    await desk.is_automatic()
    assert (await desk.books(free[2], contact="a4@exemple.fr")).state == "accepted"
    assert (await desk.bookings())[-1][1].state is RdvState.PREVU


async def test_no_moment_is_free_once_the_contract_is_over(desk: Desk) -> None:
    last = desk.house.today + timedelta(days=4)
    assert (await desk.has())[-1][:10] > f"{last}"
    await desk.house.registers(desk.juliette, Role.CONSEILLER, left_on=last)
    assert (await desk.asks()).moments[-1][:10] <= f"{last}"
    await desk.house.registers(desk.juliette, Role.CONSEILLER)
    for moment in ("0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59"):
        assert (await desk.books(moment)).status == 422, moment


async def test_three_days_after_nothing_is_left(desk: Desk) -> None:
    free = await desk.has()
    await desk.books(free[0])
    ((_, rdv),) = await desk.bookings()
    start = desk.house.clock() - timedelta(days=4)
    async with desk.house.bot.database.transaction() as db:
        row = await db.get(Rdv, rdv.id)
        assert row is not None
        row.starts_at, row.ends_at = start, start + timedelta(minutes=30)
        db.add(row)
    database, settings = desk.house.bot.database, desk.house.settings
    async with database.transaction() as db:
        await retention.delete_expired(db, settings, desk.house.clock() - timedelta(days=2), limit=1000)
    assert len(await desk.bookings()) == 1, "one day after it is there"
    async with database.transaction() as db:
        await retention.delete_expired(db, settings, desk.house.clock(), limit=1000)
    assert await desk.bookings() == []


@pytest.mark.postgres_too
async def test_what_was_left_goes_within_minutes_of_the_three_days(desk: Desk) -> None:
    free = await desk.has()
    code = (await desk.books(free[0])).code
    ((_, rdv),) = await desk.bookings()
    for minutes, left in ((-5, 1), (0, 0)):
        desk.house.clock.goes_to(rdv.ends_at + timedelta(days=3, minutes=minutes))
        await desk.house.bot.runs.run(("job", "rdv.remind"), unique("heure"))
        assert len(await desk.bookings()) == left
        assert (await desk.asks(f"/{code}")).status == (200 if left else 404)
    await desk.juliette.clicks(await desk.juliette.told("Demande de rendez-vous"), "Voir le contact")
    await desk.juliette.whispered("effacés")


@pytest.mark.postgres_too
async def test_what_was_left_goes_three_days_after_a_refusal_which_is_still_read(desk: Desk) -> None:
    free, house = await desk.has(), desk.house
    codes = [(await desk.books(free[-1])).code]
    await desk.juliette.clicks(await desk.juliette.told("Demande de rendez-vous"), "Refuser")
    await desk.is_automatic()
    codes += [(await desk.books(moment)).code for moment in free[-3:-1]]
    _, (_, cancelled), _ = await desk.bookings()
    assert "annulé" in plain(await desk.juliette.asks(f"/rdv annuler {cancelled.number}"))
    refused = house.clock().replace(minute=0)
    for days, left in ((2, 3), (3, 1)):
        house.clock.goes_to(refused + timedelta(days=days, hours=1))
        await house.bot.runs.run(("job", "rdv.remind"), unique("heure"))
        assert [bool(booking.sealed) for booking, _ in await desk.bookings()].count(True) == left
    assert [(await desk.asks(f"/{code}")).state for code in codes] == ["refused", "off", "accepted"]


async def test_a_booked_visio_shows_its_link_once_its_room_is_open(desk: Desk) -> None:
    async with set_up(desk.house, visio="jitsi https://visio.exemple.fr coop"):
        moments = await desk.has(place="Visio")
        await desk.is_automatic()
        booked = await desk.books(moments[0])
        assert "https://visio.exemple.fr/" in (await desk.juliette.told("en visio")).text
        await desk.house.settled()
        assert "https://visio.exemple.fr/" in (await desk.asks(f"/{booked.code}")).body
        assert "URL:https://visio.exemple.fr/" in (await desk.asks(f"/{booked.code}.ics")).body


async def test_a_booking_moved_elsewhere_loses_its_link_and_has_one_again_moved_back(desk: Desk) -> None:
    async with set_up(desk.house, visio="jitsi https://visio.exemple.fr coop"):
        moments = await desk.has(place="Visio")
        await desk.is_automatic()
        code = (await desk.books(moments[0])).code
        await desk.juliette.told("en visio")
        await desk.house.settled()
        for place, moment, has_link in (("Médiathèque", moments[2], False), ("Visio", moments[4], True)):
            await desk.has(place=place)
            assert (await desk.sends(f"/{code}", action="deplacer", creneau=moment)).state == "accepted"
            await desk.house.settled()
            ((_, rdv),) = await desk.bookings()
            assert (rdv.place, bool(rdv.visio_url)) == (place, has_link)
