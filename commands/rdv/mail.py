"""Reminders by e-mail of what was booked on a page: to who asked for one, where the operator set a server up.

Each goes once for an hour: the evening before, or three hours before where it was booked later than that. The note that
it is tried is written before it leaves, with the moment of the next try, and what came of it after; a letter that the
bot did not see through because it was ended in the middle is tried again under the same identifier.
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from bot.context import Context, ReadingContext
from bot.french.words import say_minutes
from bot.mail import Letter, Outcome, render_letter, send_letter
from bot.replies import Progress, Replies, Start, Step
from commands.rdv.availability import address_of
from commands.rdv.feature import feature
from commands.rdv.visits import name_zone, say_when, say_who
from config.time import find_midnight
from storage import people
from storage.database import change
from storage.people import Person
from storage.rdv.appointments import Rdv
from storage.rdv.bookings import Booking, BookingSeal, find_to_mail, get_page, list_to_mail, read_key
from storage.seals import hash_token

EVENING = timedelta(hours=17)
BEFORE, LAST = timedelta(hours=3), timedelta(minutes=30)
AHEAD = timedelta(hours=36)
"""How long before a rendez-vous its evening before may be."""
AT_ONCE, TRIES_MAX = 100, 5
PAUSE = timedelta(minutes=10)
"""Between two tries, times how many there were."""
UNIT = ("rappel", "rappels")


class MailReminder(BaseModel):
    """Work: the reminder of the booking of that number, for the try of that number."""

    booking: int
    attempt: int


def find_due(starts_at: datetime, booked_at: datetime, zone: ZoneInfo) -> datetime | None:
    """Find when a reminder leaves: the evening before, on the clocks of the conseiller; three hours before what was
    booked after that; None where it was booked later still."""
    day = starts_at.astimezone(zone).date() - timedelta(days=1)
    evening = find_midnight(day, zone) + EVENING
    return next((at for at in (evening, starts_at - BEFORE) if booked_at < at), None)


@feature.job("hour=0-1,3-23 minute=*/5", name="rdv.mail", writes=True)
async def remind_by_mail(ctx: Context) -> Replies:
    """Begin to send the reminders that are due, each noted as tried in the same transaction."""
    if ctx.settings.smtp is None:
        return None
    found = await list_to_mail(ctx.db, (ctx.now + LAST, ctx.now + AHEAD), ctx.now, AT_ONCE)
    owners = {one.id: one for one in await people.among(ctx.db, ids=sorted({rdv.user_id for _, rdv in found}))}
    return [
        begun
        for booking, rdv in found
        if (owner := owners.get(rdv.user_id)) and (begun := await _begin(ctx, booking, rdv, owner))
    ]


async def _begin(ctx: Context, booking: Booking, rdv: Rdv, owner: Person) -> Start | None:
    due = find_due(rdv.starts_at, booking.created_at, owner.zone)
    if due is None or due > ctx.now:
        return None
    if booking.mail_tries >= TRIES_MAX:
        await change(ctx.db, booking, mailed_for=rdv.starts_at, mail_tries=0, mail_next=None)
        return None
    attempt = booking.mail_tries + 1
    await change(ctx.db, booking, mail_tries=attempt, mail_next=ctx.now + attempt * PAUSE)
    return Start(payload=MailReminder(booking=booking.number, attempt=attempt), quiet=True)


async def send(ctx: ReadingContext, asked: MailReminder, _: Progress) -> Outcome | None:
    """Send the reminder, unless it is sent, cancelled, moved or tried anew; None for those."""
    found = await find_to_mail(ctx.db, asked.booking, ctx.now)
    if found is None or found[0].mail_tries != asked.attempt:
        return None
    letter = await _write(ctx, *found)
    return await send_letter(ctx.settings, letter) if letter else Outcome.REFUSED


async def _write(ctx: ReadingContext, booking: Booking, rdv: Rdv) -> Letter | None:
    """Write the letter; None for who left no address that can be read."""
    owner, page = await people.get(ctx.db, rdv.user_id), await get_page(ctx.db, rdv.user_id)
    seal = BookingSeal(ctx.settings.secrets)
    visitor = seal.open_visitor(booking)
    if owner is None or visitor is None or "@" not in visitor.contact:
        return None
    key = read_key(page, seal) if page else None
    code = seal.open(booking.sealed_code, booking.code_hash)
    when = say_when(rdv.starts_at, owner.zone, ctx.now)
    text = render_letter(
        "rappel",
        when=when,
        zone=name_zone(owner.zone),
        length=say_minutes(rdv.minutes),
        place=rdv.place,
        visio=rdv.visio_url if rdv.visio_url.startswith("https://") else "",
        who=say_who(owner),
        address=f"{address_of(ctx.settings, key)}/{code}" if key and hash_token(key) == booking.page_hash else "",
    )
    ident = f"{booking.code_hash[:32]}.{rdv.starts_at:%Y%m%d%H%M}"
    return Letter(visitor.contact, f"Rappel : rendez-vous {when}", text, ident, ctx.now)


@feature.chore(MailReminder, name="rdv.MailReminder", title="Rappel par courriel", unit=UNIT, asks=send)
async def note_sent(ctx: Context, asked: MailReminder, _: Progress, outcome: Outcome | None) -> Step:
    """Note what came of it; what failed is tried again when its time has come."""
    found = await find_to_mail(ctx.db, asked.booking, ctx.now, locked=True)
    if found and outcome in (Outcome.SENT, Outcome.REFUSED):
        booking, rdv = found
        await change(ctx.db, booking, mailed_for=rdv.starts_at, mail_tries=0, mail_next=None)
    return Step(done=1, finished=True)
