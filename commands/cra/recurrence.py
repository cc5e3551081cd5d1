"""Recurring reports: « /cra tous les mardis atelier 8p 2h » is proposed on its days, and filed by a click."""

import re
import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel
from sqlmodel.sql.expression import SelectOfScalar

from bot.calendar import find_holiday
from bot.context import Context, ReadingContext
from bot.errors import UserError
from bot.french import plural, say_date, say_weekday
from bot.menus import Choosing, Menu
from bot.replies import Ask, Button, EveningPart, Replies, Waiting, Whisper
from bot.texts import render, require
from commands.cra.cards import CONSEILLERS, DropPreview, PreviewButton, feature, say_typed
from commands.cra.previews import read_text
from commands.cra.reports import record_form
from config.text import make_plain
from dialogs.cra import NewCra
from dialogs.cra.habits import read_rule, say_habit
from dialogs.cra.line import Line
from dialogs.rdv.exceptions import Exceptions
from dialogs.rdv.recurrence import RecurrenceRule, fault_of_school, find_rule
from storage import rappels
from storage.absences import list_absences
from storage.cra import Source
from storage.cra.habits import HABITS_MAX, RecurringReport, find_by_key, find_habit, list_habits, select_authors
from storage.cra.queries import find_filed_keys
from storage.cra.report import is_training
from storage.database import change, store
from storage.people import Role

ASKED_FOR = 3
"""Days after its own on which a report that was not filed is still asked for in the message of the day."""

_DAY = timedelta(days=1)
_CHANGE = re.compile(r"(?:n ?° ?)?(\d{1,9})[ ,:]+(\S.*)")


class KeepHabit(PreviewButton):
    """Button « Me le proposer »: stores a recurring report and its days, in place of the one that it ``replaces``."""

    raw: dict[str, Any]
    weekday: int
    nth: int = 0
    every: int = 1
    first: date
    until: date | None = None
    but: dict[str, Any] | None = None
    replaces: int = 0


class HabitDay(BaseModel):
    """Payload about a recurring report, by its number, on one day."""

    number: int
    day: date


class FileHabit(HabitDay):
    """Buttons « 8 personnes » and « Enregistrer »: file the report as proposed."""


class OpenHabit(HabitDay):
    """Buttons « Autre nombre » and « Compléter »: open the window of the report."""


class SkipHabit(HabitDay):
    """Button « Pas cette fois »: no report is proposed for that day."""


class StopHabit(Choosing):
    """Menu « Ne plus proposer »: stops the recurring report whose number was chosen."""


class ResumeHabit(BaseModel):
    """Button « Le proposer de nouveau »: undoes « Ne plus proposer »."""

    number: int
    until: date | None = None


async def read_habit(ctx: ReadingContext, text: str) -> Whisper | None:
    """Read a line that says how a report recurs; None for any other line. Raises UserError."""
    found = find_rule(make_plain(text), ctx.today)
    if found is None:
        return None
    rule, spans = found
    if unknown := fault_of_school(rule, ctx.today, ctx.user.departement):
        raise UserError(unknown)
    rest = text
    for start, end in sorted(spans, reverse=True):
        rest = f"{rest[:start]} {rest[end:]}"
    shown = await read_text(ctx, rest)
    if isinstance(shown, Whisper):
        return shown
    if len(shown.reports) != 1:
        raise UserError(render("cra/habit_of_one"))
    line = shown.reports[0].line
    if line.raw.keys() <= line.assumed.keys() | {"date"} and not line.unread:
        raise UserError(render("cra/habit_of_what"))
    judged = line.judge(ctx.clues)
    if problems := [*judged.mistakes.values(), *(render("cra/habit_unread", word=word) for word in judged.line.unread)]:
        raise UserError(" ".join(problems))
    return _ask_whether(ctx, rule, {name: value for name, value in judged.line.raw.items() if name != "date"})


def _ask_whether(ctx: ReadingContext, rule: RecurrenceRule, raw: dict[str, Any]) -> Whisper:
    key = secrets.token_urlsafe(16)
    days = (day for day in rule.days(ctx.today) if not rule.but.name(day, ctx.user.departement))
    first = require(next(days, None), "cra/habit_no_day")
    until = max(rule.days(first)) if rule.times else rule.until
    when = {"weekday": rule.weekday, "nth": rule.nth, "every": rule.every, "first": first, "until": until}
    when["but"] = rule.but.write() or None
    keep = Button("Me le proposer", KeepHabit(author=ctx.user.id, key=key, raw=raw, **when), "primary")
    text = render("cra/habit_asked", told=say_typed(raw), **_say_when(rule, first, until))
    return Whisper(text, [keep, Button("Annuler", DropPreview(author=ctx.user.id, key=key))])


