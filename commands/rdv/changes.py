"""What becomes of a rdv: honoured, absent, cancelled, moved, changed, which can be undone; and the report of it."""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from pydantic import BaseModel

from bot.context import Context, ReadingContext
from bot.errors import UserError
from bot.french import plural, read_moment, say_hour, say_weekday, write_moment
from bot.replies import Ask, Button, Replies, Reply, RunCommand, Waiting, Whisper
from bot.texts import Markdown, link, render, require
from commands.rdv import cards
from commands.rdv.cards import CONSEILLERS, feature
from commands.rdv.meetings import leave_meeting, move_meeting
from commands.rdv.requests import redraw_bookings
from commands.rdv.rooms import start_rooms
from commands.rdv.suggestions import suggest_typed
from config.time import find_midnight, is_skipped
from dialogs.cra import NewCra
from dialogs.rdv.titles import say_what
from dialogs.rdv.windows import EditRdv
from storage import people
from storage.communes import get_commune, make_label
from storage.cra.habits import read_usual
from storage.cra.report import DUREES, Activite, is_training
from storage.database import change
from storage.people import Role
from storage.rdv import PlaceKind, Rdv, RdvSource, RdvState, appointments
from storage.rdv.bookings import hold_hours

_MOVE = re.compile(r"(?:n ?° ?|#)?([0-9]{1,9}),? ?(?:(?:au?|à|le) )?(.*)")
_HOUR_ALONE = re.compile(r"(?:a |à )?\d{1,2} ?(?:h|heures?|:) ?\d{0,2}", re.IGNORECASE)
DONE = (RdvState.HONORE, RdvState.ABSENT)
MOVABLE = (RdvState.PREVU,)


class MoveBack(cards.AboutRdv):
    """Undo of a move: it begins and ends again when it did."""

    starts_at: datetime
    ends_at: datetime
    sequence: int


class RestoreMany(BaseModel):
    """Undo of a cancelled rest of a series."""

    numbers: list[int]


async def lock_own(ctx: Context, number: int) -> Rdv:
    """Lock one’s own hours, then a rdv that is kept here: whoever notes or books at the same time waits, and then reads
    it as it is. Raises UserError for one that is kept elsewhere."""
    await hold_hours(ctx.db, [ctx.user.id])
    rdv = await cards.get_own(ctx, number, locked=True)
    must_be_kept_here(rdv)
    return rdv


def must_be_kept_here(rdv: Rdv) -> None:
    """Raise UserError for a rdv that is kept elsewhere."""
    if rdv.source is RdvSource.RDV_SP:
        there = link("Ouvrez-le là-bas", rdv.external_url)
        raise UserError(render("rdv/changed_there", there=there, number=rdv.number))  # fmt: skip


def must_be_answered(rdv: Rdv) -> None:
    """Raise UserError for what somebody asks for on the page, which is answered there."""
    if rdv.state is RdvState.PROPOSE and rdv.source is RdvSource.PAGE:
        raise UserError(render("rdv/must_be_answered", number=rdv.number))  # fmt: skip


async def must_have_no_report(ctx: Context, rdv: Rdv) -> None:
    """Raise UserError for a rdv of which a report stands."""
    if report := (await appointments.find_reports(ctx.db, [rdv])).get(rdv.number):
        raise UserError(render("rdv/has_report_to_delete", report=report))  # fmt: skip


@feature.button(cards.SetState, roles=CONSEILLERS)
async def set_state(ctx: Context, click: cards.SetState) -> Replies:
    """Note what became of a rdv; the same click twice is one."""
    if click.state is RdvState.ANNULE and (await cards.get_own(ctx, click.rdv)).meeting:
        return await leave_meeting(ctx, click.rdv)
    rdv = await lock_own(ctx, click.rdv)
    if rdv.state is click.state:
        return [Whisper(render("rdv/is_so", **cards.describe(ctx, rdv)))]
    must_be_answered(rdv)
    if rdv.state not in (*MOVABLE, *DONE):
        raise UserError(render("rdv/in_state", number=rdv.number, label=rdv.state.label))
    if click.state in DONE and rdv.starts_at > ctx.now:
        raise UserError(render("rdv/not_yet"))
    await must_have_no_report(ctx, rdv)
    before = rdv.state
    await appointments.change_rdv(ctx.db, rdv, ctx.now, state=click.state)
    undo = Button("Remettre", cards.Unset(rdv=rdv.number, state=before, sequence=rdv.sequence))
    told = cards.draw_booked(ctx, rdv)
    said = Whisper(render("rdv/is_set", **cards.describe(ctx, rdv)), [undo, *told], courtesy=not told)
    return [said, await cards.refresh(ctx, rdv), *await redraw_bookings(ctx, rdv)]


