"""The booking page at work: somebody without an account takes a seat, moves it, gives it back.

Whoever books holds the page’s row until the end of the transaction: of two who take the last seat at once, one has it.
"""

from dataclasses import replace
from datetime import date

from bot.context import Context, ReadingContext
from bot.replies import Reply
from bot.texts import render
from bot.visits import PageAnswer, PageRequest
from commands.rdv import requests
from commands.rdv.cards import feature
from commands.rdv.rooms import start_rooms
from commands.rdv.visits import OTHER, OVER, PAGE, Held, Typed, Visit
from config.themes import bits
from dialogs.rdv.places import read_place
from dialogs.rdv.slots import BookingWish, Hours, Slot, ask_hours
from storage import people
from storage.claims import DailyQuota, spend_both
from storage.database import change, store
from storage.rdv import appointments, bookings
from storage.seals import hash_token
from storage.statements import find_together

CANCELLED = "annule"
"""The part of an address under which a page says that a booking is cancelled."""
CODE = "code"
"""The field of who has only their code: it leads to the page of that booking, or to none."""
FILE = ".ics"
SUBJECT = "sujet"
"""The field that says what it is about."""
BY_PAGE, BY_ADDRESS = 300, 40
"""Bookings in a day at one page, where three workshops of a hundred fill up; and from one address on all pages, behind
which twenty people of a library book twice each, and one who means harm takes no more."""


@feature.page(PAGE)
async def show(ctx: ReadingContext, asked: PageRequest) -> PageAnswer | None:
    """Show the free moments; under a code, that booking."""
    key, code = asked.parts[0], "".join(asked.parts[1:])
    if code and code != CANCELLED:
        held = await _find_held(ctx, key, code.removesuffix(FILE))
        if held is None:
            return None
        return await held.write_file() if code.endswith(FILE) else await held.show()
    visit = await _find_visit(ctx, asked)
    if visit is None:
        return None
    if typed := _read_code(asked):
        return visit.show_way(typed)
    return visit.show_cancelled() if code else await visit.show_page(_read_day(asked))


def _read_code(asked: PageRequest) -> str:
    typed = bookings.read_code(asked.fields.get(CODE, ""))
    return "".join(sign for sign in typed if sign.isascii())[: 2 * bookings.CODE_SIGNS]


def _read_day(asked: PageRequest) -> date | None:
    try:
        return date.fromisoformat(asked.fields.get("depuis", ""))
    except ValueError:
        return None


async def _find_visit(ctx: Context, asked: PageRequest, *, locked: bool = False) -> Visit | None:
    """Find what somebody asks of a page that is on, of somebody who is there; None otherwise."""
    key = asked.parts[0]
    found = await bookings.find_page(ctx.db, key, locked=locked)
    if found is None:
        return None
    page, owner = found
    is_there = page.is_on and not owner.has_left(owner.today(ctx.now))
    return Visit(ctx, key, page, owner, asked.fields.get(SUBJECT, "")) if is_there else None


async def _find_held(ctx: Context, key: str, code: str, *, locked: bool = False) -> Held | None:
    """Find the booking of a code, wherever its page stands now; None for a code that leads to none."""
    found = await bookings.find_booking(ctx.db, key, code)
    if found and locked:  # its conseiller’s page first, as whoever books does: its address may be another by now
        await bookings.lock_page(ctx.db, found[0].user_id)
        found = await bookings.find_booking(ctx.db, key, code, locked=True)
    if found is None:
        return None
    booking, rdv = found
    owner, page = await people.get(ctx.db, booking.user_id), await bookings.get_page(ctx.db, booking.user_id)
    return Held(Visit(ctx, key, page, owner), bookings.read_code(code), booking, rdv) if owner and page else None


@feature.sent(PAGE)
async def receive(ctx: Context, asked: PageRequest) -> PageAnswer | None:
    """Book a moment; under a code, do something with that booking."""
    key, code = asked.parts[0], "".join(asked.parts[1:])
    if code:
        held = await _find_held(ctx, key, code, locked=True)
        return await _act(held, asked) if held else None
    visit = await _find_visit(ctx, asked, locked=True)
    return await _book(visit, asked) if visit else None


