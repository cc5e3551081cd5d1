"""Stories of the booking page: what strangers send to it is read kindly, or refused, and harms nobody."""

from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import urlencode

from aiohttp import FormData
from sqlalchemy import text

from commands.rdv.page import BY_ADDRESS, BY_PAGE
from commands.rdv.visits import address_of
from storage.people import Role
from storage.rdv.appointments import SEATS_MAX
from storage.rdv.bookings import (
    BookingSeal,
    WeeklyRange,
    close_page,
    get_page,
    open_page,
    replace_ranges,
)
from tests.support.databases import record_all_statements
from tests.support.rdv import MARIE, Desk, desk

__all__ = ["desk"]


async def test_a_number_is_read_as_people_write_it_there(desk: Desk) -> None:
    free = await desk.has()
    assert "numéro de téléphone ou une adresse" in (await desk.books(free[0], contact="12")).body, "nobody’s number"
    assert (await desk.books(free[0], contact="75 12 34")).status == 422
    await desk.house.registers(desk.juliette, Role.CONSEILLER, departements=["988"])
    await desk.books(free[0], contact="75 12 34")
    ((booking, _),) = await desk.bookings()
    visitor = BookingSeal(desk.house.settings.secrets).open_visitor(booking)
    assert visitor is not None
    assert visitor.contact == "+687751234"


async def test_who_leaves_two_ways_to_be_reached_is_asked_for_one(desk: Desk) -> None:
    free = await desk.has()
    both = ("06 12 34 56 78 ou zoe@exemple.fr", "zoe@exemple.fr, ali@exemple.fr", "06 12 34 56 78 / 04 72 00 00 00")
    for contact in both:
        seen = await desk.books(free[0], contact=contact)
        assert (seen.status, "Laissez un seul des deux" in seen.body) == (422, True), contact
    for contact in ("zoe@exemple", "0612@", "06 12 34"):
        seen = await desk.books(free[0], contact=contact)
        assert (seen.status, "Laissez un seul des deux" in seen.body) == (422, False), contact
    assert (await desk.books(free[0], contact="0612345678@exemple.fr")).status == 200, "an address may have digits"


async def test_a_long_list_of_moments_has_a_link_past_it(desk: Desk) -> None:
    await desk.has()
    assert 'href="#joindre">Continuer' in (await desk.asks()).body
    async with desk.house.bot.database.transaction() as db:
        hours = WeeklyRange(
            user_id=desk.juliette.id, weekday=desk.house.clock().weekday(), start=540, end=600, length=30
        )
        await replace_ranges(db, desk.juliette.id, [hours])
    short = await desk.asks()
    assert short.moments
    assert "Continuer" not in short.body


async def test_a_request_whose_hour_came_unanswered_says_so(desk: Desk) -> None:
    free = await desk.has()
    code = (await desk.books(free[0])).code
    begun = datetime.fromisoformat(free[0])
    for minutes in (5, 60):
        desk.house.clock.goes_to(begun + timedelta(minutes=minutes))
        seen = await desk.asks(f"/{code}")
        assert "n’a pas répondu à temps" in seen.body
        for said in ("doit encore l’accepter", "a commencé", "est passé", "Ajouter à mon agenda"):
            assert said not in seen.body, (minutes, said)
        assert "Prendre un autre rendez-vous" in seen.body


async def test_other_words_lead_to_requests_hours_and_the_page(desk: Desk) -> None:
    free = await desk.has()
    for words in ("demandes", "à confirmer", "Réservations"):
        assert "Aucune demande" in (await desk.juliette.asks(f"/rdv {words}")).text, words
    await desk.books(free[0])
    waits = await desk.juliette.asks("/rdv en attente")
    assert "Accepter" in waits.buttons
    assert "On peut prendre rendez-vous avec vous" in (await desk.juliette.asks("/rdv mes dispos")).text
    assert desk.key in (await desk.juliette.asks("/rdv ma page")).text


async def test_what_its_person_gave_back_is_not_put_back(desk: Desk) -> None:
    await desk.is_automatic()
    code = (await desk.books((await desk.has())[0])).code
    ((_, rdv),) = await desk.bookings()
    assert "Annuler" in (await desk.juliette.asks(f"/rdv {rdv.number}")).buttons
    await desk.sends(f"/{code}", action="annuler")
    shown = await desk.juliette.asks(f"/rdv {rdv.number}")
    assert "annulé" in shown.text
    assert shown.buttons == []