@feature.undo(cards.Unset, roles=CONSEILLERS)
async def unset_state(ctx: Context, click: cards.Unset) -> Replies:
    """Give a rdv the state back that it had, unless it was changed since."""
    rdv = await _lock_unchanged(ctx, click.rdv, click.sequence)
    await must_have_no_report(ctx, rdv)
    overlaps = await cards.say_overlaps(ctx, [rdv]) if click.state is RdvState.PREVU else Markdown("")
    await appointments.change_rdv(ctx.db, rdv, ctx.now, state=click.state)
    text = render("rdv/is_back", overlaps=overlaps, **cards.describe(ctx, rdv))
    return [Whisper(text, courtesy=not overlaps), await cards.refresh(ctx, rdv), *await redraw_bookings(ctx, rdv)]


async def _lock_unchanged(ctx: Context, number: int, sequence: int) -> Rdv:
    rdv = await lock_own(ctx, number)
    if rdv.sequence != sequence:
        raise UserError(render("rdv/changed_meanwhile", number=number))
    return rdv


@feature.command("rdv annuler", help="Annuler un de vos rendez-vous", hint="numéro", roles=CONSEILLERS, writes=True)
async def cancel_typed(ctx: Context, text: str) -> Replies:
    """Cancel a rdv by its number."""
    number, _ = _read_number(text, render("rdv/cancel_which"))
    return await set_state(ctx, cards.SetState(rdv=number, state=RdvState.ANNULE))


def _read_number(text: str, advice: str) -> tuple[int, str]:
    found = require(_MOVE.fullmatch(" ".join(text.split())), "rdv/with_week", advice=advice)
    return int(found[1]), found[2].strip()


@feature.button(cards.CancelRest, roles=CONSEILLERS)
async def cancel_rest(ctx: Context, click: cards.CancelRest) -> Replies:
    """Cancel a rdv that comes back, and all that follow it."""
    rdv = await lock_own(ctx, click.rdv)
    if rdv.series is None:
        raise UserError(render("rdv/not_recurring"))
    since = max(rdv.starts_at, ctx.now)
    rest = [
        one
        for one in await appointments.list_occurrences(ctx.db, ctx.user.id, rdv.series, since)
        if one.state in MOVABLE
    ]
    for one in rest:
        await appointments.change_rdv(ctx.db, one, ctx.now, state=RdvState.ANNULE)
    undo = [Button("Rétablir", RestoreMany(numbers=[one.number for one in rest]))] if rest else []
    return Whisper(render("rdv/rest_cancelled", count=len(rest)), undo)


@feature.undo(RestoreMany, roles=CONSEILLERS)
async def restore_many(ctx: Context, click: RestoreMany) -> Replies:
    """Bring back the rest of a series; what is past stays cancelled."""
    found = [await lock_own(ctx, number) for number in click.numbers]
    back = [rdv for rdv in found if rdv.state is RdvState.ANNULE and rdv.starts_at > ctx.now]
    overlaps = await cards.say_overlaps(ctx, back)
    for rdv in back:
        await appointments.change_rdv(ctx.db, rdv, ctx.now, state=RdvState.PREVU)
    return Whisper(render("rdv/rest_restored", count=len(back), overlaps=overlaps))