async def _book(visit: Visit, asked: PageRequest) -> PageAnswer:
    ctx, page, seal = visit.ctx, visit.page, bookings.BookingSeal(visit.ctx.settings.secrets)
    typed = Typed.of(asked.fields, visit.owner.departement)
    said = asked.fields.get("jeton") or f"{typed.creneau}\n{typed.prenom}\n{typed.contact}"
    once = seal.mark(f"{page.user_id}\n{said}")
    faults, start = typed.find_faults(), typed.start
    day = (start or ctx.now).astimezone(visit.owner.zone).date()
    asked_for = (bookings.ask_sent(once), bookings.ask_number(), *ask_hours(visit.owner, day))
    sent, (number,), *hours = await find_together(ctx.db, *asked_for)
    if not faults and sent:
        booking, became = sent[0]
        if booking.stands and became not in OVER:
            return await _return_to(visit, booking, typed)
        await change(ctx.db, booking, once=None)  # it was refused or cancelled: this asks anew
    slot = await visit.find_slot(start, BookingWish(visit.theme, hours=Hours(*hours))) if start else None
    if start and slot is None:
        return await visit.show_form(
            replace(typed, creneau=""), faults | {"creneau": render("reservation/moment_gone")}, status=409
        )
    if faults or slot is None:
        return await visit.show_form(typed, faults, status=422)
    if not await _may_book(ctx, page, asked.visitor):
        sentence = render("reservation/too_many_today")
        return await visit.show_form(typed, {"": sentence}, status=429)
    return await _take(visit, slot, typed, (number, once))


async def _return_to(visit: Visit, booking: bookings.Booking, typed: Typed) -> PageAnswer:
    """Lead to the booking that a form has already made. Sent with another moment, the form moves nothing by itself: its
    person reads that they have one, and keeps or moves it."""
    code = bookings.BookingSeal(visit.ctx.settings.secrets).open(booking.sealed_code, booking.code_hash)
    rdv = await appointments.get_rdv(visit.ctx.db, booking.user_id, booking.rdv)
    if rdv is None or typed.start in (None, rdv.starts_at):
        return _go_to(visit, code)
    held = Held(visit, code, booking, rdv)
    sentence = render("reservation/has_one", may_move=held.is_open)
    return await held.show({"": sentence}, status=409, typed=typed)


async def _may_book(ctx: Context, page: bookings.BookingPage, visitor: str) -> bool:
    """Count one more at the page and from the address; whether both may have it."""
    by_address, by_page = DailyQuota(visitor, "rdv-adresse", BY_ADDRESS), DailyQuota(page.user_id, "rdv-page", BY_PAGE)
    return await spend_both(ctx.db, ctx.today, by_address, by_page)


async def _take(visit: Visit, slot: Slot, typed: Typed, known: tuple[int, str]) -> PageAnswer:
    """Take a seat, for a booking of which the number and the mark of its form are known: the page answers with the
    code, and the conseiller is told."""
    ctx, page, (number, once) = visit.ctx, visit.page, known
    code, seal = bookings.make_code(), bookings.BookingSeal(ctx.settings.secrets)
    rdv = await _hold(visit, slot)
    if rdv is None:
        return await visit.show_form(
            replace(typed, creneau=""), {"creneau": render("reservation/moment_gone")}, status=409
        )
    about = hash_token(code)
    booking = bookings.Booking(
        id=number,
        user_id=page.user_id,
        rdv=rdv.number,
        page_hash=page.key_hash,
        code_hash=about,
        once=once,
        sealed=seal.close_visitor(typed.visitor, about),
        sealed_code=seal.close(code, about),
        state=_first_state(page),
        mail_wanted=typed.rappel and ctx.settings.smtp is not None,
        created_at=ctx.now,
    )
    await bookings.add_booking(ctx.db, booking)
    told = [await requests.send_card(ctx, booking, rdv, visit.owner), *start_rooms(ctx, [rdv])]
    return _go_to(visit, code, told)


def _first_state(page: bookings.BookingPage) -> bookings.BookingState:
    return bookings.BookingState.ACCEPTED if page.automatic else bookings.BookingState.WAITING


async def _hold(visit: Visit, slot: Slot) -> appointments.Rdv | None:
    """Take a seat of the rendez-vous of that moment, which is made where nobody has one yet; None where its conseiller
    has just cancelled it, or there is no seat any more."""
    ctx, page = visit.ctx, visit.page
    if slot.joins:
        joined = await appointments.take_seat(ctx.db, slot.joins)
        if joined and page.automatic and joined.state is appointments.RdvState.PROPOSE:  # the page was not, before
            await appointments.change_rdv(ctx.db, joined, ctx.now, state=appointments.RdvState.PREVU)
        return joined
    rdv = appointments.Rdv(
        user_id=page.user_id,
        starts_at=slot.start,
        ends_at=slot.end,
        **read_place(slot.by.place, visit.owner),
        state=appointments.RdvState.PREVU if page.automatic else appointments.RdvState.PROPOSE,
        source=appointments.RdvSource.PAGE,
        collective=slot.by.seats > 1,
        seats=slot.by.seats,
        seats_taken=1,
        themes=_find_themes(visit, slot),
        created_at=ctx.now,
        changed_at=ctx.now,
    )
    await store(ctx.db, rdv)
    return rdv


