"""The feature; how a rdv is said and shown: its card in the direct channel, what its buttons carry, and the lists of
days."""

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from bot import visio
from bot.calendar import find_holiday
from bot.cards import RowCard
from bot.command_lines import read_typed_number
from bot.context import Context, ReadingContext
from bot.errors import UserError
from bot.features import Feature, Front, Right
from bot.french import say_date, say_days
from bot.pages import cut_page
from bot.replies import Button, Card, Message, Progress, Refresh, Replies, Step, Whisper
from bot.texts import Markdown, link, render, require
from config.text import fold
from config.time import find_midnight
from dialogs.absence import say_absence
from dialogs.rdv.days import read_days
from dialogs.rdv.entrances import find_ways_in
from dialogs.rdv.titles import say_what, say_when, say_where
from dialogs.rdv.windows import Redraw
from storage import people
from storage.absences import Absence, list_absences
from storage.rdv import PlaceKind, Rdv, RdvSource, RdvState
from storage.rdv.appointments import (
    STANDING,
    find_rdv,
    find_reporter,
    find_reports,
    get_rdv,
    list_between,
    list_overlapping,
)
from storage.rdv.bookings import list_seats

feature = Feature(
    "rdv",
    rights=(Right.MEMBER,),
    front=Front(
        "Rendez-vous", "noter un rendez-vous, voir la semaine, en faire un compte rendu", lambda _: "rdv semaine"
    ),
)

CONSEILLERS = (people.Role.CONSEILLER, people.Role.COORDINATEUR)
"""Who has a calendar."""


class NoteRdv(BaseModel):
    """« Nouveau rendez-vous »: opens the window."""


class AboutRdv(BaseModel):
    """Something about the rdv of that number."""

    rdv: int


class SeeRdv(AboutRdv):
    """« Voir » a rdv as it is now."""


class ChangeRdv(AboutRdv):
    """« Modifier »: opens the window of a rdv."""


class SetState(AboutRdv):
    """« Rendez-vous honoré », « Personne absente », « Rendez-vous annulé »."""

    state: RdvState


class ReportRdv(AboutRdv):
    """« Compte rendu »: opens the window of a report, filled with what the rdv says."""


class DeclineReport(AboutRdv):
    """« Sans compte rendu », for the rdv at that hour."""

    starts_at: dt.datetime


class CreateRoom(AboutRdv):
    """« Créer le lien »: the room of a visio is opened now."""


class EnterRoom(AboutRdv):
    """« Entrer pour animer »: the address by which whose rdv it is hosts its room."""


class CancelRest(AboutRdv):
    """« Annuler aussi les suivants » of a series."""


class Unset(AboutRdv):
    """Undo of a state: it is again as it was."""

    state: RdvState
    sequence: int


class RdvPage(BaseModel):
    """« Suite »: a page of the rdv of some days."""

    start: dt.date
    end: dt.date
    page: int = 1


class AnswerMeeting(AboutRdv):
    """« Accepter », « Refuser » or « Me retirer », for the meeting at that hour."""

    starts_at: dt.datetime
    agrees: bool


class SeeBooked(AboutRdv):
    """« Répondre », or « Voir qui a réservé »: shows the bookings of a rdv of the page."""


class KeepMeeting(AboutRdv):
    """« Maintenir sans attendre »: it is sure with those who accepted that hour."""

    starts_at: dt.datetime


class MoveMeeting(AboutRdv):
    """« Proposer un autre moment »: shows its organiser others."""


class SuggestMoment(AboutRdv):
    """« Proposer un autre moment » of a guest: shows moments that may be proposed for the meeting at ``starts_at``,
    from ``after`` on."""

    starts_at: dt.datetime
    after: dt.datetime | None = None


async def get_own(ctx: Context, number: int, *, locked: bool = False) -> Rdv:
    """Get one’s own rdv of that number. Raises UserError, the same for others’ and for none."""
    return require(await get_rdv(ctx.db, ctx.user.id, number, locked=locked), "rdv/unknown_number", number=number)


TOOK_PLACE = (RdvState.PREVU, RdvState.HONORE)
"""The states of what is over and took place, as far as is known: who came and was not noted came."""
CARD = RowCard[Rdv]("rdv:", lambda rdv: rdv.number)
"""The card of a rdv in its conseiller’s direct channel."""
SHOWN_OVERLAPS = 3