async def test_a_form_in_parts_is_read_too_and_methods_are_named(desk: Desk) -> None:
    free = await desk.has()
    parts = FormData({**MARIE, "prenom": "Zoé", "creneau": free[0]}, default_to_multipart=True)
    async with desk.session.post(desk.base, data=parts) as answer:
        assert 'data-etat="waiting"' in await answer.text()
    for body in (b"x", b"--b\r\n\r\n", b"--b\r\nContent-Disposition: form-data; name=creneau\r\n\r\n\xff\r\n--b--"):
        head = {"Content-Type": "multipart/form-data; boundary=b"}
        async with desk.session.post(desk.base, data=body, headers=head) as answer:
            assert answer.status in (400, 422), body
    async with desk.session.put(desk.base) as answer:
        assert (answer.status, answer.headers["Allow"]) == (405, "GET,HEAD,POST")


async def test_off_by_default_revoked_or_wrong_it_is_the_same_page(desk: Desk) -> None:
    free = await desk.has()
    code = (await desk.books(free[0])).code
    old, database = replace(desk), desk.house.bot.database
    head = await desk.asks(method="HEAD")
    assert (head.status, head.body) == (200, "")
    for name, value in {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}.items():
        assert head.headers[name] == value
    assert "noindex" in head.headers["X-Robots-Tag"]
    assert "default-src 'none'" in head.headers["Content-Security-Policy"]
    async with database.transaction() as db:
        assert await close_page(db, desk.juliette.id, desk.house.clock())
    gone, unknown = await old.asks(), await replace(desk, key="x" * 24).asks()
    assert (gone.status, gone.body) == (unknown.status, unknown.body)
    assert (await old.books(free[1])).status == 404
    assert (await old.asks(f"/{code}")).state == "waiting", "who has booked may still cancel"
    assert (await old.sends(f"/{code}", action="annuler")).status == 200
    for path in ("/a/b", "/%00", "/" + "a" * 5000, "/é"):
        assert (await old.asks(path)).status in (404, 400), path
    async with database.transaction() as db:
        key = await open_page(db, desk.juliette.id, BookingSeal(desk.house.settings.secrets), desk.house.clock())
        page = await get_page(db, desk.juliette.id)
    assert key != old.key
    assert page is not None
    assert key not in f"{page.key_hash}{page.sealed!r}"
    assert address_of(desk.house.settings, key).endswith(key)


async def test_another_site_and_who_asks_too_often_are_refused(desk: Desk) -> None:
    free = await desk.has()
    away = {"Sec-Fetch-Site": "cross-site", "X-Forwarded-For": "198.51.100.7"}
    fields = {**MARIE, "creneau": free[0]}
    async with desk.session.post(desk.base, data=fields, headers=away) as answer:
        assert answer.status == 403
    seen = set()
    for number in range(40):
        headers = {"X-Forwarded-For": "198.51.100.8"}
        async with desk.session.get(f"{desk.base}/CODE{number}", headers=headers) as answer:
            seen.add(answer.status)
    assert seen == {404, 429}
    assert (await desk.asks()).status == 200, "others are not"
    assert await desk.bookings() == []


async def test_hostile_fields_do_nothing(desk: Desk) -> None:
    """Whatever is typed, the page comes back or books; nothing of it is markup, another header, or a fault of ours."""
    free = await desk.has()
    hostile = {
        "nul": "a\0b",
        "turned": "abc\u202egnp",
        "markup": "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>",
        "template": "{{ 7 * 7 }}{% raw %}",
        "header": "a@b.fr\r\nBcc: tout@le.monde",
        "long": "x" * 60_000,
        "formula": "=cmd|'/c calc'!A0",
        "digits": "9" * 400,
    }
    names = ["prenom", "contact", "creneau", "jeton", "courriel", "sujet"]
    for name in names:
        for what, typed in hostile.items():
            seen = await desk.sends(**{"creneau": free[0], **MARIE, name: typed, "consentement": ""})
            assert seen.status in {200, 400, 404, 413, 422, 429}, (name, what)
            assert "<script>" not in seen.body, (name, what)
            assert "onerror=alert(1)>" not in seen.body.replace("&gt;", "]"), (name, what)
            assert "Bcc" not in seen.headers, (name, what)
    assert not await desk.bookings()
    await desk.books(free[0], prenom=hostile["turned"] + hostile["markup"] + hostile["nul"])
    for booking, _ in await desk.bookings():
        assert b"script" not in booking.sealed
        card = await desk.juliette.told("Demande de rendez-vous")
        await desk.juliette.clicks(card, "Voir le contact")
        assert not {"\u202e", "<", "\0"} & set((await desk.juliette.whispered("abc")).text)


