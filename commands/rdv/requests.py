"""What a conseiller does with bookings: reads of them, accepts, proposes another moment, refuses, looks at the contact.

What the person left is in none of these messages but the answer to « Voir le contact », which stands nowhere.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from pydantic import BaseModel

from bot.cards import RowCard
from bot.context import Context, ReadingContext
from bot.errors import UserError
from bot.french import Period
from bot.previews import answer
from bot.replies import Ask, Button, Card, Direct, Message, Perform, Replies, Reply, Waiting, Whisper
from bot.texts import render, require
from commands.rdv.cards import CONSEILLERS, SeeBooked, feature, get_own
from commands.rdv.rooms import start_rooms
from commands.rdv.visits import OVER, say_when
from config.text import fold
from config.themes import THEMES
from dialogs.rdv.places import read_place
from dialogs.rdv.slots import BookingWish, Slot, find_free, find_theme, list_free
from dialogs.reservation import MOMENTS_MAX, OfferMoment
from storage.annuaire.phones import show_phone
from storage.database import change
from storage.people import Person
from storage.rdv.appointments import PlaceKind, Rdv, RdvSource, RdvState, change_rdv, list_overlapping, take_seat
from storage.rdv.bookings import Booking, BookingSeal, BookingState, get_booking, list_bookings, list_waiting, lock_page

CARD = RowCard[Booking]("rdv.booking:", lambda booking: booking.number)
"""The card of a booking in its conseiller’s direct channel."""
OFFERED_AHEAD = timedelta(days=60)
SHOWN_MAX = 5
"""Bookings that are shown at once."""


class AboutBooking(BaseModel):
    """Something about the booking of that number."""

    booking: int


class Timed(AboutBooking):
    """Something about a booking at that hour: who clicks has read it."""

    starts_at: datetime


class Accept(Timed):
    """« Accepter »."""


class RefuseBooking(Timed):
    """« Refuser », or « Annuler » once it was accepted."""


class Offer(Timed):
    """« Proposer un autre moment »: opens the window."""


class SeeContact(AboutBooking):
    """« Voir le contact »."""


class SeeRequests(BaseModel):
    """« Voir les demandes »: shows the bookings that wait for a word."""


def draw(booking: Booking, rdv: Rdv, owner: Person, now: datetime) -> Message:
    """Draw a booking as it is now, with what can be done with it."""
    state = "off" if rdv.state in OVER and booking.stands else booking.state.value
    text = render(
        "reservation/card",
        number=rdv.number,
        when=say_when(rdv.starts_at, owner.zone, now),
        minutes=rdv.minutes,
        place=rdv.place,
        about=[THEMES[code].court for code in rdv.theme_codes],
        state=state,
        seats=rdv.seats if rdv.collective else 0,
        taken=rdv.seats_taken,
    )
    return Message(text, _draw_buttons(booking, rdv, state) if rdv.starts_at > now else _see(booking, state))


def _see(booking: Booking, state: str) -> list[Button]:
    return [Button("Voir le contact", SeeContact(booking=booking.number))] if state != "cancelled" else []


def _draw_buttons(booking: Booking, rdv: Rdv, state: str) -> list[Button]:
    about = {"booking": booking.number, "starts_at": rdv.starts_at}
    accept = Button("Accepter", Accept(**about), "primary")
    offer = [] if rdv.collective else [Button("Proposer un autre moment", Offer(**about))]
    match state:
        case "waiting":
            return [accept, *offer, Button("Refuser", RefuseBooking(**about), "danger"), *_see(booking, state)]
        case "accepted" | "offered":
            return [*offer, Button("Annuler", RefuseBooking(**about), "danger"), *_see(booking, state)]
        case "refused":
            return [Button("Accepter finalement", Accept(**about)), *_see(booking, state)]
        case _:
            return _see(booking, state)


async def send_card(ctx: Context, booking: Booking, rdv: Rdv, owner: Person) -> Reply:
    """Tell a conseiller of a new booking."""
    return CARD.send(booking, draw(booking, rdv, owner, ctx.now), owner.id)


async def tell_change(ctx: Context, booking: Booking, rdv: Rdv, owner: Person, what: str) -> list[Reply]:
    """Tell a conseiller what the person did: moved, cancelled, said that they will not come, or agreed to what was
    proposed; the card is as it is."""
    said = render("reservation/change", what=what, when=say_when(rdv.starts_at, owner.zone, ctx.now))
    return [CARD.rewrite(booking, draw(booking, rdv, owner, ctx.now)), Direct(said, user_id=owner.id)]


async def redraw_bookings(ctx: Context, rdv: Rdv) -> Sequence[Reply]:
    """Draw the cards of the bookings of a rdv again, as its conseiller changed it."""
    if rdv.source is not RdvSource.PAGE:
        return []
    return [CARD.rewrite(one, draw(one, rdv, ctx.user, ctx.now)) for one in await list_bookings(ctx.db, rdv.number)]


async def release_seat(ctx: Context, rdv: Rdv, state: RdvState) -> None:
    """Give a seat back; where nobody has one any more, the rendez-vous is in that state."""
    if rdv.state in OVER:
        return
    if rdv.collective and rdv.seats_taken > 1:
        await take_seat(ctx.db, rdv.number, -1)
        return
    await change_rdv(ctx.db, rdv, ctx.now, state=state, seats_taken=0)


async def change_moment(ctx: Context, rdv: Rdv, slot: Slot, owner: Person, state: RdvState) -> None:
    """Move a rendez-vous to another free moment of its owner’s, with the place of that one; no visio stays where people
    meet otherwise."""
    place = read_place(slot.by.place, owner)
    left = {} if place["place_kind"] is PlaceKind.VISIO else {"visio_url": ""}
    values = {"starts_at": slot.start, "ends_at": slot.end, "state": state}
    await change_rdv(ctx.db, rdv, ctx.now, **values, **place, **left)


async def _lock(ctx: Context, number: int, starts_at: datetime | None = None) -> tuple[Booking, Rdv]:
    """Lock one’s own booking. Raises UserError for none, and for one at another hour than who clicked has read."""
    await lock_page(ctx.db, ctx.user.id)
    found = require(await get_booking(ctx.db, ctx.user.id, number, locked=True), "rdv/booking_erased")
    booking, rdv = found
    if booking.state is BookingState.CANCELLED:
        raise UserError(render("rdv/booking_cancelled"))
    if starts_at is not None and rdv.starts_at != starts_at:
        when = say_when(rdv.starts_at, ctx.zone, ctx.now)
        raise UserError(render("rdv/booking_moved", when=when))
    return booking, rdv


def _must_be_to_come(ctx: Context, rdv: Rdv) -> None:
    if rdv.starts_at <= ctx.now:
        raise UserError(render("rdv/booking_past"))


@feature.button(Accept)
async def accept(ctx: Context, click: Accept) -> Replies:
    """Accept a booking; one that was refused is taken back if the hour is still free."""
    booking, rdv = await _lock(ctx, click.booking, click.starts_at)
    _must_be_to_come(ctx, rdv)
    if rdv.state in OVER or booking.state is BookingState.REFUSED:
        rdv = await _take_back(ctx, booking, rdv)
    if rdv.state is RdvState.PROPOSE:
        await change_rdv(ctx.db, rdv, ctx.now, state=RdvState.PREVU)
    await change(ctx.db, booking, state=BookingState.ACCEPTED)
    return [*_update(ctx, booking, rdv), *start_rooms(ctx, [rdv])]


async def _take_back(ctx: Context, booking: Booking, rdv: Rdv) -> Rdv:
    """Take a seat again, and return the rendez-vous as it is then. Raises UserError where there is none."""
    if rdv.state not in OVER:
        return require(await take_seat(ctx.db, rdv.number), "rdv/booking_full")
    if await list_overlapping(ctx.db, rdv.user_id, rdv.starts_at, rdv.ends_at, but=[rdv.number]):
        raise UserError(render("rdv/booking_not_free"))
    await change_rdv(ctx.db, rdv, ctx.now, state=RdvState.PREVU, seats_taken=1)
    return rdv


@feature.button(RefuseBooking, name="rdv.Refuse")
async def refuse(ctx: Context, click: RefuseBooking) -> Replies:
    """Refuse a booking, or cancel one that was accepted: its person reads so on their page."""
    booking, rdv = await _lock(ctx, click.booking, click.starts_at)
    _must_be_to_come(ctx, rdv)
    if booking.stands:
        was_accepted = booking.state is BookingState.ACCEPTED
        await change(ctx.db, booking, state=BookingState.REFUSED)
        await release_seat(ctx, rdv, RdvState.ANNULE if was_accepted else RdvState.REFUSE)
    return _update(ctx, booking, rdv)


def _update(ctx: Context, booking: Booking, rdv: Rdv) -> Sequence[Reply]:
    shown = draw(booking, rdv, ctx.user, ctx.now)
    return [answer(ctx, shown), CARD.rewrite(booking, shown)]


@feature.button(SeeContact, writes=False)
async def see_contact(ctx: ReadingContext, click: SeeContact) -> Replies:
    """Show what the person left, to its conseiller alone."""
    found = await get_booking(ctx.db, ctx.user.id, click.booking)
    visitor = BookingSeal(ctx.settings.secrets).open_visitor(found[0]) if found else None
    if visitor is None:
        return Whisper(render("reservation/no_contact"))
    contact = visitor.contact if "@" in visitor.contact else show_phone(visitor.contact)
    return Whisper(render("reservation/contact", prenom=visitor.prenom, contact=contact))


@feature.button(Offer, writes=False)
async def ask_moment(ctx: ReadingContext, click: Offer) -> Replies:
    """Open the window of the moments that are free."""
    found = await get_booking(ctx.db, ctx.user.id, click.booking)
    if found is None or not found[0].stands or found[1].starts_at != click.starts_at:
        raise UserError(render("rdv/booking_changed"))
    days = Period(ctx.today, ctx.today + OFFERED_AHEAD)
    slots = await list_free(ctx.db, ctx.user, ctx.now, days, BookingWish(find_theme(found[1]), [found[1].number]))
    free = [slot.start for slot in slots if slot.by.seats == 1 and slot.start != found[1].starts_at][:MOMENTS_MAX]
    if not free:
        raise UserError(render("rdv/no_other_moment"))
    moments = {at.isoformat(): say_when(at, ctx.zone, ctx.now) for at in free}
    return Ask(OfferMoment.draft(booking=click.booking, starts_at=click.starts_at, moments=moments))


@feature.submit(OfferMoment)
async def offer_moment(ctx: Context, form: OfferMoment) -> Replies:
    """Hold the other moment until the person agrees, moves or cancels."""
    booking, rdv = await _lock(ctx, form.booking, form.starts_at)
    _must_be_to_come(ctx, rdv)
    start = datetime.fromisoformat(form.moment)
    slot = await find_free(ctx.db, ctx.user, ctx.now, start, BookingWish(find_theme(rdv), [rdv.number]))
    if slot is None or not booking.stands:
        raise UserError(fields={"moment": render("rdv/moment_not_free")})
    await change_moment(ctx, rdv, slot, ctx.user, RdvState.PROPOSE)
    await change(ctx.db, booking, state=BookingState.OFFERED)
    said = Whisper(render("reservation/offered", when=say_when(slot.start, ctx.zone, ctx.now)))
    return [said, CARD.rewrite(booking, draw(booking, rdv, ctx.user, ctx.now), here=True)]


@feature.button(SeeRequests, writes=False)
async def see_requests(ctx: ReadingContext, _: SeeRequests) -> Replies:
    """Show the bookings that wait, each with what can be done with it."""
    cards = await _draw_waiting(ctx)
    return Whisper(render("reservation/waiting", is_any=bool(cards)), cards=cards)


_WAITING = frozenset(
    {"demandes", "mes demandes", "demandes en attente", "en attente", "a confirmer", "a repondre", "a accepter"}
    | {"reservation", "reservations", "mes reservations"}
)
_HOURS = ("dispo", "dispos", "mes dispos", "mes disponibilites", "plages", "mes plages", "horaires", "mes horaires")
_LINK = ("page", "ma page", "mon lien", "qr", "qr code", "code qr", "affiche", "adresse")
_LINES = {**dict.fromkeys(_HOURS, "rdv disponibilites"), **dict.fromkeys(_LINK, "rdv lien")}


async def read_other_words(ctx: ReadingContext, text: str) -> Replies | None:
    """Answer other words for what « /rdv » has: « demandes », « mes dispos », « ma page »; None for a line that says
    something else."""
    said = fold(text).strip(" .!?")
    if said in _WAITING:
        return await see_requests(ctx, SeeRequests())
    return Perform(_LINES[said]) if said in _LINES else None


async def _draw_waiting(ctx: ReadingContext) -> Sequence[Card]:
    found = (await list_waiting(ctx.db, ctx.user.id, ctx.now))[:SHOWN_MAX]
    return [draw(booking, rdv, ctx.user, ctx.now).card for booking, rdv in found]


@feature.button(SeeBooked, roles=CONSEILLERS, writes=False)
async def see_booked(ctx: ReadingContext, click: SeeBooked) -> Replies:
    """Show who booked a rdv, each with what can be done."""
    rdv = await get_own(ctx, click.rdv)
    drawn = [draw(booking, rdv, ctx.user, ctx.now).card for booking in await list_bookings(ctx.db, rdv.number)]
    if not drawn:
        return Whisper(render("reservation/nobody"))
    return Whisper(render("reservation/booked"), cards=drawn[:SHOWN_MAX])


@feature.waiting
async def tell_waiting(ctx: ReadingContext) -> Sequence[Waiting]:
    """Tell that bookings wait for a word."""
    count = len(await list_waiting(ctx.db, ctx.user.id, ctx.now))
    if not count:
        return []
    return [Waiting(render("reservation/count", count=count), Button("Voir les demandes", SeeRequests()))]