@feature.command(
    "rdv décaler", help="Déplacer un de vos rendez-vous", hint="12 mercredi 15h", roles=CONSEILLERS, writes=True
)
async def move_typed(ctx: Context, text: str) -> Replies:
    """Move a rdv to another day or hour; a day alone keeps the hour, an hour alone the day."""
    number, said = _read_number(text, render("rdv/move_which"))
    if (known := await cards.get_own(ctx, number)).meeting:
        move = move_meeting if known.number == known.meeting else suggest_typed
        return await move(ctx, number, _read_new_start(ctx, known, said))
    rdv = await lock_own(ctx, number)
    return await _move(ctx, rdv, _read_new_start(ctx, rdv, said), rdv.minutes)


def _read_new_start(ctx: Context, rdv: Rdv, said: str) -> datetime:
    before = rdv.starts_at.astimezone(ctx.zone)
    day = before.date() if _HOUR_ALONE.fullmatch(said) else ctx.today
    found = require(read_moment(said, day, ctx.zone) if said else None, "rdv/move_when")
    if not re.search(r"\d ?(?:h|:)", said.lower()):
        found = datetime.combine(found.date(), before.time(), ctx.zone)
    return found


async def _move(ctx: Context, rdv: Rdv, start: datetime, minutes: int) -> Replies:
    must_be_answered(rdv)
    if rdv.state not in MOVABLE:
        raise UserError(render("rdv/note_another", number=rdv.number, label=rdv.state.label))
    await must_have_no_report(ctx, rdv)
    if is_skipped(start):
        raise UserError(render("rdv/no_such_hour"))
    begins = start.astimezone(UTC)
    if begins <= ctx.now:
        raise UserError(render("rdv/move_moment_past"))
    undo = MoveBack(rdv=rdv.number, starts_at=rdv.starts_at, ends_at=rdv.ends_at, sequence=rdv.sequence + 1)
    if begins == rdv.starts_at and minutes == rdv.minutes:
        return Whisper(render("rdv/is_so", **cards.describe(ctx, rdv)))
    await appointments.change_rdv(ctx.db, rdv, ctx.now, starts_at=begins, ends_at=begins + timedelta(minutes=minutes))
    return await _tell_moved(ctx, rdv, [Button("Remettre à l’ancienne heure", undo)])


async def _tell_moved(ctx: Context, rdv: Rdv, undo: Sequence[Button]) -> Sequence[Reply]:
    overlaps = await cards.say_overlaps(ctx, [rdv])
    text = render("rdv/is_moved", overlaps=overlaps, **cards.describe(ctx, rdv))
    buttons = [*undo, *cards.draw_booked(ctx, rdv)]
    said = Whisper(text, buttons, courtesy=not overlaps and not buttons)
    return [said, await cards.refresh(ctx, rdv), *await redraw_bookings(ctx, rdv)]


@feature.undo(MoveBack, roles=CONSEILLERS)
async def move_back(ctx: Context, click: MoveBack) -> Replies:
    """Give a rdv the hour back that it had, unless it was changed since."""
    rdv = await _lock_unchanged(ctx, click.rdv, click.sequence)
    await appointments.change_rdv(ctx.db, rdv, ctx.now, starts_at=click.starts_at, ends_at=click.ends_at)
    return await _tell_moved(ctx, rdv, [])


@feature.button(cards.ChangeRdv, name="rdv.Edit", roles=CONSEILLERS, writes=False)
async def edit(ctx: ReadingContext, click: cards.ChangeRdv) -> Replies:
    """Open the window of a rdv as it is."""
    rdv = await cards.get_own(ctx, click.rdv)
    must_be_kept_here(rdv)
    if rdv.meeting:
        raise UserError(render("rdv/move_meeting", number=rdv.number))
    if rdv.state not in MOVABLE:
        raise UserError(render("rdv/in_state", number=rdv.number, label=rdv.state.label))
    return Ask(EditRdv.of(rdv, ctx.zone, (await ctx.recall(read_usual)).minutes))