def _say_when(rule: RecurrenceRule, first: date, until: date | None) -> dict[str, str]:
    return {
        "rule": f"{rule}{rule.but.say(with_days=True)}",
        "first": say_date(first),
        "until": say_date(until) if until else "",
    }


def _fill(habit: RecurringReport, day: date) -> dict[str, Any]:
    return {**habit.raw, "date": day.isoformat()}


@feature.button(KeepHabit, roles=CONSEILLERS)
async def keep_habit(ctx: Context, click: KeepHabit) -> Replies:
    """Store a recurring report; a second click stores it once."""
    if click.author != ctx.user.id:
        raise UserError(render("cra/habit_not_yours"))
    known = [one for one in await list_habits(ctx.db, ctx.user.id, ctx.today) if one.number != click.replaces]
    habit = await find_by_key(ctx.db, click.key) or next((one for one in known if _is_same(one, click)), None)
    if habit is None:
        if len(known) >= HABITS_MAX:
            raise UserError(render("cra/too_many_habits", most=HABITS_MAX))
        habit = RecurringReport(
            author_id=ctx.user.id, created_at=ctx.now, **click.model_dump(exclude={"author", "replaces"})
        )
        await store(ctx.db, habit)
        if click.replaces:
            await change(ctx.db, await _find(ctx, click.replaces), until=ctx.today - _DAY)
    text = render("cra/habit_kept", **_say_when(read_rule(habit), habit.first, habit.until))
    return Whisper(text, [Button("Ne plus proposer", StopHabit(chosen=str(habit.number)))])


def _is_same(habit: RecurringReport, click: KeepHabit) -> bool:
    """Return whether the same report already recurs on the same days."""
    rule = RecurrenceRule(click.weekday, click.nth, click.every, click.until, but=Exceptions.read(click.but))
    return (habit.raw, read_rule(habit)) == (click.raw, rule) and (rule.every == 1 or habit.first == click.first)


@feature.command(
    "cra habitudes",
    help="Les comptes rendus proposés chaque semaine : les changer, les arrêter",
    hint="[12 tous les jeudis atelier 8p 2h]",
    roles=CONSEILLERS,
)
async def show_habits(ctx: ReadingContext, line: str) -> Replies:
    """List the recurring reports; under the number of one, read how it recurs from now on."""
    habits = await list_habits(ctx.db, ctx.user.id, ctx.today)
    if found := _CHANGE.fullmatch(line.strip()):
        habit = next((one for one in habits if one.number == int(found[1])), None)
        return await _ask_change(ctx, require(habit, "cra/habit_gone"), found[2])
    offered = {str(one.number): f"Ne plus proposer : {say_habit(one, ctx.today)}"[:75] for one in habits}
    text = render("cra/habits", habits=[(one.number, say_habit(one, ctx.today)) for one in habits])
    if len(offered) == 1:
        return Whisper(text, [Button("Ne plus proposer", StopHabit(chosen=next(iter(offered))))])
    return Whisper(text, menus=[Menu("Ne plus proposer…", StopHabit(), offered)] if offered else [])


async def _ask_change(ctx: ReadingContext, habit: RecurringReport, said: str) -> Whisper:
    """Ask whether a recurring report is to be replaced by the one that a line says."""
    shown = require(await read_habit(ctx, said), "cra/habit_change_how", number=habit.number)
    keep, *others = shown.buttons
    if not isinstance(keep.payload, KeepHabit):
        return shown
    instead = replace(keep, payload=keep.payload.model_copy(update={"replaces": habit.number}))
    return replace(shown, buttons=[instead, *others])


@feature.button(StopHabit, roles=CONSEILLERS)
async def stop_habit(ctx: Context, click: StopHabit) -> Replies:
    """Stop proposing a recurring report."""
    habit = await _find(ctx, int(click.chosen))
    undo = Button("Le proposer de nouveau", ResumeHabit(number=habit.number, until=habit.until))
    await change(ctx.db, habit, until=ctx.today - _DAY)
    return Whisper(render("cra/habit_stopped"), [undo])


@feature.undo(ResumeHabit, roles=CONSEILLERS)
async def resume_habit(ctx: Context, click: ResumeHabit) -> Replies:
    """Propose a stopped report again."""
    habit = await _find(ctx, click.number)
    await change(ctx.db, habit, until=click.until)
    return Whisper(render("cra/habit_kept", **_say_when(read_rule(habit), max(habit.first, ctx.today), habit.until)))


