"""Reminders of rdv: to their conseiller the evening before and an hour before; by e-mail to who asked for one."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from pydantic import BaseModel
from sqlmodel.sql.expression import SelectOfScalar

from bot.account_status import find_active
from bot.context import Context, ReadingContext
from bot.errors import UserError
from bot.french import say_hour, say_minutes
from bot.mail import Letter, LetterOutcome, render_letter, send_letter
from bot.replies import Button, Direct, EveningPart, Message, Progress, Replies, Start, Step, Whisper
from bot.texts import render
from commands.rdv.cards import CONSEILLERS, describe, describe_whole, feature
from commands.rdv.changes import ask_report
from commands.rdv.visits import address_of, name_zone, say_when, say_who
from config.text import fold
from config.time import PARIS, find_midnight
from dialogs.rappels import say_evening
from dialogs.rdv.entrances import find_ways_in
from storage import absences, people, rappels, seals
from storage.database import change
from storage.rdv import Rdv, bookings, reminders
from storage.rdv.appointments import list_unreported, lock_rdvs

MORNING = time(8)
EACH = 5
"""Minutes between two looks."""
BEFORE, LATER = timedelta(hours=1), timedelta(minutes=30)
AT_ONCE = 500
ASKED_MAX = 10
"""Rdv of one day whose reports are asked for at once."""
ANSWERS = {"oui": True, "non": False, "jamais": False, "stop": False}
"""What may follow « /rdv rappels »."""
GAP = 2
"""The hour of Paris in which no job runs."""


class PutOffReminder(BaseModel):
    """« Me le rappeler dans 30 min », « Me le rappeler demain à 8 h »: the reminder of these comes again then; half an
    hour after the click where no instant is said, or it is past."""

    numbers: list[int]
    at: datetime | None = None


class StopReminders(BaseModel):
    """« Ne plus rappeler » these."""

    numbers: list[int]


class SetReminders(BaseModel):
    """« Ne plus rien rappeler », « Me rappeler mes rendez-vous »: of all rdv, from now on."""

    wanted: bool


def find_horizon(now: datetime) -> datetime:
    """Find until when a rdv that begins is reminded of now: an hour ahead; before the hour in which no job runs, an
    hour after that one."""
    following = (now + timedelta(minutes=EACH)).astimezone(PARIS)
    if following.hour != GAP:
        return now + BEFORE
    return datetime.combine(following.date(), time(GAP + 1), PARIS).astimezone(UTC) + BEFORE


@feature.job(f"minute=*/{EACH}", name="rdv.remind", writes=True)
async def remind(ctx: Context) -> Replies:
    """Remind of what begins within the hour, or was put off until now; what has begun is not reminded of. What visitors
    left is erased three days after, each hour of who was refused."""
    await bookings.forget_over(ctx.db, ctx.now)
    if ctx.now.minute < EACH:
        await bookings.forget_refused(ctx.db, ctx.now)
    due = await reminders.list_due_reminders(ctx.db, ctx.now, find_horizon(ctx.now), AT_ONCE)
    active = await find_active(ctx, {rdv.user_id for rdv in due})
    known = await people.among(ctx.db, ids=sorted(active))
    away = await absences.find_on_leave(ctx.db, known, ctx.now)
    owners = {one.id: one for one in known if one.id not in away}
    return [told for rdv in due if (told := await _remind_of(ctx, rdv, owners.get(rdv.user_id)))]


async def _remind_of(ctx: Context, rdv: Rdv, owner: people.Person | None) -> Direct | None:
    await change(ctx.db, rdv, hour_told=True, remind_at=None)
    is_fresh = rdv.created_at > rdv.starts_at - BEFORE
    if owner is None or is_fresh or owner.has_left(owner.today(ctx.now)):
        return None
    theirs = replace(ctx, user=owner)
    put_off = (
        [Button("Me le rappeler dans 30 min", PutOffReminder(numbers=[rdv.number]))]
        if ctx.now + LATER < rdv.starts_at
        else []
    )
    stop = Button("Ne plus rappeler", StopReminders(numbers=[rdv.number]))
    return Direct(render("rdv/soon", **await describe_whole(theirs, rdv)), [*put_off, stop], user_id=owner.id)


def _whose(zone: ZoneInfo, day: date) -> SelectOfScalar[str]:
    """Select who has a rdv on that day or the next."""
    start, end = (find_midnight(one, zone) for one in (day, day + timedelta(days=2)))
    return reminders.select_owners(start, end)


async def tell_evening(ctx: Context, asks: bool) -> EveningPart:
    """Ask for the reports of the rdv of today, and remind of those of tomorrow."""
    midnight = find_midnight(ctx.today, ctx.zone)
    found = await list_unreported(ctx.db, ctx.user.id, midnight, ctx.now, ASKED_MAX) if asks else []
    numbers = [rdv.number for rdv in found]
    return EveningPart([ask_report(ctx, rdv) for rdv in found], await _tell_tomorrow(ctx), numbers)


feature.evenings.append((_whose, tell_evening))


async def _tell_tomorrow(ctx: Context) -> Message | None:
    day = ctx.today + timedelta(days=1)
    start, end = (find_midnight(one, ctx.zone) for one in (day, day + timedelta(days=1)))
    rdvs = await reminders.list_to_remind_of(ctx.db, ctx.user.id, start, end)
    for rdv in rdvs:
        await change(ctx.db, rdv, evening_told=True)
    if not rdvs:
        return None
    numbers, morning = [rdv.number for rdv in rdvs], datetime.combine(day, MORNING, ctx.zone)
    put_off = (
        [Button("Me le rappeler demain à 8 h", PutOffReminder(numbers=numbers, at=morning))]
        if morning < rdvs[0].starts_at
        else []
    )
    text = render("rdv/tomorrow", rows=[describe(ctx, rdv) for rdv in rdvs])
    return Message(text, [*put_off, Button("Ne plus rappeler", StopReminders(numbers=numbers))])


@feature.button(PutOffReminder, name="rdv.PutOff")
async def put_off(ctx: Context, click: PutOffReminder) -> Replies:
    """Let the reminder come again at that moment."""
    at = click.at if click.at and click.at > ctx.now else ctx.now + LATER
    rdvs = [rdv for rdv in await lock_rdvs(ctx.db, ctx.user.id, click.numbers) if rdv.starts_at > at]
    for rdv in rdvs:
        await change(ctx.db, rdv, remind_at=at)
    if not rdvs:
        raise UserError(render("rdv/too_late_to_remind"))
    return Whisper(render("rdv/put_off", at=say_hour(at.astimezone(ctx.zone))))


@feature.button(StopReminders, name="rdv.Stop")
async def stop(ctx: Context, click: StopReminders) -> Replies:
    """Remind a visitor no more of these rendez-vous."""
    rdvs = await lock_rdvs(ctx.db, ctx.user.id, click.numbers)
    for rdv in rdvs:
        await change(ctx.db, rdv, is_unreminded=True, remind_at=None)
    return Whisper(
        render("rdv/stopped", count=len(rdvs)), [Button("Ne plus rien rappeler", SetReminders(wanted=False))]
    )


@feature.command(
    "rdv rappels",
    roles=CONSEILLERS,
    help="Recevoir les rappels de vos rendez-vous, ou non",
    hint="[oui | non]",
    writes=True,
)
async def set_reminders(ctx: Context, line: str) -> Replies:
    """Say whether one’s rdv are reminded of, and change it."""
    said = fold(line).strip()
    if said and said not in ANSWERS:
        raise UserError(render("rdv/reminders_usage"))
    return await _choose(ctx, ANSWERS[said]) if said else await _tell_choice(ctx)


@feature.button(SetReminders, name="rdv.Choose")
async def choose(ctx: Context, click: SetReminders) -> Replies:
    """Remind of all rdv from now on, or of none."""
    return await _choose(ctx, click.wanted)


async def _choose(ctx: Context, wanted: bool) -> Whisper:
    await reminders.choose_quiet(ctx.db, ctx.user.id, quiet=not wanted)
    return await _tell_choice(ctx)


async def _tell_choice(ctx: Context) -> Whisper:
    wanted = not await reminders.is_quiet(ctx.db, ctx.user.id)
    change_it = "Ne plus rien rappeler" if wanted else "Me rappeler mes rendez-vous"
    evening = say_evening((await rappels.get_choice(ctx.db, ctx.user.id)).evening)
    text = render("rdv/reminders", wanted=wanted, evening=evening)
    return Whisper(text, [Button(change_it, SetReminders(wanted=not wanted))])


EVENING = timedelta(hours=17)
MAILED_BEFORE, LAST = timedelta(hours=3), timedelta(minutes=30)
AHEAD = timedelta(hours=36)
"""How long before a rendez-vous its evening before may be."""
LETTERS_AT_ONCE, TRIES_MAX = 100, 5
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
    return next((at for at in (evening, starts_at - MAILED_BEFORE) if booked_at < at), None)


@feature.job("minute=*/5", name="rdv.mail", writes=True)
async def remind_by_mail(ctx: Context) -> Replies:
    """Begin to send the reminders that are due, each noted as tried in the same transaction."""
    if ctx.settings.smtp is None:
        return None
    found = await bookings.list_to_mail(ctx.db, (ctx.now + LAST, ctx.now + AHEAD), ctx.now, LETTERS_AT_ONCE)
    owners = await people.by_ids(ctx.db, [rdv.user_id for _, rdv in found])
    return [
        begun
        for booking, rdv in found
        if (owner := owners.get(rdv.user_id)) and (begun := await _begin(ctx, booking, rdv, owner))
    ]


async def _begin(ctx: Context, booking: bookings.Booking, rdv: Rdv, owner: people.Person) -> Start | None:
    due = find_due(rdv.starts_at, booking.created_at, owner.zone)
    if due is None or due > ctx.now:
        return None
    if booking.mail_tries >= TRIES_MAX:
        await change(ctx.db, booking, mailed_for=rdv.starts_at, mail_tries=0, mail_next=None)
        return None
    attempt = booking.mail_tries + 1
    await change(ctx.db, booking, mail_tries=attempt, mail_next=ctx.now + attempt * PAUSE)
    return Start(payload=MailReminder(booking=booking.number, attempt=attempt), quiet=True)


async def send(ctx: ReadingContext, asked: MailReminder, _: Progress) -> LetterOutcome | None:
    """Send the reminder, unless it is sent, cancelled, moved or tried anew; None for those."""
    found = await bookings.find_to_mail(ctx.db, asked.booking, ctx.now)
    if found is None or found[0].mail_tries != asked.attempt:
        return None
    letter = await _write(ctx, *found)
    return await send_letter(ctx.settings, letter) if letter else LetterOutcome.REFUSED


async def _write(ctx: ReadingContext, booking: bookings.Booking, rdv: Rdv) -> Letter | None:
    """Write the letter; None for who left no address that can be read."""
    owner, page = await people.get(ctx.db, rdv.user_id), await bookings.get_page(ctx.db, rdv.user_id)
    seal = bookings.BookingSeal(ctx.settings.secrets)
    visitor = seal.open_visitor(booking)
    if owner is None or visitor is None or "@" not in visitor.contact:
        return None
    key = bookings.read_key(page, seal) if page else None
    code = seal.open(booking.sealed_code, booking.code_hash)
    when = say_when(rdv.starts_at, owner.zone, ctx.now)
    text = render_letter(
        "rappel",
        when=when,
        zone=name_zone(owner.zone),
        length=say_minutes(rdv.minutes),
        place=rdv.place,
        visio=rdv.visio_url if rdv.visio_url.startswith("https://") else "",
        ways=await find_ways_in(ctx.db, ctx.settings, rdv),
        who=say_who(owner),
        address=f"{address_of(ctx.settings, key)}/{code}" if key and seals.hash_token(key) == booking.page_hash else "",
    )
    ident = f"{booking.code_hash[:32]}.{rdv.starts_at:%Y%m%d%H%M}"
    return Letter(visitor.contact, f"Rappel : rendez-vous {when}", text, ident, ctx.now)


@feature.chore(MailReminder, name="rdv.MailReminder", title="Rappel par courriel", unit=UNIT, asks=send)
async def note_sent(ctx: Context, asked: MailReminder, _: Progress, outcome: LetterOutcome | None) -> Step:
    """Note what came of it; what failed is tried again when its time has come."""
    found = await bookings.find_to_mail(ctx.db, asked.booking, ctx.now, locked=True)
    if found and outcome in (LetterOutcome.SENT, LetterOutcome.REFUSED):
        booking, rdv = found
        await change(ctx.db, booking, mailed_for=rdv.starts_at, mail_tries=0, mail_next=None)
    return Step(done=1, finished=True)