@feature.submit(EditRdv, roles=CONSEILLERS)
async def save_edit(ctx: Context, form: EditRdv) -> Replies:
    """Change what the window says; the same change sent twice is one."""
    rdv = await lock_own(ctx, form.rdv)
    before = rdv.starts_at.astimezone(ctx.zone)
    plan = form.plan
    begins = rdv.starts_at if write_moment(before) == write_moment(plan.starts_at) else plan.starts_at.astimezone(UTC)
    values = {**plan.columns, "starts_at": begins, "ends_at": begins + timedelta(minutes=plan.minutes)}
    if plan.columns["place_kind"] is not PlaceKind.VISIO:
        values["visio_url"] = ""
    if all(getattr(rdv, name) == value for name, value in values.items()):
        return None
    if rdv.sequence != form.sequence or rdv.state not in MOVABLE:
        raise UserError(render("rdv/changed_reopen", number=rdv.number))
    await must_have_no_report(ctx, rdv)
    if begins != rdv.starts_at and begins <= ctx.now:
        raise UserError(fields={"quand": render("rdv/moment_past")})
    if plan.columns["seats"] < rdv.seats_taken:
        raise UserError(fields={"places": render("rdv/seats_taken", seats_taken=rdv.seats_taken)})
    await appointments.change_rdv(ctx.db, rdv, ctx.now, **values)
    return [*await _tell_moved(ctx, rdv, []), *start_rooms(ctx, [rdv])]


FILING = (Role.CONSEILLER,)
ASKED_FOR = timedelta(days=30)
"""How long a rdv that is over waits for its report."""
TOLD_MAX, TODAY_MAX, LISTED_MAX = 3, 2, 5


TO_FILE = Button("Voir les rendez-vous à traiter", RunCommand(line="rdv à traiter"))


class Undecline(cards.AboutRdv):
    """Undo of « Sans compte rendu »."""


class FileNext(BaseModel):
    """« Rendez-vous à traiter »: those that are over and have no report."""

    since: date | None = None


@feature.button(cards.ReportRdv, name="rdv.Report", roles=FILING, writes=False)
async def open_report(ctx: ReadingContext, click: cards.ReportRdv) -> Replies:
    """Open the window of a report, filled; its key is the rdv’s, so that it counts once."""
    rdv = await cards.get_own(ctx, click.rdv)
    if report := (await appointments.find_reports(ctx.db, [rdv])).get(rdv.number):
        raise UserError(render("rdv/has_report", report=report))
    await _must_be_unreported(ctx, rdv)
    if rdv.state not in cards.TOOK_PLACE:
        raise UserError(render("rdv/in_state", number=rdv.number, label=rdv.state.label))
    if rdv.starts_at > ctx.now:
        raise UserError(render("rdv/not_yet"))
    if await is_training(ctx.db, ctx.user.id):
        raise UserError(render("rdv/training_runs"))
    return Ask(await _fill(ctx, rdv), key=appointments.make_report_key(rdv), here=False)


async def _must_be_unreported(ctx: ReadingContext, rdv: Rdv) -> None:
    """Raise UserError where another agent of the same appointment has reported it."""
    try:
        await appointments.must_be_unreported(ctx.db, rdv)
    except appointments.ColleagueReportError as taken:
        who = await people.get(ctx.db, taken.author_id)
        raise UserError(render("rdv/colleague_did", who=who.full_name if who else "")) from None


async def _fill(ctx: ReadingContext, rdv: Rdv) -> NewCra:
    """Fill the window of a report with what a rdv says: the day, how long, where, what about, and how many."""
    usual = await ctx.recall(read_usual)
    commune = get_commune(rdv.commune) if rdv.commune else None
    known = {
        "date": rdv.starts_at.astimezone(ctx.zone).date(),
        "canal": rdv.canal,
        "commune": make_label(commune, rdv.code_postal) if commune else usual.commune or None,
        "activite": Activite.COLLECTIF if rdv.collective else Activite.INDIVIDUEL,
        "participants": (rdv.seats_taken or rdv.seats) if rdv.collective else None,
        "themes": rdv.theme_codes or None,
        "minutes": next((minutes for minutes in DUREES if minutes >= rdv.minutes), DUREES[-1]),
    }
    return NewCra.draft(**{name: value for name, value in known.items() if value is not None}, often=usual.minutes)