async def test_a_code_alone_leads_back_to_its_booking_and_a_wrong_one_says_nothing(desk: Desk) -> None:
    free = await desk.has()
    code = (await desk.books(free[0])).code
    assert 'name="code"' in (await desk.asks()).body
    for typed in (code, code.lower(), f" {code[:4]}-{code[4:8]}-{code[8:]} "):
        seen = await desk.asks(f"?{urlencode({'code': typed})}")
        assert (seen.status, seen.path) == (200, f"/rendez-vous/{desk.key}/{code}")
    nothing = (await desk.asks("/ABCDEFGHJKLM")).body
    for typed in ("ABCDEFGHJKLM", "annule", f"{code}A", "x" * 400):
        seen = await desk.asks(f"?{urlencode({'code': typed})}")
        assert (seen.status, seen.body) == (404, nothing)
    assert (await desk.asks(f"?{urlencode({'code': ' é/..'})}")).moments == free[1:]


async def test_what_leads_nowhere_says_the_same_after_as_many_statements(desk: Desk) -> None:
    """Neither words nor time tell an unknown key from one that was closed or renewed, or a wrong code from a cancelled
    one."""
    await desk.is_automatic()
    free, database = await desk.has(), desk.house.bot.database
    cancelled = (await desk.books(free[0])).code
    await desk.sends(f"/{cancelled}", action="annuler")
    seal, now = BookingSeal(desk.house.settings.secrets), desk.house.clock()
    revoked = replace(desk)
    async with database.transaction() as db:
        desk.key = await open_page(db, desk.juliette.id, seal, now, anew=True)
    closed = replace(desk)
    async with database.transaction() as db:
        await close_page(db, desk.juliette.id, now)
        desk.key = await open_page(db, desk.juliette.id, seal, now)
    unknown, wrong = replace(desk, key="x" * 24), cancelled[:-1] + ("A" if cancelled[-1] != "A" else "B")
    pages = [(unknown, ""), (revoked, ""), (closed, "")]
    codes = [
        (desk, wrong),
        (desk, cancelled),
        (revoked, wrong),
        (revoked, cancelled),
        (closed, wrong),
        (unknown, wrong),
    ]
    codes += [(desk, "A"), (desk, "A" * 150), (desk, f"{wrong}.ics"), (desk, f"{cancelled}.ics")]
    told = {method: (await unknown.asks("", method, action="annuler")).body for method in ("GET", "POST")}
    for asked in (pages, codes):
        for method in ("GET", "POST"):
            counts = set()
            for which, code in asked:
                with record_all_statements(database) as statements:
                    seen = await which.asks(f"/{code}" if code else "", method, action="annuler")
                assert (seen.status, seen.body) == (404, told[method]), (method, code)
                counts.add(len([one for one in statements if "rdv_" in one]))
            assert counts == {1}, "one finds the page, or the booking"


async def test_a_library_books_from_one_address_and_nobody_takes_all(desk: Desk) -> None:
    """Twenty people book twice behind one address; who goes on there is stopped, and others are not. A page has a limit
    of its own, whoever comes."""
    free = await desk.has(seats=SEATS_MAX)
    for number in range(BY_ADDRESS):
        assert (await desk.books(free[number % 2], contact=f"p{number}@exemple.fr")).status == 200
    refused = await desk.books(free[2])
    assert (refused.status, len(await desk.bookings())) == (429, BY_ADDRESS)
    assert "Trop de rendez-vous" in refused.body
    desk.session.headers["X-Forwarded-For"] = "198.18.9.1"
    await desk.books(free[2])
    async with desk.house.bot.database.transaction() as db:
        await db.execute(text(f"UPDATE quota_use SET used = {BY_PAGE} WHERE kind = 'rdv-page'"))
    assert (await desk.books(free[3], contact="lea@exemple.fr")).status == 429
    assert len(await desk.bookings()) == BY_ADDRESS + 1
