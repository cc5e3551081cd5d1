"""« /rdv disponibilités » and « /rdv lien »: when one may be booked, and at which address."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from bot.context import Context, ReadingContext
from bot.destinations import send_file
from bot.errors import UserError
from bot.french import Period
from bot.menus import Choosing, Menu
from bot.papers.page import write_qr_png
from bot.papers.typeset import compose_pdf
from bot.replies import Ask, Button, Card, Message, Parcel, Replies, SendFile, Whisper
from bot.texts import Markdown, render, require
from commands.rdv import visits
from commands.rdv.cards import CONSEILLERS, feature
from config.text import fold
from dialogs import reservation
from dialogs.absence import SaidAbsence, must_have_room, say_absence
from dialogs.rdv.slots import list_free
from storage.absences import list_absences, remove_absence
from storage.database import change, store
from storage.rdv import bookings

WEEKS = timedelta(weeks=4)
AS_USUAL = {"length": 30, "notice": 240}
"""The first range that a line adds: the length and the notice in minutes, as the window has them."""


class NewRange(BaseModel):
    """« Ajouter une plage »: opens the window."""


class NewAbsence(BaseModel):
    """« Ajouter une absence »: opens the window."""


class RemoveHours(Choosing):
    """A range (« plage:3 ») or an absence (« absence:4 ») to be removed."""


class ChangeHours(Choosing):
    """The range of that number, to be changed: opens its window."""


class RestoreRange(BaseModel):
    """Undo of a removed range, or (``number``) of a changed one: all that it said."""

    said: dict[str, int | str]
    number: int = 0


class RestoreAbsence(BaseModel):
    """Undo of a removed absence."""

    first: date
    last: date
    start: int
    end: int


class RenewLink(BaseModel):
    """« Changer l’adresse de la page »: the one before leads nowhere."""


class CloseLink(BaseModel):
    """« Fermer la page »."""


class DrawCode(BaseModel):
    """« Télécharger le code QR »: a picture of the address."""


class DrawPoster(BaseModel):
    """« Télécharger l’affiche »."""


class SetAutomatic(BaseModel):
    """Whether bookings are accepted at once."""

    wanted: bool


class SetCloses(Choosing):
    """Until how many minutes before who booked moves or cancels."""


class CodePicture(BaseModel):
    """The order of a picture of one’s address."""


class Poster(BaseModel):
    """The order of a poster of one’s address."""


async def draw_hours(ctx: Context, said: str = "") -> Message:
    """Draw when one may be booked, and what can be changed of it; ``said`` is what was just done."""
    known = await bookings.list_ranges(ctx.db, ctx.user.id)
    ranges = sorted((one for one in known if (one.only_on or ctx.today) >= ctx.today), key=_rank)
    absences = await list_absences(ctx.db, [ctx.user.id], ctx.today)
    free = await list_free(ctx.db, ctx.user, ctx.now, Period(ctx.today, ctx.today + WEEKS)) if ranges else []
    page = await bookings.get_page(ctx.db, ctx.user.id)
    text = render(
        "reservation/hours",
        ranges=[reservation.say_range(one) for one in ranges],
        absences=[say_absence(one) for one in absences],
        free=len(free),
        is_placed=all(one.place for one in ranges),
        is_on=page is not None and page.is_on,
    )
    offered = {f"plage:{one.number}": f"Retirer {reservation.say_range(one)}" for one in ranges}
    offered |= {f"absence:{one.number}": f"Retirer l’absence {say_absence(one)}" for one in absences}
    buttons = [Button("Ajouter une plage", NewRange(), "primary"), Button("Ajouter une absence", NewAbsence())]
    menus = [Menu("Retirer…", RemoveHours(), offered)] if offered else []
    return Message(f"{said}\n\n{text}" if said else text, buttons, menus=menus, cards=_offer_change(ranges))


def _offer_change(ranges: Sequence[bookings.WeeklyRange]) -> Sequence[Card]:
    """Offer to change each weekly range, on a card of its own: one message has few buttons."""
    offered = {str(one.number): f"Modifier {reservation.say_range(one)}" for one in ranges if one.only_on is None}
    menu = Menu("Modifier…", ChangeHours(), offered) if offered else None
    return [Card(render("reservation/change_range"), [], menus=[menu])] if menu else []


def _rank(one: bookings.WeeklyRange) -> date:
    """Sort weekly ranges before extra days."""
    return one.only_on or date.min


@feature.command(
    "rdv disponibilites",
    roles=CONSEILLERS,
    help="Les heures où l’on peut prendre rendez-vous avec vous",
    hint="[lundi et jeudi 9h-12h | ouvert le 12/12 9h-12h | absent le 24/12]",
    writes=True,
)
async def show_hours(ctx: Context, line: str) -> Replies:
    """Show them; a line that says hours of each week, or when one is away, adds that."""
    if not line.strip():
        return _whisper(await draw_hours(ctx))
    try:
        hours, place = reservation.split_place(line)
        if weekly := reservation.read_weekly(hours):
            return _whisper(await draw_hours(ctx, await _keep_weekly(ctx, weekly, place)))
        if opening := reservation.read_opening(hours, ctx.today):
            return _whisper(await draw_hours(ctx, await _keep_opening(ctx, *opening, place)))
        said = SaidAbsence(*reservation.read_absence(line, ctx.today))
    except ValueError as fault:
        told = render("rdv/hours_usage")
        raise UserError(f"{fault} {told}") from None
    return _whisper(await draw_hours(ctx, await _keep_absence(ctx, said)))


async def _keep_weekly(ctx: Context, weekly: Sequence[tuple[int, tuple[int, int]]], place: str) -> Markdown:
    """Store ranges that are as the last one otherwise; those that stand already stay as they are."""
    known = await bookings.list_ranges(ctx.db, ctx.user.id)
    shape = _find_shape(known, place)
    taken = {(one.weekday, (one.start, one.end)) for one in known if one.only_on is None}
    added = [
        bookings.WeeklyRange(user_id=ctx.user.id, weekday=day, start=start, end=end, **_fit(shape, end - start))
        for day, (start, end) in weekly
        if (day, (start, end)) not in taken
    ]
    await _add(ctx, known, added)
    return render("reservation/added_weekly", said=len(added))


async def _keep_opening(ctx: Context, day: date, hours: tuple[int, int], place: str) -> Markdown:
    """Store an extra day, as the last range otherwise."""
    known = await bookings.list_ranges(ctx.db, ctx.user.id)
    shape, (start, end) = _find_shape(known, place), hours
    when: dict[str, Any] = {"weekday": day.weekday(), "start": start, "end": end, "only_on": day}
    if any(all(getattr(one, name) == value for name, value in when.items()) for one in known):
        return render("reservation/added_weekly", said=0)
    added = bookings.WeeklyRange(user_id=ctx.user.id, **when, **_fit(shape, end - start))
    await _add(ctx, known, [added])
    return render("reservation/added", said=reservation.say_range(added))


def _find_shape(known: Sequence[bookings.WeeklyRange], place: str) -> Mapping[str, Any]:
    """Find how ranges are that a line adds: as the last one otherwise, at another place if one was said."""
    last = max(known, key=lambda one: one.number, default=None)
    shape = last.model_dump(exclude={"id", "user_id", "weekday", "start", "end", "only_on"}) if last else AS_USUAL
    return {**shape, "place": place} if place else shape


def _fit(shape: Mapping[str, Any], minutes: int) -> Mapping[str, Any]:
    """Make a meeting no longer than its range."""
    return {**shape, "length": min(shape["length"], minutes)}


async def _add(ctx: Context, known: Sequence[bookings.WeeklyRange], added: Sequence[bookings.WeeklyRange]) -> None:
    if len(known) + len(added) > bookings.RANGES_MAX:
        raise UserError(render("rdv/too_many_ranges", most=bookings.RANGES_MAX))
    for one in added:
        await store(ctx.db, one)


def _whisper(shown: Message, *first: Button) -> Whisper:
    return Whisper(shown.text, [*first, *shown.buttons], menus=shown.menus, cards=shown.cards)


@feature.button(NewRange, roles=CONSEILLERS, writes=False)
async def ask_range(ctx: ReadingContext, _: NewRange) -> Replies:
    """Open the window of a range, at the place of the last one."""
    known = await bookings.list_ranges(ctx.db, ctx.user.id)
    last = max(known, key=lambda one: one.number) if known else None
    if last is None:
        return Ask(reservation.AddRange.draft())
    return Ask(reservation.AddRange.draft(length=last.length, pause=last.pause, place=last.place or None))


@feature.submit(reservation.AddRange, roles=CONSEILLERS)
async def keep_range(ctx: Context, form: reservation.AddRange) -> Replies:
    """Store a range, or change the one for which the window was opened."""
    if form.number:
        return await _change(ctx, form.number, form.columns)
    added = bookings.WeeklyRange(user_id=ctx.user.id, **form.columns)
    await _add(ctx, await bookings.list_ranges(ctx.db, ctx.user.id), [added])
    return _whisper(await draw_hours(ctx, render("reservation/added", said=reservation.say_range(added))))


@feature.button(ChangeHours, roles=CONSEILLERS, writes=False)
async def ask_change(ctx: ReadingContext, click: ChangeHours) -> Replies:
    """Open the window of a range as it is."""
    found = await bookings.get_range(ctx.db, ctx.user.id, int(click.chosen))
    return Ask(reservation.AddRange.of(require(found, "rdv/already_removed")))


async def _change(ctx: Context, number: int, columns: Mapping[str, Any]) -> Whisper:
    """Change a range in place; what is booked in it already stays."""
    found = await bookings.get_range(ctx.db, ctx.user.id, number, locked=True)
    known = require(found, "rdv/already_removed")
    undo = Button("Remettre comme avant", RestoreRange(said=_picture(known), number=number))
    await change(ctx.db, known, **columns)
    shown = await draw_hours(ctx, render("reservation/changed", said=reservation.say_range(known)))
    return _whisper(shown, undo)


def _picture(one: bookings.WeeklyRange) -> dict[str, int | str]:
    """Return all that a range says."""
    return one.model_dump(mode="json", exclude={"id", "user_id"}, exclude_none=True)


@feature.button(NewAbsence, roles=CONSEILLERS, writes=False)
async def ask_absence(ctx: ReadingContext, _: NewAbsence) -> Replies:
    """Open the window of an absence."""
    return Ask(reservation.AddAbsence.draft())


@feature.submit(reservation.AddAbsence, roles=CONSEILLERS)
async def keep_absence(ctx: Context, form: reservation.AddAbsence) -> Replies:
    """Store an absence."""
    return _whisper(await draw_hours(ctx, await _keep_absence(ctx, SaidAbsence(*form.days))))


async def _keep_absence(ctx: Context, said: SaidAbsence) -> Markdown:
    must_have_room(await list_absences(ctx.db, [ctx.user.id], ctx.today))
    absence = said.make(ctx.user.id, ctx.now)
    await store(ctx.db, absence)
    return render("reservation/added", said=f"absence {say_absence(absence)}")


@feature.button(RemoveHours, name="rdv.Remove", roles=CONSEILLERS)
async def remove(ctx: Context, click: RemoveHours) -> Replies:
    """Remove a range or an absence; it can be put back."""
    kind, _, number = click.chosen.partition(":")
    taken = require(await (_take_range if kind == "plage" else _take_absence)(ctx, int(number)), "rdv/already_removed")
    said, undo = taken
    shown = await draw_hours(ctx, render("reservation/removed", said=said))
    return _whisper(shown, Button("Remettre", undo))


async def _take_range(ctx: Context, number: int) -> tuple[str, BaseModel] | None:
    gone = await bookings.remove_range(ctx.db, ctx.user.id, number)
    return (reservation.say_range(gone), RestoreRange(said=_picture(gone))) if gone else None


async def _take_absence(ctx: Context, number: int) -> tuple[str, BaseModel] | None:
    gone = await remove_absence(ctx.db, ctx.user.id, number)
    return (
        (say_absence(gone), RestoreAbsence(first=gone.starts, last=gone.last, start=gone.start, end=gone.end))
        if gone
        else None
    )


@feature.undo(RestoreRange, roles=CONSEILLERS)
async def restore_range(ctx: Context, click: RestoreRange) -> Replies:
    """Put a range back, once, or as it was before it was changed."""
    restored = bookings.WeeklyRange.model_validate({**click.said, "user_id": ctx.user.id})
    if click.number and await bookings.get_range(ctx.db, ctx.user.id, click.number):
        return await _change(ctx, click.number, restored.model_dump(exclude={"id", "user_id"}))
    said = reservation.say_range(restored)
    if said not in {reservation.say_range(one) for one in await bookings.list_ranges(ctx.db, ctx.user.id)}:
        await store(ctx.db, restored)
    return _whisper(await draw_hours(ctx, render("reservation/added", said=said)))


@feature.undo(RestoreAbsence, roles=CONSEILLERS)
async def restore_absence(ctx: Context, click: RestoreAbsence) -> Replies:
    """Put an absence back, once."""
    days = Period(click.first, click.last + timedelta(days=1))
    restored = SaidAbsence(days, (click.start, click.end)).make(ctx.user.id, ctx.now)
    said = say_absence(restored)
    if said not in {say_absence(one) for one in await list_absences(ctx.db, [ctx.user.id], ctx.today)}:
        await store(ctx.db, restored)
    return _whisper(await draw_hours(ctx, render("reservation/added", said=f"absence {said}")))


@feature.command(
    "rdv lien",
    roles=CONSEILLERS,
    help="L’adresse où l’on prend rendez-vous avec vous",
    hint="[nouveau | fermer]",
    writes=True,
)
async def offer_link(ctx: Context, words: str) -> Replies:
    """Switch one’s page on, and tell its address; or give it another address, or switch it off."""
    said = fold(words).strip(" .!")
    if said in {"fermer", "arreter", "non"}:
        return await close_link(ctx, CloseLink())
    return await _tell_link(ctx, anew=said in {"nouveau", "nouvelle", "nouvelle adresse", "changer"})


@feature.button(RenewLink, roles=CONSEILLERS)
async def renew_link(ctx: Context, _: RenewLink) -> Replies:
    """Give the page another address; the one before leads nowhere at once."""
    return await _tell_link(ctx, anew=True)


async def _tell_link(ctx: Context, *, anew: bool) -> Whisper:
    key = await bookings.open_page(ctx.db, ctx.user.id, bookings.BookingSeal(ctx.settings.secrets), ctx.now, anew=anew)
    text = render(
        "reservation/link",
        address=Markdown(visits.address_of(ctx.settings, key)),
        is_new=anew,
        has_ranges=bool(await bookings.list_ranges(ctx.db, ctx.user.id)),
    )
    renew, close = Button("Changer l’adresse de la page", RenewLink()), Button("Fermer la page", CloseLink(), "danger")
    return Whisper(text, [renew, close], cards=[_draw_printed(), await _draw_rules(ctx)])


def _draw_printed() -> Card:
    return Card(
        render("reservation/printed"),
        [Button("Télécharger l’affiche", DrawPoster()), Button("Télécharger le code QR", DrawCode())],
    )


async def _draw_rules(ctx: Context) -> Card:
    """Draw what holds for who books: who accepts, and until when one moves or cancels."""
    page = await _must_be_on(ctx)
    word, wanted = ("Accepter moi-même", False) if page.automatic else ("Accepter d’office", True)
    text = render("reservation/rules", automatic=page.automatic, closes=reservation.say_closes(page.closes))
    menu = Menu("Changer le délai…", SetCloses(), reservation.CLOSES)
    return Card(text, [Button(word, SetAutomatic(wanted=wanted))], menus=[menu])


@feature.button(SetAutomatic, roles=CONSEILLERS)
async def set_automatic(ctx: Context, click: SetAutomatic) -> Replies:
    """Say whether bookings are accepted at once, from now on."""
    page = await _must_be_on(ctx)
    await change(ctx.db, page, automatic=click.wanted, changed_at=ctx.now)
    return await _tell_link(ctx, anew=False)


@feature.button(SetCloses, roles=CONSEILLERS)
async def set_closes(ctx: Context, click: SetCloses) -> Replies:
    """Say until when who booked moves or cancels; it holds for what is booked already, too."""
    if click.chosen not in reservation.CLOSES:
        raise UserError(render("rdv/choose_delay"))
    page = await _must_be_on(ctx)
    await change(ctx.db, page, closes=int(click.chosen), changed_at=ctx.now)
    return await _tell_link(ctx, anew=False)


async def _must_be_on(ctx: Context) -> bookings.BookingPage:
    page = await bookings.get_page(ctx.db, ctx.user.id)
    if page is None or not page.is_on:
        raise UserError(render("rdv/page_closed"))
    return page


@feature.button(CloseLink, roles=CONSEILLERS)
async def close_link(ctx: Context, _: CloseLink) -> Replies:
    """Switch one’s page off."""
    return Whisper(render("reservation/closed", was_on=await bookings.close_page(ctx.db, ctx.user.id, ctx.now)))


@feature.button(DrawCode, roles=CONSEILLERS, writes=False)
async def draw_code(ctx: ReadingContext, _: DrawCode) -> Replies:
    """Send a picture of the address, which arrives in the direct channel."""
    return await _send(ctx, CodePicture())


@feature.file(CodePicture, name="rdv.CodePicture", roles=CONSEILLERS)
async def make_code_picture(ctx: Context, _: CodePicture, folder: Path) -> Parcel:
    """Draw the address as it is now."""
    address, path = await _read_address(ctx), folder / "rendez-vous.png"
    write_qr_png(address, path)
    return Parcel(render("reservation/code", address=Markdown(address)), files=[path])


async def _read_address(ctx: Context) -> str:
    key = require(
        bookings.read_key(await _must_be_on(ctx), bookings.BookingSeal(ctx.settings.secrets)), "rdv/address_unreadable"
    )
    return visits.address_of(ctx.settings, key)


@feature.button(DrawPoster, roles=CONSEILLERS, writes=False)
async def draw_poster(ctx: ReadingContext, _: DrawPoster) -> Replies:
    """Send a poster of the address, which arrives in the direct channel."""
    return await _send(ctx, Poster())


async def _send(ctx: ReadingContext, order: CodePicture | Poster) -> Replies:
    await _must_be_on(ctx)
    return await send_file(ctx, SendFile(user_id=ctx.user.id, order=order))


@feature.file(Poster, name="rdv.Poster", roles=CONSEILLERS)
async def make_poster(ctx: ReadingContext, _: Poster, folder: Path) -> Parcel:
    """Compose the poster, with the address and the places as they are now."""
    address, path = await _read_address(ctx), folder / "Affiche_rendez-vous.pdf"
    places = dict.fromkeys(one.place for one in await bookings.list_ranges(ctx.db, ctx.user.id) if one.place)
    told = visits.describe_poster(ctx.user, address, list(places), ctx.settings.colours[0])
    path.write_bytes(await ctx.compute(lambda: compose_pdf("affiche", told, ctx.today)))
    return Parcel(render("reservation/poster", address=Markdown(address)), files=[path])
