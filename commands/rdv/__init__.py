"""« /rdv »: the calendar of a conseiller. Here a rdv is noted: in a line that is shown as it was understood, or in the
window; one, or one that comes back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from pydantic import BaseModel
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.context import Context, ReadingContext
from bot.errors import UserError
from bot.french import plural, say_date, say_days
from bot.menus import Choosing, Menu
from bot.previews import PICK_LABELS, answer, leave_question, must_be_author, tell_dropped
from bot.replies import Ask, Button, Direct, Message, Question, Replies, Reply, Whisper
from bot.texts import Markdown, quote, render
from commands.rdv import changes, deliveries, hours, page, reminders, requests, suggestions
from commands.rdv.cards import CARD, CONSEILLERS, NoteRdv, draw_noted, feature, list_week, read_list, say_overlaps
from commands.rdv.meetings import propose_meeting
from commands.rdv.rooms import start_rooms
from config.text import fold
from dialogs.plain_words.answers import read_answer, says_right
from dialogs.rdv.amendments import AmendedRdv, amend_rdv, ask_for
from dialogs.rdv.line import names_colleagues, read_rdv_line
from dialogs.rdv.parts import RdvLine, UsualRdv, read_shown
from dialogs.rdv.recurrence import RecurrenceRule, Written, say_rule, write_out
from dialogs.rdv.titles import say_what, say_when, say_where
from dialogs.rdv.windows import NewRdv, fill
from storage import claims
from storage.absences import list_absences
from storage.cra.habits import read_usual
from storage.database import store
from storage.rdv import Rdv, RdvState
from storage.rdv.appointments import RdvSeries, change_rdv, find_last, lock_rdvs
from storage.rdv.bookings import hold_hours

SAVED = "rdv.saved"
"""The claims on the keys of what was noted."""
HINT = "[mardi 10h 45 min impôts à Bron | @carl @marie 30 min | semaine | 12]"


class RdvPreview(BaseModel):
    """A line as it was understood: whose, under which one-time key, and all that is said of it; ``asked`` is the part
    that was asked for in words, "" for none."""

    author: str
    key: str
    raw: dict[str, Any]
    unread: list[str] = []
    mistakes: dict[str, str] = {}
    choices: dict[str, dict[str, str]] = {}
    assumed: list[str] = []
    notes: list[str] = []
    day: date | None = None
    hour: time | None = None
    asked: str = ""

    @property
    def line(self) -> RdvLine:
        """The line, as it was read."""
        return read_shown(self.model_dump(mode="json"))


class SaveRdv(BaseModel):
    """« Enregistrer » a previewed line."""

    author: str
    key: str
    raw: dict[str, Any]


class CompleteRdv(SaveRdv):
    """« Compléter » a previewed line in the window."""


class DropRdv(BaseModel):
    """« Annuler » a previewed line. In the question of a preview, ``shown`` is what is put right by words."""

    author: str
    key: str
    shown: RdvPreview | None = None


class CorrectRdv(BaseModel):
    """What was said in plain words of a previewed line, to put it right; "" shows it once more."""

    shown: RdvPreview
    said: str


class IgnoreRdvWords(BaseModel):
    """« Ignorer ces mots »: what was not understood says nothing."""

    shown: RdvPreview


class ResumeRdv(BaseModel):
    """« Reprendre » a preview that was dropped."""

    shown: RdvPreview


class PickRdvElement(Choosing):
    """A value that was chosen for an element in doubt."""

    shown: RdvPreview
    element: str


class UndoNew(BaseModel):
    """Undo of what was noted at once, by numbers: it is cancelled, but for what was changed since."""

    numbers: list[int]


async def find_noted(db: AsyncSession, keys: Sequence[str]) -> set[str]:
    """Find which of these one-time keys noted a rdv already."""
    return set(await claims.list_taken(db, SAVED, keys)) if keys else set()


@feature.command("rdv", help="Noter un rendez-vous, ou voir les vôtres", hint=HINT, roles=CONSEILLERS, tells=True)
async def start(ctx: ReadingContext, text: str) -> Replies:
    """Open the window, list what is asked for, or show what a line was understood as. Who said it in plain words, or
    clicked on that, sees their week, where a window is a click away."""
    if not text.strip():
        return await (list_week(ctx, "") if ctx.request.line else open_window(ctx, NoteRdv()))
    if names_colleagues(text):
        return await propose_meeting(ctx, text)
    for read in (read_list, requests.read_other_words):
        if (answered := await read(ctx, text)) is not None:
            return answered
    line = read_rdv_line(text, ctx.clues, await _read_usual(ctx))
    return answer(ctx, await _preview(ctx, line, ctx.make_key()))


@feature.button(NoteRdv, name="rdv.New", roles=CONSEILLERS, writes=False)
async def open_window(ctx: ReadingContext, _: NoteRdv) -> Ask:
    """Open the window, filled with what is usual."""
    usual = await ctx.recall(read_usual)
    known = {name: value for name, value in (await _fill_last(ctx)).items() if name in ("ou", "lieu", "commune")}
    minutes = next(iter(usual.minutes), None)
    return Ask(NewRdv.draft(**{"ou": "rattachement"} | known, minutes=minutes or 60, often=usual.minutes), here=False)


async def _fill_last(ctx: ReadingContext) -> Mapping[str, object]:
    """Fill a window with the rdv that somebody noted last; nothing where there is none."""
    last = await find_last(ctx.db, ctx.user.id)
    return fill(last, ctx.zone) if last else {}


async def _read_usual(ctx: ReadingContext) -> UsualRdv:
    """Read where somebody’s next rdv likely is: as the last one."""
    known = await _fill_last(ctx)
    commune = known.get("commune")
    place = {"ou": str(known["ou"]), "lieu": str(known["lieu"])} if known else {}
    label = {"commune": str(commune.label)} if commune is not None else {}  # type: ignore[attr-defined]  # a CommunePlace
    return UsualRdv({name: value for name, value in (place | label).items() if value}, await ctx.recall(read_usual))


async def _preview(ctx: Context, line: RdvLine, key: str, asked: str = "") -> Message:
    """Show what a line was understood as."""
    form = line.judge(ctx.clues)
    if form and form.quand <= ctx.now and not form.repetition:  # of what comes back, today’s may be past
        line.mistakes["quand"], form = render("rdv/past_hour"), None
    shown = RdvPreview(
        author=ctx.user.id,
        key=key,
        raw=line.raw,
        unread=list(line.unread),
        mistakes=line.mistakes,
        choices=line.choices,
        assumed=line.assumed,
        notes=line.notes,
        day=line.day,
        hour=line.hour,
        asked=asked,
    )
    return await _draw(ctx, shown, form)


async def _draw(ctx: Context, shown: RdvPreview, form: NewRdv | None) -> Message:
    planned = await plan_rdvs(ctx, form) if form else None
    overlaps = await say_overlaps(ctx, planned.rdvs) if planned else Markdown("")
    sure = planned is not None and not shown.unread and not shown.asked
    carried = {"author": shown.author, "key": shown.key, "raw": shown.raw}
    label = "Enregistrer quand même" if overlaps else "Enregistrer"
    save = [Button(label, SaveRdv(**carried), "default" if overlaps else "primary")] if sure else []
    complete = Button("Compléter", CompleteRdv(**carried), "default" if save else "primary")
    ignore = [Button("Ignorer ces mots", IgnoreRdvWords(shown=shown))] if planned and shown.unread else []
    drop = Button("Annuler", DropRdv(author=shown.author, key=shown.key))
    is_wrong = bool(shown.mistakes) and not shown.unread
    text = render(
        "rdv/preview",
        text=_say_plan(ctx, planned) if planned else render("rdv/understood", told=_tell_said(shown), wrong=is_wrong),
        unread=[quote(word) for word in shown.unread],
        mistakes=list(shown.mistakes.values()),
        notes=shown.notes,
        assumed=shown.assumed,
        overlaps=overlaps,
    )
    by_word = replace(drop, payload=DropRdv(author=shown.author, key=shown.key, shown=shown))
    question = Question(yes=save[0] if save and not overlaps else None, no=by_word, stays=True)
    return Message(text, [*save, complete, *ignore, drop], menus=_offer(shown), question=question)


def _right(shown: RdvPreview) -> dict[str, Any]:
    return {name: value for name, value in shown.raw.items() if name not in shown.mistakes}


def _tell_said(shown: RdvPreview) -> Mapping[str, str]:
    """Tell what was understood, but for what was taken without being said."""
    assumed = {fold(said) for said in shown.assumed}
    return {label: value for label, value in NewRdv.tell(_right(shown)).items() if fold(value) not in assumed}


def _offer(shown: RdvPreview) -> list[Menu]:
    asked = [name for name in shown.choices if name in shown.mistakes]
    return [Menu(PICK_LABELS[name], PickRdvElement(shown=shown, element=name), shown.choices[name]) for name in asked]


LEFT_OUT_MAX = 6
"""Days left out for one reason that are listed one by one."""


@dataclass(frozen=True, slots=True)
class Planned:
    """The rdv that a window makes, not stored yet; of which rule, and what is left out."""

    rdvs: Sequence[Rdv]
    rule: RecurrenceRule | None = None
    written: Written | None = None
    first: date | None = None


async def plan_rdvs(ctx: Context, form: NewRdv) -> Planned:
    """Make the rdv that a window says; days away are left out of those that come back. Raises UserError where no day is
    left."""
    plan, rule = form.plan, form.read_rule(ctx.today)
    if rule is None:
        return Planned([_make(ctx, plan.starts_at, plan.minutes, plan.columns)])
    first = plan.starts_at.date()
    absences = await list_absences(ctx.db, [ctx.user.id], first, whole=True)
    away = {day for one in absences for day in one.days}
    written = write_out(rule, first, plan.starts_at.time(), ctx.zone, ctx.user.departement)
    written = written.without(away).since(ctx.now)
    if not written.occurrences:
        raise UserError(fields={"repetition": render("rdv/absent_all_days")})
    rdvs = [_make(ctx, one.at, plan.minutes, {**plan.columns, "occurrence": one.day}) for one in written.occurrences]
    return Planned(rdvs, rule, written, first)


def _make(ctx: Context, starts_at: datetime, minutes: int, columns: Any) -> Rdv:
    begins = starts_at.astimezone(UTC)
    when: dict[str, Any] = {"starts_at": begins, "ends_at": begins + timedelta(minutes=minutes)}
    return Rdv(user_id=ctx.user.id, **when, **columns, created_at=ctx.now, changed_at=ctx.now)


def _say_plan(ctx: Context, planned: Planned) -> Markdown:
    first = planned.rdvs[0]
    said: dict[str, object] = {"what": say_what(first), "where": say_where(first), "memo": first.memo}
    said |= {"when": say_when(first, ctx.zone, ctx.today), "seats": first.seats if first.collective else 0}
    if planned.rule is None or planned.written is None or planned.first is None:
        return render("rdv/said", **said)
    last = planned.written.occurrences[-1].day
    said |= {"rule": say_rule(planned.rule, planned.first), "count": len(planned.rdvs), "last": say_date(last)}
    return render("rdv/said_series", **said, holidays=list_left_out(planned.written))


def list_left_out(written: Written) -> Sequence[str]:
    """List the days that are left out, each with why; many for the same reason are counted."""
    by_name: dict[str, list[date]] = {}
    for day, name in written.holidays:
        by_name.setdefault(name, []).append(day)
    return [one for name, days in by_name.items() for one in _name_days(name, days)]


def _name_days(name: str, days: Sequence[date]) -> Sequence[str]:
    if len(days) <= LEFT_OUT_MAX:
        return [f"{say_date(day)} ({name})" for day in days]
    return [f"{plural(len(days), 'jour')} {say_days(days[0], days[-1])} ({name})"]


@feature.button(SaveRdv, name="rdv.Save", roles=CONSEILLERS)
async def save_preview(ctx: Context, click: SaveRdv) -> Replies:
    """Note the line as it was previewed; a second click finds it noted."""
    must_be_author(ctx, click.author, "rdv")
    if not await claims.claim(ctx.db, SAVED, click.key, ctx.now):
        return answer(ctx, Message(render("rdv/saved_already")))
    form = NewRdv.parse(click.raw, {}, ctx.clues)
    return [answer(ctx, Message(render("rdv/saved"))), *await note(ctx, form)]


@feature.submit(NewRdv, roles=CONSEILLERS, accepted=find_noted)
async def submit_new(ctx: Context, form: NewRdv) -> Replies:
    """Note what the window says: once, however often it is sent."""
    if not await claims.claim(ctx.db, SAVED, ctx.request.key, ctx.now):
        return Whisper(render("rdv/saved_already")) if ctx.request.resumed else None
    return await note(ctx, form)


async def note(ctx: Context, form: NewRdv) -> Sequence[Reply]:
    """Store what a window says, with its card, and say what it overlaps. Raises UserError for an hour that is past."""
    planned = await plan_rdvs(ctx, form)
    if planned.rdvs[0].starts_at <= ctx.now:
        raise UserError(fields={"quand": render("rdv/past_hour")})
    await hold_hours(ctx.db, [ctx.user.id])
    overlaps = await say_overlaps(ctx, planned.rdvs)
    series = await _add_series(ctx, planned)
    for rdv in planned.rdvs:
        rdv.series = series
        await store(ctx.db, rdv)
    if planned.rule is None:
        card = draw_noted(ctx, planned.rdvs[0])
        text = render("rdv/noted", card=Markdown(card.text), overlaps=overlaps)
        return [CARD.send(planned.rdvs[0], Message(text, card.buttons), ctx.user.id), *start_rooms(ctx, planned.rdvs)]
    numbers = [rdv.number for rdv in planned.rdvs]
    undo = Button(f"Annuler ces {len(numbers)} rendez-vous", UndoNew(numbers=numbers))
    text = render("rdv/noted", card=_say_plan(ctx, planned), overlaps=overlaps)
    return [Direct(text, [undo], user_id=ctx.user.id), *start_rooms(ctx, planned.rdvs)]


async def _add_series(ctx: Context, planned: Planned) -> int | None:
    """Store the rule of what comes back, and return its number; None for one alone."""
    if planned.rule is None or planned.first is None:
        return None
    begins = planned.rdvs[0].starts_at.astimezone(ctx.zone)
    rule = planned.rule
    series = RdvSeries(
        user_id=ctx.user.id,
        weekday=rule.weekday,
        nth=rule.nth,
        every=rule.every,
        minute=begins.hour * 60 + begins.minute,
        zone=ctx.zone.key,
        first=planned.first,
        until=rule.finds_end(planned.first),
        created_at=ctx.now,
    )
    await store(ctx.db, series)
    return series.number


@feature.button(CompleteRdv, name="rdv.Complete", roles=CONSEILLERS, writes=False)
async def complete_preview(ctx: Context, click: CompleteRdv) -> Replies:
    """Open the window with all that was understood; it and « Enregistrer » count once together."""
    must_be_author(ctx, click.author, "rdv")
    return Ask(NewRdv.recall(click.raw, {}), key=click.key)


@feature.button(DropRdv, name="rdv.Drop", roles=CONSEILLERS)
async def drop_preview(ctx: Context, click: DropRdv) -> Replies:
    """Say that nothing is noted, unless it is already."""
    must_be_author(ctx, click.author, "rdv")
    asked = await leave_question(ctx, click.key)
    noted = bool(await find_noted(ctx.db, [click.key]))
    shown = RdvPreview.model_validate(asked) if asked else click.shown
    resume = ResumeRdv(shown=shown) if shown and not noted else None
    return answer(ctx, tell_dropped(render("rdv/dropped", noted=noted), resume))


@feature.button(ResumeRdv, name="rdv.Resume", roles=CONSEILLERS, writes=False)
async def resume_preview(ctx: ReadingContext, click: ResumeRdv) -> Replies:
    """Show a dropped preview again."""
    must_be_author(ctx, click.shown.author, "rdv")
    return answer(ctx, await _preview(ctx, click.shown.line, click.shown.key))


@feature.button(CorrectRdv, name="rdv.Correct", roles=CONSEILLERS, writes=False)
async def correct_preview(ctx: ReadingContext, click: CorrectRdv) -> Replies:
    """Show the corrected preview anew, under what was said; of what is noted already, say where it is changed."""
    shown = click.shown
    must_be_author(ctx, shown.author, "rdv")
    if await find_noted(ctx.db, [shown.key]):
        return Direct(render("rdv/correct_noted"), user_id=ctx.user.id)
    amended = amend_rdv(shown.line, click.said, ctx.clues, await _read_usual(ctx), shown.asked)
    if amended is None:
        is_still_asked = shown.asked and not says_right(click.said)
        is_unread = click.said and (read_answer(click.said) is None if is_still_asked else not shown.asked)
        unread = [render("cra/correction_unread", said=click.said)] if is_unread else []
        again = [render("cra/ask_again", question=ask_for(shown.asked))] if is_still_asked else []
        said = [*unread, *again] or [render("rdv/left")]
        amended = AmendedRdv(shown.line, [*said], shown.asked if is_still_asked else "")
    message = await _preview(ctx, amended.line, shown.key, amended.asked)
    told = amended.told
    text = render("cra/corrected", changes=told, text=Markdown(message.text)) if told else message.text
    return replace(message, text=text).recast(Direct, user_id=ctx.user.id)


@feature.button(PickRdvElement, name="rdv.Pick", roles=CONSEILLERS, writes=False)
async def pick_value(ctx: ReadingContext, click: PickRdvElement) -> Replies:
    """Take the value that was chosen, and show the preview anew."""
    shown, name = click.shown, click.element
    chosen: Any = [*shown.raw.get("themes", ()), click.chosen] if name == "themes" else click.chosen
    return await _again(ctx, shown, shown.raw | {name: chosen}, name, shown.unread)


@feature.button(IgnoreRdvWords, name="rdv.Ignore", roles=CONSEILLERS, writes=False)
async def ignore_words(ctx: ReadingContext, click: IgnoreRdvWords) -> Replies:
    """Leave out what was not understood, and show the preview anew."""
    return await _again(ctx, click.shown, click.shown.raw, "", [])


async def _again(
    ctx: ReadingContext, shown: RdvPreview, raw: dict[str, Any], but: str, unread: Sequence[str]
) -> Replies:
    must_be_author(ctx, shown.author, "rdv")
    mistakes = {name: text for name, text in shown.mistakes.items() if name != but}
    line = replace(shown.line, raw=raw, unread=tuple(unread), mistakes=mistakes)
    return answer(ctx, await _preview(ctx, line, shown.key))


def _is_as_noted(rdv: Rdv) -> bool:
    """Return whether nobody changed a rdv: that its room was opened is its only change."""
    return rdv.sequence == (1 if rdv.visio_url else 0)


@feature.undo(UndoNew, roles=CONSEILLERS)
async def undo_new(ctx: Context, click: UndoNew) -> Replies:
    """Cancel what was noted at once; what was changed since stays."""
    found = await lock_rdvs(ctx.db, ctx.user.id, click.numbers)
    gone = [rdv for rdv in found if rdv.state is RdvState.PREVU and _is_as_noted(rdv)]
    for rdv in gone:
        await change_rdv(ctx.db, rdv, ctx.now, state=RdvState.ANNULE)
    kept = [rdv.number for rdv in found if rdv not in gone and rdv.state is not RdvState.ANNULE]
    return answer(ctx, Message(render("rdv/undone", count=len(gone), kept=[str(number) for number in kept])))