def describe(ctx: Context, rdv: Rdv, report: int | None = None, ways: Sequence[str] = ()) -> dict[str, object]:
    """Describe a rdv, of which a ``report`` may stand, and whose room has other ``ways`` in, as texts say it."""
    state = rdv.find_state(report)
    page = link("Ouvrir dans RDV Service Public", rdv.external_url) if rdv.source is RdvSource.RDV_SP else Markdown("")
    return {
        "number": rdv.number,
        "when": say_when(rdv, ctx.zone, ctx.today),
        "what": say_what(rdv),
        "where": say_where(rdv),
        "memo": rdv.memo,
        "seats": rdv.seats if rdv.collective else 0,
        "taken": rdv.seats_taken,
        "state": "" if state is RdvState.PREVU else state.label,
        "is_struck": state in (RdvState.ANNULE, RdvState.REFUSE),
        "visio": rdv.visio_url,
        "ways": ways,
        "waits": _wait_for_room(ctx, rdv),
        "report": report,
        "is_declined": not report and _is_declined(rdv),
        "page": page,
        "returns": rdv.series is not None,
        "is_booked": is_booked(ctx, rdv),
    }


async def describe_whole(ctx: Context, rdv: Rdv, report: int | None = None) -> dict[str, object]:
    """Describe a rdv with all that is to be known of its room."""
    return describe(ctx, rdv, report, await find_ways_in(ctx.db, ctx.settings, rdv))


def is_booked(ctx: Context, rdv: Rdv) -> bool:
    """Return whether somebody booked a rdv to come on the page: they read there what becomes of it."""
    return rdv.source is RdvSource.PAGE and rdv.starts_at > ctx.now


def draw_booked(ctx: Context, rdv: Rdv) -> list[Button]:
    """Draw the button « Voir qui a réservé » of what was booked on the page."""
    return [Button("Voir qui a réservé", SeeBooked(rdv=rdv.number))] if is_booked(ctx, rdv) else []


def _wait_for_room(ctx: Context, rdv: Rdv) -> str:
    """Offer what is to be done about the room of a visio that has none yet: the server opens one, or its link is
    pasted."""
    is_to_come = rdv.state is RdvState.PREVU and rdv.starts_at > ctx.now and rdv.source is not RdvSource.RDV_SP
    is_others = rdv.meeting not in (None, rdv.number)
    if rdv.place_kind is not PlaceKind.VISIO or rdv.visio_url or is_others or not is_to_come:
        return ""
    return "server" if ctx.settings.visio else "link"


def draw_entrance(ctx: Context, rdv: Rdv) -> list[Button]:
    """Draw the button « Entrer pour animer », where who hosts enters otherwise than the guests."""
    hosts = rdv.meeting in (None, rdv.number) and visio.is_hosted_apart(ctx.settings, rdv.visio_url)
    return [Button("Entrer pour animer", EnterRoom(rdv=rdv.number))] if hosts else []


def _draw_room(ctx: Context, rdv: Rdv) -> list[Button]:
    """Draw what can be done about the room of a rdv to come that is a visio."""
    if rdv.visio_url:
        return draw_entrance(ctx, rdv)
    waits = rdv.place_kind is PlaceKind.VISIO and ctx.settings.visio is not None
    return [Button("Créer le lien", CreateRoom(rdv=rdv.number))] if waits else []