@feature.button(cards.DeclineReport, name="rdv.Decline", roles=FILING)
async def decline(ctx: Context, click: cards.DeclineReport) -> Replies:
    """Note that no report is wanted of a rdv at that hour; at another one it is asked again."""
    rdv = await cards.get_own(ctx, click.rdv, locked=True)
    await change(ctx.db, rdv, declined_for=click.starts_at)
    undo = Button("Le demander de nouveau", Undecline(rdv=rdv.number))
    return [Whisper(render("rdv/declined", **cards.describe(ctx, rdv)), [undo]), await cards.refresh(ctx, rdv)]


@feature.undo(Undecline, roles=FILING)
async def undecline(ctx: Context, click: Undecline) -> Replies:
    """Ask for the report of a rdv again."""
    rdv = await cards.get_own(ctx, click.rdv, locked=True)
    await change(ctx.db, rdv, declined_for=None)
    return [Whisper(render("rdv/asked_again", **cards.describe(ctx, rdv))), await cards.refresh(ctx, rdv)]


@feature.command("rdv à traiter", help="Vos rendez-vous passés, sans compte rendu", roles=FILING, writes=False)
async def list_typed(ctx: ReadingContext, _: str) -> Replies:
    """List the rdv that are over and have no report."""
    return await list_to_file(ctx, FileNext())


@feature.button(FileNext, roles=FILING, writes=False)
async def list_to_file(ctx: Context, _: FileNext) -> Replies:
    """List the rdv that are over and have no report, the oldest first."""
    since = ctx.now - ASKED_FOR
    found = await appointments.list_unreported(ctx.db, ctx.user.id, since, ctx.now, LISTED_MAX)
    total = await appointments.count_unreported(ctx.db, ctx.user.id, since, ctx.now)
    text = render("rdv/to_file", total=total, more=total - len(found))
    again = [Button("Actualiser", FileNext())] if total > len(found) else []
    return Whisper(text, again, cards=await cards.draw_lines(ctx, found))


@feature.waiting
async def list_waiting(ctx: Context) -> Sequence[Waiting]:
    """List which rdv wait for a report, and those of today."""
    if ctx.user.role not in (Role.CONSEILLER, Role.COORDINATEUR):
        return []
    until = find_midnight(ctx.today + timedelta(days=1), ctx.zone)
    today = await appointments.list_between(ctx.db, ctx.user.id, ctx.now, until, (RdvState.PREVU,))
    coming = [_tell_today(ctx, rdv) for rdv in today[:TODAY_MAX]]
    return [*(await _list_unreported(ctx) if ctx.user.role in FILING else []), *coming]


async def _list_unreported(ctx: Context) -> Sequence[Waiting]:
    since = ctx.now - ASKED_FOR
    found = await appointments.list_unreported(ctx.db, ctx.user.id, since, ctx.now, TOLD_MAX + 1)
    waiting = [ask_report(ctx, rdv) for rdv in found[:TOLD_MAX]]
    if len(found) > TOLD_MAX:
        total = await appointments.count_unreported(ctx.db, ctx.user.id, since, ctx.now)
        text = f"{plural(total, 'rendez-vous passé', 'rendez-vous passés')} sans compte rendu"
        waiting.append(Waiting(text, TO_FILE))
    return waiting


def ask_report(ctx: Context, rdv: Rdv) -> Waiting:
    """Ask for the report of a rdv, once for the hour that it has."""
    start = rdv.starts_at.astimezone(ctx.zone)
    text = f"{say_what(rdv)}, {say_weekday(start.date(), ctx.today)} à {say_hour(start)} : le compte rendu ?"
    file, decline = cards.offer_report(rdv)
    return Waiting(text, file, [decline], f"rdv:{rdv.number}:{rdv.starts_at:%Y%m%d%H%M}", TO_FILE)


def _tell_today(ctx: Context, rdv: Rdv) -> Waiting:
    hour = say_hour(rdv.starts_at.astimezone(ctx.zone))
    return Waiting(
        f"Aujourd’hui à {hour} : {say_what(rdv)}", Button("Voir le rendez-vous", cards.SeeRdv(rdv=rdv.number))
    )
