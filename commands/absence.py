"""« /absence »: people note the days on which they are away. Their reminders pause, and colleagues who look them up
read when they are back."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import TypeVar

from pydantic import BaseModel

from bot.context import Context, ReadingContext
from bot.errors import UserError, read_or_refuse
from bot.events import DirectMessage, Spoken, typed_alone
from bot.features import Feature, Front
from bot.french import Period, say_date, say_days
from bot.menus import Choosing, Menu
from bot.replies import Ask, Button, Direct, PlainTextReply, Question, Replies, RunCommand, Whisper
from bot.texts import Markdown, render, require
from config.text import fold
from config.time import find_midnight
from dialogs import absence as forms
from storage import people, rappels
from storage.absences import Absence, get_absence, list_absences, remove_absence
from storage.annuaire import NETWORK
from storage.database import change, store
from storage.hotline import duty
from storage.rdv import RdvState
from storage.rdv.appointments import list_between

feature = Feature(
    "absence",
    front=Front("Absences", "dire quand vous n’êtes pas là, voir vos absences", lambda _: "absence"),
)

BACK = ("fin", "retour", "de retour", "je suis de retour", "present", "presente")
LISTED = ("liste", "voir", "mes absences", "annuler", "retirer", "supprimer", "modifier")
"""Words after which all are shown, each with what can be done."""
UPCOMING = (RdvState.PREVU, RdvState.PROPOSE)
SHOWN_RDV = 3
_DAY = timedelta(days=1)
LONG, FAR = timedelta(days=92), timedelta(days=183)
"""How long an absence is, and how far ahead it begins, that is asked about first."""
M = TypeVar("M", Whisper, Direct)


class WriteAbsence(BaseModel):
    """Button « Noter une absence »: opens the window of a new absence."""


class ChangeAbsence(Choosing):
    """Menu « Modifier… »: opens the window of the absence whose number was chosen."""


class RemoveAbsence(Choosing):
    """Menu « Retirer… »: removes the absence whose number was chosen."""


class Forget(BaseModel):
    """Button « Annuler »: removes the absence that was just noted."""

    number: int


class ComeBack(BaseModel):
    """Button « Je suis de retour »: ends the absence of today."""


class Note(BaseModel):
    """Button « Noter cette absence »: stores the days that were understood from plain words."""

    first: date
    last: date
    start: int
    end: int
    word: str = ""


class DropAbsence(BaseModel):
    """Button « Non »: the days that were understood from plain words are not noted."""


class PutBackAbsence(Note):
    """Undo: gives an absence the dates and word that it had, or notes it again if it was removed."""

    number: int


def _picture(absence: Absence) -> dict[str, object]:
    span = {"first": absence.starts, "last": absence.last, "start": absence.start, "end": absence.end}
    return {**span, "word": absence.word}


def _said(click: Note) -> forms.SaidAbsence:
    return forms.SaidAbsence(Period(click.first, click.last + _DAY), (click.start, click.end), click.word)


@feature.command(
    "absence",
    help="Vos congés et absences : les rappels s’arrêtent, vos collègues lisent votre retour",
    hint="[12/12-20/12 formation | jusqu’au 3 janvier | fin]",
    roles=NETWORK,
    writes=True,
)
async def note_typed(ctx: Context, line: str) -> Replies:
    """Note the days that were typed, show all, or end the absence of today."""
    words = fold(line).strip(" .!")
    if not words or words in LISTED:
        return await _show(ctx)
    if words in BACK:
        return await come_back(ctx, ComeBack())
    said = read_or_refuse(forms.read_line, line, ctx.today)
    is_dated = bool(re.search(r"(?<!\d)20\d\d(?!\d)", line))
    return _ask(ctx, said, Whisper) if _is_doubtful(said, ctx.today, is_dated=is_dated) else await _note(ctx, said)


def _is_doubtful(said: forms.SaidAbsence, today: date, *, is_dated: bool) -> bool:
    """Return whether a year may have been meant otherwise: very many days, or days far ahead of which no year was
    said (« 15/11 », said on the 30th)."""
    is_far = not is_dated and said.days.start - today > FAR
    return said.days.end - said.days.start > LONG or is_far


def _ask(ctx: Context, said: forms.SaidAbsence, kind: Callable[..., M], **more: str) -> M:
    """Ask whether the days that were understood are to be noted."""
    absence = said.make(ctx.user.id, ctx.now)
    yes, no = Button("Noter cette absence", Note(**_picture(absence)), "primary"), Button("Non", DropAbsence())
    is_long, is_far = (said.days.end - said.days.start > LONG, said.days.start - ctx.today > FAR)
    text = render("absence/asked", days=forms.say_absence(absence), is_long=is_long, is_far=is_far)
    return kind(text, [yes, no], question=Question(yes=yes, no=no), **more)


async def _show(ctx: Context) -> Whisper:
    absences = await list_absences(ctx.db, [ctx.user.id], ctx.today)
    buttons, menus = _offer(absences)
    away = any(one.is_whole and one.has(ctx.today) for one in absences)
    back = [Button("Je suis de retour", ComeBack())] if away else []
    text = render(
        "absence/list",
        absences=[Markdown(render("absence/line", days=forms.say_absence(one), word=one.word)) for one in absences],
        away=await forms.say_away(ctx.db, ctx.user, ctx.now),
    )
    return Whisper(text, [Button("Noter une absence", WriteAbsence(), "primary"), *back, *buttons], menus=menus)


def _offer(absences: Sequence[Absence]) -> tuple[Sequence[Button], Sequence[Menu]]:
    """Offer to change and remove: the only one by buttons, several by menus."""
    offered = {str(one.number): forms.say_absence(one) for one in absences}
    if len(offered) == 1:
        (number,) = offered
        return [Button("Modifier", ChangeAbsence(chosen=number)), Button("Retirer", RemoveAbsence(chosen=number))], []
    if not offered:
        return [], []
    return [], [Menu("Modifier…", ChangeAbsence(), offered), Menu("Retirer…", RemoveAbsence(), offered)]


async def _note(ctx: Context, said: forms.SaidAbsence) -> Whisper:
    """Store an absence, which replaces those that it overlaps."""
    await people.hold(ctx.db, ctx.user.id)
    absence = said.make(ctx.user.id, ctx.now)
    there = await list_absences(ctx.db, [ctx.user.id], ctx.today)
    met = [one for one in there if absence.is_whole and one.is_whole and one.meets(absence)]
    if len(met) > 1:
        days = " et ".join(forms.say_absence(one) for one in met)
        raise UserError(render("absence/overlaps", days=days))
    if met:
        return await _change(ctx, met[0], replace(said, word=said.word or met[0].word))
    forms.must_have_room(there)
    await store(ctx.db, absence)
    return await _say_noted(ctx, absence, Button("Annuler", Forget(number=absence.number)))


async def _change(ctx: Context, absence: Absence, said: forms.SaidAbsence) -> Whisper:
    """Change an absence. One that has already begun keeps its first day."""
    undo = Button("Annuler", PutBackAbsence(number=absence.number, **_picture(absence)))
    wanted = said.make(ctx.user.id, ctx.now)
    starts = absence.starts if absence.has(ctx.today) and wanted.starts == ctx.today else wanted.starts
    before = forms.say_absence(absence), absence.word
    await change(ctx.db, absence, starts=starts, ends=wanted.ends, start=wanted.start, end=wanted.end, word=wanted.word)
    return await _say_noted(ctx, absence, undo, before)


async def _say_noted(ctx: Context, absence: Absence, undo: Button, before: tuple[str, str] = ("", "")) -> Whisper:
    """Say what follows from an absence: when the person is back, and which appointments and turns of duty fall into
    it. ``before`` are its days and its word if it was already noted."""
    zone = ctx.zone
    days = (await rappels.get_choice(ctx.db, ctx.user.id)).days
    begin, end = (find_midnight(day, zone) for day in (absence.starts, absence.ends))
    first = begin + timedelta(minutes=absence.start)
    last = end if absence.is_whole else begin + timedelta(minutes=absence.end)
    rdvs = await list_between(ctx.db, ctx.user.id, max(first, ctx.now), last, UPCOMING)
    others = await list_absences(ctx.db, [ctx.user.id], absence.starts, whole=True)
    turns = [one for one in await duty.list_turns_of(ctx.db, ctx.user.id, ctx.today) if one.meets(absence)]
    text = render(
        "absence/noted",
        days=forms.say_absence(absence),
        before=before[0],
        same=before == (forms.say_absence(absence), absence.word),
        whole=absence.is_whole,
        back=say_date(forms.find_return(others, absence.ends, ctx.user.departement, days)),
        word=absence.word,
        count=len(rdvs),
        rdvs=[f"n° {one.number}, {say_date(one.starts_at.astimezone(zone).date())}" for one in rdvs[:SHOWN_RDV]],
        turns=[say_days(one.starts, one.last) for one in turns if absence.is_whole],
    )
    swap = [Button("Échanger ma garde", RunCommand(line="garde échanger"))] if turns and absence.is_whole else []
    undos = [] if before == (forms.say_absence(absence), absence.word) else [undo]
    return Whisper(text, [*undos, *swap, Button("Voir mes absences", RunCommand(line="absence"))])


@feature.button(WriteAbsence, name="absence.New", roles=NETWORK, writes=False)
async def open_window(_: ReadingContext, click: WriteAbsence) -> Replies:
    """Open the window of a new absence."""
    return Ask(forms.NoteAbsence.draft(), here=False)


@feature.button(ChangeAbsence, name="absence.Change", roles=NETWORK, writes=False)
async def open_change(ctx: ReadingContext, click: ChangeAbsence) -> Replies:
    """Open the window of an absence that is already noted."""
    absence = await _find(ctx, int(click.chosen))
    shown = forms.NoteAbsence.draft(days=forms.write_days(absence), word=absence.word or None, number=absence.number)
    return Ask(shown, here=False)


async def _find(ctx: Context, number: int, *, locked: bool = False) -> Absence:
    found = await get_absence(ctx.db, ctx.user.id, number, locked=locked)
    if found is None or found.ends <= ctx.today or found.starts >= found.ends:
        raise UserError(render("absence/gone"))
    return found


@feature.submit(forms.NoteAbsence, roles=NETWORK)
async def save_window(ctx: Context, form: forms.NoteAbsence) -> Replies:
    """Store the absence of the window: a new one, or the one for which the window was opened."""
    if not form.number and _is_doubtful(form.said, ctx.today, is_dated=False):
        return _ask(ctx, form.said, Whisper)
    if not form.number:
        return await _note(ctx, form.said)
    return await _change(ctx, await _find(ctx, form.number, locked=True), form.said)


@feature.button(RemoveAbsence, name="absence.Remove", roles=NETWORK)
async def remove(ctx: Context, click: RemoveAbsence) -> Replies:
    """Remove an absence, and offer to put it back."""
    return await _remove(ctx, int(click.chosen))


@feature.undo(Forget, roles=NETWORK)
async def forget(ctx: Context, click: Forget) -> Replies:
    """Remove the absence that was just noted."""
    return await _remove(ctx, click.number)


async def _remove(ctx: Context, number: int) -> Whisper:
    gone = require(await remove_absence(ctx.db, ctx.user.id, number), "absence/gone")
    undo = Button("Remettre", PutBackAbsence(number=number, **_picture(gone)))
    return Whisper(render("absence/removed", days=forms.say_absence(gone)), [undo])


@feature.button(ComeBack, roles=NETWORK)
async def come_back(ctx: Context, _: ComeBack) -> Replies:
    """End the absence of today; if it began only today, remove it."""
    there = await list_absences(ctx.db, [ctx.user.id], ctx.today, whole=True)
    current = require(next((one for one in there if one.has(ctx.today)), None), "absence/none_today")
    undo = Button("Annuler", PutBackAbsence(number=current.number, **_picture(current)))
    said = forms.say_absence(current)
    if current.starts == ctx.today:
        await remove_absence(ctx.db, ctx.user.id, current.number)
    else:
        await change(ctx.db, current, ends=ctx.today)
    return Whisper(render("absence/back", days=said), [undo])


@feature.undo(PutBackAbsence, name="absence.PutBack", roles=NETWORK)
async def put_back(ctx: Context, click: PutBackAbsence) -> Replies:
    """Restore an absence as it was before a change or its removal; twice makes no second one."""
    await people.hold(ctx.db, ctx.user.id)
    wanted = _said(click).make(ctx.user.id, ctx.now)
    found = await get_absence(ctx.db, ctx.user.id, click.number, locked=True)
    if found is None:
        there = await list_absences(ctx.db, [ctx.user.id], ctx.today)
        if (same := next((one for one in there if _picture(one) == _picture(wanted)), None)) is None:
            await store(ctx.db, same := wanted)
        text = render("absence/restored", days=forms.say_absence(same))
        return Whisper(text, [Button("Annuler", Forget(number=same.number))])
    now = Button("Annuler", PutBackAbsence(number=found.number, **_picture(found)))
    kept = {name: getattr(wanted, name) for name in ("starts", "ends", "start", "end", "word")}
    await change(ctx.db, found, **kept)
    return Whisper(render("absence/restored", days=forms.say_absence(found)), [now])


_is_leave = typed_alone(forms.is_said)


@feature.hears_words
async def hear_words(ctx: Context, message: Spoken) -> PlainTextReply:
    """Recognise « je suis en congés jusqu’au 3 janvier », written in the direct channel, as an absence."""
    return PlainTextReply(is_its=_is_leave(message) and ctx.user.may(NETWORK))


@feature.event(DirectMessage, name="absence.DirectMessage", only=_is_leave)
async def ask_whether(ctx: Context, message: DirectMessage) -> Replies:
    """Ask whether the days that were understood are to be noted, or explain how to say them."""
    if not ctx.user.may(NETWORK):
        return None
    try:
        said = forms.read_line(message.text, ctx.today)
    except ValueError:
        note = Button("Noter une absence", WriteAbsence(), "primary")
        return Direct(render("absence/when"), [note], user_id=ctx.user.id)
    return _ask(ctx, said, Direct, user_id=ctx.user.id)


@feature.button(Note, roles=NETWORK)
async def note_asked(ctx: Context, click: Note) -> Replies:
    """Store the absence that was proposed; days that have passed meanwhile are left out."""
    if click.last < ctx.today:
        raise UserError(render("absence/days_past"))
    return await _note(ctx, replace(_said(click), days=Period(max(click.first, ctx.today), click.last + _DAY)))


@feature.button(DropAbsence, name="absence.GiveUp", writes=False)
async def give_up(_: ReadingContext, click: DropAbsence) -> Replies:
    """Say that nothing is noted."""
    return Whisper(render("absence/nothing"))