def draw_buttons(ctx: Context, rdv: Rdv, report: int | None = None) -> Sequence[Button]:
    """Draw what can be done by a click: of one that has begun, what became of it; of one to come, another time."""
    about = rdv.number
    if rdv.state is RdvState.PROPOSE and is_booked(ctx, rdv):
        return [Button("Répondre", SeeBooked(rdv=about), "primary")]
    if report or rdv.state in (RdvState.PROPOSE, RdvState.REFUSE):
        return []
    if rdv.source is RdvSource.RDV_SP:
        return _draw_filing(ctx, rdv)
    back = Button("Remettre", Unset(rdv=about, state=RdvState.PREVU, sequence=rdv.sequence))
    if rdv.state is RdvState.ANNULE:  # one of the page that nobody has any more is booked anew
        return [back] if rdv.seats_taken or rdv.source is not RdvSource.PAGE else []
    label = "Rendez-vous annulé" if rdv.starts_at <= ctx.now else "Annuler"
    cancel = Button(label, SetState(rdv=about, state=RdvState.ANNULE))
    if rdv.starts_at > ctx.now:
        rest = [Button("Annuler la suite", CancelRest(rdv=about))] if rdv.series is not None else []
        return [*_draw_room(ctx, rdv), Button("Déplacer", ChangeRdv(rdv=about)), cancel, *rest, *draw_booked(ctx, rdv)]
    here = {RdvState.HONORE: "Rendez-vous honoré", RdvState.ABSENT: "Personne absente"}
    states = [
        Button(label, SetState(rdv=about, state=state)) for state, label in here.items() if state is not rdv.state
    ]
    return [*_draw_filing(ctx, rdv), *states, cancel, *([back] if rdv.state is not RdvState.PREVU else [])]


def _draw_filing(ctx: Context, rdv: Rdv) -> Sequence[Button]:
    """Draw « Compte rendu » under what has begun, and took place as far as is known; and « Sans compte
    rendu », until that was said of its hour."""
    files = rdv.starts_at <= ctx.now and rdv.state in TOOK_PLACE and ctx.user.role is people.Role.CONSEILLER
    file, decline = offer_report(rdv)
    return [] if not files else [file] if _is_declined(rdv) else [file, decline]


def offer_report(rdv: Rdv) -> tuple[Button, Button]:
    """Offer the report of a rdv, and to say that none is wanted for the hour that it has."""
    decline = Button("Sans compte rendu", DeclineReport(rdv=rdv.number, starts_at=rdv.starts_at))
    return Button("Compte rendu", ReportRdv(rdv=rdv.number), "primary"), decline


def _is_declined(rdv: Rdv) -> bool:
    return rdv.declined_for == rdv.starts_at and rdv.state in TOOK_PLACE


def draw_noted(ctx: Context, rdv: Rdv) -> Message:
    """Draw a rdv that was just noted."""
    return Message(render("rdv/card", verb="enregistré", by="", **describe(ctx, rdv)), draw_buttons(ctx, rdv))


async def draw_rdv(ctx: Context, rdv: Rdv, report: int | None = None) -> Message:
    """Draw a rdv as it is, whoever takes part in it."""
    if rdv.meeting:
        return await draw_meeting(ctx, rdv)
    if reporter := "" if report else await find_reporter(ctx.db, rdv):
        who = await people.get(ctx.db, reporter)
        by = who.full_name if who else "un autre agent"
        return Message(render("rdv/card", verb="", by=by, **await describe_whole(ctx, rdv)))
    text = render("rdv/card", verb="", by="", **await describe_whole(ctx, rdv, report))
    return Message(text, draw_buttons(ctx, rdv, report))


ANSWERS = {True: "accepte", False: "pas encore de réponse", None: "ne vient pas"}


async def draw_meeting(ctx: Context, rdv: Rdv) -> Message:
    """Draw a meeting of colleagues as it is, for whose rdv it is: who comes, with what of their own it shares time, and
    what can be done."""
    seats = await list_seats(ctx.db, rdv.meeting or 0)
    known = await people.by_ids(ctx.db, [seat.user_id for seat in seats])
    names = {ident: person.username for ident, person in known.items()}
    others = [(names.get(seat.user_id, ""), _say_answer(seat)) for seat in seats if seat.number != rdv.number]
    lead = next((seat for seat in seats if seat.number == rdv.meeting), None)
    asked = lead is not None and rdv is not lead and rdv.state is RdvState.PROPOSE and not rdv.agreed
    asks = names.get(lead.user_id, "") if asked and lead else ""
    is_coming = rdv.state in STANDING and rdv.starts_at > ctx.now
    overlaps = await say_overlaps(ctx, [rdv]) if is_coming else Markdown("")
    text = render("rdv/meeting", asks=asks, others=others, overlaps=overlaps, **await describe_whole(ctx, rdv))
    return Message(text, _draw_answers(ctx, rdv, lead, seats))


def _say_answer(seat: Rdv) -> str:
    if seat.number == seat.meeting:
        return "organise"
    return ANSWERS[None if seat.state is RdvState.REFUSE else seat.agreed]