async def _find(ctx: Context, number: int) -> RecurringReport:
    return require(await find_habit(ctx.db, ctx.user.id, number), "cra/habit_gone")


def _whose(_: ZoneInfo, day: date) -> SelectOfScalar[str]:
    return select_authors(day)


async def propose(ctx: Context, asks: bool) -> EveningPart:
    """Propose the reports that recur today."""
    return EveningPart(await _list_unfiled(ctx, [ctx.today]) if asks else [])


feature.evenings.append((_whose, propose))


@feature.waiting
async def remind_of_habits(ctx: Context) -> Sequence[Waiting]:
    """List the recurring reports of the last days that were neither filed nor skipped."""
    if ctx.user.role is not Role.CONSEILLER:
        return []
    return await _list_unfiled(ctx, [ctx.today - back * _DAY for back in range(ASKED_FOR, 0, -1)])


async def _list_unfiled(ctx: Context, days: Sequence[date]) -> Sequence[Waiting]:
    habits = await list_habits(ctx.db, ctx.user.id, days[0])
    due = [(one, day) for day in days for one in habits if one.comes_on(day) and one.created_at.date() <= day]
    if not due or await is_training(ctx.db, ctx.user.id):
        return []
    filed = await find_filed_keys(ctx.db, [one.key_of(day) for one, day in due])
    away = {day for one in await list_absences(ctx.db, [ctx.user.id], days[0], whole=True) for day in one.days}
    wanted = [(one, day) for one, day in due if one.key_of(day) not in filed and not one.is_skipped(day)]
    works = (await rappels.get_choice(ctx.db, ctx.user.id)).works_on
    here = [(one, day) for one, day in wanted if day not in away and (one.weekday >= 0 or works(day))]
    worked = [(one, day) for one, day in here if not _is_left_out(ctx, one, day)]
    return [_ask(ctx, one, day) for one, day in worked]


def _is_left_out(ctx: Context, habit: RecurringReport, day: date) -> bool:
    where = ctx.user.departement
    return bool(find_holiday(day, where) or Exceptions.read(habit.but).name(day, where))


def _ask(ctx: Context, habit: RecurringReport, day: date) -> Waiting:
    raw, about = _fill(habit, day), {"number": habit.number, "day": day}
    sure = Line(raw).judge(ctx.clues).sure
    people = sure.participants if sure and "participants" in raw else 0
    file = Button(plural(people, "personne") if people else "Enregistrer", FileHabit(**about), "primary")
    others = [Button("Autre nombre" if people else "Compléter", OpenHabit(**about), "default" if sure else "primary")]
    skip = Button("Pas cette fois", SkipHabit(**about))
    first, *rest = [*([file] if sure else []), *others, skip]
    when = say_weekday(day, ctx.today)
    question = "combien de personnes ?" if people else "l’enregistrer ?"
    text = f"{NewCra.summarize(raw, {}, day)} ({read_rule(habit)}), {when} : {question}"
    return Waiting(text, first, rest, habit.key_of(day))


@feature.button(FileHabit, roles=CONSEILLERS)
async def file_habit(ctx: Context, click: FileHabit) -> Replies:
    """File a recurring report as proposed; a second click files it once."""
    habit = await _find(ctx, click.number)
    form = NewCra.parse(_fill(habit, click.day), {}, ctx.clues)
    recorded = await record_form(ctx, form, habit.key_of(click.day), Source.LINE)
    told = [recorded.receipt] if recorded.receipt else []
    return [Whisper(render("cra/saved", again=not told, here=True)), *told]


@feature.button(OpenHabit, roles=CONSEILLERS, writes=False)
async def open_habit(ctx: ReadingContext, click: OpenHabit) -> Replies:
    """Open the window of a proposed report; whichever of the window and « Enregistrer » is used first, it counts
    once."""
    habit = await _find(ctx, click.number)
    return Ask(NewCra.recall(_fill(habit, click.day), {}), key=habit.key_of(click.day), here=False)


@feature.button(SkipHabit, roles=CONSEILLERS)
async def skip_habit(ctx: Context, click: SkipHabit) -> Replies:
    """Propose no report for that day any more."""
    habit = await _find(ctx, click.number)
    await change(ctx.db, habit, skipped_on=max(click.day, habit.skipped_on or click.day))
    return Whisper(render("cra/habit_skipped", day=say_date(click.day, ctx.today)))