def _find_themes(visit: Visit, slot: Slot) -> int:
    """Find what a rendez-vous is about: what its hours are for; of one person alone, in hours for any theme, what they
    chose."""
    theme = slot.by.theme or (visit.theme if slot.by.seats == 1 else "")
    return bits((theme,)) if theme else 0


def _go_to(visit: Visit, code: str, told: list[Reply] | None = None) -> PageAnswer:
    """Lead to the page of a booking, so that a reload asks for that page and sends nothing again."""
    return replace(visit.show_way(code), replies=told)


async def _act(held: Held, asked: PageRequest) -> PageAnswer:
    """Cancel, accept what the conseiller proposes, move, or say that one will not come. Twice is harmless."""
    action = asked.fields.get("action", "deplacer" if asked.fields.get("creneau") else "")
    typed = Typed.of(asked.fields)
    if action == "accepter" and held.is_to_come:
        return await _accept(held, typed)
    if action == "absent" and held.is_to_come:
        return await _cancel(held, is_late=not held.is_open)
    if not held.is_open:
        return await held.show({"": render("reservation/too_late_here")}, status=409)
    if action == "annuler":
        return await _cancel(held)
    if action == "deplacer" and held.page.is_on:
        return await _move(held, typed)
    return await held.show(status=422)


async def _accept(held: Held, typed: Typed) -> PageAnswer:
    """Accept the moment that was proposed, if it is still that one."""
    ctx = held.visit.ctx
    if held.booking.state is not bookings.BookingState.OFFERED:
        return _go_to(held.visit, held.code)
    if typed.start != held.rdv.starts_at:
        return await held.show({"creneau": render("reservation/offer_changed")}, status=409)
    await change(ctx.db, held.booking, state=bookings.BookingState.ACCEPTED)
    await appointments.change_rdv(ctx.db, held.rdv, ctx.now, state=appointments.RdvState.PREVU)
    told = await requests.tell_change(ctx, held.booking, held.rdv, held.visit.owner, "agreed")
    told += start_rooms(ctx, [held.rdv])
    return _go_to(held.visit, held.code, told)


async def _cancel(held: Held, *, is_late: bool = False) -> PageAnswer:
    """Give the seat back, and erase what the person left at once; who ``is_late`` says that they will not come."""
    ctx = held.visit.ctx
    await change(ctx.db, held.booking, state=bookings.BookingState.CANCELLED, sealed=b"", sealed_code=b"", once=None)
    await requests.release_seat(ctx, held.rdv, appointments.RdvState.ANNULE)
    told = await requests.tell_change(
        ctx, held.booking, held.rdv, held.visit.owner, "absent" if is_late else "cancelled"
    )
    location = f"{held.visit.here}/{CANCELLED}" if held.page.is_on else ""
    return replace(held.visit.show_cancelled(), status=303 if location else 200, location=location, replies=told)


async def _move(held: Held, typed: Typed) -> PageAnswer:
    """Move to another moment: the one before is free in the same transaction."""
    ctx, start = held.visit.ctx, typed.start
    if start == held.rdv.starts_at:
        return _go_to(held.visit, held.code)
    slot = await held.visit.find_slot(start, held.wish) if start else None
    if slot is None:
        return await held.show(
            {"creneau": render("reservation/moment_gone") if start else render("reservation/choose_moment")},
            status=409 if start else 422,
        )
    rdv = await _change_hour(held, slot)
    if rdv is None:
        return await held.show({"creneau": render("reservation/moment_gone")}, status=409)
    await change(ctx.db, held.booking, rdv=rdv.number, state=_first_state(held.page))
    told = await requests.tell_change(ctx, held.booking, rdv, held.visit.owner, "moved")
    told += start_rooms(ctx, [rdv])
    return _go_to(held.visit, held.code, told)


async def _change_hour(held: Held, slot: Slot) -> appointments.Rdv | None:
    """The rendez-vous of one person alone moves; of others another seat is taken, and the one before given back. None
    where there is no such seat: the person keeps theirs."""
    ctx, rdv = held.visit.ctx, held.rdv
    if rdv.collective or slot.by.seats > 1:
        taken = await _hold(replace(held.visit, subject=held.wish.theme or OTHER), slot)
        if taken:
            await requests.release_seat(ctx, rdv, appointments.RdvState.ANNULE)
        return taken
    state = appointments.RdvState.PREVU if held.page.automatic else appointments.RdvState.PROPOSE
    await requests.change_moment(ctx, rdv, slot, held.visit.owner, state)
    return rdv