def _draw_answers(ctx: Context, rdv: Rdv, lead: Rdv | None, seats: Sequence[Rdv]) -> list[Button]:
    """Draw what can be done with a meeting to come: guests answer, its organiser keeps, moves or cancels it."""
    if lead is None or lead.state is RdvState.ANNULE or rdv.starts_at <= ctx.now:
        return []
    about = {"rdv": rdv.number, "starts_at": rdv.starts_at}
    if rdv.number != lead.number:
        if rdv.state is RdvState.REFUSE:
            return [Button("Accepter finalement", AnswerMeeting(**about, agrees=True))]
        if rdv.agreed:
            return [Button("Me retirer", AnswerMeeting(**about, agrees=False))]
        accept = Button("Accepter", AnswerMeeting(**about, agrees=True), "primary")
        refuse = Button("Refuser", AnswerMeeting(**about, agrees=False))
        return [accept, Button("Proposer un autre moment", SuggestMoment(**about)), refuse]
    coming = sum(seat.agreed for seat in seats)
    waits = lead.state is RdvState.PROPOSE and 1 < coming < len(seats)
    keep = [Button("Maintenir sans attendre", KeepMeeting(**about))] if waits else []
    room = _draw_room(ctx, rdv) if lead.state is RdvState.PREVU else []
    cancel = Button("Annuler", SetState(rdv=rdv.number, state=RdvState.ANNULE))
    return [*room, *keep, Button("Proposer un autre moment", MoveMeeting(rdv=rdv.number)), cancel]


async def draw_lines(ctx: Context, rdvs: Sequence[Rdv]) -> Sequence[Card]:
    """Draw a card for each rdv of a list."""
    reports = await find_reports(ctx.db, rdvs)
    return [(await draw_rdv(ctx, rdv, reports.get(rdv.number))).card for rdv in rdvs]


async def refresh(ctx: Context, rdv: Rdv) -> Refresh:
    """Draw the cards that stand for a rdv again."""
    report = (await find_reports(ctx.db, [rdv])).get(rdv.number)
    return CARD.rewrite(rdv, await draw_rdv(ctx, rdv, report))


async def refresh_for_owner(ctx: Context, rdv: Rdv) -> Sequence[Refresh]:
    """Draw the cards of a rdv again, as its conseiller sees them, whoever acts."""
    owner = await people.get(ctx.db, rdv.user_id)
    return [await refresh(replace(ctx, user=owner), rdv)] if owner else []


@feature.urgent_work(Redraw, name="rdv.Redraw", title="Carte d’un rendez-vous", writes=True)
async def redraw(ctx: Context, asked: Redraw, _: Progress) -> Step:
    """Draw the cards of a rdv again whose report was filed, deleted or restored."""
    rdv = await find_rdv(ctx.db, asked.rdv)
    return Step(replies=await refresh_for_owner(ctx, rdv) if rdv else [], finished=True)


async def say_overlaps(ctx: Context, rdvs: Sequence[Rdv]) -> Markdown:
    """Say with which other rdv these share time, and which fall on days away or holidays; empty where with none."""
    own = [rdv.number for rdv in rdvs if rdv.id is not None]
    found: dict[int, Rdv] = {}
    for rdv in rdvs:
        for other in await list_overlapping(ctx.db, rdv.user_id, rdv.starts_at, rdv.ends_at, but=own):
            found[other.number] = other
    shown = [_name(ctx, rdv) for rdv in list(found.values())[:SHOWN_OVERLAPS]]
    away, days = await _say_absences(ctx, rdvs), sorted({rdv.starts_at.astimezone(ctx.zone).date() for rdv in rdvs})
    off = [f"{say_date(day)} ({name})" for day in days if (name := find_holiday(day, ctx.user.departement))]
    if not (found or away or off):
        return Markdown("")
    return render("rdv/overlaps", shown=shown, more=len(found) - len(shown), away=away, off=off)


async def _say_absences(ctx: Context, rdvs: Sequence[Rdv]) -> Sequence[str]:
    """Say on which absences of who asks these rdv fall."""
    absences = await list_absences(ctx.db, [ctx.user.id], ctx.today)
    met = [one for one in absences if any(_is_away(one, rdv, ctx.zone) for rdv in rdvs)]
    return [say_absence(one) for one in met[:SHOWN_OVERLAPS]]


def _is_away(absence: Absence, rdv: Rdv, zone: ZoneInfo) -> bool:
    start, end = rdv.starts_at.astimezone(zone), rdv.ends_at.astimezone(zone)
    begins = find_midnight(absence.starts, zone) + timedelta(minutes=absence.start)
    ends = find_midnight(absence.last, zone) + timedelta(minutes=absence.end)
    return start < ends and end > begins


def _name(ctx: Context, rdv: Rdv) -> Mapping[str, object]:
    return {"number": rdv.number, "what": say_what(rdv), "when": say_when(rdv, ctx.zone, ctx.today)}


PAGE = 4
"""Cards on one page."""
SHOWN = (RdvState.PREVU, RdvState.PROPOSE, RdvState.HONORE, RdvState.ABSENT)
_WEEK, _DAY = timedelta(weeks=1), timedelta(days=1)
_VERB = re.compile(r"^(?:modifier|changer|voir|honor[ée]e?|absente?|venue?|pas venue?) (?=\D{0,4}\d+$)", re.IGNORECASE)
"""What somebody may want to do with a rdv whose card has buttons for it."""


async def read_list(ctx: ReadingContext, text: str) -> Replies | None:
    """List what a line asks for: some days, or a rdv by its number; None for a line that says something else."""
    if (number := read_typed_number(_VERB.sub("", text))) is not None:
        return await see_rdv(ctx, SeeRdv(rdv=number))
    period = read_days(fold(text).strip(), ctx.today)
    return None if period is None else await list_page(ctx, RdvPage(start=period.start, end=period.end))


@feature.command(
    "rdv semaine", help="Vos rendez-vous de la semaine", hint="[prochaine]", roles=CONSEILLERS, writes=False
)
async def list_week(ctx: ReadingContext, text: str) -> Replies:
    """List the rdv of a week."""
    return await _list_or_refuse(ctx, f"semaine {text}".strip())


@feature.command(
    "rdv liste",
    help="Vos rendez-vous de quelques jours",
    hint="[aujourd’hui | demain | mardi | du 1er au 15 décembre]",
    roles=CONSEILLERS,
    writes=False,
)
async def list_days(ctx: ReadingContext, text: str) -> Replies:
    """List the rdv of the days that are named, or all that come."""
    return await _list_or_refuse(ctx, text.strip() or "liste")


async def _list_or_refuse(ctx: ReadingContext, text: str) -> Replies:
    listed = await read_list(ctx, text)
    if listed is None:
        raise UserError(render("rdv/unread_days", text=text))  # fmt: skip
    return listed


@feature.button(RdvPage, name="rdv.Page", roles=CONSEILLERS, writes=False)
async def list_page(ctx: Context, at: RdvPage) -> Replies:
    """Show a page of the rdv of some days, as they are now."""
    start, end = (find_midnight(day, ctx.zone) for day in (at.start, at.end))
    rdvs = await list_between(ctx.db, ctx.user.id, start, end, SHOWN)
    page = cut_page(rdvs, at.page, PAGE)
    last = at.end - _DAY
    is_day = at.start == last
    days = say_date(at.start, ctx.today) if is_day else say_days(at.start, last)
    following = page.draw_next(lambda number: RdvPage(start=at.start, end=at.end, page=number), style="primary")
    later = Button("Voir les jours suivants", RdvPage(start=at.end, end=at.end + (at.end - at.start)))
    text = render("rdv/list", days=days, is_day=is_day, total=page.total, page=page.number, pages=page.pages)
    buttons = [*(following or [later]), Button("Nouveau rendez-vous", NoteRdv())]
    return Whisper(text, buttons, cards=await draw_lines(ctx, page.rows))


@feature.button(SeeRdv, name="rdv.See", roles=CONSEILLERS, writes=False)
async def see_rdv(ctx: Context, click: SeeRdv) -> Replies:
    """Show one rdv as it is now."""
    rdv = await get_own(ctx, click.rdv)
    reports = await find_reports(ctx.db, [rdv])
    return (await draw_rdv(ctx, rdv, reports.get(rdv.number))).recast(Whisper)
